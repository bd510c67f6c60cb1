"""Writing into the memory of a tensor, where the engine can notice it."""

import numpy as np

from ..engine.numbers import builtin_kind
from ..engine.versions import record_write


def array_of(x):
    """The array of a tensor to write into; a scalar, which NumPy keeps as a number, becomes one."""
    if type(x._data) is not np.ndarray:
        x._data = np.asarray(x._data)
    return x._data


def write(name, x, value):
    """Write `value` into the memory of `x`."""
    array = array_of(x)
    try:
        np.copyto(array, value, casting="same_kind")
    except (TypeError, ValueError) as error:
        raise builtin_kind(error)(
            f"{name}: into {x.dtype} of shape {x.shape}, from {np.shape(value)}: {error}"
        ) from None
    record_write(array)
    return x


def write_into(name, out, result):
    """Write `result` into `out`, a tensor of its shape, and return that."""
    if out.shape != result.shape:
        raise ValueError(f"{name}: out has shape {out.shape}, the result {result.shape}")
    return write(name, out, result._data)
