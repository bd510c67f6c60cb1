"""The exercises on arithmetic."""

from ...core.autograd import unbroadcast
from ..rule import Mistake, RuleExercise
from ..samples import Sample, elementwise_pair

HUGE = [1e150, -1e150, 1e-150, 0.0, -0.0, 3.0]

ADD = RuleExercise(
    "AddBackward",
    elementwise_pair(Sample("extremes", (HUGE, [1e-150, 1e150, 0.0, -0.0, 1e150, -3.0]))),
    (
        Mistake(
            "g times the input `{other}`; that is the rule of a product. The slope of a sum is 1.",
            lambda g, a, b: (g * b, g * a),
        ),
        Mistake(
            "g times `{x}`, and the slope of a sum along each input is 1.",
            lambda g, a, b: (g * a, g * b),
        ),
        Mistake(
            "half of g. A sum does not share g out among its inputs: each gets all of it.",
            lambda g, a, b: (g / 2, g / 2),
        ),
    ),
    broadcasts=True,
)

MUL = RuleExercise(
    "MulBackward",
    elementwise_pair(Sample("zeros and extremes", (HUGE, [1e-150, 1e150, 0.0, -0.0, 1e150, -3.0]))),
    (
        Mistake(
            "g · `{x}`: the factors are exchanged. The slope of a product along `{x}` is the other"
            " factor, `{other}`.",
            lambda g, a, b: (g * a, g * b),
        ),
        Mistake(
            "`{other}` alone: multiply by the upstream gradient g.",
            lambda g, a, b: (b + 0 * a, a + 0 * b),
        ),
        Mistake(
            "g passed on unchanged; that is the rule of a sum. Here the slope is `{other}`.",
            lambda g, a, b: (g, g),
        ),
        Mistake(
            "summed too early: it is the sum of g times `{other}`, and what is due is the sum of"
            " the products. Multiply first, then `unbroadcast`.",
            lambda g, a, b: (unbroadcast(g, a.shape) * b, unbroadcast(g, b.shape) * a),
        ),
        Mistake(
            "g · z: both factors are in it, and only `{other}` belongs there.",
            lambda g, a, b: (g * a * b, g * a * b),
        ),
        Mistake(
            "g · z / `{x}`, which is 0/0 where `{x}` is zero. Use `{other}` itself.",
            lambda g, a, b: (g * (a * b) / a, g * (a * b) / b),
        ),
    ),
    broadcasts=True,
)

EXERCISES = ADD, MUL
