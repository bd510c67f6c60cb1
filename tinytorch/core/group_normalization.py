"""Normalization by groups of channels, by channel, and without a mean: of each sample alone."""

import math

import numpy as np

from . import initializers
from .construction import ones, zeros
from .engine.base import as_tensor
from .engine.numbers import as_float32
from .initializers import untrained
from .module import Module
from .normalization import BatchNormBackward, batch_norm, layer_norm
from .operations.concatenation import stack
from .operations.shape import broadcast_to
from .tensor import Tensor


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5) -> Tensor:
    """Zero mean and unit variance of each group of channels (axis 1), then scale and shift.

    Parameters
    ----------
    num_groups : int
        Into how many groups the channels of a sample are cut.
    weight, bias : Tensor, (C,), optional

    Source: Y. Wu and K. He, "Group normalization" (2018).
    """
    x = as_tensor(input)
    if x.ndim < 2 or num_groups < 1 or x.shape[1] % num_groups:
        raise ValueError(
            f"group_norm: the channels (axis 1) of shape {x.shape} do not divide into {num_groups}"
            " groups"
        )
    n, channels, *rest = x.shape
    column = (-1, *(1,) * len(rest))
    if weight is not None and not np.isfinite(as_tensor(weight)._data).all():
        z = _by_channel(x, num_groups, as_tensor(weight), eps)
    else:
        size = channels // num_groups * math.prod(rest)
        z = layer_norm(x.reshape(n, num_groups, size), size, eps=eps).reshape(x.shape)
        if weight is not None:
            z = z * as_tensor(weight).reshape(column)
    return z if bias is None else z + as_tensor(bias).reshape(column)


def _by_channel(x, num_groups, weight, eps):
    """A group normalization that goes through the channels of a group one at a time.

    It is a batch normalization whose channels are the groups, each with one weight, which waits
    till the end: an infinite one meets no sum, where it would be ∞ - ∞.
    """
    n, each = len(x), x.shape[1] // num_groups
    groups = x.reshape(1, n * num_groups, each, math.prod(x.shape[2:]))
    weights = broadcast_to(weight.reshape(num_groups, each), (n, num_groups, each))
    parts = [
        BatchNormBackward.run(groups, weights[:, :, i].reshape(-1), 0.0, eps=eps)[:, :, i]
        for i in range(each)
    ]
    return stack(parts, 2).reshape(x.shape)


def instance_norm(
    input,
    running_mean=None,
    running_var=None,
    weight=None,
    bias=None,
    use_input_stats=True,
    momentum=0.1,
    eps=1e-5,
) -> Tensor:
    """Zero mean and unit variance of each channel of each sample, then scale and shift.

    Parameters
    ----------
    running_mean, running_var : Tensor (C,), optional
        Moved towards the means, over the samples, of what is found by the share `momentum`; or,
        without `use_input_stats`, used in their place.
    weight, bias : Tensor (C,), optional

    Source: D. Ulyanov, A. Vedaldi and V. Lempitsky, "Instance normalization" (2016).
    """
    x = as_tensor(input)
    if not use_input_stats:
        return batch_norm(x, running_mean, running_var, weight, bias, eps=eps)
    if x.ndim < 3 or math.prod(x.shape[2:]) == 1:
        raise ValueError(
            f"instance_norm: shape {x.shape} has one value for each channel; it takes several"
        )
    if running_mean is not None and len(x):
        exact, axes = as_float32(x._data), tuple(range(2, x.ndim))
        for running, now in (
            (running_mean, exact.mean(axes).mean(0)),
            (running_var, exact.var(axes, ddof=1).mean(0)),
        ):
            running[...] = (1 - momentum) * running._data + momentum * now
    return group_norm(x, x.shape[1], weight, bias, eps)


def rms_norm(input, normalized_shape, weight=None, eps=None) -> Tensor:
    """x / √(mean x² + eps) over the last axes, times `weight`; eps is by default the dtype's.

    Source: B. Zhang and R. Sennrich, "Root mean square layer normalization" (2019).
    """
    x = as_tensor(input)
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    if not shape or x.shape[x.ndim - len(shape) :] != shape:
        raise ValueError(
            f"rms_norm: normalized_shape {shape} is not the end of the input's shape {x.shape}"
        )
    eps = float(np.finfo(x.dtype).eps) if eps is None else eps
    axes = tuple(range(x.ndim - len(shape), x.ndim))
    exact = as_float32(x)
    z = (exact / ((exact * exact).mean(axes, keepdim=True) + eps).sqrt()).to(x.dtype)
    return z if weight is None else z * weight


class GroupNorm(Module):
    """Zero mean and unit variance of each group of channels, then scale and shift.

    Parameters
    ----------
    num_groups, num_channels : int
    eps : float
        Added to the variance.
    affine : bool
        Whether there are a weight and a bias.

    Attributes
    ----------
    weight, bias : Parameter, (num_channels,), or None
        Start at ones and zeros.
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device=None,
        dtype=None,
        *,
        bias: bool = True,
    ):
        super().__init__()
        made = {"device": device, "dtype": dtype}
        if num_groups < 1 or num_channels % num_groups:
            raise ValueError(
                f"GroupNorm: {num_channels} channels do not divide into {num_groups} groups"
            )
        self.num_groups, self.num_channels, self.eps = num_groups, num_channels, eps
        self.weight = initializers.ones_(untrained(num_channels, **made)) if affine else None
        with_bias = affine and bias
        self.bias = initializers.zeros_(untrained(num_channels, **made)) if with_bias else None

    def forward(self, x):
        return group_norm(x, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}"


class InstanceNorm2d(Module):
    """Zero mean and unit variance of each channel of each image.

    Parameters
    ----------
    num_features : int
    eps : float
        Added to the variance.
    momentum : float
        By how much the running statistics move to those of a batch.
    affine : bool
        Whether there are a weight and a bias.
    track_running_stats : bool
        Whether there are running statistics, which evaluation uses.
    bias : bool
        Whether there is a bias, if there is a weight.
    """

    rank = 4

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
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
        if x.ndim != self.rank or x.shape[1] != self.num_features:
            raise ValueError(
                f"{type(self).__name__}: the input has shape {x.shape}; expected {self.rank} axes"
                f" with {self.num_features} channels (axis 1)"
            )
        tracked = self.running_mean is not None
        return instance_norm(
            x,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not tracked,
            self.momentum,
            self.eps,
        )

    def extra_repr(self):
        return f"{self.num_features}, eps={self.eps}"


class InstanceNorm1d(InstanceNorm2d):
    """Zero mean and unit variance of each channel of each sequence; as `InstanceNorm2d`."""

    rank = 3


class InstanceNorm3d(InstanceNorm2d):
    """Zero mean and unit variance of each channel of each volume; as `InstanceNorm2d`."""

    rank = 5


class RMSNorm(Module):
    """x / √(mean x² + eps) over the last axes, times a weight.

    Parameters
    ----------
    normalized_shape : int or tuple
        The lengths of those axes.
    eps : float, optional
        Default: the spacing of the dtype's numbers at 1.
    elementwise_affine : bool
        Whether there is a weight.

    Attributes
    ----------
    weight : Parameter, normalized_shape, or None
        Starts at ones.
    """

    def __init__(
        self,
        normalized_shape,
        eps: float | None = None,
        elementwise_affine: bool = True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        made = {"device": device, "dtype": dtype}
        shape = normalized_shape
        self.normalized_shape = (shape,) if isinstance(shape, int) else tuple(shape)
        self.eps = eps
        self.weight = None
        if elementwise_affine:
            self.weight = initializers.ones_(untrained(*self.normalized_shape, **made))

    def forward(self, x):
        return rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self):
        return f"{self.normalized_shape}, eps={self.eps}"
