"""What readers write for the classes of arithmetic, and what the checker says of it."""

import numpy as np
import pytest

from tinytorch.core.autograd import Function, unbroadcast
from tinytorch.exercises import check


def written(name, forward, apply, saves):
    """The answer to a class as a reader writes it; `apply` is given g and what was saved."""

    def rule(self, g):
        return apply(g, *self.saved_tensors)

    return check(
        type("Mine", (Function,), {"saves": saves, "forward": forward, "apply": rule}), name
    )


def fitted(rule):
    """`rule`, each gradient summed down to its input's shape."""
    return lambda g, a, b: tuple(map(unbroadcast, rule(g, a, b), (a.shape, b.shape)))


def quotient(self, a, b):
    return a / b


def div(apply, forward=quotient, saves=("a", "b")):
    return written("DivBackward", forward, apply, saves)


def sub(apply, forward=lambda self, a, b: a - b):
    return written("SubBackward", forward, apply, ("a", "b"))


def neg(apply, forward=lambda self, x: -x):
    return written("NegBackward", forward, apply, ("x",))


def from_result(g, a, b, z):
    return unbroadcast(g / b, a.shape), unbroadcast(-g / b * z, b.shape)


RIGHT = {
    "sub": lambda: sub(fitted(lambda g, a, b: (g, -g))),
    "neg": lambda: neg(lambda g, x: (-g,)),
    "div from both inputs": lambda: div(fitted(lambda g, a, b: (g / b, -g / b * (a / b)))),
    "div from the result": lambda: div(from_result, saves=("a", "b", "z")),
}

WRONG = {
    "sub: forward the other way": (
        lambda: sub(fitted(lambda g, a, b: (g, -g)), lambda self, a, b: b - a),
        "result of `forward` is wrong",
    ),
    "sub: the rule of a sum": (
        lambda: sub(fitted(lambda g, a, b: (g, g))),
        "gradient of `b` is g, and z falls where `b` grows: it is −g",
    ),
    "sub: the other way": (
        lambda: sub(fitted(lambda g, a, b: (-g, g))),
        "gradient of `a` is −g, as if it were b − a",
    ),
    "sub: times the difference": (
        lambda: sub(fitted(lambda g, a, b: (g * (a - b), -g * (a - b)))),
        "the difference of the inputs is in it",
    ),
    "sub: minus before the sum is lost": (
        lambda: sub(lambda g, a, b: (unbroadcast(g, a.shape), -g)),
        "gradient of `b` has shape (64, 3), `b` has (3,): sum over axis 0",
    ),
    "neg: no minus": (lambda: neg(lambda g, x: (g,)), "the minus of the forward pass is missing"),
    "neg: no g": (lambda: neg(lambda g, x: (-np.ones_like(g),)), "slope alone: multiply by g"),
    "neg: times x": (lambda: neg(lambda g, x: (-g * x,)), "−g times `x`"),
    "neg: changes g": (
        lambda: neg(lambda g, x: (np.negative(g, out=g),)),
        "`apply` changes g, which other rules still get",
    ),
    "neg: not a tuple": (lambda: neg(lambda g, x: -g), "with a comma"),
    "div: forward upside down": (
        lambda: div(from_result, lambda self, a, b: b / a, ("a", "b", "z")),
        "result of `forward` is wrong",
    ),
    "div: forward rounds down": (
        lambda: div(from_result, lambda self, a, b: a // b, ("a", "b", "z")),
        "result of `forward` is wrong",
    ),
    "div: no minus": (
        lambda: div(fitted(lambda g, a, b: (g / b, g * a / b**2))),
        "gradient of `b` is without its minus",
    ),
    "div: no square": (
        lambda: div(fitted(lambda g, a, b: (g / b, -g * a / b))),
        "the power of `b` falls from −1 to −2",
    ),
    "div: no numerator": (
        lambda: div(fitted(lambda g, a, b: (g / b, -g / b**2))),
        "the numerator is missing",
    ),
    "div: a constant divisor": (
        lambda: div(fitted(lambda g, a, b: (g / b, 0 * g))),
        "the divisor is taken for a constant",
    ),
    "div: the rule of a product": (
        lambda: div(fitted(lambda g, a, b: (g * b, g * a))),
        "that is the rule of a product",
    ),
    "div: the square is lost": (
        lambda: div(fitted(lambda g, a, b: (g / b, -g * a / b**2))),
        "but b² is 0 or ∞",
    ),
    "div: not summed": (
        lambda: div(lambda g, a, b: (g / b, -g / b * (a / b))),
        "gradient of `b` has shape (64, 3), `b` has (3,): sum over axis 0",
    ),
    "div: summed too early": (
        lambda: div(
            lambda g, a, b: (
                unbroadcast(g / b, a.shape),
                unbroadcast(-unbroadcast(g, b.shape) / b * (a / b), b.shape),
            )
        ),
        "gradient of `b` is summed too early",
    ),
    "div: exchanged": (
        lambda: div(lambda g, a, b: (-g / b * (a / b), g / b)),
        "is that of `b`: return the gradients in the order of the inputs",
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right(name):
    answer = RIGHT[name]()
    assert answer.passed is True, answer
    assert "Gradients of gradients agree as well." in answer.message


@pytest.mark.parametrize("name", WRONG)
def test_wrong_is_named(name):
    attempt, phrase = WRONG[name]
    answer = attempt()
    assert answer.passed is False
    assert phrase in answer.message, answer
