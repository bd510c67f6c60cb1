"""What the exercises on layers that normalize share."""

import numpy as np

from ..rule import Mistake


def statistics(x, axes, eps):
    """The normalized x̂, and its σ."""
    deviation = x - x.mean(axes, keepdims=True)
    sigma = np.sqrt((deviation * deviation).mean(axes, keepdims=True) + eps)
    return deviation / sigma, sigma


def row_mean(a):
    """The mean of each row."""
    return a.mean(-1, keepdims=True)


def wrong_deviations(result, n):
    """Wrong results of a normalization by another deviation."""
    return (
        Mistake(
            "made with eps outside the root: σ is √(var + eps), not √var + eps.",
            result(lambda var, n, eps: np.sqrt(var) + eps),
        ),
        Mistake(
            "made without eps: σ is √(var + eps).",
            result(lambda var, n, eps: np.sqrt(var)),
        ),
        Mistake(
            f"made with a variance over {n} − 1; it is over {n} (`np.var` as it is).",
            result(lambda var, n, eps: np.sqrt(var * n / max(n - 1, 1) + eps)),
        ),
        Mistake(
            "divided by the variance; divide by σ, its root.",
            result(lambda var, n, eps: var + eps),
        ),
    )
