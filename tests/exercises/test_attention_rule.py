"""The exercise on attention, solved and failed as readers would."""

import numpy as np
import pytest

from tinytorch.core.autograd import Function
from tinytorch.exercises import check


def weights(q, k, mask, scale):
    scores = q @ k.mT * scale + np.where(np.asarray(mask), 0, -np.inf).astype(q.dtype)
    e = np.exp(scores - np.asarray(scores).max(-1, keepdims=True, initial=-1e300))
    return e / e.sum(-1)[..., None]


def attend(self, q, k, v, mask, *, scale):
    self.scale = scale
    return weights(q, k, mask, scale) @ v


def attention(rule, forward=attend):
    def apply(self, g):
        q, k, v, mask = self.saved_tensors
        return (*rule(g, weights(q, k, mask, self.scale), q, k, v, self.scale), None)

    body = {"saves": ("q", "k", "v", "mask"), "forward": forward, "apply": apply}
    return check(type("Mine", (Function,), body), "AttentionBackward")


def scores(p, dp):
    return p * (dp - (p * dp).sum(-1)[..., None])


def right(g, p, q, k, v, scale):
    ds = scores(p, g @ v.mT) * scale
    return ds @ k, ds.mT @ q, p.mT @ g


def test_the_plain_solution_passes():
    answer = attention(right)
    assert answer.passed is True
    assert "a causal mask" in answer.message
    assert "Gradients of gradients agree as well." in answer.message


@pytest.mark.parametrize(
    ("rule", "phrase"),
    [
        (
            lambda g, p, q, k, v, s: ((p * (g @ v.mT)) @ k * s, *right(g, p, q, k, v, s)[1:]),
            "gradient of `q` is made without the sum over the row",
        ),
        (
            lambda g, p, q, k, v, s: (g @ v.mT @ k * s, *right(g, p, q, k, v, s)[1:]),
            "sent past the softmax",
        ),
        (
            lambda g, p, q, k, v, s: (scores(p, g @ v.mT) @ k, *right(g, p, q, k, v, s)[1:]),
            "made without `scale`",
        ),
        (
            lambda g, p, q, k, v, s: (*right(g, p, q, k, v, s)[:2], p @ g),
            "gradient of `v` is made with P where it takes Pᵀ",
        ),
        (
            lambda g, p, q, k, v, s: (right(g, p, q, k, v, s)[1], *right(g, p, q, k, v, s)[1:]),
            "gradient of `q` is that of `k`: return the gradients in the order of the inputs",
        ),
        (
            lambda g, p, q, k, v, s: (
                *right(g, p, q, k, v, s)[:2],
                p.mT @ np.ones_like(g),
            ),
            "gradient of `v` is the slope alone",
        ),
    ],
)
def test_wrong_rules_are_named(rule, phrase):
    answer = attention(rule)
    assert answer.passed is False
    assert phrase in answer.message


def test_wrong_forwards_are_named():
    def unscaled(self, q, k, v, mask, *, scale):
        return attend(self, q, k, v, mask, scale=q.shape[-1] ** -0.5)

    assert "The factor is the parameter `scale`" in attention(right, unscaled).message

    def unmasked(self, q, k, v, mask, *, scale):
        return attend(self, q, k, v, np.ones_like(mask), scale=scale)

    assert "made without the mask" in attention(right, unmasked).message

    def overflowing(self, q, k, v, mask, *, scale):
        self.scale = scale
        e = np.exp(q @ k.mT * scale) * mask
        return e / e.sum(-1, keepdims=True) @ v

    assert "subtract the largest of each row" in attention(right, overflowing).message


def test_the_row_sum_may_be_taken_of_g_and_z():
    """Σ P · dP is Σ g · z, and differs from it by a rounding error where both cancel."""

    class Mine(Function):
        saves = ("q", "k", "v", "mask", "z")
        forward = attend

        def apply(self, g):
            q, k, v, mask, z = self.saved_tensors
            p = weights(q, k, mask, self.scale)
            ds = p * (g @ v.mT - (g * z).sum(-1)[..., None]) * self.scale
            return ds @ k, ds.mT @ q, p.mT @ g, None

    answer = check(Mine, "AttentionBackward")
    assert answer.passed is True, answer
