"""The exercises on activations: right answers, and wrong ones as readers write them."""

import math

import numpy as np
import pytest

from tinytorch.core.autograd import Function
from tinytorch.core.elementary import erf
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


def below(x):
    return (1 + erf(x / math.sqrt(2))) / 2


def bell(x):
    return np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def each_erf(x):
    return np.vectorize(math.erf, otypes=[x.dtype])(x)


def short(x):
    return 1 / (1 + np.exp(-x))


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
    "GELU": {
        "from x": (
            lambda x: x * below(x),
            lambda g, x: (g * (below(x) + x * bell(x)),),
            ("x",),
        ),
    },
    "SiLU": {
        "from x": (
            lambda x: x * short(x),
            lambda g, x: (g * short(x) * (1 + x * (1 - short(x))),),
            ("x",),
        ),
        "from x and z": (
            lambda x: x * short(x),
            lambda g, x, z: (g * (z + short(x) * (1 - z)),),
            ("x", "z"),
        ),
    },
    "Erf": {
        "one by one": (
            each_erf,
            lambda g, x: (2 * g / math.sqrt(math.pi) * np.exp(-x * x),),
            ("x",),
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
    "GELU": {
        "forward by tanh": (
            lambda x: x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
            lambda g, x: (g * (below(x) + x * bell(x)),),
            ("x",),
            ["result of `forward` is wrong"],
        ),
        "gate alone": (
            lambda x: x * below(x),
            lambda g, x: (g * below(x),),
            ("x",),
            ["the gate alone, g · Φ(x)", "second term"],
        ),
        "derivative of the other form": (
            lambda x: x * below(x),
            lambda g, x: (
                g
                * (
                    0.5 * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x**3)))
                    + 0.5
                    * x
                    * (1 - np.tanh(0.7978845608 * (x + 0.044715 * x**3)) ** 2)
                    * 0.7978845608
                    * (1 + 3 * 0.044715 * x**2)
                ),
            ),
            ("x",),
            ["that of the approximation by tanh"],
        ),
        "no root": (
            lambda x: x * below(x),
            lambda g, x: (g * (below(x) + x * np.exp(-(x**2) / 2)),),
            ("x",),
            ["divide by √(2π)"],
        ),
    },
    "SiLU": {
        "gate alone": (
            lambda x: x * short(x),
            lambda g, x: (g * short(x),),
            ("x",),
            ["the gate alone", "second term"],
        ),
        "as the sigmoid": (
            lambda x: x * short(x),
            lambda g, z: (g * z * (1 - z),),
            ("z",),
            ["the rule of the sigmoid"],
        ),
        "∞ · 0": (
            lambda x: x * short(x),
            lambda g, x: (g * (short(x) + x * np.exp(-x) / (1 + np.exp(-x)) ** 2),),
            ("x",),
            ["The gradient of `x` is wrong: at [1] it is nan", "do not occur"],
        ),
    },
    "Erf": {
        "no factor": (each_erf, lambda g, x: (g * np.exp(-x * x),), ("x",), ["factor 2/√π"]),
        "half of it": (
            each_erf,
            lambda g, x: (g * np.exp(-x * x) / math.sqrt(math.pi),),
            ("x",),
            ["0.5 times what it should be"],
        ),
        "bell": (each_erf, lambda g, x: (g * bell(x),), ("x",), ["the normal density"]),
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
