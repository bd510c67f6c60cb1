"""Normalization: zero mean and unit variance, over the features or over the batch."""

import math

import numpy as np

from . import initializers
from .construction import ones, zeros
from .engine.base import as_tensor
from .engine.function import Function
from .engine.numbers import as_float32, is_array
from .engine.unbroadcast import unbroadcast
from .initializers import untrained
from .module import Module, write
from .operations.curves import scaled
from .operations.reduction import sum_kept
from .operations.selection import flat
from .tensor import Tensor


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
        refuse_misfits(shape, x, weight, bias)
        self.axes, self.eps = tuple(range(x.ndim - len(shape), x.ndim)), eps
        self.intermediate = x_hat, _ = normalized(x, self.axes, eps)
        z = x_hat * weight
        z += bias
        return z.astype(np.result_type(x, weight, bias), copy=False)

    def apply(self, g):
        x, weight = self.saved_tensors
        if is_array(g):
            x_hat, scale = self.intermediate
        else:
            x_hat, scale = normalized(x, self.axes, self.eps)
        shape = x.shape[self.axes[0] :]
        return gradients_of_normalized(self, g, x_hat, scale, weight, self.axes, shape)


def refuse_misfits(shape, x, weight, bias):
    if x.shape[x.ndim - len(shape) :] != shape or not shape:
        raise ValueError(
            f"layernorm: normalized_shape {shape} is not the end of the input's shape {x.shape}"
        )
    for name, p in (("weight", weight), ("bias", bias)):
        if np.ndim(p) and p.shape != shape:
            raise ValueError(f"layernorm: {name} must have shape {shape}, got {p.shape}")


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5) -> Tensor:
    """Zero mean and unit variance over the last axes, then times `weight` plus `bias`."""
    if isinstance(normalized_shape, int):
        normalized_shape = (normalized_shape,)
    return LayerNormBackward.run(
        as_tensor(input),
        1.0 if weight is None else weight,
        0.0 if bias is None else bias,
        normalized_shape=tuple(normalized_shape),
        eps=eps,
    )


class LayerNorm(Module):
    """Zero mean and unit variance over the last axes of every sample, then scale and shift.

    Parameters
    ----------
    normalized_shape : int or tuple
        The lengths of those axes.
    eps : float
        Added to the variance.
    elementwise_affine : bool
        Whether there are a weight and a bias.
    bias : bool
        Whether there is a bias.

    Attributes
    ----------
    weight, bias : Parameter, normalized_shape, or None
        Start at ones and zeros.

    Source: J. L. Ba, J. R. Kiros and G. E. Hinton, "Layer normalization" (2016).
    """

    def __init__(
        self,
        normalized_shape,
        eps: float = 1e-5,
        elementwise_affine=True,
        bias: bool = True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        made, shape = {"device": device, "dtype": dtype}, normalized_shape
        self.normalized_shape = (shape,) if isinstance(shape, int) else tuple(shape)
        self.eps = eps
        self.weight = self.bias = None
        if elementwise_affine:
            shape = self.normalized_shape
            self.weight = initializers.ones_(untrained(*shape, **made))
            self.bias = initializers.zeros_(untrained(*shape, **made)) if bias else None

    def forward(self, x):
        return layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return f"{self.normalized_shape}, eps={self.eps}"


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
        self.column_shape = (-1, *(1,) * (x.ndim - 2))
        self.eps = eps
        if mean is None:
            self.intermediate = x_hat, _ = normalized(x, self.axes, eps)
            self.fixed = None
        else:
            mean = self.as_column(mean).astype(x.dtype)
            scale = (1 / np.sqrt(self.as_column(var) + eps)).astype(x.dtype)
            self.fixed = mean, scale
            x_hat = (x - mean) * scale
        z = x_hat * self.as_column(weight) + self.as_column(bias)
        return z.astype(np.result_type(x, weight, bias), copy=False)

    def apply(self, g):
        x, weight = self.saved_tensors
        if self.fixed is not None:
            mean, scale = self.fixed
            x_hat = (x - mean) * scale
            dx = g * self.as_column(weight) * scale
            grads = (
                dx if is_array(g) or not self.next_functions[0] else flat(self, dx),
                sum_kept(g * x_hat, self.axes),
                sum_kept(g, self.axes),
            )
        else:
            # the weight is one for all of a channel, and waits till the end, with the scale
            column, shape = self.as_column(weight), (x.shape[1], *self.column_shape[1:])
            if is_array(g):
                x_hat, scale = self.intermediate
                scale = scale * column
            else:  # a gradient that is to be differentiated again
                x_hat, scale = normalized(x, self.axes, self.eps)
            grads = gradients_of_normalized(self, g, x_hat, scale, None, self.axes, shape)
            if not is_array(g) and self.next_functions[0] and isinstance(column, Tensor):
                grads = (scaled(column, self.along_x, x, g), *grads[1:])
        return tuple(
            d.reshape(to.shape) if to else None
            for d, to in zip(grads, self.next_functions, strict=True)
        )

    def along_x(self, x, g):
        """The gradient of x in training, for a weight of 1."""
        x_hat, scale = normalized(x, self.axes, self.eps)
        return gradients_of_normalized(self, g, x_hat, scale, None, self.axes, ())[0]

    def as_column(self, p):
        return p.reshape(self.column_shape) if getattr(p, "ndim", 0) else p


def batch_norm(
    input,
    running_mean,
    running_var,
    weight=None,
    bias=None,
    training=False,
    momentum=0.1,
    eps=1e-5,
) -> Tensor:
    """Zero mean and unit variance for each channel (axis 1), then times `weight` plus `bias`.

    In training the statistics are those of the batch, and `running_mean` and `running_var` (which
    may be None) move towards them by the share `momentum`; otherwise they are used themselves.
    """
    x = as_tensor(input)
    if x.ndim < 2:
        raise ValueError(f"batchnorm: shape {x.shape} has no channels; they are axis 1")
    n = x.numel() // max(x.shape[1], 1)
    fixed = {}
    if not training:
        if running_mean is None or running_var is None:
            raise ValueError("batchnorm: evaluation needs running_mean and running_var")
        fixed = {"mean": running_mean._data, "var": running_var._data}
    elif n == 1:
        raise ValueError(
            f"batchnorm: shape {x.shape} has 1 value for each channel; training needs two or more"
        )
    z = BatchNormBackward.run(
        x, 1.0 if weight is None else weight, 0.0 if bias is None else bias, eps=eps, **fixed
    )
    if training and running_mean is not None and n:
        axes = tuple(i for i in range(x.ndim) if i != 1)
        for running, now in (
            (running_mean, as_float32(x._data).mean(axis=axes)),
            (running_var, as_float32(x._data).var(axis=axes, ddof=1)),
        ):
            running[...] = (1 - momentum) * running._data + momentum * now
    return z


class _BatchNorm(Module):
    """Zero mean and unit variance of every channel, then scale and shift.

    In training by the statistics of the batch; in evaluation by the running ones, which the
    batches seen in training have left behind.

    Parameters
    ----------
    num_features : int
        The number of channels, axis 1.
    eps : float
        Added to the variance.
    momentum : float or None
        By how much the running statistics move to those of a batch; None: they are the mean of
        all batches.
    affine : bool
        Whether there are a weight and a bias.
    track_running_stats : bool
        False: evaluation uses the batch too.
    bias : bool
        Whether there is a bias, if there is a weight.

    Attributes
    ----------
    weight, bias : Parameter, (num_features,), or None
        Start at ones and zeros.
    running_mean, running_var, num_batches_tracked : Tensor or None
        Buffers.

    Source: S. Ioffe and C. Szegedy, "Batch normalization" (2015).
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device=None,
        dtype=None,
        *,
        bias: bool = True,
    ):
        super().__init__()
        made, n = {"device": device, "dtype": dtype}, num_features
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = initializers.ones_(untrained(n, **made)) if affine else None
        self.bias = initializers.zeros_(untrained(n, **made)) if affine and bias else None
        track = track_running_stats
        self.register_buffer("running_mean", zeros(n, **made) if track else None)
        self.register_buffer("running_var", ones(n, **made) if track else None)
        self.register_buffer("num_batches_tracked", np.array(0) if track else None)

    def forward(self, x):
        if x.ndim not in self.ranks or x.shape[1] != self.num_features:
            raise ValueError(
                f"{type(self).__name__}: the input has shape {x.shape}; expected"
                f" {self.expected.format(self.num_features)}"
            )
        tracked = self.running_mean is not None
        momentum = self.momentum
        if self.training and tracked:
            count = int(self.num_batches_tracked) + 1
            momentum = 1 / count if momentum is None else momentum
        z = batch_norm(
            x,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not tracked,
            momentum,
            self.eps,
        )
        if self.training and tracked:
            write(self.num_batches_tracked, count)
        return z

    def extra_repr(self):
        return f"{self.num_features}, eps={self.eps}, momentum={self.momentum}"


class BatchNorm1d(_BatchNorm):
    __doc__ = _BatchNorm.__doc__
    ranks, expected = (2, 3), "(N, {0}) or (N, {0}, L)"


class BatchNorm2d(_BatchNorm):
    __doc__ = _BatchNorm.__doc__
    ranks, expected = (4,), "(N, {0}, H, W)"


class BatchNorm3d(_BatchNorm):
    __doc__ = _BatchNorm.__doc__
    ranks, expected = (5,), "(N, {0}, D, H, W)"


def normalized(x, axes, eps):
    """x̂ and 1/√(var + eps), for arrays and Tensors alike."""
    x, n = as_float32(x), max(math.prod([x.shape[i] for i in axes]), 1)
    deviation = x - sum_kept(x, axes) / n
    scale = 1 / np.sqrt(sum_of_products(deviation, deviation, axes) / n + eps)
    deviation *= scale
    return deviation, scale


def sum_of_products(a, b, axes):
    """Σ a·b over the axes, kept at length 1; of arrays' last axis without the product in memory."""
    if is_array(a) and axes == (a.ndim - 1,):
        return np.vecdot(a, b)[..., None]
    return sum_kept(a * b, axes)


def gradients_of_normalized(node, g, x_hat, scale, weight, axes, shape):
    """The gradients of x, weight and bias (of `shape`), by all paths from x."""
    to_x, to_weight, to_bias = node.next_functions
    g, dx = as_float32(g), None
    if to_x:
        h = g if weight is None else g * weight
        n = max(math.prod([g.shape[i] for i in axes]), 1)
        share = sum_of_products(h, x_hat, axes) / n
        dx = h - sum_kept(h, axes) / n
        dx -= x_hat * share
        dx *= scale
    return (
        dx,
        unbroadcast(g * x_hat, shape) if to_weight else None,
        unbroadcast(g, shape) if to_bias else None,
    )
