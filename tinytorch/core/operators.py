"""The operators of `Tensor`, `a + b` and `x[i]`: doors to the operations."""

import numpy as np

from . import memory
from .arithmetic import (
    AddBackward,
    DivBackward,
    MulBackward,
    NegBackward,
    PowBackward,
    SubBackward,
)
from .autograd import is_grad_enabled
from .indexing import SliceBackward
from .matmul import MatmulBackward
from .methods import Methods
from .operands import plain_kind


class Operations(Methods):
    """Every operation: the operators here, the methods in `Methods`."""

    __slots__ = ()

    # ------------------------------------------------------------------------- arithmetic

    def __add__(self, other):
        return AddBackward.run(self, other)

    def __radd__(self, other):
        return AddBackward.run(other, self)

    def __sub__(self, other):
        return SubBackward.run(self, other)

    def __rsub__(self, other):
        return SubBackward.run(other, self)

    def __mul__(self, other):
        return MulBackward.run(self, other)

    def __rmul__(self, other):
        return MulBackward.run(other, self)

    def __truediv__(self, other):
        return DivBackward.run(self, other)

    def __rtruediv__(self, other):
        return DivBackward.run(other, self)

    def __pow__(self, other):
        return PowBackward.run(self, other)

    def __rpow__(self, other):
        return PowBackward.run(other, self)

    def __matmul__(self, other):
        return MatmulBackward.run(self, other)

    def __rmatmul__(self, other):
        return MatmulBackward.run(other, self)

    def __neg__(self):
        return NegBackward.run(self)

    matmul = __matmul__

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

    def __abs__(self):
        return self.abs()

    add, sub, mul, div, pow, neg = __add__, __sub__, __mul__, __truediv__, __pow__, __neg__

    # ------------------------------------------------------- comparisons: booleans, no gradient

    def __eq__(self, other):
        return _compared(np.equal, self, other)

    def __ne__(self, other):
        return _compared(np.not_equal, self, other)

    def __lt__(self, other):
        return _compared(np.less, self, other)

    def __le__(self, other):
        return _compared(np.less_equal, self, other)

    def __gt__(self, other):
        return _compared(np.greater, self, other)

    def __ge__(self, other):
        return _compared(np.greater_equal, self, other)

    __hash__ = object.__hash__  # by identity: a tensor is a key, whatever it equals

    eq, ne, lt, le, gt, ge = __eq__, __ne__, __lt__, __le__, __gt__, __ge__

    # --------------------------------------------------------------------- masks and index

    def __and__(self, other):
        return _compared(np.bitwise_and, self, other)

    def __or__(self, other):
        return _compared(np.bitwise_or, self, other)

    def __xor__(self, other):
        return _compared(np.bitwise_xor, self, other)

    def __invert__(self):
        return type(self)._wrap(~self._data)

    def __getitem__(self, index):
        for step in plain_index(index):
            self = SliceBackward.run(self, index=step)
        return self


def plain_index(index):
    """An index with its Tensors as arrays, in one step; numbers beside arrays are a step before.

    NumPy takes a number beside an array for another array: x[0, :, [1, 2]] would lead with the
    axis of the list. In PyTorch, and here, x[0, :, [1, 2]] is x[0][:, [1, 2]].
    """
    if not isinstance(index, tuple):
        return (index._data if isinstance(index, Operations) else index,)
    index = tuple(i._data if isinstance(i, Operations) else i for i in index)
    if not any(isinstance(i, (np.ndarray, list)) and np.ndim(i) for i in index):
        return (index,)
    first, rest = [], []
    for i in index:
        if np.ndim(i) == 0 and np.asarray(i).dtype.kind in "iu":
            first.append(i)
            continue
        rest.append(i)
        if i is Ellipsis:
            first.append(i)
        elif i is not None:
            is_mask = not isinstance(i, slice) and np.asarray(i).dtype.kind == "b"
            first += [slice(None)] * (np.ndim(i) if is_mask else 1)
    return (tuple(first), tuple(rest)) if len(rest) < len(index) else (index,)


def _in_place(name, ufunc, operation, x, other):
    """`x += other`: writes where nothing is recorded, and is `x = x + other` where it is."""
    if is_grad_enabled() and (
        x.requires_grad or (isinstance(other, Operations) and other.requires_grad)
    ):
        if x.requires_grad and x.is_leaf:
            raise RuntimeError(
                f"{name}: the tensor is a leaf that requires a gradient, which changing it in"
                " place would spoil; update it inside no_grad(), or write x = x + y"
            )
        return operation.run(x, other)
    other = other._data if isinstance(other, Operations) else other
    if type(x._data) is not np.ndarray:
        x._data = np.asarray(x._data)
    try:
        ufunc(x._data, other, out=x._data)
    except (ValueError, TypeError) as error:
        raise plain_kind(error)(f"{name}: {x.shape} and {np.shape(other)}: {error}") from None
    memory.written(x._data)
    return x


def _compared(ufunc, a, b):
    kind = a._kind
    a, b = a._data, b._data if isinstance(b, Operations) else b
    try:
        return kind._wrap(ufunc(a, b))
    except (ValueError, TypeError) as error:
        raise plain_kind(error)(
            f"{ufunc.__name__}: {np.shape(a)} and {np.shape(b)}: {error}"
        ) from None
