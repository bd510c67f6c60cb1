"""Unfolding: the windows of images as columns, and columns added back where their windows were."""

import numpy as np

from ..engine.base import as_tensor
from ..engine.function import Function
from ..engine.numbers import is_array
from ..module import Module
from ..tensor import Tensor
from .windows import windows_of


class UnfoldBackward(Function):
    """z = the P windows of x as columns: (N, C, H, W) → (N, C·Kh·Kw, P).

    ∂L/∂x = the columns of g added back where they came from: `FoldBackward`.
    Keeps nothing.
    Cost: a move for each entry of each window; as many sums back.
    PyTorch: Im2ColBackward0.
    """

    def forward(self, x, *, windows):
        self.windows = windows
        return unfolded(x, windows)

    def apply(self, g):
        return (folded(g, self.windows),)


class FoldBackward(Function):
    """z = columns added up at their windows: (N, C·Kh·Kw, P) → (N, C, H, W).

    ∂L/∂x = the windows of g as columns: `UnfoldBackward`. Each is the other's
    transpose. Keeps nothing.
    Cost: a sum for each entry of each window; as many moves back.
    PyTorch: Col2ImBackward0.
    """

    def forward(self, x, *, windows):
        self.windows = windows
        return folded(x, windows)

    def apply(self, g):
        return (unfolded(g, self.windows),)


def unfolded(x, windows):
    """The windows of x as columns, for arrays and Tensors alike: what rules use.

    They are slid along the rows, then down, where whole rows move.
    """
    if not is_array(x):
        return UnfoldBackward.run(x, windows=windows)
    n, c = x.shape[:2]
    (kh, kw), (h, w) = windows.kernel, windows.out
    padded = windows.padded(x, 0)
    down, along = windows.steps()
    rows = np.empty((n, c, kw, padded.shape[2], w), x.dtype)
    for j, pixels in enumerate(along):
        rows[:, :, j] = padded[..., pixels]
    columns = np.empty((n, c, kh, kw, h, w), x.dtype)
    for i, pixels in enumerate(down):
        columns[:, :, i] = rows[..., pixels, :]
    return columns.reshape(n, c * kh * kw, h * w)


def folded(columns, windows):
    """The transpose of `unfolded`: each column added where its window was, up, then along."""
    if not is_array(columns):
        return FoldBackward.run(columns, windows=windows)
    (kh, kw), (h, w), (height, width) = windows.kernel, windows.out, windows.shape[2:]
    n, c = columns.shape[0], columns.shape[1] // (kh * kw)
    columns = columns.reshape(n, c, kh, kw, h, w)
    rows = np.zeros((n, c, kw, height, w), columns.dtype)
    for i, (seen, pixels) in enumerate(windows.inside(0)):
        add_or_set(rows[..., pixels, :], columns[:, :, i, :, seen], i)
    x = np.zeros((n, c, height, width), columns.dtype)
    for j, (seen, pixels) in enumerate(windows.inside(1)):
        add_or_set(x[..., pixels], rows[:, :, j, :, seen], j)
    return x


def add_or_set(total, part, already):
    if already:
        total += part
    else:  # nothing is there yet
        total[...] = part


def unfold(input, kernel_size, dilation=1, padding=0, stride=1) -> Tensor:
    """The windows of images as columns: (N, C, H, W) → (N, C·Kh·Kw, number of windows)."""
    x = as_tensor(input)
    windows = windows_of("unfold", x.shape, kernel_size, stride, padding, dilation)
    return UnfoldBackward.run(x, windows=windows)


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1) -> Tensor:
    """Columns added up where their windows were: the transpose of `unfold`."""
    x = as_tensor(input)
    h, w = (output_size, output_size) if isinstance(output_size, int) else output_size
    k = kernel_size if isinstance(kernel_size, (tuple, list)) else (kernel_size, kernel_size)
    shape = (x.shape[0], x.shape[1] // (k[0] * k[1]), h, w)
    windows = windows_of("fold", shape, kernel_size, stride, padding, dilation)
    expected = (shape[0], shape[1] * k[0] * k[1], windows.out[0] * windows.out[1])
    if x.shape != expected:
        raise ValueError(f"fold: expected columns of shape {expected}, got {x.shape}")
    return FoldBackward.run(x, windows=windows)


class Unfold(Module):
    """The windows of images as columns; see `nn.functional.unfold`."""

    def __init__(self, kernel_size, dilation=1, padding=0, stride=1):
        super().__init__()
        self.kernel_size, self.dilation = kernel_size, dilation
        self.padding, self.stride = padding, stride

    def forward(self, x):
        return unfold(x, self.kernel_size, self.dilation, self.padding, self.stride)


class Fold(Module):
    """Columns added up where their windows were; see `nn.functional.fold`."""

    def __init__(self, output_size, kernel_size, dilation=1, padding=0, stride=1):
        super().__init__()
        self.output_size, self.kernel_size, self.dilation = output_size, kernel_size, dilation
        self.padding, self.stride = padding, stride

    def forward(self, x):
        how = self.dilation, self.padding, self.stride
        return fold(x, self.output_size, self.kernel_size, *how)
