"""The exercises on arithmetic."""

import numpy as np

from ...core.autograd import unbroadcast
from ..rule import Mistake, RuleExercise
from ..samples import Sample, elementwise, elementwise_pair

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

SUB = RuleExercise(
    "SubBackward",
    elementwise_pair(Sample("extremes", (HUGE, [1e-150, 1e150, 0.0, -0.0, 1e150, -3.0]))),
    (
        Mistake(
            "g, and z falls where `b` grows: it is −g. The rule is that of a sum.",
            lambda g, a, b: (g, g),
        ),
        Mistake(
            "−g, as if it were b − a. In z = a − b the first input has slope 1, the second −1.",
            lambda g, a, b: (-g, g),
        ),
        Mistake(
            "the difference of the inputs is in it; the slopes of z are 1 and −1, whatever they"
            " are.",
            lambda g, a, b: (g * (a - b), -g * (a - b)),
        ),
        Mistake(
            "times an input; that is the rule of a product. The slopes of z are 1 and −1.",
            lambda g, a, b: (g * b, -g * a),
        ),
    ),
    broadcasts=True,
)

NEG = RuleExercise(
    "NegBackward",
    elementwise(Sample("signed zeros and extremes", ([0.0, -0.0, 1e300, -1e300, np.inf],))),
    (
        Mistake("g: the minus of the forward pass is missing.", lambda g, x: (g + 0,)),
        Mistake("−1 everywhere, the slope alone: multiply by g.", lambda g, x: (0 * g - 1,)),
        Mistake("−g times `{x}`; the slope of −{x} is −1.", lambda g, x: (-g * x,)),
        Mistake("the result z = −{x}; g is not in it.", lambda g, x: (-x,)),
        Mistake("−|g|: it has to change the sign of g, not set it.", lambda g, x: (-np.abs(g),)),
    ),
)

DIV = RuleExercise(
    "DivBackward",
    elementwise_pair(
        Sample("negative divisors", ([1.0, -2.0, 3.0, 0.0], [-2.0, -0.5, 4.0, -1.0])),
        Sample(
            "divisors whose square is no number any more",
            ([1e-200, 3.0, -1e150], [1e-200, 1e160, -1e-170]),
            "The result and both gradients are finite here, but b² is 0 or ∞: divide by b twice"
            " instead.",
        ),
        Sample(
            "division by zero",
            ([1.0, -1.0, 0.0], [0.0, 0.0, 0.0]),
            "By IEEE 754, 1/0 is ∞ and 0/0 is nan; the rule needs no special case for it.",
        ),
        within=(0.5, 2.0),
    ),
    (
        Mistake(
            "g · z: it is to be divided by `b`, with a minus for `b`.",
            lambda g, a, b: (g * (a / b), g * (a / b)),
        ),
        Mistake(
            "without its minus: z falls where `b` grows (for positive z).",
            lambda g, a, b: (g / b, g * a / (b * b)),
        ),
        Mistake(
            "−g · a / b; the power of `b` falls from −1 to −2, so it is −g · a / b².",
            lambda g, a, b: (g / b, -g * a / b),
        ),
        Mistake(
            "−g / b²: the numerator is missing. It is −g · a / b², which is −g · z / b.",
            lambda g, a, b: (g / b, -g / (b * b)),
        ),
        Mistake(
            "zero: the divisor is taken for a constant, and it is an input like the other.",
            lambda g, a, b: (g / b, 0 * g * b),
        ),
        Mistake(
            "g · `{other}`; that is the rule of a product. For z = a / b the slope along `a` is"
            " 1 / b, along `b` it is −a / b².",
            lambda g, a, b: (g * b, g * a),
        ),
        Mistake(
            "g unchanged; along `a` the slope is 1 / b.",
            lambda g, a, b: (g + 0 * b, -g / b * (a / b)),
        ),
        Mistake(
            "divided by `a`: along `a` the slope is 1 / b.",
            lambda g, a, b: (g / a, -g / b * (a / b)),
        ),
        Mistake(
            "summed too early: the sum of g times what it is to be multiplied with is not the sum"
            " of the products. Compute the gradient at the shape of z, then `unbroadcast`.",
            lambda g, a, b: (
                unbroadcast(g, a.shape) / b,
                -unbroadcast(g, b.shape) / b * (a / b),
            ),
        ),
    ),
    broadcasts=True,
)

EXERCISES = ADD, SUB, NEG, MUL, DIV
