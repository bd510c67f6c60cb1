"""The exercises on activations with a smooth gate: a factor between 0 and 1."""

import math

import numpy as np

from ...core.operations.elementary import erf_of
from ..rule import Mistake, RuleExercise
from ..samples import Sample, elementwise

FAR = [1000.0, -1000.0, 30.0, -30.0, 0.0]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _below(x):
    """Φ, the gate of GELU."""
    return (1 + erf_of(x / math.sqrt(2))) / 2


def bell(x):
    """φ, the slope of Φ."""
    return np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def _gelu_by_tanh(g, x):
    u = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    gate = (1 + np.tanh(u)) / 2
    return (
        g * (gate + x * 2 * gate * (1 - gate) * math.sqrt(2 / math.pi) * (1 + 0.134145 * x**2)),
    )


GELU = RuleExercise(
    "GELUBackward",
    elementwise(
        Sample(
            "extremes",
            ([30.0, -30.0, 9.0, -9.0, 0.0, -0.0],),
            "Far from 0 the bell curve is 0 and the gate is 0 or 1.",
        ),
    ),
    (
        Mistake(
            "the gate alone, g · Φ({x}). `{x}` moves its gate as well: the product rule has a"
            " second term, `{x}` · φ({x}).",
            lambda g, x: (g * _below(x),),
        ),
        Mistake(
            "the second term of the product rule alone, g · `{x}` · φ({x}): the gate Φ({x}) itself"
            " is missing.",
            lambda g, x: (g * x * bell(x),),
        ),
        Mistake(
            "g · (Φ + φ): the slope of the gate counts as often as the signal is large; multiply φ"
            " by `{x}`.",
            lambda g, x: (g * (_below(x) + bell(x)),),
        ),
        Mistake(
            "made with e^(-x²/2) as it is. The bell curve φ has the area 1: divide by √(2π).",
            lambda g, x: (g * (_below(x) + x * np.exp(-x * x / 2)),),
        ),
        Mistake(
            "made with e^(-x²). Inside erf is x/√2, so the exponent of φ is -x²/2.",
            lambda g, x: (g * (_below(x) + x * np.exp(-x * x) / math.sqrt(2 * math.pi)),),
        ),
        Mistake(
            "made with the slope of erf. The chain rule through (1 + erf(x/√2)) / 2 brings a factor"
            " 1/2 and a factor 1/√2, and e^(-x²) becomes e^(-x²/2).",
            lambda g, x: (g * (_below(x) + x * np.exp(-x * x) * 2 / math.sqrt(math.pi)),),
        ),
        Mistake(
            "that of the approximation by tanh, and the formula of `forward` is the exact one. Each"
            " has a derivative of its own.",
            _gelu_by_tanh,
        ),
        Mistake("the hard gate of ReLU.", lambda g, x: (g * (x > 0),)),
        Mistake(
            "the gate of the approximation by a sigmoid, σ(1.702 {x}), and the second term is"
            " missing. `forward` uses the exact Φ.",
            lambda g, x: (g * sigmoid(1.702 * x),),
        ),
        Mistake(
            "the bell curve alone, g · φ({x}): that is the slope of the gate. The product rule"
            " gives Φ({x}) + {x} · φ({x}).",
            lambda g, x: (g * bell(x),),
        ),
        Mistake(
            "that of another activation: g · tanh({x}). Here it is Φ({x}) + {x} · φ({x}).",
            lambda g, x: (g * np.tanh(x),),
        ),
        Mistake(
            "g times a ReLU of {x}: neither the gate Φ({x}) nor its slope is in it.",
            lambda g, x: (g * np.maximum(x, 0),),
        ),
        Mistake(
            "made with a minus before the second term; a product rule adds.",
            lambda g, x: (g * (_below(x) - x * bell(x)),),
        ),
        Mistake(
            "the rule of SiLU, whose gate is a sigmoid. Here it is Φ, with the slope φ.",
            lambda g, x: (g * (sigmoid(x) + x * sigmoid(x) * sigmoid(-x)),),
        ),
        Mistake(
            "that of the approximation by a sigmoid, x · σ(1.702 x). The value is made with erf,"
            " and so is the slope.",
            lambda g, x: (
                g * (sigmoid(1.702 * x) + 1.702 * x * sigmoid(1.702 * x) * sigmoid(-1.702 * x)),
            ),
        ),
    ),
    results=(
        Mistake(
            "twice what it should be: the gate is (1 + erf(x/√2)) / 2.",
            lambda x: 2 * x * _below(x),
        ),
        Mistake(
            "made with erf(x): inside erf stands x/√2.",
            lambda x: x * (1 + erf_of(x)) / 2,
        ),
        Mistake(
            "the gate Φ(x) alone: multiply it by `x`.",
            lambda x: _below(x),
        ),
        Mistake(
            "the approximation by tanh; the exercise asks for erf.",
            lambda x: x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2,
        ),
        Mistake(
            "the approximation by a sigmoid, x · σ(1.702 x); the exercise asks for erf.",
            lambda x: x * sigmoid(1.702 * x),
        ),
    ),
)


SILU = RuleExercise(
    "SiLUBackward",
    elementwise(
        Sample(
            "extremes",
            (FAR,),
            "e^-x overflows at -1000: ∞/∞ and 0·∞ are nan. With s = 1/(1 + e^-x) and s · (1 - s)"
            " they do not occur.",
        ),
    ),
    (
        Mistake(
            "the gate alone, g · σ({x}). `{x}` moves its gate as well: the product rule has a"
            " second term, `{x}` · σ · (1 - σ).",
            lambda g, x: (g * sigmoid(x),),
        ),
        Mistake(
            "the second term of the product rule alone: the gate σ({x}) itself is missing.",
            lambda g, x: (g * x * sigmoid(x) * sigmoid(-x),),
        ),
        Mistake(
            "the slope of the gate. The signal `{x}` is a factor of z as well: it takes the product"
            " rule.",
            lambda g, x: (g * sigmoid(x) * sigmoid(-x),),
        ),
        Mistake(
            "g · (σ + σ · (1 - σ)): multiply the slope of the gate by `{x}`.",
            lambda g, x: (g * (sigmoid(x) + sigmoid(x) * sigmoid(-x)),),
        ),
        Mistake(
            "g · z · (1 - z), the rule of the sigmoid, applied to another function.",
            lambda g, x: (g * x * sigmoid(x) * (1 - x * sigmoid(x)),),
        ),
        Mistake(
            "made with z · (1 - z) for the slope of the gate. z is the whole product; the gate"
            " is σ({x}).",
            lambda g, x: (g * (sigmoid(x) + x * (x * sigmoid(x)) * (1 - x * sigmoid(x))),),
        ),
        Mistake("the hard gate of ReLU.", lambda g, x: (g * (x > 0),)),
        Mistake(
            "g · (σ + z): the slope of the gate is σ · (1 - σ), and the factor 1 - σ is missing.",
            lambda g, x: (g * (sigmoid(x) + x * sigmoid(x)),),
        ),
        Mistake(
            "made with a minus before the second term; a product rule adds.",
            lambda g, x: (g * (sigmoid(x) - x * sigmoid(x) * sigmoid(-x)),),
        ),
        Mistake(
            "made without the factor σ in the second term: the slope of the gate is σ · (1 - σ).",
            lambda g, x: (g * (sigmoid(x) + x * sigmoid(-x)),),
        ),
        Mistake(
            "σ · (1 − `x` · σ): in σ + `x` · σ · (1 − σ) the factor beside σ is 1 + `x` · (1 − σ).",
            lambda g, x: (g * sigmoid(x) * (1 - x * sigmoid(x)),),
        ),
    ),
    results=(
        Mistake(
            "made with 1 / (1 + e^x): the sign of the exponent is turned.",
            lambda x: x * sigmoid(-x),
        ),
    ),
)


SOFTPLUS = RuleExercise(
    "SoftplusBackward",
    (
        *elementwise(),
        Sample("a beta of 5", ((4, 5),), params={"beta": 5.0}),
        Sample("a beta of a half", ((4, 5),), params={"beta": 0.5}),
        Sample(
            "far to the left",
            ([-40.0, -50.0, -700.0],),
            "1 + e^x rounds to 1 there, whose logarithm is 0, and softplus is never 0:"
            " `np.log1p` or `np.logaddexp`.",
        ),
        Sample(
            "far to the right",
            ([40.0, 700.0, 1000.0],),
            "e^x overflows there, and ∞/∞ is nan: `np.logaddexp(0, x)` for the value, and a sigmoid"
            " with e^-x for the slope.",
        ),
    ),
    (
        Mistake(
            "beta times too large, or small. The 1/beta in front and the beta of the exponent"
            " cancel: g · σ(beta · `{x}`).",
            lambda g, x, *, beta=1.0: (g * beta * sigmoid(beta * x),),
        ),
        Mistake(
            "divided by beta. The beta of the exponent cancels the 1/beta in front:"
            " g · σ(beta · `{x}`).",
            lambda g, x, *, beta=1.0: (g * sigmoid(beta * x) / beta,),
        ),
        Mistake(
            "made with σ({x}): beta belongs in the exponent, σ(beta · `{x}`).",
            lambda g, x, *, beta=1.0: (g * sigmoid(x),),
        ),
        Mistake(
            "made with the sigmoid of the result z; it is that of the input.",
            lambda g, x, *, beta=1.0: (g * sigmoid(np.logaddexp(0, beta * x)),),
        ),
        Mistake(
            "g · σ · (1 - σ). The sigmoid is the slope already; that would be its own slope.",
            lambda g, x, *, beta=1.0: (g * sigmoid(beta * x) * sigmoid(-beta * x),),
        ),
        Mistake(
            "g · σ(-beta · `{x}`), or g / (1 + e^(beta · `{x}`)): the sign of the exponent"
            " is turned.",
            lambda g, x, *, beta=1.0: (g * sigmoid(-beta * x),),
        ),
        Mistake(
            "the hard gate of ReLU; the slope of softplus is the sigmoid.",
            lambda g, x, *, beta=1.0: (g * (x > 0),),
        ),
        Mistake(
            "right until e^x overflows: at `{x}` = 1000 it is ∞/∞, nan. 1 / (1 + e^-x) is the same"
            " number.",
            lambda g, x, *, beta=1.0: (g * np.exp(beta * x) / (1 + np.exp(beta * x)),),
        ),
        Mistake(
            "g · e^(beta · {x}): the logarithm around the sum has a slope too, one divided by 1 +"
            " e^(beta · {x}).",
            lambda g, x, *, beta=1.0: (g * np.exp(beta * x),),
        ),
        Mistake(
            "g · tanh(beta · {x}); the slope is the sigmoid, which lies between 0 and 1.",
            lambda g, x, *, beta=1.0: (g * np.tanh(beta * x),),
        ),
        Mistake(
            "divided by the square of 1 + e^(beta · {x}): the slope is a sigmoid, without a"
            " square.",
            lambda g, x, *, beta=1.0: (g * sigmoid(-beta * x) ** 2,),
        ),
        Mistake(
            "minus the sigmoid of the other side, σ − 1: the slope is σ(beta · {x}).",
            lambda g, x, *, beta=1.0: (-g * sigmoid(-beta * x),),
        ),
    ),
    results=(
        Mistake(
            "not divided by beta.",
            lambda x, *, beta=1.0: np.logaddexp(0, beta * x),
        ),
        Mistake(
            "made without the beta in the exponent.",
            lambda x, *, beta=1.0: np.logaddexp(0, x) / beta,
        ),
        Mistake(
            "softplus of −x: the sign of the exponent is turned.",
            lambda x, *, beta=1.0: np.logaddexp(0, -beta * x) / beta,
        ),
    ),
)
