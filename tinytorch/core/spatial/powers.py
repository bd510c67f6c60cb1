"""Norms of neighbors: pooling by powers, and the response of a channel beside its neighbors'."""

import math

from ..engine.base import as_tensor
from ..engine.numbers import values_of
from ..module import Module
from ..tensor import Tensor
from .padding import pad
from .pooling import avg_pool1d, avg_pool2d, max_pool1d, max_pool2d
from .volumes import avg_pool3d, max_pool3d, triple
from .windows import pair, single


def lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False) -> Tensor:
    """(Σ xᵖ)^(1/p) over every window of a sequence: (N, C, L) → (N, C, L')."""
    n = single("lp_pool1d", "kernel_size", kernel_size, 1)
    return _lp(avg_pool1d, max_pool1d, input, norm_type, n, kernel_size, stride, ceil_mode)


def lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False) -> Tensor:
    """(Σ xᵖ)^(1/p) over every window: (N, C, H, W) → (N, C, H', W').

    Where the sum is 0 it has no slope, and where it is negative there is no value.

    Parameters
    ----------
    norm_type : float
        p; 1 for sums, ∞ for the largest ``|x|``.
    kernel_size, stride : int or pair
        Windows lie side by side unless `stride` is given.
    ceil_mode : bool
        Whether a last window may reach out of the image, so that all pixels are seen.
    """
    n = math.prod(pair("lp_pool2d", "kernel_size", kernel_size, 1))
    return _lp(avg_pool2d, max_pool2d, input, norm_type, n, kernel_size, stride, ceil_mode)


def lp_pool3d(input, norm_type, kernel_size, stride=None, ceil_mode=False) -> Tensor:
    """(Σ xᵖ)^(1/p) over every window of a volume: (N, C, D, H, W) → (N, C, D', H', W')."""
    n = math.prod(triple("lp_pool3d", "kernel_size", kernel_size, 1))
    return _lp(avg_pool3d, max_pool3d, input, norm_type, n, kernel_size, stride, ceil_mode)


def _lp(mean, largest, input, p, n, kernel_size, stride, ceil_mode):
    x = as_tensor(input)
    if p == math.inf:
        return largest(abs(x), kernel_size, stride, 0, 1, ceil_mode)
    if p == -math.inf:
        return -largest(-abs(x), kernel_size, stride, 0, 1, ceil_mode)
    total = mean(x**p, kernel_size, stride, 0, ceil_mode) * n
    nothing = values_of(total) == 0  # where the root has no slope
    return (total.masked_fill(nothing, 1.0) ** (1 / p)).masked_fill(nothing, 0.0)


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0) -> Tensor:
    """x / (k + alpha · mean x²)^beta, the mean over `size` channels around each.

    Parameters
    ----------
    input : Tensor, (N, C, …), three axes or more
    size : int
        How many channels count; those beyond the last are 0.

    Source: A. Krizhevsky, I. Sutskever and G. Hinton, "ImageNet classification with deep
    convolutional neural networks" (2012).
    """
    x = as_tensor(input)
    if x.ndim < 3:
        raise ValueError(f"local_response_norm: expected (N, C, …), three axes, got {x.shape}")
    if not x.numel():
        return x
    channels = (x * x).reshape(len(x), 1, x.shape[1], -1)
    channels = pad(channels, (0, 0, size // 2, (size - 1) // 2))
    means = avg_pool2d(channels, (size, 1), 1).reshape(x.shape)
    return x / (means * alpha + k) ** beta


class _LPPool(Module):
    """(Σ xᵖ)^(1/p) over every window; see `nn.functional.lp_pool2d`."""

    def __init__(self, norm_type: float, kernel_size, stride=None, ceil_mode: bool = False):
        super().__init__()
        self.norm_type, self.kernel_size, self.stride = norm_type, kernel_size, stride
        self.ceil_mode = ceil_mode

    def forward(self, x):
        return type(self).pool(x, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)

    def extra_repr(self):
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride},"
            f" ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPool):
    """(Σ xᵖ)^(1/p) over every window of a sequence; see `nn.functional.lp_pool1d`."""

    pool = staticmethod(lp_pool1d)


class LPPool2d(_LPPool):
    """(Σ xᵖ)^(1/p) over every window of an image; see `nn.functional.lp_pool2d`."""

    pool = staticmethod(lp_pool2d)


class LPPool3d(_LPPool):
    """(Σ xᵖ)^(1/p) over every window of a volume; see `nn.functional.lp_pool3d`."""

    pool = staticmethod(lp_pool3d)


class LocalResponseNorm(Module):
    """x / (k + alpha · mean x²)^beta, the mean over `size` channels around each."""

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0):
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, x):
        return local_response_norm(x, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self):
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
