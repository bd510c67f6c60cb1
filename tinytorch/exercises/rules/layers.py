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

EXERCISES = (EMBEDDING,)
