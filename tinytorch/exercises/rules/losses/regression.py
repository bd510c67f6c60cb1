"""Losses of differences: squared, absolute, and Huber's."""

import numpy as np

from ...rule import Mistake, RuleExercise
from ...samples import NO_GRADIENT, Sample
from .means import wrong_means


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


def _square(input, target):
    return (input - target) ** 2


def _distance(input, target):
    return np.abs(input - target)


def _parabola_with_arms(input, target, delta=1.0):
    d = np.abs(input - target)
    return np.where(d <= delta, d * d / 2, delta * (d - delta / 2))


def _pieces(near, far):
    """A mean of `near` where |d| is at most delta, and of `far` beyond."""

    def mean(input, target, delta=1.0):
        d = _distance(input, target)
        return np.where(d <= delta, near(d, delta), far(d, delta)).mean()

    return mean


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
        Mistake(
            "made with the square of the difference. That is the loss; its slope is twice the"
            " difference.",
            _both(lambda g, d, n: 2 * g * d * d / n),
        ),
        Mistake(
            "g times the loss of each entry, d²/n: its slope is 2 d / n.",
            _both(lambda g, d, n: g * d * d / n),
        ),
        Mistake(
            "made with input + target: what is squared is their difference.",
            lambda g, input, target: (2 * g * (input + target) / max(input.size, 1), None),
        ),
        Mistake(
            "made without the target: what is squared is input − target.",
            lambda g, input, target: (2 * g * input / max(input.size, 1), None),
        ),
        Mistake(
            "made with the size of the difference: a prediction that is too small has to rise, so"
            " its sign counts.",
            _both(lambda g, d, n: 2 * g * np.abs(d) / n),
        ),
    ),
    results=wrong_means(
        _square,
        (
            "the root of the mean. The mean of the squares is asked for.",
            lambda input, target: np.sqrt(_square(input, target).mean()),
        ),
        (
            "the mean of |input − target|. Here the differences are squared.",
            lambda input, target: _distance(input, target).mean(),
        ),
        (
            "the square of the mean difference: square each difference first, then take the mean.",
            lambda input, target: (input - target).mean() ** 2,
        ),
    ),
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
            "twice the right value: the 2 belongs to a square. The slope of |d| is its sign.",
            _both(lambda g, d, n: 2 * g * np.sign(d) / n),
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
        Mistake(
            "made with |d|: that is the loss. The slope is the sign of d.",
            _both(lambda g, d, n: g * np.abs(d) / n),
        ),
        Mistake(
            "made with the sign of `input`; it is that of the difference, input − target.",
            lambda g, input, target: (g * np.sign(input) / max(input.size, 1), None),
        ),
        Mistake(
            "g · tanh(d) / n, which is a smooth step. The slope of |d| jumps from −1 to 1:"
            " `np.sign`.",
            _both(lambda g, d, n: g * np.tanh(d) / n),
        ),
    ),
    results=wrong_means(
        _distance,
        (
            "the mean of the differences, or its absolute value: errors of either sign cancel in"
            " it. Take the absolute value of each difference first, then the mean.",
            lambda input, target: (input - target).mean(),
        ),
        (
            "the mean of the differences, or its absolute value: errors of either sign cancel in"
            " it. Take the absolute value of each difference first, then the mean.",
            lambda input, target: abs((input - target).mean()),
        ),
        (
            "the mean of the squares. Here each difference counts with its absolute value.",
            lambda input, target: _square(input, target).mean(),
        ),
    ),
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
            "not clamped: beyond ±delta the pull stays at delta. (Clamp d itself, not g · d / n.)",
            _both(lambda g, d, n, delta=1.0: g * d / n),
        ),
        Mistake(
            "clamped to ±1, whatever delta is: keep the parameter on `self`.",
            _both(lambda g, d, n, delta=1.0: g * np.clip(d, -1, 1) / n),
        ),
        Mistake(
            "divided by delta: that is the rule of the smooth L1 loss. Within delta the slope of"
            " Huber's is d.",
            _both(lambda g, d, n, delta=1.0: g * np.clip(d, -delta, delta) / delta / n),
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
            "±1 beyond delta, whatever delta is: the arms have slope ±delta.",
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
        Mistake(
            "that of the target: with d = input − target the slope along the input is d,"
            " clamped to ±delta.",
            lambda g, input, target, delta=1.0: (
                -g * np.clip(input - target, -delta, delta) / max(input.size, 1),
                None,
            ),
        ),
        Mistake(
            "that of an absolute value, ±delta everywhere. Within delta the loss is a parabola,"
            " and its slope is d.",
            _both(lambda g, d, n, delta=1.0: g * delta * np.sign(d) / n),
        ),
        Mistake(
            "0 where the prediction is too small: the loss rises on both sides, so the pull is d"
            " there, too.",
            _both(lambda g, d, n, delta=1.0: g * np.clip(d, 0, delta) / n),
        ),
        Mistake(
            "made with a square: d²/2 is the loss within delta, its slope is d.",
            _both(lambda g, d, n, delta=1.0: g * np.clip(d, -delta, delta) ** 2 / 2 / n),
        ),
        Mistake(
            "made with both parts exchanged: within delta it is d, beyond it ±delta.",
            _both(
                lambda g, d, n, delta=1.0: (
                    g * np.where(np.abs(d) > delta, d, delta * np.sign(d)) / n
                )
            ),
        ),
    ),
    results=wrong_means(
        _parabola_with_arms,
        (
            "made of delta · |d| beyond delta: without − delta²/2 the two parts do not meet there.",
            _pieces(lambda d, delta: d * d / 2, lambda d, delta: delta * d),
        ),
        (
            "clamped: the loss of each entry ends at delta. Beyond delta it goes on as a straight"
            " line, delta · (|d| − delta/2).",
            lambda input, target, delta=1.0: np.minimum(_square(input, target) / 2, delta).mean(),
        ),
        (
            "made of d² within delta: the parabola is d²/2.",
            _pieces(lambda d, delta: d * d, lambda d, delta: delta * (d - delta / 2)),
        ),
        (
            "made with a delta of 1, whatever `delta` says.",
            lambda input, target, delta=1.0: _parabola_with_arms(input, target).mean(),
        ),
        (
            "divided by delta: that is the smooth L1 loss. Huber's is d²/2 within delta, and"
            " delta · (|d| − delta/2) beyond.",
            lambda input, target, delta=1.0: (
                _parabola_with_arms(input, target, delta).mean() / delta
            ),
        ),
        (
            "made with both parts exchanged: d²/2 is for |d| of at most delta.",
            _pieces(lambda d, delta: delta * (d - delta / 2), lambda d, delta: d * d / 2),
        ),
        (
            "made with d beyond delta where |d| belongs.",
            lambda input, target, delta=1.0: np.where(
                _distance(input, target) <= delta,
                _square(input, target) / 2,
                delta * (input - target - delta / 2),
            ).mean(),
        ),
    ),
)

EXERCISES = MSE, L1, HUBER
