"""Rows of the table of operations: Activations."""

import math

import numpy as np

from .row import (
    Operation,
    _along,
    _sigmoid,
    _softmax,
    bad_dims,
    case,
    extreme,
    inf,
    normal,
    refusal,
    unary,
)

ACTIVATIONS = (
    Operation(
        "relu",
        "ReLUBackward",
        lambda t, x: t.relu(x),
        lambda x: np.maximum(x, 0),
        unary(),
        (extreme([0.0, -1e30, 1e30], value=[0.0, 0.0, 1e30], gradients=([0.0, 0.0, 1.0],)),),
    ),
    Operation(
        "sigmoid",
        "SigmoidBackward",
        lambda t, x: t.sigmoid(x),
        lambda x: 1 / (1 + np.exp(-x)),
        unary(),
        (extreme([-1e4, 0.0, 1e4], value=[0.0, 0.5, 1.0], gradients=([0.0, 0.25, 0.0],)),),
    ),
    Operation(
        "tanh",
        "TanhBackward",
        lambda t, x: t.tanh(x),
        np.tanh,
        unary(),
        (extreme([-1e4, 0.0, 1e4], value=[-1.0, 0.0, 1.0], gradients=([0.0, 1.0, 0.0],)),),
    ),
)


ACTIVATIONS += (
    Operation(
        "leaky_relu",
        "LeakyReLUBackward",
        lambda t, x, slope=0.01: t.nn.functional.leaky_relu(x, slope),
        lambda x, slope=0.01: np.where(x > 0, x, slope * x),
        (*unary(), case(normal(3), slope=0.3)),
        (extreme([0.0, -100.0], value=[0.0, -1.0], gradients=([0.01, 0.01],)),),
    ),
    Operation(
        "gelu",
        "GELUBackward",
        lambda t, x: t.nn.functional.gelu(x),
        lambda x: x * (1 + np.vectorize(math.erf, otypes=[x.dtype])(x / math.sqrt(2))) / 2,
        unary(),
        (extreme([-1e4, 0.0, 1e4], value=[0.0, 0.0, 1e4], gradients=([0.0, 0.5, 1.0],)),),
    ),
    Operation(
        "gelu tanh",
        "GELUBackward",
        lambda t, x, approximate="tanh": t.nn.functional.gelu(x, approximate=approximate),
        lambda x: x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2,
        unary(),
        (extreme([-1e4, 0.0, 1e4], value=[0.0, 0.0, 1e4], gradients=([0.0, 0.5, 1.0],)),),
        (
            refusal(
                normal(2),
                approximate="exact",
                message="gelu: approximate must be 'none' or 'tanh', got 'exact'",
            ),
        ),
    ),
    Operation(
        "silu",
        "SiLUBackward",
        lambda t, x: t.nn.functional.silu(x),
        lambda x: x * _sigmoid(x),
        unary(),
        (extreme([-1e4, 0.0, 1e4], value=[0.0, 0.0, 1e4], gradients=([0.0, 0.5, 1.0],)),),
    ),
    Operation(
        "softplus",
        "SoftplusBackward",
        lambda t, x, **params: t.nn.functional.softplus(x, **params),
        lambda x, beta=1.0, threshold=20.0: np.where(
            x * beta > threshold, x, np.log1p(np.exp(beta * x)) / beta
        ),
        (*unary(), case(normal(4), beta=3.0), case(normal(4), threshold=1.0)),
        (extreme([-1e4, 0.0, 1e4], value=[0.0, math.log(2), 1e4], gradients=([0.0, 0.5, 1.0],)),),
    ),
    Operation(
        "softmax",
        "SoftmaxBackward",
        lambda t, x, dim: t.softmax(x, dim),
        lambda x, dim: _softmax(x, dim) if x.ndim else np.ones(()),
        _along(normal),
        (
            extreme([-1e4, 0.0, 1e4], value=[0.0, 0.0, 1.0], gradients=([0.0, 0.0, 0.0],), dim=0),
            extreme([-inf, 0.0], value=[0.0, 1.0], gradients=([0.0, 0.0],), dim=0),
        ),
        bad_dims("softmax"),
    ),
    Operation(
        "log_softmax",
        "LogSoftmaxBackward",
        lambda t, x, dim: t.log_softmax(x, dim),
        lambda x, dim: np.log(_softmax(x, dim)) if x.ndim else np.zeros(()),
        _along(normal),
        (extreme([-1e4, 1e4], value=[-2e4, 0.0], gradients=([1.0, -1.0],), dim=0),),
        bad_dims("logsoftmax"),
    ),
)
