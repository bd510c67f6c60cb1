"""Layers for images (N, C, H, W)."""

from . import initializers, layer_functions
from .layers import untrained
from .module import Module


def _pair(value):
    return tuple(value) if isinstance(value, (tuple, list)) else (value, value)


class Conv2d(Module):
    """A small window of weights, the same at every place of the image.

    Parameters
    ----------
    in_channels, out_channels : int
    kernel_size : int or pair
        Height and width of the window.
    stride, padding, dilation : int or pair
        Steps between windows, zeros around the image, steps inside a window. `padding` may be
        "valid" or "same".
    groups : int
        Cut the channels into so many groups that don't see each other.
    bias : bool

    Attributes
    ----------
    weight : Parameter, (out_channels, in_channels / groups, height, width)
    bias : Parameter, (out_channels,), or None
        Both start at U(-1/√n, 1/√n), n the number of weights of one output channel.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups: int = 1,
        bias: bool = True,
    ):
        super().__init__()
        if groups < 1 or in_channels % groups or out_channels % groups:
            raise ValueError(
                f"Conv2d: {in_channels} input and {out_channels} output channels do not divide into"
                f" {groups} groups"
            )
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size = _pair(kernel_size)
        self.stride, self.padding, self.dilation = stride, padding, dilation
        self.groups = groups
        self.weight = untrained(out_channels, in_channels // groups, *self.kernel_size)
        self.bias = untrained(out_channels) if bias else None
        initializers.reset_as_pytorch_(self.weight, self.bias)

    def forward(self, x):
        return layer_functions.conv2d(
            x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups
        )

    def extra_repr(self):
        return (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size},"
            f" stride={self.stride}, padding={self.padding}"
        )


class MaxPool2d(Module):
    """The largest element of every window; side by side unless `stride` is given."""

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1):
        super().__init__()
        self.kernel_size, self.padding, self.dilation = kernel_size, padding, dilation
        self.stride = kernel_size if stride is None else stride

    def forward(self, x):
        return layer_functions.max_pool2d(
            x, self.kernel_size, self.stride, self.padding, self.dilation
        )

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool2d(Module):
    """The mean of every window; side by side unless `stride` is given."""

    def __init__(self, kernel_size, stride=None, padding=0, count_include_pad: bool = True):
        super().__init__()
        self.kernel_size, self.padding = kernel_size, padding
        self.stride = kernel_size if stride is None else stride
        self.count_include_pad = count_include_pad

    def forward(self, x):
        return layer_functions.avg_pool2d(
            x, self.kernel_size, self.stride, self.padding, self.count_include_pad
        )

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"
