"""The exercises on choosing between values."""

import numpy as np

from ..rule import Mistake, RuleExercise
from ..samples import Sample, elementwise_pair, infinite_upstream


def _extremum(name, wins, word):
    """The exercise of the larger or the smaller of two; `wins(a, b)` is where a is chosen."""
    return RuleExercise(
        name,
        elementwise_pair(
            Sample(
                "ties",
                ([[1.0, 2.0, 0.0], [3.0, -1.0, 5.0]], [[1.0, 1.0, -0.0], [4.0, -1.0, 5.0]]),
                "Where both are equal, each gets half of g.",
            ),
            Sample("one tensor and a number", ([-1.0, 0.0, 2.0], 0.0)),
            Sample(
                "infinities",
                ([np.inf, -np.inf, np.inf, 1e300], [1.0, 1.0, np.inf, -1e300]),
                "Compare `a` with `b`; their difference is nan where both are infinite.",
            ),
            infinite_upstream([1.0, 2.0], [2.0, 1.0], extra=True),
        ),
        (
            Mistake(
                f"g where the *other* one is chosen: it belongs to the {word}.",
                lambda g, a, b: (g * wins(b, a), g * wins(a, b)),
            ),
            Mistake(
                "all of g where both are equal: together they can get no more than g, and it is"
                " shared half and half.",
                lambda g, a, b: (g * ~wins(b, a), g * ~wins(a, b)),
            ),
            Mistake(
                "0 where both are equal: g must not be lost there, and it is shared half and half.",
                lambda g, a, b: (g * wins(a, b), g * wins(b, a)),
            ),
            Mistake(
                f"g everywhere: what was not chosen has no part in z. Only the {word} gets g.",
                lambda g, a, b: (g + 0 * a, g + 0 * b),
            ),
            Mistake(
                "half of g everywhere: it is shared only where both are equal.",
                lambda g, a, b: (g / 2, g / 2),
            ),
            Mistake(
                f"g times `{{x}}` where it is the {word}; the slope there is 1.",
                lambda g, a, b: (g * a * wins(a, b), g * b * wins(b, a)),
            ),
            Mistake(
                "decided by comparing `{x}` with 0: compare the two inputs with each other.",
                lambda g, a, b: (g * wins(a, 0), g * wins(b, 0)),
            ),
            Mistake(
                "made by comparing g with `{x}`: g itself is not compared, only `a` with `b`.",
                lambda g, a, b: (np.where(wins(g, a), g, a), np.where(wins(g, b), g, b)),
            ),
            Mistake(
                "−g where the other one is chosen: there it is 0, since it has no part in z.",
                lambda g, a, b: (np.where(wins(b, a), -g, g), np.where(wins(a, b), -g, g)),
            ),
            Mistake(
                "shared in proportion to the inputs: z is one of the two, and that one gets all"
                " of g.",
                lambda g, a, b: (g * a / (a + b), g * b / (a + b)),
            ),
        ),
        broadcasts=True,
    )


MAXIMUM = _extremum("MaximumBackward", lambda a, b: a > b, "larger")
MINIMUM = _extremum("MinimumBackward", lambda a, b: a < b, "smaller")

# An elementwise choice. Conditions and masks are arrays of truth values, and want no gradient.

ODD = np.array([[True, False, True], [False, True, False]])
ROW = np.array([True, False, False])

WHERE = RuleExercise(
    "WhereBackward",
    (
        Sample("equal shapes", (ODD, (2, 3), (2, 3))),
        Sample("a condition shared by a batch", (ROW, (4, 3), (4, 3))),
        Sample("a row where it doesn't hold", (ODD, (2, 3), (3,))),
        Sample("a row where it holds", (ODD, (3,), (2, 3))),
        Sample("numbers", (ODD, (), ())),
        Sample("a column with a row", (np.array([[True], [False]]), (2, 1), (1, 3))),
        Sample("an empty batch", (np.zeros((0, 3), bool), (0, 3), (3,))),
        Sample("always and never", (np.array([True, True]), (2,), (2,))),
        Sample("float32", (ODD, (2, 3), (3,)), dtype=np.float32),
        Sample("an input without gradient", (ODD, (2, 3), (3,)), wanted=(False, True, False)),
        Sample("an input without gradient", (ODD, (2, 3), (3,)), wanted=(False, False, True)),
        Sample(
            "infinities that were not chosen",
            (np.array([True, False]), [1.0, np.inf], [np.nan, 2.0]),
            "What was not chosen must not come in, and 0 · ∞ is nan: choose with `np.where`, don't"
            " multiply by 0 and 1.",
        ),
        infinite_upstream(np.array([True, False]), [1.0, 2.0], [3.0, 4.0]),
    ),
    (
        Mistake(
            "g where the other one was chosen: `a` is chosen where the condition holds.",
            lambda g, c, a, b: (None, g * ~c, g * c),
        ),
        Mistake(
            "g everywhere: what was not chosen has no part in z, and gets 0.",
            lambda g, c, a, b: (None, g + 0 * c, g + 0 * c),
        ),
        Mistake(
            "the value alone, where it was chosen: g is not in it.",
            lambda g, c, a, b: (None, np.where(c, a, 0 * g), np.where(c, 0 * g, b)),
        ),
        Mistake(
            "g times the value; a choice copies, so its slope is 1 where it chose and 0 elsewhere.",
            lambda g, c, a, b: (None, np.where(c, g * a, 0), np.where(c, 0, g * b)),
        ),
        Mistake(
            "decided by the sign of the value: it is the condition that chooses.",
            lambda g, c, a, b: (None, g * (a > 0), g * (b > 0)),
        ),
        Mistake(
            "half of g, for both: what was chosen gets all of it, and the other one nothing.",
            lambda g, c, a, b: (None, g / 2, g / 2),
        ),
        Mistake(
            "given to the larger value, as in a maximum: it is the condition that chooses.",
            lambda g, c, a, b: (None, g * (a > b), g * (b > a)),
        ),
    ),
    broadcasts=True,
)

MASKED_FILL = RuleExercise(
    "MaskedFillBackward",
    (
        Sample("one number", ((2, 3), ODD), params={"value": 0.5}),
        Sample("a mask shared by a batch", ((4, 3), ROW), params={"value": -2.0}),
        Sample("a column of a mask", ((2, 3), ODD[:, :1]), params={"value": 0.0}),
        Sample("a single number", ((), np.array(True)), params={"value": 3.0}),
        Sample("an empty batch", ((0, 3), ROW), params={"value": 1.0}),
        Sample("float32", ((2, 3), ODD), params={"value": 0.1}, dtype=np.float32),
        Sample(
            "−∞, as before a softmax",
            ((3, 3), np.triu(np.ones((3, 3), bool), 1)),
            "0 · ∞ is nan: choose with `np.where`, don't multiply by 0 and 1.",
            params={"value": -np.inf},
        ),
        Sample(
            "infinities under the mask",
            ([1.0, np.inf, np.nan], np.array([False, True, True])),
            "What is covered must not come in, and 0 · ∞ is nan: choose with `np.where`.",
            params={"value": 0.0},
        ),
        infinite_upstream([1.0, 2.0], np.array([True, False]), params={"value": 0.0}),
    ),
    (
        Mistake(
            "g where the mask holds: there `{x}` was covered, and the rest is what came through.",
            lambda g, x, mask, value: (g * mask, None),
        ),
        Mistake(
            "g everywhere: what the mask covered has no part in z, and gets 0.",
            lambda g, x, mask, value: (g + 0 * x, None),
        ),
        Mistake(
            "g with `value` filled in under the mask: values are filled in forward. In the gradient"
            " there is 0.",
            lambda g, x, mask, value: (np.where(mask, value, g), None),
        ),
        Mistake(
            "g times `value` under the mask: there z is a constant, and the gradient 0.",
            lambda g, x, mask, value: (np.where(mask, g * value, g), None),
        ),
        Mistake(
            "−g under the mask: there z is a constant, and the gradient 0.",
            lambda g, x, mask, value: (np.where(mask, -g, g), None),
        ),
    ),
    broadcasts=True,
)


def _inside(x, min=None, max=None):
    return np.clip(x, min, max) == x


def _on_bound(x, min=None, max=None):
    return (x == min) | (x == max)


LEFT_OUT = "A bound that is left out is None, and bounds nothing."

CLAMP = RuleExercise(
    "ClampBackward",
    (
        Sample("two bounds", ((4, 5),), params={"min": -0.5, "max": 0.8}),
        Sample("a lower bound", ((6,),), LEFT_OUT, {"min": 0.0}),
        Sample("an upper bound", ((2, 3, 2),), LEFT_OUT, {"max": 0.25}),
        Sample("a single number", ((),), params={"min": 2.0, "max": 3.0}),
        Sample("an empty batch", ((0, 3),), params={"min": 0.0, "max": 1.0}),
        Sample("float32", ((4, 5),), params={"min": -0.5, "max": 0.8}, dtype=np.float32),
        Sample(
            "the bounds themselves",
            ([0.0, 1.0, -0.0, 0.5, 2.0],),
            "On a bound nothing was cut off, and g passes.",
            params={"min": 0.0, "max": 1.0},
        ),
        Sample("infinities", ([np.inf, -np.inf, 1e300, 0.1],), params={"min": -1.0, "max": 1.0}),
        infinite_upstream([-2.0, 0.5, 2.0], params={"min": -1.0, "max": 1.0}, extra=True),
    ),
    (
        Mistake(
            "0 on a bound: there nothing was cut off, so g passes. Otherwise what was once set to"
            " the bound could never leave it.",
            lambda g, x, **bounds: (g * (_inside(x, **bounds) & ~_on_bound(x, **bounds)),),
        ),
        Mistake(
            "0 on the upper bound: both bounds are included.",
            lambda g, x, min=None, max=None: (g * (_inside(x, min, max) & (x != max)),),
        ),
        Mistake(
            "0 on the lower bound: both bounds are included.",
            lambda g, x, min=None, max=None: (g * (_inside(x, min, max) & (x != min)),),
        ),
        Mistake(
            "g everywhere: beyond a bound z does not move with `{x}`, and the slope is 0.",
            lambda g, x, **bounds: (g + 0,),
        ),
        Mistake(
            "g cut off at the bounds. They are bounds for `{x}`: what is beyond gets 0, and the"
            " rest gets g as it is.",
            lambda g, x, min=None, max=None: (np.clip(g, min, max),),
        ),
        Mistake(
            "open where it should be shut: g passes between the bounds.",
            lambda g, x, **bounds: (g * ~_inside(x, **bounds),),
        ),
        Mistake(
            "g times the result; between the bounds the slope is 1.",
            lambda g, x, min=None, max=None: (g * np.clip(x, min, max),),
        ),
        Mistake(
            "g times `{x}` between the bounds, where the slope is 1.",
            lambda g, x, **bounds: (g * x * _inside(x, **bounds),),
        ),
        Mistake(
            "g beyond the upper bound: there z does not move either. Both bounds count.",
            lambda g, x, min=None, max=None: (g * (x >= (-np.inf if min is None else min)),),
        ),
        Mistake(
            "g beyond the lower bound: there z does not move either. Both bounds count.",
            lambda g, x, min=None, max=None: (g * (x <= (np.inf if max is None else max)),),
        ),
        Mistake(
            "made with bounds of −1 and 1: take `min` and `max`.",
            lambda g, x, **bounds: (g * (np.abs(x) < 1),),
        ),
        Mistake(
            "the rule of ReLU, which is a clamp at 0: take `min` and `max`.",
            lambda g, x, **bounds: (g * (x > 0),),
        ),
        Mistake(
            "−g beyond the bounds; there it is 0.",
            lambda g, x, **bounds: (np.where(_inside(x, **bounds), g, -g),),
        ),
    ),
)


def _triangle(name, cut, other, word):
    """The exercise of a triangle of a matrix; `cut(x, diagonal)` makes the rest 0."""
    infinite = np.zeros((3, 3))
    infinite[[0, 2], [2, 0]] = np.inf
    return RuleExercise(
        name,
        (
            Sample("a square", ((3, 3),)),
            Sample("a wide matrix", ((2, 4),)),
            Sample("a tall matrix", ((4, 2),)),
            Sample("a batch", ((2, 3, 3),)),
            Sample("a diagonal above", ((4, 4),), params={"diagonal": 1}),
            Sample("a diagonal below", ((2, 4, 3),), params={"diagonal": -1}),
            Sample("a diagonal outside", ((2, 3),), params={"diagonal": -5}),
            Sample("an empty batch", ((0, 3, 3),)),
            Sample("float32", ((3, 4),), dtype=np.float32),
            Sample(
                "infinities that are cut off",
                (infinite,),
                "0 · ∞ is nan: cut with `np.tril`, `np.triu` or `np.where`, don't multiply by 0"
                " and 1.",
            ),
        ),
        (
            Mistake(
                "that of the other triangle. What was kept gets its g, what was cut off gets 0.",
                lambda g, x, diagonal=0: (other(g, diagonal),),
            ),
            Mistake(
                f"g everywhere: outside the {word} triangle z is 0 whatever `{{x}}` is there.",
                lambda g, x, diagonal=0: (g + 0,),
            ),
            Mistake(
                "cut along the main diagonal: keep `diagonal` in `forward`, as"
                " `self.diagonal = diagonal`, and use it in `apply`.",
                lambda g, x, diagonal=0: (cut(g, 0),),
            ),
            Mistake(
                "0 on the edge of the triangle, which is kept.",
                lambda g, x, diagonal=0: (g - other(g, diagonal),),
            ),
            Mistake(
                "cut along the wrong diagonal: the same one as in the forward pass, with its sign.",
                lambda g, x, diagonal=0: (cut(g, -diagonal),),
            ),
            Mistake(
                "the triangle of `{x}`: g is not in it.",
                lambda g, x, diagonal=0: (cut(x, diagonal),),
            ),
            Mistake(
                "cut one diagonal too far out: the same `diagonal` as in the forward pass.",
                lambda g, x, diagonal=0: (cut(g, diagonal + (1 if cut is np.tril else -1)),),
            ),
        ),
    )


TRIL = _triangle("TrilBackward", np.tril, np.triu, "lower")
TRIU = _triangle("TriuBackward", np.triu, np.tril, "upper")

EXERCISES = MAXIMUM, MINIMUM, CLAMP, WHERE, MASKED_FILL, TRIL, TRIU
