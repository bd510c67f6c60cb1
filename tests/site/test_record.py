"""What a reader has done stays: answers, code and passes, in three browsers, whatever is stored."""

import gzip
import json
import re
from contextlib import ExitStack

import pytest
import records
from books import ROOT, jupyter_book
from records import (
    CELL,
    EXPORT,
    KEY,
    LONG,
    MARKS,
    ONE,
    STORED,
    choose,
    dispatch,
    take,
    take_bytes,
    type_number,
    verdict,
)
from serving import serve

pytestmark = pytest.mark.slow(minutes=1)

STATIC = ROOT / "book" / "_ext" / "tinytorch_book" / "static"


@pytest.fixture(scope="module")
def folder(make_book):
    """Return a built book of two chapters and "Your work"."""
    return records.write_record_book(make_book)


@pytest.fixture(scope="module")
def address(folder):
    """Serve the book, and return its address."""
    with serve(folder / "_build" / "html") as server:
        yield server.address


@pytest.fixture
def start(chromium, tmp_path_factory):
    """Return a function that starts a browser that has stored nothing."""
    with ExitStack() as stack:

        def begin(kind):
            folder = tmp_path_factory.mktemp("profile")
            browser = stack.enter_context(records.start(kind, chromium, folder))
            if browser is None:
                pytest.skip(f"no {kind} on this machine")
            return browser

        yield begin


@pytest.fixture
def chapter(start, address):
    """Return a Chromium at the first chapter, and what its pages have said and thrown."""
    browser = start("Chromium")
    browser.sins = []
    browser.page.on("pageerror", lambda error: browser.sins.append(str(error)))
    browser.open(f"{address}/one.html")
    yield browser
    assert browser.sins == []


@pytest.mark.parametrize("kind", ["Chromium", "Firefox", "WebKit"])
def test_answers_code_and_passes_are_there_tomorrow(start, address, kind):
    browser = start(kind)
    browser.open(f"{address}/one.html")
    browser.js(choose("predict-choice", 0))
    assert "That is one of the two summands." in browser.js(verdict("predict-choice"))
    browser.js(type_number("predict-number", "2000 bytes"))
    assert "a K is 1024" in browser.js(verdict("predict-number"))
    code = "class MyMulBackward: ...  # <b>mine</b>"
    browser.js(dispatch("tt:edit", code=code))
    browser.js(dispatch("tt:checked", exercise="MulBackward", passed=True, message="", code=code))
    browser.open(f"{address}/two.html")
    assert browser.js(MARKS) == ["(all done)", ""]
    browser.js(choose("predict-two", 0))
    assert browser.js(MARKS) == ["(all done)", "(all done)"]
    browser.open(f"{address}/one.html")
    assert "That is one of the two summands." in browser.js(verdict("predict-choice"))
    assert browser.js("document.querySelector('#predict-choice input').checked")
    assert browser.js("document.querySelector('#predict-number input').value") == "2000 bytes"
    assert browser.js("document.querySelector('#predict-choice details').open")
    restored = f"document.querySelector('#{CELL} textarea')?.value"
    assert browser.wait(restored) == code
    browser.open(f"{address}/start/your_work.html")
    listed = browser.js("document.querySelector('.tt-work').innerText")
    assert "3 predictions, 1 exercise passed, 1 changed cell" in listed
    assert browser.js("document.querySelector('.tt-work pre').textContent") == code


def test_a_file_goes_from_browser_to_browser(start, address):
    one = start("Chromium")
    one.open(f"{address}/one.html")
    one.js(choose("predict-choice", 1))
    one.js(dispatch("tt:edit", code="a = 1"))
    one.js(dispatch("tt:checked", passed=True, message="Right.", code="a = 1"))
    one.open(f"{address}/start/your_work.html")
    text = one.js(EXPORT)
    for kind in ("Firefox", "WebKit"):
        other = start(kind)
        other.open(f"{address}/start/your_work.html")
        assert "Imported from record.json: 1 prediction, 1 exercise" in other.js(take(text))
        assert other.js(MARKS) == ["(exercise passed)", ""]
        assert json.loads(other.js(EXPORT))["chapters"] == json.loads(text)["chapters"]
        other.open(f"{address}/one.html")
        assert "each of the two counts" in other.js(verdict("predict-choice"))


def test_the_file_keeps_to_its_schema(start, address):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((ROOT / "tinytorch" / "workshop" / "record.schema.json").read_text())
    browser = start("Chromium")
    browser.open(f"{address}/one.html")
    browser.js(choose("predict-choice", 2))
    browser.js(dispatch("tt:edit", code=None))
    browser.js(dispatch("tt:checked", passed=None, message="Not written yet."))
    browser.js("self.ttRecord.change((record) => (record.hints = 'open'))")
    jsonschema.validate(browser.js(STORED), schema)


def test_an_import_asks_before_it_replaces(chapter, address):
    chapter.js(choose("predict-choice", 0))
    chapter.open(f"{address}/start/your_work.html")
    mine = chapter.js(STORED)
    late = {"said": "that", "right": False, "when": "2999-01-01T00:00:00Z"}
    early = {"said": "three", "right": False, "when": "2001-01-01T00:00:00Z"}
    chapters = {"two": {"predicts": {"predict-two": late}}}
    chapters["one"] = {"predicts": {"predict-choice": early}}
    other = json.dumps({"format": KEY, "version": 1, "chapters": chapters})
    assert "The record here holds 1 prediction" in chapter.js(take(other))
    chapter.page.get_by_role("button", name="Cancel").click()
    assert chapter.js(STORED) == mine
    chapter.js(take(other))
    chapter.page.get_by_role("button", name="Add it to mine").click()
    kept = chapter.js(STORED)["chapters"]
    assert kept["one"]["predicts"]["predict-choice"]["said"] == "one"
    assert kept["two"]["predicts"]["predict-two"]["said"] == "that"
    chapter.js(take(other))
    chapter.page.get_by_role("button", name="Put it in place of mine").click()
    kept = chapter.js(STORED)["chapters"]
    assert kept["one"]["predicts"]["predict-choice"]["said"] == "three"
    chapter.page.get_by_role("button", name="Forget everything").first.click()
    chapter.page.locator(".tt-asks").get_by_role("button", name="Forget everything").click()
    assert chapter.js(STORED)["chapters"] == {}
    assert chapter.page.get_by_text("Nothing yet.").is_visible()


NEST = '{"a":' * 100_000 + "1" + "}" * 100_000
NOW = "2026-01-01T00:00:00Z"
EVIL = "</script><img src=x onerror='document.title = \"taken\"'>"


def stored(one=None, **others):
    """The text of a record with one chapter, and with other fields than it should have."""
    return json.dumps({"format": KEY, "version": 1, "chapters": {"one": one or {}}} | others)


BAD = {
    "newer": stored(version=2, chapters={"one": 3}),
    "newer by a fraction": stored(version=1.5),
    "newer than any": stored(version=9).replace("9", "1e999"),
    "older": stored(version=-1),
    "no JSON": "{not json",
    "nothing": "",
    "half of it": stored()[:-9],
    "a list": "[]",
    "null": "null",
    "another's": stored(format="other"),
    "no version": stored(version=None),
    "a text as version": stored(version="1"),
    "a list as version": stored(version=[2]),
    "an object as version": stored(version={"valueOf": 2}),
    "yes as version": stored(version=True),
    "chapters are a list": stored(chapters=[]),
    "chapters are null": stored(chapters=None),
    "a chapter is a list": stored(chapters={"one": []}),
    "a chapter is null": stored(chapters={"one": None}),
    "a chapter without a name": stored(chapters={"": {}}),
    "a name too long": stored(chapters={"x" * 201: {}}),
    "too many names": stored({"predicts": {str(i): {} for i in range(1001)}}),
    "wrong types": stored({"edits": 7}),
    "a list of edits": stored({"edits": [{"code": "1", "when": NOW}]}),
    "an object as code": stored({"edits": {CELL: {"code": {"toString": 1}, "when": NOW}}}),
    "too much code": stored({"edits": {CELL: {"code": "x" * 200_001, "when": NOW}}}),
    "right is a text": stored({"predicts": {"a": {"said": "a", "right": "yes", "when": NOW}}}),
    "passed by nothing": stored({"exercises": {"MulBackward": {"passed": True}}}),
    "hints are markup": stored(hints=EVIL),
    "a time that is none": stored({"finished": EVIL}),
    "a time that never was": stored({"finished": "9999-99-99T99:99:99Z"}),
    "a time after the end": stored({"finished": NOW + "\\n"}),
    "infinitely late": stored({"finished": 9}).replace("9", "1e999"),
    "nested": NEST,
    "nested lists": "[" * 100_000 + "]" * 100_000,
    "nested in its place": stored().replace("{}", NEST),
    "huge": stored(x="x" * 4_100_000),
}


def test_what_can_not_be_read_is_left_as_it_is(chapter, address):
    for name, text in BAD.items():
        chapter.page.evaluate("(text) => localStorage.setItem('tinytorch-record', text)", text)
        chapter.open(f"{address}/one.html")
        chapter.js(choose("predict-choice", 1))  # the page works
        assert "each of the two counts" in chapter.js(verdict("predict-choice")), name
        said = chapter.js("document.querySelector('.tt-notice').innerText")
        assert re.search(r"The record in this browser is left as it is\. It [\w .]+", said), name
        chapter.open(f"{address}/start/your_work.html")
        assert "left as it is" in chapter.js("document.querySelector('.tt-work').innerText"), name
        assert chapter.js(EXPORT) == text, "it can be saved as it is"
        # as a file it is refused, and what is there stays
        assert "record.json was not imported. It " in chapter.js(take(text)), name
        assert chapter.js(f"localStorage.getItem({KEY!r})") == text, name


def test_a_file_that_is_no_text_or_far_too_large_is_refused(chapter, address):
    chapter.open(f"{address}/start/your_work.html")
    for name, content in (
        ("fifty megabytes", f"'{stored()[:-1]}, \"x\": \"' + 'x'.repeat(5e7) + '\"}}'"),
        ("an image", "new Uint8Array([137, 80, 78, 71, 0, 255, 254])"),
        ("UTF-16", f"new Uint16Array([...{stored()!r}].map((c) => c.charCodeAt(0)))"),
    ):
        assert "record.json was not imported. It is " in chapter.js(take_bytes(content)), name
        assert chapter.js(f"{STORED}?.chapters ?? {{}}") == {}, name
    assert "Imported" in chapter.js(take("\ufeff" + stored())), "some editors write a mark first"


ODD = [
    *("__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "toJSON", "length"),
    *(
        '"] , *',
        "#one",
        "a b",
        "\\",
        "'",
        "</q>",
        "\u202egnorw\u2066",
        "\ud800",
        "\0",
        "🎓",
        "-1",
        "%00",
    ),
]


def test_odd_names_are_names_and_nothing_is_lost(chapter, address):
    edit = {"code": EVIL + "\u202e", "when": NOW}
    tried = {"passed": False, "message": "\u202e" + EVIL, "when": NOW}
    of = {
        "predicts": {"said": "\u202eone", "right": False, "when": NOW},
        "edits": edit,
        "exercises": {"passed": edit, "tried": tried},
    }
    one = {kind: dict.fromkeys(ODD, value) for kind, value in of.items()}
    one["edits"][CELL] = {"code": "mine = 1", "when": NOW}
    chapters = dict.fromkeys([*ODD, "one"], one)
    at = {"chapter": "__proto__", "when": NOW}
    record = json.dumps({"format": KEY, "version": 1, "at": at, "chapters": chapters})
    chapter.open(f"{address}/start/your_work.html")
    assert f"{(len(ODD) + 1) * len(ODD)} predictions" in chapter.js(take(record))
    assert json.loads(chapter.js(EXPORT))["chapters"] == json.loads(record)["chapters"]
    for page in ("one", "two", "page", "start/your_work"):
        chapter.open(f"{address}/{page}.html")
        assert chapter.js("document.title") != "taken"
        assert chapter.js("Object.keys(Object.prototype).length + Object.keys({}).length") == 0
    chapter.open(f"{address}/one.html")
    assert chapter.js(MARKS)[0] == "(begun)"
    chapter.js(choose("predict-choice", 1))
    assert "each of the two counts" in chapter.js(verdict("predict-choice"))
    kept = json.loads(chapter.js(f"localStorage.getItem({KEY!r})"))["chapters"]
    assert kept.keys() == chapters.keys()
    assert kept["__proto__"] == chapters["__proto__"]
    # what turns the direction of writing turns its own words only
    chapter.open(f"{address}/start/your_work.html")
    turned = chapter.page.locator(".tt-work li", has_text="\u202e")
    bare = turned.evaluate_all(
        """(all) => all.flatMap((item) => [...item.childNodes]).filter((node) =>
          node.nodeType === 3 && node.data.includes("\\u202e")).length"""
    )
    assert bare == 0


def test_markup_in_every_field_is_text(chapter, address):
    entry = {"said": EVIL, "right": True, "when": NOW}
    tried = {"passed": False, "message": EVIL, "when": NOW}
    one = {
        "predicts": {"predict-choice": entry, "predict-number": entry, EVIL: entry},
        "edits": {CELL: {"code": EVIL, "when": NOW}, EVIL: {"code": EVIL, "when": NOW}},
        "exercises": {EVIL: {"passed": {"code": EVIL, "when": NOW}, "tried": tried}},
    }
    one["exercises"]["MulBackward"] = one["exercises"][EVIL]
    names = ("one", EVIL, "constructor", "../../etc")
    record = {"format": KEY, "version": 1, "chapters": dict.fromkeys(names, one), EVIL: EVIL}
    text = json.dumps(record).replace('"constructor"', '"__proto__"')
    chapter.open(f"{address}/start/your_work.html")
    assert "Imported" in chapter.js(take(text))
    for page in ("start/your_work", "one", "page", "start/your_work"):
        chapter.open(f"{address}/{page}.html")
        assert chapter.js("document.querySelectorAll('img[src=x]').length") == 0
        assert chapter.js("document.title") != "taken"
        assert chapter.js("({}).edits === undefined && ({}).code === undefined")
    assert EVIL in chapter.js("document.querySelector('.tt-work').textContent")
    assert "../../etc, not in this book" in chapter.js(
        "document.querySelector('.tt-work').textContent"
    )
    chapter.open(f"{address}/one.html")
    assert "no longer among the answers" in chapter.js(verdict("predict-choice"))
    chapter.js(dispatch("tt:edit", code="b"))
    kept = json.loads(chapter.js(f"localStorage.getItem({KEY!r})"))["chapters"]
    assert kept["__proto__"]["edits"][CELL]["code"] == EVIL


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (
            "Object.defineProperty(self, 'localStorage', { configurable: true,"
            " get() { throw new DOMException('no', 'SecurityError'); } });",
            "lets the page keep nothing",
        ),
        (
            "Storage.prototype.setItem = function () {"
            " throw new DOMException('full', 'QuotaExceededError'); };",
            "has no room left",
        ),
    ],
    ids=["blocked", "full"],
)
def test_a_browser_that_keeps_nothing_says_so_and_works(chapter, address, trouble, sentence):
    chapter.context.add_init_script(trouble)
    chapter.open(f"{address}/one.html")
    chapter.js(choose("predict-choice", 0))
    assert "That is one of the two summands." in chapter.js(verdict("predict-choice"))
    assert sentence in chapter.page.locator(".tt-notice").inner_text()
    chapter.page.get_by_role("button", name="Close").click()
    assert not chapter.page.locator(".tt-notice").is_visible()
    chapter.js(dispatch("tt:checked", passed=True, message="", code="a"))
    assert chapter.js(MARKS)[0] == "(exercise passed)"
    chapter.js(type_number("predict-number", "2048"))
    assert chapter.js(MARKS)[0] == "(all done)", "what was done before is not forgotten"
    assert "one of the two summands" in chapter.js(verdict("predict-choice"))
    if sentence == "lets the page keep nothing":  # the theme has not stopped either
        chapter.page.locator(".theme-switch-button:visible").first.click()
        assert chapter.js("document.documentElement.dataset.mode") != "auto"


def test_two_pages_at_once_keep_what_both_did(chapter, address):
    other = chapter.context.new_page()
    other.goto(f"{address}/two.html")
    chapter.js(choose("predict-choice", 1))
    other.wait_for_function(f"{STORED}?.chapters.one")  # a page of another process, soon
    other.evaluate(choose("predict-two", 0))
    chapter.wait(f"{STORED}.chapters.two")
    assert set(chapter.js(STORED)["chapters"]) == {"one", "two"}
    chapter.wait(f"{MARKS}[1] === '(all done)'")


def test_what_to_go_on_with(chapter, address):
    def line():
        chapter.open(f"{address}/page.html")
        return chapter.js("document.querySelector('.tt-go-on').innerText")

    assert line() == "Go on with: One, its question"
    chapter.page.locator(".tt-go-on a").click()
    chapter.page.wait_for_url("**/one.html#predict-choice")
    chapter.js(choose("predict-choice", 0))
    chapter.js(type_number("predict-number", "7"))
    assert line() == "Go on with: One, its exercise"
    chapter.page.locator(".tt-go-on a").click()
    chapter.page.wait_for_url(f"**/one.html#{CELL}")
    chapter.js(dispatch("tt:checked", passed=True, message="", code="a"))
    assert line() == "Go on with: Two, its question"
    chapter.open(f"{address}/two.html")
    chapter.js(choose("predict-two", 0))
    assert "every question" in line()


NUMBERS = {
    "2048": "a K is 1024",
    "2,048 bytes": "a K is 1024",
    "2·10^3": "a K is 1024",
    "2e3": "a K is 1024",
    "0.5": "You divided",
    "1/2": "You divided",
    "2": "You left out",
    "−2048": "the sign is not",
    "20480": "decimal point is not",
    "5": "too small",
    "1e9": "too large",
}


def test_a_number_is_read_as_people_write_it(chapter):
    for typed in ("", "many", "1.2.3", "2, 3", "--1", "NaN"):
        chapter.js(type_number("predict-number", typed))
        assert "Type a number" in chapter.page.locator("#predict-number [role=alert]").inner_text()
        assert "one" not in chapter.js(STORED)["chapters"]
    for typed, answer in NUMBERS.items():
        chapter.js(type_number("predict-number", typed))
        assert answer in chapter.js(verdict("predict-number")), typed
        chapter.page.get_by_role("button", name="Answer again").click()


@pytest.mark.parametrize("width", [1280, 390])
def test_predict_by_keyboard_and_for_a_screen_reader(chapter, width):
    from importlib.util import find_spec
    from pathlib import Path

    page = chapter.page
    page.set_viewport_size({"width": width, "height": 800})
    box = page.locator("#predict-choice")
    assert not box.locator("details").is_visible(), "the answer waits"
    box.get_by_role("radio").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert "Choose an answer first." in box.get_by_role("alert").inner_text()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert "each of the two counts" in box.locator(".tt-verdict").inner_text()
    assert page.evaluate("document.activeElement.textContent") == "Answer again"
    assert box.get_by_role("radio").nth(1).is_checked()
    assert box.locator("details").is_visible()
    page.keyboard.press("Enter")
    assert not box.locator("details").is_visible()
    box.get_by_role("radio").nth(2).click()
    page.keyboard.press("Enter")
    assert "the plus" in box.locator(".tt-verdict").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.add_script_tag(path=Path(find_spec("axe_playwright_python").origin).parent / "axe.min.js")
    for place in ("#predict-choice", "#predict-number", ".tt-wait", "nav.bd-links"):
        found = page.evaluate("(place) => axe.run(place)", place)["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_your_work_for_a_screen_reader(chapter, address):
    from importlib.util import find_spec
    from pathlib import Path

    chapter.js(choose("predict-choice", 0))
    chapter.js(dispatch("tt:edit", code="good"))
    chapter.js(dispatch("tt:checked", passed=True, message="Right.", code="good"))
    chapter.open(f"{address}/start/your_work.html")
    page = chapter.page
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.add_script_tag(path=Path(find_spec("axe_playwright_python").origin).parent / "axe.min.js")
    found = page.evaluate("axe.run('.tt-work')")["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename == "tinytorch-record.json"
    assert json.loads(download.value.path().read_text())["chapters"]["one"]["edits"]


def test_hints_open_one_after_another(chapter, address):
    page = chapter.page
    one, two = page.get_by_text("Hint 1: first"), page.get_by_text("Hint 2: second")
    solution = page.get_by_text("Show the solution")
    two.click()
    assert not page.get_by_text("The second.").is_visible()
    assert page.get_by_text("Hint 1 comes first.").is_visible()
    solution.click()
    assert page.get_by_text("Press it again").is_visible()
    assert not page.get_by_text("solved").last.is_visible()
    one.click()
    two.click()
    assert page.get_by_text("The second.").is_visible()
    solution.click()  # asked twice
    assert page.locator(".cell_output", has_text="solved").is_visible()
    page.reload()
    chapter.js(dispatch("tt:checked", passed=None, message="Not written yet.", code=""))
    solution.click()
    assert page.get_by_text("Press it again").is_visible(), "nothing was tried"
    page.reload()
    chapter.js(dispatch("tt:checked", passed=False, message="No.", code="a"))
    solution.click()
    assert page.locator(".cell_output", has_text="solved").is_visible()
    page.reload()
    two.click()
    page.get_by_role("button", name="Let all hints and answers open").click()
    page.reload()
    two.click()
    assert page.get_by_text("The second.").is_visible()
    assert page.locator("#predict-choice details").is_visible()
    chapter.open(f"{address}/start/your_work.html")
    assert page.get_by_label("open without waiting").is_checked()
    page.get_by_label("open without waiting").uncheck()
    chapter.open(f"{address}/one.html")
    assert not page.locator("#predict-choice details").is_visible()


def test_print_shows_everything(chapter):
    chapter.page.emulate_media(media="print")
    details = chapter.page.locator("#predict-choice .tt-reasons li, .sd-dropdown p")
    assert details.count() >= 8
    for part in details.all():
        assert part.bounding_box()["height"] > 0
    assert not chapter.page.locator(".tt-commit").first.is_visible()


def test_without_javascript_a_box_is_a_question_and_a_folded_answer(chromium, address):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/one.html")
    box = page.locator("#predict-choice")
    assert box.locator(".tt-choices > li").first.inner_text() == "one"
    assert box.locator("input, button").count() == 0
    assert not box.get_by_text("It is two.").is_visible()
    box.locator("summary").click()
    assert box.get_by_text("It is two.").is_visible()
    assert box.get_by_text("You counted the plus as well.").is_visible()
    page.goto(f"{address}/start/your_work.html")
    assert page.get_by_text("which is off or has not run").is_visible()
    context.close()


def test_the_scripts_stay_small(folder):
    table = folder / "_build" / "html" / "_static" / "tinytorch-table.js"
    names = ["record.js", "predict.js", "progress.js"]
    parts = [table, *(STATIC / name for name in names)]
    assert sum(len(gzip.compress(part.read_bytes())) for part in parts) < 10_000
    for name in [*names, "work.js"]:
        assert max(map(len, (STATIC / name).read_text(encoding="utf8").splitlines())) <= 100


def test_marks_are_the_truth(chapter, folder, address):
    """After a pass, an edit, the old code again; and after a new title and cells in between.

    The last test, since it changes the book.
    """
    begun, passed = ["(begun)", ""], ["(exercise passed)", ""]
    assert chapter.js(MARKS) == ["", ""]
    chapter.js(dispatch("tt:checked", passed=False, message="No.", code="bad"))
    assert chapter.js(MARKS) == begun
    chapter.js(dispatch("tt:edit", code="good"))
    chapter.js(dispatch("tt:checked", passed=True, message="Right.", code="good"))
    assert chapter.js(MARKS) == passed
    chapter.js(dispatch("tt:edit", code="good # changed"))
    assert chapter.js(MARKS) == begun
    chapter.js(dispatch("tt:edit", code="good"))
    assert chapter.js(MARKS) == passed
    chapter.js(dispatch("tt:edit", code=None))
    assert chapter.js(MARKS) == begun
    chapter.js(dispatch("tt:edit", code="good"))
    chapter.js(dispatch("tt:checked", cell="c-12345678", passed=True, message="", code="solution"))
    chapter.js(choose("predict-choice", 0))
    assert chapter.js(MARKS) == passed
    chapter.js(type_number("predict-number", "7"))
    assert chapter.js(MARKS) == ["(all done)", ""]
    chapter.open(f"{address}/page.html")
    assert "Two, its question" in chapter.js("document.querySelector('.tt-go-on').textContent")

    text = (
        (ONE + LONG)
        .replace("# One: a title", "# Another name")
        .replace("## Build it\n", "```{code-cell} python\nprint('new')\n```\n\n## Build it\n")
    )
    (folder / "one.md").write_text(text, encoding="utf8")
    done = jupyter_book(folder)
    assert done.returncode == 0, done.stdout[-3000:]
    chapter.open(f"{address}/one.html")
    assert chapter.js("document.querySelector('h1').textContent").startswith("Another name")
    assert chapter.js(MARKS) == ["(all done)", ""]
    chapter.js(dispatch("tt:edit", code="x"))
    assert chapter.js(MARKS) == begun
