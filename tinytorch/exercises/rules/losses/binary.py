"""Losses of yes and no: binary cross-entropy, of probabilities and of scores."""

import numpy as np

from ...rule import Mistake, RuleExercise
from ...samples import Sample
from .means import wrong_means


def _surprise(p, t):
    return -t * np.log(p) - (1 - t) * np.log(1 - p)


def _surprise_of_score(x, t):
    return np.logaddexp(0, -x) + (1 - t) * x


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
            "ln(1 − p) − ln p, over n: that is the slope along the *target*. Along p it is"
            " (p − t) / (p (1 − p)).",
            _of_first(lambda p, t, n: (np.log(1 - p) - np.log(p)) / n),
        ),
        *(
            Mistake(
                f"divided by p (1 − p) plus a small number, {eps:g}. The exercise keeps p away"
                " from 0 and 1: divide by p (1 − p).",
                _of_first(lambda p, t, n, eps=eps: (p - t) / (p * (1 - p) + eps) / n),
            )
            for eps in (1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3)
        ),
        Mistake(
            "p − t over n, which is that with respect to the score. With respect to the"
            " probability it is divided by"
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
        Mistake(
            "the part of the no alone: −t / p is missing.",
            _of_first(lambda p, t, n: (1 - t) / (1 - p) / n),
        ),
        Mistake(
            "divided by 1 − p alone; the denominator is p (1 − p).",
            _of_first(lambda p, t, n: (p - t) / (1 - p) / n),
        ),
        Mistake(
            "made with the logarithm of p: that is the loss, and its slope is a fraction.",
            _of_first(lambda p, t, n: -np.log(p) / n),
        ),
        Mistake(
            "that of the squared error: here the distance p − t is divided by p (1 − p).",
            _of_first(lambda p, t, n: 2 * (p - t) / n),
        ),
    ),
    results=wrong_means(
        _surprise,
        (
            "the part of the yes alone, −t ln p: −(1 − t) ln(1 − p) is missing.",
            lambda input, target: (-target * np.log(input)).mean(),
        ),
        (
            "made with yes and no exchanged: ln p belongs to t, and ln(1 − p) to 1 − t.",
            lambda input, target: _surprise(input, 1 - target).mean(),
        ),
        (
            "made with the logarithm of base 2: `np.log` is the natural one.",
            lambda input, target: _surprise(input, target).mean() / np.log(2),
        ),
        *(
            (
                f"made with a small number added inside the logarithms, {eps:g}. The exercise"
                " keeps p away from 0 and 1: leave it out.",
                lambda input, target, eps=eps: (
                    -target * np.log(input + eps) - (1 - target) * np.log(1 - input + eps)
                ).mean(),
            )
            for eps in (1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3)
        ),
        (
            "made of a sigmoid of the input: the input is a probability already.",
            lambda input, target: _surprise(_sigmoid(input), target).mean(),
        ),
        (
            "made with prediction and target exchanged: the logarithms are of the prediction.",
            lambda input, target: _surprise(target, input).mean(),
        ),
    ),
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
            "divided by the number of rows; the mean is over all entries.",
            lambda g, input, target: (g * (_sigmoid(input) - target) / len(input), None),
        ),
        Mistake(
            "made with σ(x − t): the target is subtracted from σ(x), not from the score.",
            _of_first(lambda x, t, n: _sigmoid(x - t) / n),
        ),
        Mistake(
            "made with a hard yes or no, x > 0, where the sigmoid of the score belongs.",
            _of_first(lambda x, t, n: ((x > 0) - t) / n),
        ),
        Mistake(
            "that of a sum: a mean divides by the number of entries.",
            _of_first(lambda x, t, n: _sigmoid(x) - t),
        ),
        Mistake(
            "that with respect to the probability, divided by p (1 − p): with respect to the"
            " score the sigmoid's slope"
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
        Mistake(
            "made with σ(−x): the sign of the score is turned.",
            _of_first(lambda x, t, n: (_sigmoid(-x) - t) / n),
        ),
        Mistake(
            "σ(x) + t over n: subtract the target.",
            _of_first(lambda x, t, n: (_sigmoid(x) + t) / n),
        ),
        Mistake(
            "made with tanh where the sigmoid belongs.",
            _of_first(lambda x, t, n: (np.tanh(x) - t) / n),
        ),
        Mistake(
            "the part of the no alone, (1 − t) σ(x); the yes adds −t σ(−x).",
            _of_first(lambda x, t, n: (1 - t) * _sigmoid(x) / n),
        ),
    ),
    results=wrong_means(
        _surprise_of_score,
        (
            "softplus(x) alone, the loss where every target is 0: t · x has to be subtracted.",
            lambda input, target: np.logaddexp(0, input).mean(),
        ),
        (
            "made of softplus(x) + (1 − t) x: in front of that x belongs softplus(−x).",
            lambda input, target: (np.logaddexp(0, input) + (1 - target) * input).mean(),
        ),
        (
            "made with yes and no exchanged: it is softplus(−x) + (1 − t) x.",
            lambda input, target: (np.logaddexp(0, -input) + target * input).mean(),
        ),
        (
            "made with (1 − t) x subtracted: it is added, softplus(−x) + (1 − t) x.",
            lambda input, target: (np.logaddexp(0, -input) - (1 - target) * input).mean(),
        ),
        (
            "softplus(−x) alone, the loss where every target is 1: (1 − t) x is missing.",
            lambda input, target: np.logaddexp(0, -input).mean(),
        ),
    ),
)

EXERCISES = BCE, BCE_WITH_LOGITS
