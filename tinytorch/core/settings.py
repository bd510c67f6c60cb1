"""Settings of the whole program, by PyTorch's names: kept, or already true, or refused."""

import os
import warnings

import numpy as np

from .conversions import to_dtype
from .device import CPU, check_device, device
from .engine.numbers import set_default_dtype

_state = {"threads": None, "deterministic": False, "precision": "highest", "warned": False}


def set_num_threads(num: int) -> None:
    """The threads that NumPy multiplies matrices with, where the package `threadpoolctl` is there.

    Without it nothing changes, which is said once: NumPy reads its own setting when it is imported,
    from the environment variable `OMP_NUM_THREADS`, `OPENBLAS_NUM_THREADS` or `MKL_NUM_THREADS`.

    Raises
    ------
    ValueError
        For what is no positive integer.
    """
    if not isinstance(num, int) or num < 1:
        raise ValueError(f"set_num_threads: expected a positive integer, got {num!r}")
    _state["threads"] = num
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        if not _state["warned"]:
            _state["warned"] = True
            warnings.warn(
                "set_num_threads: NumPy decides how many threads it uses; set OMP_NUM_THREADS"
                " before Python starts, or install threadpoolctl",
                stacklevel=2,
            )
    else:
        threadpool_limits(limits=num, user_api="blas")


def get_num_threads() -> int:
    """The number that `set_num_threads` was given, else the processors this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)  # Linux only
    return _state["threads"] or (len(allowed(0)) if allowed else os.cpu_count()) or 1


def set_num_interop_threads(num: int) -> None:
    """Accepted: operations run one after the other, in the thread that calls them."""
    if not isinstance(num, int) or num < 1:
        raise ValueError(f"set_num_interop_threads: expected a positive integer, got {num!r}")


def get_num_interop_threads() -> int:
    """1: operations run one after the other."""
    return 1


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Accepted either way: all operations here are deterministic."""
    _state["deterministic"] = bool(mode)


def are_deterministic_algorithms_enabled() -> bool:
    """What `use_deterministic_algorithms` was given."""
    return _state["deterministic"]


def set_float32_matmul_precision(precision: str) -> None:
    """Accepted: float32 is multiplied as float32 on the CPU, whatever is allowed."""
    if precision not in ("highest", "high", "medium"):
        raise ValueError(
            "set_float32_matmul_precision: expected 'highest', 'high' or 'medium', got"
            f" {precision!r}"
        )
    _state["precision"] = precision


def get_float32_matmul_precision() -> str:
    """What `set_float32_matmul_precision` was given, at first "highest"."""
    return _state["precision"]


def set_flush_denormal(mode: bool) -> bool:
    """False, which says that it is not supported: NumPy keeps the smallest numbers."""
    return False


def get_default_device() -> device:
    """The CPU, the one device there is."""
    return CPU


def set_default_device(device) -> None:
    """Accepted for the CPU, and refused for any other device."""
    check_device("set_default_device", device)


def set_default_tensor_type(t) -> None:
    """PyTorch's old way to set the default dtype: by a type, `FloatTensor`, or its name."""
    dtype = to_dtype(t)
    if not np.issubdtype(dtype, np.floating):
        raise TypeError(f"set_default_tensor_type: expected floating-point numbers, got {dtype}")
    set_default_dtype(dtype)
