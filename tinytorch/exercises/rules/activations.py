"""The exercises on activations."""

import math

import numpy as np

from ...core.operations.elementary import erf_of
from ..rule import Mistake, RuleExercise
from ..samples import Sample, elementwise
from .gates import LEAKY_RELU, RELU
from .smooth_gates import FAR, GELU, SILU, SOFTPLUS, bell, sigmoid

SIGMOID = RuleExercise(
    "SigmoidBackward",
    elementwise(
        Sample(
            "extremes",
            (FAR,),
            "The entries of `x` are large: e^x is ∞ at 1000, e^-x at -1000, and ∞/∞ is nan. Write"
            " it with e^(-|x|), which is never more than 1.",
        ),
    ),
    (
        Mistake(
            "right until e^-x overflows: at `{x}` = -1000 it is ∞/∞, nan. The slope needs the"
            " result z alone: z · (1 - z).",
            lambda g, x: (g * np.exp(-x) / (1 + np.exp(-x)) ** 2,),
        ),
        Mistake(
            "g · `{x}` · (1 - `{x}`): in z · (1 - z), z is the result and not the input. Keep it:"
            ' `saves = ("z",)`.',
            lambda g, x: (g * x * (1 - x),),
        ),
        Mistake(
            "made with the sigmoid of z: z is a sigmoid already, so the slope is z · (1 - z).",
            lambda g, x: (g * sigmoid(sigmoid(x)) * (1 - sigmoid(sigmoid(x))),),
        ),
        Mistake("g · z: the factor 1 - z is missing.", lambda g, x: (g * sigmoid(x),)),
        Mistake("g · (1 - z): the factor z is missing.", lambda g, x: (g * sigmoid(-x),)),
        Mistake(
            "g · (1 - z²), which is the rule of tanh.",
            lambda g, x: (g * (1 - sigmoid(x) ** 2),),
        ),
        Mistake(
            "g · (z - 1) · z: the sign is turned. The sigmoid rises everywhere.",
            lambda g, x: (g * sigmoid(x) * (sigmoid(x) - 1),),
        ),
        Mistake(
            "g · e^-{x}: the denominator, (1 + e^-{x})², is missing.",
            lambda g, x: (g * np.exp(-x),),
        ),
        Mistake("g · z²: one of the two factors is 1 - z.", lambda g, x: (g * sigmoid(x) ** 2,)),
    ),
)


ERF = RuleExercise(
    "ErfBackward",
    elementwise(
        Sample("both ends of the approximation", ([0.46875, -0.46875, 3.0, -3.0, 6.0],)),
        Sample("extremes", ([1000.0, -1000.0, 0.0, -0.0],), "e^(x²) overflows; e^(-x²) does not."),
    ),
    (
        Mistake(
            "g · e^(-x²): the factor 2/√π in front of the integral is missing.",
            lambda g, x: (g * np.exp(-x * x),),
        ),
        Mistake(
            "made with the normal density, e^(-x²/2)/√(2π). The integrand of erf is"
            " 2/√π · e^(-x²).",
            lambda g, x: (g * bell(x),),
        ),
        Mistake(
            'made with the result: the exponent is -x², of the input. Keep it: `saves = ("x",)`.',
            lambda g, x: (g * np.exp(-(erf_of(x) ** 2)) * 2 / math.sqrt(math.pi),),
        ),
        Mistake(
            "made with e^(x²): the exponent is negative.",
            lambda g, x: (g * np.exp(x * x) * 2 / math.sqrt(math.pi),),
        ),
        Mistake(
            "g · (1 - z²), which is the rule of tanh.", lambda g, x: (g * (1 - erf_of(x) ** 2),)
        ),
        Mistake(
            "one derivative too far: a factor -2{x} has come down from the exponent. erf is an"
            " integral, and its slope is the integrand itself.",
            lambda g, x: (-2 * x * g * np.exp(-x * x) * 2 / math.sqrt(math.pi),),
        ),
        Mistake(
            "made with e^-{x}: the exponent is the negative *square*, -{x}².",
            lambda g, x: (g * np.exp(-x) * 2 / math.sqrt(math.pi),),
        ),
        Mistake(
            "half of what it should be: the factor in front of the integral is 2/√π.",
            lambda g, x: (g * np.exp(-x * x) / math.sqrt(math.pi),),
        ),
        Mistake(
            "made with 2/π in front: the factor is 2/√π.",
            lambda g, x: (g * np.exp(-x * x) * 2 / math.pi,),
        ),
    ),
)

TANH = RuleExercise(
    "TanhBackward",
    elementwise(
        Sample(
            "extremes",
            (FAR,),
            "e^1000 is ∞, and ∞/∞ is nan. `np.tanh` is safe everywhere, and 1 - z² as well.",
        ),
    ),
    (
        Mistake(
            "g · (1 - `{x}`²): the square is that of the result z, not of the input. Keep it:"
            ' `saves = ("z",)`.',
            lambda g, x: (g * (1 - x * x),),
        ),
        Mistake(
            "made with the tanh of z: z is a tanh already, so the slope is 1 - z².",
            lambda g, x: (g * (1 - np.tanh(np.tanh(x)) ** 2),),
        ),
        Mistake(
            "g · z · (1 - z), the rule of the sigmoid. Here it is 1 - z².",
            lambda g, x: (g * np.tanh(x) * (1 - np.tanh(x)),),
        ),
        Mistake("g · (1 - z): z has to be squared.", lambda g, x: (g * (1 - np.tanh(x)),)),
        Mistake(
            "g · (1 + z²): subtract the square. The curve flattens as z comes near ±1.",
            lambda g, x: (g * (1 + np.tanh(x) ** 2),),
        ),
        Mistake(
            "g · (1 - z)². Not the difference is squared but z: 1 - z².",
            lambda g, x: (g * (1 - np.tanh(x)) ** 2,),
        ),
        Mistake(
            "g / cosh({x}): the cosine has to be squared.",
            lambda g, x: (g / np.cosh(x),),
        ),
        Mistake(
            "right until e^-x overflows: at `{x}` = -1000 it is ∞/∞, nan. The slope needs the"
            " result z alone: 1 - z².",
            lambda g, x: (g * 4 * np.exp(-2 * x) / (1 + np.exp(-2 * x)) ** 2,),
        ),
        Mistake(
            "2 · g · z · (1 - z), which mixes in the rule of the sigmoid. Here it is 1 - z².",
            lambda g, x: (2 * g * np.tanh(x) * (1 - np.tanh(x)),),
        ),
        Mistake(
            "g · (1 - |z|): z has to be squared.", lambda g, x: (g * (1 - np.abs(np.tanh(x))),)
        ),
        Mistake(
            "1 − g · z²: g is a factor of the whole slope, g · (1 − z²).",
            lambda g, x: (1 - g * np.tanh(x) ** 2,),
        ),
    ),
    results=(
        Mistake(
            "the sigmoid of 2 · `x`. tanh is twice that, less 1.",
            lambda x: sigmoid(2 * x),
        ),
        Mistake(
            "2σ(`x`) − 1. Inside the sigmoid of tanh stands 2 · `x`.",
            lambda x: 2 * sigmoid(x) - 1,
        ),
        Mistake(
            "the hyperbolic sine, (e^x − e^-x) / 2: divide it by the hyperbolic cosine.",
            lambda x: np.sinh(x),
        ),
    ),
)


EXERCISES = RELU, LEAKY_RELU, SIGMOID, TANH, SOFTPLUS, GELU, SILU, ERF
