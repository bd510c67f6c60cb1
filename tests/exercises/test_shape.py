"""The exercises on shapes, as readers write them."""

import numpy as np
import pytest

from tinytorch.core.autograd import Function
from tinytorch.exercises import check


def mine(name, forward, apply):
    return check(type("Mine", (Function,), {"forward": forward, "apply": apply}), name)


def old_shape(self):
    return self.next_functions[0].shape


def reshape(self, x, *, shape):
    return x.reshape(shape)


def transpose(self, x, *, dim0, dim1):
    self.dims = dim0, dim1
    return x.swapaxes(dim0, dim1)


def permute(self, x, *, dims):
    self.dims = dims
    return x.transpose(dims)


def expand(self, x, *, shape):
    return np.broadcast_to(x, shape)


def cast(self, x, *, dtype):
    return x.astype(dtype)


def clone(self, x):
    return x.copy()


def first_copy(self, g):
    shape = old_shape(self)
    front = g.ndim - len(shape)
    index = [0] * front + [
        slice(0, 1) if n == 1 and g.shape[i + front] else slice(None) for i, n in enumerate(shape)
    ]
    return g[tuple(index)].reshape(shape) if g.size else np.zeros(shape)


def summed(self, g):
    shape = old_shape(self)
    front = g.ndim - len(shape)
    d = g.sum(tuple(range(front)))
    for i, n in enumerate(shape):
        if n == 1:
            d = d.sum(i, keepdims=True)
    return d


CASES = [
    ("ReshapeBackward", reshape, lambda self, g: g.reshape(old_shape(self)), "Right. "),
    ("ReshapeBackward", reshape, lambda self, g: g, "Give it the shape of `x`"),
    (
        "ReshapeBackward",
        reshape,
        lambda self, g: g.reshape(old_shape(self), order="F"),
        "column by column",
    ),
    (
        "ReshapeBackward",
        lambda self, x, *, shape: np.resize(x.copy(), x.reshape(shape).shape),
        lambda self, g: g.reshape(old_shape(self)),
        "a view of the input has the same values and costs nothing",
    ),
    (
        "ReshapeBackward",
        lambda self, x, *, shape: x.reshape(shape, order="F"),
        lambda self, g: g,
        "The result of `forward` is ",
    ),
    ("TransposeBackward", transpose, lambda self, g: g.swapaxes(*self.dims), "Right. "),
    ("TransposeBackward", transpose, lambda self, g: g, "still in the order of the result"),
    ("TransposeBackward", transpose, lambda self, g: g.T, "only `dim0` and `dim1`"),
    (
        "TransposeBackward",
        transpose,
        lambda self, g: g.reshape(old_shape(self)),
        "Axes change places by `swapaxes`",
    ),
    (
        "TransposeBackward",
        lambda self, x, *, dim0, dim1: x.T,
        lambda self, g: g.T,
        "The result has shape (4, 3, 2), and should have (2, 4, 3)",
    ),
    (
        "PermuteBackward",
        permute,
        lambda self, g: g.transpose(np.argsort(self.dims)),
        "counted from the end",
    ),
    ("PermuteBackward", permute, lambda self, g: g.transpose(self.dims), "once more"),
    ("PermuteBackward", permute, lambda self, g: g, "still in the order of the result"),
    ("PermuteBackward", permute, lambda self, g: g.T, "all axes reversed"),
    (
        "PermuteBackward",
        permute,
        lambda self, g: g.reshape(old_shape(self)),
        "Axes change places by `transpose`",
    ),
    ("ExpandBackward", expand, summed, "Right. "),
    ("ExpandBackward", expand, lambda self, g: g, "sum over axis 0"),
    ("ExpandBackward", expand, first_copy, "the first copy alone"),
    ("ExpandBackward", expand, lambda self, g: g.mean(), "a single number"),
    (
        "ExpandBackward",
        lambda self, x, *, shape: np.broadcast_to(x, shape).copy(),
        summed,
        "a view of the input has the same values and costs nothing",
    ),
    ("CastBackward", cast, lambda self, g: g.astype(self.next_functions[0].dtype), "Right. "),
    ("CastBackward", cast, lambda self, g: g, "is float32, `x` is float64"),
    ("CastBackward", cast, lambda self, g: g.astype(float), "is float64, `x` is float32"),
    ("CastBackward", lambda self, x, *, dtype: x, lambda self, g: g, "and should be float32"),
    (
        "CastBackward",
        cast,
        lambda self, g: np.zeros(g.shape, self.next_functions[0].dtype),
        "zero everywhere",
    ),
    ("CloneBackward", clone, lambda self, g: g, "Right. "),
    ("CloneBackward", lambda self, x: x, lambda self, g: g, "shares the memory of `x`"),
    ("CloneBackward", lambda self, x: x[...], lambda self, g: g, "Return a copy"),
    ("CloneBackward", clone, lambda self, g: g / 2, "half of g"),
    ("CloneBackward", clone, lambda self, g: g * 0, "zero everywhere"),
]


@pytest.mark.parametrize(("name", "forward", "rule", "said"), CASES)
def test_the_answer_names_it(name, forward, rule, said):
    answer = mine(name, forward, lambda self, g: (rule(self, g),))
    assert said in str(answer)
