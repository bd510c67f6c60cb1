"""Making tensors from nothing but a shape."""

import numpy as np

from . import random
from .dtypes import get_default_dtype
from .tensor import Tensor


def _made(array, dtype, requires_grad):
    array = np.asarray(array)
    if dtype is None:
        dtype = get_default_dtype() if array.dtype.kind == "f" else array.dtype
    made = Tensor._wrap(np.asarray(array, dtype))
    made.requires_grad = requires_grad
    return made


def _shape(size):
    return tuple(size[0]) if len(size) == 1 and isinstance(size[0], (tuple, list)) else size


def zeros(*size, dtype=None, requires_grad=False) -> Tensor:
    """A tensor of zeros: `zeros(2, 3)` or `zeros((2, 3))`."""
    return _made(np.zeros(_shape(size)), dtype, requires_grad)


def ones(*size, dtype=None, requires_grad=False) -> Tensor:
    """A tensor of ones."""
    return _made(np.ones(_shape(size)), dtype, requires_grad)


def full(size, fill_value, dtype=None, requires_grad=False) -> Tensor:
    """A tensor of `fill_value`, whose kind of number it takes: `full((2,), 3)` holds integers."""
    return _made(np.full(size, fill_value), dtype, requires_grad)


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
    return _made(np.arange(start, end, step), dtype, requires_grad)


def linspace(start, end, steps, dtype=None, requires_grad=False) -> Tensor:
    """`steps` evenly spaced numbers from `start` to `end`, both included."""
    return _made(np.linspace(start, end, steps), dtype, requires_grad)


def eye(n, m=None, dtype=None, requires_grad=False) -> Tensor:
    """The identity matrix, n × n or the corner of it that is n × m."""
    return _made(np.eye(n, m), dtype, requires_grad)


def randn(*size, dtype=None, requires_grad=False) -> Tensor:
    """Numbers drawn from the normal distribution of mean 0 and variance 1."""
    return _made(random.generator.standard_normal(_shape(size)), dtype, requires_grad)


def rand(*size, dtype=None, requires_grad=False) -> Tensor:
    """Numbers drawn evenly from [0, 1)."""
    return _made(random.generator.random(_shape(size)), dtype, requires_grad)


def randint(low, high=None, size=None, dtype=None) -> Tensor:
    """Integers drawn evenly from `low`, included, to `high`, excluded; or `randint(high, size)`."""
    if size is None:
        low, high, size = 0, low, high
    return _made(random.generator.integers(low, high, size), dtype, False)


def randperm(n) -> Tensor:
    """The integers from 0 to n - 1 in random order."""
    return _made(random.generator.permutation(n), None, False)
