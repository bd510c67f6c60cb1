"""The exercises on variance and standard deviation."""

import numpy as np

from ..rule import Mistake, RuleExercise
from ..samples import Sample
from .reductions import ACROSS, across, back, deviation, reductions, terms


def free(x, dim, correction):
    """n - correction, as an array, so that a division by 0 is no exception."""
    return np.array(terms(x, dim) - correction, x.dtype)


def spread(x, dim, correction):
    return x.std(axis=dim, ddof=correction, keepdims=True)


CORRECTIONS = (
    Sample("no correction", ((4, 3),), params={"dim": 1, "correction": 0}),
    Sample(
        "numbers far from 0",
        ([[1000.0, 1001.0, 1003.0], [-5000.0, -5001.0, -5001.5]],),
        "",
        {"dim": 1},
    ),
)


VAR = RuleExercise(
    "VarBackward",
    reductions(*CORRECTIONS),
    (
        Mistake(
            "made of `{x}` itself: take the mean off. (On data with mean 0 nothing shows it.)",
            lambda g, x, dim=None, correction=1, keepdim=False: (
                back(g, x, dim) * 2 * x / free(x, dim, correction),
            ),
        ),
        Mistake(
            "half of what it should be: the slope of a square is 2 times the deviation.",
            lambda g, x, dim=None, correction=1, keepdim=False: (
                back(g, x, dim) * deviation(x, dim) / free(x, dim, correction),
            ),
        ),
        Mistake(
            "divided by n, and forward divides by n − correction: divide by the same. (Or the own"
            " share of the mean, 1/n, was taken off. All shares together are 0: leave them out.)",
            lambda g, x, dim=None, correction=1, keepdim=False: (
                back(g, x, dim) * 2 * deviation(x, dim) / free(x, dim, 0),
            ),
        ),
        Mistake(
            "not divided by n − correction.",
            lambda g, x, dim=None, correction=1, keepdim=False: (
                back(g, x, dim) * 2 * deviation(x, dim),
            ),
        ),
        Mistake(
            "made of the deviations from the mean of the whole array; each result has its own mean,"
            " along `dim`.",
            lambda g, x, dim=None, correction=1, keepdim=False: (
                back(g, x, dim) * 2 * (x - x.mean()) / free(x, dim, correction),
            ),
        ),
        Mistake(
            ACROSS,
            lambda g, x, dim=None, correction=1, keepdim=False: (
                across(g, x, dim) * 2 * deviation(x, dim) / free(x, dim, correction),
            ),
        ),
        Mistake(
            "made with the square of the deviation. That is the term of the sum; its slope is"
            " twice the deviation.",
            lambda g, x, dim=None, correction=1, keepdim=False: (
                back(g, x, dim) * deviation(x, dim) ** 2 / free(x, dim, correction),
            ),
        ),
        Mistake(
            "that of the standard deviation: there is no root in a variance.",
            lambda g, x, dim=None, correction=1, keepdim=False: (
                back(g, x, dim)
                * deviation(x, dim)
                / spread(x, dim, correction)
                / free(x, dim, correction),
            ),
        ),
        Mistake(
            "that of a mean: the terms are squares of deviations.",
            lambda g, x, dim=None, correction=1, keepdim=False: (
                back(g, x, dim) / free(x, dim, correction),
            ),
        ),
        Mistake(
            "made with the size of the deviation: below the mean the slope is negative.",
            lambda g, x, dim=None, correction=1, keepdim=False: (
                back(g, x, dim) * 2 * abs(deviation(x, dim)) / free(x, dim, correction),
            ),
        ),
    ),
    reduces=True,
)


STD = RuleExercise(
    "StdBackward",
    reductions(
        *CORRECTIONS,
        Sample("equal numbers", ([[2.0, 2.0, 2.0], [1.0, 2.0, 3.0]],), "", {"dim": 1}),
    ),
    (
        Mistake(
            "made of `{x}` itself: take the mean off. (On data with mean 0 nothing shows it.)",
            lambda g, x, dim=None, correction=1, keepdim=False: (
                back(g, x, dim) * x / spread(x, dim, correction) / free(x, dim, correction),
            ),
        ),
        Mistake(
            "that of the variance. The root around it has the slope 1/(2z).",
            lambda g, x, dim=None, correction=1, keepdim=False: (
                back(g, x, dim) * 2 * deviation(x, dim) / free(x, dim, correction),
            ),
        ),
        Mistake(
            "nan or infinite where all numbers are equal, z = 0. There it is taken as 0: divide by"
            " `z + flat` and multiply by `~flat`, with `flat` where z is 0.",
            lambda g, x, dim=None, correction=1, keepdim=False: (
                back(g, x, dim)
                * deviation(x, dim)
                / spread(x, dim, correction)
                / free(x, dim, correction),
            ),
        ),
        Mistake(
            "not divided by z: the slope of a root √v is 1/(2√v), and √v is z.",
            lambda g, x, dim=None, correction=1, keepdim=False: (
                back(g, x, dim) * deviation(x, dim) / free(x, dim, correction),
            ),
        ),
        Mistake(
            "divided by n, and forward divides by n − correction: the rule has to divide by the"
            " same.",
            lambda g, x, dim=None, correction=1, keepdim=False: (
                back(g, x, dim) * deviation(x, dim) / spread(x, dim, correction) / free(x, dim, 0),
            ),
        ),
        Mistake(
            "2 times what it should be: the 2 of the square cancels against the slope of the root,"
            " 1/(2z).",
            lambda g, x, dim=None, correction=1, keepdim=False: (
                back(g, x, dim)
                * 2
                * deviation(x, dim)
                / spread(x, dim, correction)
                / free(x, dim, correction),
            ),
        ),
        *(
            Mistake(
                f"divided by z plus a small number, {eps:g}. `forward` adds none: divide by z, and"
                " let the gradient be 0 where z is 0.",
                lambda g, x, dim=None, correction=1, keepdim=False, eps=eps: (
                    back(g, x, dim)
                    * deviation(x, dim)
                    / (spread(x, dim, correction) + eps)
                    / free(x, dim, correction),
                ),
            )
            for eps in (1e-7, 1e-6, 1e-5, 1e-4, 1e-3)
        ),
        Mistake(
            "not divided by n − correction.",
            lambda g, x, dim=None, correction=1, keepdim=False: (
                back(g, x, dim) * deviation(x, dim) / spread(x, dim, correction),
            ),
        ),
        Mistake(
            ACROSS,
            lambda g, x, dim=None, correction=1, keepdim=False: (
                across(g, x, dim)
                * deviation(x, dim)
                / spread(x, dim, correction)
                / free(x, dim, correction),
            ),
        ),
        Mistake(
            "divided by the variance, z²: divide by z.",
            lambda g, x, dim=None, correction=1, keepdim=False: (
                back(g, x, dim)
                * deviation(x, dim)
                / spread(x, dim, correction) ** 2
                / free(x, dim, correction),
            ),
        ),
        Mistake(
            "multiplied by z: divide by z, as the slope of a root demands.",
            lambda g, x, dim=None, correction=1, keepdim=False: (
                back(g, x, dim)
                * deviation(x, dim)
                * spread(x, dim, correction)
                / free(x, dim, correction),
            ),
        ),
        Mistake(
            "made with the size of the deviation: below the mean the slope is negative.",
            lambda g, x, dim=None, correction=1, keepdim=False: (
                back(g, x, dim)
                * abs(deviation(x, dim))
                / spread(x, dim, correction)
                / free(x, dim, correction),
            ),
        ),
    ),
    reduces=True,
)


EXERCISES = VAR, STD
