"""Where training starts: random weights whose spread keeps signals and gradients at one size.

A sum of n products of independent terms has n times the variance of one. Weights of variance
about 1/n undo that, n being the number of inputs (fan in, for the forward pass) or of outputs
(fan out, for the backward pass). All functions write into the tensor and return it.
"""

import functools
import math
import warnings

import numpy as np

from .device import check_device
from .engine.numbers import get_default_dtype
from .generator import rng
from .module import Parameter, write

_GAINS = {
    "linear": 1.0,
    "sigmoid": 1.0,
    "tanh": 5 / 3,
    "relu": math.sqrt(2),
}


def untrained(*shape, device=None, dtype=None) -> Parameter:
    """A parameter whose values an initializer is about to write."""
    check_device("Parameter", device)
    return Parameter(np.empty(shape, get_default_dtype() if dtype is None else dtype))


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor by which larger weights make up for what an activation takes away.

    Parameters
    ----------
    nonlinearity : {"linear", "sigmoid", "tanh", "relu", "leaky_relu"}
    param : float, optional
        The negative slope of leaky_relu (0.01).
    """
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + (0.01 if param is None else param) ** 2))
    if nonlinearity not in _GAINS:
        known = ", ".join([*_GAINS, "leaky_relu"])
        raise ValueError(f"calculate_gain: {nonlinearity!r} is not one of {known}")
    return _GAINS[nonlinearity]


def uniform_(tensor, a: float = 0.0, b: float = 1.0, generator=None):
    """Numbers between `a` and `b`, all equally likely."""
    return _filled(tensor, rng(generator).uniform(a, b, tensor.shape))


def normal_(tensor, mean: float = 0.0, std: float = 1.0, generator=None):
    """Numbers from the normal distribution."""
    return _filled(tensor, rng(generator).normal(mean, std, tensor.shape))


def constant_(tensor, val: float):
    """The same number everywhere."""
    return _filled(tensor, val)


def zeros_(tensor):
    """Zeros."""
    return _filled(tensor, 0)


def ones_(tensor):
    """Ones."""
    return _filled(tensor, 1)


def eye_(tensor):
    """The identity matrix."""
    if tensor.ndim != 2:
        raise ValueError(f"eye_: expected a matrix, got shape {tensor.shape}")
    return _filled(tensor, np.eye(*tensor.shape))


def trunc_normal_(
    tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0, generator=None
):
    """Numbers from the normal distribution that lie between `a` and `b`; others are drawn anew."""
    if not a < b or not std > 0:
        raise ValueError(f"trunc_normal_: expected a < b and std > 0, got {a}, {b} and {std}")
    if (a - mean) / std > 4 or (b - mean) / std < -4:
        raise ValueError(f"trunc_normal_: {a} to {b} is more than 4 std away from the mean {mean}")
    values = rng(generator).normal(mean, std, tensor.shape)
    while (outside := (values < a) | (values > b)).any():
        values[outside] = rng(generator).normal(mean, std, int(outside.sum()))
    return _filled(tensor, values)


def orthogonal_(tensor, gain: float = 1.0, generator=None):
    """A matrix with orthogonal rows or columns, times `gain`; further axes count as columns.

    Source: A. Saxe, J. McClelland and S. Ganguli, "Exact solutions to the nonlinear dynamics of
    learning in deep linear neural networks" (2013).
    """
    if tensor.ndim < 2:
        raise ValueError(f"orthogonal_: expected two axes or more, got shape {tensor.shape}")
    rows, columns = tensor.shape[0], math.prod(tensor.shape[1:])
    q, r = np.linalg.qr(rng(generator).normal(size=(max(rows, columns), min(rows, columns))))
    q = q * np.where(np.diagonal(r) < 0, -1.0, 1.0)  # so that all directions are equally likely
    return _filled(tensor, gain * (q if rows >= columns else q.T).reshape(tensor.shape))


def xavier_uniform_(tensor, gain: float = 1.0, generator=None):
    """U(-a, a) with a = gain · √(6 / (fan in + fan out)).

    Source: X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward
    neural networks" (2010).
    """
    a = gain * math.sqrt(6 / sum(_fans(tensor)))
    return uniform_(tensor, -a, a, generator=generator)


def xavier_normal_(tensor, gain: float = 1.0, generator=None):
    """N(0, gain² · 2 / (fan in + fan out)). Source: as `xavier_uniform_`."""
    return normal_(tensor, 0, gain * math.sqrt(2 / sum(_fans(tensor))), generator=generator)


def kaiming_uniform_(
    tensor, a: float = 0, mode="fan_in", nonlinearity="leaky_relu", generator=None
):
    """U(-b, b) with b = gain · √(3 / fan), `a` being the negative slope of leaky_relu.

    Source: K. He et al., "Delving deep into rectifiers" (2015).
    """
    b = math.sqrt(3) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -b, b, generator=generator)


def kaiming_normal_(tensor, a: float = 0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """N(0, gain² / fan). Source: as `kaiming_uniform_`."""
    return normal_(tensor, 0, _kaiming_std(tensor, a, mode, nonlinearity), generator=generator)


def dirac_(tensor, groups: int = 1):
    """Weights (O, C, …) of a convolution that hands its input on: 1 in the middle of window (i, i).

    Parameters
    ----------
    groups : int
        So many groups of output channels that each hand on the first channels.
    """
    if tensor.ndim not in (3, 4, 5) or groups < 1 or tensor.shape[0] % groups:
        raise ValueError(
            f"dirac_: shape {tensor.shape} is none of a convolution's weight in {groups} groups:"
            " (O, C, …) with one to three more axes, O a multiple of groups"
        )
    out, channels, *window = tensor.shape
    each = out // groups
    values = np.zeros(tensor.shape)
    middle = tuple(n // 2 for n in window)
    for i in range(min(each, channels)):
        values[(slice(i, None, each), i, *middle)] = 1
    return _filled(tensor, values)


def sparse_(tensor, sparsity: float, std: float = 0.01, generator=None):
    """Numbers from the normal distribution, a share `sparsity` of each column left at 0.

    Source: J. Martens, "Deep learning via Hessian-free optimization" (2010).
    """
    if tensor.ndim != 2 or not 0 <= sparsity <= 1:
        raise ValueError(
            f"sparse_: expected a matrix and a share in [0, 1], got {tensor.shape} and {sparsity}"
        )
    draw, n = rng(generator), math.ceil(sparsity * len(tensor))
    values = draw.normal(0, std, tensor.shape)
    order = draw.permuted(np.tile(np.arange(len(tensor))[:, None], tensor.shape[1]), axis=0)
    values[order < n] = 0
    return _filled(tensor, values)


def _older(function):
    """An initializer by its older name, without the underscore, which warns."""
    name = function.__name__.rstrip("_")

    @functools.wraps(function)
    def older(*args, **kwargs):
        warnings.warn(f"nn.init.{name} is deprecated: use {name}_", FutureWarning, stacklevel=2)
        return function(*args, **kwargs)

    older.__name__ = older.__qualname__ = name
    older.__doc__ = f"The older name of `{name}_`; it warns, as in PyTorch."
    return older


constant, dirac, eye, normal, orthogonal, sparse, uniform = map(
    _older, (constant_, dirac_, eye_, normal_, orthogonal_, sparse_, uniform_)
)
kaiming_normal, kaiming_uniform, xavier_normal, xavier_uniform = map(
    _older, (kaiming_normal_, kaiming_uniform_, xavier_normal_, xavier_uniform_)
)


def reset_as_pytorch_(weight, bias):
    """What `Linear` and `Conv2d` start with: U(-1/√fan in, 1/√fan in), weight and bias alike.

    Source: PyTorch's `reset_parameters`, which writes it as kaiming_uniform_ with a = √5.
    """
    bound = 1 / math.sqrt(max(_fans(weight)[0], 1))
    uniform_(weight, -bound, bound)
    if bias is not None:
        uniform_(bias, -bound, bound)


def _filled(tensor, values):
    write(tensor, values)
    return tensor


def _fans(tensor):
    """(fan in, fan out) of a weight (out, in, …): how many products meet in one sum."""
    if tensor.ndim < 2:
        raise ValueError(
            f"fan in and fan out: a weight has at least two axes, got shape {tensor.shape}"
        )
    window = math.prod(tensor.shape[2:])
    return tensor.shape[1] * window, tensor.shape[0] * window


def _kaiming_std(tensor, a, mode, nonlinearity):
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"kaiming: mode must be 'fan_in' or 'fan_out', got {mode!r}")
    return calculate_gain(nonlinearity, a) / math.sqrt(_fans(tensor)[mode == "fan_out"])
