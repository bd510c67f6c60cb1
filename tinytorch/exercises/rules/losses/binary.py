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
    results=wrong_means(_surprise),
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
    results=wrong_means(_surprise_of_score),
)

EXERCISES = BCE, BCE_WITH_LOGITS
