"""Every rule, and what is made of them, held against PyTorch in one table.

The rows are the table of operations and the compositions, the columns are the inputs of `edges.py`:
special numbers, dtypes, shapes, layouts. In each cell stand the value, the gradients, the gradients
that are recorded, and the second ones. No nan may stand where PyTorch has none, nor a number where
it has another. What is otherwise is written down with its reason, and fails when it no longer is.
"""

import warnings
from fnmatch import fnmatchcase

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from edges import FLOATS, INPUTS, run  # noqa: E402
from operations import COMPOSITIONS, OPERATIONS  # noqa: E402
from test_operations import of_the_package  # noqa: E402

import tinytorch as tt  # noqa: E402

NO_NAN = "a number where PyTorch has nan"
NOT_COMPARED = "shapes that differ are refused: comparing everything with everything is a mistake"
NAN = ": nan here, in PyTorch "
NO_SIZE = "PyTorch's own result has another shape than its documentation says"
DEPARTURES = {
    ("pow", "0"): "PyTorch drops the mixed derivative at exponent 0, which is g / a",
    ("pow", "-0"): "the same",
    ("pow 0.5", "-0"): "PyTorch takes 1 / √-0 = -∞ for the power -½ of -0; IEEE 754 has ∞",
    ("float_power", "-0"): "the same",
    ("in place: logit_", "-0"): "PyTorch's gradient changes its sign where it is recorded",
    **{
        ("prod", column): "products with ∞, multiplied in another order"
        for column in ("inf", "-inf", "inf and -inf")
    },
    **{(f"{name}_loss", "broadcast"): NOT_COMPARED for name in ("mse", "l1", "huber", "smooth_l1")},
    **{
        ("binary_cross_entropy", column): "the derivative of the value, in which ln 0 is -100"
        for column in ("0", "-0", "all 0")
    },
    ("multilabel_soft_margin_loss", "broadcast"): NOT_COMPARED,
    ("soft_margin_loss", "huge"): "a finite loss, where PyTorch's e^(-yx) is infinite",
    ("cross_entropy", "empty"): "no classes: the mean of rows of 0, in PyTorch 0 / 0",
    ("conv?d", "empty"): NO_SIZE,
    **{
        (name, column): NO_NAN + ": it multiplies a weight of ∞ with the scale before x"
        for name in ("batch_norm", "batch_norm in evaluation", "group_norm")
        for column in ("inf", "-inf", "inf and -inf")
    },
    ("batch_norm in evaluation", "empty"): "running statistics of other channels are refused",
    **{
        ("scaled_dot_product_attention", column): NO_NAN + ": a mask here leaves out what it hides"
        for column in ("nan", "inf", "-inf", "inf and -inf")
    },
    **{("topk", column): "which of equal ones is chosen is nobody's promise" for column in ("*0",)},
    **{("lerp by a tensor", column): NO_NAN for column in ("inf", "-inf", "inf and -inf")},
    ("mode", "nan"): "which of equally frequent ones is the smallest, when NaN is among them",
    **{
        ("trapezoid", column): "a number where PyTorch takes half an infinite end from the sum"
        for column in ("inf", "-inf", "inf and -inf")
    },
    ("scatter_reduce", "all 0"): "PyTorch shares the gradient with an element that is left out",
    **{
        ("scatter_reduce", column): "the same, and of nothing but -∞ what is left out is -∞ too"
        for column in ("inf", "-inf", "inf and -inf")
    },
    ("std", "float16"): "two values are equally far from their mean, which PyTorch rounds",
    ("mT", "0-d"): "refused, as PyTorch will too",
    **{
        ("prelu", column): "PyTorch's second derivative takes 0 for positive, its first does not"
        for column in ("0", "-0", "all 0")
    },
    **{
        (name, "nan"): "PyTorch's gradient at nan depends on where in memory it stands"
        for name in ("relu6", "hardtanh", "hardshrink", "softshrink")
    },
    ("hardsigmoid", "*"): "PyTorch's sixth is that of float32, in float64 too",
    ("hardswish", "-inf"): "0, the limit, where PyTorch has -∞ · 0",
    ("hardswish", "inf and -inf"): "the same",
    ("instance_norm", "empty"): "no channels, which is refused",
    ("adaptive_avg_pool2d", "empty"): "no pixels, which is refused",
    ("triplet_margin_loss", "huge"): "a difference of numbers near 1e30, and all of it is rounding",
}  # fmt: skip
ROUNDED = "huge", "tiny", "float16"  # where second derivatives are nothing but rounding
TOLERANCES = {np.float16: 1e-2, np.float32: 1e-4}


ROWS = []  # each row with its cases, one of those that have the same parameters
for row in (*OPERATIONS, *COMPOSITIONS):
    kinds = {}
    for case in row.cases:
        kinds.setdefault((*case.params, len(case.inputs)), case)
    if kinds:
        ROWS.append((row, list(kinds.values())))
NAMES = [row.name for row, _ in ROWS]


def departures(row, column):
    name = row.name.split(", ")[0]
    return {d for d in DEPARTURES if fnmatchcase(name, d[0]) and fnmatchcase(column, d[1])}


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(("row", "cases"), ROWS, ids=NAMES)
def test_as_pytorch(row, cases):
    problems, ran = [], set()
    for column in INPUTS:
        cells = list(compared(row, cases, column))
        if cells:
            ran.add(column)
        excused = departures(row, column)
        if excused:  # but for a nan where PyTorch has none, which nothing excuses
            cells = [[p for p in cell if NAN in p] for cell in cells]
        problems += [problem for cell in cells for problem in cell]
    assert "plain" in ran, "PyTorch runs no case of this row"
    assert not problems, "\n".join(problems[:6])


def compared(row, cases, column):
    """For each input of the column that PyTorch takes: what is not as there."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # NumPy's, about nan and infinities; PyTorch's, about sizes
        for case in cases:
            for inputs in INPUTS[column](case.inputs):
                try:
                    theirs = run(torch, row, case.params, inputs, column)
                except (RuntimeError, ValueError, IndexError, TypeError, AssertionError):
                    continue  # not for PyTorch
                shapes = " ".join(str(np.shape(x)) for x in inputs)
                found = cell(row, case.params, inputs, column, theirs)
                yield [f"{column} | {shapes} {case.params}\n{problem}" for problem in found]


def cell(row, params, inputs, column, theirs):
    try:
        ours = run(tt, row, params, inputs, column)
    except (RuntimeError, ValueError, IndexError, TypeError) as error:
        return [f"{type(error).__name__}: {error}"]
    rtol = TOLERANCES.get(FLOATS.get(column), 1e-8)
    return [
        problem
        for name, x in ours.items()
        if name in theirs and not (name.startswith("second") and column in ROUNDED)
        if (problem := differs(name, x, theirs[name], rtol))
    ]


def differs(name, a, b, rtol):
    if a is None and b is None:
        return None
    a = np.zeros_like(b) if a is None else a
    b = np.zeros_like(a) if b is None else b
    if a.dtype == bool:
        return f"{name}: {a}, PyTorch {b}" if b > a else None
    if a.shape != b.shape or a.dtype != b.dtype:
        return f"{name}: {a.dtype}{a.shape}, PyTorch {b.dtype}{b.shape}"
    if name != "value":  # a number may stand where PyTorch has none
        a = np.where(np.isnan(b), np.nan, a)
    if (nan := np.isnan(a) & ~np.isnan(b)).any():
        return f"{name}{NAN}{b[nan][:4]}"
    scale = np.abs(b[np.isfinite(b)]).max(initial=1e-4)
    if name.startswith("second"):  # of sums whose parts cancel
        rtol, scale = 5 * rtol, max(scale, 1)
    ok = np.isclose(a, b, rtol=rtol, atol=rtol * scale, equal_nan=True)
    return None if ok.all() else f"{name}: {a[~ok][:4]}, PyTorch {b[~ok][:4]}"


def test_every_departure_is_one():
    """What is as in PyTorch needs no excuse."""
    needed = set()
    for row, _ in ROWS:
        for column in INPUTS:
            keys = departures(row, column)
            if not keys <= needed and any(compared(row, row.cases, column)):
                needed |= keys
    # where an infinity meets another depends on signs that are drawn
    without_infinities = {key for key in DEPARTURES if "inf" not in key[1]}
    assert not without_infinities - needed, sorted(without_infinities - needed)


def test_every_rule_has_a_row_that_pytorch_runs():
    """A row fails unless PyTorch runs it; so a rule is covered when a row here runs it."""
    seen = set()

    def look(event, node, *_):
        seen.add(type(node))

    with tt.autograd.watch(look):
        for row, cases in ROWS:
            run(tt, row, cases[0].params, cases[0].inputs, "plain")
    rules = {rule for rule in of_the_package() if rule.__module__.startswith("tinytorch.core.")}
    assert rules - seen == set()
