"""One document of all chapters, printed by Chromium.

The chapters of the site are put together into one page: their identifiers get the chapter's name
in front, links from chapter to chapter lead within the page, and the solutions of the exercises
move to the end. Printed once, the document tells on which page each chapter begins; printed again,
its contents say so.
"""

import json
from datetime import date
from html import escape
from itertools import pairwise
from pathlib import Path

import pikepdf
from browser import DRAWS, chromium
from bs4 import BeautifulSoup
from chapters import about, book, solution_of, targets

HERE = Path(__file__).resolve().parent
REFERS = ("for", "aria-labelledby", "aria-describedby", "aria-controls")
TEXT = 642  # pixels, as wide as the text on paper: figures are drawn to fit it
HEADINGS = ("h6", "h5", "h4", "h3", "h2", "h1")
PAGE = """<!doctype html>
<html lang="en" data-theme="light" data-mode="light"><head><meta charset="utf-8">
<title>{title}</title>{head}<style>{style}</style></head>
<body><main class="bd-article tt-book">{body}</main>
<script type="application/json" id="tt-page">{state}</script>
<script>window.MathJax = {{ options: {{ enableMenu: false,
  processHtmlClass: "tex2jax_process|mathjax_process|math|output_area" }} }};</script>
{scripts}</body></html>"""


def make(site, output):
    """Print a built site; return what was made in words."""
    chapters = book(site)
    document = site / "_press.html"  # beside the pages: a document may load what lies below it
    document.write_text(compose(chapters), encoding="utf8")
    try:
        with chromium() as open_page:
            page = open_page(document, width=TEXT)
            pages = None
            while True:  # the numbers in the contents may move what follows
                write(page, output, tagged=pages is not None)
                found = beginnings(output, chapters)
                if found == pages:
                    break
                pages = found
                page.evaluate(
                    "(pages) => Object.entries(pages).forEach(([id, n]) => "
                    "document.querySelector(`[data-page-of='${id}']`).textContent = n)",
                    pages,
                )
    finally:
        document.unlink()
    count = finish(output)
    return f"{output}: {output.stat().st_size / 1e6:.1f} MB, {count} pages"


def write(page, output, tagged):
    """Print the open page; for the last time, `tagged` for screen readers and with an outline."""
    page.pdf(
        path=output,
        prefer_css_page_size=True,
        print_background=True,
        outline=tagged,
        tagged=tagged,
    )


def beginnings(file, chapters):
    """Return the number of the page on which each chapter begins."""
    with pikepdf.open(file) as pdf:
        numbers = {page.objgen: number for number, page in enumerate(pdf.pages, start=1)}
        return {
            anchor: numbers[pdf.Root.Dests[f"/{anchor}"][0].objgen]
            for anchor in [*(chapter.anchor for chapter in chapters), "solutions"]
        }


def finish(file):
    """Say in the file what it is, and pack it: its tags alone are 30 MB. Return its pages."""
    book = about()
    with pikepdf.open(file, allow_overwriting_input=True) as pdf:
        with pdf.open_metadata() as metadata:
            metadata["dc:title"] = book["title"]
            metadata["dc:creator"] = [book["author"]]
            metadata["dc:description"] = book["description"]
            metadata["dc:rights"] = "Text: CC BY 4.0. Code: MIT."
        pdf.save(
            file,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            recompress_flate=True,
        )
        return len(pdf.pages)


def compose(chapters):
    """Return one page of HTML that holds all chapters."""
    pages = {chapter.name: chapter for chapter in chapters}
    styles, scripts = {}, {}  # in the order of the pages, each once
    state = {"models": {}, "links": []}
    parts, solutions = {}, []
    for chapter in chapters:
        for path in chapter.head:
            (styles if path.endswith(".css") else scripts).setdefault(path)
        if chapter.figures:
            state["models"] |= chapter.figures["models"]
            state["links"] += chapter.figures["links"]
        join(chapter, pages)
        solutions += collect(chapter)
        parts.setdefault(chapter.part, []).append(chapter)
    body = front() + listing(parts, bool(solutions))
    for part, members in parts.items():
        body += f'<h1 class="tt-part">{escape(part)}</h1>' if part else ""
        body += "".join(
            f'<section class="tt-chapter" id="{chapter.anchor}">{chapter.article}</section>'
            for chapter in members
        )
    body += (
        f'<section id="solutions"><h1 class="tt-part">Solutions</h1>{"".join(solutions)}</section>'
    )
    needed = [path for path in scripts if DRAWS.search(path)]
    needed.sort(key=lambda path: path.endswith("runtime.js"))
    return PAGE.format(
        title=escape(about()["title"]),
        head="".join(f'<link rel="stylesheet" href="{path}">' for path in styles),
        style=(HERE / "press.css").read_text(encoding="utf8"),
        body=body,
        state=json.dumps(state).replace("</", "<\\/"),
        scripts="".join(f'<script defer src="{path}"></script>' for path in needed),
    )


def join(chapter, pages):
    """Fit a chapter into the document: identifiers, links, pictures, headings, what is folded."""
    article, prefix = chapter.article, f"{chapter.anchor}--"
    for tag in article.find_all(id=True):
        tag["id"] = prefix + tag["id"]
    for attribute in REFERS:
        for tag in article.find_all(attrs={attribute: True}):
            names = " ".join(tag.get_attribute_list(attribute)).split()
            tag[attribute] = " ".join(prefix + name for name in names)
    for link in article.find_all("a", href=True):
        place = targets(chapter, link["href"])
        if place is None:
            continue
        page, fragment = place
        if page not in pages:  # a file of the site that is not a chapter
            link.unwrap()
            continue
        anchor = pages[page].anchor
        link["href"] = f"#{anchor}--{fragment}" if fragment else f"#{anchor}"
    for image in article.find_all(src=True):
        if place := targets(chapter, image["src"]):
            image["src"] = place[0]
    for lower, upper in pairwise(HEADINGS):
        for heading in article.find_all(upper):
            heading.name = lower
    for folded in article.find_all("details"):
        folded["open"] = ""


def collect(chapter):
    """Move a chapter's solutions out of it; return them under its title."""
    moved = []
    for number, details in enumerate(filter(solution_of, chapter.article.find_all("details"))):
        cell = details.find_parent(class_="cell") or details
        anchor = f"solution-{chapter.anchor}-{number}"
        there = f'<p class="tt-elsewhere" id="{anchor}-here"><a href="#{anchor}">Solution</a></p>'
        cell.replace_with(BeautifulSoup(there, "html.parser"))
        details.summary.decompose()
        details.name, details["class"] = "div", "tt-solution"
        moved.append(f'<div id="{anchor}">{cell}</div>')
    if not moved:
        return []
    title = f'<h2><a href="#{chapter.anchor}">{escape(chapter.title)}</a></h2>'
    return [f'<section class="tt-solutions">{title}{"".join(moved)}</section>']


def front():
    """Return the title page: what this is, of when, and under which licenses."""
    book = about()
    name, _, subject = book["title"].partition(": ")
    commit = f" ({book['commit']})" if book["commit"] else ""
    return (
        f'<section class="tt-front"><p class="tt-name">{name}</p><p>{subject.capitalize()}</p>'
        f"<p class='tt-version'>Version {book['version']}{commit}, {date.today():%B %Y}</p>"
        "<p>Code under the MIT license, text under CC BY 4.0.</p></section>"
    )


def listing(parts, solutions):
    """Return the contents; the numbers of pages are put in when they are known."""
    row = '<li><a href="#{0}"><span>{1}</span><span data-page-of="{0}">000</span></a></li>'
    text = '<section class="tt-contents"><h1>Contents</h1>'
    for part, members in parts.items():
        rows = "".join(row.format(c.anchor, escape(c.title)) for c in members)
        text += f"<h2>{escape(part)}</h2>" if part else ""
        text += f"<ol>{rows}</ol>"
    if solutions:
        text += f"<ol>{row.format('solutions', 'Solutions')}</ol>"
    return text + "</section>"
