"""This book's own sentences, as a text to learn from.

The text is kept beside this file, as the chapters stood when it was made, so that what is learned
from it stays the same from one edit of a chapter to the next. `keep` makes it anew.
"""

import re
from pathlib import Path

KEPT = Path(__file__).with_name("book.txt")


def book_text(folder: str | Path | None = None) -> str:
    """The sentences of this book, one paragraph per line, without code, formulas and markup.

    Parameters
    ----------
    folder : path, optional
        Read them from the chapters (``*.md``) in this folder; by default, from the text that comes
        with the package.

    Raises
    ------
    FileNotFoundError
        If the folder holds no chapters.
    """
    if folder is None:
        return KEPT.read_text(encoding="utf-8")
    chapters = sorted(p for p in Path(folder).rglob("*.md") if "_build" not in p.parts)
    if not chapters:
        raise FileNotFoundError(f"book_text: no chapters (*.md) in {folder}")
    texts = (path.read_text(encoding="utf-8") for path in chapters)
    return "".join(f"{line}\n" for text in texts for line in _paragraphs(text))


def _paragraphs(text):
    """The paragraphs of a chapter's source, as a reader hears them."""
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.S)
    text = re.sub(r"^(`{3,})(?!\{admonition|\{glossary).*?^\1$", " ", text, flags=re.M | re.S)
    text = re.sub(r"\$\$.*?\$\$(?: \(eq-[\w-]+\))?", " ", text, flags=re.S)
    text = re.sub(r"^:.*$", " ", text, flags=re.M)
    text = re.sub(r" ?\{cite:\w\}`[^`]*`", "", text)
    text = re.sub(r"\{[\w:]+\}`([^`<]*?)(?: <[^`]*>)?`", r"\1", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    for block in re.split(r"\n\s*\n", text):
        sentences = re.split(r"(?<=[.?])\s+", " ".join(block.split()))
        plain = [s for s in sentences if re.match(r"[A-Z]", s) and not re.search(r"[$`{}|\\=]", s)]
        spoken = re.sub(r"[^A-Za-z0-9 .,;:?'()-]", "", " ".join(plain).replace("–", "-"))
        if len(spoken) > 40:
            yield spoken


def keep():
    """Make the kept text anew from the chapters beside the package, in a clone."""
    KEPT.write_text(book_text(Path(__file__).parents[2] / "book"), encoding="utf-8")
