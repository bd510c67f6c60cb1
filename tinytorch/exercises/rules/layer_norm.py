"""The exercise on layer normalization."""

import numpy as np

from ..rule import Mistake, RuleExercise
from ..samples import Sample
from .normalization import row_mean, statistics, wrong_deviations


def _row(dx=None, dweight=None):
    """A mistaken rule of layer normalization: of h, x̂ and σ, or of g, x and x̂."""

    def rule(g, x, weight, bias, *, normalized_shape, eps=1e-5):
        x_hat, sigma = statistics(x, -1, eps)
        return (
            dx and dx(g, g * weight, x_hat, sigma),
            dweight and dweight(g, x, x_hat),
            None,
        )

    return rule


def _through_x_hat(g, h, x_hat, sigma):
    return (h - row_mean(h) - x_hat * row_mean(h * x_hat)) / sigma


def _sum(a):
    return a.sum(-1, keepdims=True)


def _rows(x, D, **options):
    return {
        "inputs": (x, (D,), (D,)),
        "params": {"normalized_shape": (D,)},
        **options,
    }


def _normalized(sigma):
    """A mistaken result of layer normalization: `sigma` of variance, D and eps."""

    def rule(x, weight, bias, *, normalized_shape, eps=1e-5):
        var = x.var(-1, keepdims=True)
        return (x - x.mean(-1, keepdims=True)) / sigma(var, x.shape[-1], eps) * weight + bias

    return rule


def _affine(x_hat):
    """A mistaken result of layer normalization: `x_hat` of x and eps, or of all there is."""

    def rule(x, weight, bias, *, normalized_shape, eps=1e-5):
        return x_hat(x, eps) * weight + bias

    return rule


def _over(axes):
    return _affine(lambda x, eps: statistics(x, axes, eps)[0])


LAYER_NORM = RuleExercise(
    "LayerNormBackward",
    (
        Sample(
            "three rows",
            **_rows((3, 4), 4),
            hint="Mean and variance are over the last axis, and σ = √(var + eps).",
        ),
        Sample("a square", **_rows((4, 4), 4)),
        Sample("a single row without batch", **_rows((5,), 5)),
        Sample("sentences", **_rows((2, 3, 4), 4)),
        Sample("two features", **_rows((3, 2), 2)),
        Sample(
            "a row of nearly equal numbers",
            **_rows([[2.0, 2.001, 2.0, 1.999]], 4),
            hint="The variance is small here: eps belongs inside the root, √(var + eps).",
        ),
        Sample("no rows", **_rows((0, 3), 3)),
        Sample("float32", **_rows((3, 4), 4, dtype=np.float32)),
        Sample(
            "rows far from zero",
            **_rows([[1e7, 1e7 + 1, 1e7 + 2], [0.0, 1.0, -1.0]], 3),
            hint="mean(x²) − mean(x)² is a difference of large numbers: square the deviations.",
        ),
    ),
    (
        Mistake(
            "g · weight / σ: that takes mean and deviation for constants, and both are made of"
            " `x`. Two terms are missing.",
            _row(lambda g, h, x_hat, sigma: h / sigma),
        ),
        Mistake(
            "without the path through the deviation: − x̂ · mean(h x̂) is missing.",
            _row(lambda g, h, x_hat, sigma: (h - row_mean(h)) / sigma),
        ),
        Mistake(
            "without the path through the mean: − mean(h) is missing.",
            _row(lambda g, h, x_hat, sigma: (h - x_hat * row_mean(h * x_hat)) / sigma),
        ),
        Mistake(
            "made of g, and what arrives at x̂ is h = g · weight.",
            _row(
                lambda g, h, x_hat, sigma: (g - row_mean(g) - x_hat * row_mean(g * x_hat)) / sigma
            ),
        ),
        Mistake(
            "not divided by σ.",
            _row(lambda g, h, x_hat, sigma: h - row_mean(h) - x_hat * row_mean(h * x_hat)),
        ),
        Mistake(
            "made with sums where means belong: each statistic shares its change among D features.",
            _row(lambda g, h, x_hat, sigma: (h - _sum(h) - x_hat * _sum(h * x_hat)) / sigma),
        ),
        Mistake(
            "made with the wrong sign of the path through the deviation: it is subtracted too.",
            _row(
                lambda g, h, x_hat, sigma: (h - row_mean(h) + x_hat * row_mean(h * x_hat)) / sigma
            ),
        ),
        Mistake(
            "Σ g · x: what was multiplied by the weight is the normalized x̂.",
            _row(dweight=lambda g, x, x_hat: g * x),
        ),
        Mistake(
            "Σ g, which is that of the bias; the weight was multiplied by x̂.",
            _row(dweight=lambda g, x, x_hat: g),
        ),
        Mistake(
            "made with the wrong sign of the path through the mean: it is subtracted.",
            _row(
                lambda g, h, x_hat, sigma: (h + row_mean(h) - x_hat * row_mean(h * x_hat)) / sigma
            ),
        ),
        Mistake(
            "divided by σ², the variance: divide by σ.",
            _row(
                lambda g, h, x_hat, sigma: (
                    (h - row_mean(h) - x_hat * row_mean(h * x_hat)) / sigma**2
                )
            ),
        ),
        Mistake(
            "multiplied by σ: divide by σ, as the forward pass does.",
            _row(
                lambda g, h, x_hat, sigma: (h - row_mean(h) - x_hat * row_mean(h * x_hat)) * sigma
            ),
        ),
        Mistake(
            "without the factor x̂ in front of mean(h x̂): an entry moves the deviation by as"
            " much as it stands out.",
            _row(lambda g, h, x_hat, sigma: (h - row_mean(h) - row_mean(h * x_hat)) / sigma),
        ),
        Mistake(
            "the diagonal of the Jacobian, h (1 − x̂²) / σ: through mean and deviation each entry"
            " moves all others.",
            _row(lambda g, h, x_hat, sigma: h * (1 - x_hat * x_hat) / sigma),
        ),
        Mistake(
            "made with `x` where x̂ belongs: the path through the deviation goes by the"
            " normalized values.",
            lambda g, x, weight, bias, *, normalized_shape, eps=1e-5: (
                ((h := g * weight) - row_mean(h) - x * row_mean(h * x)) / statistics(x, -1, eps)[1],
                None,
                None,
            ),
        ),
        Mistake(
            "multiplied by the weight at the end. It differs from feature to feature, so it goes"
            " into h = g · weight before the means are taken.",
            lambda g, x, weight, bias, *, normalized_shape, eps=1e-5: (
                weight * _through_x_hat(g, g, *statistics(x, -1, eps)),
                None,
                None,
            ),
        ),
        Mistake(
            "made with mean(g x̂) where mean(h x̂) belongs: what arrives at x̂ is h = g · weight.",
            _row(
                lambda g, h, x_hat, sigma: (h - row_mean(h) - x_hat * row_mean(g * x_hat)) / sigma
            ),
        ),
        Mistake(
            "made with mean(g) where mean(h) belongs: what arrives at x̂ is h = g · weight.",
            _row(
                lambda g, h, x_hat, sigma: (h - row_mean(g) - x_hat * row_mean(h * x_hat)) / sigma
            ),
        ),
        Mistake(
            "the mean over the rows: all rows share `{x}`, and each adds its part, so it is the"
            " sum.",
            lambda g, x, weight, bias, *, normalized_shape, eps=1e-5: (
                (
                    None,
                    g * statistics(x, -1, eps)[0] * (weight.size / g.size),
                    g * (weight.size / g.size),
                )
                if g.size
                else (None, None, None)
            ),
        ),
    ),
    results=(
        *wrong_deviations(_normalized, "D"),
        Mistake(
            "made without subtracting the mean.",
            _affine(lambda x, eps: x / np.sqrt(x.var(-1, keepdims=True) + eps)),
        ),
        Mistake(
            "made without subtracting the mean, of `x` and of its squares.",
            _affine(lambda x, eps: x / np.sqrt(row_mean(x * x) + eps)),
        ),
        Mistake(
            "made with mean and variance down the columns, as in batch normalization; here they"
            " are over the last axis.",
            _over(0),
        ),
        Mistake(
            "made with one mean and one variance for all rows: each row has its own, over the last"
            " axis.",
            _over(None),
        ),
        Mistake(
            "(x̂ + bias) · weight: the bias is added last.",
            lambda x, weight, bias, *, normalized_shape, eps=1e-5: (
                (statistics(x, -1, eps)[0] + bias) * weight
            ),
        ),
        Mistake(
            "made without the bias.",
            lambda x, weight, bias, *, normalized_shape, eps=1e-5: (
                statistics(x, -1, eps)[0] * weight
            ),
        ),
        Mistake(
            "made without the weight.",
            lambda x, weight, bias, *, normalized_shape, eps=1e-5: statistics(x, -1, eps)[0] + bias,
        ),
    ),
)
