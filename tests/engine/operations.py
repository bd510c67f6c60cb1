"""The table of operations: what each computes, on which inputs, and what it refuses.

One row an operation. `test_operations.py` holds every row against its NumPy reference and against
finite differences, `test_parity.py` against PyTorch. `call(t, *inputs, **params)` is written once
for both libraries: `t` is `tinytorch` there and `torch` here.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import tinytorch as tt

_rng = np.random.default_rng(7)


@dataclass(frozen=True)
class Case:
    """Inputs (floating arrays are differentiated, others are not) and keyword parameters."""

    inputs: tuple
    params: dict = field(default_factory=dict)

    def __post_init__(self):
        plain = (np.asarray(x) if isinstance(x, np.generic) else x for x in self.inputs)
        object.__setattr__(self, "inputs", tuple(plain))

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
        torch=lambda t, x: t.exp(x * math.log(2.5)),  # for 2.5**x it rounds ln 2.5
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
        lambda t, x, shape: t.reshape(x, shape),
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
            ("[]", [], normal(3, 2)),
        )
    ),
    Operation(  # numbers first, as in PyTorch; NumPy would lead with the axis of the list
        "x[0, :, [0, 0, 2]]",
        "SliceBackward",
        lambda t, x: x[0, :, [0, 0, 2]],
        lambda x: x[0][:, [0, 0, 2]],
        (case(normal(2, 4, 3)),),
    ),
    Operation(
        "x[mask, None, :, -1]",
        "SliceBackward",
        lambda t, x: x[_mask.tolist(), None, :, -1],
        lambda x: x[..., -1][_mask, None],
        (case(normal(2, 3, 2, 2)),),
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

ELEMENTARY += (
    Operation("sin", "SinBackward", lambda t, x: t.sin(x), np.sin, unary()),
    Operation("cos", "CosBackward", lambda t, x: t.cos(x), np.cos, unary()),
    Operation(
        "abs",
        "AbsBackward",
        lambda t, x: t.abs(x),
        np.abs,
        unary(),
        (extreme([0.0, -inf], value=[0.0, inf], gradients=([0.0, -1.0],)),),
    ),
    Operation(
        "erf",
        "ErfBackward",
        lambda t, x: t.erf(x),
        lambda x: np.vectorize(math.erf, otypes=[x.dtype])(x),
        unary(),
        (
            extreme(
                [-inf, 0.0, 1e4],
                value=[-1.0, 0.0, 1.0],
                gradients=([0, 2 / math.sqrt(math.pi), 0],),
            ),
        ),
    ),
)


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _softmax(x, dim):
    e = np.exp(x)
    return e / e.sum(axis=dim, keepdims=True)


def _along(draw):
    return (
        case(draw(3), dim=0),
        case(draw(2, 3), dim=1),
        case(draw(3, 3), dim=0),
        case(draw(2, 3, 2), dim=-2),
        case(draw(0, 3), dim=1),
        case(draw(2, 1), dim=1),
        case(draw(), dim=0),
    )


ACTIVATIONS += (
    Operation(
        "leaky_relu",
        "LeakyReLUBackward",
        lambda t, x, slope=0.01: t.nn.functional.leaky_relu(x, slope),
        lambda x, slope=0.01: np.where(x > 0, x, slope * x),
        (*unary(), case(normal(3), slope=0.3)),
        (extreme([0.0, -100.0], value=[0.0, -1.0], gradients=([0.01, 0.01],)),),
    ),
    Operation(
        "gelu",
        "GELUBackward",
        lambda t, x: t.nn.functional.gelu(x),
        lambda x: x * (1 + np.vectorize(math.erf, otypes=[x.dtype])(x / math.sqrt(2))) / 2,
        unary(),
        (extreme([-1e4, 0.0, 1e4], value=[0.0, 0.0, 1e4], gradients=([0.0, 0.5, 1.0],)),),
    ),
    Operation(
        "gelu tanh",
        "GELUBackward",
        lambda t, x, approximate="tanh": t.nn.functional.gelu(x, approximate=approximate),
        lambda x: x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2,
        unary(),
        (extreme([-1e4, 0.0, 1e4], value=[0.0, 0.0, 1e4], gradients=([0.0, 0.5, 1.0],)),),
        (
            refusal(
                normal(2),
                approximate="exact",
                message="gelu: approximate must be 'none' or 'tanh', got 'exact'",
            ),
        ),
    ),
    Operation(
        "silu",
        "SiLUBackward",
        lambda t, x: t.nn.functional.silu(x),
        lambda x: x * _sigmoid(x),
        unary(),
        (extreme([-1e4, 0.0, 1e4], value=[0.0, 0.0, 1e4], gradients=([0.0, 0.5, 1.0],)),),
    ),
    Operation(
        "softplus",
        "SoftplusBackward",
        lambda t, x, **params: t.nn.functional.softplus(x, **params),
        lambda x, beta=1.0, threshold=20.0: np.where(
            x * beta > threshold, x, np.log1p(np.exp(beta * x)) / beta
        ),
        (*unary(), case(normal(4), beta=3.0), case(normal(4), threshold=1.0)),
        (extreme([-1e4, 0.0, 1e4], value=[0.0, math.log(2), 1e4], gradients=([0.0, 0.5, 1.0],)),),
    ),
    Operation(
        "softmax",
        "SoftmaxBackward",
        lambda t, x, dim: t.softmax(x, dim),
        lambda x, dim: _softmax(x, dim) if x.ndim else np.ones(()),
        _along(normal),
        (
            extreme([-1e4, 0.0, 1e4], value=[0.0, 0.0, 1.0], gradients=([0.0, 0.0, 0.0],), dim=0),
            extreme([-inf, 0.0], value=[0.0, 1.0], gradients=([0.0, 0.0],), dim=0),
        ),
        bad_dims("softmax"),
    ),
    Operation(
        "log_softmax",
        "LogSoftmaxBackward",
        lambda t, x, dim: t.log_softmax(x, dim),
        lambda x, dim: np.log(_softmax(x, dim)) if x.ndim else np.zeros(()),
        _along(normal),
        (extreme([-1e4, 1e4], value=[-2e4, 0.0], gradients=([1.0, -1.0],), dim=0),),
        bad_dims("logsoftmax"),
    ),
)

SELECTION = (
    *(
        Operation(
            name,
            rule,
            lambda t, a, b, name=name: getattr(t, name)(a, b),
            function,
            far_apart(),
            (
                extreme(
                    [1.0, 2.0, -inf],
                    [1.0, 3.0, inf],
                    value=function([1.0, 2.0, -inf], [1.0, 3.0, inf]),
                    gradients=(left, [0.5, 1 - left[1], 1 - left[2]]),
                ),
            ),
            (no_broadcast(name),),
        )
        for name, rule, function, left in (
            ("maximum", "MaximumBackward", np.maximum, [0.5, 0.0, 0.0]),
            ("minimum", "MinimumBackward", np.minimum, [0.5, 1.0, 1.0]),
        )
    ),
    Operation(
        "where",
        "WhereBackward",
        lambda t, condition, a, b: t.where(condition, a, b),
        np.where,
        (
            *(
                case(_rng.random(np.broadcast_shapes(*p)) > 0.5, normal(*p[0]), normal(*p[1]))
                for p in PAIRS
            ),
            case(np.array([True, False]), normal(3, 2), normal(1)),
            case(np.array(True), normal(2), normal()),
        ),
        (),
        (
            refusal(
                np.array([1, 0]),
                normal(2),
                normal(2),
                error=TypeError,
                message="where: the condition must be booleans, such as x > 0, got int64",
            ),
        ),
    ),
    Operation(
        "where with numbers",
        "WhereBackward",
        lambda t, x: t.where(x > 0, x * 2, 0.0) + t.where(x > 0, 1.0, x),
        lambda x: np.where(x > 0, x * 2, 0.0) + np.where(x > 0, 1.0, x),
        unary(),
    ),
    Operation(
        "masked_fill",
        "MaskedFillBackward",
        lambda t, x, mask, value=-1e9: t.masked_fill(x, mask, value),
        lambda x, mask, value=-1e9: np.where(mask, value, x),
        (
            case(normal(2, 3), np.array([[True, False, False], [False, True, True]])),
            case(normal(2, 3), np.array([True, False, False]), value=0.0),
            case(normal(2, 3), np.array([[True], [False]]), value=7),
            case(normal(), np.array(True)),
            case(normal(0), np.array([], bool)),
        ),
        (),
        (
            refusal(
                normal(2),
                np.array([1, 0]),
                error=TypeError,
                message="maskedfill: the mask must be booleans, such as x > 0, got int64",
            ),
            refusal(
                normal(2),
                np.array([True, False]),
                value="x",
                error=TypeError,
                message="maskedfill: value must be a number, got str",
            ),
        ),
    ),
    Operation(
        "clamp",
        "ClampBackward",
        lambda t, x, min=None, max=None: t.clamp(x, min=min, max=max),
        lambda x, min=None, max=None: np.clip(x, min, max),
        (
            *unary(min=-1, max=1.5),
            case(normal(3), min=0),
            case(normal(3), max=0.25),
        ),
        (
            extreme(
                [-1.0, 1.0, -2.0, inf],
                value=[-1.0, 1.0, -1.0, 1.0],
                gradients=([1.0, 1.0, 0.0, 0.0],),
                min=-1,
                max=1,
            ),
        ),
        (
            refusal(normal(2), message="clamp: give min, max or both"),
            refusal(
                normal(2),
                min="0",
                error=TypeError,
                message="clamp: min and max must be numbers, got str; use maximum and minimum for"
                " bounds that are tensors",
            ),
        ),
    ),
    *(
        Operation(
            name,
            rule,
            lambda t, x, diagonal=0, name=name: getattr(t, name)(x, diagonal),
            lambda x, diagonal=0, function=function: function(x, diagonal),
            (
                case(normal(3, 3)),
                case(normal(2, 4), diagonal=1),
                case(normal(2, 3, 2), diagonal=-1),
                case(normal(0, 3)),
            ),
            (),
            (
                refusal(
                    normal(3),
                    message=f"{name}: shape (3,) has no triangle; it takes two axes or more",
                ),
            ),
        )
        for name, rule, function in (
            ("tril", "TrilBackward", np.tril),
            ("triu", "TriuBackward", np.triu),
        )
    ),
)


def _spread(power):
    def reference(x, dim=None, correction=1, keepdim=False):
        if x.size == 1 and correction:
            return np.full(x.var(axis=dim, keepdims=keepdim).shape, nan)
        return x.var(axis=dim, ddof=correction, keepdims=keepdim) ** power

    return reference


def _several(draw):
    """Reductions over at least two elements: variances of one are NaN, maxima of none no number."""
    return (
        case(draw(5)),
        case(draw(3, 4)),
        case(draw(2, 3, 4), dim=0),
        case(draw(2, 3, 4), dim=-1, keepdim=True),
        case(draw(3, 3), dim=1),
        case(draw(2, 3, 4), dim=(0, 2)),
        case(draw(0, 3), dim=1),
    )


def _nothing_to_choose(name):
    return refusal(
        np.zeros((2, 0)), dim=1, message=f"{name}: no elements to choose from in shape (2, 0)"
    )


REDUCTIONS += (
    *(
        Operation(
            name,
            rule,
            lambda t, x, name=name, **params: getattr(t, name)(x, **params),
            _spread(power),
            (
                *_several(normal),
                case(normal(3, 2), dim=0, correction=0),
                case(normal(3, 2), dim=(0, 1), correction=0),
                *((case(normal(2, 1), dim=1, correction=0),) if power == 1 else ()),
            ),
            (
                extreme([3.0], value=nan, gradients=([nan],)),
                extreme([3.0, 3.0], value=0.0, gradients=([0.0, 0.0],)),
                extreme([], value=nan, gradients=([],)),
            ),
            (*bad_dims(name), _double_dim(name)),
        )
        for name, rule, power in (("var", "VarBackward", 1), ("std", "StdBackward", 0.5))
    ),
    Operation(
        "prod",
        "ProdBackward",
        lambda t, x, **params: t.prod(x, **params),
        lambda x, dim=None, keepdim=False: x.prod(axis=dim, keepdims=keepdim),
        (
            *_reductions(normal),
            case(np.array([1.5, 0.0, 2.0])),
            case(np.array([1.5, 0.0, 0.0])),
            case(np.array([[1.5, 0.0, 2.0], [1.0, 3.0, 2.0], [0.0, 0.0, 1.0]]), dim=1),
            case(np.array([[1.5, 0.0, 2.0], [1.0, 3.0, 2.0]]), dim=0, keepdim=True),
        ),
        (
            extreme([1e20, 0.0, 1e10], value=0.0, gradients=([0.0, 1e30, 0.0],)),
            extreme([0.0, 2.0, 0.0], value=0.0, gradients=([0.0, 0.0, 0.0],)),
        ),
        (
            *bad_dims("prod"),
            refusal(
                normal(2, 2),
                dim=(0, 1),
                error=TypeError,
                message="prod: dim must be one axis or None, got (0, 1)",
            ),
        ),
    ),
    *(
        Operation(
            name,
            rule,
            lambda t, x, name=name, **params: getattr(t, name)(x, **params),
            lambda x, dim=None, keepdim=False, function=function: function(
                x, axis=dim, keepdims=keepdim
            ),
            (*_several(distinct), case(distinct())),
            (
                extreme([1.0, 1.0], value=1.0, gradients=([0.5, 0.5],)),
                extreme(
                    [[2.0, 2.0, -inf], [3.0, 3.0, 3.0]],
                    value=[function([2.0, 2.0, -inf]), 3.0],
                    gradients=([tied, [1 / 3, 1 / 3, 1 / 3]],),
                    dim=1,
                ),
            ),
            (*bad_dims(short), _nothing_to_choose(short)),
        )
        for name, short, rule, function, tied in (
            ("amax", "max", "MaxBackward", np.max, [0.5, 0.5, 0.0]),
            ("amin", "min", "MinBackward", np.min, [0.0, 0.0, 1.0]),
        )
    ),
    *(
        Operation(
            f"{name} of all",
            rule,
            lambda t, x, name=name: getattr(t, name)(x),
            function,
            (case(distinct(2, 3)), case(distinct())),
            (extreme([1.0, 1.0], value=1.0, gradients=([0.5, 0.5],)),),
        )
        for name, rule, function in (
            ("max", "MaxBackward", np.max),
            ("min", "MinBackward", np.min),
        )
    ),
    *(
        Operation(
            f"{name} along an axis",
            "GatherBackward",
            lambda t, x, dim, keepdim=False, name=name: getattr(t, name)(x, dim, keepdim)[0],
            lambda x, dim, keepdim=False, function=function: function(
                x, axis=dim, keepdims=keepdim
            ),
            (
                case(distinct(2, 3), dim=0),
                case(distinct(3, 3), dim=1),
                case(distinct(2, 3, 2), dim=-2, keepdim=True),
                case(distinct(0, 3), dim=1),
            ),
            (extreme([1.0, 1.0], value=1.0, gradients=([1.0, 0.0],), dim=0),),
            (bad_dims(name)[0], _nothing_to_choose(name)),
        )
        for name, function in (("max", np.max), ("min", np.min))
    ),
    Operation(
        "logsumexp",
        "LogsumexpBackward",
        lambda t, x, **params: t.logsumexp(x, **params),
        lambda x, dim, keepdim=False: np.log(np.exp(x).sum(axis=dim, keepdims=keepdim)),
        (*_along(normal)[:-1], case(normal(2, 3, 2), dim=(0, -1), keepdim=True)),
        (
            extreme([-1e4, 1e4], value=1e4, gradients=([0.0, 1.0],), dim=0),
            extreme([-inf, 0.0], value=0.0, gradients=([0.0, 1.0],), dim=0),
        ),
        (*bad_dims("logsumexp"), _double_dim("logsumexp")),
    ),
    Operation(
        "cumsum",
        "CumsumBackward",
        lambda t, x, dim: t.cumsum(x, dim),
        lambda x, dim: x.cumsum(dim) if x.ndim else x,
        _along(normal),
        (),
        bad_dims("cumsum"),
    ),
)

INDEXING += (
    Operation(
        "gather",
        "GatherBackward",
        lambda t, x, index, dim: t.gather(x, dim, index),
        lambda x, index, dim: np.take_along_axis(x, index, dim),
        (
            case(normal(2, 3), np.array([[0, 0, 2], [1, 2, 1]]), dim=1),
            case(normal(2, 3), np.array([[0, 1, 1]]), dim=0),
            case(normal(3), np.array([2, 2, 0, 1]), dim=0),
        ),
        (),
        (
            refusal(
                normal(2, 3),
                np.array([[3]]),
                dim=1,
                error=IndexError,
                message="gather: index 3 is out of range for axis 1 of shape (2, 3); use 0 to 2",
            ),
            refusal(
                normal(2, 3),
                np.array([1]),
                dim=1,
                error=TypeError,
                message="gather: index must be integers with the 2 axes of shape (2, 3), got int64"
                " of shape (1,)",
            ),
        ),
    ),
)

JOINING = (
    Operation(
        "cat",
        "CatBackward",
        lambda t, *xs, dim=0: t.cat(xs, dim),
        lambda *xs, dim=0: np.concatenate(xs, dim),
        (
            case(normal(2, 3), normal(1, 3)),
            case(normal(2, 3), normal(2, 1), normal(2, 2), dim=1),
            case(normal(2, 3), normal(2, 0), dim=-1),
            case(normal(3)),
        ),
        (),
        (
            refusal(
                normal(2, 3),
                normal(2, 2),
                message="cat: shapes (2, 3), (2, 2) differ in another axis than dim 0; all others"
                " must agree",
            ),
            refusal(message="cat: no tensors to join"),
            refusal(
                normal(),
                normal(),
                message="cat: a 0-d tensor has no axis to join along; use stack",
            ),
        ),
    ),
    Operation(
        "stack",
        "CatBackward",
        lambda t, *xs, dim=0: t.stack(xs, dim),
        lambda *xs, dim=0: np.stack(xs, dim),
        (
            case(normal(2, 3), normal(2, 3), dim=1),
            case(normal(), normal()),
            case(normal(3), dim=-1),
        ),
        (),
        (
            refusal(
                normal(2),
                normal(3),
                message="stack: expected tensors of one shape, got (2,), (3,)",
            ),
        ),
    ),
    Operation(
        "split",
        "SliceBackward",
        lambda t, x, size, dim=0: t.cat(
            [(i + 1) * p for i, p in enumerate(t.split(x, size, dim))], dim
        ),
        lambda x, size, dim=0: np.concatenate(
            [
                (i + 1) * p
                for i, p in enumerate(
                    np.split(
                        x,
                        range(size, x.shape[dim], size)
                        if isinstance(size, int)
                        else np.cumsum(size)[:-1],
                        dim,
                    )
                )
            ],
            dim,
        ),
        (
            case(normal(5, 2), size=2),
            case(normal(2, 5), size=[1, 4], dim=1),
            case(normal(2, 5), size=7, dim=-1),
        ),
        (),
        (
            refusal(
                normal(5),
                size=[1, 3],
                message="split: the sizes [1, 3] do not add up to 5, axis 0 of (5,)",
            ),
            refusal(normal(5), size=0, message="split: the size of a part must be positive, got 0"),
        ),
    ),
    Operation(
        "chunk",
        "SliceBackward",
        lambda t, x, n, dim=0: t.cat([(i + 1) * p for i, p in enumerate(t.chunk(x, n, dim))], dim),
        lambda x, n, dim=0: np.concatenate(
            [(i + 1) * p for i, p in enumerate(np.split(x, [2, 4], dim))], dim
        ),
        (case(normal(5, 2), n=3), case(normal(2, 5), n=3, dim=1)),
        (),
        (refusal(normal(5), n=0, message="chunk: cannot cut shape (5,) into 0 parts"),),
    ),
)

EINSUM = (
    Operation(
        "einsum",
        "EinsumBackward",
        lambda t, *xs, equation: t.einsum(equation, *xs),
        lambda *xs, equation: np.array(np.einsum(equation, *xs)),
        (
            case(normal(2, 3), normal(3, 4), equation="ij,jk->ik"),
            case(normal(2, 3), normal(3, 4), equation="ij,jk"),
            case(normal(2, 3), equation="ij->ji"),
            case(normal(2, 3), equation="ij->"),
            case(normal(2, 3), equation="ij->i"),
            case(normal(3), normal(2), equation="i,j->ij"),
            case(normal(3), normal(3), equation="i,i->"),
            case(normal(2, 3), normal(2, 3), equation="ij,ij->i"),
            case(normal(2, 3), normal(3), equation="ij,j->ij"),
            case(normal(2, 3), normal(2), equation="ij,k->k"),
            case(normal(2, 2, 3), normal(2, 3, 2), equation="bij,bjk->bik"),
            case(normal(2, 2, 3), normal(3, 2), equation="...ij,jk->...ik"),
            case(normal(2, 1, 2, 3), normal(2, 3, 2), equation="...ij,...jk->...ik"),
            case(normal(3, 3), equation="ii->"),
            case(normal(3, 3), equation="ii->i"),
            case(normal(2, 3, 3), normal(3), equation="bii,i->b"),
            case(normal(2, 2), normal(2, 2), normal(2, 2), equation="ij,jk,kl->il"),
            case(normal(0, 3), normal(3, 2), equation="ij,jk->ik"),
            case(normal(2, 1), normal(3, 4), equation="ij,jk->ik"),
        ),
        (),
        (
            refusal(
                normal(2, 3),
                normal(2, 3),
                equation="ij,jk->ik",
                message="einsum: 'ij,jk->ik': 'j' has length 3 in one operand and 2 in another",
            ),
            refusal(
                normal(2, 3),
                equation="ij,jk->ik",
                message="einsum: 'ij,jk->ik' names 2 operands, but 1 were given",
            ),
            refusal(
                normal(2, 3),
                equation="ijk->i",
                message="einsum: 'ijk->i': 'ijk' names 3 axes, its operand has shape (2, 3)",
            ),
            refusal(
                normal(2, 3),
                equation="ij->k",
                message="einsum: 'ij->k': 'k' must stand in the result once, and in an operand",
            ),
        ),
    ),
)


def _reduced(terms, reduction="mean", total=None):
    if reduction == "none":
        return terms
    if reduction == "sum":
        return terms.sum()
    total = terms.size if total is None else total
    return terms.sum() / total if total else np.float64(nan)


def _loss_cases(input, target):
    return (
        case(input(3, 2), target(3, 2)),
        case(input(3), target(3), reduction="sum"),
        case(input(2, 3), target(2, 3), reduction="none"),
        case(input(), target()),
        case(input(0), target(0), reduction="sum"),
    )


def _loss_refusals(name, input=normal):
    return (
        refusal(
            input(3, 1),
            input(3),
            message=f"{name}: input has shape (3, 1), target (3,); broadcasting them would compare"
            " everything with everything: reshape one to the other's shape",
        ),
        refusal(
            input(3),
            input(3),
            reduction="max",
            message=f"{name}: reduction must be 'mean', 'sum' or 'none', got 'max'",
        ),
    )


def probability(*shape):
    return np.asarray(_rng.uniform(0.1, 0.9, shape))


def _apart_from_one(*shape):
    return np.asarray(_rng.choice([-1.7, -0.4, 0.6, 1.9], shape))


def _huber(a, b, delta=1.0, reduction="mean"):
    d = np.abs(a - b)
    return _reduced(np.where(d <= delta, d * d / 2, delta * (d - delta / 2)), reduction)


def _bce(p, t, weight=1.0, reduction="mean"):
    return _reduced(-weight * (t * np.log(p) + (1 - t) * np.log(1 - p)), reduction)


def _bce_with_logits(x, t, weight=1.0, pos_weight=1.0, reduction="mean"):
    p = _sigmoid(x)
    return _reduced(-weight * (pos_weight * t * np.log(p) + (1 - t) * np.log(1 - p)), reduction)


def _nll(x, t, weight=None, ignore_index=-100, reduction="mean"):
    """Row by row, as the definition reads."""
    axis = min(1, x.ndim - 1)
    rows = np.moveaxis(x, axis, -1).reshape(-1, x.shape[axis])
    weight = np.ones(x.shape[axis]) if weight is None else weight
    flat = t.reshape(-1)
    terms = np.array(
        [0.0 if c == ignore_index else -weight[c] * r[c] for r, c in zip(rows, flat, strict=True)]
    )
    total = sum(weight[c] for c in flat if c != ignore_index)
    return _reduced(terms.reshape(t.shape), reduction, total)


def _cross_entropy(x, t, weight=None, label_smoothing=0.0, ignore_index=-100, reduction="mean"):
    axis = min(1, x.ndim - 1)
    classes = x.shape[axis]
    log_p = np.moveaxis(np.log(_softmax(x, axis)), axis, -1)
    w = np.ones(classes) if weight is None else weight
    if t.dtype.kind == "f":
        q = np.moveaxis(t, axis, -1) * (1 - label_smoothing) + label_smoothing / classes
        terms = -(q * w * log_p).sum(-1)
        return _reduced(terms, reduction)
    smooth = np.where(t == ignore_index, 0, -(w * log_p).sum(-1)) / classes
    hard = _nll(np.moveaxis(log_p, -1, axis), t, w, ignore_index, "none")
    total = sum(w[c] for c in t.reshape(-1) if c != ignore_index)
    return _reduced((1 - label_smoothing) * hard + label_smoothing * smooth, reduction, total)


_weights = np.array([0.5, 1.0, 2.0])
_labels = np.array([2, 0, 1, 2])
_ignored = np.array([2, -100, 1, -100])


def _on_tensors(t, params):
    """Parameters that PyTorch wants as tensors."""
    return {k: t.tensor(v) if isinstance(v, np.ndarray) else v for k, v in params.items()}


def _class_cases(draw):
    return (
        case(draw(4, 3), _labels),
        case(draw(4, 3), _labels, weight=_weights),
        case(draw(4, 3), _ignored, weight=_weights),
        case(draw(4, 3), _labels, reduction="none"),
        case(draw(4, 3), _ignored, reduction="sum", weight=_weights),
        case(draw(3), np.array(1)),
        case(draw(2, 3, 2), np.array([[0, 2], [1, 1]])),
        case(draw(1, 3, 2, 2), np.array([[[0, 2], [1, -100]]]), reduction="none", weight=_weights),
        case(draw(2, 3), np.array([1, 2]), ignore_index=2),
    )


def _class_refusals(name):
    return (
        refusal(
            normal(4, 3),
            np.array([0, 1, 2, 3]),
            error=IndexError,
            message=f"{name}: target 3 is not one of the 3 classes, 0 to 2",
        ),
        refusal(
            normal(4, 3),
            np.array([0, 1]),
            message=f"{name}: input of shape (4, 3) takes class numbers (integers) of shape (4,),"
            " got int64 of shape (2,)",
        ),
        refusal(
            normal(4, 3),
            _labels,
            reduction="average",
            message=f"{name}: reduction must be 'mean', 'sum' or 'none', got 'average'",
        ),
        refusal(
            normal(4, 3),
            _labels,
            weight=np.ones(2),
            message=f"{name}: weight must have shape (3,), got (2,)",
        ),
    )


LOSSES = (
    Operation(
        "mse_loss",
        "MSEBackward",
        lambda t, a, b, **params: t.nn.functional.mse_loss(a, b, **params),
        lambda a, b, reduction="mean": _reduced((a - b) ** 2, reduction),
        _loss_cases(normal, normal),
        (extreme([], [], value=nan, gradients=([], [])),),
        _loss_refusals("mse"),
    ),
    Operation(
        "l1_loss",
        "L1Backward",
        lambda t, a, b, **params: t.nn.functional.l1_loss(a, b, **params),
        lambda a, b, reduction="mean": _reduced(np.abs(a - b), reduction),
        _loss_cases(positive, lambda *shape: -positive(*shape)),
        (extreme([2.0], [2.0], value=0.0, gradients=([0.0], [0.0])),),
        _loss_refusals("l1"),
    ),
    Operation(
        "huber_loss",
        "HuberBackward",
        lambda t, a, b, **params: t.nn.functional.huber_loss(a, b, **params),
        _huber,
        (
            *_loss_cases(_apart_from_one, lambda *shape: np.zeros(shape)),
            case(_apart_from_one(5), np.zeros(5), delta=0.5),
        ),
        (
            extreme([1e30], [0.0], value=1e30, gradients=([1.0], [-1.0])),
            extreme(
                [np.inf, -np.inf], [0.0, 0.0], value=np.inf, gradients=([0.5, -0.5], [-0.5, 0.5])
            ),
        ),
        (
            *_loss_refusals("huber"),
            refusal(normal(2), normal(2), delta=0, message="huber: delta must be positive, got 0"),
        ),
    ),
    Operation(
        "binary_cross_entropy",
        "BCEBackward",
        lambda t, a, b, **params: t.nn.functional.binary_cross_entropy(
            a, b, **_on_tensors(t, params)
        ),
        _bce,
        (
            *_loss_cases(probability, probability),
            case(probability(2, 3), probability(2, 3), weight=_weights),
        ),
        (
            extreme(
                [0.0, 1.0],
                [1.0, 1.0],
                value=[100.0, 0.0],
                gradients=([-1e12, 0.0], [100.0, -100.0]),
                reduction="none",
            ),
        ),
        (
            *_loss_refusals("bce", probability),
            refusal(
                np.array([-0.5, 2.0]),
                np.array([0.0, 1.0]),
                message="bce: input must be probabilities in [0, 1], but ranges from -0.5 to 2; use"
                " sigmoid, or bce_with_logits on the scores themselves",
            ),
        ),
    ),
    Operation(
        "binary_cross_entropy_with_logits",
        "BCEWithLogitsBackward",
        lambda t, a, b, **params: t.nn.functional.binary_cross_entropy_with_logits(
            a, b, **_on_tensors(t, params)
        ),
        _bce_with_logits,
        (
            *_loss_cases(normal, probability),
            case(normal(2, 3), probability(2, 3), weight=_weights),
            case(normal(2, 3), probability(2, 3), pos_weight=_weights, reduction="none"),
        ),
        (
            extreme(
                [-1e4, 1e4, 1e4],
                [1.0, 1.0, 0.0],
                value=[1e4, 0.0, 1e4],
                gradients=([-1.0, 0.0, 1.0], [1e4, -1e4, -1e4]),
                reduction="none",
            ),
        ),
        _loss_refusals("bcewithlogits"),
    ),
    Operation(
        "nll_loss",
        "NLLBackward",
        lambda t, x, target, **params: t.nn.functional.nll_loss(
            x, target, **_on_tensors(t, params)
        ),
        _nll,
        _class_cases(normal),
        (extreme([[1.0, 2.0]], np.array([-100]), value=nan, gradients=([[0.0, 0.0]],)),),
        _class_refusals("nll"),
    ),
    Operation(
        "cross_entropy",
        "CrossEntropyBackward",
        lambda t, x, target, **params: t.nn.functional.cross_entropy(
            x, target, **_on_tensors(t, params)
        ),
        _cross_entropy,
        (
            *_class_cases(normal),
            case(normal(4, 3), _labels, label_smoothing=0.2),
            case(normal(4, 3), _ignored, label_smoothing=0.2, weight=_weights),
            case(
                normal(2, 3, 2),
                np.array([[0, 2], [1, -100]]),
                label_smoothing=0.1,
                reduction="none",
            ),
            case(normal(4, 3), probability(4, 3)),
            case(normal(4, 3), probability(4, 3), weight=_weights, label_smoothing=0.3),
            case(normal(2, 3, 2), probability(2, 3, 2), reduction="none", weight=_weights),
            case(normal(3), probability(3), reduction="sum"),
        ),
        (
            extreme(
                [[-1e4, 1e4], [1e4, -1e4]],
                np.array([0, 0]),
                value=[2e4, 0.0],
                gradients=([[-1.0, 1.0], [0.0, 0.0]],),
                reduction="none",
            ),
        ),
        (
            *_class_refusals("crossentropy"),
            refusal(
                normal(2, 3),
                np.array([0, 1]),
                label_smoothing=2,
                message="crossentropy: label_smoothing must be in [0, 1], got 2",
            ),
        ),
    ),
)


def _padded(x, padding, value=0.0):
    (p, q) = padding if isinstance(padding, tuple) else (padding, padding)
    return np.pad(x, ((0, 0), (0, 0), (p, p), (q, q)), constant_values=value)


def _two(v):
    return v if isinstance(v, tuple) else (v, v)


def _windows(x, kernel, stride, dilation=1):
    """(N, C, H', W', Kh, Kw), window by window."""
    (kh, kw), (sh, sw), (dh, dw) = _two(kernel), _two(stride), _two(dilation)
    h = (x.shape[2] - dh * (kh - 1) - 1) // sh + 1
    w = (x.shape[3] - dw * (kw - 1) - 1) // sw + 1
    out = np.empty((*x.shape[:2], h, w, kh, kw))
    for i in range(h):
        for j in range(w):
            out[:, :, i, j] = x[
                :,
                :,
                i * sh : i * sh + dh * (kh - 1) + 1 : dh,
                j * sw : j * sw + dw * (kw - 1) + 1 : dw,
            ]
    return out


def _conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    if x.ndim == 3:
        return _conv2d(x[None], weight, bias, stride, padding, dilation, groups)[0]
    if padding == "same":
        span = [d * (k - 1) for d, k in zip(_two(dilation), weight.shape[2:], strict=True)]
        x = np.pad(x, ((0, 0), (0, 0), *((s // 2, s - s // 2) for s in span)))
        padding = 0
    padding = 0 if padding == "valid" else padding
    seen = _windows(_padded(x, padding), weight.shape[2:], stride, dilation)
    parts = [
        np.einsum("nchwij,ocij->nohw", s, w)
        for s, w in zip(np.split(seen, groups, 1), np.split(weight, groups, 0), strict=True)
    ]
    z = np.concatenate(parts, 1)
    return z if bias is None else z + bias[:, None, None]


def _pool(reduce, outside):
    def reference(x, kernel, stride=None, padding=0, **params):
        if x.ndim == 3:
            return reference(x[None], kernel, stride, padding, **params)[0]
        dilation = params.get("dilation", 1)
        seen = _windows(
            _padded(x, padding, outside), kernel, kernel if stride is None else stride, dilation
        )
        if not params.get("count_include_pad", True):
            seen = np.where(
                _windows(_padded(np.ones_like(x), padding), kernel, stride or kernel) == 1,
                seen,
                nan,
            )
            return np.nanmean(seen, axis=(-2, -1))
        return reduce(seen, axis=(-2, -1))

    return reference


def _layer_norm(x, *parameters, shape, eps=1e-5):
    axes = tuple(range(x.ndim - len(shape), x.ndim))
    x_hat = (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + eps)
    weight, bias = (*parameters, 1, 0)[:2] if len(parameters) != 1 else (parameters[0], 0)
    return x_hat * weight + bias


def _batch_norm(x, *parameters, mean=None, var=None, eps=1e-5):
    axes = tuple(i for i in range(x.ndim) if i != 1)
    column = (-1, *(1,) * (x.ndim - 2))
    mean = x.mean(axes) if mean is None else mean
    var = x.var(axes) if var is None else var
    x_hat = (x - mean.reshape(column)) / np.sqrt(var.reshape(column) + eps)
    weight, bias = parameters or (np.ones(x.shape[1]), np.zeros(x.shape[1]))
    return x_hat * weight.reshape(column) + bias.reshape(column)


def _attention(q, k, v, mask=None, is_causal=False, scale=None):
    scores = q @ np.swapaxes(k, -1, -2) * (1 / math.sqrt(q.shape[-1]) if scale is None else scale)
    if is_causal:
        mask = np.tril(np.ones(scores.shape[-2:], bool))
    if mask is not None:
        scores = np.where(mask, scores, -1e30) if mask.dtype == bool else scores + mask
    p = _softmax(scores - scores.max(-1, keepdims=True), -1)
    if mask is not None and mask.dtype == bool:
        p = p * mask.any(-1, keepdims=True)
    return p @ v


_allowed = np.array([[True, False, True], [False, False, False]])


def _seeded_dropout(t, x, p=0.5):
    t.manual_seed(3)
    return t.nn.functional.dropout(x, p)


LAYERS = (
    Operation(
        "linear",
        "LinearBackward",
        lambda t, x, *parameters: t.nn.functional.linear(x, *parameters),
        lambda x, weight, bias=0.0: x @ weight.T + bias,
        (
            case(normal(2, 3), normal(4, 3), normal(4)),
            case(normal(2, 3), normal(4, 3)),
            case(normal(3, 3), normal(3, 3), normal(3)),
            case(normal(2, 2, 3), normal(4, 3), normal(4)),
            case(normal(2, 2, 3), normal(4, 3)),
            case(normal(2, 1, 2, 3), normal(1, 3), normal(1)),
            case(normal(3), normal(4, 3), normal(4)),
            case(normal(3), normal(4, 3)),
            case(normal(0, 3), normal(4, 3), normal(4)),
            case(normal(0, 2, 3), normal(4, 3), normal(4)),
            case(normal(2, 0), normal(4, 0), normal(4)),
            case(normal(2, 3), normal(0, 3), normal(0)),
            case(normal(2, 3), normal(4, 3), normal(1)),
            case(normal(2, 3), normal(4, 3), normal()),
            case(normal(2, 2, 3), normal(4, 3), normal(2, 4)),
        ),
        (),
        (
            refusal(
                normal(2, 3),
                normal(3, 4),
                message="linear: input (2, 3) does not fit weight (3, 4): expected (…, in) and"
                " (out, in)",
            ),
            refusal(
                normal(),
                normal(4, 3),
                message="linear: input () does not fit weight (4, 3): expected (…, in) and"
                " (out, in)",
            ),
            refusal(
                normal(2, 3),
                normal(2, 4, 3),
                message="linear: input (2, 3) does not fit weight (2, 4, 3): expected (…, in) and"
                " (out, in)",
            ),
            refusal(
                normal(2, 3),
                normal(4, 3),
                normal(3),
                message="linear: bias must have shape (4,), got (3,)",
            ),
            refusal(
                normal(3),
                normal(4, 3),
                normal(2, 4),
                message="linear: bias must have shape (4,), got (2, 4)",
            ),
        ),
    ),
    Operation(
        "linear of one output",
        "LinearBackward",
        lambda t, x, weight: t.nn.functional.linear(x, weight),
        lambda x, weight: x @ weight,
        (
            case(normal(2, 3), normal(3)),
            case(normal(3), normal(3)),
            case(normal(2, 0, 3), normal(3)),
        ),
    ),
    Operation(
        "conv2d",
        "Conv2dBackward",
        lambda t, *xs, **params: t.nn.functional.conv2d(*xs, **params),
        _conv2d,
        (
            case(normal(2, 2, 4, 3), normal(3, 2, 2, 2), normal(3)),
            case(normal(1, 2, 4, 4), normal(2, 2, 3, 3), padding=1),
            case(normal(1, 1, 5, 5), normal(2, 1, 2, 2), stride=2),
            case(normal(1, 1, 5, 4), normal(1, 1, 2, 3), normal(1), stride=(2, 1), padding=(0, 1)),
            case(normal(1, 1, 5, 5), normal(1, 1, 2, 2), dilation=2),
            case(normal(1, 4, 3, 3), normal(2, 2, 2, 2), normal(2), groups=2),
            case(normal(1, 2, 3, 3), normal(4, 1, 2, 2), groups=2, padding=1, stride=2),
            case(normal(2, 3, 3), normal(1, 2, 2, 2)),
            case(normal(1, 1, 3, 4), normal(1, 1, 2, 3), padding="same"),
            case(normal(1, 1, 3, 3), normal(1, 1, 1, 1), padding="valid"),
            case(normal(0, 1, 3, 3), normal(2, 1, 2, 2), normal(2)),
            case(normal(1, 1, 2, 2), normal(1, 1, 3, 3), padding=4, stride=3, dilation=2),
        ),
        (),
        (
            refusal(
                normal(3, 3),
                normal(1, 1, 2, 2),
                message="conv2d: expected an input (N, C, H, W) and a weight (O, C/groups, Kh, Kw),"
                " got (3, 3) and (1, 1, 2, 2)",
            ),
            refusal(
                normal(1, 3, 3, 3),
                normal(1, 2, 2, 2),
                message="conv2d: input (1, 3, 3, 3) has 3 channels; weight (1, 2, 2, 2) with"
                " groups=1 takes 2 and must make a multiple of 1",
            ),
            refusal(
                normal(1, 1, 2, 2),
                normal(1, 1, 3, 3),
                message="conv2d: a window of 3×3 does not fit into 2×2 pixels (input (1, 1, 2, 2),"
                " padding included)",
            ),
            refusal(
                normal(1, 1, 3, 3),
                normal(1, 1, 2, 2),
                normal(2),
                message="conv2d: bias must have shape (1,), got (2,)",
            ),
            refusal(
                normal(1, 1, 3, 3),
                normal(1, 1, 2, 2),
                stride=0,
                message="conv2d: stride must be an integer of at least 1, or two, got 0",
            ),
            refusal(
                normal(1, 1, 3, 3),
                normal(1, 1, 2, 2),
                stride={1, 2},
                message="conv2d: stride must be an integer of at least 1, or two, got {1, 2}",
            ),
            refusal(
                normal(1, 1, 3, 3),
                normal(1, 1, 2, 2),
                normal(),
                message="conv2d: bias must have shape (1,), got ()",
            ),
            refusal(
                normal(1, 1, 3, 3),
                normal(1, 1, 2, 2),
                stride=2,
                padding="same",
                message="conv2d: padding='same' needs stride 1, got (2, 2)",
            ),
        ),
    ),
    Operation(
        "unfold",
        "UnfoldBackward",
        lambda t, x, **params: t.nn.functional.unfold(x, 2, **params),
        lambda x, stride=1, padding=0: np.moveaxis(
            _windows(_padded(x, padding), 2, stride), (4, 5), (2, 3)
        ).reshape(x.shape[0], x.shape[1] * 4, -1),
        (case(normal(2, 2, 3, 3)), case(normal(1, 1, 4, 3), stride=2, padding=1)),
    ),
    Operation(
        "fold",
        "FoldBackward",
        lambda t, x: t.nn.functional.fold(x, (3, 3), 2),
        lambda x: np.einsum(
            "ncabij,pqabij->ncpq",
            x.reshape(1, 1, 2, 2, 2, 2),
            np.array(
                [
                    [
                        [
                            [
                                [[float(p == i + a and q == j + b) for b in (0, 1)] for a in (0, 1)]
                                for j in (0, 1)
                            ]
                            for i in (0, 1)
                        ]
                        for q in range(3)
                    ]
                    for p in range(3)
                ]
            ).transpose(0, 1, 4, 5, 2, 3),
        ),
        (case(normal(1, 4, 4)),),
        (),
        (
            refusal(
                normal(1, 4, 3),
                message="fold: expected columns of shape (1, 4, 4), got (1, 4, 3)",
            ),
        ),
    ),
    Operation(
        "max_pool2d",
        "MaxPool2dBackward",
        lambda t, x, kernel, **params: t.nn.functional.max_pool2d(x, kernel, **params),
        _pool(np.max, -inf),
        (
            case(distinct(2, 2, 4, 4), kernel=2),
            case(distinct(1, 1, 5, 5), kernel=3, stride=2),
            case(distinct(1, 1, 4, 5), kernel=(2, 3), stride=1, padding=1),
            case(distinct(1, 1, 5, 5), kernel=2, stride=1, dilation=2),
            case(distinct(2, 3, 3), kernel=2),
            case(distinct(0, 1, 2, 2), kernel=2),
            case(distinct(1, 1, 6, 7), kernel=2, stride=3, padding=1),
        ),
        (
            extreme(
                [[[[1.0, 1.0], [1.0, 1.0]]]],
                value=[[[[1.0]]]],
                gradients=([[[[1.0, 0.0], [0.0, 0.0]]]],),
                kernel=2,
            ),
            extreme(
                [[[[-inf, -inf], [-inf, -inf]]]],
                value=[[[[-inf]]]],
                gradients=([[[[1.0, 0.0], [0.0, 0.0]]]],),
                kernel=2,
            ),
            extreme(
                [[[[1.0, nan], [nan, 3.0]]]],
                value=[[[[nan]]]],
                gradients=([[[[0.0, 0.0], [1.0, 0.0]]]],),
                kernel=2,
            ),
            extreme(
                [[[[1.0, nan], [2.0, 3.0]]]],
                value=[[[[nan]]]],
                gradients=([[[[0.0, 1.0], [0.0, 0.0]]]],),
                kernel=2,
            ),
        ),
        (
            refusal(
                normal(3, 3),
                kernel=2,
                message="maxpool2d: expected images (N, C, H, W) or (C, H, W), got (3, 3)",
            ),
            refusal(
                normal(1, 3, 3),
                kernel=2,
                padding=2,
                message="maxpool2d: padding 2 is more than half of the window's 2; windows of"
                " nothing but padding have no value",
            ),
        ),
    ),
    Operation(
        "avg_pool2d",
        "AvgPool2dBackward",
        lambda t, x, kernel, **params: t.nn.functional.avg_pool2d(x, kernel, **params),
        _pool(np.mean, 0.0),
        (
            case(normal(2, 2, 4, 4), kernel=2),
            case(normal(1, 1, 5, 5), kernel=3, stride=2),
            case(normal(1, 1, 4, 5), kernel=(2, 3), stride=1, padding=1),
            case(normal(1, 1, 3, 3), kernel=2, padding=1, count_include_pad=False),
            case(normal(2, 3, 3), kernel=2),
        ),
    ),
    Operation(
        "embedding",
        "EmbeddingBackward",
        lambda t, indices, weight, **params: t.nn.functional.embedding(indices, weight, **params),
        lambda indices, weight, padding_idx=None: weight[indices],
        (
            case(np.array([0, 2, 2, 0]), normal(4, 3)),
            case(np.array([[1, 1], [3, 1]]), normal(4, 2)),
            case(np.array(1), normal(3, 2)),
            case(np.array([], np.int64), normal(3, 2)),
        ),
        (),
        (
            refusal(
                np.array([4]),
                normal(4, 3),
                error=IndexError,
                message="embedding: index 4 is out of range for a table of 4 rows",
            ),
            refusal(
                np.array([-1]),
                normal(4, 3),
                error=IndexError,
                message="embedding: index -1 is out of range for a table of 4 rows",
            ),
            refusal(
                normal(2),
                normal(4, 3),
                error=TypeError,
                message="embedding: indices must be integers, got float64",
            ),
            refusal(
                np.array([0]),
                normal(4),
                message="embedding: the weight must have shape (rows, features), got (4,)",
            ),
        ),
    ),
    Operation(
        "layer_norm",
        "LayerNormBackward",
        lambda t, x, *parameters, shape: t.nn.functional.layer_norm(x, shape, *parameters),
        _layer_norm,
        (
            case(normal(3, 4), shape=(4,)),
            case(normal(3, 4), normal(4), normal(4), shape=(4,)),
            case(normal(2, 2, 3), normal(2, 3), normal(2, 3), shape=(2, 3)),
            case(normal(4), normal(4), normal(4), shape=(4,)),
            case(normal(2, 3), normal(3), shape=(3,)),
            case(normal(0, 3), normal(3), normal(3), shape=(3,)),
        ),
        (extreme([2.0, 2.0], value=[0.0, 0.0], gradients=([0.0, 0.0],), shape=(2,)),),
        (
            refusal(
                normal(2, 3),
                shape=(2,),
                message="layernorm: normalized_shape (2,) is not the end of the input's shape"
                " (2, 3)",
            ),
            refusal(
                normal(2, 3),
                normal(2),
                shape=(3,),
                message="layernorm: weight must have shape (3,), got (2,)",
            ),
        ),
    ),
    Operation(
        "batch_norm",
        "BatchNormBackward",
        lambda t, x, *parameters: t.nn.functional.batch_norm(
            x, None, None, *parameters, training=True
        ),
        _batch_norm,
        (
            case(normal(4, 3)),
            case(normal(4, 3), normal(3), normal(3)),
            case(normal(2, 2, 2, 2), normal(2), normal(2)),
            case(normal(3, 2, 2)),
        ),
        (),
        (
            refusal(
                normal(1, 3),
                message="batchnorm: shape (1, 3) has 1 value for each channel; training needs two"
                " or more",
            ),
            refusal(normal(3), message="batchnorm: shape (3,) has no channels; they are axis 1"),
        ),
    ),
    Operation(
        "batch_norm in evaluation",
        "BatchNormBackward",
        lambda t, x, *parameters, mean, var: t.nn.functional.batch_norm(
            x, t.tensor(mean), t.tensor(var), *parameters
        ),
        _batch_norm,
        (
            case(normal(4, 2), mean=normal(2), var=positive(2)),
            case(normal(2, 2, 2, 2), normal(2), normal(2), mean=normal(2), var=positive(2)),
        ),
    ),
    Operation(
        "scaled_dot_product_attention",
        "AttentionBackward",
        lambda t, q, k, v, mask=None, **params: t.nn.functional.scaled_dot_product_attention(
            q, k, v, attn_mask=mask, **params
        ),
        _attention,
        (
            case(normal(2, 3), normal(3, 3), normal(3, 2)),
            case(normal(2, 2, 3, 2), normal(2, 2, 3, 2), normal(2, 2, 3, 2), is_causal=True),
            case(normal(2, 3), normal(3, 3), normal(3, 2), _allowed),
            case(normal(2, 3), normal(3, 3), normal(3, 2), normal(2, 3)),
            case(normal(2, 2, 3), normal(2, 3, 3), normal(2, 3, 2), normal(2, 3)),
            case(normal(2, 3), normal(3, 3), normal(3, 2), scale=0.3),
        ),
        (),
        (
            refusal(
                normal(2, 3),
                normal(3, 2),
                normal(3, 2),
                message="attention: query (2, 3), key (3, 2), value (3, 2): the last axes of query"
                " and key, and the second last of key and value, must agree",
            ),
        ),
    ),
    Operation(
        "dropout",
        "DropoutBackward",
        _seeded_dropout,
        lambda x, p=0.5: _seeded_dropout(tt, tt.tensor(x), p).data,
        (*unary(), case(normal(6), p=0.2), case(normal(3), p=1.0)),
        (),
        (refusal(normal(2), p=1.5, message="dropout: p must be a probability in [0, 1], got 1.5"),),
    ),
    Operation(
        "checkpoint",
        "CheckpointBackward",
        lambda t, a, b: (
            t.autograd.checkpoint(lambda a, b: (a * b).exp() * a + b, a, b)
            if t is tt
            else (a * b).exp() * a + b
        ),
        lambda a, b: np.exp(a * b) * a + b,
        (case(probability(2, 3), probability(3)), case(probability(), probability(2))),
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
    *SELECTION,
    *JOINING,
    *EINSUM,
    *LOSSES,
    *LAYERS,
)
