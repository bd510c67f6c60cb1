"""The methods of `Tensor` that are operations: PyTorch-shaped doors, with no logic of their own."""

import numpy as np

from . import memory
from .activations import ReLUBackward, SigmoidBackward, TanhBackward
from .arithmetic import (
    AddBackward,
    DivBackward,
    ExpBackward,
    LogBackward,
    MulBackward,
    NegBackward,
    PowBackward,
    SqrtBackward,
    SubBackward,
)
from .autograd import is_grad_enabled, plain_kind
from .indexing import SliceBackward
from .matmul import MatmulBackward
from .reduction import MeanBackward, SumBackward
from .shape import (
    CastBackward,
    CloneBackward,
    PermuteBackward,
    ReshapeBackward,
    TransposeBackward,
    expand,
    flatten,
    squeeze,
    unsqueeze,
)


class Operations:
    """Every operation that is a method or an operator."""

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

    # ------------------------------------------------------------------ functions, reductions

    def exp(self):
        """e to the power of every element."""
        return ExpBackward.run(self)

    def log(self):
        """The natural logarithm of every element."""
        return LogBackward.run(self)

    def sqrt(self):
        """The square root of every element."""
        return SqrtBackward.run(self)

    def tanh(self):
        """The hyperbolic tangent of every element."""
        return TanhBackward.run(self)

    def sigmoid(self):
        """1 / (1 + exp(-x)) of every element."""
        return SigmoidBackward.run(self)

    def relu(self):
        """The positive part of every element."""
        return ReLUBackward.run(self)

    def sum(self, dim=None, keepdim=False):
        """The sum over all elements, or over the axis or axes `dim`."""
        return SumBackward.run(self, dim=dim, keepdim=keepdim)

    def mean(self, dim=None, keepdim=False):
        """The mean over all elements, or over the axis or axes `dim`."""
        return MeanBackward.run(self, dim=dim, keepdim=keepdim)

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

    # ------------------------------------------------------------------- shape and index

    def reshape(self, *shape):
        """The same values in another shape; one length may be -1."""
        return ReshapeBackward.run(self, shape=_listed(shape))

    def flatten(self, start_dim=0, end_dim=-1):
        """The axes from `start_dim` to `end_dim` joined into one."""
        return flatten(self, start_dim, end_dim)

    def squeeze(self, dim=None):
        """Without the axes of length 1, or without axis `dim` if its length is 1."""
        return squeeze(self, dim)

    def unsqueeze(self, dim):
        """With a new axis of length 1 at `dim`."""
        return unsqueeze(self, dim)

    def expand(self, *shape):
        """Broadcast to `shape`; -1 keeps a length."""
        return expand(self, _listed(shape))

    def transpose(self, dim0, dim1):
        """Axes `dim0` and `dim1` exchanged."""
        return TransposeBackward.run(self, dim0=dim0, dim1=dim1)

    swapaxes = transpose

    def permute(self, *dims):
        """The axes in the order `dims`."""
        return PermuteBackward.run(self, dims=_listed(dims))

    @property
    def T(self):
        return self.permute(*range(self.ndim)[::-1])

    @property
    def mT(self):
        return self.transpose(-2, -1)

    def __getitem__(self, index):
        return SliceBackward.run(self, index=plain_index(index))

    # ------------------------------------------------------------------ copies and dtypes

    def clone(self):
        """A copy that gradients flow through."""
        return CloneBackward.run(self)

    def to(self, dtype):
        """The values in another dtype; the gradient comes back in the dtype of self."""
        dtype = np.dtype(dtype)
        if dtype == self.dtype:
            return self
        if dtype.kind not in "fiub":
            raise TypeError(
                f"to: dtype {dtype} is not supported; use real floats, integers or bool"
            )
        return CastBackward.run(self, dtype=dtype)

    def float(self):
        """As float32."""
        return self.to(np.float32)

    def double(self):
        """As float64."""
        return self.to(np.float64)


def _listed(args):
    """`f(2, 3)` and `f((2, 3))` both as (2, 3)."""
    if len(args) == 1 and isinstance(args[0], (tuple, list)):
        return tuple(args[0])
    return args


def plain_index(index):
    """An index with its Tensors as arrays."""
    if isinstance(index, tuple):
        return tuple(i._data if isinstance(i, Operations) else i for i in index)
    return index._data if isinstance(index, Operations) else index


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
        ufunc(x._data, other, out=x._data, casting="same_kind")
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
