"""The exercises on functions of one number."""

import numpy as np

from ..rule import Mistake, RuleExercise
from ..samples import Sample, elementwise

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
        Mistake(
            "e^(g · {x}): g is a factor of the slope, and no part of the exponent.",
            lambda g, x: (np.exp(g * x),),
        ),
        Mistake(
            "g · ln {x}: the logarithm undoes the exponential, it is not its slope.",
            lambda g, x: (g * np.log(x),),
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
            "g / e^{x}: the slope is one over `{x}` itself, not over its exponential.",
            lambda g, x: (g / np.exp(x),),
        ),
        Mistake(
            "ln g: the logarithm of the forward pass is that of `{x}`, and its slope is 1 / {x}.",
            lambda g, x: (np.log(g),),
        ),
    ),
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
        Mistake("g · 2{x}, the rule of the square.", lambda g, x: (g * 2 * x,)),
        Mistake(
            "g / {x}: the factor ½ and the root are missing, g / (2 √{x}).", lambda g, x: (g / x,)
        ),
        Mistake(
            "divided by {x}²: the root is missing. The slope is one over twice the result.",
            lambda g, x: (g / (2 * x * x),),
        ),
        Mistake(
            "g · {x} / 2. The power falls by one, from ½ to −½: divide by the root.",
            lambda g, x: (g * x / 2,),
        ),
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
        Mistake("g · |{x}|; the slope is the sign of `{x}`.", lambda g, x: (g * np.abs(x),)),
        Mistake("g · {x}; the slope is the *sign* of `{x}`.", lambda g, x: (g * x,)),
        Mistake("|g|: the sign is that of `{x}`, not of g.", lambda g, x: (np.abs(g),)),
        Mistake("that of the other side: −1 belongs to the left.", lambda g, x: (-g * np.sign(x),)),
        Mistake(
            "−g on both sides: on the right |{x}| rises with {x}, and it is g.", lambda g, x: (-g,)
        ),
        Mistake(
            "|g| · |{x}|: the slope is the *sign* of {x}, and g keeps its own.",
            lambda g, x: (np.abs(g * x),),
        ),
        Mistake(
            "g where `{x}` is negative and 0 elsewhere: the slope is −1 on the left and 1 on the"
            " right.",
            lambda g, x: (g * (x < 0),),
        ),
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
            "made in degrees: the functions take radians, and no factor π/180 is needed.",
            lambda g, x: (g * np.cos(np.deg2rad(x)),),
        ),
        Mistake(
            "the cosine of g · {x}: g is a factor of the slope, outside the cosine.",
            lambda g, x: (np.cos(g * x),),
        ),
        Mistake("g · tan {x}: the slope of the sine is the cosine.", lambda g, x: (g * np.tan(x),)),
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
        Mistake(
            "made in degrees: the functions take radians, and no factor π/180 is needed.",
            lambda g, x: (-g * np.sin(np.deg2rad(x)),),
        ),
        Mistake(
            "minus the sine of g · {x}: g is a factor of the slope, outside the sine.",
            lambda g, x: (-np.sin(g * x),),
        ),
    ),
)


EXERCISES = SQRT, EXP, LOG, SIN, COS, ABS
