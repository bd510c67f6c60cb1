"""The exercises on products, and on sums that go on."""

import numpy as np

from ..rule import Mistake, RuleExercise
from ..samples import Sample
from .reductions import ACROSS, across, back, reductions


def running(about, shape, dim, hint="", **more):
    return Sample(about, (shape,), hint, {"dim": dim}, **more)


def from_the_end(g, dim):
    return np.flip(np.flip(g, dim).cumsum(dim), dim)


CUMSUM = RuleExercise(
    "CumsumBackward",
    (
        running("a vector", (5,), 0),
        running("columns of a square", (4, 4), 0),
        running("rows of a square", (4, 4), 1),
        running("rows of a table", (3, 4), -1),
        running("the middle one of three axes", (2, 4, 3), 1),
        running("an axis counted from the end", (2, 4, 3), -2),
        running("one entry", (1,), 0),
        running("no rows", (0, 3), 1),
        running("nothing to run along", (0, 3), 0),
        running("float32", (3, 4), 1, dtype=np.float32),
    ),
    (
        Mistake(
            "the running sum from the front. `{x}`[j] is in the results from j *on*: sum g from the"
            " end. (`[::-1]` turns axis 0 around; it has to stand at the place of `dim`.)",
            lambda g, x, dim: (g.cumsum(dim),),
        ),
        Mistake(
            "not turned back: the sums are right, and stand in reverse order.",
            lambda g, x, dim: (np.flip(g, dim).cumsum(dim),),
        ),
        Mistake(
            "turned around after the running sum, and not before it: turn g, sum, and turn again.",
            lambda g, x, dim: (np.flip(g.cumsum(dim), dim),),
        ),
        Mistake(
            "a running sum along axis 0; `dim` says along which one the sums run.",
            lambda g, x, dim: (from_the_end(g, 0),),
        ),
        Mistake(
            "the sum of what comes *after* each entry, without its own g: `{x}`[j] is in z[j] too.",
            lambda g, x, dim: (from_the_end(g, dim) - g,),
        ),
        Mistake(
            "the sum of all of g, for every entry; `{x}`[j] is only in the results from j on.",
            lambda g, x, dim: (np.broadcast_to(g.sum(dim, keepdims=True), x.shape),),
        ),
        Mistake(
            "its own g times the number of results from there on. That is their sum only where all"
            " of g is equal, as in the prediction; add up what each of them received.",
            lambda g, x, dim: (g * from_the_end(np.ones_like(g), dim),),
        ),
        Mistake(
            "g as it came; each entry is in all later results, too, and collects their g.",
            lambda g, x, dim: (g,),
        ),
        Mistake(
            "made of differences of g, which undo a running sum. The rule does not undo it: it"
            " sums g from the end.",
            lambda g, x, dim: (np.diff(g, axis=dim, prepend=0),),
        ),
        Mistake(
            "g turned around: the running sum is missing between the two turns.",
            lambda g, x, dim: (np.flip(g, dim),),
        ),
        Mistake(
            "made with `{x}` as a factor; the slope of a sum along each term is 1.",
            lambda g, x, dim: (from_the_end(g * x, dim),),
        ),
        Mistake(
            "a running product from the end; the forward pass adds, and so does the rule.",
            lambda g, x, dim: (np.flip(np.flip(g, dim).cumprod(dim), dim),),
        ),
    ),
    results=(
        Mistake(
            "a running sum through the whole array: each row or column along `dim` has its own,"
            " `x.cumsum(dim)`.",
            lambda x, dim: x.cumsum().reshape(x.shape),
        ),
        Mistake(
            "a running sum from the end: z[i] is made of the entries up to i.",
            lambda x, dim: from_the_end(x, dim),
        ),
        Mistake(
            "the sum of what comes *before* each entry: its own is in it too.",
            lambda x, dim: x.cumsum(dim) - x,
        ),
    ),
)


def quotient(x, dim):
    return x.prod(axis=dim, keepdims=True) / x


PROD = RuleExercise(
    "ProdBackward",
    reductions(
        Sample("a factor of 0", ([[2.0, 0.0, 3.0], [1.0, 2.0, 3.0]],), "", {"dim": 1}),
        Sample("two factors of 0", ([[0.0, 0.0, 3.0], [1.0, 2.0, 3.0]],), "", {"dim": 1}),
        Sample("a 0 in a whole matrix", ([[2.0, 0.0], [3.0, -1.0]],)),
        several=False,
    ),
    (
        Mistake(
            "nan where `{x}` is 0: z / `{x}` is 0/0 there. The product of the *others* is needed;"
            " multiply it out without a division.",
            lambda g, x, dim=None, keepdim=False: (back(g, x, dim) * quotient(x, dim),),
        ),
        Mistake(
            "0 where `{x}` is 0. A factor of 0 is the very one whose change matters: it gets g"
            " times the product of the others.",
            lambda g, x, dim=None, keepdim=False: (
                back(g, x, dim) * np.where(x == 0, 0, quotient(x, dim)),
            ),
        ),
        Mistake(
            "g · z: `{x}` itself is in it. Its slope is the product of the other factors.",
            lambda g, x, dim=None, keepdim=False: (
                back(g, x, dim) * x.prod(axis=dim, keepdims=True),
            ),
        ),
        Mistake(
            "made of the product of the whole array; each result is the product along `dim` alone.",
            lambda g, x, dim=None, keepdim=False: (back(g, x, dim) * x.prod() / x,),
        ),
        Mistake(
            "g times `{x}`; the slope along a factor is the product of the *others*.",
            lambda g, x, dim=None, keepdim=False: (back(g, x, dim) * x,),
        ),
        Mistake(
            "g everywhere; that is the rule of a sum. In a product the slope along a factor is the"
            " product of the others.",
            lambda g, x, dim=None, keepdim=False: (back(g, x, dim),),
        ),
        Mistake(
            "g times the sum of the other factors; they are multiplied.",
            lambda g, x, dim=None, keepdim=False: (
                back(g, x, dim) * (x.sum(axis=dim, keepdims=True) - x),
            ),
        ),
        Mistake(
            ACROSS,
            lambda g, x, dim=None, keepdim=False: (across(g, x, dim) * quotient(x, dim),),
        ),
        Mistake(
            "g times the logarithm of `{x}`; the slope along a factor is the product of the"
            " others.",
            lambda g, x, dim=None, keepdim=False: (back(g, x, dim) * np.log(np.abs(x)),),
        ),
        Mistake(
            "g divided by `{x}`: the product itself is missing, z / `{x}`.",
            lambda g, x, dim=None, keepdim=False: (back(g, x, dim) / x,),
        ),
        Mistake(
            "divided by `{x}` twice: the product of the others is z / `{x}`.",
            lambda g, x, dim=None, keepdim=False: (back(g, x, dim) * quotient(x, dim) / x,),
        ),
        Mistake(
            "the product of the factors that are *not 0*, for every factor that is. Where two are"
            " 0, the others of each still contain a 0, and neither gets anything.",
            lambda g, x, dim=None, keepdim=False: (
                back(g, x, dim)
                * np.where(
                    x == 0,
                    np.where(x == 0, 1, x).prod(axis=dim, keepdims=True),
                    x.prod(axis=dim, keepdims=True) / np.where(x == 0, 1, x),
                ),
            ),
        ),
        *(
            Mistake(
                f"z divided by `{{x}}` plus a small number, {eps:g}. That is not z / `{{x}}`, and"
                " where `{x}` is 0 it gives 0: multiply the others out instead.",
                lambda g, x, dim=None, keepdim=False, eps=eps: (
                    back(g, x, dim) * x.prod(axis=dim, keepdims=True) / (x + eps),
                ),
            )
            for eps in (1e-8, 1e-7, 1e-6, 1e-5, 1e-3)
        ),
        Mistake(
            "g · z · `{x}`: divide by `{x}`, which leaves the product of the others.",
            lambda g, x, dim=None, keepdim=False: (back(g, x, dim) * quotient(x, dim) * x * x,),
        ),
    ),
    reduces=True,
)

EXERCISES = PROD, CUMSUM
