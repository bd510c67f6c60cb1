"""``python -m tinytorch``: the same as ``tito``."""

import sys

NEEDS = "click", "filelock", "jsonschema", "nbformat"


def main() -> None:
    """Run the workshop, or say what it needs."""
    try:
        from .workshop.cli import main as tito
    except ModuleNotFoundError as error:
        if error.name not in NEEDS:
            raise
        sys.exit(
            f"tito needs {error.name}, which is not installed. Run:\n"
            f"    {sys.executable} -m pip install {' '.join(NEEDS)}"
        )
    tito()


if __name__ == "__main__":
    main()
