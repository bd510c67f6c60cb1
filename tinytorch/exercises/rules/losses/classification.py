"""Losses of class scores: negative log-likelihood and cross-entropy."""

import numpy as np

from ...rule import Mistake, RuleExercise
from ...samples import Sample

SURE = [[1e4, -1e4, 0.0], [0.0, 0.0, 0.0], [-1e4, 1e4, 1e4]]
OVERFLOW = (
    "exp(1e4) overflows. Subtract the largest score of each row first; it changes no probability."
)
LOG_OF_ZERO = (
    "Nothing overflows here: a probability of e^-20000 is stored as 0, and ln 0 is −∞. Take the"
    " logarithm of no probability: ln p is x − m − ln Σ e^(x − m), with m the largest score."
)


def _onehot(t, shape):
    return np.eye(shape[1])[t]


def _softmax(x, axis=1):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def _logs(x):
    shifted = x - x.max(1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))


def _classes(*special):
    """Samples of rows of class scores with the numbers of the right classes."""
    return (
        Sample("four rows", ((4, 3), np.array([0, 2, 1, 1]))),
        Sample("as many rows as classes", ((3, 3), np.array([2, 2, 0]))),
        Sample("a single row", ((1, 5), np.array([3]))),
        Sample("one class for all", ((4, 2), np.array([1, 1, 1, 1]))),
        Sample("float32", ((4, 3), np.array([0, 2, 1, 1])), dtype=np.float32),
        *special,
    )


NLL = RuleExercise(
    "NLLBackward",
    _classes(Sample("a single class", ((2, 1), np.array([0, 0])))),
    (
        Mistake(
            "that of a sum: −g at the right classes. In a mean each row counts for 1/N: divide by"
            " the number of rows.",
            lambda g, x, t: (-g * _onehot(t, x.shape), None),
        ),
        Mistake(
            "−g divided by the number of entries; the mean is over the rows, so divide by their"
            " number, N.",
            lambda g, x, t: (-g * _onehot(t, x.shape) / x.size, None),
        ),
        Mistake(
            "−g/N in every column. Only the entry of the right class is in the loss: elsewhere it"
            " is 0.",
            lambda g, x, t: (np.full(x.shape, -g / len(x)), None),
        ),
        Mistake(
            "that of the cross-entropy, which contains a softmax. Here `{x}` are log-probabilities"
            " already.",
            lambda g, x, t: ((_softmax(x) - _onehot(t, x.shape)) * g / len(x), None),
        ),
        Mistake(
            "that of −ln p: the logarithm has been taken already, and the loss is linear in `{x}`.",
            lambda g, x, t: (-_onehot(t, x.shape) * g / x / len(x), None),
        ),
        Mistake(
            "g times `{x}`: the picked entry is in the loss once, so its slope is −1/N.",
            lambda g, x, t: (-_onehot(t, x.shape) * x * g / len(x), None),
        ),
        Mistake(
            "the sum of what every row would get from the right class of every other: index"
            " rows and columns together, `[np.arange(N), target]`.",
            lambda g, x, t: (
                np.broadcast_to(-g * _onehot(t, x.shape).sum(0) / len(x) ** 2, x.shape),
                None,
            ),
        ),
        Mistake(
            "that of the *other* classes, 1 where the target is not. Only the entry of the right"
            " class is in the loss, with −1/N.",
            lambda g, x, t: (-g * (1 - _onehot(t, x.shape)) / len(x), None),
        ),
        Mistake(
            "g/N at the other classes, which should be 0: pushing them down is the work of the"
            " softmax, and its rule comes after this one.",
            lambda g, x, t: (g * (1 - 2 * _onehot(t, x.shape)) / len(x), None),
        ),
        Mistake(
            "g/N at the other classes, which should be 0, and 0 at the right one.",
            lambda g, x, t: (g * (1 - _onehot(t, x.shape)) / len(x), None),
        ),
        Mistake(
            "e to the power of `{x}`, minus onehot, over N: that is the rule of the cross-entropy,"
            " of scores. These are log-probabilities, and the loss contains one entry per row.",
            lambda g, x, t: (g * (np.exp(x) - _onehot(t, x.shape)) / len(x), None),
        ),
        Mistake(
            "divided by the number of classes; the mean is over the rows, so divide by N.",
            lambda g, x, t: (-g * _onehot(t, x.shape) / x.shape[1], None),
        ),
        Mistake(
            "made with the probability as a factor, e to the power of `{x}`: the loss is linear"
            " in `{x}`, so its slope is −1/N.",
            lambda g, x, t: (-g * _onehot(t, x.shape) * np.exp(x) / len(x), None),
        ),
    ),
    (
        Mistake(
            "made of `input[:, target]`, which takes the columns of *all* targets from every row."
            " One entry per row: `input[np.arange(N), target]`.",
            lambda x, t: -x[:, t].mean(),
        ),
        Mistake(
            "a sum over the rows: the loss is their mean, so divide by N.",
            lambda x, t: -x[np.arange(len(x)), t].sum(),
        ),
        Mistake(
            "without the minus: the loss is −ln p of the right class.",
            lambda x, t: x[np.arange(len(x)), t].mean(),
        ),
        Mistake(
            "divided by the number of entries; the mean is over the rows, N of them.",
            lambda x, t: -x[np.arange(len(x)), t].sum() / x.size,
        ),
        Mistake(
            "the mean over all entries. One entry per row counts, that of the right class.",
            lambda x, t: -x.mean(),
        ),
        Mistake(
            "made of the largest entry of each row. The entry that counts is that of the right"
            " class, however small it is.",
            lambda x, t: -x.max(1).mean(),
        ),
        Mistake(
            "made of the exponentials: the inputs are logarithms of probabilities, and the loss is"
            " minus their mean.",
            lambda x, t: -np.exp(x)[np.arange(len(x)), t].mean(),
        ),
        Mistake(
            "made of another logarithm: the inputs are logarithms of probabilities already.",
            lambda x, t: -np.log(np.abs(x))[np.arange(len(x)), t].mean(),
        ),
        Mistake(
            "made of `input[target]`, which takes whole *rows*. One entry per row:"
            " `input[np.arange(N), target]`.",
            lambda x, t: -x[t].mean(),
        ),
    ),
)

CROSS_ENTROPY = RuleExercise(
    "CrossEntropyBackward",
    _classes(
        Sample("scores far from zero", ([[1e3, 1e3 + 1, 1e3 + 2]], np.array([0])), OVERFLOW),
        Sample("scores of ±1e4", (SURE, np.array([1, 0, 1])), LOG_OF_ZERO),
    ),
    (
        Mistake(
            "p − 1 at the right class, and 0 at the others. They are in the sum of the exponentials"
            " too, and get p over N.",
            lambda g, x, t: (
                g * (_softmax(x) - 1) * _onehot(t, x.shape) / len(x),
                None,
            ),
        ),
        Mistake(
            "that of the squared distance between p and onehot: with the logarithm the factor"
            " p (1 − p) cancels.",
            lambda g, x, t: (
                2
                * g
                * (_softmax(x) - _onehot(t, x.shape))
                * _softmax(x)
                * (1 - _softmax(x))
                / len(x),
                None,
            ),
        ),
        Mistake(
            "twice the right value: there is no square in the cross-entropy, so no 2.",
            lambda g, x, t: (2 * g * (_softmax(x) - _onehot(t, x.shape)) / len(x), None),
        ),
        Mistake(
            "that of a sum: p − onehot. In a mean each row counts for 1/N: divide by the number of"
            " rows.",
            lambda g, x, t: (g * (_softmax(x) - _onehot(t, x.shape)), None),
        ),
        Mistake(
            "p − onehot over the number of entries; the mean is over the rows, so divide by their"
            " number, N.",
            lambda g, x, t: (g * (_softmax(x) - _onehot(t, x.shape)) / x.size, None),
        ),
        Mistake(
            "the softmax alone: subtract 1 at the right class, then multiply by g/N.",
            lambda g, x, t: (g * _softmax(x) / len(x), None),
        ),
        Mistake(
            "−g/N at the right class and 0 elsewhere: that is the likelihood's, and the softmax is"
            " still to come.",
            lambda g, x, t: (-g * _onehot(t, x.shape) / len(x), None),
        ),
        Mistake(
            "divided by N in one term only: in g (p − onehot) / N the mean belongs to both.",
            lambda g, x, t: (g * (_softmax(x) / len(x) - _onehot(t, x.shape)), None),
        ),
        Mistake(
            "made with a softmax over the rows of the batch: each row has its own, along axis 1.",
            lambda g, x, t: (g * (_softmax(x, 0) - _onehot(t, x.shape)) / len(x), None),
        ),
        Mistake(
            "−1/p, that with respect to the probability; with respect to the score it is p −"
            " onehot, over N.",
            lambda g, x, t: (-g * _onehot(t, x.shape) / _softmax(x) / len(x), None),
        ),
        Mistake(
            "times p (1 − p): the slope of the softmax is in p − onehot already.",
            lambda g, x, t: (
                g * (_softmax(x) - _onehot(t, x.shape)) * _softmax(x) * (1 - _softmax(x)) / len(x),
                None,
            ),
        ),
        Mistake(
            "made with the scores themselves in place of their softmax.",
            lambda g, x, t: (g * (x - _onehot(t, x.shape)) / len(x), None),
        ),
        Mistake(
            "p + onehot: subtract 1 at the right class.",
            lambda g, x, t: (g * (_softmax(x) + _onehot(t, x.shape)) / len(x), None),
        ),
        Mistake(
            "made of exponentials that are not divided by their sum: p is a softmax.",
            lambda g, x, t: (g * (np.exp(x) - _onehot(t, x.shape)) / len(x), None),
        ),
        Mistake(
            "made with a sigmoid of each score. The probabilities of a row sum to 1: p is a"
            " softmax.",
            lambda g, x, t: (g * (1 / (1 + np.exp(-x)) - _onehot(t, x.shape)) / len(x), None),
        ),
        Mistake(
            "made with the square of p − onehot: the difference enters once, with its sign.",
            lambda g, x, t: (g * (_softmax(x) - _onehot(t, x.shape)) ** 2 / len(x), None),
        ),
        Mistake(
            "made with the logarithm of p: forward has it, and the slope is p − onehot.",
            lambda g, x, t: (g * (np.log(_softmax(x)) - _onehot(t, x.shape)) / len(x), None),
        ),
    ),
    (
        Mistake(
            "a sum over the rows: the loss is their mean, so divide by N (and the gradient too).",
            lambda x, t: -_logs(x)[np.arange(len(x)), t].sum(),
        ),
        Mistake(
            "divided by the number of entries; the mean is over the rows, N of them.",
            lambda x, t: -_logs(x)[np.arange(len(x)), t].sum() / x.size,
        ),
        Mistake(
            "made of `[:, target]`, which takes the columns of *all* targets from every row. One"
            " entry per row: `[np.arange(N), target]`.",
            lambda x, t: -_logs(x)[:, t].mean(),
        ),
        Mistake(
            "without the minus: the loss is −ln p of the right class.",
            lambda x, t: _logs(x)[np.arange(len(x)), t].mean(),
        ),
        Mistake(
            "made of probabilities: their logarithm is missing.",
            lambda x, t: -_softmax(x)[np.arange(len(x)), t].mean(),
        ),
        Mistake(
            "made of the scores: the softmax and its logarithm are missing.",
            lambda x, t: -x[np.arange(len(x)), t].mean(),
        ),
        Mistake(
            "made with a softmax over the rows of the batch: each row has its own, along axis 1.",
            lambda x, t: -np.log(_softmax(x, 0)[np.arange(len(x)), t]).mean(),
        ),
        Mistake(
            "too small by the largest score of each row: what was subtracted before the exponential"
            " has to come off the score of the right class as well.",
            lambda x, t: (-_logs(x)[np.arange(len(x)), t] - x.max(1)).mean(),
        ),
        Mistake(
            "made of a softmax of a softmax: the scores go into one of them.",
            lambda x, t: -_logs(_softmax(x))[np.arange(len(x)), t].mean(),
        ),
        Mistake(
            "the mean over all classes. One entry per row counts, that of the right class.",
            lambda x, t: -_logs(x).mean(),
        ),
    ),
)

EXERCISES = NLL, CROSS_ENTROPY
