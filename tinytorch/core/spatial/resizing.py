"""Resizing: more or fewer pixels for the same image, and channels laid out as pixels."""

import math

import numpy as np

from ..engine.base import as_tensor
from ..module import Module
from ..operations.shape import apart
from ..tensor import Tensor

RANKS = {"nearest": (3, 4), "linear": (3,), "bilinear": (4,)}


def interpolate(input, size=None, scale_factor=None, mode="nearest", align_corners=None) -> Tensor:
    """Images (N, C, H, W) or sequences (N, C, L) with more or fewer pixels.

    Parameters
    ----------
    size : int or tuple, optional
        The lengths of the axes after the channels.
    scale_factor : float or tuple, optional
        Instead of it: by how much they grow.
    mode : {"nearest", "linear", "bilinear"}
        The nearest pixel (up and to the left of it), or a weighted mean of neighbors, in
        sequences ("linear") or images ("bilinear").
    align_corners : bool, optional
        For means: True puts the centers of the outermost pixels on each other, False their edges.
    """
    x = as_tensor(input)
    if mode not in RANKS or x.ndim not in RANKS[mode]:
        raise ValueError(
            f"interpolate: mode {mode!r} of a tensor of shape {x.shape}; there are 'nearest' and"
            " 'linear' for (N, C, L), 'nearest' and 'bilinear' for (N, C, H, W)"
        )
    if (size is None) == (scale_factor is None):
        raise ValueError("interpolate: give size or scale_factor, one of them")
    if mode == "nearest" and align_corners is not None:
        raise ValueError("interpolate: align_corners is for mode 'linear' or 'bilinear'")
    for axis, (out, scale) in enumerate(_lengths(x, size, scale_factor), 2):
        n = x.shape[axis]
        if mode == "nearest":
            x = _nearest(x, axis, out, scale)
        elif out != n or align_corners is False:
            x = _blended(x, axis, _places(n, out, scale, align_corners))
    return apart(x, as_tensor(input))


def _lengths(x, size, scale_factor):
    """For each axis its new length, and by how much a step there is longer than here."""
    given = size if scale_factor is None else scale_factor
    values = tuple(given) if isinstance(given, (tuple, list)) else (given,) * (x.ndim - 2)
    if len(values) != x.ndim - 2:
        raise ValueError(f"interpolate: {given!r} does not fit a tensor of shape {x.shape}")
    lengths = []
    for n, value in zip(x.shape[2:], values, strict=True):
        out = int(value) if scale_factor is None else math.floor(n * value)
        if out < 1 or n < 1:
            raise ValueError(f"interpolate: {given!r} of shape {x.shape} leaves no pixels")
        lengths.append((out, n / out if scale_factor is None else 1 / value))
    return lengths


def _nearest(x, axis, out, scale):
    n = x.shape[axis]
    times, rest = divmod(out, n)
    if not rest:  # each pixel several times: a view, whose gradient is a sum
        shape = x.shape
        x = x.unsqueeze(axis + 1).expand(*shape[: axis + 1], times, *shape[axis + 1 :])
        return x.reshape(*shape[:axis], out, *shape[axis + 1 :])
    places = np.minimum((np.arange(out) * np.float32(scale)).astype(np.int64), n - 1)
    return x[(*(slice(None),) * axis, places)]


def _places(n, out, scale, align_corners):
    """Where in 0 … n-1 each of the new pixels lies."""
    new = np.arange(out)
    if align_corners:
        return new * ((n - 1) / max(out - 1, 1))
    return np.maximum((new + 0.5) * scale - 0.5, 0)


def _blended(x, axis, places):
    """The weighted means of neighbors along an axis."""
    n = x.shape[axis]
    low = np.minimum(places.astype(np.int64), n - 1)
    share = (places - low).astype(x.dtype).reshape(-1, *(1,) * (x.ndim - axis - 1))
    before = (slice(None),) * axis
    return x[(*before, low)] * (1 - share) + x[(*before, np.minimum(low + 1, n - 1))] * share


class Upsample(Module):
    """More pixels for the same image; see `nn.functional.interpolate`."""

    def __init__(self, size=None, scale_factor=None, mode="nearest", align_corners=None):
        super().__init__()
        self.size, self.scale_factor = size, scale_factor
        self.mode, self.align_corners = mode, align_corners

    def forward(self, x):
        return interpolate(x, self.size, self.scale_factor, self.mode, self.align_corners)

    def extra_repr(self):
        how = f"size={self.size}" if self.size else f"scale_factor={self.scale_factor}"
        return f"{how}, mode={self.mode!r}"


def pixel_shuffle(input, upscale_factor) -> Tensor:
    """Channels laid out as pixels: (N, C·r², H, W) → (N, C, H·r, W·r), r the factor.

    Source: W. Shi et al., "Real-time single image and video super-resolution" (2016).
    """
    x, r = as_tensor(input), upscale_factor
    if x.ndim < 3 or r < 1 or x.shape[-3] % r**2:
        raise ValueError(
            f"pixel_shuffle: shape {x.shape} does not have a multiple of {r}² channels"
        )
    *batch, c, h, w = x.shape
    x = x.reshape(*batch, c // r**2, r, r, h, w)
    k = len(batch)
    x = x.permute(*range(k), k, k + 3, k + 1, k + 4, k + 2)
    return apart(x.reshape(*batch, c // r**2, h * r, w * r), as_tensor(input))


class PixelShuffle(Module):
    """Channels laid out as pixels: (N, C·r², H, W) → (N, C, H·r, W·r), r = `upscale_factor`."""

    def __init__(self, upscale_factor: int):
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, x):
        return pixel_shuffle(x, self.upscale_factor)

    def extra_repr(self):
        return f"upscale_factor={self.upscale_factor}"
