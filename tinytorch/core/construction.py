"""Making tensors from nothing but a shape."""

import numpy as np

from .engine.numbers import get_default_dtype
from .tensor import Tensor


def made(array, dtype, requires_grad) -> Tensor:
    """A Tensor around `array`; fractions take the default dtype unless `dtype` names one."""
    array = np.asarray(array)
    if dtype is None:
        dtype = get_default_dtype() if array.dtype.kind == "f" else array.dtype
    made = Tensor._wrap(np.asarray(array, dtype))
    made.requires_grad = requires_grad
    return made


def shape_of(size) -> tuple:
    """The shape that `size` means: `zeros(2, 3)` and `zeros((2, 3))` are the same."""
    return tuple(size[0]) if len(size) == 1 and isinstance(size[0], (tuple, list)) else size


def zeros(*size, dtype=None, requires_grad=False) -> Tensor:
    """A tensor of zeros: `zeros(2, 3)` or `zeros((2, 3))`."""
    return made(np.zeros(shape_of(size)), dtype, requires_grad)


def ones(*size, dtype=None, requires_grad=False) -> Tensor:
    """A tensor of ones."""
    return made(np.ones(shape_of(size)), dtype, requires_grad)


def full(size, fill_value, dtype=None, requires_grad=False) -> Tensor:
    """A tensor of `fill_value`, whose kind of number it takes: `full((2,), 3)` holds integers."""
    return made(np.full(size, fill_value), dtype, requires_grad)


def empty(*size, dtype=None, requires_grad=False) -> Tensor:
    """A tensor whose numbers are whatever the memory held: for what is written before it is read.

    >>> import tinytorch as tt
    >>> tt.empty(2, 3).shape
    (2, 3)
    """
    dtype = get_default_dtype() if dtype is None else dtype
    return made(np.empty(shape_of(size), dtype), dtype, requires_grad)


def empty_like(input, dtype=None, requires_grad=False) -> Tensor:
    """Numbers yet to be written, in the shape and dtype of `input`."""
    return empty(input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad)


def zeros_like(input, dtype=None, requires_grad=False) -> Tensor:
    """Zeros in the shape and dtype of `input`."""
    return zeros(input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad)


def ones_like(input, dtype=None, requires_grad=False) -> Tensor:
    """Ones in the shape and dtype of `input`."""
    return ones(input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad)


def full_like(input, fill_value, dtype=None, requires_grad=False) -> Tensor:
    """`fill_value` in the shape and dtype of `input`."""
    return full(input.shape, fill_value, dtype or input.dtype, requires_grad)


def arange(start, end=None, step=1, dtype=None, requires_grad=False) -> Tensor:
    """Numbers from `start` in steps of `step`, without `end`; from 0 if only one is given."""
    if end is None:
        start, end = 0, start
    return made(np.arange(start, end, step), dtype, requires_grad)


def linspace(start, end, steps, dtype=None, requires_grad=False) -> Tensor:
    """`steps` evenly spaced numbers from `start` to `end`, both included."""
    return made(np.linspace(start, end, steps), dtype, requires_grad)


def eye(n, m=None, dtype=None, requires_grad=False) -> Tensor:
    """The identity matrix, n × n or the corner of it that is n × m."""
    return made(np.eye(n, m), dtype, requires_grad)
