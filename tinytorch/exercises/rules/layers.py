"""The exercises on layers."""

import numpy as np

from ..rule import Mistake, RuleExercise
from ..samples import Sample


def _table(shape, *indices, **options):
    return {"inputs": (shape,), "params": {"indices": np.array(*indices, dtype=int)}, **options}


def _assigned(g, weight, indices):
    d = np.zeros(weight.shape, g.dtype)
    d[indices] = g
    return d


def _added(g, weight, indices):
    d = np.zeros(weight.shape, g.dtype)
    np.add.at(d, indices, g)
    return d


def _first(g, weight, indices):
    d = np.zeros(weight.shape, g.dtype)
    d[indices.reshape(-1)[::-1]] = g.reshape(-1, weight.shape[1])[::-1]
    return d


def _averaged(g, weight, indices):
    counts = np.bincount(indices.reshape(-1), minlength=len(weight))[:, None]
    return _added(g, weight, indices) / np.maximum(counts, 1)


def _in_order(g, weight, indices):
    d = np.zeros(weight.shape, g.dtype)
    rows = g.reshape(-1, weight.shape[1])[: len(d)]
    d[: len(rows)] = rows
    return d


EMBEDDING = RuleExercise(
    "EmbeddingBackward",
    (
        Sample("different rows", **_table((5, 3), [4, 0, 2])),
        Sample("rows that repeat", **_table((5, 3), [1, 3, 1, 1, 0])),
        Sample("one row for all", **_table((4, 2), [2, 2, 2])),
        Sample("a batch of sentences", **_table((5, 3), [[0, 1, 4], [1, 1, 0]])),
        Sample("a single index", **_table((4, 2), 3)),
        Sample("indices from the end of the table", **_table((4, 2), [3, 3, 0])),
        Sample("no indices", **_table((4, 2), [])),
        Sample("float32", **_table((5, 3), [1, 3, 1], dtype=np.float32)),
    ),
    (
        Mistake(
            "that of the last place alone, where an index repeats: `d[indices] = g` keeps one row,"
            " and so does `d[indices] += g`. `np.add.at(d, indices, g)` adds them all.",
            lambda g, weight, *, indices: (_assigned(g, weight, indices),),
        ),
        Mistake(
            "that of the first place alone, where an index repeats: a row that was copied collects"
            " the sum over its copies.",
            lambda g, weight, *, indices: (_first(g, weight, indices),),
        ),
        Mistake(
            "a mean over the places, where an index repeats: what was copied collects the sum.",
            lambda g, weight, *, indices: (_averaged(g, weight, indices),),
        ),
        Mistake(
            "made of the rows of g in their order, and they belong into the rows that were looked"
            " up.",
            lambda g, weight, *, indices: (_in_order(g, weight, indices),),
        ),
        Mistake(
            "g times the looked-up rows: a lookup copies, its slope is 1.",
            lambda g, weight, *, indices: (_added(g * weight[indices], weight, indices),),
        ),
    ),
)


def _statistics(x, axes, eps):
    deviation = x - x.mean(axes, keepdims=True)
    sigma = np.sqrt((deviation * deviation).mean(axes, keepdims=True) + eps)
    return deviation / sigma, sigma


def _row(dx=None, dweight=None):
    """A mistaken rule of layer normalization: of h, x̂ and σ, or of g, x and x̂."""

    def rule(g, x, weight, bias, *, normalized_shape, eps=1e-5):
        x_hat, sigma = _statistics(x, -1, eps)
        return (
            dx and dx(g, g * weight, x_hat, sigma),
            dweight and dweight(g, x, x_hat),
            None,
        )

    return rule


def _mean(a):
    return a.mean(-1, keepdims=True)


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


def _wrong_deviations(result, n):
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
            _row(lambda g, h, x_hat, sigma: (h - _mean(h)) / sigma),
        ),
        Mistake(
            "without the path through the mean: − mean(h) is missing.",
            _row(lambda g, h, x_hat, sigma: (h - x_hat * _mean(h * x_hat)) / sigma),
        ),
        Mistake(
            "made of g, and what arrives at x̂ is h = g · weight.",
            _row(lambda g, h, x_hat, sigma: (g - _mean(g) - x_hat * _mean(g * x_hat)) / sigma),
        ),
        Mistake(
            "not divided by σ.",
            _row(lambda g, h, x_hat, sigma: h - _mean(h) - x_hat * _mean(h * x_hat)),
        ),
        Mistake(
            "made with sums where means belong: each statistic shares its change among D features.",
            _row(lambda g, h, x_hat, sigma: (h - _sum(h) - x_hat * _sum(h * x_hat)) / sigma),
        ),
        Mistake(
            "made with the wrong sign of the path through the deviation: it is subtracted too.",
            _row(lambda g, h, x_hat, sigma: (h - _mean(h) + x_hat * _mean(h * x_hat)) / sigma),
        ),
        Mistake(
            "Σ g · x: what was multiplied by the weight is the normalized x̂.",
            _row(dweight=lambda g, x, x_hat: g * x),
        ),
        Mistake(
            "Σ g, which is that of the bias; the weight was multiplied by x̂.",
            _row(dweight=lambda g, x, x_hat: g),
        ),
    ),
    results=_wrong_deviations(_normalized, "D"),
)


class Die:
    """Uniform numbers, the same whatever dtype is asked for: readers may draw in either."""

    def __init__(self):
        self._rng = np.random.default_rng(0)

    def random(self, size=None, dtype=np.float64):
        return np.asarray(self._rng.random(size), dtype)

    def __getattr__(self, name):
        raise AttributeError(f"draw with rng.random(x.shape), not with rng.{name}")

    def __deepcopy__(self, memo):
        return Die()

    def __repr__(self):
        return "a generator"


def _masked(slope, throws=1):
    """A mistaken rule of dropout: `slope` of g, x, what is kept at the last throw, and p."""

    def rule(g, x, *, p, rng):
        kept = [rng.random(x.shape) >= p for _ in range(throws)][-1]
        return (slope(g, x, kept, p),)

    return rule


def _dropped(shape, p, **options):
    hint = (
        "One number for each entry, `rng.random(x.shape)`: it is kept where that is at least p, and"
        " divided by 1 − p."
    )
    return {"inputs": (shape,), "params": {"p": p, "rng": Die()}, "hint": hint, **options}


DROPOUT = RuleExercise(
    "DropoutBackward",
    (
        Sample("a small p", **_dropped((6, 5), 0.2)),
        Sample("half of a matrix", **_dropped((4, 5), 0.5)),
        Sample("a large p", **_dropped((6, 5), 0.9)),
        Sample("three axes", **_dropped((2, 3, 4), 0.5)),
        Sample("a single number", **_dropped((), 0.5)),
        Sample("nothing dropped", **_dropped((5,), 0.0)),
        Sample("an empty batch", **_dropped((0, 3), 0.5)),
        Sample("float32", **_dropped((4, 5), 0.5, dtype=np.float32)),
    ),
    (
        Mistake(
            "made with a new mask: it has to be that of the forward pass. Keep it as an attribute.",
            _masked(lambda g, x, kept, p: g * kept / (1 - p), throws=2),
        ),
        Mistake(
            "right in its zeros, but kept entries were divided by 1 − p, and their gradients are"
            " too.",
            _masked(lambda g, x, kept, p: g * kept),
        ),
        Mistake(
            "multiplied by 1 − p where it is to be divided by it.",
            _masked(lambda g, x, kept, p: g * kept * (1 - p)),
        ),
        Mistake(
            "g / (1 − p) everywhere: entries that were dropped had no part in the result, and get"
            " 0.",
            _masked(lambda g, x, kept, p: g / (1 - p)),
        ),
        Mistake(
            "let through where the entry was dropped, and held back where it was kept.",
            _masked(lambda g, x, kept, p: g * ~kept / (1 - p)),
        ),
        Mistake(
            "divided by p; the share that is kept is 1 − p.",
            _masked(lambda g, x, kept, p: g * kept / p),
        ),
        Mistake(
            "g · z: what a kept entry was multiplied by is the mask, not the entry itself.",
            _masked(lambda g, x, kept, p: g * x * kept / (1 - p)),
        ),
    ),
)


def _column(dx=None, dweight=None, evaluation=None):
    """A mistaken rule of batch normalization: of h, x̂ and σ, or of g, x and x̂."""

    def rule(g, x, weight, bias, *, mean=None, var=None, eps=1e-5):
        x_hat, sigma = _statistics(x, 0, eps)
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
            _column(lambda g, h, x_hat, sigma: (h - _mean(h) - x_hat * _mean(h * x_hat)) / sigma),
        ),
        Mistake(
            "Σ g · x: what was multiplied by the weight is the normalized x̂.",
            _column(dweight=lambda g, x, x_hat: g * x),
        ),
    ),
    (
        *_wrong_deviations(_result, "N"),
        Mistake(
            "made with mean and variance over the features, as in layer normalization; here they"
            " are over the batch, axis 0.",
            _result(lambda var, n, eps: np.sqrt(var + eps), axis=1),
        ),
    ),
)

EXERCISES = EMBEDDING, LAYER_NORM, DROPOUT, BATCH_NORM
