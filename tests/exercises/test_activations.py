"""The exercises on activations: right answers, and wrong ones as readers write them."""

import numpy as np
import pytest

from tinytorch.core.autograd import Function
from tinytorch.exercises import check


def written(name, forward, apply, saves):
    """A Function as a reader writes it; `apply` is given g and what was saved."""
    body = {
        "saves": saves,
        "forward": lambda self, x: forward(x),
        "apply": lambda self, g: apply(g, *self.saved_tensors),
    }
    return check(type("Mine", (Function,), body), f"{name}Backward")


def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


RIGHT = {
    "Sigmoid": {
        "from z": (sigmoid, lambda g, z: (g * z * (1 - z),), ("z",)),
        "the short form, which warns": (
            lambda x: 1 / (1 + np.exp(-x)),
            lambda g, z: (g * (z - z * z),),
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
