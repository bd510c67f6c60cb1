"""The exercises on activations: right answers, and wrong ones as readers write them."""

import math

import numpy as np
import pytest

from tinytorch.core.autograd import Function
from tinytorch.core.operations.elementary import erf_of as erf
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


def log_softmax(x, dim):
    x = x - x.max(axis=dim, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=dim, keepdims=True))


def leaky(x, slope=0.01):
    return np.where(x > 0, x, slope * x)


def softplus(x, beta=1.0):
    return np.logaddexp(0, beta * x) / beta


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
    "Tanh": {
        "from z": (np.tanh, lambda g, z: (g * (1 - z * z),), ("z",)),
        "from x": (np.tanh, lambda g, x: (g * (1 - np.tanh(x) ** 2),), ("x",)),
    },
    "LogSoftmax": {
        "from z": (
            log_softmax,
            lambda g, z, dim: (g - np.exp(z) * np.sum(g, axis=dim, keepdims=True),),
            ("z",),
        ),
    },
    "LeakyReLU": {
        "by comparisons": (
            leaky,
            lambda g, x, slope=0.01: (g * (x > 0) + slope * g * (x <= 0),),
            ("x",),
        ),
        "forward by a maximum and a minimum": (
            lambda x, slope=0.01: np.maximum(x, 0) + slope * np.minimum(x, 0),
            lambda g, x, slope=0.01: (slope * g + (1 - slope) * g * (x > 0),),
            ("x",),
        ),
    },
    "Softplus": {
        "from x": (
            softplus,
            lambda g, x, beta=1.0: (g / (1 + np.exp(-beta * x)),),
            ("x",),
        ),
        "taken apart": (
            lambda x, beta=1.0: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(beta * x))) / beta,
            lambda g, x, beta=1.0: (g * short(beta * x),),
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
            ["result of `forward` is ", "subtract the largest score"],
        ),
        "the last axis always": (
            lambda x, dim: softmax(x, -1),
            lambda g, z, dim: (z * (g - np.sum(g * z, axis=-1, keepdims=True)),),
            ("z",),
            ["result of `forward` is taken along the last axis", "`dim=0` (columns)"],
        ),
        "the last axis in the rule": (
            softmax,
            lambda g, z, dim: (z * (g - np.sum(g * z, axis=-1, keepdims=True)),),
            ("z",),
            ["The gradient of `x` is made with sums along the last axis", "`dim=0` (columns)"],
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
            ["result of `forward` is ", "keepdims=True"],
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
            ["result of `forward` is "],
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
            ["half of what it should be"],
        ),
        "bell": (each_erf, lambda g, x: (g * bell(x),), ("x",), ["the normal density"]),
    },
    "Tanh": {
        "forward overflows": (
            lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)),
            lambda g, z: (g * (1 - z * z),),
            ("z",),
            ["result of `forward` is wrong: at [0] it is nan", "`np.tanh` is safe"],
        ),
        "x taken for z": (np.tanh, lambda g, x: (g * (1 - x**2),), ("x",), ["not of the input"]),
        "as the sigmoid": (np.tanh, lambda g, z: (g * z * (1 - z),), ("z",), ["of the sigmoid"]),
        "no square": (np.tanh, lambda g, z: (g * (1 - z),), ("z",), ["z has to be squared"]),
        "turned": (np.tanh, lambda g, z: (g * (z * z - 1),), ("z",), ["wrong sign"]),
    },
    "LogSoftmax": {
        "the logarithm of a softmax": (
            lambda x, dim: np.log(softmax(x, dim)),
            lambda g, z, dim: (g - np.exp(z) * np.sum(g, axis=dim, keepdims=True),),
            ("z",),
            ["result of `forward` is wrong: at [0, 1] it is -inf", "Make no probability"],
        ),
        "by heart": (
            log_softmax,
            lambda g, z, dim: (g + np.exp(z),),
            ("z",),
            ["the p - y you remember"],
        ),
        "z for p": (
            log_softmax,
            lambda g, z, dim: (g - z * np.sum(g, axis=dim, keepdims=True),),
            ("z",),
            ["the softmax itself is exp(z)"],
        ),
        "no keepdims": (
            log_softmax,
            lambda g, z, dim: (g - np.exp(z) * np.sum(g, axis=dim),),
            ("z",),
            ["sums that lost their axis"],
        ),
        "exp(x) for p": (
            log_softmax,
            lambda g, x, dim: (g - np.exp(x) * np.sum(g, axis=dim, keepdims=True),),
            ("x",),
            ["exponentials that are not divided by their sum"],
        ),
    },
    "LeakyReLU": {
        "the larger of both": (
            lambda x, slope=0.01: np.maximum(x, slope * x),
            lambda g, x, slope=0.01: (g * (x > 0) + slope * g * (x <= 0),),
            ("x",),
            ["result of `forward` is ", "up to 1 only"],
        ),
        "ReLU's rule": (
            leaky,
            lambda g, x, slope=0.01: (g * (x > 0),),
            ("x",),
            ["the gate of ReLU"],
        ),
        "by z": (
            leaky,
            lambda g, z, slope=0.01: (g * (z > 0) + slope * g * (z <= 0),),
            ("z",),
            ["decided by the sign of z", "keep the input"],
        ),
        "the slope is lost": (
            leaky,
            lambda g, x, slope=0.01: (g * (x > 0) + 0.01 * g * (x <= 0),),
            ("x",),
            ["whatever `slope` says"],
        ),
        "float64 slopes": (
            leaky,
            lambda g, x, slope=0.01: (g * np.where(x > 0, 1.0, slope),),
            ("x",),
            ["The gradient of `x` is float64, `x` is float32"],
        ),
    },
    "Softplus": {
        "as written": (
            lambda x, beta=1.0: np.log(1 + np.exp(beta * x)) / beta,
            lambda g, x, beta=1.0: (g * short(beta * x),),
            ("x",),
            ["result of `forward` is zero everywhere", "rounds to 1"],
        ),
        "no beta": (
            lambda x, beta=1.0: np.logaddexp(0, x),
            lambda g, x, beta=1.0: (g * short(x),),
            ("x",),
            ["result of `forward` is ", "`beta=5.0`"],
        ),
        "beta twice": (
            softplus,
            lambda g, x, beta=1.0: (g * beta * short(beta * x),),
            ("x",),
            ["cancel: g · σ(beta · `x`)"],
        ),
        "overflow in the rule": (
            softplus,
            lambda g, x, beta=1.0: (g * np.exp(beta * x) / (1 + np.exp(beta * x)),),
            ("x",),
            ["right until e^x overflows"],
        ),
        "the slope of the slope": (
            softplus,
            lambda g, x, beta=1.0: (g * short(beta * x) * (1 - short(beta * x)),),
            ("x",),
            ["The sigmoid is the slope already"],
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
