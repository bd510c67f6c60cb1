"""The exercises on softmax and its logarithm."""

import numpy as np

from ..rule import Mistake, RuleExercise
from ..samples import Sample
from .reductions import shares

AXIS = (
    "A sum over `dim` loses that axis, and what is left may not fit or, worse, fit along another"
    " one: keep it with `keepdims=True`."
)


def _rows(*special):
    """Samples for functions of whole rows along `dim`; `special` ones come last."""
    return (
        Sample("one row", ((5,),), params={"dim": 0}),
        Sample("rows of a square", ((4, 4),), AXIS, params={"dim": 1}),
        Sample("rows", ((3, 4),), AXIS, params={"dim": 1}),
        Sample("columns", ((3, 4),), AXIS, params={"dim": 0}),
        Sample("the middle axis of three", ((2, 3, 4),), AXIS, params={"dim": 1}),
        Sample("the last axis of three", ((2, 3, 4),), AXIS, params={"dim": -1}),
        Sample("rows of one entry", ((3, 1),), params={"dim": 1}),
        Sample("an empty batch", ((0, 3),), params={"dim": 1}),
        Sample("float32", ((3, 4),), params={"dim": 1}, dtype=np.float32),
        *special,
        Sample(
            "rows far apart",
            ([[1000.0, 999.0], [-1000.0, -1001.0]],),
            "Each row has its own largest score: with that of the whole array subtracted, all"
            " exponentials of another row may be 0.",
            params={"dim": 1},
        ),
    )


SOFTMAX = RuleExercise(
    "SoftmaxBackward",
    _rows(
        Sample(
            "scores of 1e4",
            ([[1e4, -1e4, 0.0], [1e4, 1e4, 9999.0]],),
            "e^10000 is ∞, and ∞/∞ is nan. Only differences count: subtract the largest score of"
            " the row first.",
            params={"dim": 1},
        ),
        Sample(
            "a masked score",
            ([[-np.inf, 0.0, 1.0]],),
            "A score of -∞ has share 0 and gradient 0.",
            params={"dim": 1},
        ),
    ),
    (
        Mistake(
            "g · z · (1 - z), the rule of the sigmoid. That is the diagonal of the Jacobian; each"
            " share depends on every score, by -zᵢ·zₖ off the diagonal.",
            lambda g, x, *, dim: (g * shares(x, dim) * (1 - shares(x, dim)),),
        ),
        Mistake(
            "g · z, as if the sum in the denominator were a constant: subtract the mean of g under"
            " the shares, Σ g·z along `dim`.",
            lambda g, x, *, dim: (g * shares(x, dim),),
        ),
        Mistake(
            "made with the plain sum of g. What is subtracted is a mean: each g counts with its"
            " share, Σ g·z.",
            lambda g, x, *, dim: (shares(x, dim) * (g - g.sum(axis=dim, keepdims=True)),),
        ),
        Mistake(
            "made with the plain mean of g. Each g counts with its share: Σ g·z along `dim`.",
            lambda g, x, *, dim: (
                shares(x, dim) * (g - g.sum(axis=dim, keepdims=True) / max(g.shape[dim], 1)),
            ),
        ),
        Mistake(
            "g - z · Σ g, which is the rule of log_softmax.",
            lambda g, x, *, dim: (g - shares(x, dim) * g.sum(axis=dim, keepdims=True),),
        ),
        Mistake(
            "g minus the mean of g, and the factor z in front is missing.",
            lambda g, x, *, dim: (g - (g * shares(x, dim)).sum(axis=dim, keepdims=True),),
        ),
        Mistake(
            "made with one sum over the whole array. Each row along `dim` has a sum of its own.",
            lambda g, x, *, dim: (shares(x, dim) * (g - (g * shares(x, dim)).sum()),),
        ),
        Mistake(
            "made with sums that lost their axis: on a square they fit along the wrong one. Keep it"
            " with `keepdims=True`.",
            lambda g, x, *, dim: (shares(x, dim) * (g - (g * shares(x, dim)).sum(axis=dim)),),
        ),
        Mistake(
            "made with sums along the last axis; they go along `dim`. Keep it in `forward`, as"
            " `self.dim`.",
            lambda g, x, *, dim: (
                shares(x, dim) * (g - (g * shares(x, dim)).sum(axis=-1, keepdims=True)),
            ),
        ),
        Mistake(
            "made with a plus before the mean of g: it is subtracted.",
            lambda g, x, *, dim: (
                shares(x, dim) * (g + (g * shares(x, dim)).sum(axis=dim, keepdims=True)),
            ),
        ),
        Mistake(
            "made of the diagonal of the Jacobian, and of the plain sum of g with what is off it."
            " Off the diagonal it is −zᵢ·zₖ: each g is weighted with its share, and the diagonal"
            " counts once.",
            lambda g, x, *, dim: (
                shares(x, dim) * ((1 - shares(x, dim)) * g - g.sum(axis=dim, keepdims=True)),
            ),
        ),
        Mistake(
            "g · z less the mean of g: the mean is missing the factor z, as in z · (g − Σ g·z).",
            lambda g, x, *, dim: (
                g * shares(x, dim) - (g * shares(x, dim)).sum(axis=dim, keepdims=True),
            ),
        ),
        Mistake(
            "made with the scores in front; the factor there is z, the shares.",
            lambda g, x, *, dim: (x * (g - (g * shares(x, dim)).sum(axis=dim, keepdims=True)),),
        ),
        Mistake(
            "g times the exponential: it is to be divided by its sum, and that sum depends on"
            " every score.",
            lambda g, x, *, dim: (g * np.exp(x),),
        ),
    ),
    (
        Mistake(
            "taken along the last axis; the axis to use is `dim`.",
            lambda x, *, dim: shares(x, -1),
        ),
        Mistake(
            "taken over the whole array; the shares sum to 1 along `dim` alone.",
            lambda x, *, dim: shares(x, None),
        ),
        Mistake(
            "made of exponentials that are not divided by their sum.",
            lambda x, *, dim: np.exp(x),
        ),
        Mistake(
            "made of the scores divided by their sum: it is their exponentials that are divided.",
            lambda x, *, dim: x / x.sum(axis=dim, keepdims=True),
        ),
    ),
)


def _logs(x, dim):
    shifted = x - x.max(axis=dim, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=dim, keepdims=True))


def _total(g, dim):
    return g.sum(axis=dim, keepdims=True)


LOG_SOFTMAX = RuleExercise(
    "LogSoftmaxBackward",
    _rows(
        Sample(
            "scores of 1e4",
            ([[1e4, -1e4, 0.0], [1e4, 1e4, 9999.0]],),
            "A probability of e^-10000 is stored as 0, and its logarithm is -∞. Make no"
            " probability: subtract the largest score, then the logarithm of the sum of"
            " exponentials.",
            params={"dim": 1},
        ),
        Sample("a masked score", ([[-np.inf, 0.0, 1.0]],), params={"dim": 1}),
    ),
    (
        Mistake(
            "g - softmax: the factor Σ g, the sum along `dim`, is missing.",
            lambda g, x, *, dim: (g - shares(x, dim),),
        ),
        Mistake(
            "g + softmax, the p - y you remember. That holds where the g of a row add up to -1, as"
            " in one sample's loss; in general it is g - softmax · Σ g.",
            lambda g, x, *, dim: (g + shares(x, dim),),
        ),
        Mistake(
            "the rule of softmax, with a factor z in front and a weighted mean. Of log_softmax it"
            " is g - softmax · Σ g.",
            lambda g, x, *, dim: (shares(x, dim) * (g - _total(g * shares(x, dim), dim)),),
        ),
        Mistake(
            "made with a weighted sum of g. Here the sum is that of g itself: Σ g along `dim`.",
            lambda g, x, *, dim: (g - shares(x, dim) * _total(g * shares(x, dim), dim),),
        ),
        Mistake(
            "g - z · Σ g. z is the logarithm of the softmax; the softmax itself is exp(z).",
            lambda g, x, *, dim: (g - np.log(shares(x, dim)) * _total(g, dim),),
        ),
        Mistake(
            "made with the mean of g along `dim`; it is the sum.",
            lambda g, x, *, dim: (
                g - shares(x, dim) * _total(g, dim) / max(g.shape[dim % g.ndim], 1),
            ),
        ),
        Mistake(
            "g · (1 - softmax): that is the diagonal of the Jacobian. Every log-probability depends"
            " on every score, so all g of a row come in: g - softmax · Σ g.",
            lambda g, x, *, dim: (g * (1 - shares(x, dim)),),
        ),
        Mistake(
            "g alone: each score is in the sum under the logarithm as well.",
            lambda g, x, *, dim: (g,),
        ),
        Mistake(
            "made with one sum over the whole array. Each row along `dim` has a sum of its own.",
            lambda g, x, *, dim: (g - shares(x, dim) * g.sum(),),
        ),
        Mistake(
            "made with sums that lost their axis: on a square they fit along the wrong one. Keep it"
            " with `keepdims=True`.",
            lambda g, x, *, dim: (g - shares(x, dim) * g.sum(axis=dim),),
        ),
        Mistake(
            "made with sums along the last axis; they go along `dim`. Keep it in `forward`, as"
            " `self.dim`.",
            lambda g, x, *, dim: (g - shares(x, dim) * _total(g, -1),),
        ),
        Mistake(
            "made with a plus: softmax · Σ g is subtracted.",
            lambda g, x, *, dim: (g + shares(x, dim) * _total(g, dim),),
        ),
        Mistake(
            "made with exponentials that are not divided by their sum: it is the softmax that"
            " multiplies Σ g.",
            lambda g, x, *, dim: (g - np.exp(x) * _total(g, dim),),
        ),
        Mistake(
            "g less the mean of g under the shares, as in the rule of softmax. Here softmax · Σ"
            " g is"
            " subtracted.",
            lambda g, x, *, dim: (g - _total(g * shares(x, dim), dim),),
        ),
        Mistake(
            "g - Σ g: the factor softmax, the share of each entry in that sum, is missing.",
            lambda g, x, *, dim: (g - _total(g, dim),),
        ),
        Mistake(
            "g divided by the softmax. The slope of the logarithm cancels against that of the"
            " softmax: g - softmax · Σ g.",
            lambda g, x, *, dim: (g / shares(x, dim),),
        ),
        Mistake(
            "−softmax · Σ g: the first term, g itself, is missing.",
            lambda g, x, *, dim: (-shares(x, dim) * _total(g, dim),),
        ),
    ),
    (
        Mistake(
            "taken along the last axis; the axis to use is `dim`.",
            lambda x, *, dim: _logs(x, -1),
        ),
        Mistake(
            "taken over the whole array; the shares sum to 1 along `dim` alone.",
            lambda x, *, dim: _logs(x, None),
        ),
        Mistake(
            "the softmax: its logarithm is missing.",
            lambda x, *, dim: shares(x, dim),
        ),
        Mistake(
            "too large by the largest score of the row: what was subtracted before the exponential"
            " has to come off the score in front as well.",
            lambda x, *, dim: _logs(x, dim) + x.max(axis=dim, keepdims=True),
        ),
        Mistake(
            "made with the *mean* of the exponentials: take their sum.",
            lambda x, *, dim: _logs(x, dim) + np.log(x.shape[dim]),
        ),
    ),
)

EXERCISES = SOFTMAX, LOG_SOFTMAX
