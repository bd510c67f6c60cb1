"""The constructors of PyTorch's first years, one for each dtype: `FloatTensor`, `LongTensor`, …"""

import numpy as np

from .conversions import _NAMED
from .tensor import Tensor


class _Typed(type):
    """A type of tensors of one dtype: ``isinstance(x, FloatTensor)`` asks for that."""

    def __instancecheck__(cls, instance):
        return isinstance(instance, Tensor) and instance.dtype == cls.tensor_dtype

    def __call__(cls, *args):
        """From data, or of a shape: ``FloatTensor([1, 2])``, ``FloatTensor(2, 3)``."""
        sizes = args if args else (0,)
        if all(isinstance(n, (int, np.integer)) for n in sizes):
            return Tensor._wrap(np.zeros(sizes, cls.tensor_dtype))
        if len(args) != 1:
            raise TypeError(f"{cls.__name__}: expected data or lengths, got {len(args)} arguments")
        (data,) = args
        return Tensor(data, dtype=cls.tensor_dtype)


def _typed(name):
    dtype = np.dtype(_NAMED[name])
    doc = f"A tensor of {dtype}, from data or of a shape (then of zeros); `tensor` is for new code."
    return _Typed(name, (), {"tensor_dtype": dtype, "__doc__": doc, "__module__": __name__})


FloatTensor = _typed("FloatTensor")
DoubleTensor = _typed("DoubleTensor")
HalfTensor = _typed("HalfTensor")
LongTensor = _typed("LongTensor")
IntTensor = _typed("IntTensor")
ShortTensor = _typed("ShortTensor")
ByteTensor = _typed("ByteTensor")
CharTensor = _typed("CharTensor")
BoolTensor = _typed("BoolTensor")
