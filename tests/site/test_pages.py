"""Every page of the book, opened from disk with the network closed."""

import gzip
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlparse

import nbformat
import pytest
import yaml
from books import ROOT

WEIGHT = 1_500_000  # bytes of one page and all that it loads, compressed
READY = 1.5  # seconds of work until every figure of a page can be moved


def chapters():
    """Return the table of contents as a list of files."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf8"))
    parts = [toc, *toc.get("parts", [])]
    return [toc["root"]] + [c["file"] for part in parts for c in part.get("chapters", [])]


DRAWN = """() => [...document.querySelectorAll(".tt-place")].every((place) =>
  place.querySelector(".tt-readout")?.textContent.trim() || place.querySelector(".tt-message"))"""
STATE = """(figure) => [figure.querySelector(".tt-readout").textContent,
  [...figure.querySelectorAll(".tt-drawing, .tt-drawing *")].map((e) => e.dataset.drawn).join()
  + figure.querySelector(".tt-drawing").outerHTML]"""
JUMPS = """() => [...document.querySelectorAll(".tt-place")].flatMap((place) => {
  const kept = parseFloat(getComputedStyle(place).minHeight);
  const drawn = place.firstElementChild.getBoundingClientRect().height;
  return Math.abs(drawn - kept) < 24 ? [] : [`${place.closest("figure").id}: ${kept} → ${drawn}`];
})"""


OUTSIDE = """() => [...document.querySelectorAll(".prev-next-area, .prev-next-area *")]
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
  .map((e) => e.textContent.trim())"""
CUT = """() => [...document.querySelectorAll(
  ".bd-article :is(pre, div.math, .pst-scrollable-table-container)")]
  .filter((box) => box.clientWidth && box.scrollWidth > box.clientWidth + 1)
  .map((box) => `${box.scrollWidth} px in ${box.clientWidth}: ${box.textContent.slice(0, 60)}`)"""


def weight(urls):
    """Return the compressed bytes of the files that a page has loaded."""
    files = {unquote(urlparse(url).path) for url in urls if url.startswith("file:")}
    return sum(map(compressed, files))


@cache
def compressed(path):
    """Return the compressed bytes of a file: pages share most of theirs."""
    return len(gzip.compress(Path(path).read_bytes()))


@pytest.mark.slow(minutes=2)
@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (390, "dark")], ids=["laptop", "phone"]
)
@pytest.mark.parametrize("chapter", chapters())
def test_page(site, visit, chapter, width, scheme):
    page = visit.open(site.html / f"{chapter}.html", width=width, color_scheme=scheme)
    page.wait_for_function(DRAWN)
    assert page.locator("html").get_attribute("data-theme") == scheme
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OUTSIDE) == [], "the links to the neighbors leave the page"
    if width >= 1000:
        assert page.evaluate(CUT) == [], "a table or a listing is cut"
    assert page.evaluate(JUMPS) == [], "the page jumps when these figures are drawn"
    assert weight(visit.loaded) <= WEIGHT
    for figure in page.locator(".tt-figure").all():
        if figure.locator(".tt-message:visible").count():
            continue
        before = figure.evaluate(STATE)
        control = figure.locator("input, select, button, [tabindex='0']").first
        control.focus()
        page.keyboard.press("ArrowRight")
        after = figure.evaluate(STATE)
        assert after[0] != before[0], "the readout stays"
        assert after[1] != before[1], "the drawing stays"


def test_the_heaviest_page_is_soon_ready(site, new_page):
    """By the work of the page's own thread, which a busy machine does not stretch."""
    texts = {name: (site.html / f"{name}.html").read_bytes() for name in chapters()}
    figures = [name for name in texts if b'class="tt-place"' in texts[name]]
    heaviest = max(figures, key=lambda name: len(texts[name]))
    page = new_page(1280, 900)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto((site.html / f"{heaviest}.html").as_uri(), wait_until="load")
    page.wait_for_function(DRAWN)
    metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    page.close()
    assert 0 < metrics["TaskDuration"] < READY, heaviest


@pytest.mark.parametrize("chapter", chapters())
def test_downloads(site, chapter):
    html = (site.html / f"{chapter}.html").read_text(encoding="utf8")
    assert f"{chapter}.md" in html
    assert (site.html / "_sources" / f"{chapter}.md").is_file()
    if "kernelspec" not in (ROOT / f"{chapter}.md").read_text(encoding="utf8"):
        return
    assert f"_sources/{chapter}.ipynb" in html
    notebook = nbformat.read(site.html / "_sources" / f"{chapter}.ipynb", as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert not any(cell.outputs or cell.execution_count for cell in code)
    launch = re.search(r'href="(https://mybinder.org/[^"]+)"', html).group(1)
    assert launch.endswith(f"?urlpath=lab/tree/notebooks/{chapter.removeprefix('book/')}.ipynb")


def test_the_site_opens_at_the_first_chapter(site, visit):
    page = visit.open(site.html / "index.html")
    page.wait_for_url(f"**/{chapters()[0]}.html")


def test_the_sidebar_names_every_chapter(site, visit):
    page = visit.open(site.html / f"{chapters()[0]}.html")
    names = page.locator("nav.bd-links a.reference").all_text_contents()
    assert len(names) == len(chapters())
    assert all(re.search(r"[A-Za-z]{3}", name) for name in names), names


def test_search_from_disk(site, visit):
    page = visit.open(site.html / f"{chapters()[0]}.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("gradient")
    page.keyboard.press("Enter")
    found = page.locator("#search-results li a")
    found.first.wait_for()
    assert "search.html?q=gradient" in page.url
    found.first.click()
    page.locator(".bd-article h1").wait_for()


def test_the_dark_page_prints_in_the_light(site, visit):
    page = visit.open(site.html / f"{chapters()[0]}.html", color_scheme="dark")
    theme = "document.documentElement.dataset.theme"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(theme) == "light"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(theme) == "dark"


def test_formulas_are_no_tab_stops(site, visit):
    page = visit.open(site.html / "book" / "engine" / "gradient.html")
    page.locator("mjx-container").first.wait_for(state="attached")
    assert page.locator("mjx-container[tabindex]").count() == 0
    assert page.locator("mjx-container mjx-assistive-mml").count()  # screen readers read them


def test_theme_skip_link_and_copy(site, visit):
    page = visit.open(site.html / f"{chapters()[0]}.html", color_scheme="light")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/*#main-content")
    button = page.locator(".theme-switch-button:visible").first
    seen = set()
    for _ in range(3):
        button.click()
        seen.add(page.evaluate("[document.documentElement.dataset.mode, "
                               "document.documentElement.dataset.theme].join()"))  # fmt: skip
    assert seen == {"light,light", "dark,dark", "auto,light"}


def test_a_phone_wraps_a_printed_sentence_and_no_table(site, visit):
    page = visit.open(site.html / "book" / "arithmetic" / "add.html", width=390)
    sentences = page.locator(".tt-sentence pre")
    assert sentences.evaluate_all("a => a.map((e) => e.scrollWidth - e.clientWidth)") == [0]
    table = page.locator(".output.stream pre", has_text="forgotten")
    assert table.evaluate("(e) => getComputedStyle(e).whiteSpace") == "pre"
