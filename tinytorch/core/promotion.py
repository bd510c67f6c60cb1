"""Which dtype an operation of two has, and windows and ranges as PyTorch makes them."""

import numpy as np

from .construction import made
from .conversions import to_dtype
from .engine.base import TensorBase
from .engine.numbers import get_default_dtype, promoted
from .tensor import Tensor


def promote_types(type1, type2) -> np.dtype:
    """The dtype of what is computed of vectors of two dtypes: floats go before integers."""
    arrays = [np.zeros(1, to_dtype(t)) for t in (type1, type2)]
    return np.result_type(*promoted(arrays))


def result_type(tensor1, tensor2) -> np.dtype:
    """The dtype of `tensor1 + tensor2`, tensors or numbers.

    A number, and a tensor without axes beside one that has some, decides only if it is of a higher
    kind: floats over integers over booleans.
    """
    arrays = []
    for x in tensor1, tensor2:
        if isinstance(x, TensorBase):
            arrays.append(np.zeros((1,) * min(1, x.ndim), x.dtype))
        elif isinstance(x, bool):
            arrays.append(np.array(x))
        else:
            arrays.append(np.array(x, get_default_dtype() if isinstance(x, float) else np.int64))
    kinds = [isinstance(x, TensorBase) for x in (tensor1, tensor2)]
    if all(kinds) or not any(kinds):
        return np.result_type(*promoted(arrays))
    tensor, number = arrays if kinds[0] else arrays[::-1]
    return number.dtype if _order(number.dtype) > _order(tensor.dtype) else tensor.dtype


def _order(dtype):
    return {"b": 0, "u": 1, "i": 1, "f": 2}[dtype.kind]


def can_cast(from_, to) -> bool:
    """Whether a result of one dtype may be written into another: not fractions into integers."""
    return _order(to_dtype(from_)) <= _order(to_dtype(to))


def scalar_tensor(s, *, dtype=None, requires_grad=False, device=None) -> Tensor:
    """A number as a tensor without axes, of the default dtype."""
    dtype = get_default_dtype() if dtype is None else dtype
    return made(np.asarray(s), dtype, requires_grad, device)


def range(start=0, end=None, step=1, *, dtype=None, requires_grad=False, device=None) -> Tensor:
    """Numbers from `start` to `end`, which is included: PyTorch's old function; use `arange`."""
    if end is None:
        raise TypeError("range: end is missing, such as range(1, 5)")
    if not step or (end - start) / step < 0:
        raise ValueError(f"range: no steps of {step} lead from {start} to {end}")
    count = int(np.floor((end - start) / step)) + 1
    dtype = get_default_dtype() if dtype is None else dtype
    return made(start + step * np.arange(count), dtype, requires_grad, device)


def _window(name, says, values):
    """A window function: `values` of the angles 2π i / N."""

    def window(window_length, periodic=True, *args, dtype=None, requires_grad=False, device=None):
        if window_length < 0:
            raise ValueError(f"{name}: expected a length of at least 0, got {window_length}")
        steps = window_length if periodic else window_length - 1
        share = np.arange(window_length) / max(steps, 1)
        array = values(share, *args) if window_length != 1 else np.ones(1)
        return made(array.astype(np.float64), dtype, requires_grad, device)

    window.__name__ = window.__qualname__ = name
    window.__doc__ = f"""{says}

    Parameters
    ----------
    window_length : int
    periodic : bool
        Whether the next number would be the first again; False is symmetric.
    """
    return window


def _cosine(share, alpha=0.54, beta=0.46):
    return alpha - beta * np.cos(2 * np.pi * share)


hamming_window = _window("hamming_window", "α - β cos 2πi/N, by default .54 and .46.", _cosine)
hann_window = _window(
    "hann_window", "1/2 - 1/2 cos 2πi/N: 0 at the ends.", lambda share: _cosine(share, 0.5, 0.5)
)
bartlett_window = _window(
    "bartlett_window", "A triangle: 0 at the ends, 1 between.", lambda share: 1 - abs(2 * share - 1)
)
blackman_window = _window(
    "blackman_window",
    ".42 - .5 cos 2πi/N + .08 cos 4πi/N.",
    lambda share: 0.42 - 0.5 * np.cos(2 * np.pi * share) + 0.08 * np.cos(4 * np.pi * share),
)
