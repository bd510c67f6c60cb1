"""The table of operations: what each computes, on which inputs, and what it refuses.

One row an operation. `test_operations.py` holds every row against its NumPy reference and against
finite differences, `test_parity.py` against PyTorch. `call(t, *inputs, **params)` is written once
for both libraries: `t` is `tinytorch` there and `torch` here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

_rng = np.random.default_rng(7)


@dataclass(frozen=True)
class Case:
    """Inputs (floating arrays are differentiated, others are not) and keyword parameters."""

    inputs: tuple
    params: dict = field(default_factory=dict)

    def __str__(self):
        shapes = " ".join(str(np.shape(x)).replace(" ", "") for x in self.inputs)
        return " ".join([shapes, *(f"{k}={v}" for k, v in self.params.items())])


@dataclass(frozen=True)
class Refusal:
    """Inputs that raise `error`, with `message` in full."""

    inputs: tuple
    error: type
    message: str
    params: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Extreme:
    """An input at the edge, in float32, with the exact value and gradient (for g = 1) it has."""

    inputs: tuple
    value: Any
    gradients: tuple
    params: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """A row of the table."""

    name: str
    rule: str
    call: Callable
    reference: Callable
    cases: tuple
    extremes: tuple = ()
    refusals: tuple = ()
    torch: Callable | None = None  # where PyTorch spells it differently
    differences: bool = True  # False: float32 inside, too coarse for finite differences


def case(*inputs, **params):
    return Case(inputs, params)


def refusal(*inputs, error=ValueError, message, **params):
    return Refusal(inputs, error, message, params)


def extreme(*inputs, value, gradients, **params):
    return Extreme(inputs, value, gradients, params)


def normal(*shape):
    """Numbers of both signs, none of them near 0."""
    return np.asarray(_rng.uniform(0.3, 2.0, shape) * _rng.choice([-1.0, 1.0], shape))


def positive(*shape):
    return np.asarray(_rng.uniform(0.3, 2.0, shape))


def distinct(*shape):
    """Numbers no two of which are close, so that the order stays under a nudge."""
    n = int(np.prod(shape))
    return np.asarray((_rng.permutation(n).reshape(shape) - n / 2 + 0.25) / 2)


UNARY_SHAPES = ((3, 4), (5,), (), (1,), (0,), (2, 0), (2, 1, 3))
PAIRS = (
    ((3, 4), (3, 4)),
    ((3, 4), (4,)),
    ((4,), (3, 4)),
    ((3, 1), (1, 4)),
    ((2, 1, 2), (3, 1)),
    ((), (3,)),
    ((2, 3), ()),
    ((), ()),
    ((1,), ()),
    ((2, 0), (1,)),
    ((0,), ()),
)


def unary(draw=normal, **params):
    return tuple(Case((draw(*shape),), params) for shape in UNARY_SHAPES)


def pairs(draw_a=normal, draw_b=normal):
    return tuple(case(draw_a(*a), draw_b(*b)) for a, b in PAIRS)


def far_apart(draw=normal):
    """Pairs whose elements differ by more than a nudge: one sign the left, the other the right."""
    cases = []
    for c in pairs(draw, draw):
        a, b = c.inputs
        gap = _rng.choice([-3.0, 3.0], np.broadcast_shapes(a.shape, b.shape))
        cases.append(case(a + gap if gap.shape == a.shape else a + 5, b))
    return tuple(cases)


def no_broadcast(name):
    return refusal(
        normal(2, 3),
        normal(4),
        message=f"{name}: shapes (2, 3) and (4,) do not broadcast: from the right, 3 meets 4 and"
        " neither is 1; line the axes up with reshape or unsqueeze",
    )


def not_a_tensor(name):
    return refusal(
        normal(2),
        "two",
        error=TypeError,
        message=f"{name}: expected Tensors, NumPy arrays or numbers, got str; make it a tensor"
        " with tinytorch.tensor(...)",
    )


inf, nan = np.inf, np.nan

ARITHMETIC = (
    Operation(
        "add",
        "AddBackward",
        lambda t, a, b: a + b,
        lambda a, b: a + b,
        pairs(),
        (),
        (no_broadcast("add"), not_a_tensor("add")),
    ),
    Operation(
        "sub",
        "SubBackward",
        lambda t, a, b: a - b,
        lambda a, b: a - b,
        pairs(),
        (),
        (no_broadcast("sub"), not_a_tensor("sub")),
    ),
    Operation(
        "mul",
        "MulBackward",
        lambda t, a, b: a * b,
        lambda a, b: a * b,
        pairs(),
        (),
        (no_broadcast("mul"), not_a_tensor("mul")),
    ),
    Operation(
        "square by mul",
        "MulBackward",
        lambda t, x: x * x,
        lambda x: x * x,
        unary(),
    ),
    Operation(
        "div",
        "DivBackward",
        lambda t, a, b: a / b,
        lambda a, b: a / b,
        pairs(),
        (extreme([1.0, -1.0], [0.0, 0.0], value=[inf, -inf], gradients=([inf, inf], [-inf, inf])),),
        (no_broadcast("div"), not_a_tensor("div")),
    ),
    Operation("neg", "NegBackward", lambda t, x: -x, lambda x: -x, unary()),
    Operation(
        "pow",
        "PowBackward",
        lambda t, a, b: a**b,
        lambda a, b: a**b,
        pairs(positive, normal),
        (
            extreme([0.0, 0.0], [2.0, 0.0], value=[0.0, 1.0], gradients=([0.0, 0.0], [0.0, 0.0])),
            extreme([-2.0], [2.0], value=[4.0], gradients=([-4.0], [nan])),
        ),
        (no_broadcast("pow"), not_a_tensor("pow")),
    ),
    *(
        Operation(
            f"pow {n}",
            "PowBackward",
            lambda t, x, n=n: x**n,
            lambda x, n=n: x**n,
            unary(positive if n == 0.5 else normal),
            (extreme([0.0], value=[float(n == 0)], gradients=([float(n == 1)],)),)
            if n in (0, 1, 2, 3)
            else (),
        )
        for n in (0, 1, 2, 3, -1, 0.5, 4)
    ),
    Operation(
        "number to a power",
        "PowBackward",
        lambda t, x: 2.5**x,
        lambda x: 2.5**x,
        unary(),
    ),
)

ELEMENTARY = (
    Operation(
        "exp",
        "ExpBackward",
        lambda t, x: t.exp(x),
        np.exp,
        unary(),
        (extreme([-1e4, 1e4], value=[0.0, inf], gradients=([0.0, inf],)),),
    ),
    Operation(
        "log",
        "LogBackward",
        lambda t, x: t.log(x),
        np.log,
        unary(positive),
        (extreme([0.0, -1.0], value=[-inf, nan], gradients=([inf, -1.0],)),),
    ),
    Operation(
        "sqrt",
        "SqrtBackward",
        lambda t, x: t.sqrt(x),
        np.sqrt,
        unary(positive),
        (extreme([0.0, -1.0], value=[0.0, nan], gradients=([inf, nan],)),),
    ),
)

ACTIVATIONS = (
    Operation(
        "relu",
        "ReLUBackward",
        lambda t, x: t.relu(x),
        lambda x: np.maximum(x, 0),
        unary(),
        (extreme([0.0, -1e30, 1e30], value=[0.0, 0.0, 1e30], gradients=([0.0, 0.0, 1.0],)),),
    ),
    Operation(
        "sigmoid",
        "SigmoidBackward",
        lambda t, x: t.sigmoid(x),
        lambda x: 1 / (1 + np.exp(-x)),
        unary(),
        (extreme([-1e4, 0.0, 1e4], value=[0.0, 0.5, 1.0], gradients=([0.0, 0.25, 0.0],)),),
    ),
    Operation(
        "tanh",
        "TanhBackward",
        lambda t, x: t.tanh(x),
        np.tanh,
        unary(),
        (extreme([-1e4, 0.0, 1e4], value=[-1.0, 0.0, 1.0], gradients=([0.0, 1.0, 0.0],)),),
    ),
)


def _reductions(draw):
    x = draw(2, 3, 4)
    return (
        *unary(draw),
        case(x, dim=0),
        case(x, dim=1),
        case(x, dim=-1, keepdim=True),
        case(draw(3, 3), dim=1),  # square: a transposed gradient would have the right shape
        case(draw(1, 3), dim=0),
        case(draw(3), dim=0, keepdim=True),
    )


def bad_dims(name, dim_type_error=True):
    span = "use -2 to 1"
    return (
        refusal(
            normal(2, 3),
            dim=2,
            error=IndexError,
            message=f"{name}: dim 2 is out of range for shape (2, 3); {span}",
        ),
        refusal(
            normal(2, 3),
            dim=1.5,
            error=TypeError,
            message=f"{name}: dim must be an integer or a tuple of them, got 1.5",
        ),
    )


def _double_dim(name):
    return refusal(
        normal(2, 3),
        dim=(1, -1),
        message=f"{name}: dim (1, -1) names an axis of shape (2, 3) twice",
    )


_several_dims = (
    case(normal(2, 3, 4), dim=(0, 2)),
    case(normal(2, 3, 4), dim=(-1, 1), keepdim=True),
)

REDUCTIONS = (
    Operation(
        "sum",
        "SumBackward",
        lambda t, x, **params: t.sum(x, **params),
        lambda x, dim=None, keepdim=False: x.sum(axis=dim, keepdims=keepdim),
        (
            *_reductions(normal),
            *_several_dims,
            case(normal(2, 0), dim=1),
            case(normal(2, 0), dim=0),
        ),
        (),
        (*bad_dims("sum"), _double_dim("sum")),
    ),
    Operation(
        "mean",
        "MeanBackward",
        lambda t, x, **params: t.mean(x, **params),
        lambda x, dim=None, keepdim=False: (
            x.sum(axis=dim, keepdims=keepdim)
            / np.float64(max(1, x.size) / max(1, x.sum(axis=dim).size))
            * (nan if not x.size and x.sum(axis=dim).size else 1)
        ),
        (*_reductions(normal), *_several_dims, case(normal(2, 0), dim=0)),
        (extreme([[], []], value=[nan, nan], gradients=([[], []],), dim=1),),
        (
            *bad_dims("mean"),
            _double_dim("mean"),
            refusal(
                np.arange(3),
                error=TypeError,
                message="mean: dtype int64 has no fractions to average in; convert with .float()"
                " first",
            ),
        ),
    ),
)

SHAPE = (
    Operation(
        "reshape",
        "ReshapeBackward",
        lambda t, x, shape: x.reshape(*shape),
        lambda x, shape: x.reshape(shape),
        (
            case(normal(2, 6), shape=(3, 4)),
            case(normal(2, 6), shape=(-1,)),
            case(normal(1), shape=()),
            case(normal(), shape=(1, 1)),
            case(normal(0, 2), shape=(4, 0)),
        ),
        (),
        (
            refusal(
                normal(2, 3),
                shape=(4, 2),
                message="reshape: (2, 3) has 6 elements, which do not fit (4, 2)",
            ),
        ),
    ),
    Operation(
        "flatten",
        "ReshapeBackward",
        lambda t, x, start=0, end=-1: x.flatten(start, end),
        lambda x, start=0, end=-1: x.reshape(
            *x.shape[:start], -1, *x.shape[x.ndim + end + 1 if x.ndim else 0 :]
        ),
        (
            case(normal(2, 3, 2)),
            case(normal(2, 3, 2), start=1),
            case(normal(2, 3, 2), end=-2),
            case(normal()),
        ),
        (),
        (
            refusal(
                normal(2, 3),
                start=1,
                end=0,
                message="flatten: start_dim 1 comes after end_dim 0 in shape (2, 3)",
            ),
        ),
    ),
    Operation(
        "squeeze",
        "ReshapeBackward",
        lambda t, x, **params: x.squeeze(**params),
        lambda x, dim=None: (
            x.squeeze() if dim is None else x.squeeze(dim) if x.shape[dim] == 1 else x
        ),
        (case(normal(1, 3, 1)), case(normal(1, 3, 1), dim=0), case(normal(1, 3, 1), dim=1)),
    ),
    Operation(
        "unsqueeze",
        "ReshapeBackward",
        lambda t, x, dim: x.unsqueeze(dim),
        lambda x, dim: np.expand_dims(x, dim),
        (
            case(normal(3), dim=0),
            case(normal(3, 2), dim=-1),
            case(normal(3, 2), dim=1),
            case(normal(), dim=0),
        ),
        (),
        (
            refusal(
                normal(3),
                dim=2,
                error=IndexError,
                message="unsqueeze: dim 2 is out of range for shape (3,); use -2 to 1",
            ),
        ),
    ),
    Operation(
        "expand",
        "ExpandBackward",
        lambda t, x, shape: x.expand(*shape),
        lambda x, shape: np.broadcast_to(
            x, [x.shape[i - len(shape)] if n == -1 else n for i, n in enumerate(shape)]
        ),
        (
            case(normal(3, 1), shape=(3, 4)),
            case(normal(3, 1), shape=(2, -1, 4)),
            case(normal(), shape=(2, 2)),
            case(normal(1), shape=(0,)),
        ),
        (),
        (
            refusal(
                normal(3),
                shape=(4,),
                message="expand: (3,) to (4,): axis 0 has length 3, and only length 1 can become 4",
            ),
            refusal(normal(3, 2), shape=(3,), message="expand: (3, 2) has more axes than (3,)"),
            refusal(
                normal(3),
                shape=(-1, 3),
                message="expand: (3,) to (-1, 3): axis 0 is new, and -1 keeps the length of an old"
                " one",
            ),
        ),
    ),
    Operation(
        "transpose",
        "TransposeBackward",
        lambda t, x, dim0=0, dim1=1: x.transpose(dim0, dim1),
        lambda x, dim0=0, dim1=1: np.swapaxes(x, dim0, dim1),
        (
            case(normal(2, 3)),
            case(normal(3, 3)),
            case(normal(2, 3, 4), dim0=-1),
            case(normal(0, 3)),
        ),
        (),
        (
            refusal(
                normal(3),
                error=IndexError,
                message="transpose: dim 1 is out of range for shape (3,); use -1 to 0",
            ),
        ),
    ),
    Operation(
        "permute",
        "PermuteBackward",
        lambda t, x, dims: x.permute(*dims),
        lambda x, dims: x.transpose(dims),
        (
            case(normal(2, 3, 4), dims=(2, 0, 1)),
            case(normal(2, 3, 4), dims=(0, -1, 1)),
            case(normal(3), dims=(0,)),
        ),
        (),
        (
            refusal(
                normal(2, 3),
                dims=(0,),
                message="permute: (2, 3) has 2 axes, but dims (0,) names 1; name each once",
            ),
        ),
    ),
    Operation("T", "PermuteBackward", lambda t, x: x.T, lambda x: x.T, (case(normal(2, 3)),)),
    Operation("clone", "CloneBackward", lambda t, x: x.clone(), np.copy, unary()),
    Operation(
        "cast",
        "CastBackward",
        lambda t, x: x.to(t.float32),
        lambda x: np.float32(x),
        (case(np.array([0.5, -2.0, 8.0])), case(np.array(0.25))),
        differences=False,
    ),
)

_mask = np.array([[True, False, True], [False, False, True]])

INDEXING = (
    *(
        Operation(
            f"x[{text}]",
            "SliceBackward",
            lambda t, x, index=index: x[index],
            lambda x, index=index: x[index],
            (case(draw),),
        )
        for text, index, draw in (
            ("1", 1, normal(3, 2)),
            ("-1, 0", (-1, 0), normal(3, 2)),
            ("1:", slice(1, None), normal(3, 2)),
            (":, ::2", (slice(None), slice(None, None, 2)), normal(2, 5)),
            ("None, ..., 0", (None, Ellipsis, 0), normal(2, 3, 2)),
            ("[0, 0, 1]", [0, 0, 1], normal(3, 2)),
            ("array [[0, 2], [2, 2]]", np.array([[0, 2], [2, 2]]), normal(3, 2)),
            ("two arrays", (np.array([0, 0, 1]), np.array([1, 1, -1])), normal(2, 3)),
            ("slice and array", (slice(None), np.array([1, 1])), normal(2, 3)),
            ("mask", _mask, normal(2, 3)),
            ("row mask", (np.array([True, False]), slice(1, None)), normal(2, 3)),
            ("empty", slice(0, 0), normal(3, 2)),
            ("scalar, ()", (), normal()),
            ("np.int64", np.int64(1), normal(3)),
        )
    ),
    Operation(
        "x[1:] checked",
        "SliceBackward",
        lambda t, x: x[5],
        lambda x: x[5],
        (),
        (),
        (
            refusal(
                normal(3, 2),
                error=IndexError,
                message="slice: on a tensor of shape (3, 2): index 5 is out of bounds for axis 0"
                " with size 3",
            ),
        ),
    ),
    Operation(
        "gradient of an index",
        "ScatterBackward",
        lambda t, x: t.autograd.grad((x[[0, 0, 2]] ** 3).sum(), [x], create_graph=True)[0],
        lambda x: 3 * x**2 * np.array([2.0, 0, 1]),
        (case(normal(3)),),
    ),
)


def matmul_cases():
    shapes = (
        ((2, 3), (3, 4)),
        ((3, 3), (3, 3)),
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 2)),
        ((2, 2, 3), (3, 2)),
        ((2, 3), (2, 3, 2)),
        ((2, 1, 2, 3), (3, 3, 2)),
        ((2, 2, 3), (3,)),
        ((3,), (2, 3, 2)),
        ((0, 3), (3, 2)),
        ((2, 0), (0, 3)),
        ((0, 2, 3), (3, 2)),
        ((1, 1), (1, 1)),
    )
    return tuple(case(normal(*a), normal(*b)) for a, b in shapes)


MATMUL = (
    Operation(
        "matmul",
        "MatmulBackward",
        lambda t, a, b: a @ b,
        lambda a, b: a @ b,
        matmul_cases(),
        (),
        (
            refusal(
                normal(3, 4),
                normal(5, 2),
                message="matmul: (3, 4) @ (5, 2): inner dimensions 4 and 5 differ",
            ),
            refusal(
                normal(3),
                normal(2, 3),
                message="matmul: (3,) @ (2, 3): inner dimensions 3 and 2 differ",
            ),
            refusal(
                normal(3),
                normal(),
                message="matmul: a 0-d operand has no dimension to sum over; use * to multiply by a"
                " number",
            ),
        ),
    ),
)

OPERATIONS = (
    *ARITHMETIC,
    *ELEMENTARY,
    *ACTIVATIONS,
    *REDUCTIONS,
    *SHAPE,
    *INDEXING,
    *MATMUL,
)
