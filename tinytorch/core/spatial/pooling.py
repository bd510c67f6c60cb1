"""Pooling: the largest or the mean element of every window."""

import numpy as np

from ..autograd import Function
from ..indexing import scatter
from ..module import Module
from ..operands import is_array
from ..tensor import Tensor
from .unfolding import folded
from .windows import batched, windows_of


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
        first, *others = windows.places()
        z = padded[first].copy()
        self.best = best = np.zeros(z.shape, np.int16)
        for k, place in enumerate(others, 1):
            values = padded[place].copy()  # reading with steps is slow: once
            won = (values > z) | (values != values)  # larger, or NaN
            np.maximum(best, won * np.int16(k), out=best)
            np.maximum(z, values, out=z)
        return z

    def apply(self, g):
        w = self.windows
        if not is_array(g):
            return (scatter(g, self.index_of_best(), w.shape),)
        padded = np.zeros(w.padded_shape, g.dtype)
        for k, place in enumerate(w.places()):
            if w.overlap:
                padded[place] += g * (self.best == k)
            else:
                np.multiply(g, self.best == k, out=padded[place])
        return (w.cropped(padded),)

    def index_of_best(self):
        """The index into x of each largest element."""
        w = self.windows
        n, c, i, j = np.ogrid[tuple(slice(m) for m in self.best.shape)]
        row, column = self.best // w.kernel[1], self.best % w.kernel[1]
        return (
            n,
            c,
            i * w.stride[0] + row * w.dilation[0] - w.padding[0][0],
            j * w.stride[1] + column * w.dilation[1] - w.padding[1][0],
        )


def max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1) -> Tensor:
    """The largest element of every window; they lie side by side unless `stride` is given."""
    return batched(
        input,
        lambda x: MaxPool2dBackward.run(
            x, windows=pooling_windows("maxpool2d", x, kernel_size, stride, padding, dilation)
        ),
    )


class MaxPool2d(Module):
    """The largest element of every window; side by side unless `stride` is given."""

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1):
        super().__init__()
        self.kernel_size, self.padding, self.dilation = kernel_size, padding, dilation
        self.stride = kernel_size if stride is None else stride

    def forward(self, x):
        return max_pool2d(x, self.kernel_size, self.stride, self.padding, self.dilation)

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool2dBackward(Function):
    """z = the mean of every window: (N, C, H, W) → (N, C, H', W').

    ∂L/∂x = g / (Kh·Kw) added to every element of its window; padding counts as
    zeros, unless `count_include_pad` is False: then it is left out of the mean.
    Keeps nothing.
    Cost: a sum for each entry of each window; as many back.
    PyTorch: AvgPool2DBackward0.
    """

    def forward(self, x, *, windows, count_include_pad=True):
        self.windows = w = windows
        self.count = w.kernel[0] * w.kernel[1]
        if not count_include_pad:
            ones = w.padded(np.ones((1, 1, *w.shape[2:]), x.dtype), 0)
            self.count = sum(ones[place] for place in w.places())
        padded = w.padded(x, 0)
        total = np.zeros((*x.shape[:2], *w.out), x.dtype)
        for place in w.places():
            total += padded[place]
        return total / self.count

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
        return (folded(columns.reshape(n, c * k, positions), w),)


def avg_pool2d(input, kernel_size, stride=None, padding=0, count_include_pad=True) -> Tensor:
    """The mean of every window; they lie side by side unless `stride` is given."""
    return batched(
        input,
        lambda x: AvgPool2dBackward.run(
            x,
            windows=pooling_windows("avgpool2d", x, kernel_size, stride, padding, 1),
            count_include_pad=count_include_pad,
        ),
    )


class AvgPool2d(Module):
    """The mean of every window; side by side unless `stride` is given."""

    def __init__(self, kernel_size, stride=None, padding=0, count_include_pad: bool = True):
        super().__init__()
        self.kernel_size, self.padding = kernel_size, padding
        self.stride = kernel_size if stride is None else stride
        self.count_include_pad = count_include_pad

    def forward(self, x):
        return avg_pool2d(x, self.kernel_size, self.stride, self.padding, self.count_include_pad)

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


def pooling_windows(name, x, kernel_size, stride, padding, dilation):
    if x.ndim != 4:
        raise ValueError(f"{name}: expected images (N, C, H, W) or (C, H, W), got {x.shape}")
    stride = kernel_size if stride is None else stride
    windows = windows_of(name, x.shape, kernel_size, stride, padding, dilation)
    for p, k in zip(windows.padding, windows.kernel, strict=True):
        if p[0] > k // 2:
            raise ValueError(
                f"{name}: padding {p[0]} is more than half of the window's {k}; windows of nothing"
                " but padding have no value"
            )
    return windows
