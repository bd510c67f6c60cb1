"""What needs no Python: pages that were not asked to run it, and what keeps it from starting.

The site here has none of the files, so a page names the address of the release; no test asks it.
"""

import gzip
import zipfile

import pytest
from books import ROOT

STATIC = ROOT / "book" / "_ext" / "tinytorch_book" / "static"
WEIGHT = 8_000  # bytes that a page may gain, compressed
# What a page may load in all, compressed: some percent more than the heaviest of three does now.
BUDGET = {".html": 40_000, ".js": 370_000, ".css": 110_000, (".woff", ".woff2"): 380_000}
REQUESTS = 55
BLOCKS_WASM = {"Content-Security-Policy": "script-src 'self' 'unsafe-inline' blob:"}


@pytest.fixture(scope="module")
def html(live_book):
    return live_book(None)


def test_a_page_that_is_not_asked_loads_one_small_script(html, live):
    page = live(html)
    page.page.wait_for_load_state("networkidle")
    ours = {path for path in page.server.asked if "/live/" in path or "/python/" in path}
    assert ours == {"/_static/live/live.js", "/_static/live/live.css"}
    weight = sum(len(gzip.compress((STATIC / path[9:]).read_bytes())) for path in ours)
    assert weight < WEIGHT
    assert page.python == "off"
    assert page.page.evaluate("document.documentElement.dataset.ttChapter") == "page"


def test_every_cell_has_its_name_and_its_buttons(html, live):
    page = live(html)
    ids = page.ids()
    assert len(ids) == len(set(ids)) == 8
    for name in ids:
        assert page.state(name) == "idle"
        hidden = "tag_remove-input" in page.cell(name).get_attribute("class")
        run = "Check" if name.startswith("exercise-") else "Run"
        for button in (run, "Edit"):
            found = page.cell(name).get_by_role(
                "button", name=button, exact=True, include_hidden=True
            )
            assert found.count() == (not hidden)
    assert "exercise-MyMulBackward" in ids


def test_the_button_names_the_host_before_it_is_asked(html, live):
    page = live(html)
    button = page.cell(1).get_by_role("button", name="Run", exact=True)
    assert "10 MB" in page.cell(1).inner_text()
    described = button.get_attribute("aria-describedby")
    assert "cdn.jsdelivr.net" in page.page.locator(f"#{described}").inner_text()
    assert not page.sins
    page.press(1)
    assert page.reaches(1, "error") == "error"
    assert page.python == "failed"
    assert "could not be fetched from cdn.jsdelivr.net" in page.note(1)
    assert page.sins
    assert all(url.startswith("https://cdn.jsdelivr.net/pyodide/v") for url in page.sins)
    page.sins.clear()


def test_without_javascript_there_are_no_buttons(html):
    assert "tt-tools" not in (html / "page.html").read_text(encoding="utf8")


def test_from_disk(html, visit):
    page = visit.open(html / "page.html")
    cell = page.locator("[data-tt-cell]").nth(1)
    cell.get_by_role("button", name="Run", exact=True).click()
    said = cell.locator(".tt-note .tt-failed")
    said.wait_for()
    assert "python -m http.server --directory _build/html" in said.inner_text()
    assert cell.locator(".tt-note").get_attribute("role") == "alert"
    # all else works: the cell can be changed, and turned back
    cell.get_by_role("button", name="Edit", exact=True).click()
    cell.locator("textarea").fill("print(5)")
    cell.get_by_role("button", name="Book's version", exact=True).click()
    assert cell.locator("textarea").is_hidden()
    assert "line" in cell.locator(".cell_input").inner_text()


@pytest.mark.parametrize(
    ("faults", "headers", "before", "said"),
    [
        ({"files.json": "missing"}, {}, None, "files.json is missing at 127.0.0.1:"),
        ({"worker.js": "missing"}, {}, None, "The script that starts Python could not be loaded"),
        ({}, BLOCKS_WASM, None, "forbids WebAssembly"),
        ({}, {}, "delete globalThis.WebAssembly", "browser is too old"),
        ({}, {}, "delete globalThis.Worker", "browser is too old"),
    ],
    ids=["list", "worker", "policy", "wasm", "workers"],
)
def test_what_keeps_python_from_starting_is_said(html, live, faults, headers, before, said):
    page = live(html, faults=faults, headers=headers, before=before)
    page.press(1)
    page.reaches(1, "error")
    assert said in page.note(1)
    assert page.python == "failed"
    assert page.cell(1).get_by_role("button", name="Run", exact=True).is_enabled()
    assert not page.cell(1).get_by_role("button", name="Stop", exact=True).is_visible()


def test_a_script_that_does_not_come_is_said_and_asked_for_again(html, live):
    page = live(html, faults={"session.js": "missing"})
    page.press(1)
    page.page.wait_for_function("document.querySelector('[data-tt-cell] .tt-note[role=alert]')")
    assert "session.js could not be loaded" in page.note(1)
    page.server.faults.clear()
    page.press(1, "Edit")
    page.cell(1).locator("textarea").wait_for()


def test_the_editor_by_keyboard(html, live):
    page = live(html)
    page.press(1, "Edit")
    area = page.cell(1).locator("textarea")
    assert area.evaluate("e => e === document.activeElement")
    keys = page.page.keyboard
    area.fill("")
    keys.type("for i in range(2):")
    keys.press("Enter")
    keys.type("print(i)")
    assert area.input_value() == "for i in range(2):\n    print(i)"
    keys.press("Enter")
    keys.press("Backspace")
    keys.type("x")
    assert area.input_value() == "for i in range(2):\n    print(i)\nx"
    keys.press("Tab")
    assert area.input_value().endswith("\nx   ")
    keys.press("Control+a")
    keys.press("Tab")
    assert area.input_value() == "    for i in range(2):\n        print(i)\n    x   "
    keys.press("Shift+Tab")
    keys.press("Control+z")
    keys.press("Control+z")
    assert area.input_value().endswith("\nx   ")
    keys.press("Escape")
    assert page.page.evaluate("document.activeElement.textContent") == "Edit"
    keys.press("Tab")
    assert page.page.evaluate("document.activeElement.textContent") == "Book’s version"
    assert area.is_visible()  # what was written stays


def test_edits_are_told_and_restored(html, live):
    page = live(html)
    name = page.ids()[1]
    page.write(1, "print(7)")
    page.write(1, 'for i in range(3):\n    print("line", i)')
    edits = [event for event in page.events if event["type"] == "tt:edit"]
    assert [event["code"] for event in edits] == ["print(7)", None]
    assert all((event["chapter"], event["cell"]) == ("page", name) for event in edits)
    page.page.evaluate(
        """(cell) => document.dispatchEvent(
            new CustomEvent("tt:restore", { detail: { cell, code: "print(8)" } }))""",
        name,
    )
    area = page.cell(1).locator("textarea")
    assert area.input_value() == "print(8)"
    page.press(1, "Book's version")
    assert area.is_hidden()
    page.press(1, "Book's version")
    assert area.input_value() == "print(8)"
    assert page.python == "off"


def test_the_editor_shows_what_the_book_says(html, live):
    page = live(html)
    for name in page.ids():
        if page.cell(name).locator(".tt-tools").count():
            page.page.evaluate(
                "(id) => document.getElementById(id).querySelectorAll('details')"
                ".forEach(e => e.open = true)",
                name,
            )
            shown = page.cell(name).locator(".cell_input pre").first.inner_text().rstrip("\n")
            page.press(name, "Edit")
            assert page.cell(name).locator("textarea").input_value() == shown
            colored = page.cell(name).locator(".tt-shade").inner_text().rstrip("\n")
            assert colored == shown


def test_the_book_s_own_output_and_code_print(html, live):
    page = live(html)
    page.write(1, "print(9)")
    page.page.emulate_media(media="print")
    assert not page.cell(1).locator("textarea").is_visible()
    assert not page.cell(1).get_by_role("button", name="Run", exact=True).is_visible()
    assert page.cell(1).get_by_text("line 2").is_visible()


def test_the_wheel_is_the_same_from_the_same_sources(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "book" / "_ext")
    from tinytorch_book import live as part

    one, two = (part.wheel(ROOT, tmp_path / name) for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    names = zipfile.ZipFile(one).namelist()
    assert {"tinytorch/data/digits.npz", "tinytorch/tinytorch.mplstyle"} <= set(names)
    modules = (ROOT / "tinytorch" / "widgets").rglob("*.js")
    assert {str(path.relative_to(ROOT)) for path in modules} <= set(names)


@pytest.mark.slow
@pytest.mark.parametrize(
    "chapter", ["book/start/introduction", "book/arithmetic/mul", "book/milestones/transformer"]
)
def test_a_chapter_keeps_to_its_budget(site, live, chapter):
    page = live(site.html, page=f"{chapter}.html")
    page.page.wait_for_load_state("networkidle")
    asked = set(page.server.asked)
    assert not any("/python/" in path for path in asked)
    ours = {path for path in asked if "/live/" in path}
    assert ours == {"/_static/live/live.js", "/_static/live/live.css"}
    bytes_of = {path: len(gzip.compress((site.html / path[1:]).read_bytes())) for path in asked}
    cells = page.page.locator("#tt-cells").text_content()
    assert sum(map(bytes_of.get, ours)) + len(gzip.compress(cells.encode())) < WEIGHT
    for kind, most in BUDGET.items():
        of_kind = {path: n for path, n in bytes_of.items() if path.endswith(kind)}
        assert sum(of_kind.values()) < most, (kind, of_kind)
    assert len(asked) < REQUESTS
