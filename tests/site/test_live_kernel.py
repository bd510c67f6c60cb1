"""The page's kernel, run by the Python of this machine: the messages that it sends."""

import json
import os
import subprocess
import sys

import pytest
from books import ROOT

KERNEL = ROOT / "book" / "_ext" / "tinytorch_book" / "page_kernel"
TALK = """
import json, sys
import page_kernel

said = []
told = sys.stdout
kernel = page_kernel.start(lambda text: said.append(json.loads(text)), sys.argv[1])
for step in json.loads(sys.argv[2]):
    if isinstance(step, str):
        said.append({"type": "done", "right": kernel.run("c", step)})
    else:
        kernel.moved(*step)
told.write(json.dumps(said))
"""
FIGURE = """
import traitlets
from anywidget import AnyWidget

class Figure(AnyWidget):
    _esm = "module"
    x = traitlets.Int(1).tag(sync=True)
    square = traitlets.Int(1).tag(sync=True)
    raw = traitlets.Bytes(b"ab").tag(sync=True)

    @traitlets.observe("x")
    def _moved(self, change):
        self.square = self.x**2

figure = Figure(x=1)
"""


@pytest.fixture
def talk(tmp_path):
    """Return a function that runs cells, and moves, in a new kernel."""

    def run(*steps):
        done = subprocess.run(
            [sys.executable, "-c", TALK, str(tmp_path), json.dumps(steps)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(KERNEL), str(ROOT)])},
            text=True,
            encoding="utf8",
            capture_output=True,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def of(kind, said):
    return [message for message in said if message["type"] == kind]


def printed(said):
    return "".join(message["text"] for message in of("stream", said))


def plain(said):
    return [message["data"]["text/plain"] for message in of("display", said)]


def test_the_last_value_is_shown_unless_silent(talk):
    said = talk("1; 2", "1; 2;", "None", "x = 3", "x # no ;", "'a' if x else ';'", "_")
    assert plain(said) == ["2", "3", "'a'", "'a'"]
    assert all(message["right"] for message in of("done", said))


def test_values_print_as_in_a_notebook(talk):
    said = talk(
        "class A: pass",
        "A",
        "int",
        "['x' * 50, 'y' * 50]",
        "{'b': 1, 'a': 2}",
        "import numpy as np; np.zeros(2)",
    )
    assert plain(said) == [
        "__main__.A",
        "int",
        f"['{'x' * 50}',\n '{'y' * 50}']",
        "{'b': 1, 'a': 2}",
        "array([0., 0.])",
    ]


def test_streams_keep_their_order_with_what_is_shown(talk):
    said = talk(
        "print('a', end='')\ndisplay(1)\nprint('b')\nimport sys\nprint('c', file=sys.stderr)"
    )
    kinds = [(m["type"], m.get("name")) for m in said[:-1]]
    assert kinds == [
        ("stream", "stdout"),
        ("display", None),
        ("stream", "stdout"),
        ("stream", "stderr"),
    ]


def test_a_flood_is_cut_once_and_the_next_cell_prints(talk):
    said = talk("for i in range(300_000): print('flood', i)", "print('next')")
    assert len(of("cut", said)) == 1
    assert printed(said).endswith("next\n")
    assert len(printed(said)) == 500_000 + len("next\n")
    assert len(of("stream", said)) < 2_000  # many lines travel together


def test_errors_name_the_reader_s_lines_only(talk):
    said = talk(
        "def f(x):\n    import json\n    return json.loads(x)",
        "y = 1\nf('{')",
        "if:",
        "raise KeyError('k') from ValueError('v')",
        "raise SystemExit",
        "assert 1 == 2, 'so'",
    )
    errors = of("error", said)
    assert [e["kind"] for e in errors] == [
        "JSONDecodeError",
        "SyntaxError",
        "KeyError",
        "SystemExit",
        "AssertionError",
    ]
    assert [(line["line"], line["code"]) for line in errors[0]["lines"]] == [
        (2, "f('{')"),
        (3, "return json.loads(x)"),
    ]
    assert errors[1]["lines"][0]["line"] == 1
    assert [e["explained"] for e in errors] == [False, False, False, False, True]
    assert [m["right"] for m in of("done", said)] == [True] + [False] * 5


def test_input_says_what_to_do(talk):
    (error,) = of("error", talk("input('How old? ')"))
    assert "cannot wait for an answer" in error["message"]
    assert "How old?" in error["message"]


def test_the_source_of_a_reader_s_function_is_found(talk):
    said = talk("def f():\n    return 1", "import inspect\nprint(inspect.getsource(f))")
    assert printed(said) == "def f():\n    return 1\n"


def test_the_answer_of_check_is_told(talk):
    stub = "def forward(self, a, b): raise NotImplementedError"
    said = talk(
        "from tinytorch.core.autograd import Function\nfrom tinytorch.exercises import check",
        f"class MyMulBackward(Function):\n    {stub}\ncheck(MyMulBackward)",
        "check(MyMulBackward); print('silent')",
    )
    assert [(m["passed"], m["message"][:15]) for m in of("checked", said)] == [
        (None, "Not written yet")
    ]


def test_a_figure_is_told_and_moved(talk):
    said = talk(FIGURE, "figure", ["page-1", {"x": 3}], "figure.x, figure.square", "figure.x = 5")
    (shown,) = of("figure", said)
    assert shown["tree"] == "page-1"
    model = shown["models"]["page-1"]
    assert model["state"] == {"x": 1, "square": 1}
    assert model["buffers"] == [{"path": ["raw"], "data": "YWI="}]
    assert model["module"] == "module"
    assert plain(said) == ["(3, 9)"]
    changes = [m["changes"]["state"] for m in of("changed", said)]
    assert changes == [{"square": 9}, {"square": 25}, {"x": 5}] or changes == [
        {"square": 9},
        {"x": 5},
        {"square": 25},
    ]  # what the page has moved itself is not sent back
    assert len(of("moved", said)) == 1


def test_an_error_in_a_callback_is_told_below_its_cell(talk):
    said = talk(
        FIGURE + "figure.observe(lambda change: 1 / 0, 'x')",
        "figure",
        ["page-1", {"x": 3}],
        ["page-1", {"x": "no number"}],
        "figure.x",
    )
    assert [e["kind"] for e in of("error", said)] == ["ZeroDivisionError", "TraitError"]
    assert [e["cell"] for e in of("error", said)] == ["c", "c"]
    assert len(of("moved", said)) == 2
    assert plain(said) == ["3"]


def test_boxes_and_links(talk):
    said = talk(
        FIGURE + "other = Figure(x=2)",
        "from ipywidgets import HBox, jslink, jsdlink\njslink((figure, 'x'), (other, 'x'))",
        "HBox([figure, other])",
        "from ipywidgets import IntSlider",
    )
    (shown,) = of("figure", said)
    assert shown["tree"] == {"box": "HBoxModel", "children": ["page-1", "page-2"]}
    (link,) = of("link", said)
    assert (link["source"], link["target"], link["both"]) == (
        ["page-1", "x"],
        ["page-2", "x"],
        True,
    )
    assert "needs a notebook" in of("error", said)[0]["message"]


def test_a_clock_of_coarse_ticks_tells_no_time_twice(talk):
    said = talk("import page_kernel\nread = page_kernel.never_twice(lambda: 5.0)\nread() < read()")
    assert plain(said) == ["True"]
    said = talk("import time\na = time.perf_counter()\n0 < time.perf_counter() - a < 60")
    assert plain(said) == ["True"]
