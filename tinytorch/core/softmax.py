"""The softmax as networks use it: in another dtype, of minus x, or with no axis named."""

import warnings

from .engine.base import as_tensor
from .operations import activations as functional
from .tensor import Tensor


def softmax(input, dim=None, dtype=None) -> Tensor:
    """exp(x) divided by its sum along the axis `dim`, in `dtype` if that is given.

    Without `dim` the axis is that of PyTorch's first versions: 1, but 0 of 0, 1 or 3 axes.
    """
    x = as_tensor(input) if dtype is None else as_tensor(input).to(dtype)
    return functional.softmax(x, _first_choice("softmax", x, dim))


def log_softmax(input, dim=None, dtype=None) -> Tensor:
    """The logarithm of `softmax`, finite where that would round to 0."""
    x = as_tensor(input) if dtype is None else as_tensor(input).to(dtype)
    return functional.log_softmax(x, _first_choice("log_softmax", x, dim))


def _first_choice(name, x, dim):
    if dim is not None:
        return dim
    dim = 0 if x.ndim in (0, 1, 3) else 1
    warnings.warn(
        f"{name}: no dim was given, and for shape {x.shape} it is taken to be {dim}; say dim={dim}",
        stacklevel=3,
    )
    return dim


def softmin(input, dim=-1) -> Tensor:
    """The softmax of -x along the axis `dim`."""
    return functional.softmax(-as_tensor(input), dim)
