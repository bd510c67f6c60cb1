"""Activations as modules, for `Sequential`, and those that are made of others.

With `inplace=True` the input is given the result, as in PyTorch. Its old values stay where they
are: a rule that needs them has them.
"""

import numpy as np

from .engine.base import as_tensor
from .engine.modes import is_grad_enabled
from .engine.numbers import values_of
from .initializers import constant_, untrained
from .module import Module
from .operations import activations as functional
from .operations.curves import curve, with_slope
from .operations.selection import ClampBackward, where
from .softmax import softmin
from .tensor import Tensor


def in_place(name, input, z):
    """The tensor `input`, with the value of `z` and the node that made it."""
    if not isinstance(input, Tensor):
        raise TypeError(f"{name}: inplace=True takes a Tensor, got {type(input).__name__}")
    if input.requires_grad and input.is_leaf and is_grad_enabled():
        raise RuntimeError(
            f"{name}: inplace=True would write over a leaf that requires a gradient; give it the"
            " result of an operation, or leave inplace out"
        )
    input._data = z._data
    if is_grad_enabled():
        input._node = z._node
    return input


def relu(input, inplace=False) -> Tensor:
    """max(x, 0)."""
    z = functional.relu(input)
    return in_place("relu", input, z) if inplace else z


def leaky_relu(input, negative_slope=0.01, inplace=False) -> Tensor:
    """x where x > 0, and negative_slope · x elsewhere."""
    z = functional.leaky_relu(input, negative_slope)
    return in_place("leaky_relu", input, z) if inplace else z


def silu(input, inplace=False) -> Tensor:
    """x · sigmoid(x)."""
    z = functional.silu(input)
    return in_place("silu", input, z) if inplace else z


def elu(input, alpha=1.0, inplace=False) -> Tensor:
    """x where x > 0, and alpha · (eˣ - 1) elsewhere.

    Source: D.-A. Clevert, T. Unterthiner and S. Hochreiter, "Fast and accurate deep network
    learning by exponential linear units" (2015).
    """
    x = as_tensor(input)
    z = where(~(values_of(x) <= 0), x, alpha * _expm1(x))
    return in_place("elu", input, z) if inplace else z


def celu(input, alpha=1.0, inplace=False) -> Tensor:
    """x where x > 0, and alpha · (e^(x/alpha) - 1) elsewhere: an ELU without a kink."""
    x = as_tensor(input)
    z = where(~(values_of(x) <= 0), x, alpha * _expm1(x / alpha))
    return in_place("celu", input, z) if inplace else z


def selu(input, inplace=False) -> Tensor:
    """An ELU scaled so that mean 0 and variance 1 stay as they are.

    Source: G. Klambauer et al., "Self-normalizing neural networks" (2017).
    """
    x = as_tensor(input)
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    z = where(~(values_of(x) <= 0), scale * x, scale * alpha * _expm1(x))
    return in_place("selu", input, z) if inplace else z


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False) -> Tensor:
    """x, held between two values; at and beyond them it has no slope."""
    if not min_val < max_val:
        raise ValueError(f"hardtanh: min_val must be below max_val, got {min_val} and {max_val}")
    z = ClampBackward.run(as_tensor(input), min=min_val, max=max_val, open=True)
    return in_place("hardtanh", input, z) if inplace else z


def relu6(input, inplace=False) -> Tensor:
    """x, held between 0 and 6."""
    return hardtanh(input, 0.0, 6.0, inplace)


def hardsigmoid(input, inplace=False) -> Tensor:
    """x/6 + 1/2, held between 0 and 1."""
    z = hardtanh(as_tensor(input) / 6 + 0.5, 0.0, 1.0)
    return in_place("hardsigmoid", input, z) if inplace else z


def hardswish(input, inplace=False) -> Tensor:
    """x · hardsigmoid(x).

    Source: A. Howard et al., "Searching for MobileNetV3" (2019).
    """
    x = as_tensor(input)
    values = values_of(x)
    low, high = values <= -3, ~(values < 3)
    between = x.masked_fill(low | high, 0.0)
    between = curve(lambda x: x * (x + 3) / 6, between)
    z = where(low, 0.0, where(high, x, between))
    return in_place("hardswish", input, z) if inplace else z


def mish(input, inplace=False) -> Tensor:
    """x · tanh(softplus(x)).

    Source: D. Misra, "Mish: a self regularized non-monotonic activation function" (2019).
    """
    z = curve(lambda x: x * functional.softplus(x).tanh(), as_tensor(input))
    return in_place("mish", input, z) if inplace else z


def softsign(input) -> Tensor:
    """``x / (1 + |x|)``."""
    x = as_tensor(input)
    return x / (1 + abs(x))


def logsigmoid(input) -> Tensor:
    """ln sigmoid(x), finite where the sigmoid has become 0."""
    return -functional.softplus(-as_tensor(input))


def prelu(input, weight) -> Tensor:
    """x where x > 0, and weight · x elsewhere: a weight for all, or one for each channel (axis 1).

    Source: K. He et al., "Delving deep into rectifiers" (2015).
    """
    x, weight = as_tensor(input), as_tensor(weight)
    channels = x.shape[1] if x.ndim > 1 else 1
    if weight.numel() not in (1, channels):
        raise ValueError(
            f"prelu: weight of shape {weight.shape}: expected one number, or one for each of the"
            f" {channels} channels of {x.shape}"
        )
    many = weight.numel() != 1
    weight = weight.reshape(-1, *(1,) * (x.ndim - 2)) if many else weight.reshape(())
    positive = values_of(x) > 0
    return where(positive, x, weight * x.masked_fill(positive, 0.0))


def glu(input, dim=-1) -> Tensor:
    """a · sigmoid(b), with a and b the halves of the input along the axis `dim`.

    Source: Y. Dauphin et al., "Language modeling with gated convolutional networks" (2016).
    """
    x = as_tensor(input)
    if not x.ndim or x.shape[dim] % 2:
        raise ValueError(f"glu: axis {dim} of shape {x.shape} does not divide into halves")
    half = x.shape[dim] // 2
    a, b = x.narrow(dim, 0, half), x.narrow(dim, half, half)
    return a * b.sigmoid()


def _expm1(x):
    """eˣ - 1 where x ≤ 0, without the difference that loses digits near 0.

    At 0 its slope is 1 and has no slope, as in PyTorch.
    """
    t = where(values_of(x) <= 0, x, 0.0)
    return with_slope(np.expm1(t._data), t, where(values_of(x) < 0, t.exp(), 1.0))


class _Activation(Module):
    """An activation without parameters that may work in place."""

    def __init__(self, inplace: bool = False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        return type(self).function(x, inplace=self.inplace)

    def extra_repr(self):
        return "inplace=True" if self.inplace else ""


class ReLU(_Activation):
    """z = max(x, 0)."""

    function = staticmethod(relu)


class ReLU6(_Activation):
    """z = x, held between 0 and 6."""

    function = staticmethod(relu6)


class SELU(_Activation):
    """An ELU scaled so that mean 0 and variance 1 stay as they are."""

    function = staticmethod(selu)


class Hardsigmoid(_Activation):
    """z = x/6 + 1/2, held between 0 and 1."""

    function = staticmethod(hardsigmoid)


class Hardswish(_Activation):
    """z = x · hardsigmoid(x)."""

    function = staticmethod(hardswish)


class Mish(_Activation):
    """z = x · tanh(softplus(x))."""

    function = staticmethod(mish)


class ELU(_Activation):
    """z = x where x > 0, and alpha · (eˣ - 1) elsewhere."""

    function = staticmethod(elu)

    def __init__(self, alpha: float = 1.0, inplace: bool = False):
        super().__init__(inplace)
        self.alpha = alpha

    def forward(self, x):
        return type(self).function(x, self.alpha, self.inplace)

    def extra_repr(self):
        return f"alpha={self.alpha}"


class CELU(ELU):
    """z = x where x > 0, and alpha · (e^(x/alpha) - 1) elsewhere."""

    function = staticmethod(celu)


class Hardtanh(_Activation):
    """z = x, held between two values."""

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False):
        super().__init__(inplace)
        self.min_val, self.max_val = min_val, max_val

    def forward(self, x):
        return hardtanh(x, self.min_val, self.max_val, self.inplace)

    def extra_repr(self):
        return f"min_val={self.min_val}, max_val={self.max_val}"


class LeakyReLU(_Activation):
    """z = x where x > 0, and negative_slope · x elsewhere."""

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False):
        super().__init__(inplace)
        self.negative_slope = negative_slope

    def forward(self, x):
        return leaky_relu(x, self.negative_slope, self.inplace)

    def extra_repr(self):
        return f"negative_slope={self.negative_slope}"


class Sigmoid(Module):
    """z = 1 / (1 + e⁻ˣ)."""

    def forward(self, x):
        return functional.sigmoid(x)


class Tanh(Module):
    """z = tanh x."""

    def forward(self, x):
        return functional.tanh(x)


class GELU(Module):
    """z = x Φ(x), with Φ the normal distribution; approximate="tanh" uses tanh for it."""

    def __init__(self, approximate: str = "none"):
        super().__init__()
        self.approximate = approximate

    def forward(self, x):
        return functional.gelu(x, self.approximate)

    def extra_repr(self):
        return f"approximate={self.approximate!r}"


class SiLU(_Activation):
    """z = x · sigmoid(x)."""

    function = staticmethod(silu)


class Softsign(Module):
    """``z = x / (1 + |x|)``."""

    def forward(self, x):
        return softsign(x)


class LogSigmoid(Module):
    """z = ln sigmoid(x)."""

    def forward(self, x):
        return logsigmoid(x)


class PReLU(Module):
    """z = x where x > 0, and weight · x elsewhere, with a weight that learns.

    Parameters
    ----------
    num_parameters : int
        1, or the number of channels (axis 1).
    init : float
        What they start at.

    Attributes
    ----------
    weight : Parameter, (num_parameters,)
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25, device=None, dtype=None):
        super().__init__()
        self.num_parameters = num_parameters
        self.weight = constant_(untrained(num_parameters, device=device, dtype=dtype), init)

    def forward(self, x):
        return prelu(x, self.weight)

    def extra_repr(self):
        return f"num_parameters={self.num_parameters}"


class GLU(Module):
    """z = a · sigmoid(b), with a and b the halves of the input along the axis `dim`."""

    def __init__(self, dim: int = -1):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        return glu(x, self.dim)

    def extra_repr(self):
        return f"dim={self.dim}"


class Softplus(Module):
    """z = ln(1 + e^(beta·x)) / beta."""

    def __init__(self, beta: float = 1.0, threshold: float = 20.0):
        super().__init__()
        self.beta, self.threshold = beta, threshold

    def forward(self, x):
        return functional.softplus(x, self.beta, self.threshold)

    def extra_repr(self):
        return f"beta={self.beta}, threshold={self.threshold}"


class Softmax(Module):
    """z = eˣ / Σ eˣ along the axis `dim`."""

    def __init__(self, dim: int = -1):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        return functional.softmax(x, self.dim)

    def extra_repr(self):
        return f"dim={self.dim}"


class LogSoftmax(Softmax):
    """z = ln softmax(x) along the axis `dim`."""

    def forward(self, x):
        return functional.log_softmax(x, self.dim)


class Softmin(Softmax):
    """z = the softmax of -x along the axis `dim`."""

    def forward(self, x):
        return softmin(x, self.dim)
