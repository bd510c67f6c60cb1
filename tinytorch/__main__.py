"""``python -m tinytorch``: the same as ``tito``."""

import sys


def main() -> None:
    """Run the workshop, or say what it needs."""
    try:
        from .workshop.cli import main as tito
    except ModuleNotFoundError as error:
        if error.name not in ("click", "nbformat", "filelock", "jsonschema"):
            raise
        sys.exit(
            f"tito needs {error.name}, which is not installed. Run:\n"
            f'    {sys.executable} -m pip install "tinytorch[workshop]"'
        )
    tito()


if __name__ == "__main__":
    main()
