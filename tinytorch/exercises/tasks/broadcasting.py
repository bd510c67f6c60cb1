"""Undoing a broadcast."""

import numpy as np

from ..task import Compared, Mistake, Task

PAIRS = [
    ((4, 3), (4, 3)),
    ((4, 3), (3,)),
    ((3, 3), (3,)),
    ((3, 3), (3, 1)),
    ((4, 3), (1, 3)),
    ((4, 3), (4, 1)),
    ((2, 4, 3), (4, 1)),
    ((5, 2, 4, 3), (2, 1, 3)),
    ((4, 3), (1,)),
    ((1, 3), (1, 1)),
    ((4, 3), ()),
    ((0, 3), (3,)),
    ((2, 0), (2, 1)),
    ((4, 1, 3), (1, 3)),
]


def copied(grad, shape):
    """The axes along which a broadcast from `shape` to that of `grad` copies."""
    front = grad.ndim - len(shape)
    return [i for i in range(grad.ndim) if i < front or shape[i - front] != grad.shape[i]]


def unbroadcast(grad, shape):
    return grad.sum(tuple(copied(grad, shape))).reshape(shape)


def due(grad, shape):
    axes = copied(grad, shape)
    if not axes:
        return "There is nothing to sum."
    stretched = any(i >= grad.ndim - len(shape) for i in axes)
    keep = " and keep the stretched axis with length 1" if stretched else ""
    return f"Sum over axes {axes}{keep}."


def front_alone(grad, shape):
    return grad.sum(tuple(range(grad.ndim - len(shape))))


def stretched_alone(grad, shape):
    for i, n in enumerate(shape):
        if n == 1:
            grad = grad.sum(i, keepdims=True)
    return grad


def by_length(grad, shape):
    while grad.ndim > len(shape):
        axis = next((i for i in reversed(range(grad.ndim)) if grad.shape[i] in shape), 0)
        grad = grad.sum(axis)
    return stretched_alone(grad, shape)


def without_keepdims(grad, shape):
    return grad.sum(tuple(copied(grad, shape)))


def averaged(grad, shape):
    return grad.mean(tuple(copied(grad, shape))).reshape(shape)


def first_copy(grad, shape):
    at = tuple(0 if i in copied(grad, shape) else slice(None) for i in range(grad.ndim))
    return grad[at].reshape(shape)


MISTAKES = (
    Mistake("Nothing is summed yet: it returns `grad` as it came.", lambda grad, shape: grad),
    Mistake("The axes in front are summed; those that were stretched are not.", front_alone),
    Mistake("The stretched axes are summed; those put in front are not.", stretched_alone),
    Mistake("The stretched axis is gone: sum with `keepdims=True`.", without_keepdims),
    Mistake("That is the mean of the copies: a copied value collects the sum.", averaged),
    Mistake("That is the first copy's gradient alone: sum over all copies.", first_copy),
    Mistake(
        "It is summed over the wrong axis. Shapes line up at the right end; what sticks out on the"
        " left was put in front.",
        by_length,
    ),
    Mistake(
        "`np.resize` and `reshape` throw numbers away or mix them: sum.",
        lambda grad, shape: np.resize(grad, shape),
    ),
)


def cases():
    rng = np.random.default_rng(1)
    for large, small in PAIRS:
        yield f"a gradient of shape {large} and the shape {small}", (rng.normal(size=large), small)


TASKS = (
    Task(
        "unbroadcast",
        "my_unbroadcast(grad, shape)",
        Compared(
            list(cases()),
            unbroadcast,
            MISTAKES,
            ("result",),
            due,
            f"It holds for {len(PAIRS)} pairs of shapes.",
        ),
        MISTAKES,
    ),
)
