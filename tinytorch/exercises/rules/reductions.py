"""The exercises on reductions."""

import numpy as np

from ..rule import Mistake, RuleExercise
from ..samples import Sample, infinite_upstream

LOST = (
    "The result has lost the axes that were reduced. Give them back to it with length 1,"
    " `g.reshape(…)`, and NumPy can copy it along them."
)

TUPLE = (
    "`dim` may be a tuple of axes, or None. NumPy takes it as it is: `x.sum(axis=dim,"
    " keepdims=True)` has length 1 in place of each reduced axis."
)


def reductions(*special, whole=True, several=True, empty=True):
    """Samples for one result a row, column or block; `special` ones come last.

    Without `whole`, `dim` has to be given; without `several`, it is one axis; without `empty`, no
    result is made of nothing.
    """
    return (
        Sample("rows of a square", ((4, 4),), params={"dim": 1}),
        Sample("columns of a square", ((4, 4),), params={"dim": 0}),
        Sample("rows of a table", ((4, 3),), LOST, {"dim": 1}),
        *([Sample("a whole matrix", ((2, 3),))] if whole else []),
        Sample("the middle one of three axes", ((2, 4, 3),), LOST, {"dim": 1}),
        Sample("an axis counted from the end", ((2, 4, 3),), LOST, {"dim": -2}),
        Sample("an axis that is kept", ((4, 3),), params={"dim": 1, "keepdim": True}),
        *([Sample("two axes at once", ((2, 4, 3),), TUPLE, {"dim": (0, 2)})] if several else []),
        Sample("a vector", ((5,),), params={"dim": 0}),
        *([Sample("a single number", ((),))] if whole else []),
        Sample("no rows", ((0, 3),), params={"dim": 1}),
        *([Sample("results of nothing", ((0, 3),), params={"dim": 0})] if empty else []),
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
            "the sum of g, everywhere. Each entry of `{x}` went into one result only, and gets the"
            " g of that.",
            lambda g, x, dim=None, keepdim=False: (np.broadcast_to(g.sum(), x.shape),),
        ),
        Mistake(
            "shared out in proportion to the terms. A sum has slope 1 along each of them: every"
            " term gets all of g.",
            lambda g, x, dim=None, keepdim=False: (
                back(g, x, dim) * x / x.sum(axis=dim, keepdims=True),
            ),
        ),
    ),
    reduces=True,
)


def won(x, dim, best):
    return x == best(x, axis=dim, keepdims=True)


def first(x, dim, best):
    """A one at the first of the best entries along one axis, or of all."""
    find = np.argmax if best is np.max else np.argmin
    if dim is None:
        return np.arange(x.size).reshape(x.shape) == find(x)
    if isinstance(dim, tuple):
        return won(x, dim, best)
    at = find(x, axis=dim, keepdims=True)
    return np.arange(x.shape[dim]).reshape(-1, *[1] * (x.ndim - 1 - dim % x.ndim)) == at


def extreme(name, best, worst):
    """The exercise of MaxBackward or MinBackward."""
    what, other = ("largest", "smallest") if best is np.max else ("smallest", "largest")
    return RuleExercise(
        name,
        reductions(
            Sample("ties", ([[2.0, 2.0, 1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1.0]],), "", {"dim": 1}),
            Sample("ties in a whole matrix", ([[3.0, 1.0], [1.0, 3.0]],)),
            Sample("both zeros", ([0.0, -0.0],)),
            Sample(
                "infinities", ([[np.inf, 1.0, np.inf], [-np.inf, 1.0, -np.inf]],), "", {"dim": 1}
            ),
            infinite_upstream([[1.0, 2.0], [4.0, 3.0]], params={"dim": 1}, extra=True),
            empty=False,
        ),
        (
            Mistake(
                f"all of g for each of the entries that tie. They share it: divide by how many are"
                f" {what}, `won.sum(axis=dim, keepdims=True)`.",
                lambda g, x, dim=None, keepdim=False: (back(g, x, dim) * won(x, dim, best),),
            ),
            Mistake(
                f"g for the first of the {what} alone. That is the rule of `{best.__name__}(dim)`,"
                " which names an index; here those that tie share g evenly.",
                lambda g, x, dim=None, keepdim=False: (back(g, x, dim) * first(x, dim, best),),
            ),
            Mistake(
                f"at the {what} entry of the whole array alone. Each result has its own winner,"
                " along `dim`.",
                lambda g, x, dim=None, keepdim=False: (back(g, x, dim) * won(x, None, best),),
            ),
            Mistake(
                f"at the {other} entry; g goes to the {what}, which made the result.",
                lambda g, x, dim=None, keepdim=False: (back(g, x, dim) * won(x, dim, worst),),
            ),
            Mistake(
                "g everywhere; that is the rule of a sum. An entry that did not win does not change"
                " the result, and gets 0.",
                lambda g, x, dim=None, keepdim=False: (back(g, x, dim),),
            ),
            Mistake(
                "g times `{x}` where it won; the slope there is 1.",
                lambda g, x, dim=None, keepdim=False: (back(g, x, dim) * x * won(x, dim, best),),
            ),
            Mistake(
                ACROSS,
                lambda g, x, dim=None, keepdim=False: (across(g, x, dim) * won(x, dim, best),),
            ),
            Mistake(
                "shared out in proportion to the entries. Only the winner is in the result, and"
                " it gets all of g.",
                lambda g, x, dim=None, keepdim=False: (
                    back(g, x, dim) * x / best(x, axis=dim, keepdims=True),
                ),
            ),
            Mistake(
                "g times a softmax; that is the rule of the *soft* maximum, `logsumexp`. Here the"
                " winner gets all of g.",
                lambda g, x, dim=None, keepdim=False: (
                    back(g, x, dim) * shares(x if best is np.max else -x, dim),
                ),
            ),
            Mistake(
                f"everywhere but at the {what} entry, which is the one it belongs to.",
                lambda g, x, dim=None, keepdim=False: (back(g, x, dim) * ~won(x, dim, best),),
            ),
            Mistake(
                "divided by how many entries make one result, or by how many winners there are in"
                " the whole array. Only the winners of one result share its g: count them along"
                " `dim`, with `keepdims=True`.",
                lambda g, x, dim=None, keepdim=False: (
                    back(g, x, dim) * won(x, dim, best) / won(x, dim, best).sum(),
                ),
            ),
            Mistake(
                f"divided by the *share* of the {what} among the entries, their mean. Divide by"
                " their number, which is a sum.",
                lambda g, x, dim=None, keepdim=False: (
                    back(g, x, dim)
                    * won(x, dim, best)
                    / won(x, dim, best).mean(axis=dim, keepdims=True),
                ),
            ),
        ),
        results=(
            Mistake(
                f"the {other}, where the {what} is asked for.",
                lambda x, dim=None, keepdim=False: worst(x, axis=dim, keepdims=keepdim),
            ),
            Mistake(
                f"the {what} of the absolute values: each entry counts with its sign.",
                lambda x, dim=None, keepdim=False: best(abs(x), axis=dim, keepdims=keepdim),
            ),
            Mistake(
                f"the place of the {what} entry, `arg{best.__name__}`, and not its value.",
                lambda x, dim=None, keepdim=False: (
                    (np.argmax if best is np.max else np.argmin)(x, axis=dim, keepdims=keepdim)
                    * 1.0
                ),
            ),
        ),
        reduces=True,
    )


MAX = extreme("MaxBackward", np.max, np.min)
MIN = extreme("MinBackward", np.min, np.max)


MEAN = RuleExercise(
    "MeanBackward",
    reductions(),
    (
        Mistake(
            "the undivided g; that is the rule of a sum. Of n entries each moves the mean by 1/n.",
            lambda g, x, dim=None, keepdim=False: (back(g, x, dim),),
        ),
        Mistake(
            "divided by the number of all entries of `{x}`. One result is made of fewer: divide by"
            " the length of the reduced axes alone. (Or it is divided by that twice, which is the"
            " same on a square.)",
            lambda g, x, dim=None, keepdim=False: (back(g, x, dim) / x.size,),
        ),
        Mistake(
            "divided by how many results there are, or by `len({x})`. n is how many entries make"
            " one result: the length of the axes that are gone, not of those that stay.",
            lambda g, x, dim=None, keepdim=False: (back(g, x, dim) / g.size,),
        ),
        Mistake(ACROSS, lambda g, x, dim=None, keepdim=False: (across(g, x, dim) / terms(x, dim),)),
        Mistake(
            "g times `{x}` / n. The slope of a mean along each of its entries is 1/n.",
            lambda g, x, dim=None, keepdim=False: (back(g, x, dim) * x / terms(x, dim),),
        ),
        Mistake(
            "the mean of g, everywhere. Each entry of `{x}` went into one result only, and gets the"
            " g of that.",
            lambda g, x, dim=None, keepdim=False: (np.full_like(x, g.mean()),),
        ),
        Mistake(
            "g times the deviation from the mean. The slope of a mean along each entry is 1/n,"
            " whatever the entries are.",
            lambda g, x, dim=None, keepdim=False: (back(g, x, dim) * deviation(x, dim),),
        ),
        Mistake(
            "multiplied by n, the number of entries that make one result: divide by it.",
            lambda g, x, dim=None, keepdim=False: (back(g, x, dim) * terms(x, dim),),
        ),
        Mistake(
            "divided by n − 1. That belongs to a variance; the mean is divided by n, and so is g.",
            lambda g, x, dim=None, keepdim=False: (
                back(g, x, dim) / np.array(terms(x, dim) - 1, x.dtype),
            ),
        ),
    ),
    results=(
        Mistake(
            "the sum: divide it by n, the number of entries that make one result.",
            lambda x, dim=None, keepdim=False: x.sum(axis=dim, keepdims=keepdim),
        ),
        Mistake(
            "the median, the entry in the middle; the mean is the sum divided by n.",
            lambda x, dim=None, keepdim=False: np.median(x, axis=dim, keepdims=keepdim),
        ),
        Mistake(
            "the sum divided by the number of all entries of `x`. One result is made of fewer.",
            lambda x, dim=None, keepdim=False: x.sum(axis=dim, keepdims=keepdim) / x.size,
        ),
    ),
    reduces=True,
)

TOO_LARGE = (
    "The scores are too large or too small for their exponentials. Subtract the largest of the row"
    " first and add it to the logarithm."
)


def shares(x, dim):
    e = np.exp(x - x.max(axis=dim, keepdims=True))
    return e / e.sum(axis=dim, keepdims=True)


def logsumexp(x, dim, keepdim):
    m = x.max(axis=dim, keepdims=True)
    z = np.log(np.exp(x - m).sum(axis=dim, keepdims=True)) + m
    return z if keepdim else z.squeeze(dim)


LOGSUMEXP = RuleExercise(
    "LogsumexpBackward",
    reductions(
        Sample(
            "scores far from 0",
            ([[1000.0, 1001.0, 999.0], [-1000.0, -1001.0, -999.0]],),
            TOO_LARGE,
            {"dim": 1},
        ),
        Sample("a masked score", ([[0.0, -np.inf, 1.0], [2.0, 2.0, -np.inf]],), "", {"dim": 1}),
        whole=False,
        empty=False,
    ),
    (
        Mistake(
            "g times e to the power of `{x}`: the slope of the sum. The logarithm's own slope, one"
            " divided by the sum, is missing.",
            lambda g, x, dim, keepdim=False: (back(g, x, dim) * np.exp(x),),
        ),
        Mistake(
            "g times the share of each entry in the sum over the whole array; the shares of one"
            " result are taken in its own row, `sum(axis=dim, keepdims=True)`.",
            lambda g, x, dim, keepdim=False: (back(g, x, dim) * np.exp(x) / np.exp(x).sum(),),
        ),
        Mistake(
            "g times ({x} − z), the logarithm of the share: `np.exp` of it is missing.",
            lambda g, x, dim, keepdim=False: (
                back(g, x, dim) * (x - np.log(np.exp(x).sum(axis=dim, keepdims=True))),
            ),
        ),
        Mistake(
            "g times e to the power of `{x}`, divided by z. The slope of a logarithm is one divided"
            " by what is *in* it, the sum; z is its result.",
            lambda g, x, dim, keepdim=False: (
                back(g, x, dim) * np.exp(x) / np.log(np.exp(x).sum(axis=dim, keepdims=True)),
            ),
        ),
        Mistake(
            "all of g for the largest entry; that is the rule of the hard maximum. Here each entry"
            " gets its share.",
            lambda g, x, dim, keepdim=False: (back(g, x, dim) * won(x, dim, np.max),),
        ),
        Mistake(
            "g everywhere; that is the rule of a sum. The shares of a row are positive and sum to"
            " 1.",
            lambda g, x, dim, keepdim=False: (back(g, x, dim),),
        ),
        Mistake(
            "that of a softmax. Here its values are the slopes themselves: multiply g by them.",
            lambda g, x, dim, keepdim=False: (
                back(g, x, dim) * shares(x, dim) * (1 - shares(x, dim)),
            ),
        ),
        Mistake(
            ACROSS,
            lambda g, x, dim, keepdim=False: (across(g, x, dim) * shares(x, dim),),
        ),
        Mistake(
            "g divided by the sum of exponentials: multiplied by e to the power of `{x}` it would"
            " be the share.",
            lambda g, x, dim, keepdim=False: (
                back(g, x, dim) / np.exp(x).sum(axis=dim, keepdims=True),
            ),
        ),
        Mistake(
            "g times 1 − the share: what an entry gets *is* its share.",
            lambda g, x, dim, keepdim=False: (back(g, x, dim) * (1 - shares(x, dim)),),
        ),
        Mistake(
            "made with the shares of the entries themselves; they are the shares of their"
            " exponentials.",
            lambda g, x, dim, keepdim=False: (
                back(g, x, dim) * x / x.sum(axis=dim, keepdims=True),
            ),
        ),
        Mistake(
            "zero, up to rounding: that is what the rule of a softmax makes of a g that is the"
            " same for the entries of a row. Here the shares are the slopes themselves, g · share.",
            lambda g, x, dim, keepdim=False: (np.zeros_like(x),),
        ),
    ),
    results=(
        Mistake(
            "too small by the largest entry of the row: what was subtracted before the exponential"
            " has to be added to the logarithm.",
            lambda x, dim, keepdim=False: (
                logsumexp(x, dim, keepdim) - x.max(axis=dim, keepdims=keepdim)
            ),
        ),
        Mistake(
            "the logarithm of the *mean* of the exponentials: take their sum.",
            lambda x, dim, keepdim=False: logsumexp(x, dim, keepdim) - np.log(terms(x, dim)),
        ),
        Mistake(
            "the sum of the entries: a logarithm of each exponential is that entry again. Sum the"
            " exponentials first, then take one logarithm.",
            lambda x, dim, keepdim=False: x.sum(axis=dim, keepdims=keepdim),
        ),
        Mistake(
            "the sum of the exponentials, without the logarithm.",
            lambda x, dim, keepdim=False: np.exp(x).sum(axis=dim, keepdims=keepdim),
        ),
        Mistake(
            "the largest entry itself: the logarithm of the sum is missing from it.",
            lambda x, dim, keepdim=False: x.max(axis=dim, keepdims=keepdim),
        ),
    ),
    reduces=True,
)


def deviation(x, dim):
    return x - x.mean(axis=dim, keepdims=True)


EXERCISES = SUM, MEAN, MAX, MIN, LOGSUMEXP
