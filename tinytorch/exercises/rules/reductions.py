"""The exercises on reductions."""

import numpy as np

from ..rule import Mistake, RuleExercise
from ..samples import Sample

LOST = (
    "The result has lost the axes that were reduced. Give them back to it with length 1,"
    " `g.reshape(…)`, and NumPy can copy it along them."
)


def reductions(*special, whole=True, several=True, empty=True):
    """Samples for one result a row, column or block; `special` ones come last.

    Without `whole`, `dim` has to be given; without `several`, it is one axis; without `empty`, no
    result is made of nothing.
    """
    return (
        Sample("rows of a square", ((3, 3),), params={"dim": 1}),
        Sample("columns of a square", ((3, 3),), params={"dim": 0}),
        Sample("rows of a table", ((4, 3),), LOST, {"dim": 1}),
        *([Sample("a whole matrix", ((2, 3),))] if whole else []),
        Sample("the middle one of three axes", ((2, 4, 3),), LOST, {"dim": 1}),
        Sample("an axis counted from the end", ((2, 4, 3),), LOST, {"dim": -2}),
        Sample("an axis that is kept", ((4, 3),), params={"dim": 1, "keepdim": True}),
        *([Sample("two axes at once", ((2, 4, 3),), LOST, {"dim": (0, 2)})] if several else []),
        Sample("a vector", ((5,),), params={"dim": 0}),
        *([Sample("a single number", ((),))] if whole else []),
        Sample("no rows", ((0, 3),), params={"dim": 1}),
        *([Sample("sums of nothing", ((0, 3),), params={"dim": 0})] if empty else []),
        Sample("float32", ((4, 3),), LOST, {"dim": 1}, np.float32),
        *special,
    )


def back(g, x, dim):
    """g copied along the axes that were reduced."""
    return np.broadcast_to(g.reshape(kept(x, dim)), x.shape)


def kept(x, dim):
    return x.sum(axis=dim, keepdims=True).shape


def across(g, x, dim):
    """g laid along the other axis of a square: the accident of broadcasting."""
    if g.ndim != 1 or x.shape != (g.size, g.size):
        raise ValueError("not a square")
    return np.broadcast_to(np.expand_dims(g, 1 - dim), x.shape)


def terms(x, dim):
    """How many entries make one result."""
    return x.size // max(x.sum(axis=dim).size, 1)


ACROSS = (
    "laid along the wrong axis: entry [i, j] has to get the g of the result that it went into. On"
    " a square the shapes fit either way."
)

SUM = RuleExercise(
    "SumBackward",
    reductions(),
    (
        Mistake(ACROSS, lambda g, x, dim=None, keepdim=False: (across(g, x, dim),)),
        Mistake(
            "divided by the number of terms; that is the rule of a mean. A sum does not share g"
            " out: each term gets all of it.",
            lambda g, x, dim=None, keepdim=False: (back(g, x, dim) / terms(x, dim),),
        ),
        Mistake(
            "g times `{x}`. The slope of a sum along each of its terms is 1.",
            lambda g, x, dim=None, keepdim=False: (back(g, x, dim) * x,),
        ),
        Mistake(
            "all ones: multiply by the upstream gradient g, which the loss need not make 1.",
            lambda g, x, dim=None, keepdim=False: (np.ones_like(x),),
        ),
        Mistake(
            "the sum of g, everywhere. Each entry of `{x}` went into one result only, and gets the"
            " g of that.",
            lambda g, x, dim=None, keepdim=False: (np.broadcast_to(g.sum(), x.shape),),
        ),
    ),
    reduces=True,
)

EXERCISES = (SUM,)
