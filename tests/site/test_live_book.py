"""Every code cell of every chapter, run in the page: it ends as it does in the build."""

import re

import pytest
from books import ROOT
from pages import LivePage
from serving import serve
from test_pages import chapters

WITHIN = 900_000  # ms for a chapter on a busy machine; alone, the slowest takes under a minute
FACTS = """() => [...document.querySelectorAll("[data-tt-cell]")].map((cell) => {
  const text = (box) => {
    if (!box) return "";
    const copy = box.cloneNode(true);
    const others = "figure, .tt-figures, .image_png, script, .headerlink, .copybtn";
    for (const e of copy.querySelectorAll(others)) e.remove();
    for (const e of copy.querySelectorAll("td, th")) e.append(" ");
    return copy.textContent;
  };
  const live = cell.querySelector("[data-tt-output]");
  const book = cell.querySelector(".cell_output:not([data-tt-output])");
  const count = (what, box) => (box ? box.querySelectorAll(what).length : 0);
  return {
    id: cell.dataset.ttCell, state: cell.dataset.ttState,
    error: live?.querySelector(".tt-error")?.textContent ?? "",
    book: text(book), live: text(live),
    figures: [count(".tt-place", book), count(".tt-place", live)],
    images: [count("img", book), count("img", live)],
  };
})"""


def chapters_with_code():
    """Return the chapters that have cells."""

    def has_code(chapter):
        return "{code-cell}" in (ROOT / f"{chapter}.md").read_text(encoding="utf8")

    return [chapter for chapter in chapters() if has_code(chapter)]


def outcome(text):
    """What a text says but for its numbers, which a browser's arithmetic may end otherwise."""
    text = re.sub(r"(the largest +\S+), .*", r"\1", text)  # which rounding is, is chance
    text = re.sub(r"<matplotlib\.Anything[^>]*>", "", text)  # see `stand_in`
    text = text.translate(str.maketrans("’“”", '\'""'))
    text = re.sub(r"[+\-−]?\d[\d.,]*(e[+-]?\d+)?|\b(nan|inf)\b", "#", text.replace("−", "-"))
    return re.sub(r"\s|\|", "", text)


@pytest.fixture(scope="module")
def opener(chromium, pyodide_files, site):
    """Return a page with a Python, which opens the others: they share its compiled WebAssembly."""
    with serve(site.html) as server:
        context = chromium.new_context()
        context.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), lambda route: route.abort())
        first = context.new_page()
        first.goto(f"{server.address}/{chapters_with_code()[0]}.html")
        page = LivePage(first)
        page.page.locator("[data-tt-cell] summary").first.click()
        page.press(0)
        page.reaches(0, "done")

        def open_chapter(chapter):
            with first.expect_popup() as popup:
                first.evaluate("(url) => void window.open(url)", f"{server.address}/{chapter}.html")
            popup.value.wait_for_load_state()
            return LivePage(popup.value)

        yield open_chapter
        context.close()


@pytest.mark.slow
@pytest.mark.parametrize("chapter", chapters_with_code())
def test_every_cell_ends_in_the_page_as_in_the_build(opener, chapter):
    page = opener(chapter)
    try:
        ends_as_in_the_build(page)
    finally:
        page.page.evaluate("localStorage.clear()")
        page.page.close()


def ends_as_in_the_build(page):
    """Run a page to its end, and compare each cell with what the book has."""
    last = page.page.evaluate(
        """() => {
          const cell = JSON.parse(document.getElementById("tt-cells").textContent).at(-1).id;
          document.dispatchEvent(new CustomEvent("tt:run", { detail: { cell } }));
          return cell;
        }"""
    )
    page.page.wait_for_function(
        """(last) => ["failed", "ready"].includes(document.documentElement.dataset.ttPython) &&
          (ttLive.cells.get(last).state === "done" ||
           document.querySelector("[data-tt-state=error]"))""",
        arg=last,
        timeout=WITHIN,
    )
    cells = page.page.evaluate(FACTS)
    assert [(c["id"], c["error"]) for c in cells if c["state"] != "done"] == []
    for cell in cells:
        assert cell["figures"][0] == cell["figures"][1], cell["id"]
        assert cell["images"][0] == cell["images"][1], cell["id"]
    whole = [c for c in cells if "matrix products are slow here" not in c["live"]]
    told = {c["id"]: (outcome(c["book"]), outcome(c["live"])) for c in whole}
    assert {name: both for name, both in told.items() if both[0] != both[1]} == {}
