"""The exercises on layers."""

import numpy as np

from ..rule import Mistake, RuleExercise
from ..samples import Sample
from .batch_norm import BATCH_NORM
from .layer_norm import LAYER_NORM


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
        Sample("the last row repeated", **_table((4, 2), [3, 3, 0])),
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
        Mistake(
            "the sum of g in every row: a row collects from the places that looked *it* up, and"
            " one that no place looked up gets 0.",
            lambda g, weight, *, indices: (
                np.zeros_like(weight) + g.reshape(-1, weight.shape[1]).sum(0),
            ),
        ),
    ),
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
        Mistake(
            "(1 − p) g everywhere: that is the mean over many masks. This pass had one: where it"
            " dropped an entry the gradient is 0, elsewhere g / (1 − p).",
            _masked(lambda g, x, kept, p: g * (1 - p)),
        ),
    ),
)


EXERCISES = EMBEDDING, LAYER_NORM, DROPOUT, BATCH_NORM
