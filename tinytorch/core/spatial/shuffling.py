"""Pixels as channels, and channels in another order; and upsampling by its older names."""

import warnings

from ..engine.base import as_tensor
from ..module import Module
from ..tensor import Tensor
from .resizing import Upsample, interpolate


def pixel_unshuffle(input, downscale_factor) -> Tensor:
    """Pixels as channels: (N, C, H·r, W·r) → (N, C·r², H, W); undoes `pixel_shuffle`."""
    x, r = as_tensor(input), downscale_factor
    if x.ndim < 3 or r < 1 or x.shape[-2] % r or x.shape[-1] % r:
        raise ValueError(
            f"pixel_unshuffle: height and width of shape {x.shape} are no multiples of {r}"
        )
    *batch, c, h, w = x.shape
    x = x.reshape(*batch, c, h // r, r, w // r, r)
    k = len(batch)
    x = x.permute(*range(k + 1), k + 2, k + 4, k + 1, k + 3)
    return x.reshape(*batch, c * r * r, h // r, w // r)


def channel_shuffle(input, groups) -> Tensor:
    """Channels (axis 1) in turn from each of `groups` groups of neighbors.

    Source: X. Zhang et al., "ShuffleNet" (2018).
    """
    x = as_tensor(input)
    if x.ndim < 3 or groups < 1 or x.shape[1] % groups:
        raise ValueError(
            f"channel_shuffle: the channels (axis 1) of shape {x.shape} do not divide into {groups}"
            " groups"
        )
    n, c, *rest = x.shape
    return x.reshape(n, groups, c // groups, *rest).transpose(1, 2).reshape(x.shape)


def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None) -> Tensor:
    """The older name of `interpolate`; it warns, as in PyTorch."""
    return _older("upsample", input, size, scale_factor, mode, align_corners)


def upsample_nearest(input, size=None, scale_factor=None) -> Tensor:
    """An older name of `interpolate`; it warns, as in PyTorch."""
    return _older("upsample_nearest", input, size, scale_factor, "nearest", None)


def upsample_bilinear(input, size=None, scale_factor=None) -> Tensor:
    """An older name of `interpolate` with mode="bilinear", align_corners=True; it warns."""
    return _older("upsample_bilinear", input, size, scale_factor, "bilinear", True)


def _older(name, input, size, scale_factor, mode, align_corners):
    warnings.warn(f"nn.functional.{name} is deprecated: use interpolate", stacklevel=3)
    return interpolate(input, size, scale_factor, mode, align_corners)


class PixelUnshuffle(Module):
    """Pixels as channels: (N, C, H·r, W·r) → (N, C·r², H, W), r = `downscale_factor`."""

    def __init__(self, downscale_factor: int):
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, x):
        return pixel_unshuffle(x, self.downscale_factor)

    def extra_repr(self):
        return f"downscale_factor={self.downscale_factor}"


class ChannelShuffle(Module):
    """Channels (axis 1) in turn from each of `groups` groups of neighbors."""

    def __init__(self, groups: int):
        super().__init__()
        self.groups = groups

    def forward(self, x):
        return channel_shuffle(x, self.groups)

    def extra_repr(self):
        return f"groups={self.groups}"


class UpsamplingNearest2d(Upsample):
    """Images with each pixel several times; `Upsample` with mode "nearest"."""

    def __init__(self, size=None, scale_factor=None):
        super().__init__(size, scale_factor, "nearest")


class UpsamplingBilinear2d(Upsample):
    """Images with means of neighbors; `Upsample` with mode "bilinear", and corners aligned."""

    def __init__(self, size=None, scale_factor=None):
        super().__init__(size, scale_factor, "bilinear", True)
