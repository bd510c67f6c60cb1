"""Windows: where they lie on an image, and what is seen from each place inside them.

Convolution, pooling and unfolding all look at the input through the same windows: for each of the
K² places in a window, the input seen from that place is a strided slice. K² slices, not N·H·W
windows, are what Python loops over; 2K where the columns of all windows are wanted, along the rows
and then down them.
"""

import functools

import numpy as np

from ..engine.base import as_tensor


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
    ceil : bool
        Whether a last window may reach beyond the padding, if it starts before it.
    """

    def __init__(self, name, shape, kernel, stride, padding, dilation, ceil=False):
        self.shape, self.kernel = tuple(shape), pair(name, "kernel_size", kernel, 1)
        self.stride = pair(name, "stride", stride, 1)
        self.dilation = pair(name, "dilation", dilation, 1)
        span = [d * (k - 1) + 1 for d, k in zip(self.dilation, self.kernel, strict=True)]
        if padding == "same":
            if self.stride != (1, 1):
                raise ValueError(f"{name}: padding='same' needs stride 1, got {self.stride}")
            self.padding = tuple(((s - 1) // 2, s // 2) for s in span)
        else:
            amount = pair(name, "padding", 0 if padding == "valid" else padding, 0)
            self.padding = tuple((p, p) for p in amount)
        self.frame = tuple(n + sum(p) for n, p in zip(shape[2:], self.padding, strict=True))
        if ceil:
            sizes = zip(self.padding, self.frame, span, self.stride, strict=True)
            self.padding = tuple((p, q + _overhang(p, n, s, t)) for (p, q), n, s, t in sizes)
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

    def first_inside(self):
        """For each window, the number of its first place that is no padding: (H', W'), or 0."""
        if self.padded_shape == self.shape:
            return 0
        rows, columns = (
            [-(-max(0, padding - i * step) // apart) for i in range(n)]
            for (padding, _), step, apart, n in zip(
                self.padding, self.stride, self.dilation, self.out, strict=True
            )
        )
        return np.array(rows)[:, None] * self.kernel[1] + np.array(columns)

    def counts(self, dtype, padding=True):
        """How many places of each window lie in the image, or in it and its padding."""
        if padding and self.frame == self.padded_shape[2:]:
            return self.kernel[0] * self.kernel[1]
        inside = np.ones((1, 1, *self.shape[2:]), dtype)
        if padding:
            inside = np.zeros((1, 1, *self.padded_shape[2:]), dtype)
            inside[..., : self.frame[0], : self.frame[1]] = 1
        else:
            inside = self.padded(inside, 0)
        return sum(inside[place] for place in self.places())

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


def _overhang(padding, frame, span, step):
    """By how much the last window reaches out of the frame, if one may."""
    last = -((span - frame) // step) * step  # where the last window that may starts
    if last >= frame - padding:  # it would see nothing but padding
        last -= step
    return max(0, last + span - frame)


def windows_of(name, shape, *how):
    """`Windows(name, shape, *how)`, made once: every step of a training asks for the same."""
    how = [tuple(h) if isinstance(h, list) else h for h in how]
    try:
        return _made(name, shape, *how)
    except TypeError:  # something without a hash, which is refused by its name
        return Windows(name, shape, *how)


_made = functools.lru_cache(maxsize=256, typed=True)(Windows)


def pair(name, what, value, least):
    """An integer, or two, as two integers of at least `least`."""
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


def single(name, what, value, least):
    """An integer, or one in a sequence, as an integer of at least `least`."""
    values = value if isinstance(value, (tuple, list)) else [value]
    if len(values) != 1:
        raise ValueError(f"{name}: {what} must be one integer, got {value!r}")
    return pair(name, what, values[0], least)[0]


def batched(input, operation):
    """Images without a batch axis get one, and lose it again."""
    x = as_tensor(input)
    return operation(x.unsqueeze(0)).squeeze(0) if x.ndim == 3 else operation(x)
