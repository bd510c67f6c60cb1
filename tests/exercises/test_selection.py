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


def where(apply, forward=lambda self, condition, a, b: np.where(condition, a, b)):
    return written("WhereBackward", forward, apply, ("condition", "a", "b"))


def filled(self, x, mask, *, value):
    return np.where(mask, value, x)


def masked_fill(apply, forward=filled):
    return written("MaskedFillBackward", forward, apply, ("x", "mask"))


def triangle(name, function, apply):
    class Mine(Function):
        def forward(self, x, *, diagonal=0):
            self.diagonal, self.x = diagonal, x
            return function(x, diagonal)

        def apply(self, g):
            return apply(self, g)

    return check(Mine, name)


def tril(apply, function=np.tril):
    return triangle("TrilBackward", function, apply)


def triu(apply, function=np.triu):
    return triangle("TriuBackward", function, apply)


def clamp(apply, forward=np.clip):
    class Mine(Function):
        def forward(self, x, *, min=None, max=None):
            self.x, self.min, self.max = x, min, max
            self.low = -np.inf if min is None else min
            self.high = np.inf if max is None else max
            return forward(x, min, max)

        def apply(self, g):
            return apply(self, g)

    return check(Mine, "ClampBackward")


def chosen(g, condition, a, b):
    return (
        None,
        unbroadcast(np.where(condition, g, 0.0), a.shape),
        unbroadcast(np.where(condition, 0.0, g), b.shape),
    )


RIGHT = {
    "clamp": lambda: clamp(lambda self, g: (g * ((self.x >= self.low) & (self.x <= self.high)),)),
    "clamp where nothing changed": lambda: clamp(
        lambda self, g: (g * (np.clip(self.x, self.min, self.max) == self.x),)
    ),
    "where": lambda: where(chosen),
    "masked_fill": lambda: masked_fill(lambda g, x, mask: (np.where(mask, 0, g), None)),
    "tril": lambda: tril(lambda self, g: (np.tril(g, self.diagonal),)),
    "tril by a mask": lambda: tril(
        lambda self, g: (g * np.tri(*self.x.shape[-2:], self.diagonal, dtype=bool),)
    ),
    "triu": lambda: triu(lambda self, g: (np.triu(g, self.diagonal),)),
    "maximum": lambda: maximum(fitted(half_if_equal)),
    "minimum": lambda: minimum(mirrored),
}


def mirrored(g, a, b):
    to_a, to_b = half_if_equal(g, b, a)
    return unbroadcast(to_a, a.shape), unbroadcast(to_b, b.shape)


WRONG = {
    "clamp: bounds excluded": (
        lambda: clamp(lambda self, g: (g * ((self.x > self.low) & (self.x < self.high)),)),
        "0 on a bound",
    ),
    "clamp: upper bound excluded": (
        lambda: clamp(lambda self, g: (g * ((self.x >= self.low) & (self.x < self.high)),)),
        "0 on the upper bound: both bounds are included",
    ),
    "clamp: no gate": (lambda: clamp(lambda self, g: (g,)), "gradient of `x` is g everywhere"),
    "clamp: the gradient clamped": (
        lambda: clamp(lambda self, g: (np.clip(g, self.min, self.max),)),
        "g cut off at the bounds",
    ),
    "clamp: gate upside down": (
        lambda: clamp(lambda self, g: (g * ((self.x < self.low) | (self.x > self.high)),)),
        "open where it should be shut",
    ),
    "clamp: a bound that may be missing": (
        lambda: clamp(lambda self, g: (g * ((self.x >= self.min) & (self.x <= self.max)),)),
        "`apply` raises `TypeError: '<=' not supported",
    ),
    "clamp: forward for the lower bound only": (
        lambda: clamp(lambda self, g: (g,), lambda x, min, max: np.maximum(x, min)),
        "`x` as it is where it should not be",
    ),
    "where: exchanged": (
        lambda: where(lambda g, c, a, b: (None, *chosen(g, ~c, a, b)[1:])),
        "gradient of `a` is g where the other one was chosen",
    ),
    "where: both": (
        lambda: where(lambda g, c, a, b: (None, unbroadcast(g, a.shape), unbroadcast(g, b.shape))),
        "gradient of `a` is g everywhere",
    ),
    "where: two gradients": (
        lambda: where(lambda g, c, a, b: chosen(g, c, a, b)[1:]),
        "returns 2 gradients for 3 inputs",
    ),
    "where: not summed": (
        lambda: where(lambda g, c, a, b: (None, g * c, g * (c == 0))),
        "gradient of `b` has shape (2, 3), `b` has (3,): sum over axis 0",
    ),
    "where: the rule multiplies": (
        lambda: where(
            lambda g, c, a, b: (None, unbroadcast(g * c, a.shape), unbroadcast(g * ~c, b.shape))
        ),
        "The gradient of `a` is wrong: at [1] it is nan, and should be 0. Here every entry of g is"
        " ∞",
    ),
    "masked_fill: the rule multiplies": (
        lambda: masked_fill(lambda g, x, mask: (g * ~mask, None)),
        "0 · ∞ is nan: choose with `np.where`",
    ),
    "where: forward multiplies": (
        lambda: where(chosen, lambda self, condition, a, b: condition * a + ~condition * b),
        "0 · ∞ is nan: choose with `np.where`",
    ),
    "where: forward asks for one truth value": (
        lambda: where(chosen, lambda self, condition, a, b: a if condition else b),
        "ask for one truth value",
    ),
    "masked_fill: upside down": (
        lambda: masked_fill(lambda g, x, mask: (g * mask, None)),
        "g where the mask holds",
    ),
    "masked_fill: everywhere": (
        lambda: masked_fill(lambda g, x, mask: (g, None)),
        "what the mask covered has no part in z",
    ),
    "masked_fill: forward multiplies": (
        lambda: masked_fill(
            lambda g, x, mask: (g * ~mask, None),
            lambda self, x, mask, *, value: x * ~mask + x.dtype.type(value) * mask,
        ),
        "0 · ∞ is nan",
    ),
    "masked_fill: one gradient": (
        lambda: masked_fill(lambda g, x, mask: (g * ~mask,)),
        "returns 1 gradient for 2 inputs",
    ),
    "tril: the other one": (
        lambda: tril(lambda self, g: (np.triu(g, self.diagonal),)),
        "that of the other triangle",
    ),
    "tril: everywhere": (lambda: tril(lambda self, g: (g,)), "outside the lower triangle"),
    "tril: main diagonal": (lambda: tril(lambda self, g: (np.tril(g),)), "along the main diagonal"),
    "tril: without the edge": (
        lambda: tril(lambda self, g: (np.tril(g, self.diagonal - 1),)),
        "0 on the edge of the triangle",
    ),
    "tril: of x": (
        lambda: tril(lambda self, g: (np.tril(self.x, self.diagonal),)),
        "g is not in it",
    ),
    "triu: diagonal with its sign turned": (
        lambda: triu(lambda self, g: (np.triu(g, -self.diagonal),)),
        "along the wrong diagonal",
    ),
    "triu: forward of the other": (
        lambda: triu(lambda self, g: (np.triu(g, self.diagonal),), np.tril),
        "0 where `x` should come through, and `x` where it should not",
    ),
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


def chooses_of_two(g, a, b):
    rest = np.where(a == b, g / 2, 0.0)
    return np.where(a > b, g, rest), np.where(b > a, g, rest)


@pytest.mark.parametrize(
    ("attempt", "multiplies"),
    [
        (lambda: maximum(fitted(half_if_equal)), True),
        (lambda: maximum(fitted(chooses_of_two)), False),
        (lambda: minimum(fitted(lambda g, a, b: half_if_equal(g, b, a))), True),
        (lambda: minimum(fitted(lambda g, a, b: chooses_of_two(g, b, a))), False),
        (RIGHT["clamp"], True),
        (
            lambda: clamp(
                lambda self, g: (np.where((self.x >= self.low) & (self.x <= self.high), g, 0.0),)
            ),
            False,
        ),
    ],
)
def test_a_product_in_place_of_a_choice_gets_a_remark(attempt, multiplies):
    answer = attempt()
    assert answer.passed is True
    assert ("don't multiply by 0 and 1" in answer.message) is multiplies
