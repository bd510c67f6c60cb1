"""Other dtypes, devices and new tensors of the same kind, as methods of Tensor."""

import numpy as np

from .device import CPU, check_device, device
from .engine.base import TensorBase
from .operations.shape import CastBackward


def to_dtype(dtype) -> np.dtype:
    """A NumPy dtype, also from PyTorch's names of types: ``"torch.FloatTensor"``."""
    if isinstance(dtype, str):
        dtype = _NAMED.get(dtype.removeprefix("torch."), dtype)
    return np.dtype(getattr(dtype, "tensor_dtype", dtype))


_NAMED = {
    "FloatTensor": np.float32,
    "DoubleTensor": np.float64,
    "HalfTensor": np.float16,
    "LongTensor": np.int64,
    "IntTensor": np.int32,
    "ShortTensor": np.int16,
    "CharTensor": np.int8,
    "ByteTensor": np.uint8,
    "BoolTensor": np.bool_,
}


class Conversions:
    """`to` and its short forms, `device`, and `new_zeros` and the like."""

    __slots__ = ()

    def to(
        self, *args, dtype=None, device=None, non_blocking=False, copy=False, memory_format=None
    ):
        """The values in another dtype, or as the dtype of another tensor; on the CPU.

        ``x.to(tt.float64)``, ``x.to("cpu")``, ``x.to(device, tt.float64)``, ``x.to(other)``. The
        gradient comes back in the dtype of self.
        """
        for arg in args:
            if arg is None or isinstance(arg, bool):
                continue
            if isinstance(arg, TensorBase):
                dtype = arg.dtype
            elif names_device(arg):
                device = arg
            else:
                dtype = arg
        check_device("to", device)
        if dtype is None or to_dtype(dtype) == self.dtype:
            return self.clone() if copy else self
        dtype = to_dtype(dtype)
        if dtype.kind not in "fiub":
            raise TypeError(
                f"to: dtype {dtype} is not supported; use real floats, integers or bool"
            )
        return CastBackward.run(self, dtype=dtype)

    def type(self, dtype=None, non_blocking=False):
        """In another dtype; without one, the name of PyTorch's type, "torch.FloatTensor"."""
        if dtype is not None:
            return self.to(to_dtype(dtype))
        return next(f"torch.{name}" for name, kind in _NAMED.items() if self.dtype == kind)

    def type_as(self, other):
        """In the dtype of `other`."""
        return self.to(other.dtype)

    def float(self):
        """As float32."""
        return self.to(np.float32)

    def double(self):
        """As float64."""
        return self.to(np.float64)

    def half(self):
        """As float16."""
        return self.to(np.float16)

    def long(self):
        """As int64."""
        return self.to(np.int64)

    def int(self):
        """As int32."""
        return self.to(np.int32)

    def short(self):
        """As int16."""
        return self.to(np.int16)

    def byte(self):
        """As uint8."""
        return self.to(np.uint8)

    def bool(self):
        """As booleans: whether an element is not 0."""
        return self.to(np.bool_)

    def cpu(self):
        """The tensor itself: it is on the CPU."""
        return self

    def cuda(self, device=None, non_blocking=False):
        """Refused: there is no GPU here."""
        check_device("cuda", "cuda" if device is None else device)

    @property
    def device(self):
        return CPU

    @property
    def is_cuda(self):
        return False

    def new_tensor(self, data, dtype=None, device=None, requires_grad=False):
        """A tensor of `data`, in the dtype of self."""
        return self._new("new_tensor", np.array(data), dtype, device, requires_grad)

    def new_zeros(self, *size, dtype=None, device=None, requires_grad=False):
        """Zeros of the shape `size`, in the dtype of self."""
        return self._new("new_zeros", np.zeros(_shape(size)), dtype, device, requires_grad)

    def new_ones(self, *size, dtype=None, device=None, requires_grad=False):
        """Ones of the shape `size`, in the dtype of self."""
        return self._new("new_ones", np.ones(_shape(size)), dtype, device, requires_grad)

    def new_full(self, size, fill_value, dtype=None, device=None, requires_grad=False):
        """`fill_value` in the shape `size`, in the dtype of self."""
        return self._new("new_full", np.full(size, fill_value), dtype, device, requires_grad)

    def new_empty(self, *size, dtype=None, device=None, requires_grad=False):
        """Numbers yet to be written, of the shape `size`, in the dtype of self."""
        return self._new("new_empty", np.empty(_shape(size)), dtype, device, requires_grad)

    def _new(self, name, array, dtype, where, requires_grad):
        check_device(name, where)
        dtype = self.dtype if dtype is None else to_dtype(dtype)
        return self.kind._wrap(np.asarray(array, dtype)).requires_grad_(requires_grad)


def names_device(arg):
    """Whether an argument of `to` is a device, or the name or number of one."""
    known = isinstance(arg, str) and arg.partition(":")[0] in device._KNOWN
    return known or isinstance(arg, (device, int))


def _shape(size):
    return tuple(size[0]) if len(size) == 1 and isinstance(size[0], (tuple, list)) else size
