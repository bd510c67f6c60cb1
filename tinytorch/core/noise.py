"""Activations that draw: slopes, samples of classes, and channels left out."""

import math
import warnings

import numpy as np

from .activations import _Activation, in_place, leaky_relu
from .engine.base import as_tensor
from .engine.numbers import values_of
from .generator import rng
from .layers import Dropout, dropout
from .module import Module
from .operations.activations import softmax, with_flat_gradient
from .tensor import Tensor

LEAST = -1.7580993408473766  # what SELU comes down to, -scale · alpha


def rrelu(input, lower=1 / 8, upper=1 / 3, training=False, inplace=False) -> Tensor:
    """x where x > 0, elsewhere a slope times x: drawn from U(lower, upper) for each in training,
    their mean otherwise.

    Source: B. Xu et al., "Empirical evaluation of rectified activations in convolutional network"
    (2015).
    """
    if not lower <= upper:
        raise ValueError(f"rrelu: lower must not be above upper, got {lower} and {upper}")
    x = as_tensor(input)
    if not training:
        return leaky_relu(input, (lower + upper) / 2, inplace)
    slopes = rng().uniform(lower, upper, x.shape).astype(x.dtype)
    v = values_of(x)
    z = with_flat_gradient(x) * np.where(v > 0, v.dtype.type(1), slopes)
    return in_place("rrelu", input, z) if inplace else z


def rrelu_(input, lower=1 / 8, upper=1 / 3, training=False) -> Tensor:
    """`rrelu`, written over its input."""
    return rrelu(input, lower, upper, training, inplace=True)


def gumbel_softmax(logits, tau=1.0, hard=False, eps=1e-10, dim=-1) -> Tensor:
    """softmax((logits + noise) / tau): a draw of a class that gradients go through.

    Parameters
    ----------
    tau : float
        The temperature: near 0 a draw is nearly one-hot.
    hard : bool
        Return the largest as 1 and the others as 0, with the gradient of the softmax.
    eps : float
        Accepted for PyTorch's sake, where it has no effect either.
    dim : int
        The axis of the classes.

    Source: E. Jang, S. Gu and B. Poole, "Categorical reparameterization with Gumbel-softmax"
    (2017).
    """
    if eps != 1e-10:
        warnings.warn("gumbel_softmax: eps has no effect", stacklevel=2)
    x = as_tensor(logits)
    if x.dtype.kind != "f":
        raise TypeError(f"gumbel_softmax: expected floating-point numbers, got {x.dtype}")
    noise = -np.log(rng().standard_exponential(x.shape))
    soft = softmax((x + Tensor(noise.astype(x.dtype))) / tau, dim)
    if not hard:
        return soft
    values = values_of(soft)
    chosen = np.zeros_like(values)
    np.put_along_axis(chosen, values.argmax(dim, keepdims=True), 1, dim)
    return Tensor(chosen) - soft.detach() + soft


def alpha_dropout(input, p=0.5, training=False, inplace=False) -> Tensor:
    """Dropout for SELU: what is left out becomes its least value, and mean and variance stay.

    Source: G. Klambauer et al., "Self-normalizing neural networks" (2017).
    """
    return _alpha("alpha_dropout", input, p, training, inplace, np.shape(input))


def feature_alpha_dropout(input, p=0.5, training=False, inplace=False) -> Tensor:
    """`alpha_dropout` of whole channels (axis 1) of samples (axis 0)."""
    shape = np.shape(input)
    shape = (*shape[:2], *(1 for _ in shape[2:]))
    return _alpha("feature_alpha_dropout", input, p, training, inplace, shape)


def _alpha(name, input, p, training, inplace, shape):
    if not 0 <= p <= 1:
        raise ValueError(f"{name}: p must be a probability in [0, 1], got {p}")
    x = as_tensor(input)
    if not training or p == 0:
        return x
    if p == 1:
        z = x * 0
    else:
        kept = rng().random(shape, np.float32) >= p
        scale = 1 / math.sqrt((LEAST * LEAST * p + 1) * (1 - p))
        z = x * Tensor(np.where(kept, scale, 0).astype(x.dtype))
        z = z + Tensor((np.where(kept, 0, LEAST * scale) - LEAST * scale * p).astype(x.dtype))
    return in_place(name, input, z) if inplace else z


def dropout1d(input, p=0.5, training=True, inplace=False) -> Tensor:
    """Whole channels of (N, C, L) or (C, L) at zero with probability `p`; as `dropout`."""
    return _channels("dropout1d", "sequences (N, C, L) or (C, L)", 1, input, p, training, inplace)


def dropout3d(input, p=0.5, training=True, inplace=False) -> Tensor:
    """Whole channels of (N, C, D, H, W) or (C, D, H, W) at zero with probability `p`."""
    expected = "volumes (N, C, D, H, W) or (C, D, H, W)"
    return _channels("dropout3d", expected, 3, input, p, training, inplace)


def _channels(name, expected, axes, input, p, training, inplace):
    x = as_tensor(input)
    if not 0 <= p <= 1:
        raise ValueError(f"{name}: p must be a probability in [0, 1], got {p}")
    if x.ndim not in (axes + 1, axes + 2):
        raise ValueError(f"{name}: expected {expected}, got {x.shape}")
    if not training or p == 0:
        return x
    z = x * dropout(Tensor(np.ones((*x.shape[:-axes], *(1,) * axes), x.dtype)), p)
    return in_place(name, input, z) if inplace else z


class RReLU(_Activation):
    """z = x where x > 0, elsewhere a slope times x that is drawn in training; see
    `nn.functional.rrelu`."""

    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3, inplace: bool = False):
        super().__init__(inplace)
        self.lower, self.upper = lower, upper

    def forward(self, x):
        return rrelu(x, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self):
        return f"lower={self.lower}, upper={self.upper}"


class Softmax2d(Module):
    """The softmax over the channels of each pixel of (N, C, H, W) or (C, H, W)."""

    def forward(self, x):
        if x.ndim not in (3, 4):
            raise ValueError(f"Softmax2d: expected (N, C, H, W) or (C, H, W), got {x.shape}")
        return softmax(x, -3)


class AlphaDropout(Dropout):
    """Dropout for SELU, which keeps mean and variance; see `nn.functional.alpha_dropout`."""

    function = staticmethod(alpha_dropout)


class FeatureAlphaDropout(Dropout):
    """`AlphaDropout` of whole channels (axis 1) of samples (axis 0)."""

    function = staticmethod(feature_alpha_dropout)


class Dropout1d(Dropout):
    """In training, each channel of a sequence is 0 with probability p, scaled as by `Dropout`."""

    function = staticmethod(dropout1d)


class Dropout3d(Dropout):
    """In training, each channel of a volume is 0 with probability p, scaled as by `Dropout`."""

    function = staticmethod(dropout3d)
