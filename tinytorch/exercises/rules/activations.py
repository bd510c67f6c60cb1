"""The exercises on activations."""

import math

import numpy as np

from ...core.operations.elementary import erf_of
from ..rule import Mistake, RuleExercise
from ..samples import Sample, elementwise, infinite_upstream

RELU = RuleExercise(
    "ReLUBackward",
    elementwise(
        Sample("exact zeros", ([0.0, -0.0, 1.0, -1.0],)),
        Sample(
            "extremes",
            ([1e300, -1e300, 5e-324, -5e-324, np.inf, -np.inf],),
            "The last two entries of `x` are ∞ and −∞, and a product of ∞ and 0 is nan.",
        ),
        infinite_upstream([1.0, -1.0], extra=True),
    ),
    (
        Mistake(
            "g where `{x}` is 0 too. At 0 the slope is taken as 0: the gate opens for `{x}` > 0,"
            " not for `{x}` ≥ 0.",
            lambda g, x: (g * (x >= 0),),
        ),
        Mistake(
            "g everywhere: it passes the gate where `{x}` < 0 as well. (If you keep z: z ≥ 0 holds"
            " for every entry.)",
            lambda g, x: (g,),
        ),
        Mistake(
            "the gate alone, 0 or 1: multiply by the upstream gradient g.",
            lambda g, x: (1.0 * (x > 0),),
        ),
        Mistake(
            "g where g > 0: the gate depends on `{x}`, not on g.",
            lambda g, x: (g * (g > 0),),
        ),
        Mistake(
            "open where it should be shut: g has to pass where `{x}` > 0.",
            lambda g, x: (g * (x < 0),),
        ),
        Mistake(
            "g times `{x}`; where the gate is open its slope is 1.",
            lambda g, x: (g * np.maximum(x, 0),),
        ),
        Mistake(
            "g times `{x}`, on both sides; its slope is 1 where `{x}` > 0, and 0 elsewhere.",
            lambda g, x: (g * x,),
        ),
        Mistake(
            "half of g where `{x}` is 0, the mean of both slopes. At 0 the slope is taken as 0.",
            lambda g, x: (g * (np.sign(x) + 1) / 2,),
        ),
        Mistake(
            "that of |x|: g with the sign of `{x}`; below 0 the slope is 0.",
            lambda g, x: (g * np.sign(x),),
        ),
    ),
)

FAR = [1000.0, -1000.0, 30.0, -30.0, 0.0]


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


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
            lambda g, x: (g * _sigmoid(_sigmoid(x)) * (1 - _sigmoid(_sigmoid(x))),),
        ),
        Mistake("g · z: the factor 1 - z is missing.", lambda g, x: (g * _sigmoid(x),)),
        Mistake("g · (1 - z): the factor z is missing.", lambda g, x: (g * _sigmoid(-x),)),
        Mistake(
            "g · (1 - z²), which is the rule of tanh.",
            lambda g, x: (g * (1 - _sigmoid(x) ** 2),),
        ),
        Mistake(
            "g · (z - 1) · z: the sign is turned. The sigmoid rises everywhere.",
            lambda g, x: (g * _sigmoid(x) * (_sigmoid(x) - 1),),
        ),
    ),
)


def _below(x):
    """Φ, the gate of GELU."""
    return (1 + erf_of(x / math.sqrt(2))) / 2


def _bell(x):
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
            lambda g, x: (g * x * _bell(x),),
        ),
        Mistake(
            "g · (Φ + φ): the slope of the gate counts as often as the signal is large; multiply φ"
            " by `{x}`.",
            lambda g, x: (g * (_below(x) + _bell(x)),),
        ),
        Mistake(
            "made with e^(-x²/2) as it is. The bell curve φ has the area 1: divide by √(2π).",
            lambda g, x: (g * (_below(x) + x * np.exp(-x * x / 2)),),
        ),
        Mistake(
            "made with e^(-x²). Inside erf stands x/√2, so the exponent of φ is -x²/2.",
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
            lambda g, x: (g * _sigmoid(x),),
        ),
        Mistake(
            "the second term of the product rule alone: the gate σ({x}) itself is missing.",
            lambda g, x: (g * x * _sigmoid(x) * _sigmoid(-x),),
        ),
        Mistake(
            "the slope of the gate. The signal `{x}` is a factor of z as well: it takes the product"
            " rule.",
            lambda g, x: (g * _sigmoid(x) * _sigmoid(-x),),
        ),
        Mistake(
            "g · (σ + σ · (1 - σ)): multiply the slope of the gate by `{x}`.",
            lambda g, x: (g * (_sigmoid(x) + _sigmoid(x) * _sigmoid(-x)),),
        ),
        Mistake(
            "g · z · (1 - z), the rule of the sigmoid, applied to another function.",
            lambda g, x: (g * x * _sigmoid(x) * (1 - x * _sigmoid(x)),),
        ),
        Mistake(
            "made with z · (1 - z) for the slope of the gate. z is the whole product; the gate"
            " is σ({x}).",
            lambda g, x: (g * (_sigmoid(x) + x * (x * _sigmoid(x)) * (1 - x * _sigmoid(x))),),
        ),
        Mistake("the hard gate of ReLU.", lambda g, x: (g * (x > 0),)),
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
            lambda g, x: (g * _bell(x),),
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
    ),
)


LEAKY_RELU = RuleExercise(
    "LeakyReLUBackward",
    (
        *elementwise(),
        Sample("a slope of a half", ((4, 5),), params={"slope": 0.5}),
        Sample("exact zeros", ([0.0, -0.0, 1.0, -1.0],), params={"slope": 0.1}),
        Sample("no slope", ((4, 5),), params={"slope": 0.0}),
        Sample(
            "a slope of -1",
            ((4, 5),),
            "With a negative slope z is positive on both sides: only the input tells which it was.",
            params={"slope": -1.0},
        ),
        Sample(
            "a slope of 2",
            ((4, 5),),
            "The larger of `x` and `slope * x` is the right one for slopes up to 1 only: choose by"
            " the sign of `x`.",
            params={"slope": 2.0},
        ),
        Sample("float32 and a slope", ((4, 5),), params={"slope": 0.25}, dtype=np.float32),
        Sample("extremes", ([1e300, -1e300, 5e-324, np.inf, -np.inf],), params={"slope": 0.5}),
    ),
    (
        Mistake(
            "0 where `{x}` is negative: that is the gate of ReLU. Here g passes there too, times"
            " the slope.",
            lambda g, x, *, slope=0.01: (g * (x > 0),),
        ),
        Mistake(
            "g where `{x}` is 0 too. At 0 the slope of the left side is taken.",
            lambda g, x, *, slope=0.01: (g * (x >= 0) + slope * g * (x < 0),),
        ),
        Mistake(
            "made with a slope of 0.01, whatever `slope` says: keep the parameter on `self`.",
            lambda g, x, *, slope=0.01: (g * (x > 0) + 0.01 * g * (x <= 0),),
        ),
        Mistake(
            "decided by the sign of z. For a negative slope z is positive on both sides: keep the"
            " input.",
            lambda g, x, *, slope=0.01: (
                g * (np.where(x > 0, x, slope * x) > 0)
                + slope * g * (np.where(x > 0, x, slope * x) <= 0),
            ),
        ),
        Mistake(
            "the slope alone, 1 or `slope`: multiply by the upstream gradient g.",
            lambda g, x, *, slope=0.01: (1.0 * (x > 0) + slope * (x <= 0),),
        ),
        Mistake(
            "exchanged: g passes in full where `{x}` > 0, and times `slope` elsewhere.",
            lambda g, x, *, slope=0.01: (g * (x <= 0) + slope * g * (x > 0),),
        ),
        Mistake(
            "decided by the sign of g. The gate depends on `{x}`.",
            lambda g, x, *, slope=0.01: (g * (g > 0) + slope * g * (g <= 0),),
        ),
        Mistake(
            "g minus what should be added: below 0 the slope is `slope`, not -`slope`.",
            lambda g, x, *, slope=0.01: (g * (x > 0) - slope * g * (x <= 0),),
        ),
        Mistake(
            "g times z. The rule is g times the slope: 1 or `slope`.",
            lambda g, x, *, slope=0.01: (g * np.where(x > 0, x, slope * x),),
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
            lambda g, x, *, beta=1.0: (g * beta * _sigmoid(beta * x),),
        ),
        Mistake(
            "divided by beta. The beta of the exponent cancels the 1/beta in front:"
            " g · σ(beta · `{x}`).",
            lambda g, x, *, beta=1.0: (g * _sigmoid(beta * x) / beta,),
        ),
        Mistake(
            "made with σ({x}): beta stands in the exponent, σ(beta · `{x}`).",
            lambda g, x, *, beta=1.0: (g * _sigmoid(x),),
        ),
        Mistake(
            "made with the sigmoid of the result z; it is that of the input.",
            lambda g, x, *, beta=1.0: (g * _sigmoid(np.logaddexp(0, beta * x)),),
        ),
        Mistake(
            "g · σ · (1 - σ). The sigmoid is the slope already; that would be its own slope.",
            lambda g, x, *, beta=1.0: (g * _sigmoid(beta * x) * _sigmoid(-beta * x),),
        ),
        Mistake(
            "g · σ(-beta · `{x}`), or g / (1 + e^(beta · `{x}`)): the sign of the exponent"
            " is turned.",
            lambda g, x, *, beta=1.0: (g * _sigmoid(-beta * x),),
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
    ),
)

EXERCISES = RELU, LEAKY_RELU, SIGMOID, TANH, SOFTPLUS, GELU, SILU, ERF
