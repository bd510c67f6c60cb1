"""Wrong and right rules of elementwise operations, with a phrase of what each is told."""

import math

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def erf(x):
    return np.array(np.vectorize(math.erf, otypes=[float])(x), x.dtype)


WRONG = {
    "AddBackward": [
        (lambda g, a, b: (g, -g), "wrong sign"),
        (lambda g, a, b: (g * (a + b), g * (a + b)), "g · z"),
        (lambda g, a, b: (g + a, g + b), "added on top"),
        (lambda g, a, b: (g, 0 * g), "zero everywhere"),
        (lambda g, a, b: (g * a / (a + b), g * b / (a + b)), "in proportion"),
        (lambda g, a, b: (2 * g, 2 * g), "2 times"),
        (lambda g, a, b: (g * np.sign(a), g * np.sign(b)), "where `a` is negative"),
    ],
    "SubBackward": [
        (lambda g, a, b: (-g, -g), "first input has slope 1"),
        (lambda g, a, b: (g, 0 * g), "zero everywhere"),
        (lambda g, a, b: (g - b, -g), "subtracted on top"),
        (lambda g, a, b: (g / 2, -g / 2), "0.5 times"),
        (lambda g, a, b: (np.abs(g), -np.abs(g)), "|g|"),
        (lambda g, a, b: (g, b - a), "z in the place of g"),
        (lambda g, a, b: (g * (a - b), -g * (a - b)), "g times the difference"),
        (lambda g, a, b: (g * b, -g * a), "g times an input"),
    ],
    "NegBackward": [
        (lambda g, x: (-2 * g,), "2 times"),
        (lambda g, x: (-g * g,), "g²"),
        (lambda g, x: (np.where(x > 0, -g, g),), "`x` is negative: there it is of the wrong sign"),
        (lambda g, x: (1 - g,), "off by the same number"),
        (lambda g, x: (-1 / g,), "the slope divided by g"),
        (lambda g, x: (-g - x,), "subtracted on top"),
    ],
    "MulBackward": [
        (lambda g, a, b: (g / b, g / a), "g divided by the slope"),
        (lambda g, a, b: (g + b, g + a), "the sum of g and the slope"),
        (lambda g, a, b: (g * np.abs(b), g * np.abs(a)), "size of the slope"),
        (lambda g, a, b: (g * b * b, g * a * a), "factor `b` too many"),
        (lambda g, a, b: (g * b / 2, g * a / 2), "0.5 times"),
        (lambda g, a, b: (g * (a + b), g * (a + b)), "sum of both factors"),
    ],
    "DivBackward": [
        (lambda g, a, b: (g / b, g * np.log(b)), "logarithm"),
        (lambda g, a, b: (g / b, -g * a), "divide by b²"),
        (lambda g, a, b: (g / b, -g * b / (a * a)), "places exchanged"),
        (lambda g, a, b: (g / b, -g * b / a), "places exchanged"),
        (lambda g, a, b: (g / (b * b), -g * a / (b * b)), "`b`, by which it is divided on top"),
        (lambda g, a, b: (g / b, -g * a / (b * b * b)), "divided on top"),
        (lambda g, a, b: (1 / (g * b), -g * a / (b * b)), "the slope divided by g"),
    ],
    "PowBackward": [
        (lambda g, a, b: (g * (b - 1) * a ** (b - 2), 0), "one derivative too far"),
        (lambda g, a, b: (g * b * a ** (b + 1), 0), "falls by one"),
        (lambda g, a, b: (g * b * a ** (b - 1), g * a**b / np.log(a)), "divided by the logarithm"),
        (lambda g, a, b: (g * b * a ** (b - 1), g * a**b * np.log10(a)), "natural one"),
        (lambda g, a, b: (g * b * a ** (b - 1), g * a**b * np.log2(a)), "natural one"),
        (lambda g, a, b: (g * b * a ** (b - 1), g * b * a ** (b - 1) * np.log(a)), "both rules"),
        (lambda g, a, b: (g * (b - 1) * a ** (b - 1), 0), "the factor is the old one"),
        (lambda g, a, b: (g * a ** (b - 1) / b, 0), "divided by b"),
        (lambda g, a, b: (g * a**b * np.log(a), g * b * a ** (b - 1)), "that of `b`"),
    ],
    "SqrtBackward": [
        (lambda g, x: (g / (2 * np.sqrt(x) + 1e-3),), "a small number is added"),
        (lambda g, x: (g / x,), "½ and the root"),
        (lambda g, x: (g / (2 * x * x),), "root is missing"),
        (lambda g, x: (g * 0.5 * x,), "power falls"),
        (lambda g, x: (g * 0.5 * np.sqrt(x) / x**2,), "divided on top"),
        (lambda g, x: (-g / (2 * np.sqrt(x)),), "wrong sign"),
        (lambda g, x: (g * np.sqrt(x),), "g times the result z"),
    ],
    "ExpBackward": [
        (lambda g, x: (g + np.exp(x),), "the sum of g and the slope"),
        (lambda g, x: (g * np.exp(-x),), "slope at −`x`|g / e"),
        (lambda g, x: (g * np.exp(2 * x),), "factor too many"),
        (lambda g, x: (np.exp(g * x),), "exponent"),
        (lambda g, x: (g * np.log(x),), "logarithm"),
        (lambda g, x: (g * np.exp(x) * np.log(2),), "0.6931 times"),
    ],
    "LogBackward": [
        (lambda g, x: (g / (x + 1e-3),), "a small number is added"),
        (lambda g, x: (g / np.exp(x),), "not over its exponential"),
        (lambda g, x: (-g / x,), "wrong sign"),
        (lambda g, x: (g / (x * x),), "divided on top|square of the slope"),
        (lambda g, x: (1 / (g * x),), "the slope divided by g"),
        (lambda g, x: (g / (1 + x),), "`x` + 1"),
        (lambda g, x: (g * np.log(x),), "g · z|the result z"),
        (lambda g, x: (g / (x * np.log(2)),), "1.443 times"),
    ],
    "SinBackward": [
        (lambda g, x: (g * np.cos(2 * x),), "slope at 2 · `x`"),
        (lambda g, x: (g * np.cos(x) ** 2,), "square of the slope"),
        (lambda g, x: (np.cos(g * x),), "g is a factor"),
        (lambda g, x: (g * (1 - np.sin(x) ** 2),), "square of the slope"),
        (lambda g, x: (g * np.tan(x),), "is the cosine"),
        (lambda g, x: (g / np.cos(x),), "g divided by the slope"),
    ],
    "CosBackward": [
        (lambda g, x: (-g * np.sin(np.deg2rad(x)),), "in degrees"),
        (lambda g, x: (-np.sin(g * x),), "g is a factor"),
        (lambda g, x: (g * np.sin(-x) * np.cos(x),), "factor the result z too many|g · z"),
        (lambda g, x: (-g * np.abs(np.sin(x)),), "has lost the sign|size of the slope|sign"),
        (lambda g, x: (g - np.sin(x),), "the sum of g and the slope"),
        (lambda g, x: (-g / np.sin(x),), "g divided by the slope"),
    ],
    "AbsBackward": [
        (lambda g, x: (-g,), "−g on both sides"),
        (lambda g, x: (g * np.sign(g) * np.sign(x),), "|g|"),
        (lambda g, x: (g * (x < 0),), "−1 on the left and 1 on the right"),
        (lambda g, x: (np.abs(g) * np.abs(x),), "|g|"),
        (lambda g, x: (g / np.abs(x),), "divided"),
        (lambda g, x: (g + np.sign(x),), "the sum of g and the slope"),
    ],
    "ReLUBackward": [
        (lambda g, x: (np.maximum(g, 0) * (x > 0),), "g is negative"),
        (lambda g, x: (np.maximum(g * x, 0),), "forward pass"),
        (lambda g, x: (g * np.abs(x > 0) * 0.5,), "0.5 times"),
        (lambda g, x: (g * (x > 1),), "opens at 1"),
        (lambda g, x: (np.where(x > 0, g, 0.01 * g),), "leaky"),
        (lambda g, x: (np.where(x > 0, g, -g),), "|x|"),
    ],
    "LeakyReLUBackward": [
        (lambda g, x, *, slope=0.01: (np.where(x > 0, g, slope),), "g is not in it"),
        (lambda g, x, *, slope=0.01: (np.where(x > 0, g, slope * x),), "g is not in it"),
        (lambda g, x, *, slope=0.01: (g,), "on both sides"),
        (lambda g, x, *, slope=0.01: (slope * g,), "on both sides"),
        (lambda g, x, *, slope=0.01: (np.where(x > 0, g, g / slope),), "divided by"),
        (lambda g, x, *, slope=0.01: (np.where(x > 0, g, (1 - slope) * g),), "1 − "),
    ],
    "SigmoidBackward": [
        (lambda g, x: (g * np.exp(-x) / (1 + np.exp(-x)),), "factor z is missing"),
        (lambda g, x: (g * np.exp(-x),), "denominator"),
        (lambda g, x: (g * sigmoid(x) ** 2,), "z²"),
        (lambda g, x: (g + sigmoid(x) * (1 - sigmoid(x)),), "the sum of g and the slope"),
        (lambda g, x: (4 * g * sigmoid(x) * (1 - sigmoid(x)),), "4 times"),
        (lambda g, x: (g * sigmoid(g) * (1 - sigmoid(g)),), "slope at g"),
    ],
    "TanhBackward": [
        (lambda g, x: (g * (1 - np.tanh(x)) * np.tanh(x) * 2,), "sigmoid"),
        (lambda g, x: (g * np.tanh(x) ** 2,), "1 − slope"),
        (lambda g, x: (g / np.cosh(x) ** 4,), "square of the slope"),
        (lambda g, x: (g * (np.tanh(x) ** 2 - 1),), "wrong sign"),
        (lambda g, x: (g * (1 - np.tanh(g) ** 2),), "slope at g"),
        (lambda g, x: (g * (1 - np.abs(np.tanh(x))),), "squared"),
    ],
    "SoftplusBackward": [
        (lambda g, x, *, beta=1.0: (g * np.exp(beta * x),), "divided by"),
        (lambda g, x, *, beta=1.0: (g * np.logaddexp(0, beta * x) / beta,), "g times the result z"),
        (lambda g, x, *, beta=1.0: (g / (1 + np.exp(beta * x)) * -1,), "1 − slope|minus"),
        (lambda g, x, *, beta=1.0: (g * np.tanh(beta * x),), "tanh"),
        (lambda g, x, *, beta=1.0: (g / (1 + np.exp(beta * x)) ** 2,), "without a square"),
        (lambda g, x, *, beta=1.0: (-g * sigmoid(beta * x),), "wrong sign"),
    ],
    "GELUBackward": [
        (lambda g, x: (g * x,), "g times `x`"),
        (lambda g, x: (g * sigmoid(1.702 * x),), "approximation"),
        (lambda g, x: (g * np.exp(-x * x / 2) / math.sqrt(2 * math.pi),), "bell"),
        (lambda g, x: (g * np.tanh(x),), "tanh"),
        (lambda g, x: (g * (x > 0) * x,), "ReLU"),
    ],
    "SiLUBackward": [
        (lambda g, x: (g * x * sigmoid(x),), "g · z|result z"),
        (lambda g, x: (g * (sigmoid(x) + x * sigmoid(x)),), "1 - σ"),
        (
            lambda g, x: (g * (sigmoid(x) - x * sigmoid(x) * (1 - sigmoid(x))),),
            "a product rule adds",
        ),
        (lambda g, x: (g * (1 + x) * sigmoid(x),), "1 - σ"),
        (lambda g, x: (g * x,), "g times `x`"),
        (lambda g, x: (g * (sigmoid(x) + x * (1 - sigmoid(x))),), "factor σ"),
    ],
    "ErfBackward": [
        (lambda g, x: (g * np.exp(-x * x) * 2 / np.pi,), "made with 2/π in front"),
        (lambda g, x: (g * np.exp(-x * x) / np.sqrt(np.pi),), "half of what it should be"),
        (
            lambda g, x: (-2 * x * g * np.exp(-x * x) * 2 / np.sqrt(np.pi),),
            "one derivative too far",
        ),
        (lambda g, x: (g * np.exp(-x) * 2 / np.sqrt(np.pi),), "square"),
        (lambda g, x: (g * x,), "g times `x`"),
    ],
    "MaximumBackward": [
        (lambda g, a, b: (g * (a > b), 0 * g), "zero everywhere"),
        (lambda g, a, b: (g * (a > 0), g * (b > 0)), "with 0"),
        (lambda g, a, b: (np.maximum(g, a), np.maximum(g, b)), "g itself is not compared"),
        (lambda g, a, b: (g * (a > b), g), "only the larger|not chosen"),
        (lambda g, a, b: (g * np.sign(a - b), g * np.sign(b - a)), "−g"),
        (lambda g, a, b: (g * a / (a + b), g * b / (a + b)), "in proportion"),
    ],
    "MinimumBackward": [
        (lambda g, a, b: (g * (a < b), 0 * g), "zero everywhere"),
        (lambda g, a, b: (g * (a < 0), g * (b < 0)), "with 0"),
        (lambda g, a, b: (np.minimum(g, a), np.minimum(g, b)), "g itself is not compared"),
        (lambda g, a, b: (g * np.sign(b - a), g * np.sign(a - b)), "−g"),
        (lambda g, a, b: (-g * (a < b), -g * (b < a)), "wrong sign"),
    ],
    "ClampBackward": [
        (lambda g, x, min=None, max=None: (np.clip(x, min, max),), "result z"),
        (
            lambda g, x, min=None, max=None: (g * (x > (-np.inf if min is None else min)),),
            "upper bound",
        ),
        (
            lambda g, x, min=None, max=None: (g * (x < (np.inf if max is None else max)),),
            "lower bound",
        ),
        (lambda g, x, min=None, max=None: (g * (np.abs(x) < 1),), "bounds"),
        (lambda g, x, min=None, max=None: (g * (x > 0),), "ReLU"),
        (
            lambda g, x, min=None, max=None: (np.where(np.clip(x, min, max) == x, g, -g),),
            "of the wrong sign|−g",
        ),
    ],
    "WhereBackward": [
        (lambda g, c, a, b: (None, g * c, g), "what was not chosen|not chosen"),
        (lambda g, c, a, b: (None, g * (a > 0), g * (b > 0)), "condition"),
        (lambda g, c, a, b: (None, g / 2, g / 2), "half"),
        (lambda g, c, a, b: (None, g * (a > b), g * (b > a)), "condition"),
        (lambda g, c, a, b: (None, g * c, -g * ~c), "wrong sign"),
        (lambda g, c, a, b: (None, g * c, 0 * g), "zero everywhere"),
    ],
    "MaskedFillBackward": [
        (lambda g, x, mask, value: (np.where(mask, 0, x), None), "z in the place of g"),
        (lambda g, x, mask, value: (np.where(mask, g * value, g), None), "value"),
        (lambda g, x, mask, value: (np.where(mask, -g, g), None), "wrong sign|−g"),
        (lambda g, x, mask, value: (0 * g, None), "zero everywhere"),
        (lambda g, x, mask, value: (np.where(mask, 0, g * x), None), "a factor too many"),
        (lambda g, x, mask, value: (np.where(mask, 0, g) * 2, None), "2 times"),
    ],
    "TrilBackward": [
        (lambda g, x, diagonal=0: (np.tril(g, diagonal + 1),), "diagonal"),
        (lambda g, x, diagonal=0: (np.tril(g, diagonal) * x,), "a factor too many"),
        (lambda g, x, diagonal=0: (np.tril(g, diagonal).cumsum(-1),), "added up|g everywhere"),
        (lambda g, x, diagonal=0: (np.tril(g * g, diagonal),), "g²"),
        (lambda g, x, diagonal=0: (np.tril(g, diagonal - 1),), "diagonal|edge"),
        (lambda g, x, diagonal=0: (2 * np.tril(g, diagonal),), "2 times"),
    ],
    "TriuBackward": [
        (lambda g, x, diagonal=0: (np.triu(g, diagonal - 1),), "diagonal"),
        (lambda g, x, diagonal=0: (np.triu(g, diagonal) * x,), "a factor too many"),
        (lambda g, x, diagonal=0: (-np.triu(g, diagonal),), "wrong sign"),
        (lambda g, x, diagonal=0: (np.triu(np.abs(g), diagonal),), "|g|"),
        (lambda g, x, diagonal=0: (np.triu(g, diagonal + 1),), "diagonal|edge"),
    ],
}

RIGHT = {
    "AddBackward": [lambda g, a, b: (g * 1, 1 * g), lambda g, a, b: (0 - (-g), g + 0)],
    "SubBackward": [lambda g, a, b: (g, -1 * g), lambda g, a, b: (0 + g, 0 - g)],
    "NegBackward": [lambda g, x: (0 - g,), lambda g, x: (g * -1,)],
    "MulBackward": [lambda g, a, b: (b * g, a * g), lambda g, a, b: (g * b * 1, g * a)],
    "DivBackward": [
        lambda g, a, b: (g / b, -(g / b) * (a / b)),
        lambda g, a, b: (g * (1 / b), -(a / b) * g / b),
    ],
    "PowBackward": [
        lambda g, a, b: (b * a ** (b - 1) * g, a**b * np.log(a) * g),
        lambda g, a, b: (g * b * a ** (b - 1), np.log(a) * g * a**b),
    ],
    "SqrtBackward": [
        lambda g, x: (g / 2 * x**-0.5,),
        lambda g, x: (g / np.sqrt(x) / 2,),
    ],
    "ExpBackward": [lambda g, x: (np.exp(x) * g,), lambda g, x: (g * np.e**x,)],
    "LogBackward": [lambda g, x: (1 / x * g,), lambda g, x: (g * np.reciprocal(x),)],
    "SinBackward": [
        lambda g, x: (np.cos(x) * g,),
        lambda g, x: (g * np.cos(-x),),
    ],
    "CosBackward": [lambda g, x: (g * np.sin(-x),), lambda g, x: (-(g * np.sin(x)),)],
    "AbsBackward": [
        lambda g, x: (np.where(x > 0, g, np.where(x < 0, -g, 0)),),
        lambda g, x: (g * (x > 0) - g * (x < 0),),
    ],
    "ReLUBackward": [
        lambda g, x: (np.where(x > 0, g, 0),),
        lambda g, x: (np.where(x <= 0, 0, g),),
    ],
    "LeakyReLUBackward": [
        lambda g, x, *, slope=0.01: (np.where(x > 0, g, slope * g),),
        lambda g, x, *, slope=0.01: (g * (x > 0) + g * slope * (x <= 0),),
    ],
    "SigmoidBackward": [
        lambda g, x: (g * np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))) ** 2,),
        lambda g, x: (g * (1 - np.tanh(x / 2) ** 2) / 4,),
    ],
    "TanhBackward": [
        lambda g, x: ((1 + np.tanh(x)) * g * (1 - np.tanh(x)),),
        lambda g, x: (g - g * np.tanh(x) ** 2,),
    ],
    "SoftplusBackward": [
        lambda g, x, *, beta=1.0: (g / (1 + np.exp(-beta * x)),),
        lambda g, x, *, beta=1.0: (g * (1 + np.tanh(beta * x / 2)) / 2,),
    ],
    "SiLUBackward": [
        lambda g, x: (g * sigmoid(x) * (1 + x * (1 - sigmoid(x))),),
        lambda g, x: (g * sigmoid(x) + g * x * sigmoid(x) * sigmoid(-x),),
    ],
    "ErfBackward": [
        lambda g, x: (g * 2 / math.sqrt(math.pi) * np.exp(-(x**2)),),
        lambda g, x: (2 * g * np.exp(-x * x) * np.pi**-0.5,),
    ],
    "MaximumBackward": [
        lambda g, a, b: (g * (a > b) + g / 2 * (a == b), g * (b > a) + g / 2 * (a == b)),
        lambda g, a, b: (
            np.where(a == b, g / 2, np.where(a > b, g, 0)),
            np.where(a == b, g / 2, np.where(a > b, 0, g)),
        ),
    ],
    "MinimumBackward": [
        lambda g, a, b: (g * (a < b) + g / 2 * (a == b), g * (b < a) + g / 2 * (a == b)),
        lambda g, a, b: (
            np.where(a == b, g / 2, np.where(a < b, g, 0)),
            np.where(a == b, g / 2, np.where(a < b, 0, g)),
        ),
    ],
    "ClampBackward": [
        lambda g, x, min=None, max=None: (np.where(np.clip(x, min, max) == x, g, 0),),
        lambda g, x, min=None, max=None: (
            np.where(
                (x < (-np.inf if min is None else min)) | (x > (np.inf if max is None else max)),
                0,
                g,
            ),
        ),
    ],
    "WhereBackward": [
        lambda g, c, a, b: (None, np.where(c, g, 0), np.where(~c, g, 0)),
        lambda g, c, a, b: (None, np.where(c == 1, g, 0), np.where(c == 1, 0, g)),
    ],
    "MaskedFillBackward": [
        lambda g, x, mask, value: (np.where(~mask, g, 0), None),
        lambda g, x, mask, value: (np.where(mask, 0 * np.ones_like(g), g), None),
    ],
    "TrilBackward": [
        lambda g, x, diagonal=0: (np.where(np.tri(*g.shape[-2:], diagonal) > 0, g, 0),),
        lambda g, x, diagonal=0: (np.tril(g, k=diagonal),),
    ],
    "TriuBackward": [
        lambda g, x, diagonal=0: (np.where(np.tri(*g.shape[-2:], diagonal - 1) > 0, 0, g),),
        lambda g, x, diagonal=0: (np.triu(g, k=diagonal),),
    ],
    "GELUBackward": [
        lambda g, x: (
            g * ((1 + erf(x / math.sqrt(2))) / 2 + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)),
        ),
        lambda g, x: (
            0.5 * g * (1 + erf(x * math.sqrt(0.5))) + g * x * np.exp(-0.5 * x**2) / math.tau**0.5,
        ),
    ],
}
