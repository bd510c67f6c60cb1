"""What chapters say of the order agrees with the table of contents."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGES = re.findall(r"(?:root|file): (\S+)", (ROOT / "_toc.yml").read_text(encoding="utf8"))
PLACE = {page: i for i, page in enumerate(PAGES)}
TEXT = {page: (ROOT / f"{page}.md").read_text(encoding="utf8") for page in PAGES}
LABELS = {
    label: page
    for page, text in TEXT.items()
    for label in re.findall(r"^\(([\w-]+)\)=$", text, re.M)
}
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
NEIGHBOR = re.compile(r"\[?the (next|last|previous) chapter\]?(?:\(([^)]+)\))?", re.I)


def target(page, link):
    """The page that a link of `page` leads to; None for a place outside the book."""
    if link.startswith("#"):
        return LABELS.get(link[1:])
    path = (ROOT / page).parent / link.partition("#")[0]
    name = str(path.resolve().relative_to(ROOT)).removesuffix(".md") if link.endswith(".md") else ""
    return name if name in PLACE else None


def lines(start):
    for page, text in TEXT.items():
        for line in text.splitlines():
            if line.startswith(start):
                yield page, line


def test_the_table_of_contents_is_read():
    assert yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf8"))["root"] == PAGES[0]
    assert len(PAGES) > 80 and len(LABELS) > 150


@pytest.mark.parametrize(("page", "line"), list(lines("*Before this")))
def test_what_comes_before_comes_before(page, line):
    late = [link for _, link in LINK.findall(line) if PLACE[target(page, link)] >= PLACE[page]]
    assert late == [], f"{page}: these come later"


@pytest.mark.parametrize(("page", "line"), list(lines("- **Next**")))
def test_what_comes_next_comes_later(page, line):
    links = [target(page, link) for _, link in LINK.findall(line)]
    early = [to for to in links if to is not None and PLACE[to] < PLACE[page]]
    assert early == [], f"{page}: these come earlier"


def test_the_next_chapter_is_the_next_one():
    wrong = []
    for page, text in TEXT.items():
        for which, link in NEIGHBOR.findall(text):
            step = 1 if which.lower() == "next" else -1
            if link and PLACE.get(target(page, link)) != PLACE[page] + step:
                wrong.append((page, which, link))
    assert wrong == []


# ------------------------------------------------------------------ one example runs through a part

FOLDERS = {page: Path(page).parent.name for page in PAGES}
PARTS = {
    folder: [page for page in PAGES if FOLDERS[page] == folder]
    for folder in FOLDERS.values()
    if folder not in ("start", "workshop", "reference")
}


@pytest.mark.parametrize("part", PARTS)
def test_the_first_chapter_of_a_part_begins_with_its_example(part):
    assert LABELS[f"{part}-example"] == PARTS[part][0]
    before, after = TEXT[PARTS[part][0]].split(f"({part}-example)=\n")
    assert after.startswith("**This part's example")
    assert not re.search(r"^(?:## |```|:::)", before.partition("\n# ")[2], re.M)


@pytest.mark.parametrize("page", [page for pages in PARTS.values() for page in pages[1:]])
def test_each_further_chapter_of_a_part_returns_to_its_example(page):
    text = TEXT[page].partition(":::{admonition} Keep")[0] if "reflect" not in page else TEXT[page]
    assert f"](#{FOLDERS[page]}-example)" in text
