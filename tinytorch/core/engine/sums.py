"""Sums that keep their digits: long float32 columns, float16, and small integers."""

import math

import numpy as np

FEW = 128  # so many terms, one after the other, lose hardly a digit


def array_sum(x, axes, keepdims=False):
    """The sum of an array over `axes`, a tuple, as accurate as PyTorch's.

    NumPy adds the numbers of a row in pairs, but one row to the next in turn: a million rows of
    0.1 have the mean 0.101 that way in float32. Here many rows are folded into 32 long ones, which
    are added, and so on, so that few numbers are added in turn. Long rows are faster, too.
    float16 is summed in float32, integers and booleans in int64.

    Source: pairwise summation, N. J. Higham, "The accuracy of floating point summation" (1993).
    """
    if x.dtype.char in "fd" and len(axes) == 1 and x.shape[axes[0]] <= FEW:
        return np.add.reduce(x, axis=axes[0], keepdims=keepdims)  # most sums, without a detour
    if x.dtype.kind != "f":
        return x.sum(axis=axes, keepdims=keepdims, dtype=np.int64)
    if x.dtype == np.float16:
        with np.errstate(over="ignore"):  # above 65504 it is ∞
            return x.sum(axis=axes, keepdims=keepdims, dtype=np.float32).astype(np.float16)
    leading = len(axes)
    if leading < x.ndim and axes == tuple(range(leading)):
        rows, rest = math.prod(x.shape[:leading]), x.shape[leading:]
        if rows > FEW:
            total = _folded(x.reshape(rows, -1)).reshape(rest)
            return total.reshape((1,) * leading + rest) if keepdims else total
    elif leading == 1 and axes[0] < x.ndim - 1:  # long, and in the middle
        total = array_sum(np.moveaxis(x, axes[0], 0), (0,))
        return np.expand_dims(total, axes[0]) if keepdims else total
    return np.add.reduce(x, axis=axes, keepdims=keepdims)


def _folded(x):
    while len(x) > FEW:
        length = len(x) // 32
        whole = x[: 32 * length].reshape(32, -1).sum(axis=0).reshape(length, -1)
        x = np.concatenate([whole, x[32 * length :]])
    return x.sum(axis=0)


def running_sum(x, axis):
    """The cumulative sum of an array, added up in float64, or int64, as PyTorch does."""
    wide = np.float64 if x.dtype.kind == "f" else np.int64
    total = x.cumsum(axis, dtype=wide)
    return total.astype(x.dtype) if x.dtype.kind == "f" else total
