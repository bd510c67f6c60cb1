"""What Python puts into a figure: the engine's numbers, or a sentence."""

import gzip
import inspect
import json
import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import tinytorch as tt
import tinytorch.widgets
from tinytorch.book import fitted, plots
from tinytorch.widgets import Check, Curve, Surface
from tinytorch.widgets.frame import palette
from tinytorch.widgets.frame.modules import bundle, join_modules, text

WIDGETS = Path(tt.__file__).with_name("widgets")
BODY = "const place = 2;\nexport const b = place;\n"


def slope(f, *at, wrt=0):
    """Return ∂f/∂input at one point, by a backward pass of its own."""
    xs = [tt.tensor(np.float64(v), requires_grad=True) for v in at]
    f(*xs).backward()
    return float(xs[wrt].grad.data)


# --- the curve


@pytest.mark.parametrize("f", [tt.relu, tt.sigmoid, tt.tanh, tt.exp, lambda x: x**3])
def test_curve_holds_the_engines_values_and_slopes(f):
    data = Curve(f, x=-0.5).data
    xs = data["x"][data["reach"] : -data["reach"]]
    assert xs[0] == -3 and xs[-1] == 3 and -0.5 in xs and 0 in xs
    for i in range(0, len(xs), 10):
        assert data["df"][i] == pytest.approx(slope(f, xs[i]), rel=1e-8, abs=1e-12)
        value = f(tt.tensor(np.float64(xs[i]))).data
        assert data["f"][i + data["reach"]] == pytest.approx(float(value), rel=1e-8, abs=1e-12)


def test_the_grid_of_a_curve_reaches_every_secant():
    data = Curve(tt.tanh).data
    assert len(data["f"]) == len(data["x"]) == len(data["df"]) + 2 * data["reach"]
    assert np.allclose(np.diff(data["x"]), data["step"], atol=1e-9)


@pytest.mark.parametrize("x", [0.123, 4.7, -10.0])
def test_x_between_or_beyond_the_grid_is_computed(x):
    figure = Curve(tt.tanh, x=0.5)
    before = figure.data
    figure.x = x
    assert figure.data != before
    xs = figure.data["x"][figure.data["reach"] : -figure.data["reach"]]
    i = xs.index(x)
    assert figure.data["df"][i] == pytest.approx(slope(tt.tanh, x), rel=1e-8)


def test_x_on_the_grid_costs_nothing():
    figure = Curve(tt.tanh, x=0.5)
    before = figure.data
    figure.x = -1.25
    figure.g = 0.777
    assert figure.data is before


@pytest.mark.parametrize(
    ("f", "jump"),
    [(tt.relu, [0, 0, 1, 0]), (lambda x: tt.relu(x) + tt.relu(-x), [0, -1, 1, 0])],
)
def test_jumps_of_the_slope_are_found_with_the_engines_choice(f, jump):
    jumps = Curve(f).data["jumps"]
    assert {tuple(found[1:2]) for found in jumps} == {(0,)}
    lefts, rights = [j[2] for j in jumps], [j[3] for j in jumps]
    assert (min(lefts), max(rights), jumps[0][4]) == tuple(jump[1:])


def test_steep_is_no_jump():
    assert Curve(lambda x: tt.sigmoid(x * 30.0)).data["jumps"] == []


def test_a_constant_has_slope_zero():
    figure = Curve(lambda x: tt.tensor(np.ones(x.shape)))
    assert figure.message == "" and set(figure.data["df"]) == {0.0}


def test_what_has_no_value_has_no_slope():
    data = Curve(tt.log, x=1.0, domain=(-1, 3)).data
    xs = data["x"][data["reach"] : -data["reach"]]
    pairs = list(zip(xs, data["df"], strict=True))
    assert all(slope == "nan" for x, slope in pairs if x < 0)
    assert all(math.isfinite(slope) for x, slope in pairs if x > 0)


def test_a_function_that_is_not_elementwise_is_refused():
    with pytest.raises(ValueError, match=r"elementwise.*\(\d+,\).*\(\)"):
        Curve(lambda x: x.sum())


def test_the_step_of_the_grid_goes_into_h_too():
    for f, x, h, domain in ((tt.sqrt, 0.5, 0.25, (0, 3)), (tt.relu, 1032.0, 0.375, (1025, 1039))):
        step = Curve(f, x=x, h=h, domain=domain).data["step"]
        assert h / step == pytest.approx(round(h / step)) and x / step == pytest.approx(
            round(x / step)
        )


def test_a_loss_has_no_g():
    figure = Curve(tt.tanh, names=("w", "L"))
    assert [name for name, _ in figure.data["panels"]] == ["f", "df"]
    assert Curve(tt.tanh).space[0] - figure.space[0] == 108


def test_the_name_of_the_function_is_its_label():
    assert Curve(tt.relu).data["label"] == "relu(x)"
    assert Curve(lambda x: x * x).data["label"] == ""
    assert Curve(tt.relu, compare=tt.tanh).data["compare"]["label"] == "tanh(x)"


# --- the surface


def table(figure):
    """Return z and its two slopes as the page reads them."""
    shape = 3, len(figure.data["a"]), len(figure.data["b"])
    return np.frombuffer(figure.table, "<f4").reshape(shape)


@pytest.mark.parametrize(
    "f", [lambda a, b: a * b, lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * a / b]
)
def test_surface_holds_the_engines_values_and_slopes(f):
    figure = Surface(f, a=2.0, b=3.0, domain=((-4, 4), (1, 4)))
    data, (z, za, zb) = figure.data, table(figure)
    for i in range(0, len(data["a"]), 7):
        for j in range(0, len(data["b"]), 7):
            a, b = data["a"][i], data["b"][j]
            assert z[i, j] == pytest.approx(float(f(np.float64(a), np.float64(b))), rel=1e-6)
            assert za[i, j] == pytest.approx(slope(f, a, b), rel=1e-6)
            assert zb[i, j] == pytest.approx(slope(f, a, b, wrt=1), rel=1e-6)


def test_a_point_between_the_grids_lines_is_computed():
    figure = Surface(lambda a, b: a * b, a=2.0, b=3.0)
    figure.a = 1.2345
    i, j = figure.data["a"].index(1.2345), figure.data["b"].index(3.0)
    z, _, zb = table(figure)
    assert z[i, j] == pytest.approx(3.7035)
    assert zb[i, j] == pytest.approx(1.2345)


# --- the check


def test_check_holds_the_differences_of_both_precisions():
    figure = Check(tt.tanh, 0.5, h=1e-3)
    data = figure.data
    assert data["slope"] == pytest.approx(slope(tt.tanh, 0.5), rel=1e-9)
    for name, dtype in (("float32", np.float32), ("float64", np.float64)):
        for i in range(0, len(data["h"]), 6):
            h = dtype(data["h"][i])
            up, down = (tt.tanh(tt.tensor(dtype(0.5) + s * h)).data for s in (1, -1))
            difference = (up - down) / dtype(2) / h
            assert up.dtype == dtype
            error = abs(float(difference) - slope(tt.tanh, 0.5))
            assert data["errors"][name][i] == pytest.approx(error, rel=1e-6, abs=1e-16)
            assert float(data["digits"][name][i]) == pytest.approx(float(difference), rel=1e-7)


def test_the_errors_make_two_vs():
    data = Check(tt.tanh, 0.5).data
    best = {name: data["h"][int(np.argmin(data["errors"][name]))] for name in data["errors"]}
    assert 1e-7 < best["float64"] < 1e-4 < best["float32"] < 1e-1
    third = 2 * (1 - math.tanh(0.5) ** 2) * abs(1 - 3 * math.tanh(0.5) ** 2)  # |tanh‴|
    assert data["truncation"] == pytest.approx(third / 6, rel=0.05)


def test_a_step_from_python_joins_the_steps():
    figure = Check(tt.tanh, 0.5)
    figure.h = 3e-5
    i = figure.data["h"].index(3e-5)
    up, down = (math.tanh(0.5 + s * 3e-5) for s in (1, -1))
    error = abs((up - down) / 6e-5 - slope(tt.tanh, 0.5))
    assert figure.data["errors"]["float64"][i] == pytest.approx(error, rel=1e-3)


def test_one_entry_of_an_array_is_nudged():
    data = Check(lambda x: x * x, [1.0, 3.0], entry=1).data
    assert data["slope"] == 6 and data["x"] == 3


def test_the_close_up_turns_to_stairs():
    zoom = Check(lambda x: x * x, 1.7, h=1e-7).data
    i = zoom["h"].index(1e-7)
    assert len(set(zoom["zoom"]["float32"][i])) < 12 < len(set(zoom["zoom"]["float64"][i]))


# --- all of them

product = lambda a, b: a * b  # noqa: E731


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Curve(tt.relu, x=math.nan), "x is nan"),
        (lambda: Curve(tt.relu, x=math.inf), "x is inf"),
        (lambda: Curve(tt.relu, g=math.nan), "g is nan"),
        (lambda: Curve(tt.relu, x=1e300), "too large to draw"),
        (lambda: Curve(tt.relu, domain=(1, 1)), "no interval"),
        (lambda: Curve(tt.relu, domain=(math.nan, 1)), "no interval"),
        (lambda: Curve(lambda x: x * math.nan), "nan or infinite everywhere"),
        (lambda: Curve(lambda x: x * 1e200), "too large to draw"),
        (lambda: Curve(tt.log, domain=(-9, -4), x=-5), "nan or infinite everywhere"),
        (lambda: Surface(product, a=math.nan), "a is nan"),
        (lambda: Surface(product, domain=((0, 0), (0, 1))), "no interval"),
        (lambda: Surface(lambda a, b: a * b * 1e200), "too large to draw"),
        (lambda: Surface(lambda a, b: a / (b - b)), "nan or infinite everywhere"),
        (lambda: Check(tt.tanh, math.nan), "nan or infinite"),
        (lambda: Check(tt.tanh, []), "empty"),
        (lambda: Check(tt.tanh, 0.5, h=0.0), "larger than zero"),
        (lambda: Check(tt.tanh, 0.5, h=math.nan), "h is nan"),
        (lambda: Check(tt.log, -1.0), "nothing to compare"),
        (lambda: Check(lambda x: x * 1e30, 0.5), "nothing to compare"),
    ],
)
def test_what_cannot_be_drawn_is_said(make, says):
    figure = make()
    assert says in figure.message and figure.data == {}
    json.dumps(
        {k: v for k, v in figure.get_state().items() if k in figure.traits(sync=True)},
        allow_nan=False,
        default=str,
    )


def test_a_bad_value_from_python_leaves_the_state_and_the_next_good_one_recovers():
    figure = Curve(tt.tanh, x=0.5)
    figure.x = math.nan
    assert figure.x == 0.5 and "x is nan" in figure.message
    figure.x = 1.0
    assert figure.message == "" and figure.data["x"]


@pytest.mark.parametrize(
    "figure",
    [
        Curve(tt.tanh, compare=tt.relu, x=1 / 3, domain=(-math.pi, math.e)),
        Surface(lambda a, b: tt.tanh(a * b), a=1 / 3, b=0.1, domain=((-math.pi, 3), (-1, math.e))),
        Check(tt.tanh, 0.3, h=3e-5),
    ],
    ids=["curve", "surface", "check"],
)
def test_data_stays_small_and_is_json(figure):
    text = json.dumps(figure.data, allow_nan=False, separators=(",", ":"))
    assert figure.message == "" and len(text) < 50_000


def test_too_much_data_is_said():
    class Wide(Curve):
        def compute(self):
            return {"x": np.random.default_rng(0).normal(size=10_000)}

    assert "show fewer numbers" in Wide(tt.relu).message


def test_reset_returns_to_the_first_state():
    figure = Surface(product, a=2.0, b=3.0, g=-1.0)
    figure.a = 0.5
    assert figure.start == {"a": 2.0, "b": 3.0, "g": -1.0, "trail": []}


# --- modules, palette, imports


KINDS = sorted(path.stem for path in WIDGETS.glob("figures/*.js"))
SOURCES = [path for suffix in ("js", "css") for path in sorted(WIDGETS.rglob(f"*.{suffix}"))]


def compressed(text):
    return len(gzip.compress(text.encode(), mtime=0))


def test_every_class_has_its_module_beside_it():
    assert KINDS == sorted(tinytorch.widgets._KINDS.values())


@pytest.mark.parametrize("kind", KINDS)
def test_modules_are_small_and_bundle_into_one_text(kind):
    assert compressed(text(f"figures/{kind}.js")) < 4096
    whole = bundle(kind)
    assert compressed(whole) < 16_384
    assert not re.search(r"^import\b", whole, re.MULTILINE)
    assert re.findall(r"^export\b.*", whole, re.MULTILINE) == ["export default {"]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_lines_can_be_read(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > 100] == []
    assert len(lines) < 400


def modules(**sources):
    return lambda name: sources[name.removesuffix(".js")]


def test_imports_are_followed_to_any_depth_and_each_module_is_there_once():
    read = modules(
        a='import { b } from "./b.js";\nimport { c } from "./c.js";\nb(c);\n',
        b='import { c } from "./c.js";\nexport const b = () => c;\n',
        c='import { d } from "./d.js";\nexport const c = d;\n',
        d="export function d() {}\n",
    )
    whole = join_modules("a.js", read)
    assert whole == "function d() {}\n\nconst c = d;\n\nconst b = () => c;\n\nb(c);\n"


@pytest.mark.parametrize(
    ("sources", "says"),
    [
        (
            {"a": 'import { b } from "./b.js";\nconst place = 1;\n', "b": BODY},
            "place means one thing in b.js, and another in a.js",
        ),
        (
            {"a": 'import { b } from "./b.js";\nconst [x, place] = b;\n', "b": BODY},
            "place means one thing in b.js, and another in a.js",
        ),
        ({"a": 'import { nothing } from "./b.js";\n', "b": BODY}, "b.js has no such name"),
        ({"a": 'import { place } from "./b.js";\n', "b": BODY}, "b.js has no such name"),
        ({"a": 'import * as all from "./b.js";\n', "b": BODY}, "cannot become part of one text"),
        ({"a": 'import { a } from "./a.js";\n'}, "a.js imports itself"),
    ],
)
def test_what_cannot_become_one_text_is_refused(sources, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        join_modules("a.js", modules(**sources))


LIGHT, DARK = palette.colors("light"), palette.colors("dark")


def luminance(color):
    parts = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_has_contrast(theme):
    for role in ("value", "g", "grad", "diff", "ink", "soft"):
        pair = sorted([luminance(theme[role]), luminance(theme["page"])])
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, role


def test_matplotlib_and_pages_share_the_palette():
    written = palette.STYLE.read_text(encoding="utf-8")
    assert palette.plot_style(written) == written
    assert palette.plot_style(written.replace(LIGHT["value"][1:], "000000")) == written
    colors = {*LIGHT.values(), *DARK.values()}
    own = set(re.findall(r"\b[0-9a-f]{6}$", written, re.MULTILINE))
    assert own < {color[1:] for color in LIGHT.values()}
    static = Path(__file__).parents[2] / "book/_ext/tinytorch_book/static"
    for name in ("book.css", "favicon.svg"):
        used = re.findall(r"#[0-9a-fA-F]{3,8}\b", (static / name).read_text(encoding="utf-8"))
        assert set(used) <= colors, name
    assert set(LIGHT) == set(DARK)


def test_docstrings_are_wrapped_for_the_page_and_the_program_stays():
    long = (
        "a line of a docstring that goes on for longer than the column of a page is wide, as here"
    )
    code = (
        f'def f(x):\n    """Short.\n\n    {long}\n    and on.\n    Cost: none.\n    """\n'
        f'    return "{long} {long}"'
    )
    page = fitted(code)
    lines = page.split("\n")
    assert lines[4:6] == ["    wide, as here and on.", "    Cost: none."]
    assert max(map(len, lines[:-1])) <= 79 and lines[-1] == code.split("\n")[-1]
    space, other = {}, {}
    exec(code, space)
    exec(page, other)
    assert inspect.getdoc(space["f"]).split() == inspect.getdoc(other["f"]).split()
    assert space["f"](0) == other["f"](0)


def test_plots_use_the_font_of_the_pages_and_matplotlibs_own_for_the_rest(recwarn, caplog):
    font_manager = pytest.importorskip("matplotlib.font_manager")
    pyplot = pytest.importorskip("matplotlib.pyplot")
    with pyplot.rc_context():
        plots()
        for weight, name in (("normal", "sans-regular.ttf"), ("bold", "sans-bold.ttf")):
            family = pyplot.rcParams["font.family"][0]
            font = font_manager.FontProperties(family=family, weight=weight)
            assert Path(font_manager.findfont(font, fallback_to_default=False)).name == name
        figure, axis = pyplot.subplots()
        axis.set_title("∂L/∂W₁ over η, ‖g‖ − 1")
        figure.canvas.draw()  # a missing glyph would warn
        pyplot.close(figure)
    assert not recwarn.list and not caplog.records


def test_the_style_file_is_valid():
    style_library = pytest.importorskip("matplotlib.style")
    with style_library.context("tinytorch.tinytorch"):
        pass


def test_importing_tinytorch_imports_no_widgets():
    code = "import sys, tinytorch, tinytorch.widgets; assert 'anywidget' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_anywidget_the_error_names_the_way_out():
    code = (
        "import sys; sys.modules['anywidget'] = None\n"
        "try: from tinytorch.widgets import Curve\n"
        "except ModuleNotFoundError as error: print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout == "Curve needs the package anywidget: pip install anywidget\n"
