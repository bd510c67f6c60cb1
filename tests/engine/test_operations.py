"""Every operation of the table: value, gradients of first and second order, dtypes, refusals."""

from functools import partial

import numpy as np
import pytest
from layouts import strided
from operations import OPERATIONS

import tinytorch as tt
from tinytorch.autograd import Function, gradcheck, gradgradcheck
from tinytorch.core.autograd import MaxBackward, ReLUBackward
from tinytorch.core.engine import versions
from tinytorch.core.engine.by_hand import by_hand

CASES = [pytest.param(op, case, id=f"{op.name} | {case}") for op in OPERATIONS for case in op.cases]
over_cases = pytest.mark.parametrize("op, case", CASES)
over_smooth_cases = pytest.mark.parametrize(
    "op, case", [c for c in CASES if c.values[0].differences]
)


TOLERANCES = {"rtol": 1e-6, "atol": 2e-8}  # a rule in float32 by mistake does not pass


def tensors(case, dtype=np.float64, layout=np.array):
    """The inputs as Tensors that require gradients; integers and booleans as they are."""
    return [
        x
        if not isinstance(x, np.ndarray)
        else tt.from_numpy(layout(x.astype(dtype))).requires_grad_()
        if x.dtype.kind == "f"
        else tt.tensor(x)
        for x in case.inputs
    ]


def run(op, case, **options):
    """Result, gradients for a fixed upstream gradient, and the tensors themselves."""
    xs = tensors(case, **options)
    z = op.call(tt, *xs, **case.params)
    leaves = [x for x in xs if isinstance(x, tt.Tensor) and x.requires_grad]
    g = np.random.default_rng(1).normal(size=z.shape).astype(z.dtype)
    tt.autograd.backward(z, g)
    return z, leaves


@over_cases
def test_value_is_that_of_the_reference(op, case):
    z = op.call(tt, *tensors(case), **case.params)
    expected = np.asarray(op.reference(*case.inputs, **case.params))
    assert z.shape == expected.shape
    assert z.dtype == expected.dtype
    np.testing.assert_allclose(z.data, expected, rtol=1e-12, atol=1e-12)


@over_smooth_cases
def test_gradients_are_the_finite_differences(op, case):
    assert gradcheck(lambda *xs: op.call(tt, *xs, **case.params), tensors(case), **TOLERANCES)


@over_smooth_cases
def test_second_gradients_are_the_finite_differences(op, case):
    assert gradgradcheck(lambda *xs: op.call(tt, *xs, **case.params), tensors(case), **TOLERANCES)


@over_cases
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtypes_and_shapes_stay(op, case, dtype):
    z, leaves = run(op, case, dtype=dtype)
    assert z.dtype == (np.float32 if op.name == "cast" else dtype)
    for x in leaves:
        assert (x.grad.shape, x.grad.dtype) == (x.shape, dtype)


@pytest.mark.parametrize("op, case", [c for c in CASES if c.values[0].name != "cast"])
def test_a_rule_stays_in_float32_by_itself(op, case):
    """The engine would give a gradient its dtype, after all the arithmetic in float64."""
    node = op.call(tt, *tensors(case, dtype=np.float32), **case.params).grad_fn
    found = node.apply(np.ones(node.shape, node.dtype))
    for d, to in zip(found, node.next_functions, strict=True):
        assert to is None or d is None or d.dtype == to.dtype


@over_cases
def test_memory_layout_does_not_matter(op, case):
    z, leaves = run(op, case)
    z_strided, leaves_strided = run(op, case, layout=strided)
    np.testing.assert_allclose(z.data, z_strided.data, rtol=1e-13, atol=1e-14)
    for x, y in zip(leaves, leaves_strided, strict=True):
        np.testing.assert_allclose(x.grad, y.grad, rtol=1e-13, atol=1e-14)


@over_cases
def test_nothing_is_written_to(op, case):
    xs = tensors(case)
    before = [np.array(x) for x in xs]
    z = op.call(tt, *xs, **case.params)
    g = np.random.default_rng(2).normal(size=z.shape)
    g_before, value = g.copy(), np.array(z)
    z.backward(g)
    for x, y in zip([*xs, g, z], [*before, g_before, value], strict=True):
        assert np.array_equal(x, y, equal_nan=True)


@over_cases
def test_nothing_is_lent(op, case):
    """An array that is lent is summed up at every use: the engine must not borrow its own."""
    xs = [
        tt.tensor(x, requires_grad=x.dtype.kind == "f") if isinstance(x, np.ndarray) else x
        for x in case.inputs
    ]
    versions.borrowed.clear()
    z = op.call(tt, *xs, **case.params)
    leaves = [x for x in xs if isinstance(x, tt.Tensor) and x.requires_grad]
    tt.autograd.grad(z, leaves, tt.ones(z.shape), create_graph=True, allow_unused=True)
    assert not versions.borrowed


@over_cases
def test_each_input_alone(op, case):
    """A rule that skips what nobody wants gives the same for what somebody does."""
    _, leaves = run(op, case)
    grads = iter([x.grad for x in leaves])
    for i, x in enumerate(case.inputs):
        if not (isinstance(x, np.ndarray) and x.dtype.kind == "f"):
            continue
        xs = [y.detach() if isinstance(y, tt.Tensor) else y for y in tensors(case)]
        xs[i].requires_grad_()
        z = op.call(tt, *xs, **case.params)
        z.backward(np.random.default_rng(1).normal(size=z.shape))
        np.testing.assert_allclose(xs[i].grad, next(grads), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    "op, case",
    [c for c in CASES if c.values[0].rule != "ScatterBackward"],  # a gradient: it needs the graph
)
def test_nothing_is_recorded_without_need(op, case):
    xs = tensors(case)
    with tt.no_grad():
        assert not op.call(tt, *xs, **case.params).requires_grad
    plain = [x.detach() if isinstance(x, tt.Tensor) else x for x in xs]
    assert not op.call(tt, *plain, **case.params).requires_grad


@pytest.mark.parametrize(
    "op, edge",
    [pytest.param(op, e, id=f"{op.name} {e.inputs}") for op in OPERATIONS for e in op.extremes],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extremes_give_exact_values_and_no_warning(op, edge, dtype):
    xs = [
        tt.tensor(np.array(x, dtype), requires_grad=True) if isinstance(x, list) else x
        for x in edge.inputs
    ]
    z = op.call(tt, *xs, **edge.params)
    tt.autograd.backward(z, np.ones(z.shape))
    np.testing.assert_allclose(z.data, np.array(edge.value), rtol=1e-6, atol=1e-37)
    leaves = [x for x in xs if isinstance(x, tt.Tensor)]
    for x, expected in zip(leaves, edge.gradients, strict=True):
        np.testing.assert_allclose(x.grad, np.array(expected), rtol=1e-6, atol=1e-37)


@pytest.mark.parametrize(
    "choose",
    [
        lambda x: tt.where(x > 0, x, 0.0),
        lambda x: tt.where(x <= 0, 0.0, x),
        lambda x: x.masked_fill(x <= 0, 0.0),
        lambda x: x.clamp(min=0.0),
        lambda x: x.clamp(min=0.0, max=5.0),
    ],
)
@pytest.mark.parametrize("create_graph", [False, True])
def test_an_infinite_gradient_stays_with_what_was_chosen(choose, create_graph):
    """As in `where(x > 0, x, 0).log()`, whose g is infinite where x is not used."""
    x = tt.tensor([2.0, -1.0], requires_grad=True)
    g = tt.tensor([3.0, np.inf])
    (d,) = tt.autograd.grad(choose(x), [x], g, create_graph=create_graph)
    assert d.data.tolist() == [3, 0] and d.dtype == np.float32


def test_the_others_of_a_product_survive_where_the_product_does_not():
    x = tt.tensor(np.array([1e-200, 1e-200, 1e300]), requires_grad=True)
    z = x.prod()
    z.backward()
    assert z.item() == 0
    np.testing.assert_allclose(x.grad, [1e100, 1e100, 0])


@pytest.mark.parametrize(
    "op, bad",
    [
        pytest.param(op, bad, id=f"{op.name} {i}")
        for op in OPERATIONS
        for i, bad in enumerate(op.refusals)
    ],
)
def test_refusals_say_what_is_wrong(op, bad):
    xs = tensors(bad)
    with pytest.raises(bad.error) as caught:
        op.call(tt, *xs, **bad.params)
    assert str(caught.value) == bad.message


def of_the_package(cls=Function):
    for sub in cls.__subclasses__():
        if sub.__module__.startswith("tinytorch."):
            yield sub
        yield from of_the_package(sub)


@pytest.mark.parametrize("rule", sorted({rule.__name__ for rule in of_the_package()}))
def test_every_rule_has_a_row(rule):
    assert rule in {op.rule for op in OPERATIONS}


@pytest.mark.parametrize("op", OPERATIONS, ids=lambda op: op.name)
def test_a_row_runs_the_rule_it_names(op):
    seen = set()

    def look(event, node, *_):
        seen.add(type(node).__name__)

    with tt.autograd.watch(look):
        for case in op.cases:
            op.call(tt, *tensors(case), **case.params)
    assert op.rule in seen or not op.cases


@pytest.mark.parametrize("rule", sorted({op.rule for op in OPERATIONS}))
def test_every_rule_is_importable_where_the_course_has_it(rule):
    assert getattr(tt.core.autograd, rule).__name__ == rule


# ------------------------------------------------------------------ numbers beside Tensors


BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
}
NUMBERS = [2, 2.5, True, np.float64(2.5), np.float32(2.5), np.int64(2), np.array([2.0, 3.0])]


@pytest.mark.parametrize("operator", BINARY)
@pytest.mark.parametrize("number", NUMBERS, ids=lambda n: f"{type(n).__name__} {n}")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("swapped", [False, True])
def test_numbers_on_both_sides(operator, number, dtype, swapped):
    f = BINARY[operator]
    data = np.array([0.5, 1.5], dtype)
    x = tt.tensor(data, requires_grad=True)
    z = f(number, x) if swapped else f(x, number)
    expected = f(number, data) if swapped else f(data, number)
    assert type(z) is tt.Tensor and z.requires_grad
    np.testing.assert_allclose(z.data, expected, rtol=1e-6)
    weak = not isinstance(number, np.ndarray)
    assert z.dtype == (dtype if weak else np.float64)
    z.sum().backward()
    assert x.grad.dtype == dtype


@pytest.mark.parametrize("name", ["add", "sub", "mul", "div", "pow", "matmul"])
def test_mixed_dtypes_give_each_input_its_own(name):
    op = next(op for op in OPERATIONS if op.name == name)
    a = tt.tensor(np.full((2, 2), 1.5, np.float32), requires_grad=True)
    b = tt.tensor(np.full((2, 2), 2.5, np.float64), requires_grad=True)
    for x, y in ((a, b), (b, a)):
        z = op.call(tt, x, y)
        assert z.dtype == np.float64
        a.grad = b.grad = None
        z.sum().backward()
        assert (a.grad.dtype, b.grad.dtype) == (np.float32, np.float64)


@pytest.mark.parametrize("integer", [np.int64, np.int32, np.uint8, np.bool_])
def test_integers_beside_float32_give_float32(integer):
    x = tt.tensor([0.5, 1.5], requires_grad=True)
    n = tt.tensor(np.array([1, 0], integer))
    for z in (x + n, n * x, x / (n + 1), x**n):
        assert z.dtype == np.float32
    assert (n + n).dtype.kind in "iub"


def test_integer_division_is_float32():
    assert (tt.tensor([1, 2]) / tt.tensor([2, 4])).dtype == np.float32
    assert (tt.tensor([1, 2]) / 2).dtype == np.float32


@pytest.mark.parametrize("integer", [np.int64, np.uint8, np.bool_])
@pytest.mark.parametrize(
    "name",
    "exp log sqrt sin cos tanh erf sigmoid leaky_relu gelu silu softplus"
    " softmax log_softmax logsumexp".split(),
)
def test_functions_with_fractions_take_integers_as_float32(name, integer):
    """NumPy alone would make bytes and masks float16, and cut the slope of leaky_relu to 0."""
    x = np.array([[3, 1, 1], [1, 2, 0]], integer)
    x = -x if integer is np.int64 else x
    params = {"dim": 1} if name in ("softmax", "log_softmax", "logsumexp") else {}
    with np.errstate(all="ignore"):
        z = getattr(tt, name)(tt.tensor(x), **params)
        expected = getattr(tt, name)(tt.tensor(x.astype(np.float32)), **params)
    assert z.dtype == np.float32
    np.testing.assert_array_equal(z, expected)


def test_a_number_that_bytes_cannot_hold_is_taken_as_they_hold_it():
    x = tt.tensor(np.array([1, 2], np.uint8))
    assert (x * -1).tolist() == [255, 254] and (x + 300).tolist() == [45, 46]
    assert (x + -1).tolist() == [0, 1] and (-3 % x).tolist() == [0, 1]
    with pytest.raises(ValueError, match=r"pow: on shapes .*: integers have no negative powers"):
        x**-1
    with pytest.raises(OverflowError, match="add: on shapes"):
        x + 2**70


def test_rounding_keeps_integers():
    assert tt.tensor([1, 2]).round().dtype == np.int64


@pytest.mark.parametrize("name", ["max", "min"])
def test_max_of_two_tensors_is_their_maximum(name):
    a, b = tt.tensor([1.0, 4.0], requires_grad=True), tt.tensor([2.0, 3.0], requires_grad=True)
    z = getattr(tt, name)(a, b)
    assert z.tolist() == getattr(tt, f"{name}imum")(a, b).tolist()
    z.sum().backward()
    assert (a.grad + b.grad).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("op", [op for op in OPERATIONS if op.cases], ids=lambda op: op.name)
def test_a_rule_takes_a_number_or_a_list_by_hand(op):
    """One number stands for all of g; another shape, and what is no number, is refused by name."""
    built = {}

    def look(event, node, inputs, *_):
        if (
            type(node).__name__ == op.rule
            and event == "forward"
            and hasattr(node, "next_functions")
        ):
            built.setdefault(type(node), node)

    with tt.autograd.watch(look):
        for case in op.cases:
            op.call(tt, *tensors(case), **case.params)
    assert built
    for cls, node in built.items():
        rule = partial(by_hand, node, node.apply)
        expected = node.apply(np.full(node.shape, 2.5, node.dtype))
        array = np.full(node.shape, 2.5)
        for g in (2.5, np.float64(2.5), np.array(2.5), array.tolist() if array.size else array):
            for found, right in zip(rule(g), expected, strict=True):
                assert (found is None) == (right is None)
                if right is not None:
                    np.testing.assert_allclose(found, right)
        with pytest.raises(ValueError, match=f"{cls.__name__}.apply: the gradient has shape"):
            rule(np.ones((*node.shape, 7)))
        with pytest.raises(TypeError, match=f"{cls.__name__}.apply: expected a gradient"):
            rule("g")


def test_a_node_built_by_hand_takes_a_number():
    x = tt.tensor([1.0, 3.0, 2.0])
    (d,) = MaxBackward(x).apply(10.0)
    assert d.tolist() == [0, 10, 0] and d.dtype == np.float32
    (d,) = ReLUBackward(x).apply([1, 2, 3])
    assert d.tolist() == [1, 2, 3]
    (d,) = ReLUBackward(x).apply(tt.tensor(2.0))
    assert d.tolist() == [2, 2, 2]
    with pytest.raises(ValueError, match=r"ReLUBackward.apply: the gradient has shape \(2,\)"):
        ReLUBackward(x).apply([1, 2])
