"""The exercises on arithmetic."""

import numpy as np

from ...core.autograd import unbroadcast
from ..rule import Mistake, RuleExercise
from ..samples import Sample, elementwise, elementwise_pair
from . import elementary

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
        Mistake(
            "shared out in proportion to the inputs. A sum has slope 1 along each: both get all"
            " of g.",
            lambda g, a, b: (g * a / (a + b), g * b / (a + b)),
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
            "g passed on unchanged; that is the rule of a sum. Here the slope is `{other}`.",
            lambda g, a, b: (g, g),
        ),
        Mistake(
            "summed too early: it is the sum of g times `{other}`, and should be the sum of"
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
        Mistake(
            "g times the sum of both factors: the slope along `{x}` is `{other}` alone.",
            lambda g, a, b: (g * (a + b), g * (a + b)),
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
            "g times the difference of the inputs; the slopes of z are 1 and −1, whatever the"
            " inputs are.",
            lambda g, a, b: (g * (a - b), -g * (a - b)),
        ),
        Mistake(
            "g times an input; that is the rule of a product. The slopes of z are 1 and −1.",
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
        Mistake(
            "−g · a; the slope along `b` is −a / b²: divide by b².", lambda g, a, b: (g / b, -g * a)
        ),
        Mistake(
            "that of b / a, with the places exchanged: along `b` the slope is −a / b².",
            lambda g, a, b: (g / b, -g * b / (a * a)),
        ),
        Mistake(
            "−g · b / a, with the places exchanged: along `b` the slope is −a / b².",
            lambda g, a, b: (g / b, -g * b / a),
        ),
        Mistake(
            "g · ln b. A logarithm comes from integrating 1 / b; its slope is −1 / b².",
            lambda g, a, b: (g / b, g * np.log(b)),
        ),
    ),
    broadcasts=True,
)


def _along_base(g, a, b):
    return g * b * a ** (b - 1 + (b == 0))


def _along_exponent(g, a, b):
    return g * a**b * np.log(a + ((a == 0) & (b >= 0)))


POW = RuleExercise(
    "PowBackward",
    elementwise_pair(
        Sample(
            "whole exponents of negative bases",
            ([-2.0, -0.5, -1.0, 3.0], [2.0, 3.0, -1.0, 0.0]),
            "Write the slope along the base as b · aᵇ⁻¹, without a logarithm.",
            wanted=(True, False),
        ),
        Sample(
            "a square of zero",
            ([0.0, -0.0, 2.0], [2.0]),
            "z · b / a is 0/0 where the base is 0; b · aᵇ⁻¹ is 0 there.",
            wanted=(True, False),
            extra=True,
        ),
        Sample(
            "the power 0 of zero",
            ([0.0, 2.0], [0.0, 0.0]),
            "The power 0 is a constant, so its slope along the base is 0, at 0 as well; and along"
            " the exponent it is taken as 0 where the base is 0.",
            extra=True,
        ),
        within=(0.5, 2.0),
    ),
    (
        Mistake(
            "built with a power too high: the exponent falls by one, b · aᵇ⁻¹.",
            lambda g, a, b: (g * b * a**b, _along_exponent(g, a, b)),
        ),
        Mistake(
            "without the factor b: the power rule is b · aᵇ⁻¹.",
            lambda g, a, b: (g * a ** (b - 1), _along_exponent(g, a, b)),
        ),
        Mistake(
            "g · z: the logarithm of the base is missing. Only for the base e is it 1.",
            lambda g, a, b: (_along_base(g, a, b), g * a**b),
        ),
        Mistake(
            "by the power rule with the places exchanged; along the exponent it is the exponential"
            " rule, g · z · ln a.",
            lambda g, a, b: (_along_base(g, a, b), g * a * b ** (a - 1)),
        ),
        Mistake(
            "made of both rules at once, b · aᵇ⁻¹ · ln a. Along the exponent z is an exponential,"
            " and the slope is z · ln a.",
            lambda g, a, b: (_along_base(g, a, b), g * b * a ** (b - 1) * np.log(a)),
        ),
        Mistake(
            "made with the factor b − 1. The exponent falls by one, and the factor is the old one:"
            " b · aᵇ⁻¹.",
            lambda g, a, b: (g * (b - 1) * a ** (b - 1), None),
        ),
        Mistake(
            "with the logarithm of the exponent: it is that of the base, ln a.",
            lambda g, a, b: (_along_base(g, a, b), g * a**b * np.log(b)),
        ),
        Mistake(
            "without z: along the exponent the slope is z · ln a.",
            lambda g, a, b: (_along_base(g, a, b), g * np.log(a) + 0 * b),
        ),
        Mistake(
            "zero: the exponent is taken for a constant, and it is an input like the base.",
            lambda g, a, b: (_along_base(g, a, b), 0 * g * b),
        ),
        Mistake(
            "2 · g · `{x}`, which holds for squares alone.",
            lambda g, a, b: (2 * g * a, _along_exponent(g, a, b)),
        ),
        Mistake(
            "one derivative too far: b · (b − 1) · aᵇ⁻² is the second one, and this is part of"
            " it. The slope is b · aᵇ⁻¹.",
            lambda g, a, b: (g * (b - 1) * a ** (b - 2), None),
        ),
        Mistake(
            "b · aᵇ⁺¹: the exponent falls by one, as in b · aᵇ⁻¹.",
            lambda g, a, b: (g * b * a ** (b + 1), None),
        ),
        Mistake(
            "divided by b, as when integrating. The factor b multiplies: b · aᵇ⁻¹.",
            lambda g, a, b: (g * a ** (b - 1) / b, None),
        ),
        Mistake(
            "divided by the logarithm: along the exponent the slope is z · ln a.",
            lambda g, a, b: (None, g * a**b / np.log(a)),
        ),
        Mistake(
            "made with the logarithm to base 10; it is the natural one, `np.log`.",
            lambda g, a, b: (None, g * a**b * np.log10(a)),
        ),
        Mistake(
            "made with the logarithm to base 2; it is the natural one, `np.log`.",
            lambda g, a, b: (None, g * a**b * np.log2(a)),
        ),
    ),
    broadcasts=True,
)


EXERCISES = ADD, SUB, NEG, MUL, DIV, POW, *elementary.EXERCISES
