"""The exercises on activations: right answers, and wrong ones as readers write them."""

import numpy as np
import pytest

from tinytorch.core.autograd import Function
from tinytorch.exercises import check


def written(name, forward, apply, saves):
    """A Function as a reader writes it; `apply` is given g and what was saved.

    Parameters of forward, such as `dim`, are kept and given to both.
    """

    class Mine(Function):
        def forward(self, x, **params):
            self.params = params
            return forward(x, **params)

        def apply(self, g):
            return apply(g, *self.saved_tensors, **self.params)

    return check(type("Mine", (Mine,), {"saves": saves}), f"{name}Backward")


def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def softmax(x, dim):
    e = np.exp(x - x.max(axis=dim, keepdims=True))
    return e / e.sum(axis=dim, keepdims=True)


RIGHT = {
    "Sigmoid": {
        "from z": (sigmoid, lambda g, z: (g * z * (1 - z),), ("z",)),
        "the short form, which warns": (
            lambda x: 1 / (1 + np.exp(-x)),
            lambda g, z: (g * (z - z * z),),
            ("z",),
        ),
    },
    "Softmax": {
        "two products": (
            softmax,
            lambda g, z, dim: (z * (g - np.sum(g * z, axis=dim, keepdims=True)),),
            ("z",),
        ),
    },
}

WRONG = {
    "Sigmoid": {
        "forward overflows": (
            lambda x: np.exp(x) / (1 + np.exp(x)),
            lambda g, z: (g * z * (1 - z),),
            ("z",),
            ["result of `forward` is wrong: at [0] it is nan", "e^(-|x|)"],
        ),
        "x taken for z": (
            sigmoid,
            lambda g, x: (g * x * (1 - x),),
            ("x",),
            ["z is the result and not the input"],
        ),
        "the slope of x overflows": (
            sigmoid,
            lambda g, x: (g * np.exp(-x) / (1 + np.exp(-x)) ** 2,),
            ("x",),
            ["right until e^-x overflows"],
        ),
        "twice": (
            sigmoid,
            lambda g, z: (g * sigmoid(z) * (1 - sigmoid(z)),),
            ("z",),
            ["z is a sigmoid already"],
        ),
        "no g": (sigmoid, lambda g, z: (z * (1 - z),), ("z",), ["multiply by the upstream"]),
        "no tuple": (sigmoid, lambda g, z: g * z * (1 - z), ("z",), ["`return (grad,)`"]),
    },
    "Softmax": {
        "overflow": (
            lambda x, dim: np.exp(x) / np.exp(x).sum(axis=dim, keepdims=True),
            lambda g, z, dim: (z * (g - np.sum(g * z, axis=dim, keepdims=True)),),
            ("z",),
            ["result of `forward` is wrong", "subtract the largest score"],
        ),
        "the last axis always": (
            lambda x, dim: softmax(x, -1),
            lambda g, z, dim: (z * (g - np.sum(g * z, axis=-1, keepdims=True)),),
            ("z",),
            ["result of `forward` is wrong", "`dim=0` (columns)"],
        ),
        "the last axis in the rule": (
            softmax,
            lambda g, z, dim: (z * (g - np.sum(g * z, axis=-1, keepdims=True)),),
            ("z",),
            ["The gradient of `x` is wrong", "`dim=0` (columns)"],
        ),
        "the rule of the sigmoid": (
            softmax,
            lambda g, z, dim: (g * z * (1 - z),),
            ("z",),
            ["the rule of the sigmoid", "off the diagonal"],
        ),
        "no keepdims": (
            softmax,
            lambda g, z, dim: (z * (g - np.sum(g * z, axis=dim)),),
            ("z",),
            ["sums that lost their axis"],
        ),
        "no keepdims in forward": (
            lambda x, dim: np.exp(x - x.max()) / np.exp(x - x.max()).sum(axis=dim),
            lambda g, z, dim: (z * (g - np.sum(g * z, axis=dim, keepdims=True)),),
            ("z",),
            ["result of `forward` is wrong", "keepdims=True"],
        ),
        "scores in place of shares": (
            softmax,
            lambda g, x, dim: (x * (g - np.sum(g * x, axis=dim, keepdims=True)),),
            ("x",),
            ["The gradient of `x` is wrong"],
        ),
    },
}


def cases(table):
    return [
        pytest.param(name, *case, id=f"{name}: {about}")
        for name, of in table.items()
        for about, case in of.items()
    ]


@pytest.mark.parametrize(("name", "forward", "apply", "saves"), cases(RIGHT))
def test_a_right_answer_passes(name, forward, apply, saves):
    answer = written(name, forward, apply, saves)
    assert answer.passed is True, answer
    assert "Gradients of gradients agree as well." in answer.message


@pytest.mark.parametrize(("name", "forward", "apply", "saves", "said"), cases(WRONG))
def test_a_mistake_is_named(name, forward, apply, saves, said):
    answer = written(name, forward, apply, saves)
    assert answer.passed is False
    for phrase in said:
        assert phrase in answer.message
