"""What readers write for the classes that choose between values, and what the checker says."""

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


def maximum(apply, forward=lambda self, a, b: np.maximum(a, b)):
    return written("MaximumBackward", forward, apply, ("a", "b"))


def minimum(apply, forward=lambda self, a, b: np.minimum(a, b)):
    return written("MinimumBackward", forward, apply, ("a", "b"))


def shared(a, b):
    return (a > b) + 0.5 * (a == b)


def half_if_equal(g, a, b):
    share = shared(a, b).astype(g.dtype)
    return g * share, g * (1 - share)


RIGHT = {
    "maximum": lambda: maximum(fitted(half_if_equal)),
    "minimum": lambda: minimum(mirrored),
}


def mirrored(g, a, b):
    to_a, to_b = half_if_equal(g, b, a)
    return unbroadcast(to_a, a.shape), unbroadcast(to_b, b.shape)


WRONG = {
    "maximum: all at a tie": (
        lambda: maximum(fitted(lambda g, a, b: (g * (a >= b), g * (b >= a)))),
        "gradient of `a` is all of g where both are equal",
    ),
    "maximum: a tie goes to a": (
        lambda: maximum(fitted(lambda g, a, b: (g * (a >= b), g * (a < b)))),
        "shared half and half",
    ),
    "maximum: a tie goes to b": (
        lambda: maximum(fitted(lambda g, a, b: (g * (a > b), g * (a <= b)))),
        "gradient of `a` is 0 where both are equal",
    ),
    "maximum: the loser": (
        lambda: maximum(fitted(lambda g, a, b: (g * (a < b), g * (a > b)))),
        "it belongs to the larger",
    ),
    "minimum: the rule of maximum": (
        lambda: minimum(fitted(half_if_equal)),
        "it belongs to the smaller",
    ),
    "maximum: both": (
        lambda: maximum(fitted(lambda g, a, b: (g, g))),
        "what was not chosen has no part in z",
    ),
    "maximum: by the sign of the difference": (
        lambda: maximum(
            fitted(lambda g, a, b: (g * (1 + np.sign(a - b)) / 2, g * (1 - np.sign(a - b)) / 2))
        ),
        "their difference is nan where both are infinite",
    ),
    "maximum: truth values": (
        lambda: maximum(fitted(lambda g, a, b: (a > b, b > a))),
        "gradient of `a` is bool",
    ),
    "maximum: a half in float64": (
        lambda: maximum(fitted(lambda g, a, b: (g * shared(a, b), g * shared(b, a)))),
        "gradient of `a` is float64, `a` is float32",
    ),
    "maximum: forward asks for one truth value": (
        lambda: maximum(fitted(half_if_equal), lambda self, a, b: max(a, b)),
        "ask for one truth value",
    ),
    "maximum: forward takes np.max": (
        lambda: maximum(fitted(half_if_equal), lambda self, a, b: np.max(a)),
        "The result has shape ()",
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right(name):
    answer = RIGHT[name]()
    assert answer.passed is True, answer


@pytest.mark.parametrize("name", WRONG)
def test_wrong_is_named(name):
    attempt, phrase = WRONG[name]
    answer = attempt()
    assert answer.passed is False
    assert phrase in answer.message, answer
