"""`x += y` and its like."""

import numpy as np

from ..engine.base import TensorBase
from ..engine.modes import grad_mode
from ..engine.numbers import builtin_kind
from ..engine.versions import record_write
from .arithmetic import AddBackward, DivBackward, MulBackward, SubBackward
from .power import PowBackward


class Assignment:
    """The operators of Tensor that change it: `a += b`."""

    __slots__ = ()

    def __iadd__(self, other):
        return _in_place("+=", np.add, AddBackward, self, other)

    def __isub__(self, other):
        return _in_place("-=", np.subtract, SubBackward, self, other)

    def __imul__(self, other):
        return _in_place("*=", np.multiply, MulBackward, self, other)

    def __itruediv__(self, other):
        return _in_place("/=", np.true_divide, DivBackward, self, other)

    def __ipow__(self, other):
        return _in_place("**=", np.power, PowBackward, self, other)


def _in_place(name, ufunc, operation, x, other):
    """`x += other`: writes where nothing is recorded, and is `x = x + other` where it is."""
    of_tensor = isinstance(other, TensorBase)
    if grad_mode.get().enabled and (x._node or (of_tensor and other._node)):
        if x._node and x.is_leaf:
            raise RuntimeError(
                f"{name}: the tensor is a leaf that requires a gradient, which changing it in"
                " place would spoil; update it inside no_grad(), or write x = x + y"
            )
        return operation.run(x, other)
    other = other._data if of_tensor else other
    if type(x._data) is not np.ndarray:
        x._data = np.asarray(x._data)
    try:
        ufunc(x._data, other, out=x._data)
    except (ValueError, TypeError) as error:
        raise builtin_kind(error)(f"{name}: {x.shape} and {np.shape(other)}: {error}") from None
    record_write(x._data)
    return x
