"""Normalization: zero mean and unit variance, over the features or over the batch."""

import math

import numpy as np

from .autograd import Function, unbroadcast
from .course import moved
from .operands import is_array
from .reduction import sum_kept


class LayerNormBackward(Function):
    """z = weight · (x - mean) / √(var + eps) + bias, over the last axes of x.

    With x̂ the normalized x and h = g · weight:
    ∂L/∂x = (h - mean h - x̂ · mean(h · x̂)) / √(var + eps),
    ∂L/∂weight = Σ g · x̂,  ∂L/∂bias = Σ g, summed over the leading axes.
    What would shift or scale all of x is taken out of h: neither changes x̂.
    Keeps x and x̂.
    Cost: 7n; 9n back. PyTorch: NativeLayerNormBackward0.
    Source: J. L. Ba, J. R. Kiros, G. E. Hinton, "Layer normalization" (2016).
    """

    saves = ("x", "weight")

    def forward(self, x, weight, bias, *, normalized_shape, eps=1e-5):
        shape = tuple(normalized_shape)
        _refuse_other_shape(shape, x, weight, bias)
        self.axes, self.eps = tuple(range(x.ndim - len(shape), x.ndim)), eps
        self.scratch = x_hat, _ = _normalized(x, self.axes, eps)
        z = x_hat * weight
        z += bias
        return z

    def apply(self, g):
        x, weight = self.saved_tensors
        if is_array(g):
            x_hat, scale = self.scratch
        else:
            x_hat, scale = _normalized(x, self.axes, self.eps)
        shape = x.shape[self.axes[0] :]
        return _through(self, g, x_hat, scale, weight, self.axes, shape)


def _refuse_other_shape(shape, x, weight, bias):
    if x.shape[x.ndim - len(shape) :] != shape or not shape:
        raise ValueError(
            f"layernorm: normalized_shape {shape} is not the end of the input's shape {x.shape}"
        )
    for name, p in (("weight", weight), ("bias", bias)):
        if np.ndim(p) and p.shape != shape:
            raise ValueError(f"layernorm: {name} must have shape {shape}, got {p.shape}")


class BatchNormBackward(Function):
    """z = weight · (x - mean) / √(var + eps) + bias, for each channel (axis 1).

    ∂L/∂x in training, where mean and var are those of the batch and depend
    on x, is that of layer normalization, over all axes but the channel's; in
    evaluation they are constants, the running ones, and
    ∂L/∂x = g · weight / √(var + eps). ∂L/∂weight = Σ g · x̂,  ∂L/∂bias = Σ g.
    Keeps x and x̂.
    Cost: 7n; 9n back. PyTorch: NativeBatchNormBackward0.
    Source: S. Ioffe and C. Szegedy, "Batch normalization" (2015).
    """

    saves = ("x", "weight")

    def forward(self, x, weight, bias, *, mean=None, var=None, eps=1e-5):
        self.axes = tuple(i for i in range(x.ndim) if i != 1)
        self.column = (-1, *(1,) * (x.ndim - 2))
        self.eps = eps
        if mean is None:
            self.scratch = x_hat, _ = _normalized(x, self.axes, eps)
            self.fixed = None
        else:
            mean = self._column(mean).astype(x.dtype)
            scale = (1 / np.sqrt(self._column(var) + eps)).astype(x.dtype)
            self.fixed = mean, scale
            x_hat = (x - mean) * scale
        return x_hat * self._column(weight) + self._column(bias)

    def apply(self, g):
        x, weight = self.saved_tensors
        if self.fixed is not None:
            mean, scale = self.fixed
            x_hat = (x - mean) * scale
            grads = (
                g * self._column(weight) * scale,
                sum_kept(g * x_hat, self.axes),
                sum_kept(g, self.axes),
            )
        else:
            if is_array(g):
                x_hat, scale = self.scratch
            else:  # a gradient that is to be differentiated again
                x_hat, scale = _normalized(x, self.axes, self.eps)
            weight, shape = self._column(weight), (x.shape[1], *self.column[1:])
            grads = _through(self, g, x_hat, scale, weight, self.axes, shape)
        return tuple(
            d.reshape(to.shape) if to else None
            for d, to in zip(grads, self.next_functions, strict=True)
        )

    def _column(self, p):
        return p.reshape(self.column) if getattr(p, "ndim", 0) else p


def _normalized(x, axes, eps):
    """x̂ and 1/√(var + eps), for arrays and Tensors alike."""
    n = max(math.prod([x.shape[i] for i in axes]), 1)
    deviation = x - sum_kept(x, axes) / n
    scale = 1 / np.sqrt(_products(deviation, deviation, axes) / n + eps)
    deviation *= scale
    return deviation, scale


def _products(a, b, axes):
    """Σ a·b over the axes, kept at length 1; of arrays' last axis without the product in memory."""
    if is_array(a) and axes == (a.ndim - 1,):
        return np.vecdot(a, b)[..., None]
    return sum_kept(a * b, axes)


def _through(node, g, x_hat, scale, weight, axes, shape):
    """The gradients of x, weight and bias (of `shape`), by all paths from x."""
    to_x, to_weight, to_bias = node.next_functions
    dx = None
    if to_x:
        h = g * weight
        n = max(math.prod([g.shape[i] for i in axes]), 1)
        share = _products(h, x_hat, axes) / n
        dx = h - sum_kept(h, axes) / n
        dx -= x_hat * share
        dx *= scale
    return (
        dx,
        unbroadcast(g * x_hat, shape) if to_weight else None,
        unbroadcast(g, shape) if to_bias else None,
    )


def __getattr__(name):
    return moved(__name__, name)
