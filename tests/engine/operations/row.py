"""The table of operations: what each computes, on which inputs, and what it refuses.

One row per operation. `test_operations.py` holds every row against its NumPy reference and against
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


def no_broadcast(name):
    return refusal(
        normal(2, 3),
        normal(4),
        message=f"{name}: shapes (2, 3) and (4,) do not broadcast: from the right, 3 meets 4 and"
        " neither is 1; line the axes up with reshape or unsqueeze",
    )


inf, nan = np.inf, np.nan


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


def probability(*shape):
    return np.asarray(_rng.uniform(0.1, 0.9, shape))
