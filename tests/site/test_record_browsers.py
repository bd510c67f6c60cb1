"""Work that stays, as one story: answered, checked by the page's Python, carried on in the next.

In three browsers, one after another; each takes over the file that the one before has exported.
"""

import json

import pytest
import records
from pages import solved
from records import CELL, EXPORT, KEY, MARKS, STORED, choose, take, type_number, verdict
from serving import serve
from test_live_browsers import CHECK, OPEN

pytestmark = pytest.mark.slow

KINDS = ["Chromium", "Firefox", "WebKit"]
NEWER = json.dumps({"format": KEY, "version": 2, "chapters": {"one": 3}})
NOTICE = "document.querySelector('.tt-notice')?.innerText ?? ''"
CODE = f"""document.querySelector('[data-tt-cell="{CELL}"] textarea')?.value ?? ''"""
# Types at the end of a cell, or deletes there, as a reader does.
CHANGE = """(name, command, text, back) => {
  const area = document.querySelector(`[data-tt-cell="${name}"] textarea`);
  area.focus();
  area.setSelectionRange(area.value.length - back, area.value.length);
  document.execCommand(command, false, text);
}"""
# Takes all the room that a browser keeps for a site.
FILL = """(() => {
  for (let size = 2 ** 23, i = 0; size >= 1; ) {
    try { localStorage[`filled-${i++}`] = "x".repeat(size); } catch { size >>= 1; }
  }
  return true;
})()"""
# A page with these is a stranger to its own site, and browsers keep nothing for it.
BLOCKED = {
    "Content-Security-Policy": "sandbox allow-scripts allow-forms",
    "Access-Control-Allow-Origin": "*",
}


@pytest.fixture(scope="module")
def html(make_book, pyodide_files):
    return records.write_record_book(make_book, TINYTORCH_PYODIDE=str(pyodide_files)) / (
        "_build/html"
    )


def test_work_stays_in_three_browsers_and_goes_from_one_to_the_next(html, chromium, tmp_path):
    carried = None
    for kind in KINDS:
        (tmp_path / kind).mkdir()
        with serve(html) as site, records.start(kind, chromium, tmp_path / kind) as browser:
            if browser is None:
                pytest.skip(f"no {kind} on this machine")
            if carried:
                browser.open(f"{site.address}/start/your_work.html")
                said = browser.js(take(carried))
                assert "2 predictions, 1 exercise passed, 1 changed cell" in said, kind
                is_as_it_was_left(browser, site.address)
                browser.js("localStorage.clear()")
            carried = work(browser, site.address)
            is_as_it_was_left(browser, site.address)
            newer_is_left_alone(browser, site.address)
            full_is_said(browser, site.address)
            blocked_is_said(browser, f"{site.address}/one.html?blocked", site.headers)


def test_a_private_window_works_as_long_as_it_is_open(html, chromium, tmp_path):
    """Chromium's windows in these tests are private ones, too."""
    with serve(html) as site, records.start("Firefox, private", chromium, tmp_path) as browser:
        if browser is None:
            pytest.skip("no Firefox on this machine")
        work(browser, site.address)
        is_as_it_was_left(browser, site.address)


def work(browser, address):
    """Answer, edit and pass, and return the file that is exported."""
    browser.open(f"{address}/one.html")
    browser.js(choose("predict-choice", 0))
    browser.js(type_number("predict-number", "2000"))
    code = browser.call(OPEN, CELL)
    for how, said in (("wrong", "Not yet. The gradient of a"), ("right", "Right.")):
        answer, note, _ = browser.call(CHECK, CELL, solved(code, how))
        assert answer.startswith(said), (answer, note)
        assert browser.js(MARKS)[0] == ("(begun)" if how == "wrong" else "(all done)")
    browser.call(CHANGE, CELL, "insertText", "\n# another idea", 0)
    assert browser.js(MARKS)[0] == "(begun)", "what is there now has not passed"
    browser.call(CHANGE, CELL, "delete", None, len("\n# another idea"))
    assert browser.js(MARKS)[0] == "(all done)"
    browser.open(f"{address}/start/your_work.html")
    return browser.js(EXPORT)


def is_as_it_was_left(browser, address):
    """Marks on another page; answers, code and the pass where they were given."""
    browser.open(f"{address}/two.html")
    assert browser.js(MARKS) == ["(all done)", ""]
    browser.open(f"{address}/one.html")
    assert "one of the two summands" in browser.js(verdict("predict-choice"))
    assert "You predicted: 2000 bytes" in browser.js(verdict("predict-number")).replace('"', "")
    assert "unbroadcast(g * b, a.shape)" in browser.wait(CODE)
    passed = browser.js(STORED)["chapters"]["one"]["exercises"]["MulBackward"]["passed"]
    assert passed["code"] == browser.js(CODE)


def newer_is_left_alone(browser, address):
    browser.js(f"localStorage.setItem({KEY!r}, {NEWER!r})")
    browser.open(f"{address}/one.html")
    browser.js(choose("predict-choice", 1))
    assert "each of the two counts" in browser.js(verdict("predict-choice"))
    assert "written by a newer version" in browser.js(NOTICE)
    assert browser.js(f"localStorage.getItem({KEY!r})") == NEWER
    browser.open(f"{address}/start/your_work.html")
    assert browser.js(EXPORT) == NEWER


def full_is_said(browser, address):
    browser.js("localStorage.clear()")
    browser.js(FILL)
    browser.open(f"{address}/one.html")
    browser.js(choose("predict-choice", 1))
    assert "each of the two counts" in browser.js(verdict("predict-choice"))
    assert "no room left for your record" in browser.js(NOTICE)
    browser.js("localStorage.clear()")


def blocked_is_said(browser, address, headers):
    headers.update(BLOCKED)
    browser.open(address)
    browser.js(choose("predict-choice", 1))
    assert "each of the two counts" in browser.js(verdict("predict-choice"))
    assert "lets the page keep nothing" in browser.js(NOTICE)
