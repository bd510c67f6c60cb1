"""Images: convolution and pooling, over windows that slide along the last two axes.

All of them look at the input through the same windows: for each of the K² places in a window, the
input seen from that place is a strided slice. K² slices, not N·H·W windows, are what Python
loops over; 2K where the columns of all windows are wanted, along the rows and then down them.
"""

import functools

import numpy as np

from .autograd import Function
from .course import moved
from .indexing import scatter
from .operands import is_array


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
        return (fold(g, self.windows),)


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
        return (unfold(g, self.windows),)


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
        _refuse_misfits(x, weight, bias, groups)
        self.groups = groups
        how = weight.shape[2:], stride, padding, dilation
        self.windows = windows_of("conv2d", x.shape, *how)
        self.scratch = columns = self._by_group(unfolded(x, self.windows))
        z = self._matrix(weight) @ columns
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
            columns = self.scratch
            if not is_array(g):
                columns = self._by_group(unfold(x, self.windows))
            dw = (columns @ G.mT).sum(0).mT.reshape(weight.shape)
        if to_bias:
            ones = np.ones(positions, g.dtype)  # a product with them sums fastest
            db = (G @ ones).sum(0).reshape(out)
        if to_x:
            columns = self._matrix(weight).mT @ G
            rows = self.groups * columns.shape[2]
            dx = fold(columns.reshape(n, rows, positions), self.windows)
        return dx, dw, db

    def _matrix(self, weight):
        return weight.reshape(self.groups, weight.shape[0] // self.groups, -1)

    def _by_group(self, columns):
        n, rows, positions = columns.shape
        return columns.reshape(n, self.groups, rows // self.groups, positions)


def _refuse_misfits(x, weight, bias, groups):
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
            return (scatter(g, self._flat_index(), w.shape),)
        padded = np.zeros(w.padded_shape, g.dtype)
        for k, place in enumerate(w.places()):
            if w.overlap:
                padded[place] += g * (self.best == k)
            else:
                np.multiply(g, self.best == k, out=padded[place])
        return (w.cropped(padded),)

    def _flat_index(self):
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
        return (fold(columns.reshape(n, c * k, positions), w),)


class Windows:
    """Where windows lie on images of one shape.

    Parameters
    ----------
    name : str
        The operation, for error messages.
    shape : tuple
        (N, C, H, W)
    kernel, stride, padding, dilation : int or pair
        Size of a window, steps between windows, zeros around the image, steps inside a window.
        `padding` may be "valid" (none) or "same" (as many windows as pixels; stride 1).
    """

    def __init__(self, name, shape, kernel, stride, padding, dilation):
        self.shape, self.kernel = tuple(shape), _pair(name, "kernel_size", kernel, 1)
        self.stride = _pair(name, "stride", stride, 1)
        self.dilation = _pair(name, "dilation", dilation, 1)
        span = [d * (k - 1) + 1 for d, k in zip(self.dilation, self.kernel, strict=True)]
        if padding == "same":
            if self.stride != (1, 1):
                raise ValueError(f"{name}: padding='same' needs stride 1, got {self.stride}")
            self.padding = tuple(((s - 1) // 2, s // 2) for s in span)
        else:
            amount = _pair(name, "padding", 0 if padding == "valid" else padding, 0)
            self.padding = tuple((p, p) for p in amount)
        self.overlap = any(s > t for s, t in zip(span, self.stride, strict=True))
        height, width = (n + sum(p) for n, p in zip(shape[2:], self.padding, strict=True))
        self.padded_shape = (*shape[:2], height, width)
        if height < span[0] or width < span[1]:
            raise ValueError(
                f"{name}: a window of {span[0]}×{span[1]} does not fit into {height}×{width}"
                f" pixels (input {self.shape}, padding included)"
            )
        self.out = tuple(
            (n - s) // t + 1 for n, s, t in zip((height, width), span, self.stride, strict=True)
        )

    def places(self):
        """For each place in a window, the slice of the padded image that is seen from there."""
        down, along = self.steps()
        return [(..., rows, columns) for rows in down for columns in along]

    def steps(self):
        """The same along one axis: for each row of a window, and for each column of it."""
        return [
            [slice(i * d, i * d + s * n, s) for i in range(k)]
            for k, s, d, n in zip(self.kernel, self.stride, self.dilation, self.out, strict=True)
        ]

    def inside(self, axis):
        """For each place along an axis, the windows that see a pixel there, and those pixels."""
        step, size, pairs = self.stride[axis], self.shape[2 + axis], []
        for i in range(self.kernel[axis]):
            start = i * self.dilation[axis] - self.padding[axis][0]  # seen by the first window
            first = max(0, -(start // step))
            last = max(first, min(self.out[axis], -((start - size) // step)))
            at = start + first * step
            pairs.append((slice(first, last), slice(at, at + (last - first) * step, step)))
        return pairs

    def padded(self, x, value):
        """x with `value` around it."""
        (top, bottom), (left, right) = self.padding
        if not (top or bottom or left or right):
            return x
        room = np.full((*x.shape[:2], *self.padded_shape[2:]), value, x.dtype)
        room[..., top : top + x.shape[2], left : left + x.shape[3]] = x
        return room

    def cropped(self, x):
        """x without what `padded` put around it."""
        (top, _), (left, _) = self.padding
        return x[..., top : top + self.shape[2], left : left + self.shape[3]]


def windows_of(name, shape, *how):
    """`Windows(name, shape, *how)`, made once: every step of a training asks for the same."""
    how = [tuple(h) if isinstance(h, list) else h for h in how]
    try:
        return _made(name, shape, *how)
    except TypeError:  # something without a hash, which is refused by its name
        return Windows(name, shape, *how)


_made = functools.lru_cache(maxsize=256, typed=True)(Windows)


def _pair(name, what, value, least):
    if type(value) is int and value >= least:
        return value, value
    pair = (value, value) if isinstance(value, np.integer) else value
    if (
        not isinstance(pair, (tuple, list))
        or len(pair) != 2
        or not all(isinstance(v, (int, np.integer)) and v >= least for v in pair)
    ):
        raise ValueError(
            f"{name}: {what} must be an integer of at least {least}, or two, got {value!r}"
        )
    return tuple(int(v) for v in pair)


def unfolded(x, windows):
    """The windows of an array as columns: slid along its rows, then down, where whole rows move."""
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
    (kh, kw), (h, w), (height, width) = windows.kernel, windows.out, windows.shape[2:]
    n, c = columns.shape[0], columns.shape[1] // (kh * kw)
    columns = columns.reshape(n, c, kh, kw, h, w)
    rows = np.zeros((n, c, kw, height, w), columns.dtype)
    for i, (seen, pixels) in enumerate(windows.inside(0)):
        _add(rows[..., pixels, :], columns[:, :, i, :, seen], i)
    x = np.zeros((n, c, height, width), columns.dtype)
    for j, (seen, pixels) in enumerate(windows.inside(1)):
        _add(x[..., pixels], rows[:, :, j, :, seen], j)
    return x


def _add(total, part, already):
    if already:
        total += part
    else:  # nothing is there yet
        total[...] = part


def unfold(x, windows):
    """`unfolded` for arrays and Tensors alike: what rules use."""
    return unfolded(x, windows) if is_array(x) else UnfoldBackward.run(x, windows=windows)


def fold(columns, windows):
    """`folded` for arrays and Tensors alike: what rules use."""
    if is_array(columns):
        return folded(columns, windows)
    return FoldBackward.run(columns, windows=windows)


def __getattr__(name):
    return moved(__name__, name)
