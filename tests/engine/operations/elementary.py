"""Rows of the table of operations: Elementary functions."""

import math

import numpy as np

from .row import Operation, extreme, inf, nan, positive, unary

ELEMENTARY = (
    Operation(
        "exp",
        "ExpBackward",
        lambda t, x: t.exp(x),
        np.exp,
        unary(),
        (extreme([-1e4, 1e4], value=[0.0, inf], gradients=([0.0, inf],)),),
    ),
    Operation(
        "log",
        "LogBackward",
        lambda t, x: t.log(x),
        np.log,
        unary(positive),
        (extreme([0.0, -1.0], value=[-inf, nan], gradients=([inf, -1.0],)),),
    ),
    Operation(
        "sqrt",
        "SqrtBackward",
        lambda t, x: t.sqrt(x),
        np.sqrt,
        unary(positive),
        (extreme([0.0, -1.0], value=[0.0, nan], gradients=([inf, nan],)),),
    ),
)


ELEMENTARY += (
    Operation("sin", "SinBackward", lambda t, x: t.sin(x), np.sin, unary()),
    Operation("cos", "CosBackward", lambda t, x: t.cos(x), np.cos, unary()),
    Operation(
        "abs",
        "AbsBackward",
        lambda t, x: t.abs(x),
        np.abs,
        unary(),
        (extreme([0.0, -inf], value=[0.0, inf], gradients=([0.0, -1.0],)),),
    ),
    Operation(
        "erf",
        "ErfBackward",
        lambda t, x: t.erf(x),
        lambda x: np.vectorize(math.erf, otypes=[x.dtype])(x),
        unary(),
        (
            extreme(
                [-inf, 0.0, 1e4],
                value=[-1.0, 0.0, 1.0],
                gradients=([0, 2 / math.sqrt(math.pi), 0],),
            ),
        ),
    ),
)
