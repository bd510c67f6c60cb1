"""The array lens: its sums are the operation's, in Python and in the page."""

import json
import re

import numpy as np
import pytest
import traitlets

from tinytorch.core.autograd import (
    AddBackward,
    BatchNormBackward,
    Conv2dBackward,
    CrossEntropyBackward,
    DivBackward,
    LayerNormBackward,
    LogSoftmaxBackward,
    LogsumexpBackward,
    MatmulBackward,
    MaxBackward,
    MaxPool2dBackward,
    MeanBackward,
    MulBackward,
    PermuteBackward,
    ProdBackward,
    ReLUBackward,
    SigmoidBackward,
    SliceBackward,
    SoftmaxBackward,
    SqrtBackward,
    SubBackward,
    SumBackward,
    VarBackward,
    WhereBackward,
)
from tinytorch.core.spatial.windows import Windows
from tinytorch.widgets import ArrayLens
from tinytorch.widgets.figures.terms import products

A = np.array([[0.2, 1.2, -0.7], [1.0, -0.5, 0.8]])
B = np.array([[1.0, -0.4], [2.0, 0.3], [-1.5, 0.6]])
G = np.array([[0.5, 1.0], [-0.8, 0.3]])
ABOUT = {"name": "fig-lens", "caption": "See $g$.", "alt": "Grids."}


def array(*shape):
    return np.round(np.random.default_rng(sum(shape) + len(shape)).normal(size=shape), 1)


SUMS = {
    "matmul": (MatmulBackward, {"A": A, "B": B}, {"g": G, "out": "Z"}),
    "matmul, batch": (MatmulBackward, {"A": array(2, 2, 3), "B": array(3, 2)}, {}),
    "matmul, vector": (MatmulBackward, {"A": array(2, 3), "x": array(3)}, {}),
    "add, broadcast": (AddBackward, {"x": array(4, 3), "b": array(3)}, {"g": array(4, 3)}),
    "sub, stretched": (SubBackward, {"x": array(2, 3), "m": array(2, 1)}, {"g": array(2, 3)}),
    "mul, numbers": (MulBackward, {"a": 2.5, "b": 3.0}, {}),
    "mul, both stretched": (MulBackward, {"p": array(3, 1), "f": array(1, 4)}, {}),
    "sum over an axis": (SumBackward, {"x": array(3, 4)}, {"params": {"dim": 1}}),
    "mean of all": (MeanBackward, {"x": array(3, 3)}, {}),
    "permute": (PermuteBackward, {"x": array(2, 3, 2)}, {"params": {"dims": (2, 0, 1)}}),
    "conv2d": (
        Conv2dBackward,
        {"x": array(1, 1, 3, 3), "w": array(1, 1, 2, 2), "b": array(1)},
        {"params": {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}},
    ),
    "slice, twice": (SliceBackward, {"x": array(4)}, {"params": {"index": np.array([1, 1, 3])}}),
}
SLOPES = {
    "relu": (ReLUBackward, {"x": np.array([-1.0, 0.0, 2.0])}, {"g": np.array([3.0, 4.0, 5.0])}),
    "sigmoid": (SigmoidBackward, {"x": array(2, 3)}, {"g": array(2, 3)}),
    "div, broadcast": (DivBackward, {"a": array(2, 3), "b": array(3) + 3}, {}),
}
LIVE = {  # what the page computes by itself, with the points to move to besides random ones
    "softmax": (SoftmaxBackward, {"x": array(2, 4)}, {"params": {"dim": 1}}),
    "softmax of columns": (SoftmaxBackward, {"x": array(3, 2)}, {"params": {"dim": 0}}),
    "log-softmax": (LogSoftmaxBackward, {"x": array(2, 4)}, {"params": {"dim": -1}}),
    "logsumexp": (LogsumexpBackward, {"x": array(2, 3)}, {"params": {"dim": 1}}),
    "max": (MaxBackward, {"x": array(4, 3)}, {"params": {"dim": 0}}),
    "prod": (ProdBackward, {"x": array(3, 3)}, {"params": {"dim": 1}}),
    "var": (VarBackward, {"x": array(3, 4)}, {"params": {"dim": 1}}),
    "var of all, by n": (VarBackward, {"x": array(2, 3)}, {"params": {"correction": 0}}),
    "cross-entropy": (
        CrossEntropyBackward,
        {"x": array(3, 3), "q": np.eye(3)},
        {"params": {"reduction": "none"}},
    ),
    "max pooling": (
        MaxPool2dBackward,
        {"x": array(1, 1, 5, 5)},
        {"params": {"windows": Windows("pool", (1, 1, 5, 5), 3, 2, 0, 1)}},
    ),
    "max pooling, padded": (
        MaxPool2dBackward,
        {"x": array(1, 1, 4, 4)},
        {"params": {"windows": Windows("pool", (1, 1, 4, 4), 3, 2, 1, 1)}},
    ),
    "layer norm": (
        LayerNormBackward,
        {"x": array(2, 4), "w": array(4), "b": array(4)},
        {"params": {"normalized_shape": (4,)}},
    ),
    "batch norm": (BatchNormBackward, {"x": array(4, 2), "w": array(2), "b": array(2)}, {}),
}
ALL = SUMS | SLOPES | LIVE


def make(case, **more):
    operation, inputs, options = ALL[case]
    return ArrayLens(operation, inputs, **{"cell": "", **options, **more}, **ABOUT)


def computed(case, inputs, g):
    """Return z and the gradients, of the class itself."""
    operation, _, options = ALL[case]
    arrays = [np.asarray(x, dtype=np.float64) for x in inputs.values()]
    params = options.get("params", {})
    z = np.asarray(operation.run(*arrays, **params))
    grads = operation(*arrays, **params).apply(np.asarray(g, dtype=np.float64))
    return {options.get("out", "z"): z} | {
        f"∂L/∂{name}": np.asarray(d) for name, d in zip(inputs, grads, strict=True)
    }


def summed(figure, inputs, g):
    """Return what the terms of the figure's data add up to."""
    given = {name: np.ravel(x) for name, x in inputs.items()} | {"g": np.ravel(g)}
    values, found = [], {}
    for grid in figure.data["grids"]:
        here = given.get(grid["name"], grid.get("values"))
        if here is None:
            here = [
                sum(c * np.prod([values[i] for i in parts]) for c, *parts in terms)
                for terms in grid["terms"]
            ]
        values.extend(here)
        found[grid["name"]] = np.array(here)
    return found


def holds(figure, case, inputs, g):
    found = summed(figure, inputs, g)
    for name, want in computed(case, inputs, g).items():
        np.testing.assert_allclose(found[name], want.ravel(), rtol=1e-7, atol=1e-8)


# ------------------------------------------------------------------------------- Python


@pytest.mark.parametrize("case", SUMS)
def test_the_terms_add_up_to_the_operation_everywhere(case):
    figure = make(case)
    assert figure.data["exact"] and not figure.message
    holds(figure, case, figure.inputs, figure.g)
    random = np.random.default_rng(7)
    inputs = {name: random.normal(size=np.shape(x)) for name, x in figure.inputs.items()}
    holds(figure, case, inputs, random.normal(size=np.shape(figure.g)))


@pytest.mark.parametrize("case", SLOPES)
def test_other_operations_show_their_slopes(case):
    figure = make(case)
    assert not figure.data["exact"]
    g = np.random.default_rng(7).normal(size=np.shape(figure.g))
    holds(figure, case, figure.inputs, g)


def test_products_beside_single_terms_and_constants_are_told_apart():
    def f(x, w, b):
        return 2 * x * w + np.outer(b, np.ones(2)).ravel()[:2] - 3

    point = [np.array([1.0, -2.0]), np.array([0.5, 4.0]), np.array([7.0])]
    assert products(f, point) == [
        [(-3, ()), (1, ((2, 0),)), (2, ((0, o), (1, o)))] for o in range(2)
    ]
    assert products(lambda x: x * x, [np.array([1.0, 2.0])]) is None


def test_a_cell_comes_from_the_cells_that_the_formula_says():
    figure = make("matmul")
    cells = [cell for grid in figure.data["grids"] for cell in grid["cells"]]
    grid = next(grid for grid in figure.data["grids"] if grid["name"] == "∂L/∂A")
    terms = grid["terms"][grid["cells"].index("∂L/∂A[0,1]")]
    assert [[c, *(cells[i] for i in parts)] for c, *parts in terms] == [
        [1.0, "g[0,0]", "B[1,0]"],
        [1.0, "g[0,1]", "B[1,1]"],
    ]


def test_an_image_alone_in_its_batch_is_named_by_row_and_column():
    x, w, _ = make("conv2d").data["grids"][:3]
    assert (x["cells"][4], x["shape"], x["marks"]) == ("x[1,1]", "(1, 1, 3, 3)", ["0", "1", "2"])
    assert w["cells"][-1] == "w[1,1]"


def test_a_dead_relu_still_names_what_it_comes_from():
    _, z, _, dx = make("relu").data["grids"]
    assert dx["terms"] == [[[0.0, 6]], [[0.0, 7]], [[1.0, 8]]]
    assert z["values"] == [0.0, 0.0, 2.0]


def test_python_recomputes_the_slopes_where_an_input_moves_and_nothing_else():
    figure = make("sigmoid")
    seen = []
    figure.observe(lambda change: seen.append(change.new), names="data")
    figure.g = array(2, 3) + 1
    assert not seen
    figure.inputs = {"x": array(2, 3) + 2}
    assert len(seen) == 1
    holds(figure, "sigmoid", figure.inputs, figure.g)
    sums = make("matmul")
    before = sums.data
    sums.inputs = {"A": A + 1, "B": B}
    assert sums.data is before


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        ({"x": [1.0, np.nan]}, "x holds nan here"),
        ({"x": [1.0, -np.inf]}, "x holds −∞ here"),
        ({"x": []}, "x has shape (0,) and is empty"),
        ({"x": [1.0, 3e15]}, "x holds 3.0e+15: too large"),
        ({"x": np.zeros((2, 40))}, "x has shape (2, 40): too large"),
        ({"x": [-1.0, 4.0]}, "z holds nan here"),
        ({"x": [0.0, 4.0]}, "∂L/∂x holds ∞ here"),
    ],
)
def test_what_cannot_be_shown_is_said(show, inputs, sentence):
    figure = ArrayLens(SqrtBackward, inputs, **ABOUT)
    assert figure.message.startswith(sentence)
    assert figure.data == {}
    page = show(figure)
    assert page.locator(".tt-message").text_content() == figure.message
    assert not page.locator(".tt-drawing").is_visible()


def test_a_bad_value_from_python_is_said_and_a_good_one_heals():
    figure = make("matmul")
    figure.g = [[np.nan, 1.0], [0.0, 0.0]]
    assert figure.message.startswith("g holds nan")
    figure.g = G
    assert not figure.message and figure.data


def test_wrong_shapes_names_and_cells_are_errors():
    figure = make("matmul")
    with pytest.raises(traitlets.TraitError, match=r"g has shape \(3,\); it must be \(2, 2\)"):
        figure.g = [1, 2, 3]
    with pytest.raises(traitlets.TraitError, match="expected arrays for A, B"):
        figure.inputs = {"A": A}
    with pytest.raises(ValueError, match="no cell 'Q'; the grids are A, B, Z, g, ∂L/∂A, ∂L/∂B"):
        make("matmul", cell="Q")
    with pytest.raises(ValueError, match="inner dimensions"):
        ArrayLens(MatmulBackward, {"A": A, "B": A})


def test_the_largest_figure_is_small_enough():
    figure = ArrayLens(MatmulBackward, {"A": array(8, 8), "B": array(8, 8)}, **ABOUT)
    assert not figure.message
    assert len(json.dumps(figure.data, separators=(",", ":"))) < 50_000


# ------------------------------------------------------------------------------- the page


def said(page):
    """Return the readout, spaces made even."""
    return re.sub(r"\s+", " ", page.locator(".tt-readout").text_content()).strip()


def cell(page, name):
    return page.locator(f'[data-pick="{name}"]')


def shown(page):
    """Return the text that a reader of the cells hears: {name: number}."""
    labels = page.locator("[data-pick]").evaluate_all(
        "cells => cells.map((cell) => cell.getAttribute('aria-label'))"
    )
    return {
        name: float(value.replace("−", "-")) for name, value in (s.split(" = ") for s in labels)
    }


def get(page, trait):
    return page.evaluate("trait => model.get(trait)", trait)


def marked(page, how):
    return set(
        page.locator(f".tt-cell.tt-{how}").evaluate_all("all => all.map((c) => c.dataset.pick)")
    )


def matches(page, case, places):
    """Hold every number of the page against the class, at the page's inputs and g."""
    numbers = shown(page)
    for name, want in computed(case, get(page, "inputs"), get(page, "g")).items():
        for index, value in np.ndenumerate(want):
            key = f"{name}[{','.join(map(str, index))}]" if index else name
            assert numbers[key] == pytest.approx(value, abs=0.5001 * 10**-places), key


def test_the_readout_writes_the_sum_out(show):
    page = show(make("matmul", cell="∂L/∂A[0,1]"))
    assert said(page) == ("∂L/∂A[0,1] = g[0,0]·B[1,0] + g[0,1]·B[1,1] = 0.5·2.0 + 1.0·0.3 = 1.30")
    assert marked(page, "lit") == {"g[0,0]", "g[0,1]", "B[1,0]", "B[1,1]"}
    assert marked(page, "chosen") == {"∂L/∂A[0,1]"}


@pytest.mark.parametrize(
    ("case", "width"),
    [
        ("matmul", 1280),
        ("matmul, batch", 390),
        ("add, broadcast", 390),
        ("mul, numbers", 1280),
        ("mean of all", 1280),
        ("relu", 390),
        ("div, broadcast", 1280),
    ],
)
def test_the_first_control_walks_over_all_cells_and_every_sum_is_right(show, case, width):
    figure = make(case)
    page = show(figure, width=width)
    matches(page, case, figure.data["digits"][1])
    page.locator("input.tt-range").first.focus()
    page.keyboard.press("Home")
    seen = set()
    names = [cell for grid in figure.data["grids"] for cell in grid["cells"]]
    for name in names:
        assert get(page, "cell") == name
        text = said(page)
        assert text.startswith(f"{name} = ")
        seen.add((text, page.locator(".tt-drawing").inner_html()))
        if "·" in text and " = " in text and figure.data["exact"]:
            numbers = [part for part in text.split(" = ")[1:] if not re.search("[a-zA-Z…]", part)]
            worth = [eval(part.replace("·", "*").replace("−", "-")) for part in numbers]
            assert worth == pytest.approx([worth[-1]] * len(worth), abs=3e-3), text
        page.keyboard.press("ArrowRight")
    assert len(seen) == len(names)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_arrows_go_from_cell_to_cell_and_tab_from_grid_to_grid(show):
    page = show(make("matmul", cell="A[0,1]"))
    cell(page, "A[0,1]").focus()
    for key, want in [
        ("ArrowRight", "A[0,2]"),
        ("ArrowRight", "A[0,2]"),
        ("ArrowDown", "A[1,2]"),
        ("ArrowDown", "A[1,2]"),
        ("ArrowLeft", "A[1,1]"),
        ("ArrowUp", "A[0,1]"),
        ("Tab", "B[0,0]"),
        ("Tab", "Z[0,0]"),
        ("Tab", "g[0,0]"),
        ("Shift+Tab", "Z[0,0]"),
    ]:
        page.keyboard.press(key)
        assert get(page, "cell") == want
        assert page.evaluate("document.activeElement.dataset.pick") == want
        assert said(page).startswith(f"{want} = ")
    assert page.evaluate("keys.filter((key) => key.startsWith('Arrow'))") == []


def test_a_given_cell_shows_what_uses_it(show):
    page = show(make("matmul"))
    cell(page, "A[0,1]").click()
    page.mouse.move(1, 700)
    assert get(page, "cell") == "A[0,1]"
    uses = {"Z[0,0]", "Z[0,1]", "∂L/∂B[1,0]", "∂L/∂B[1,1]"}
    assert marked(page, "uses") == uses
    assert said(page) == ("A[0,1] = 1.2 goes into Z[0,0], Z[0,1], ∂L/∂B[1,0], ∂L/∂B[1,1]")


def test_the_mouse_over_a_cell_shows_it_and_leaves_no_trace(show):
    page = show(make("matmul", cell="Z[0,0]"))
    before = said(page)
    cell(page, "∂L/∂B[2,1]").hover()
    assert said(page).startswith("∂L/∂B[2,1] = ")
    assert get(page, "cell") == "Z[0,0]"
    page.mouse.move(1, 700)
    assert said(page) == before


@pytest.mark.parametrize("case", ["matmul, batch", "sub, stretched", "mul, numbers", "mean of all"])
def test_an_edit_by_keyboard_is_followed_by_all_that_depends_on_it(show, case):
    figure = make(case)
    page = show(figure, host="static")
    step, places = figure.data["step"], figure.data["digits"][1]
    for name in (figure.data["grids"][0]["cells"][-1], figure.data["grids"][-1]["cells"][0]):
        before = shown(page)
        cell(page, name).focus()
        page.keyboard.press("+")
        page.keyboard.press("PageDown")
        value = page.locator("input.tt-range").nth(1)
        if name in figure.data["grids"][0]["cells"]:
            assert shown(page)[name] == pytest.approx(before[name] - 9 * step)
            value.focus()
            page.keyboard.press("ArrowRight")
            assert shown(page)[name] == pytest.approx(before[name] - 8 * step)
            assert shown(page) != before
            matches(page, case, places)
        else:
            assert shown(page) == before
            assert value.is_disabled()
    page.get_by_role("button", name="Reset").click()
    assert {trait: get(page, trait) for trait in figure.moves} == figure.start


def places_of(figure):
    """Points to move the inputs to: random ones, ties, zeros, a line of equal entries."""
    random = np.random.default_rng(3)
    for place in range(4):
        values = {n: np.round(random.normal(size=np.shape(x)), 1) for n, x in figure.inputs.items()}
        if place == 1:
            values = {name: np.sign(x) for name, x in values.items()}
        if place == 2:
            values["x"] = np.zeros_like(values["x"])
        yield values


@pytest.mark.parametrize("case", LIVE)
def test_the_page_computes_an_operation_on_lines_at_any_inputs(show, case):
    figure = make(case)
    before = figure.data
    page = show(figure, host="static")
    for inputs in places_of(figure):
        g = np.round(np.random.default_rng(9).normal(size=np.shape(figure.g)), 1)
        for trait, value in (("inputs", {n: x.tolist() for n, x in inputs.items()}), ("g", g)):
            value = value.tolist() if trait == "g" else value
            page.evaluate("([trait, value]) => model.set(trait, value)", [trait, value])
        seen = shown(page)
        digits = figure.data["digits"][1]
        for name, want in computed(case, inputs, g).items():
            grid = next(grid for grid in figure.data["grids"] if grid["name"] == name)
            got = [seen[cell] for cell in grid["cells"]]
            np.testing.assert_allclose(got, want.ravel(), atol=0.5000001 * 10**-digits, rtol=0)
    figure.inputs = inputs  # in a kernel it needs no new data either
    assert figure.data is before


@pytest.mark.parametrize("case", LIVE)
def test_every_entry_of_a_line_is_a_term_of_its_output(case):
    figure = make(case)
    assert not figure.data["exact"]
    holds(figure, case, figure.inputs, figure.g)
    if case == "max pooling":
        z = next(grid for grid in figure.data["grids"] if grid["name"] == "z")
        assert [len(terms) for terms in z["terms"]] == [9] * 4


class Choose(WhereBackward):
    def forward(self, condition, a, b):
        return super().forward(condition != 0, a, b)


def test_a_press_turns_a_switch_over_and_the_choice_follows(show):
    mask = np.array([[1, 1, 0], [0, 1, 0]])
    inputs = {"c": mask, "a": array(2, 3), "b": array(3)}
    g = array(2, 3)
    figure = ArrayLens(Choose, inputs, g=g, switches=["c"], **ABOUT)
    assert figure.data["exact"] and not figure.message
    page = show(figure, host="static")
    for name, key in (("c[0,2]", None), ("c[1,1]", " "), ("c[0,0]", "Enter"), ("c[0,2]", None)):
        if key is None:
            cell(page, name).click()
        else:
            cell(page, name).focus()
            page.keyboard.press(key)
        i, j = int(name[2]), int(name[4])
        mask[i, j] = 1 - mask[i, j]
        assert get(page, "inputs")["c"] == mask.tolist()
        _, da, db = Choose(mask, *(inputs[name] for name in "ab")).apply(g)
        seen = shown(page)
        for want, name in ((da, "a"), (db, "b")):
            for index, value in np.ndenumerate(want):
                place = ",".join(map(str, index))
                assert seen[f"∂L/∂{name}[{place}]"] == pytest.approx(value, abs=5e-3)
    page.keyboard.press("+")  # no third value
    page.keyboard.press("+")
    assert set(np.ravel(get(page, "inputs")["c"])) == {0, 1}


def test_on_a_page_a_score_is_edited_and_all_follows(show):
    figure = make("softmax", cell="x[0,0]")
    page = show(figure, host="static")
    before = shown(page)
    cell(page, "x[0,0]").focus()
    page.keyboard.press("+")
    after = shown(page)
    moved = {name for name in before if before[name] != after[name]}
    assert {f"z[0,{j}]" for j in range(4)} <= moved
    assert not {f"z[1,{j}]" for j in range(4)} & moved
    assert page.locator(".tt-readout").text_content().count("notebook") == 0


def test_a_cell_is_edited_by_dragging_it_sideways(show):
    page = show(make("matmul"))
    box = cell(page, "g[0,1]").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 41, y + 3, steps=5)
    page.mouse.up()
    assert get(page, "g")[0][1] == 1.5
    assert get(page, "cell") == "g[0,1]"
    matches(page, "matmul", 2)
    before = get(page, "inputs"), get(page, "g")
    box = cell(page, "Z[0,1]").bounding_box()
    page.mouse.move(box["x"] + 9, box["y"] + 9)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 9, steps=3)
    page.mouse.up()
    assert (get(page, "inputs"), get(page, "g")) == before


def test_edits_stop_at_the_limits(show):
    figure = make("matmul")
    page = show(figure)
    cell(page, "A[0,0]").focus()
    for _ in range(8):
        page.keyboard.press("PageUp")
    assert shown(page)["A[0,0]"] == figure.data["limit"]


def test_on_a_page_the_inputs_of_other_operations_stay_and_it_says_so(show):
    page = show(make("sigmoid"), host="static")
    cell(page, "x[0,1]").focus()
    before = shown(page)
    page.keyboard.press("+")
    assert shown(page) == before
    assert said(page).endswith("On this page g can be edited; x only in a notebook.")
    cell(page, "g[0,1]").focus()
    page.keyboard.press("+")
    assert shown(page) != before
    assert "notebook" not in said(page)
    matches(page, "sigmoid", 3)
    live = show(make("sigmoid"))
    cell(live, "x[0,1]").focus()
    live.keyboard.press("+")
    assert get(live, "inputs") != make("sigmoid").inputs
    assert "notebook" not in said(live)


@pytest.mark.parametrize("case", ["matmul", "mean of all", "div, broadcast"])
@pytest.mark.parametrize(("width", "layout"), [(720, 0), (390, 1)])
def test_the_reserved_height_is_the_height(show, case, width, layout):
    figure = make(case)
    page = show(figure, width=width, host="static")
    page.locator("input.tt-range").first.focus()
    page.keyboard.press("Home")
    for _ in range(sum(len(grid["cells"]) for grid in figure.data["grids"])):
        box = page.locator("figure").bounding_box()
        assert box["height"] == pytest.approx(figure.space[layout], abs=1)
        page.keyboard.press("ArrowRight")


def test_a_frame_takes_under_8_ms(show, frame_time):
    page = show(ArrayLens(MatmulBackward, {"A": array(3, 4), "B": array(4, 3)}, **ABOUT))
    page.evaluate("self.names = model.get('data').grids.flatMap((grid) => grid.cells)")
    assert frame_time(page, "model.set('cell', names[(7 * n) % names.length])") < 8


def test_leaving_lets_go_of_the_model(show):
    page = show(make("matmul"))
    page.evaluate("leave()")
    assert page.evaluate("model.listeners") == 0


TITLES = """() => {
  const svg = document.querySelector(".tt-drawing svg").getBoundingClientRect();
  return [...document.querySelectorAll(".tt-title")]
    .filter((title) => {
      const box = title.getBoundingClientRect();
      return box.right > svg.right + 1 || box.left < svg.left - 1;
    })
    .map((title) => title.textContent);
}"""


@pytest.mark.parametrize("width", [390, 1280])
def test_titles_stay_in_the_drawing(show, width):
    """That of a narrow grid at the right edge is wider than the grid."""
    matrix = np.array([[2.0, -1.0, 0.0, 1.0], [0.0, 1.0, 3.0, -2.0]])
    column = np.array([[1.0], [2.0], [-1.0], [0.5]])
    page = show(ArrayLens(MatmulBackward, {"J": matrix, "x": column}, **ABOUT), width=width)
    assert page.locator(".tt-title").count() == 6
    assert page.evaluate(TITLES) == []
