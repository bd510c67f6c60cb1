"""The exercises on losses."""

import numpy as np

from ..rule import Mistake, RuleExercise
from ..samples import NO_GRADIENT, Sample

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
            "−1/p, that by the probability; the gradient by the score is p − onehot, over N.",
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
    ),
)


def _pairs(*special):
    """Samples of predictions with targets of the same shape."""
    return (
        Sample("a matrix", ((3, 4), (3, 4))),
        Sample("a vector", ((5,), (5,))),
        Sample("three axes", ((2, 3, 2), (2, 3, 2))),
        Sample("a single number", ((), ())),
        Sample("float32", ((3, 4), (3, 4)), dtype=np.float32),
        Sample("targets without gradient", ((3, 4), (3, 4)), NO_GRADIENT, wanted=(True, False)),
        *special,
    )


def _both(slope):
    """A mistaken rule for a loss of differences: `slope` of g, d and n for the prediction."""

    def rule(g, input, target, **params):
        d = slope(g, input - target, max(input.size, 1), **params)
        return d, -d

    return rule


def _wrong_means(each):
    """Wrong results of a mean over all entries; `each` makes what it is the mean of."""
    return (
        Mistake(
            "a sum: a mean divides by the number of entries.",
            lambda input, target, **params: each(input, target, **params).sum(),
        ),
        Mistake(
            "divided by the number of rows; the mean is over all entries.",
            lambda input, target, **params: each(input, target, **params).sum() / len(input),
        ),
        Mistake(
            "half of what it should be.",
            lambda input, target, **params: each(input, target, **params).mean() / 2,
        ),
        Mistake(
            "twice what it should be.",
            lambda input, target, **params: each(input, target, **params).mean() * 2,
        ),
        Mistake(
            "minus what it should be: a loss falls as the prediction gets better.",
            lambda input, target, **params: -each(input, target, **params).mean(),
        ),
    )


def _square(input, target):
    return (input - target) ** 2


def _distance(input, target):
    return np.abs(input - target)


def _parabola_with_arms(input, target, delta=1.0):
    d = np.abs(input - target)
    return np.where(d <= delta, d * d / 2, delta * (d - delta / 2))


def _surprise(p, t):
    return -t * np.log(p) - (1 - t) * np.log(1 - p)


def _surprise_of_score(x, t):
    return np.logaddexp(0, -x) + (1 - t) * x


MSE = RuleExercise(
    "MSEBackward",
    _pairs(
        Sample("equal numbers", ([1.0, 2.0, 3.0], [1.0, 2.0, 5.0])),
        Sample("far apart", ([1e100, -1e100, 0.0], [0.0, 1e100, 1e-100])),
    ),
    (
        Mistake(
            "half of the right value: the slope of a square is twice the difference.",
            _both(lambda g, d, n: g * d / n),
        ),
        Mistake(
            "that of a sum: a mean divides by the number of entries.",
            _both(lambda g, d, n: 2 * g * d),
        ),
        Mistake(
            "the difference alone: the 2 of the square and the 1/n of the mean are missing.",
            _both(lambda g, d, n: g * d),
        ),
        Mistake(
            "divided by the number of rows; the mean is over all entries.",
            _both(lambda g, d, n: 2 * g * d / len(d)),
        ),
        Mistake(
            "that of |d|, with a sign where the difference belongs.",
            _both(lambda g, d, n: g * np.sign(d) / n),
        ),
        Mistake(
            "that of the target. With d = input − target the slope along the input is +2 d / n.",
            lambda g, input, target: (-2 * g * (input - target) / max(input.size, 1), None),
        ),
        Mistake(
            "the same as that of `input`, and the target is subtracted: its gradient is the"
            " negative.",
            lambda g, input, target: (None, 2 * g * (input - target) / max(input.size, 1)),
        ),
    ),
    results=_wrong_means(_square),
)


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _of_first(slope):
    """A mistaken rule for predictions and targets without gradient: `slope` of p or x, t and n."""
    return lambda g, input, target: (g * slope(input, target, max(input.size, 1)), None)


def _decisions(within, *special):
    """Samples of predictions with targets, which want no gradient; all lie in `within`."""
    wanted = (True, False)
    shapes = {
        "a matrix": (3, 4),
        "a vector": (5,),
        "three axes": (2, 3, 2),
        "a single number": (),
    }
    return (
        *(
            Sample(about, (shape, shape), within=within, wanted=wanted)
            for about, shape in shapes.items()
        ),
        Sample("float32", ((3, 4), (3, 4)), within=within, wanted=wanted, dtype=np.float32),
        *special,
    )


BCE = RuleExercise(
    "BCEBackward",
    _decisions(
        (0.05, 0.95),
        Sample("a yes and a no", ([0.9, 0.2], [1.0, 0.0]), wanted=(True, False)),
        Sample("sure and wrong", ([1e-6, 1 - 1e-6], [1.0, 0.0]), wanted=(True, False)),
    ),
    (
        Mistake(
            "p − t over n, which is that by the score. By the probability it is divided by"
            " p (1 − p): the sigmoid's slope is not in it.",
            _of_first(lambda p, t, n: (p - t) / n),
        ),
        Mistake(
            "that of a sum: a mean divides by the number of entries.",
            _of_first(lambda p, t, n: (p - t) / (p * (1 - p))),
        ),
        Mistake(
            "the part of the yes alone: (1 − t) / (1 − p) is missing.",
            _of_first(lambda p, t, n: -t / p / n),
        ),
        Mistake(
            "−t/p − (1 − t)/(1 − p): ln(1 − p) falls as p grows, so its part has the other sign.",
            _of_first(lambda p, t, n: (-t / p - (1 - t) / (1 - p)) / n),
        ),
        Mistake(
            "multiplied by p (1 − p) where it is to be divided by it.",
            _of_first(lambda p, t, n: (p - t) * p * (1 - p) / n),
        ),
        Mistake(
            "divided by p alone; the denominator is p (1 − p).",
            _of_first(lambda p, t, n: (p - t) / p / n),
        ),
    ),
    results=_wrong_means(_surprise),
)

BCE_WITH_LOGITS = RuleExercise(
    "BCEWithLogitsBackward",
    _decisions(
        (0.0, 1.0),
        Sample("a yes and a no", ([2.0, -3.0], [1.0, 0.0]), wanted=(True, False)),
        Sample(
            "scores of ±1e4",
            ([1e4, -1e4, 1e4, -1e4, 0.0], [0.0, 1.0, 1.0, 0.0, 1.0]),
            "Here σ is 0 or 1 and its logarithm infinite: use softplus(−x) + (1 − t) x, with"
            " `np.logaddexp(0, -x)`.",
            wanted=(True, False),
        ),
    ),
    (
        Mistake(
            "that of a sum: a mean divides by the number of entries.",
            _of_first(lambda x, t, n: _sigmoid(x) - t),
        ),
        Mistake(
            "that by the probability, divided by p (1 − p): by the score the sigmoid's slope"
            " cancels it.",
            _of_first(lambda x, t, n: (_sigmoid(x) - t) / (_sigmoid(x) * _sigmoid(-x)) / n),
        ),
        Mistake(
            "times p (1 − p): the slope of the sigmoid is in σ(x) − t already.",
            _of_first(lambda x, t, n: (_sigmoid(x) - t) * _sigmoid(x) * _sigmoid(-x) / n),
        ),
        Mistake(
            "x − t over n: the sigmoid is missing.",
            _of_first(lambda x, t, n: (x - t) / n),
        ),
        Mistake(
            "σ(x) over n: the target is to be subtracted.",
            _of_first(lambda x, t, n: _sigmoid(x) / n),
        ),
        Mistake(
            "the part of the yes alone, −t σ(−x); the no adds (1 − t) σ(x).",
            _of_first(lambda x, t, n: -t * _sigmoid(-x) / n),
        ),
    ),
    results=_wrong_means(_surprise_of_score),
)


AT_CORNERS = ([1.0, 2.0, 3.0, -1.0, 0.0], [1.0, 1.0, 4.0, -1.0, 9.0])

L1 = RuleExercise(
    "L1Backward",
    _pairs(
        Sample("equal numbers", AT_CORNERS),
        Sample("far apart", ([1e100, -1e100, 0.0], [0.0, 1e100, 1e-100])),
    ),
    (
        Mistake(
            "that of a sum: a mean divides by the number of entries.",
            _both(lambda g, d, n: g * np.sign(d)),
        ),
        Mistake(
            "that of the squared error: here every difference pulls alike, with its sign.",
            _both(lambda g, d, n: 2 * g * d / n),
        ),
        Mistake(
            "the difference over n, and only its sign belongs there.",
            _both(lambda g, d, n: g * d / n),
        ),
        Mistake(
            "g/n everywhere: left of 0 an absolute value falls, and the slope is −1.",
            _both(lambda g, d, n: g / n * np.ones_like(d)),
        ),
        Mistake(
            "1 where both are equal. A prediction that hits is not to be moved: at the corner the"
            " slope is taken as 0.",
            _both(lambda g, d, n: g / n * (np.sign(d) + (d == 0))),
        ),
        Mistake(
            "−1 where both are equal. A prediction that hits is not to be moved: at the corner the"
            " slope is taken as 0.",
            _both(lambda g, d, n: g / n * (np.sign(d) - (d == 0))),
        ),
        Mistake(
            "d / |d|, which is 0/0 where both are equal; `np.sign` is 0 there.",
            _both(lambda g, d, n: g * (d / np.abs(d)) / n),
        ),
        Mistake(
            "that of the target: with d = input − target the slope along the input is sign(d).",
            lambda g, input, target: (-g * np.sign(input - target) / max(input.size, 1), None),
        ),
        Mistake(
            "the same as that of `input`, and the target is subtracted: its gradient is the"
            " negative.",
            lambda g, input, target: (None, g * np.sign(input - target) / max(input.size, 1)),
        ),
    ),
    results=_wrong_means(_distance),
)

HUBER = RuleExercise(
    "HuberBackward",
    (
        Sample(
            "near and far",
            ([0.5, -0.3, 4.0, -2.5], [0.0, 0.0, 0.0, 0.0]),
            "The mean of d²/2 where |d| is at most delta, and of delta · (|d| - delta/2) beyond,"
            " which meets it there.",
        ),
        Sample("another delta", ((3, 4), (3, 4)), params={"delta": 0.4}),
        *_pairs(
            Sample("differences of exactly delta", AT_CORNERS),
            Sample("all near", ((3, 4), (3, 4)), params={"delta": 100.0}),
            Sample("far apart", ([1e100, -1e100, 0.0], [0.0, 1e100, 1e-100])),
        ),
    ),
    (
        Mistake(
            "that of a sum: a mean divides by the number of entries.",
            _both(lambda g, d, n, delta=1.0: g * np.clip(d, -delta, delta)),
        ),
        Mistake(
            "not held: beyond ±delta the pull stays at delta.",
            _both(lambda g, d, n, delta=1.0: g * d / n),
        ),
        Mistake(
            "0 beyond ±delta. The loss goes on growing there, as a straight line of slope delta.",
            _both(lambda g, d, n, delta=1.0: g * d * (np.abs(d) <= delta) / n),
        ),
        Mistake(
            "twice the right value: the parabola is d²/2, and its slope is d.",
            _both(lambda g, d, n, delta=1.0: 2 * g * np.clip(d, -delta, delta) / n),
        ),
        Mistake(
            "2 d in the middle: the parabola is d²/2, and its slope is d.",
            _both(
                lambda g, d, n, delta=1.0: (
                    g * np.where(np.abs(d) <= delta, 2 * d, delta * np.sign(d)) / n
                )
            ),
        ),
        Mistake(
            "without its sign beyond delta: on the left the slope is −delta.",
            _both(lambda g, d, n, delta=1.0: g * np.where(np.abs(d) <= delta, d, delta) / n),
        ),
        Mistake(
            "held at ±1, whatever delta is: the arms have slope ±delta.",
            _both(
                lambda g, d, n, delta=1.0: g * np.where(np.abs(d) <= delta, d, np.sign(d)) / n,
            ),
        ),
        Mistake(
            "the same as that of `input`, and the target is subtracted: its gradient is the"
            " negative.",
            lambda g, input, target, delta=1.0: (
                None,
                g * np.clip(input - target, -delta, delta) / max(input.size, 1),
            ),
        ),
    ),
    results=_wrong_means(_parabola_with_arms),
)

EXERCISES = NLL, CROSS_ENTROPY, MSE, L1, HUBER, BCE, BCE_WITH_LOGITS
