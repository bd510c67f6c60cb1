"""Sampling an image at places that a network chooses: the two steps of a spatial transformer."""

from itertools import product

import numpy as np

from ..engine.base import as_tensor
from ..engine.numbers import values_of
from ..operations.selection import ClampBackward, where, zero_of
from ..tensor import Tensor


def affine_grid(theta, size, align_corners=None) -> Tensor:
    """The places of the pixels of an image after an affine map: (N, 2, 3) → (N, H, W, 2).

    Every pixel (x, y), from -1 to 1 across the image, becomes theta @ (x, y, 1).

    Parameters
    ----------
    theta : Tensor, (N, 2, 3), or (N, 3, 4) for volumes
    size : (N, C, H, W) or (N, C, D, H, W)
    align_corners : bool, optional
        Whether -1 and 1 are the centers of the outermost pixels, or (by default) their edges.

    Source: M. Jaderberg et al., "Spatial transformer networks" (2015).
    """
    theta, lengths = as_tensor(theta), tuple(int(n) for n in size)
    axes = len(lengths) - 2
    if axes not in (2, 3) or theta.shape != (lengths[0], axes, axes + 1) or min(lengths) < 1:
        raise ValueError(
            f"affine_grid: theta {theta.shape} and size {lengths}: expected (N, 2, 3) and"
            " (N, C, H, W), or (N, 3, 4) and (N, C, D, H, W)"
        )
    lines = []
    for n in lengths[2:]:
        line = np.linspace(-1, 1, n) if n > 1 else np.zeros(1)
        lines.append(line if align_corners else line * ((n - 1) / n))
    corners = np.stack([*reversed(np.meshgrid(*lines, indexing="ij")), np.ones(lengths[2:])], -1)
    places = Tensor(corners.reshape(1, -1, axes + 1).astype(theta.dtype))
    return (places @ theta.mT).reshape(lengths[0], *lengths[2:], axes)


def grid_sample(input, grid, mode="bilinear", padding_mode="zeros", align_corners=None) -> Tensor:
    """The image at other places: (N, C, H, W), (N, H', W', 2) → (N, C, H', W').

    Parameters
    ----------
    grid : Tensor, (N, H', W', 2)
        For each new pixel the place (x, y), -1 and 1 at the edges of the image. It has a gradient:
        how much more there is to the right, and below.
    mode : {"bilinear", "nearest"}
        The weighted mean of the four pixels around, or the nearest pixel.
    padding_mode : {"zeros", "border", "reflection"}
        What lies outside: nothing, the nearest pixel, or the mirror image.
    align_corners : bool, optional
        Whether -1 and 1 are the centers of the outermost pixels, or (by default) their edges.

    Source: M. Jaderberg et al., "Spatial transformer networks" (2015).
    """
    x, grid = as_tensor(input), as_tensor(grid)
    if mode not in ("bilinear", "nearest"):
        raise ValueError(f"grid_sample: mode must be 'bilinear' or 'nearest', got {mode!r}")
    if padding_mode not in ("zeros", "border", "reflection"):
        raise ValueError(
            "grid_sample: padding_mode must be 'zeros', 'border' or 'reflection', got"
            f" {padding_mode!r}"
        )
    if x.ndim != 4 or grid.ndim != 4 or len(grid) != len(x) or grid.shape[-1] != 2:
        raise ValueError(
            f"grid_sample: expected an input (N, C, H, W) and a grid (N, H', W', 2), got {x.shape}"
            f" and {grid.shape}"
        )
    if x.dtype != grid.dtype:
        raise TypeError(f"grid_sample: input is {x.dtype}, grid {grid.dtype}; convert one of them")
    if 0 in x.shape[2:]:
        raise ValueError(f"grid_sample: input {x.shape} has no pixels")
    how = padding_mode, bool(align_corners)
    across = _places(grid[..., 0], x.shape[3], *how)
    down = _places(grid[..., 1], x.shape[2], *how)
    sample = _Pixels(x)
    if mode == "nearest":
        row, column = (np.rint(values_of(p)) for p in (down, across))
        return sample(row, column) + zero_of(grid).sum(-1).unsqueeze(1)
    top, left = (np.floor(values_of(p)) for p in (down, across))
    below, right = down - Tensor(top), across - Tensor(left)
    total = 0
    for i, j in product((0, 1), (0, 1)):
        weight = (below if i else 1 - below) * (right if j else 1 - right)
        total = total + sample(top + i, left + j, weight)
    return total


class _Pixels:
    """The pixels of images (N, C, H, W) by rows and columns (N, H', W'); outside there is 0."""

    def __init__(self, x):
        self.height, self.width = x.shape[2:]
        self.images = np.arange(len(x))[:, None, None]
        self.x = x.permute(0, 2, 3, 1)

    def __call__(self, row, column, weight=None):
        inside = (row >= 0) & (row < self.height) & (column >= 0) & (column < self.width)
        i, j = (np.where(inside, p, 0).astype(np.int64) for p in (row, column))
        z = self.x[self.images, i, j].masked_fill(~inside[..., None], 0.0)
        if weight is not None:
            z = z * weight.unsqueeze(-1)
        return z.permute(0, 3, 1, 2)


def _places(p, n, padding_mode, align_corners):
    """From -1 … 1 to 0 … n - 1, the numbers of the pixels; brought inside as the mode says."""
    p = (p + 1) * ((n - 1) / 2) if align_corners else ((p + 1) * n - 1) / 2
    if padding_mode == "zeros":
        return p
    if padding_mode == "reflection":
        p = _reflected(p, 0, n - 1) if align_corners else _reflected(p, -0.5, n - 0.5)
    p = p.masked_fill(np.isnan(values_of(p)), 0.0)
    return ClampBackward.run(p, min=0.0, max=n - 1.0, open=True) if n > 1 else p * 0


def _reflected(p, low, high):
    """p as a ball that bounces between two walls has it."""
    span = high - low
    if not span:
        return p * 0
    apart = abs(p - low)
    bounces = np.floor(values_of(apart) / span)
    rest = apart - Tensor(bounces * p.dtype.type(span))
    return where(bounces % 2 == 0, rest + low, (span + low) - rest)
