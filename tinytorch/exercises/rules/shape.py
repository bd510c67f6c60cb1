"""The exercises on shapes."""

import numpy as np

from ..rule import Mistake, RuleExercise
from ..samples import Sample

SAME_NUMBERS = "`reshape` reads and fills row by row, in both directions."


def _to(about, shape, new, **more):
    return Sample(about, (shape,), params={"shape": new}, **more)


RESHAPE = RuleExercise(
    "ReshapeBackward",
    (
        _to("a matrix as a vector", (2, 3), (6,)),
        _to("a vector as a matrix", (6,), (2, 3)),
        _to("rows and columns of other lengths", (3, 4), (4, 3)),
        _to("a length left open as -1", (2, 3, 4), (2, -1)),
        _to("an axis of length 1", (3,), (3, 1)),
        _to("a single number", (), (1, 1)),
        _to("an empty batch", (0, 3), (3, 0)),
        _to("float32", (2, 3), (6,), dtype=np.float32),
    ),
    (
        Mistake(
            "g as it came, in the shape of the result. Give it the shape of `{x}`.",
            lambda g, x, *, shape: (g,),
        ),
        Mistake(
            "read column by column. " + SAME_NUMBERS,
            lambda g, x, *, shape: (g.reshape(x.shape, order="F"),),
        ),
    ),
    copies=False,
)

RESHAPED = (
    "g reshaped: the shape fits, and the numbers stand in other places. Axes change places by"
    " {how}."
)
NOT_BACK = "g as it came: its axes are still in the order of the result."


def _exchange(about, shape, dim0, dim1, **more):
    return Sample(about, (shape,), params={"dim0": dim0, "dim1": dim1}, **more)


TRANSPOSE = RuleExercise(
    "TransposeBackward",
    (
        _exchange("a matrix", (2, 3), 0, 1),
        _exchange("a square", (3, 3), 0, 1),
        _exchange("the last two axes as -2 and -1", (2, 3, 4), -2, -1),
        _exchange("the outer axes of a cube", (3, 3, 3), 0, 2),
        _exchange("an axis with itself", (2, 3), 1, 1),
        _exchange("an empty batch", (0, 3), 0, 1),
        _exchange("float32", (2, 3), 0, 1, dtype=np.float32),
    ),
    (
        Mistake(NOT_BACK, lambda g, x, *, dim0, dim1: (g,)),
        Mistake(
            RESHAPED.format(how="`swapaxes`"),
            lambda g, x, *, dim0, dim1: (g.reshape(x.shape),),
        ),
        Mistake(
            "g with all axes reversed; only `dim0` and `dim1` change places.",
            lambda g, x, *, dim0, dim1: (g.T,),
        ),
    ),
    copies=False,
)

AGAIN = (
    "g with `dims` applied once more. What brings the axes back is the inverse: `np.argsort(dims)`."
    " Two axes exchanged are their own inverse, three in a cycle are not."
)


def _order(about, shape, dims, **more):
    return Sample(about, (shape,), params={"dims": dims}, **more)


PERMUTE = RuleExercise(
    "PermuteBackward",
    (
        _order("images from N H W C to N C H W", (2, 4, 5, 3), (0, 3, 1, 2)),
        _order("a cube", (3, 3, 3), (1, 2, 0)),
        _order("two axes exchanged", (2, 3), (1, 0)),
        _order("nothing moved", (2, 3), (0, 1)),
        _order("axes counted from the end", (2, 3, 4), (-1, 0, 1)),
        _order("a single number", (), ()),
        _order("an empty batch", (0, 3, 2), (2, 0, 1)),
        _order("float32", (2, 3, 4), (1, 2, 0), dtype=np.float32),
    ),
    (
        Mistake(AGAIN, lambda g, x, *, dims: (g.transpose(dims),)),
        Mistake(
            "g put back by the order of `dims` as they are. They may be counted from the end: take"
            " `d % x.ndim` of each first.",
            lambda g, x, *, dims: (g.transpose(np.argsort(dims)),),
        ),
        Mistake(NOT_BACK, lambda g, x, *, dims: (g,)),
        Mistake(
            RESHAPED.format(how="`transpose`"),
            lambda g, x, *, dims: (g.reshape(x.shape),),
        ),
        Mistake(
            "g with all axes reversed; that is the inverse of one permutation only.",
            lambda g, x, *, dims: (g.T,),
        ),
        Mistake(
            "g with `dims` read from last to first. What brings the axes back is the inverse:"
            " `np.argsort(dims)`.",
            lambda g, x, *, dims: (g.transpose(dims[::-1]),),
        ),
    ),
    copies=False,
)


def _largest_copy(g, x, *, shape):
    new = g.ndim - x.ndim
    stretched = [new + i for i, n in enumerate(x.shape) if n == 1]
    return (g.max((*range(new), *stretched)).reshape(x.shape),)


EXPAND = RuleExercise(
    "ExpandBackward",
    (
        _to("a row for each of a batch", (3,), (4, 3)),
        _to("a column", (4, 1), (4, 3)),
        _to("a row for a square", (3,), (3, 3)),
        _to("a start token for sequences", (1, 1, 4), (2, 1, 4)),
        _to("two axes at once", (1, 3, 1), (2, 3, 4)),
        _to("a number", (), (2, 3)),
        _to("nothing to copy", (2, 3), (2, 3)),
        _to("an empty batch", (1, 3), (0, 3)),
        _to("float32", (3,), (4, 3), dtype=np.float32),
    ),
    (
        Mistake(
            "the largest over the copies: a copied value collects the sum.",
            _largest_copy,
        ),
        Mistake(
            "1 for each entry: g is not in it. Each entry collects the sum of g over its copies.",
            lambda g, x, *, shape: (np.ones_like(x),),
        ),
    ),
    broadcasts=True,
    copies=False,
)


def _into(about, shape, before, after):
    return Sample(about, (shape,), dtype=before, params={"dtype": np.dtype(after)})


CAST = RuleExercise(
    "CastBackward",
    (
        _into("float64 to float32", (2, 3), np.float64, np.float32),
        _into("float32 to float64", (2, 3), np.float32, np.float64),
        _into("float32 to float16", (2, 3), np.float32, np.float16),
        _into("float16 to float32", (4,), np.float16, np.float32),
        _into("a dtype to itself", (3,), np.float64, np.float64),
        _into("a single number", (), np.float32, np.float64),
        _into("an empty batch", (0, 3), np.float32, np.float64),
    ),
    (
        Mistake(
            "g in float16 on the way, which has three digits. Go from the dtype of g to that of"
            " `{x}` at once.",
            lambda g, x, *, dtype: (g.astype(np.float16).astype(x.dtype),),
        ),
        Mistake(
            "g rounded to a whole number. A cast of a value may lose digits; of g only the dtype"
            " changes.",
            lambda g, x, *, dtype: (np.round(g).astype(x.dtype),),
        ),
        Mistake(
            "g cut off to a whole number on the way: go from the dtype of g to that of `{x}` at"
            " once.",
            lambda g, x, *, dtype: (np.trunc(g).astype(x.dtype),),
        ),
    ),
)

CLONE = RuleExercise(
    "CloneBackward",
    (
        Sample("a matrix", ((2, 3),)),
        Sample("a vector", ((4,),)),
        Sample("a single number", ((),)),
        Sample("an empty batch", ((0, 3),)),
        Sample("float32", ((2, 3),), dtype=np.float32),
    ),
    (
        Mistake(
            "half of g. A clone is no share: all that the loss wants of z it wants of `{x}`.",
            lambda g, x: (g / 2,),
        ),
    ),
    copies=True,
)

EXERCISES = RESHAPE, TRANSPOSE, PERMUTE, EXPAND, CAST, CLONE
