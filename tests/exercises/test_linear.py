"""The exercise on the linear layer: right answers as readers write them, and wrong ones."""

import numpy as np
import pytest

from tinytorch.core.autograd import Function, unbroadcast
from tinytorch.exercises import check


def linear(rule, forward=lambda self, x, weight, bias: x @ weight.T + bias):
    """Judge a rule given as `rule(g, x, weight)`."""

    def apply(self, g):
        return rule(g, *self.saved_tensors)

    body = {"saves": ("x", "weight"), "forward": forward, "apply": apply}
    return check(type("MyLinear", (Function,), body))


def rows(x):
    return x.reshape(-1, x.shape[-1])


def right(g, x, weight):
    G = rows(g)
    return (G @ weight).reshape(x.shape), G.T @ rows(x), G.sum(0)


def by_broadcast(g, x, weight):
    d = g.mT @ x if g.ndim > 1 else np.outer(g, x)
    return g @ weight, unbroadcast(d, weight.shape), unbroadcast(g, (len(weight),))


def by_tensordot(g, x, weight):
    leading = tuple(range(g.ndim - 1))
    return g @ weight, np.tensordot(g, x, (leading, leading)), g.sum(leading)


@pytest.mark.parametrize("rule", [right, by_broadcast, by_tensordot])
def test_a_linear_layer_passes(rule):
    answer = linear(rule)
    assert answer.passed is True, str(answer)
    assert "sequences" in answer.message


def test_the_solution_is_its_own_second_derivative():
    assert "Gradients of gradients agree as well." in linear(right).message


def but(i, d):
    """The right rule, with `d(g, x, weight)` in the place of gradient i."""

    def rule(g, x, weight):
        found = list(right(g, x, weight))
        found[i] = d(g, x, weight)
        return tuple(found)

    return rule


MISTAKES = {
    "weight turned": (but(0, lambda g, x, w: g @ w.T), "`x` is the product with Wᵀ"),
    "weight as (in, out)": (but(1, lambda g, x, w: rows(x).T @ rows(g)), "is xᵀ @ g: right for"),
    "no transpose": (but(1, lambda g, x, w: g @ x), "without the transpose"),
    "bias as wide as the batch": (but(2, lambda g, x, w: g), "has shape (3, 3), `bias` has (3,)"),
    "bias over the outputs": (but(2, lambda g, x, w: g.sum(-1)), "summed over the outputs"),
    "bias of one row": (but(2, lambda g, x, w: rows(g)[-1]), "g of the last row alone"),
    "bias by the mean": (but(2, lambda g, x, w: rows(g).mean(0)), "`bias` is the mean over the"),
    "weight by the mean": (
        but(1, lambda g, x, w: rows(g).T @ rows(x) / max(len(g), 1)),
        "`weight` is the mean over the rows",
    ),
    "g is missing": (
        but(0, lambda g, x, w: np.ones_like(g) @ w),
        "the slope alone: multiply by the upstream gradient g",
    ),
    "weight and bias exchanged": (
        lambda g, x, w: (right(g, x, w)[0], *right(g, x, w)[:0:-1]),
        "`weight` has shape (3,), `weight` has (3, 3)",
    ),
    "matrices alone": (lambda g, x, w: (g @ w, g.T @ x, g.sum(0)), "(sequences)"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_the_linear_layer_is_named(name):
    rule, said = MISTAKES[name]
    answer = linear(rule)
    assert answer.passed is False
    assert said in answer.message
