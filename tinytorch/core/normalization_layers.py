"""Normalization as layers: with a scale and a shift to learn, and what evaluation remembers."""

import numpy as np

from . import initializers, layer_functions
from .creation import ones, zeros
from .layers import untrained
from .module import Module, write


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
        self, normalized_shape, eps: float = 1e-5, elementwise_affine=True, bias: bool = True
    ):
        super().__init__()
        shape = normalized_shape
        self.normalized_shape = (shape,) if isinstance(shape, int) else tuple(shape)
        self.eps = eps
        self.weight = self.bias = None
        if elementwise_affine:
            self.weight = initializers.ones_(untrained(*self.normalized_shape))
            self.bias = initializers.zeros_(untrained(*self.normalized_shape)) if bias else None

    def forward(self, x):
        return layer_functions.layer_norm(
            x, self.normalized_shape, self.weight, self.bias, self.eps
        )

    def extra_repr(self):
        return f"{self.normalized_shape}, eps={self.eps}"


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
    ):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = initializers.ones_(untrained(num_features)) if affine else None
        self.bias = initializers.zeros_(untrained(num_features)) if affine else None
        track = track_running_stats
        self.register_buffer("running_mean", zeros(num_features) if track else None)
        self.register_buffer("running_var", ones(num_features) if track else None)
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
        z = layer_functions.batch_norm(
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
