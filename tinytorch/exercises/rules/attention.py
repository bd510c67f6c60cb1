"""The exercise on attention."""

import numpy as np

from ...core.operations.activations import softmax_of
from ..rule import Mistake, RuleExercise
from ..samples import NO_GRADIENT, Sample


def _rule(
    scores=None,
    dv=None,
    factor=lambda scale: scale,
    dk=lambda ds, q, k: ds.mT @ q,
    dq=lambda ds, k: ds @ k,
):
    """The rule of attention with one part exchanged; `scores` makes dS of P and dP."""

    def rule(g, q, k, v, mask, *, scale):
        p = softmax_of(q @ k.mT * scale + np.where(mask, 0, -np.inf), (-1,))
        ds = (scores or _scores)(p, g @ v.mT)
        if dv:
            return None, None, dv(p, g, ds, v), None
        return dq(ds, k) * factor(scale), dk(ds, q, k) * factor(scale), None, None

    return rule


def _scores(p, dp):
    return p * (dp - (p * dp).sum(-1, keepdims=True))


def _result(weights):
    """A mistaken result of attention; `weights` makes P of q @ kᵀ, the mask and the scale."""

    def rule(q, k, v, mask, *, scale):
        return weights(q @ k.mT, mask, scale) @ v

    return rule


def _masked(scores, mask, axis=-1):
    return softmax_of(scores + np.where(mask, 0, -np.inf), (axis,))


def _even(*shape):
    return np.ones(shape, bool)


ATTENTION = RuleExercise(
    "AttentionBackward",
    (
        Sample(
            "as many queries as keys",
            ((3, 2), (3, 2), (3, 5), _even(3, 3)),
            "The scores are q @ kᵀ · scale, and the softmax goes along their last axis.",
            params={"scale": 2**-0.5},
        ),
        Sample("more keys", ((3, 2), (4, 2), (4, 5), _even(3, 4)), params={"scale": 2**-0.5}),
        Sample(
            "another scale",
            ((3, 3), (3, 3), (3, 3), _even(3, 3)),
            "The factor is the parameter `scale`, whatever the width.",
            params={"scale": 1.5},
        ),
        Sample(
            "a causal mask",
            ((4, 2), (4, 2), (4, 3), np.tri(4, dtype=bool)),
            "Where `mask` is False the weight is 0: the score there is −∞ before the softmax.",
            params={"scale": 0.5},
        ),
        Sample(
            "a batch with heads",
            ((2, 3, 4, 2), (2, 3, 4, 2), (2, 3, 4, 2), np.tri(4, dtype=bool)),
            "Leading axes are a batch: transpose the last two alone, with `.mT`.",
            params={"scale": 0.5},
        ),
        Sample(
            "large scores",
            ([[40.0, 0.0], [0.0, -40.0]], [[40.0, 1.0], [30.0, 40.0]], (2, 3), _even(2, 2)),
            "Exponentials of large scores overflow: subtract the largest of each row first.",
            params={"scale": 1.0},
        ),
        Sample("a single key", ((3, 2), (1, 2), (1, 4), _even(3, 1)), params={"scale": 0.5}),
        Sample("no queries", ((0, 2), (4, 2), (4, 3), _even(0, 4)), params={"scale": 0.5}),
        Sample(
            "float32",
            ((3, 2), (4, 2), (4, 5), _even(3, 4)),
            params={"scale": 0.5},
            dtype=np.float32,
        ),
        Sample(
            "an input without gradient",
            ((3, 2), (4, 2), (4, 5), _even(3, 4)),
            NO_GRADIENT,
            params={"scale": 0.5},
            wanted=(True, False, True, False),
        ),
    ),
    (
        Mistake(
            "made without the sum over the row: the weights of a row sum to 1, so a score that"
            " rises lowers all others. dS = P · (dP − Σ P · dP).",
            _rule(scores=lambda p, dp: p * dp),
        ),
        Mistake(
            "made with the diagonal of the softmax's Jacobian alone, P · (1 − P): a score moves"
            " every weight of its row.",
            _rule(scores=lambda p, dp: p * (1 - p) * dp),
        ),
        Mistake(
            "sent past the softmax: g @ vᵀ belongs to the weights, and the scores are one step"
            " further.",
            _rule(scores=lambda p, dp: dp),
        ),
        Mistake(
            "made with a sum over the queries: each query's weights sum to 1 over the keys, so the"
            " sum goes along the last axis, and keeps it.",
            _rule(scores=lambda p, dp: p * (dp - (p * dp).sum(-2, keepdims=True))),
        ),
        Mistake(
            "made with the plain mean of a row of dP: the mean is weighted by P, Σ P · dP.",
            _rule(scores=lambda p, dp: p * (dp - dp.mean(-1, keepdims=True))),
        ),
        Mistake(
            "made without `scale`: the scores are q @ kᵀ · scale, so the factor comes back with"
            " both gradients.",
            _rule(factor=lambda scale: 1),
        ),
        Mistake(
            "made with dS where it takes dSᵀ: a key collects from all queries, that is down a"
            " column.",
            _rule(dk=lambda ds, q, k: ds @ q),
        ),
        Mistake(
            "made with P where it takes Pᵀ: a value collects from all queries that read it, that is"
            " down a column of P.",
            _rule(dv=lambda p, g, ds, v: p @ g),
        ),
        Mistake(
            "g itself: each value gets g times the weight it was read with, summed over the"
            " queries, Pᵀ @ g.",
            _rule(dv=lambda p, g, ds, v: g),
        ),
        Mistake(
            "made with P in place of dS: the weights are no gradient, and g is not in them.",
            _rule(scores=lambda p, dp: p),
        ),
        Mistake(
            "divided by `scale`: it multiplied the scores, so it multiplies both gradients.",
            _rule(factor=lambda scale: 1 / scale),
        ),
        Mistake(
            "made with `scale` twice: the scores are q @ kᵀ · scale, so it comes back once.",
            _rule(factor=lambda scale: scale * scale),
        ),
        Mistake(
            "made with the keys where it takes the queries: each key was compared with the"
            " queries, dSᵀ @ q.",
            _rule(dk=lambda ds, q, k: ds.mT @ k),
        ),
        Mistake(
            "made with dS in place of P: a value was read with the weights, Pᵀ @ g.",
            _rule(dv=lambda p, g, ds, v: ds.mT @ g),
        ),
        Mistake(
            "made with the values in place of g: it is Pᵀ @ g, and g is not in it.",
            _rule(dv=lambda p, g, ds, v: p.mT @ v),
        ),
        Mistake(
            "made without the factor P in front: dS = P · (dP − Σ P · dP), so that a token of"
            " weight 0 gets nothing.",
            _rule(scores=lambda p, dp: dp - (p * dp).sum(-1, keepdims=True)),
        ),
        Mistake(
            "made with the wrong sign of the row's mean: it is subtracted.",
            _rule(scores=lambda p, dp: p * (dp + (p * dp).sum(-1, keepdims=True))),
        ),
        Mistake(
            "made with dSᵀ where it takes dS: a query collects from all keys, that is along a row.",
            _rule(dq=lambda ds, k: ds.mT @ k),
        ),
        Mistake(
            "the sum of g in every row: each value gets g times the weight it was read with,"
            " Pᵀ @ g.",
            _rule(dv=lambda p, g, ds, v: np.zeros_like(v) + g.sum(-2, keepdims=True)),
        ),
    ),
    (
        Mistake(
            "made without `scale`: the scores are q @ kᵀ · scale.",
            _result(lambda s, mask, scale: _masked(s, mask)),
        ),
        Mistake(
            "made with scores that are divided by `scale`: it multiplies them.",
            _result(lambda s, mask, scale: _masked(s / scale, mask)),
        ),
        Mistake(
            "made with a softmax over the queries: each query's weights sum to 1, so it goes along"
            " the last axis.",
            _result(lambda s, mask, scale: _masked(s * scale, mask, -2)),
        ),
        Mistake(
            "made without a softmax: the scores have to become weights that sum to 1.",
            _result(lambda s, mask, scale: np.where(mask, s * scale, 0)),
        ),
        Mistake(
            "made without the mask: where it is False the score is −∞.",
            _result(lambda s, mask, scale: softmax_of(s * scale, (-1,))),
        ),
        Mistake(
            "masked after the softmax, so that the weights that are left no longer sum to 1: the"
            " score is −∞ before it.",
            _result(lambda s, mask, scale: softmax_of(s * scale, (-1,)) * mask),
        ),
        Mistake(
            "made with a score of 0 where the mask is False: exp(0) is 1, so the token still"
            " counts. The score is −∞ there.",
            _result(lambda s, mask, scale: softmax_of(s * scale * mask, (-1,))),
        ),
    ),
)

EXERCISES = (ATTENTION,)
