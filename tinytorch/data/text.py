"""The book's own chapters as a text to learn from."""

import re
from pathlib import Path

_BOOK = Path(__file__).parents[2] / "book"


def book_text(folder: str | Path | None = None) -> str:
    """The chapters of this book, one after the other, without their headers.

    Parameters
    ----------
    folder : path, optional
        Where the chapters are; by default the folder `book` beside the package, as in a clone of
        the repository.

    Raises
    ------
    FileNotFoundError
        If there are none.
    """
    folder = _BOOK if folder is None else Path(folder)
    chapters = sorted(p for p in folder.rglob("*.md") if "_build" not in p.parts)
    if not chapters:
        raise FileNotFoundError(
            f"book_text: no chapters in {folder}; pass the book's folder, or install the package"
            " from a clone of the repository (pip install -e .)"
        )
    texts = (path.read_text(encoding="utf-8") for path in chapters)
    return "\n\n".join(re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.S).strip() for text in texts)
