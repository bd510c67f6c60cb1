"""Making tensors from nothing but a shape."""

import math

import numpy as np

from .conversions import to_dtype
from .device import check_device
from .engine.numbers import get_default_dtype
from .tensor import Tensor, from_numpy


class Size(tuple):
    """A shape, as PyTorch calls it; here shapes are plain tuples, which are equal to it."""

    def numel(self) -> int:
        """The number of elements of a tensor of this shape."""
        return math.prod(self)


def made(array, dtype, requires_grad, device=None) -> Tensor:
    """A Tensor around `array`; fractions take the default dtype unless `dtype` names one."""
    check_device("tensor", device)
    array = np.asarray(array)
    if dtype is None:
        dtype = get_default_dtype() if array.dtype.kind == "f" else array.dtype
    made = Tensor._wrap(np.asarray(array, to_dtype(dtype)))
    made.requires_grad = requires_grad
    return made


def shape_of(sizes, size=None) -> tuple:
    """The shape that is meant: `zeros(2, 3)`, `zeros((2, 3))` and `zeros(size=(2, 3))`."""
    sizes = sizes if size is None else (size,)
    return tuple(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes


def zeros(*sizes, size=None, dtype=None, requires_grad=False, device=None) -> Tensor:
    """A tensor of zeros: `zeros(2, 3)` or `zeros((2, 3))`."""
    return made(np.zeros(shape_of(sizes, size)), dtype, requires_grad, device)


def ones(*sizes, size=None, dtype=None, requires_grad=False, device=None) -> Tensor:
    """A tensor of ones."""
    return made(np.ones(shape_of(sizes, size)), dtype, requires_grad, device)


def full(size, fill_value, dtype=None, requires_grad=False, device=None) -> Tensor:
    """A tensor of `fill_value`, whose kind of number it takes: `full((2,), 3)` holds integers."""
    return made(np.full(size, fill_value), dtype, requires_grad, device)


def empty(*sizes, size=None, dtype=None, requires_grad=False, device=None) -> Tensor:
    """A tensor whose numbers are whatever the memory held: for what is written before it is read.

    >>> import tinytorch as tt
    >>> tt.empty(2, 3).shape
    (2, 3)
    """
    dtype = get_default_dtype() if dtype is None else dtype
    return made(np.empty(shape_of(sizes, size), dtype), dtype, requires_grad, device)


def empty_like(input, dtype=None, requires_grad=False, device=None) -> Tensor:
    """Numbers yet to be written, in the shape and dtype of `input`."""
    return empty(
        input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad, device=device
    )


def zeros_like(input, dtype=None, requires_grad=False, device=None) -> Tensor:
    """Zeros in the shape and dtype of `input`."""
    return zeros(
        input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad, device=device
    )


def ones_like(input, dtype=None, requires_grad=False, device=None) -> Tensor:
    """Ones in the shape and dtype of `input`."""
    return ones(input.shape, dtype=dtype or input.dtype, requires_grad=requires_grad, device=device)


def full_like(input, fill_value, dtype=None, requires_grad=False, device=None) -> Tensor:
    """`fill_value` in the shape and dtype of `input`."""
    return full(input.shape, fill_value, dtype or input.dtype, requires_grad, device)


def arange(start, end=None, step=1, dtype=None, requires_grad=False, device=None) -> Tensor:
    """Numbers from `start` in steps of `step`, without `end`; from 0 if only one is given."""
    if end is None:
        start, end = 0, start
    if step == 0 or (end - start) * step < 0:
        raise ValueError(f"arange: steps of {step} do not lead from {start} to {end}")
    return made(np.arange(start, end, step), dtype, requires_grad, device)


def linspace(start, end, steps, dtype=None, requires_grad=False, device=None) -> Tensor:
    """`steps` evenly spaced numbers from `start` to `end`, both included."""
    return made(np.linspace(start, end, steps), dtype, requires_grad, device)


def tril_indices(row, col, offset=0) -> Tensor:
    """Rows and columns of what `tril` keeps of a matrix: (2, n), int64."""
    return Tensor(np.array(np.tril_indices(row, offset, col), np.int64))


def triu_indices(row, col, offset=0) -> Tensor:
    """Rows and columns of what `triu` keeps of a matrix: (2, n), int64."""
    return Tensor(np.array(np.triu_indices(row, offset, col), np.int64))


def eye(n, m=None, dtype=None, requires_grad=False, device=None) -> Tensor:
    """The identity matrix, n × n or the corner of it that is n × m."""
    return made(np.eye(n, m), dtype, requires_grad, device)


def as_tensor(data, dtype=None, device=None) -> Tensor:
    """`data` as a Tensor, without a copy where none is needed: Tensors as they are, NumPy's arrays
    with shared memory.
    """
    check_device("as_tensor", device)
    if isinstance(data, np.ndarray) and data.dtype.kind in "fiub":
        data = from_numpy(data)
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(to_dtype(dtype))
    return Tensor(data, dtype=None if dtype is None else to_dtype(dtype))


def is_tensor(obj) -> bool:
    """Whether `obj` is a Tensor."""
    return isinstance(obj, Tensor)


def numel(input) -> int:
    """The number of elements."""
    return input.numel()


def Variable(data, requires_grad=False, volatile=False) -> Tensor:
    """PyTorch's wrapper of its first years: today a Tensor is one. (The course's own, whose `.data`
    is a Tensor, is `tinytorch.core.autograd.Variable`.)
    """
    x = data if isinstance(data, Tensor) else Tensor(data)
    return x.detach().requires_grad_() if requires_grad and not x.requires_grad else x
