"""Padding: what surrounds an image, and cutting it off."""

from numbers import Real

import numpy as np

from ..engine.base import as_tensor
from ..module import Module
from ..operations.activations import with_flat_gradient
from ..operations.indexing import ScatterBackward
from ..tensor import Tensor

MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}  # in NumPy's words


def pad(input, pad, mode="constant", value=None) -> Tensor:
    """`input` with padding around its last axes.

    Parameters
    ----------
    pad : sequence of int
        How much before and after the last axis, then the one before it, and so on. Negative
        numbers cut off.
    mode : {"constant", "reflect", "replicate", "circular"}
        `value`; the mirror image of what is inside; the last value there; or its other end.
    value : float, optional
        Default 0.

    Examples
    --------
    >>> import tinytorch as tt
    >>> tt.nn.functional.pad(tt.ones(1, 2), (1, 2), value=7.0)
    tensor([[7., 1., 1., 7., 7.]])
    """
    x, amounts = as_tensor(input), [int(n) for n in pad]
    if len(amounts) % 2 or len(amounts) > 2 * x.ndim:
        raise ValueError(
            f"pad: {len(amounts)} numbers for a tensor of shape {x.shape}; there are two for each"
            f" axis, from the last on, so at most {2 * x.ndim}"
        )
    if mode != "constant" and mode not in MODES:
        raise ValueError(
            f"pad: mode must be 'constant', 'reflect', 'replicate' or 'circular', got {mode!r}"
        )
    axes = range(x.ndim - 1, x.ndim - 1 - len(amounts) // 2, -1)
    sides = dict(zip(axes, zip(amounts[::2], amounts[1::2], strict=True), strict=True))
    for axis, (before, after) in sides.items():
        if x.shape[axis] + min(before, 0) + min(after, 0) < 0 or (
            mode == "reflect" and max(before, after) >= max(x.shape[axis], 1)
        ):
            raise ValueError(
                f"pad: {before} before and {after} after axis {axis} of shape {x.shape} is more"
                " than there is"
            )
    if mode == "constant":
        return _constant(x, sides, 0 if value is None else value)
    x = x if mode == "circular" else with_flat_gradient(x)
    for axis, (before, after) in sides.items():
        line = np.pad(np.arange(x.shape[axis]), (max(before, 0), max(after, 0)), MODES[mode])
        line = line[max(-before, 0) : len(line) - max(-after, 0)]
        x = x[(*(slice(None),) * axis, line)]
    return x


def _constant(x, sides, value):
    """Zeros, or `value`, around the tensor x."""
    if not isinstance(value, Real):
        raise TypeError(f"pad: value must be a number, got {type(value).__name__}")
    shape, kept, seen = list(x.shape), [slice(None)] * x.ndim, [slice(None)] * x.ndim
    for axis, (before, after) in sides.items():
        n = x.shape[axis]
        shape[axis] = n + before + after
        kept[axis] = slice(max(-before, 0), n - max(-after, 0))
        seen[axis] = slice(max(before, 0), max(before, 0) + kept[axis].stop - kept[axis].start)
    if any(k != slice(None) for k in kept):
        x = x[tuple(kept)]
    z = ScatterBackward.run(x, index=tuple(seen), shape=tuple(shape))
    if not value:
        return z
    frame = np.full(shape, value, x.dtype)
    frame[tuple(seen)] = 0
    return z + Tensor(frame)


class Padding(Module):
    """Padding around the last axes; see `nn.functional.pad`.

    Parameters
    ----------
    padding : int or sequence of int
        For all sides, or before and after the last axis, then the one before it, and so on: of
        an image left, right, top and bottom.
    value : float
        Of constant padding.
    """

    mode, value, axes = "constant", 0.0, 2

    def __init__(self, padding):
        super().__init__()
        self.padding = (
            tuple(padding) if isinstance(padding, (tuple, list)) else (padding,) * (2 * self.axes)
        )

    def forward(self, x):
        if x.ndim not in (self.axes + 1, self.axes + 2) and self.mode != "constant":
            raise ValueError(
                f"{type(self).__name__}: expected {self.axes} axes after the channels, with or"
                f" without a batch, got {x.shape}"
            )
        return pad(x, self.padding, self.mode, self.value)

    def extra_repr(self):
        return f"{self.padding}"


class ZeroPad1d(Padding):
    __doc__ = Padding.__doc__
    axes = 1


class ConstantPad1d(Padding):
    __doc__ = Padding.__doc__
    axes = 1

    def __init__(self, padding, value: float):
        super().__init__(padding)
        self.value = value


class ReflectionPad1d(Padding):
    __doc__ = Padding.__doc__
    axes = 1
    mode = "reflect"


class ReplicationPad1d(Padding):
    __doc__ = Padding.__doc__
    axes = 1
    mode = "replicate"


class CircularPad1d(Padding):
    __doc__ = Padding.__doc__
    axes = 1
    mode = "circular"


class ZeroPad2d(Padding):
    __doc__ = Padding.__doc__


class ConstantPad2d(Padding):
    __doc__ = Padding.__doc__

    def __init__(self, padding, value: float):
        super().__init__(padding)
        self.value = value


class ReflectionPad2d(Padding):
    __doc__ = Padding.__doc__
    mode = "reflect"


class ReplicationPad2d(Padding):
    __doc__ = Padding.__doc__
    mode = "replicate"


class CircularPad2d(Padding):
    __doc__ = Padding.__doc__
    mode = "circular"


class ZeroPad3d(Padding):
    __doc__ = Padding.__doc__
    axes = 3


class ConstantPad3d(Padding):
    __doc__ = Padding.__doc__
    axes = 3

    def __init__(self, padding, value: float):
        super().__init__(padding)
        self.value = value


class ReflectionPad3d(Padding):
    __doc__ = Padding.__doc__
    axes = 3
    mode = "reflect"


class ReplicationPad3d(Padding):
    __doc__ = Padding.__doc__
    axes = 3
    mode = "replicate"


class CircularPad3d(Padding):
    __doc__ = Padding.__doc__
    axes = 3
    mode = "circular"
