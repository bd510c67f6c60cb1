"""The dtype that Python's numbers take."""

import numpy as np

_default = np.dtype(np.float32)


def get_default_dtype() -> np.dtype:
    """The dtype of tensors made from Python floats: float32 unless set otherwise."""
    return _default


def set_default_dtype(dtype) -> None:
    """Make tensors of Python floats have `dtype`, a floating-point one.

    Raises
    ------
    TypeError
        For dtypes that hold no fractions.
    """
    global _default
    dtype = np.dtype(dtype)
    if dtype.kind != "f":
        raise TypeError(f"set_default_dtype: expected a floating-point dtype, got {dtype}")
    _default = dtype
