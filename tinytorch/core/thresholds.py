"""Activations that leave nothing, or a constant, of what is small; and in-place forms of others."""

import numpy as np

from .activations import (
    _Activation,
    celu,
    elu,
    hardtanh,
    in_place,
    leaky_relu,
    relu,
    selu,
)
from .engine.base import as_tensor
from .engine.numbers import values_of
from .module import Module
from .operations.activations import tanh, with_flat_gradient
from .tensor import Tensor


def threshold(input, threshold, value, inplace=False) -> Tensor:
    """x where x > threshold, and `value` elsewhere."""
    x = as_tensor(input)
    z = with_flat_gradient(x).masked_fill(values_of(x) <= threshold, value)
    return in_place("threshold", input, z) if inplace else z


def hardshrink(input, lambd=0.5) -> Tensor:
    """x where ``|x| > lambd``, and 0 elsewhere."""
    x = as_tensor(input)
    small = abs(_floats("hardshrink", x)) <= lambd
    return with_flat_gradient(x).masked_fill(small, 0.0)


def softshrink(input, lambd=0.5) -> Tensor:
    """x - lambd where x > lambd, x + lambd where x < -lambd, and 0 between.

    Source: D. L. Donoho, "De-noising by soft-thresholding" (1995).
    """
    if not lambd >= 0:
        raise ValueError(f"softshrink: lambd must not be negative, got {lambd}")
    x = as_tensor(input)
    v = _floats("softshrink", x)
    z = with_flat_gradient(x) - Tensor(np.copysign(v.dtype.type(lambd), v))
    return z.masked_fill(abs(v) <= lambd, 0.0)


def tanhshrink(input) -> Tensor:
    """x - tanh x."""
    x = as_tensor(input)
    return x - tanh(x)


def _floats(name, x):
    if x.dtype.kind != "f":
        raise TypeError(f"{name}: expected floating-point numbers, got {x.dtype}")
    return values_of(x)


def relu_(input) -> Tensor:
    """`relu`, written over its input."""
    return relu(input, inplace=True)


def leaky_relu_(input, negative_slope=0.01) -> Tensor:
    """`leaky_relu`, written over its input."""
    return leaky_relu(input, negative_slope, inplace=True)


def elu_(input, alpha=1.0) -> Tensor:
    """`elu`, written over its input."""
    return elu(input, alpha, inplace=True)


def celu_(input, alpha=1.0) -> Tensor:
    """`celu`, written over its input."""
    return celu(input, alpha, inplace=True)


def selu_(input) -> Tensor:
    """`selu`, written over its input."""
    return selu(input, inplace=True)


def hardtanh_(input, min_val=-1.0, max_val=1.0) -> Tensor:
    """`hardtanh`, written over its input."""
    return hardtanh(input, min_val, max_val, inplace=True)


def threshold_(input, threshold, value) -> Tensor:
    """`threshold`, written over its input."""
    return _threshold(input, threshold, value, inplace=True)


_threshold = threshold


class Threshold(_Activation):
    """z = x where x > threshold, and `value` elsewhere."""

    def __init__(self, threshold: float, value: float, inplace: bool = False):
        super().__init__(inplace)
        self.threshold, self.value = threshold, value

    def forward(self, x):
        return threshold(x, self.threshold, self.value, self.inplace)

    def extra_repr(self):
        return f"threshold={self.threshold}, value={self.value}"


class Hardshrink(Module):
    """``z = x where |x| > lambd``, and 0 elsewhere."""

    function = staticmethod(hardshrink)

    def __init__(self, lambd: float = 0.5):
        super().__init__()
        self.lambd = lambd

    def forward(self, x):
        return type(self).function(x, self.lambd)

    def extra_repr(self):
        return f"{self.lambd}"


class Softshrink(Hardshrink):
    """z = x - lambd where x > lambd, x + lambd where x < -lambd, and 0 between."""

    function = staticmethod(softshrink)


class Tanhshrink(Module):
    """z = x - tanh x."""

    def forward(self, x):
        return tanhshrink(x)
