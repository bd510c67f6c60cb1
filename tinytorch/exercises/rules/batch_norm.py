"""The exercise on batch normalization."""

import numpy as np

from ..rule import Mistake, RuleExercise
from ..samples import Sample
from .normalization import row_mean, statistics, wrong_deviations


def _column(dx=None, dweight=None, evaluation=None):
    """A mistaken rule of batch normalization: of h, x̂ and σ, or of g, x and x̂."""

    def rule(g, x, weight, bias, *, mean=None, var=None, eps=1e-5):
        x_hat, sigma = statistics(x, 0, eps)
        slope = dx if mean is None else evaluation
        if mean is not None:
            sigma = np.sqrt(var + eps)
            x_hat = (x - mean) / sigma
        return (
            slope and slope(g, g * weight, x_hat, sigma),
            dweight and dweight(g, x, x_hat),
            None,
        )

    return rule


def _result(sigma, axis=0):
    """A mistaken result of batch normalization in training: `sigma` of variance, N and eps."""

    def rule(x, weight, bias, *, mean=None, var=None, eps=1e-5):
        if mean is None:
            mean, var = x.mean(axis, keepdims=True), x.var(axis, keepdims=True)
        return (x - mean) / sigma(var, x.shape[axis], eps) * weight + bias

    return rule


def _down(a):
    return a.mean(0)


def _batch(shape, **options):
    return {"inputs": (shape, (shape[1],), (shape[1],)), **options}


RUNNING = {"mean": np.array([0.5, -1.0, 2.0]), "var": np.array([0.5, 2.0, 1.0])}


BATCH_NORM = RuleExercise(
    "BatchNormBackward",
    (
        Sample(
            "a batch in training",
            **_batch((5, 3)),
            hint="Mean and variance are over axis 0, the variance over N, and σ = √(var + eps).",
        ),
        Sample("a square", **_batch((3, 3))),
        Sample("a batch of two", **_batch((2, 4))),
        Sample("a single channel", **_batch((4, 1))),
        Sample("float32", **_batch((5, 3), dtype=np.float32)),
        Sample(
            "evaluation",
            **_batch((5, 3), params=RUNNING),
            hint="With `mean` and `var` given, use them in place of those of the batch.",
        ),
        Sample("evaluation of a single row", **_batch((1, 3), params=RUNNING)),
    ),
    (
        Mistake(
            "g · weight / σ: in training mean and deviation are made of `x`, and two terms are"
            " missing. (In evaluation this is the rule.)",
            _column(lambda g, h, x_hat, sigma: h / sigma),
        ),
        Mistake(
            "that of training: in evaluation the statistics are constants, and it is"
            " g · weight / σ.",
            _column(
                evaluation=lambda g, h, x_hat, sigma: (
                    (h - _down(h) - x_hat * _down(h * x_hat)) / sigma
                )
            ),
        ),
        Mistake(
            "without the path through the deviation: − x̂ · mean(h x̂) is missing.",
            _column(lambda g, h, x_hat, sigma: (h - _down(h)) / sigma),
        ),
        Mistake(
            "without the path through the mean: − mean(h) is missing.",
            _column(lambda g, h, x_hat, sigma: (h - x_hat * _down(h * x_hat)) / sigma),
        ),
        Mistake(
            "made of g, and what arrives at x̂ is h = g · weight.",
            _column(lambda g, h, x_hat, sigma: (g - _down(g) - x_hat * _down(g * x_hat)) / sigma),
        ),
        Mistake(
            "not divided by σ.",
            _column(
                lambda g, h, x_hat, sigma: h - _down(h) - x_hat * _down(h * x_hat),
                evaluation=lambda g, h, x_hat, sigma: h,
            ),
        ),
        Mistake(
            "made with means over the features, as in layer normalization; here they are over the"
            " batch, axis 0.",
            _column(
                lambda g, h, x_hat, sigma: (h - row_mean(h) - x_hat * row_mean(h * x_hat)) / sigma
            ),
        ),
        Mistake(
            "Σ g · x: what was multiplied by the weight is the normalized x̂.",
            _column(dweight=lambda g, x, x_hat: g * x),
        ),
        Mistake(
            "made with sums where means belong: each statistic shares its change among N samples.",
            _column(lambda g, h, x_hat, sigma: (h - h.sum(0) - x_hat * (h * x_hat).sum(0)) / sigma),
        ),
        Mistake(
            "made with the wrong sign of the path through the deviation: it is subtracted too.",
            _column(lambda g, h, x_hat, sigma: (h - _down(h) + x_hat * _down(h * x_hat)) / sigma),
        ),
        Mistake(
            "made with the wrong sign of the path through the mean: it is subtracted.",
            _column(lambda g, h, x_hat, sigma: (h + _down(h) - x_hat * _down(h * x_hat)) / sigma),
        ),
        Mistake(
            "divided by σ², the variance: divide by σ.",
            _column(
                lambda g, h, x_hat, sigma: (h - _down(h) - x_hat * _down(h * x_hat)) / sigma**2
            ),
        ),
        Mistake(
            "multiplied by σ: divide by σ, as the forward pass does.",
            _column(lambda g, h, x_hat, sigma: (h - _down(h) - x_hat * _down(h * x_hat)) * sigma),
        ),
        Mistake(
            "without the factor x̂ in front of mean(h x̂): an entry moves the deviation by as"
            " much as it stands out.",
            _column(lambda g, h, x_hat, sigma: (h - _down(h) - _down(h * x_hat)) / sigma),
        ),
        Mistake(
            "the diagonal of the Jacobian, h (1 − x̂²) / σ: through mean and deviation each entry"
            " moves all others.",
            _column(lambda g, h, x_hat, sigma: h * (1 - x_hat * x_hat) / sigma),
        ),
        Mistake(
            "made with `x` where x̂ belongs: the path through the deviation goes by the"
            " normalized values.",
            lambda g, x, weight, bias, *, mean=None, var=None, eps=1e-5: (
                ((h := g * weight) - _down(h) - x * _down(h * x)) / statistics(x, 0, eps)[1]
                if mean is None
                else None,
                None,
                None,
            ),
        ),
        Mistake(
            "g / σ: the weight is missing. What arrives at x̂ is h = g · weight.",
            _column(evaluation=lambda g, h, x_hat, sigma: g / sigma),
        ),
        Mistake(
            "g · weight / σ²: the given `var` is σ² but for eps, so take its root.",
            _column(evaluation=lambda g, h, x_hat, sigma: h / sigma**2),
        ),
        Mistake(
            "the mean over the batch: all samples share `{x}`, and each adds its part, so it is the"
            " sum.",
            lambda g, x, weight, bias, *, mean=None, var=None, eps=1e-5: (
                None,
                g * statistics(x, 0, eps)[0] / len(g) if mean is None else None,
                g / len(g),
            ),
        ),
    ),
    (
        *wrong_deviations(_result, "N"),
        Mistake(
            "made with mean and variance of this batch, although `mean` and `var` are given.",
            lambda x, weight, bias, *, mean=None, var=None, eps=1e-5: (
                statistics(x, 0, eps)[0] * weight + bias
            ),
        ),
        Mistake(
            "made with the given `mean` and the variance of this batch: take `var` as well.",
            lambda x, weight, bias, *, mean=None, var=None, eps=1e-5: (
                (x - (x.mean(0) if mean is None else mean)) / np.sqrt(x.var(0) + eps) * weight
                + bias
            ),
        ),
        Mistake(
            "made without the bias.",
            lambda x, weight, bias, *, mean=None, var=None, eps=1e-5: _result(
                lambda var, n, eps: np.sqrt(var + eps)
            )(x, weight, 0 * bias, mean=mean, var=var, eps=eps),
        ),
        Mistake(
            "made without the weight.",
            lambda x, weight, bias, *, mean=None, var=None, eps=1e-5: _result(
                lambda var, n, eps: np.sqrt(var + eps)
            )(x, np.ones_like(weight), bias, mean=mean, var=var, eps=eps),
        ),
        Mistake(
            "made with mean and variance over the features, as in layer normalization; here they"
            " are over the batch, axis 0.",
            _result(lambda var, n, eps: np.sqrt(var + eps), axis=1),
        ),
    ),
)
