"""Pooling: the largest or the mean element of every window."""

import numpy as np

from ..engine.base import as_tensor
from ..engine.function import Function
from ..engine.numbers import BITS, is_array
from ..module import Module
from ..operations.indexing import scatter
from ..operations.selection import flat
from ..tensor import Tensor
from .unfolding import folded
from .windows import batched, single, windows_of


class MaxPool2dBackward(Function):
    """z = the largest element of every window: (N, C, H, W) → (N, C, H', W').

    ∂L/∂x = g added at the element that was largest; a tie goes to the first of
    the window, row by row. Keeps the place of that element in its window.
    Cost: a comparison for each entry of each window; as many back.
    PyTorch: MaxPool2DWithIndicesBackward0.
    """

    def forward(self, x, *, windows):
        self.windows = windows
        low = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
        padded = windows.padded(x, low)
        places = windows.places()
        z = padded[places[0]].copy()
        count = np.min_scalar_type(len(places)).type  # as few bytes as will do
        self.best = best = np.empty(z.shape, count)
        best[...] = windows.first_inside()
        for k, place in enumerate(places[1:], 1):
            values = padded[place].copy()  # reading with steps is slow: once
            np.maximum(best, (values > z) * count(k), out=best)
            np.maximum(z, values, out=z)
        if np.isnan(z).any():  # NaN counts as larger than all, as in PyTorch
            for k, place in enumerate(places):
                best[np.isnan(padded[place])] = k
        return z

    def apply(self, g):
        w = self.windows
        if not is_array(g):
            return (flat(self, scatter(g, self.index_of_best(), w.shape)),)
        padded = np.zeros(w.padded_shape, g.dtype)
        bits, sums = (x.view(BITS[g.itemsize]) for x in (g, padded))
        for k, place in enumerate(w.places()):
            won = self.best == k  # times the bits of g, for 0 · ∞ would be nan
            if w.overlap:
                padded[place] += (bits * won).view(g.dtype)
            else:
                np.multiply(bits, won, out=sums[place])
        return (w.cropped(padded),)

    def index_of_best(self):
        """The index into x of each largest element."""
        w = self.windows
        n, c, i, j = np.ogrid[tuple(slice(m) for m in self.best.shape)]
        row, column = np.divmod(self.best.astype(np.intp), w.kernel[1])
        return (
            n,
            c,
            i * w.stride[0] + row * w.dilation[0] - w.padding[0][0],
            j * w.stride[1] + column * w.dilation[1] - w.padding[1][0],
        )


def max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False) -> Tensor:
    """The largest element of every window: (N, C, H, W) → (N, C, H', W').

    Parameters
    ----------
    kernel_size, stride, padding, dilation : int or pair
        Windows lie side by side unless `stride` is given.
    ceil_mode : bool
        Whether a last window may reach out of the image, so that all pixels are seen.
    """
    how = kernel_size, stride, padding, dilation, ceil_mode
    return batched(
        input,
        lambda x: MaxPool2dBackward.run(x, windows=pooling_windows("maxpool2d", x, *how)),
    )


class MaxPool2d(Module):
    """The largest element of every window; side by side unless `stride` is given.

    Parameters
    ----------
    kernel_size, stride, padding, dilation : int or pair
    ceil_mode : bool
        Whether a last window may reach out of the image, so that all pixels are seen.
    """

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
        super().__init__()
        self.kernel_size, self.padding, self.dilation = kernel_size, padding, dilation
        self.stride = kernel_size if stride is None else stride
        self.ceil_mode = ceil_mode

    def forward(self, x):
        return max_pool2d(
            x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode
        )

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool2dBackward(Function):
    """z = the mean of every window: (N, C, H, W) → (N, C, H', W').

    ∂L/∂x = g / (Kh·Kw) added to every element of its window; padding counts as
    zeros, unless `count_include_pad` is False: then it is left out of the mean,
    as is always what lies beyond it. `divisor_override` divides by another
    number. Keeps nothing.
    Cost: a sum for each entry of each window; as many back.
    PyTorch: AvgPool2DBackward0.
    """

    def forward(self, x, *, windows, count_include_pad=True, divisor_override=None):
        self.windows = w = windows
        self.count = divisor_override or w.counts(x.dtype, count_include_pad)
        padded = w.padded(x, 0)
        exact = np.float32 if x.dtype == np.float16 else x.dtype
        total = np.zeros((*x.shape[:2], *w.out), exact)
        for place in w.places():
            total += padded[place]
        total = total / self.count
        return total.astype(np.float16) if x.dtype == np.float16 else total

    def apply(self, g):
        w, g = self.windows, g / self.count
        if is_array(g):
            padded = np.zeros(w.padded_shape, g.dtype)
            for place in w.places():
                padded[place] += g
            return (w.cropped(padded),)
        n, c = g.shape[:2]
        k = w.kernel[0] * w.kernel[1]
        positions = w.out[0] * w.out[1]
        columns = g.reshape(n, c, 1, positions).expand(n, c, k, positions)
        return (flat(self, folded(columns.reshape(n, c * k, positions), w)),)


def avg_pool2d(
    input,
    kernel_size,
    stride=None,
    padding=0,
    ceil_mode=False,
    count_include_pad=True,
    divisor_override=None,
) -> Tensor:
    """The mean of every window: (N, C, H, W) → (N, C, H', W').

    Parameters
    ----------
    kernel_size, stride, padding : int or pair
        Windows lie side by side unless `stride` is given.
    ceil_mode : bool
        Whether a last window may reach out of the image, so that all pixels are seen.
    count_include_pad : bool
        Whether the zeros around the image count.
    divisor_override : int, optional
        Divide by this number, not by that of the elements.
    """
    if divisor_override == 0:
        raise ValueError("avgpool2d: divisor_override must not be 0")
    how = kernel_size, stride, padding, 1, ceil_mode
    return batched(
        input,
        lambda x: AvgPool2dBackward.run(
            x,
            windows=pooling_windows("avgpool2d", x, *how),
            count_include_pad=count_include_pad,
            divisor_override=divisor_override,
        ),
    )


class AvgPool2d(Module):
    """The mean of every window; side by side unless `stride` is given.

    The parameters are those of `nn.functional.avg_pool2d`.
    """

    def __init__(
        self,
        kernel_size,
        stride=None,
        padding=0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ):
        super().__init__()
        self.kernel_size, self.padding = kernel_size, padding
        self.stride = kernel_size if stride is None else stride
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad
        self.divisor_override = divisor_override

    def forward(self, x):
        return avg_pool2d(
            x,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


def max_pool1d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False) -> Tensor:
    """The largest element of every window of a sequence: (N, C, L) → (N, C, L')."""
    name = "max_pool1d"
    how = _line(name, input, kernel_size, stride, padding)
    dilation = (1, single(name, "dilation", dilation, 1))
    return max_pool2d(*how, dilation, ceil_mode).squeeze(-2)


def avg_pool1d(
    input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True
) -> Tensor:
    """The mean of every window of a sequence: (N, C, L) → (N, C, L')."""
    how = _line("avg_pool1d", input, kernel_size, stride, padding)
    return avg_pool2d(*how, ceil_mode, count_include_pad).squeeze(-2)


class MaxPool1d(MaxPool2d):
    """The largest element of every window of a sequence; as `MaxPool2d`, with one number each."""

    def forward(self, x):
        how = self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode
        return max_pool1d(x, *how)


class AvgPool1d(AvgPool2d):
    """The mean of every window of a sequence; as `AvgPool2d`, with one number each."""

    def forward(self, x):
        how = self.stride, self.padding, self.ceil_mode, self.count_include_pad
        return avg_pool1d(x, self.kernel_size, *how)


def _line(name, input, kernel_size, stride, padding):
    """A sequence as an image of one row, and its windows as pairs."""
    x = as_tensor(input)
    if x.ndim not in (2, 3):
        raise ValueError(f"{name}: expected sequences (N, C, L) or (C, L), got {x.shape}")
    stride = kernel_size if stride is None else stride
    return (
        x.unsqueeze(-2),
        (1, single(name, "kernel_size", kernel_size, 1)),
        (1, single(name, "stride", stride, 1)),
        (0, single(name, "padding", padding, 0)),
    )


def pooling_windows(name, x, kernel_size, stride, padding, dilation, ceil):
    """The windows of a pooling of x, or an error that names what does not fit."""
    if x.ndim != 4:
        raise ValueError(f"{name}: expected images (N, C, H, W) or (C, H, W), got {x.shape}")
    stride = kernel_size if stride is None else stride
    windows = windows_of(name, x.shape, kernel_size, stride, padding, dilation, ceil)
    for p, k in zip(windows.padding, windows.kernel, strict=True):
        if p[0] > k // 2:
            raise ValueError(
                f"{name}: padding {p[0]} is more than half of the window's {k}; windows of nothing"
                " but padding have no value"
            )
    return windows
