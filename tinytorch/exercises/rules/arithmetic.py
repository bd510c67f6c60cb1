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

EXP = RuleExercise(
    "ExpBackward",
    elementwise(
        Sample("both ends", ([-1000.0, 1000.0, 0.0, -0.0, 700.0, -np.inf],)),
    ),
    (
        Mistake(
            "by the power rule, {x}·e^({x} − 1). Here the variable is in the exponent, and the"
            " slope is e^{x} itself.",
            lambda g, x: (g * x * np.exp(x - 1),),
        ),
        Mistake(
            "g · {x} · e^{x}: the slope of e^{x} is e^{x} alone.",
            lambda g, x: (g * x * np.exp(x),),
        ),
        Mistake(
            "e^{x} alone, which is the slope: multiply by g.",
            lambda g, x: (np.exp(x),),
        ),
        Mistake(
            "g · e^z: the exponential is taken twice. If you keep z, it is the slope already.",
            lambda g, x: (g * np.exp(np.exp(x)),),
        ),
        Mistake(
            "g times the input `{x}`; the slope is the result. Keep `z` in its place, or take the"
            " exponential of `{x}` once more.",
            lambda g, x: (g * x,),
        ),
        Mistake("g / e^{x}: multiply by the slope.", lambda g, x: (g / np.exp(x),)),
        Mistake(
            "e^g: the exponential of the forward pass is taken of `{x}`, not of g.",
            lambda g, x: (np.exp(g),),
        ),
    ),
)

LOG = RuleExercise(
    "LogBackward",
    elementwise(
        Sample(
            "both ends",
            ([0.0, 5e-324, 1e-300, 1.0, 1e300, np.inf],),
            "At 0 the slope is ∞, and no small number is to be added against it.",
        ),
        within=(0.2, 3.0),
    ),
    (
        Mistake("g · {x}: divide by `{x}`.", lambda g, x: (g * x,)),
        Mistake(
            "divided by the result: the slope is 1 over the input. Keep `{x}`, not `z`.",
            lambda g, x: (g / np.log(x),),
        ),
        Mistake("1 / {x} alone, which is the slope: multiply by g.", lambda g, x: (1 / x,)),
        Mistake(
            "−g / {x}², the derivative of 1 / {x}: that is one derivative too far.",
            lambda g, x: (-g / x**2,),
        ),
        Mistake("g · e^{x}, the rule of the exponential.", lambda g, x: (g * np.exp(x),)),
        Mistake(
            "g / ({x} · ln 10), that of the logarithm to base 10.",
            lambda g, x: (g / (x * np.log(10)),),
        ),
        Mistake(
            "ln g: the logarithm of the forward pass is that of `{x}`, and its slope is 1 / {x}.",
            lambda g, x: (np.log(g),),
        ),
    ),
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
    ),
    broadcasts=True,
)

SQRT = RuleExercise(
    "SqrtBackward",
    elementwise(
        Sample(
            "both ends",
            ([0.0, 1e-300, 1.0, 1e300, np.inf],),
            "At 0 the slope is ∞, and no small number is to be added against it.",
        ),
        within=(0.2, 3.0),
    ),
    (
        Mistake("g / z: the factor ½ is missing.", lambda g, x: (g / np.sqrt(x),)),
        Mistake("g · 2z: divide by 2z.", lambda g, x: (g * 2 * np.sqrt(x),)),
        Mistake("g · z / 2: divide by z.", lambda g, x: (g * np.sqrt(x) / 2,)),
        Mistake(
            "g / (2{x}): the root is missing. The slope is one over twice the *result*.",
            lambda g, x: (g / (2 * x),),
        ),
        Mistake(
            "g / (2√z): the root is taken twice. If you keep z, it is the root already.",
            lambda g, x: (g / (2 * x**0.25),),
        ),
        Mistake("the slope alone, 1 / (2z): multiply by g.", lambda g, x: (1 / (2 * np.sqrt(x)),)),
        Mistake("g · 2{x}, the rule of the square.", lambda g, x: (g * 2 * x,)),
    ),
)

ABS = RuleExercise(
    "AbsBackward",
    elementwise(
        Sample("exact zeros", ([0.0, -0.0, 1.0, -1.0],), "At 0 the slope is taken as 0."),
        Sample(
            "extremes",
            ([1e300, -1e300, 5e-324, -5e-324, np.inf, -np.inf],),
            "The sign is all that counts, not the size: `np.sign` knows it for every number.",
        ),
    ),
    (
        Mistake(
            "±g where `{x}` is 0. There the slope is taken as 0, the mean of −1 and 1.",
            lambda g, x: (np.where(x >= 0, g, -g),),
        ),
        Mistake(
            "−g where `{x}` is 0. There the slope is taken as 0, the mean of −1 and 1.",
            lambda g, x: (np.where(x > 0, g, -g),),
        ),
        Mistake(
            "by the sign bit, which 0 has too. At 0 the slope is taken as 0.",
            lambda g, x: (np.copysign(1, x) * g,),
        ),
        Mistake(
            "g · {x} / |{x}|, which is 0/0 where `{x}` is zero. `np.sign` gives 0 there.",
            lambda g, x: (g * x / np.abs(x),),
        ),
        Mistake(
            "g on both sides: where `{x}` is negative, |{x}| falls as it grows, and it is −g.",
            lambda g, x: (g + 0,),
        ),
        Mistake(
            "that of a ReLU: where `{x}` is negative the slope is −1, not 0.",
            lambda g, x: (g * (x > 0),),
        ),
        Mistake("the sign alone: multiply by the upstream gradient g.", lambda g, x: (np.sign(x),)),
        Mistake("g · |{x}|; the slope is the sign of `{x}`.", lambda g, x: (g * np.abs(x),)),
        Mistake("g · {x}; the slope is the *sign* of `{x}`.", lambda g, x: (g * x,)),
        Mistake("|g|: the sign is that of `{x}`, not of g.", lambda g, x: (np.abs(g),)),
        Mistake("that of the other side: −1 belongs to the left.", lambda g, x: (-g * np.sign(x),)),
    ),
)

SIN = RuleExercise(
    "SinBackward",
    elementwise(
        Sample(
            "whole and quarter turns",
            ([0.0, np.pi / 2, np.pi, -np.pi / 2, 2 * np.pi, -np.pi, 100.0],),
        ),
    ),
    (
        Mistake("−g · cos {x}: that minus belongs to the cosine.", lambda g, x: (-g * np.cos(x),)),
        Mistake("g · sin {x}: the slope of the sine is the cosine.", lambda g, x: (g * np.sin(x),)),
        Mistake(
            "−g · sin {x}, the rule of the cosine. Here it is g · cos {x}.",
            lambda g, x: (-g * np.sin(x),),
        ),
        Mistake("the cosine alone, which is the slope: multiply by g.", lambda g, x: (np.cos(x),)),
        Mistake(
            "g · cos z: the slope is the cosine of the *input*. Keep `{x}`, not `z`.",
            lambda g, x: (g * np.cos(np.sin(x)),),
        ),
        Mistake(
            "g · √(1 − z²), which has lost the sign of the cosine.",
            lambda g, x: (g * np.sqrt(np.maximum(1 - np.sin(x) ** 2, 0)),),
        ),
        Mistake(
            "g · {x} · cos {x}: the slope is cos {x} alone.", lambda g, x: (g * x * np.cos(x),)
        ),
        Mistake(
            "the cosine of g: the cosine is that of `{x}`, and g a factor.",
            lambda g, x: (np.cos(g),),
        ),
        Mistake(
            "by degrees: the functions take radians, and no factor π/180 is needed.",
            lambda g, x: (g * np.cos(np.deg2rad(x)),),
        ),
    ),
)

COS = RuleExercise(
    "CosBackward",
    SIN.samples,
    (
        Mistake(
            "g · sin {x}: the minus is missing. The cosine falls where the sine is positive.",
            lambda g, x: (g * np.sin(x),),
        ),
        Mistake(
            "g · cos {x}, the rule of the sine. Here it is −g · sin {x}.",
            lambda g, x: (g * np.cos(x),),
        ),
        Mistake("−g · cos {x}: the slope is minus the sine.", lambda g, x: (-g * np.cos(x),)),
        Mistake("−sin {x} alone, which is the slope: multiply by g.", lambda g, x: (-np.sin(x),)),
        Mistake(
            "−g · sin z: the slope is that of the *input*. Keep `{x}`, not `z`.",
            lambda g, x: (-g * np.sin(np.cos(x)),),
        ),
        Mistake(
            "−g · √(1 − z²), which has lost the sign of the sine.",
            lambda g, x: (-g * np.sqrt(np.maximum(1 - np.cos(x) ** 2, 0)),),
        ),
        Mistake(
            "−g · {x} · sin {x}: the slope is −sin {x} alone.",
            lambda g, x: (-g * x * np.sin(x),),
        ),
    ),
)

EXERCISES = ADD, SUB, NEG, MUL, DIV, POW, SQRT, EXP, LOG, SIN, COS, ABS
