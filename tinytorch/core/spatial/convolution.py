"""Convolution: a small window of weights, the same at every place of the image."""

import numpy as np

from .. import initializers
from ..engine.base import as_tensor
from ..engine.function import Function
from ..engine.numbers import is_array
from ..initializers import untrained
from ..module import Module
from ..tensor import Tensor
from .padding import MODES, pad
from .unfolding import folded, unfolded
from .windows import batched, pair, single, windows_of


class Conv2dBackward(Function):
    """z = x ★ weight + bias: (N, C, H, W) → (N, O, H', W').

    The weight is (O, C/groups, Kh, Kw), the bias (O,).
    With X the windows of x as columns and W the weight as a matrix,
    z = W @ X + bias, and so, with sums over the batch,
    ∂L/∂weight = Σ g @ Xᵀ,  ∂L/∂x = fold(Wᵀ @ g),  ∂L/∂bias = Σ g.
    Keeps x, the weight and the windows.
    Cost: 2 · N·O·H'·W' · C/groups·Kh·Kw; twice that back.
    PyTorch: ConvolutionBackward0.
    Source: Y. LeCun et al., "Backpropagation applied to handwritten zip code
    recognition" (1989).
    """

    saves = ("x", "weight")

    def forward(self, x, weight, bias, *, stride, padding, dilation, groups):
        refuse_misfits(x, weight, bias, groups)
        self.groups = groups
        how = weight.shape[2:], stride, padding, dilation
        self.windows = windows_of("conv2d", x.shape, *how)
        self.intermediate = columns = self.by_group(unfolded(x, self.windows))
        z = self.as_matrix(weight) @ columns
        if np.ndim(bias):
            z += bias.reshape(groups, -1, 1)
        return z.reshape(x.shape[0], weight.shape[0], *self.windows.out)

    def apply(self, g):
        x, weight = self.saved_tensors
        to_x, to_weight, to_bias = self.next_functions
        n, out = g.shape[:2]
        positions = g.shape[2] * g.shape[3]
        G = g.reshape(n, self.groups, out // self.groups, positions)
        dx = dw = db = None
        if to_weight:
            columns = self.intermediate
            if not is_array(g):
                columns = self.by_group(unfolded(x, self.windows))
            dw = (columns @ G.mT).sum(0).mT.reshape(weight.shape)
        if to_bias:
            ones = np.ones(positions, g.dtype)  # a product with them sums fastest
            db = (G @ ones).sum(0).reshape(out)
        if to_x:
            columns = self.as_matrix(weight).mT @ G
            rows = self.groups * columns.shape[2]
            dx = folded(columns.reshape(n, rows, positions), self.windows)
        return dx, dw, db

    def as_matrix(self, weight):
        return weight.reshape(self.groups, weight.shape[0] // self.groups, -1)

    def by_group(self, columns):
        n, rows, positions = columns.shape
        return columns.reshape(n, self.groups, rows // self.groups, positions)


def refuse_misfits(x, weight, bias, groups):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError(
            "conv2d: expected an input (N, C, H, W) and a weight (O, C/groups, Kh, Kw), got"
            f" {x.shape} and {weight.shape}"
        )
    channels, out = x.shape[1], weight.shape[0]
    if groups < 1 or channels != weight.shape[1] * groups or out % groups:
        raise ValueError(
            f"conv2d: input {x.shape} has {channels} channels; weight {weight.shape} with"
            f" groups={groups} takes {weight.shape[1] * max(groups, 1)} and must make a"
            f" multiple of {groups}"
        )
    if np.shape(bias) != (out,) and (np.ndim(bias) or bias):  # 0 for none
        raise ValueError(f"conv2d: bias must have shape ({out},), got {np.shape(bias)}")


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1) -> Tensor:
    """The convolution of images (N, C, H, W) or (C, H, W) with a weight (O, C/groups, Kh, Kw).

    Parameters
    ----------
    bias : Tensor (O,), optional
    stride, padding, dilation : int or pair
        Steps between windows, zeros around the image, steps inside a window. `padding` may be
        "valid" or "same".
    groups : int
        Cut the channels into so many groups that don't see each other.
    """
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return batched(
        input, lambda x: Conv2dBackward.run(x, weight, 0 if bias is None else bias, **options)
    )


def conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1) -> Tensor:
    """The convolution of sequences (N, C, L) or (C, L) with a weight (O, C/groups, K).

    It is that of images with one row. The parameters are those of `conv2d`, with one number each.
    """
    x, weight = as_tensor(input), as_tensor(weight)
    if x.ndim not in (2, 3) or weight.ndim != 3:
        raise ValueError(
            "conv1d: expected an input (N, C, L) or (C, L) and a weight (O, C/groups, K), got"
            f" {x.shape} and {weight.shape}"
        )
    if not isinstance(padding, str):
        padding = (0, single("conv1d", "padding", padding, 0))
    z = conv2d(
        x.unsqueeze(-2),
        weight.unsqueeze(-2),
        bias,
        (1, single("conv1d", "stride", stride, 1)),
        padding,
        (1, single("conv1d", "dilation", dilation, 1)),
        groups,
    )
    return z.squeeze(-2)


class Convolution(Module):
    """What the convolutions share: their parameters, and padding that is not zeros."""

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
        padding_mode: str = "zeros",
        device=None,
        dtype=None,
    ):
        super().__init__()
        name = type(self).__name__
        if groups < 1 or in_channels % groups or out_channels % groups:
            raise ValueError(
                f"{name}: {in_channels} input and {out_channels} output channels do not divide into"
                f" {groups} groups"
            )
        if padding_mode != "zeros" and padding_mode not in MODES:
            raise ValueError(
                f"{name}: padding_mode must be 'zeros', 'reflect', 'replicate' or 'circular', got"
                f" {padding_mode!r}"
            )
        if padding_mode != "zeros" and isinstance(padding, str):
            raise ValueError(f"{name}: padding_mode={padding_mode!r} needs padding in numbers")
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size = self.sizes(name, "kernel_size", kernel_size, 1)
        self.stride, self.padding, self.dilation = stride, padding, dilation
        self.groups, self.padding_mode = groups, padding_mode
        made = {"device": device, "dtype": dtype}
        self.weight = untrained(*self.weight_channels(), *self.kernel_size, **made)
        self.bias = untrained(out_channels, **made) if bias else None
        initializers.reset_as_pytorch_(self.weight, self.bias)

    def weight_channels(self):
        """The first two lengths of the weight."""
        return self.out_channels, self.in_channels // self.groups

    def forward(self, x):
        padding = self.padding
        if self.padding_mode != "zeros":
            sizes = self.sizes(type(self).__name__, "padding", padding, 0)
            x = pad(x, [n for size in reversed(sizes) for n in (size, size)], self.padding_mode)
            padding = 0
        return type(self).convolve(
            x, self.weight, self.bias, self.stride, padding, self.dilation, self.groups
        )

    def extra_repr(self):
        return (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size},"
            f" stride={self.stride}, padding={self.padding}"
        )


class Conv2d(Convolution):
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
    padding_mode : {"zeros", "reflect", "replicate", "circular"}
        What surrounds the image; see `nn.functional.pad`.

    Attributes
    ----------
    weight : Parameter, (out_channels, in_channels / groups, height, width)
    bias : Parameter, (out_channels,), or None
        Both start at U(-1/√n, 1/√n), n the number of weights of one output channel.
    """

    sizes, convolve = staticmethod(pair), staticmethod(conv2d)


class Conv1d(Convolution):
    """A small window of weights, the same at every place of a sequence: (N, C, L) → (N, O, L').

    Parameters, start values and the order of the axes are those of `Conv2d`, with one number for
    each size.
    """

    sizes, convolve = staticmethod(lambda *given: (single(*given),)), staticmethod(conv1d)
