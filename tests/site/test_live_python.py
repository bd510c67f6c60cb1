"""Python in a page of its own: cells, exercises, figures, and all that a reader can do to them."""

import gzip
import os
import subprocess
import sys

import pytest
from books import ROOT

TEN = [
    *("MulBackward", "DivBackward", "MatmulBackward", "SumBackward", "MaxBackward"),
    *("SliceBackward", "ReLUBackward", "SoftmaxBackward", "CrossEntropyBackward"),
    "LayerNormBackward",
]
EXERCISE = "exercise-MyMulBackward"
LOOP = "while True:\n    pass"


@pytest.fixture(scope="module")
def html(live_book, pyodide_files):
    return live_book(pyodide_files)


@pytest.fixture
def page(html, live):
    return live(html)


def answers(page):
    """What `check` was heard to say: verdict and exercise."""
    heard = [event for event in page.events if event["type"] == "tt:checked"]
    return [(event["passed"], event["exercise"], event["cell"]) for event in heard]


def test_cells_run_in_order_and_say_so(page):
    cells = page.ids()
    page.page.evaluate(
        """() => {
          self.seen = [];
          new MutationObserver((changes) => changes.forEach(({ target }) => seen.push(
            target.dataset.ttCell ? [target.dataset.ttCell, target.dataset.ttState]
              : ["python", target.dataset.ttPython])))
            .observe(document, { subtree: true,
                                 attributeFilter: ["data-tt-state", "data-tt-python"] });
        }"""
    )
    page.press(3)
    assert page.reaches(3, "done", "error") == "done"
    assert page.out(3) == "1.50 2.00"
    assert "ran in" in page.cell(3).locator(".tt-tools").inner_text()
    assert [page.state(i) for i in range(8)] == ["done"] * 4 + ["idle"] * 4
    seen = page.page.evaluate("seen")
    assert {state for name, state in seen if name == "python"} == {"loading", "running", "ready"}
    of = {name: list(dict.fromkeys(s for n, s in seen if n == name)) for name in cells[:4]}
    assert of[cells[3]] == ["waiting", "running", "done"]
    assert all(of[name][-1] == "done" for name in cells[:3])
    assert {url.rpartition("/")[2] for url in page.server.asked if "/python/" in url} >= {
        "pyodide.js", "python_stdlib.zip", "files.json", "kernel.zip"
    }  # fmt: skip

    # A second press runs the one cell, and one above again only if it was changed.
    page.page.evaluate("seen.length = 0")
    assert page.run(3) == "1.50 2.00"
    assert {name for name, _ in page.page.evaluate("seen")} == {cells[3], "python"}
    page.write(1, "print('changed')")
    assert page.state(1) == "idle"
    page.run(3)
    assert page.state(1) == "done"
    assert page.out(1) == "changed"


def test_an_exercise_stub_then_wrong_then_right(page):
    page.press(EXERCISE, "Check")
    page.reaches(EXERCISE, "done", "error")
    assert page.out(EXERCISE).startswith("Not written yet. Fill in")
    page.solve(EXERCISE, "wrong")
    assert page.run(EXERCISE, name="Check").startswith("Not yet. The gradient of a is g · a")
    spoken = page.page.locator("[aria-live=polite].tt-region").inner_text()
    assert "the factors are exchanged" in spoken
    page.solve(EXERCISE, "right")
    assert page.run(EXERCISE, name="Check").startswith("Right.")
    assert answers(page) == [(passed, "MyMulBackward", EXERCISE) for passed in (None, False, True)]
    assert page.events[-1]["code"].rstrip().endswith("check(MyMulBackward)")
    page.press(EXERCISE, "Book's output")
    assert (
        page.cell(EXERCISE).locator(".cell_output:visible").inner_text().startswith("Not written")
    )
    page.press(EXERCISE, "Book's output")
    assert page.out(EXERCISE).startswith("Right.")


def test_what_cells_put_out(page):
    assert page.run(7) == "array([0, 1, 2])"
    assert page.run(7, "1; 2;") == ""
    assert page.run(7, "print('a', end=''); print('b'); np.float64(2)").split() == [
        "ab",
        "np.float64(2.0)",
    ]
    assert page.run(7, "print('10 %', end='\\r'); print('20 %')") == "20 %"
    assert page.run(7, "import sys; print('no', file=sys.stderr)") == "no"
    code = "display(1); display('two'); [{'key': 'x' * 60}, {'key': 'y' * 60}]"
    page.run(7, code)
    shown = page.cell(7).locator("[data-tt-output] .output pre").all_inner_texts()
    assert shown[:2] == ["1", "'two'"]
    assert shown[2].count("\n") == 1
    page.run(
        7,
        "from tinytorch.book import Markdown\nMarkdown('| a | b |\\n| - | - |\\n| `1` | **2** |')",
    )
    table = page.cell(7).locator("[data-tt-output] table")
    assert table.locator("th").all_inner_texts() == ["a", "b"]
    assert table.locator("td code").inner_text() == "1"
    text = "Markdown('<img src=x onerror=alert(1)> [a](javascript:alert(1)) $x^2$')"
    page.run(7, text)
    shown = page.cell(7).locator("[data-tt-output]")
    assert shown.locator("img, a").count() == 0
    shown.locator("mjx-container").wait_for(state="attached")
    assert page.state(5) == "done"  # its code is not shown: what the book printed stays
    assert "def relu" in page.cell(5).locator(".cell_output:visible").inner_text()
    image = page.cell(6).locator("[data-tt-output] img")
    assert image.count() == 1  # the plot of a cell above


def test_errors_name_the_reader_s_lines(page):
    said = page.run(1, "def f(x):\n    return 1 / x\n\nf(0)")
    assert page.state(1) == "error"
    assert said.splitlines()[0] == "ZeroDivisionError: division by zero"
    assert list(filter(None, said.splitlines()))[1:] == [
        "line 4: f(0)",
        "line 2, in f: return 1 / x",
    ]
    said = page.run(1, "x = [1,\nprint(")
    assert page.state(1) == "error"
    assert said.startswith("SyntaxError: '(' was never closed")
    assert "line 2: print(" in said
    said = page.run(1, "tt.tensor(np.zeros((3, 4))) @ tt.tensor(np.zeros((5, 2)))")
    assert "4 and 5" in said
    assert "line 1: tt.tensor(" in said
    assert "/" not in said.split("line 1")[0]
    page.run(1, "def g():\n    raise ValueError('deep')")
    said = page.run(3, "g()")
    assert "line 1: g()" in said
    assert "line 2 of another cell, in g: raise ValueError('deep')" in said
    assert "RuntimeError: input(): a page's Python cannot wait" in page.run(3, "input('name? ')")
    said = page.run(3, "def f(n):\n    return f(n + 1)\n\nf(0)")
    assert said.startswith("RecursionError")
    assert "more …" in said
    said = page.run(
        3, "class A:\n    def __eq__(self, other):\n        return max([self == other])\n\nA() == 1"
    )
    assert said.startswith("RecursionError")
    # a cell above that fails keeps those below from running
    page.write(1, "1 / 0")
    page.press(7)
    page.reaches(1, "error")
    page.reaches(7, "idle")
    assert "A cell above ended with an error, so this one did not run." in page.note(7)


def test_a_reader_s_broken_exercise_keeps_nothing_from_running(page):
    page.write(EXERCISE, "this is no Python")
    page.press(7)
    assert page.reaches(7, "done", "error", "idle") in ("done", "error", "idle")
    page.reaches(7, "done")
    assert page.out(7) == "array([0, 1, 2])"


def test_stop_ends_an_endless_loop(page):
    page.write(1, f"print('begun')\n{LOOP}")
    page.press(1)
    page.prints(1, "begun")
    page.reaches(1, "running")
    page.press(1, "Stop")
    assert page.python == "off"
    assert page.state(1) == "idle"
    assert "Python was ended and its variables are gone" in page.note(1)
    assert page.out(1) == "begun"  # what it had put out stays
    assert "while True" in page.cell(1).locator("textarea").input_value()
    assert page.run(1, "print(np.ones(2))") == "[1. 1.]"  # afresh, with the cells above


def test_streams_while_it_runs_and_cuts_a_flood(page):
    page.write(1, "import time\nprint('first')\ntime.sleep(0.2)\nprint('second')\n" + LOOP)
    page.press(1)
    page.prints(1, "second")
    assert page.state(1) == "running"
    page.press(1, "Stop")
    said = page.run(1, "for i in range(300_000):\n    print('flood', i)")
    assert page.state(1) == "done"
    assert "has printed 500,000 characters; the rest is not shown" in said
    assert len(said) < 501_000
    assert page.run(3, "print('next')") == "next"
    said = page.run(1, "for i in range(1000):\n    print('x' * 1_000_000)  # a gigabyte in all")
    assert page.state(1) == "done"
    assert "the rest is not shown" in said
    assert len(said) < 501_000


def test_out_of_memory(page):
    page.run(1, "kept = []\nwhile True:\n    kept.append(np.ones(5_000_000))")
    said = page.out(1) + page.note(1)
    assert "emory" in said
    assert page.run(1, "print('goes on')") == "goes on"


def test_a_figure_is_linked_both_ways(page):
    page.run(3)
    figure = page.cell(2).locator("[data-tt-output] .tt-figure")
    assert page.cell(2).locator("figure.tt-live:visible").count() == 1
    figure.locator("input").first.press("ArrowRight")
    moved = figure.locator(".tt-readout").inner_text()
    printed = page.run(3, "print(f'{curve.x:.3f}')")
    assert printed != "1.500"
    assert float(printed) > 1.5
    page.run(3, "curve.x = 0")
    page.page.wait_for_function(
        "([figure, before]) => figure.querySelector('.tt-readout').textContent !== before",
        arg=[figure.element_handle(), moved],
    )
    assert "x = 0" in figure.locator(".tt-readout").inner_text()
    page.run(3, "curve.observe(lambda change: print('x is', change['new']), 'x')")
    figure.locator("input").first.press("ArrowRight")
    page.prints(2, "x is 0.")
    page.run(3, "curve.observe(lambda change: 1 / 0, 'x')")
    figure.locator("input").first.press("ArrowRight")
    page.prints(2, "ZeroDivisionError")
    assert page.python == "ready"
    # an end Python computes: a place outside the grid
    page.run(3, "curve.x = 100.0")
    page.page.wait_for_function(
        "(e) => e.querySelector('.tt-readout').textContent.includes('100')",
        arg=figure.element_handle(),
    )


def test_figures_are_linked_with_each_other(page):
    page.run(
        3,
        "from ipywidgets import HBox, jslink\n"
        "one, two = (Curve(f, x=1.0, name=n, caption='C.', alt='A.')"
        " for f, n in ((tt.tanh, 'fig-a'), (tt.relu, 'fig-b')))\n"
        "jslink((one, 'x'), (two, 'x'))\n"
        "HBox([one, two])",
    )
    figures = page.cell(3).locator("[data-tt-output] .tt-box.tt-hbox .tt-figure")
    assert figures.count() == 2
    before = figures.nth(1).locator(".tt-readout").inner_text()
    figures.nth(0).locator("input").first.press("ArrowRight")
    page.page.wait_for_function(
        "([figure, before]) => figure.querySelector('.tt-readout').textContent !== before",
        arg=[figures.nth(1).element_handle(), before],
    )
    one, two = page.run(7, "print(one.x, two.x)").split()
    assert one == two != "1.0"
    said = page.run(7, "from ipywidgets import IntSlider")
    assert "IntSlider of ipywidgets needs a notebook" in said


def test_loading_shows_its_progress_and_is_cancelled(html, live):
    page = live(html, faults={"pyodide.asm.wasm": "waiting"})
    page.press(1)
    bar = page.cell(1).locator("progress")
    page.page.wait_for_function("(e) => e.value > 1e6", arg=bar.element_handle())
    assert bar.evaluate("e => e.max") > 10e6
    assert "10 MB from this site" in page.note(1)
    assert page.state(1) == "waiting"
    assert page.python == "loading"
    page.cell(1).get_by_role("button", name="Cancel").click()
    assert (page.python, page.state(1)) == ("off", "idle")
    assert "Cancelled" in page.note(1)
    page.server.faults.clear()
    assert page.run(1).startswith("line 0")


@pytest.mark.parametrize(
    ("file", "fault", "said"),
    [
        ("pyodide.asm.wasm", "changed", "pyodide.asm.wasm from 127.0.0.1"),
        ("pyodide.asm.wasm", "cut", "pyodide.asm.wasm could not be fetched from 127.0.0.1"),
        ("pyodide.asm.js", "changed", "pyodide.asm.js from 127.0.0.1"),
        ("kernel.zip", "missing", "kernel.zip is missing at 127.0.0.1"),
        ("_wasm32.whl", "changed", "its digest differs, so it was not run"),
        ("-none-any.whl", "missing", "-none-any.whl is missing"),
    ],
)
def test_a_file_that_does_not_come_as_it_should(html, live, file, fault, said):
    page = live(html, faults={file: fault})
    page.press(1)
    page.reaches(1, "error")
    assert said in page.note(1)
    assert page.python == "failed"
    page.server.faults.clear()
    assert page.run(1).startswith("line 0")


def test_a_package_that_does_not_come(html, live):
    page = live(html, faults={"matplotlib-3.8.4-cp313-cp313-pyemscripten_2025_0_wasm32.whl": "cut"})
    said = page.run(6)
    assert page.state(6) == "error"
    assert "matplotlib" in said
    assert "could not be fetched" in said
    page.server.faults.clear()
    page.run(6)
    assert page.state(6) == "done"


def test_two_tabs_and_a_page_left_while_running(html, live):
    one, two = live(html), live(html)
    one.write(1, LOOP)
    one.press(1)
    one.reaches(1, "running")
    assert two.run(1).startswith("line 0")
    one.page.goto(f"{one.server.address}/genindex.html")
    one.page.go_back()
    one.page.wait_for_load_state()
    assert one.python == "off"
    assert one.reaches(1, "idle") == "idle"
    one.write(1, "print('mended')")  # the reader's record has kept the loop
    assert one.run(3) == "1.50 2.00"


def test_by_touch_on_a_phone(html, live):
    page = live(html, viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    cell = page.cell(EXERCISE)
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
    for button in cell.locator(".tt-tools button:visible").all():
        assert button.bounding_box()["height"] >= 44
    cell.get_by_role("button", name="Edit", exact=True).tap()
    cell.locator("textarea").wait_for()
    for how, said in (("wrong", "Not yet. The gradient of a is g · a"), ("right", "Right.")):
        page.solve(EXERCISE, how)
        cell.get_by_role("button", name="Check", exact=True).tap()
        page.reaches(EXERCISE, "done", "error")
        assert page.out(EXERCISE).startswith(said)
        answer = cell.locator("[data-tt-output]").bounding_box()
        assert answer["x"] >= 0 and answer["x"] + answer["width"] <= 390
        assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert [passed for passed, *_ in answers(page)] == [False, True]


def test_calls_too_deep_for_a_browser_are_said(page):
    page.write(
        1,
        "class V:\n    def __init__(self, of):\n        self.of = of\n\n"
        "v = None\nfor _ in range(200_000):\n    v = V(v)\ndel v",
    )
    page.press(1)
    page.reaches(1, "error", "done")
    if page.state(1) == "error":  # how deep a browser's stack is, is its own
        assert "deeper than a browser allows" in page.note(1)
    assert page.run(1, "print('afresh')") == "afresh"


def test_a_crash_is_said_and_python_starts_afresh(page):
    page.write(1, "import os\nos.abort()")
    page.press(1)
    page.reaches(1, "error")
    assert page.python == "failed"
    assert "Its variables are gone, your code is not" in page.note(1)
    assert "os.abort()" in page.cell(1).locator("textarea").input_value()
    assert page.run(1, "print('afresh')") == "afresh"


def test_without_storage_under_a_path_and_in_ten_megabytes(html, live):
    blocked = "Object.defineProperty(self, 'localStorage', { get() { throw new Error('no'); } })"
    page = live(html.parent, page="html/page.html", before=blocked)
    page.server.asked.clear()
    assert page.run(1).startswith("line 0")
    files = {path for path in page.server.asked if "/_static/" in path}
    weight = sum(len(gzip.compress((html.parent / path[1:]).read_bytes())) for path in files)
    assert 5e6 < weight < 10e6
    assert not any("matplotlib" in path for path in files)


def test_check_says_in_the_page_what_it_says_here(page):
    code = (
        "from tinytorch.exercises import EXERCISES, check\n"
        f"for name in {TEN}:\n"
        "    exercise = EXERCISES[name]\n"
        "    for mistake in exercise.mistakes:\n"
        "        print(name, check(exercise.mistaken(mistake), name))"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    here = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        text=True,
        encoding="utf8",
        capture_output=True,
    )
    assert here.returncode == 0, here.stderr
    there = page.run(1, code)
    assert page.state(1) == "done", there
    assert len(here.stdout.splitlines()) > 3 * len(TEN)
    assert there.split() == here.stdout.split()
