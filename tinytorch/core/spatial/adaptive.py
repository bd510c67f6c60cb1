"""Pooling to a given size: as many windows as asked for, whatever the size of the image."""

from ..engine.base import as_tensor
from ..module import Module
from ..operations.activations import with_flat_gradient
from ..operations.concatenation import cat
from ..tensor import Tensor
from .pooling import avg_pool2d, max_pool2d
from .windows import batched, single


def adaptive_avg_pool2d(input, output_size) -> Tensor:
    """The mean of each of H' × W' windows that cover the image: (N, C, H, W) → (N, C, H', W').

    Window i of n along an axis of length L goes from ⌊i·L/n⌋ to ⌈(i+1)·L/n⌉.

    Parameters
    ----------
    output_size : int, or pair of int or None
        H' and W'; None for as many as there are.
    """
    return _adaptive("adaptive_avg_pool2d", input, output_size, avg_pool2d, _mean)


def adaptive_max_pool2d(input, output_size) -> Tensor:
    """The largest of each of H' × W' windows that cover the image; see `adaptive_avg_pool2d`."""
    return _adaptive("adaptive_max_pool2d", input, output_size, max_pool2d, _largest)


def adaptive_avg_pool1d(input, output_size) -> Tensor:
    """The mean of each of L' windows that cover a sequence: (N, C, L) → (N, C, L')."""
    size = single("adaptive_avg_pool1d", "output_size", output_size, 1)
    return adaptive_avg_pool2d(as_tensor(input).unsqueeze(-2), (1, size)).squeeze(-2)


def adaptive_max_pool1d(input, output_size) -> Tensor:
    """The largest of each of L' windows that cover a sequence: (N, C, L) → (N, C, L')."""
    size = single("adaptive_max_pool1d", "output_size", output_size, 1)
    return adaptive_max_pool2d(as_tensor(input).unsqueeze(-2), (1, size)).squeeze(-2)


def _adaptive(name, input, output_size, pool, reduced):
    def operation(x):
        if x.ndim != 4:
            raise ValueError(f"{name}: expected images (N, C, H, W) or (C, H, W), got {x.shape}")
        pair = output_size if isinstance(output_size, (tuple, list)) else (output_size,) * 2
        out = tuple(n if m is None else m for m, n in zip(pair, x.shape[2:], strict=True))
        if not all(isinstance(m, int) and m >= 1 for m in out) or 0 in x.shape[2:]:
            raise ValueError(
                f"{name}: output_size must be one or two integers of at least 1, or None, for"
                f" images that have pixels; got {output_size!r} for {x.shape}"
            )
        if not any(n % m for m, n in zip(out, x.shape[2:], strict=True)):
            return pool(x, tuple(n // m for m, n in zip(out, x.shape[2:], strict=True)))
        x = with_flat_gradient(x)
        for axis, m in ((3, out[1]), (2, out[0])):  # columns, then rows: the windows are rectangles
            n = x.shape[axis]
            cuts = [(i * n // m, -(-(i + 1) * n // m)) for i in range(m)]
            leading = (slice(None),) * axis
            x = cat([reduced(x[(*leading, slice(a, b))], axis) for a, b in cuts], axis)
        return x

    return batched(input, operation)


def _mean(x, axis):
    return x.mean(axis, keepdim=True)


def _largest(x, axis):
    return x.max(axis, keepdim=True)[0]  # the first of equal ones, as a window has it


class AdaptivePool(Module):
    """A pooling to a given size, for networks that take images of any size.

    Parameters
    ----------
    output_size : int, or pair of int or None
        Height and width of the result; None for as many as there are.
    """

    def __init__(self, output_size):
        super().__init__()
        self.output_size = output_size

    def forward(self, x):
        return type(self).pool(x, self.output_size)

    def extra_repr(self):
        return f"output_size={self.output_size}"


class AdaptiveAvgPool2d(AdaptivePool):
    __doc__ = AdaptivePool.__doc__
    pool = staticmethod(adaptive_avg_pool2d)


class AdaptiveMaxPool2d(AdaptivePool):
    __doc__ = AdaptivePool.__doc__
    pool = staticmethod(adaptive_max_pool2d)


class AdaptiveAvgPool1d(AdaptivePool):
    __doc__ = AdaptivePool.__doc__
    pool = staticmethod(adaptive_avg_pool1d)


class AdaptiveMaxPool1d(AdaptivePool):
    __doc__ = AdaptivePool.__doc__
    pool = staticmethod(adaptive_max_pool1d)
