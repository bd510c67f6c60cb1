"""NumPy's protocols: `np.exp(x)`, `array * x` and `np.asarray(x)` of a Tensor."""

import numpy as np

from .engine.base import TensorBase
from .engine.modes import is_grad_enabled
from .engine.versions import lend
from .operations.activations import TanhBackward
from .operations.arithmetic import (
    AddBackward,
    DivBackward,
    MulBackward,
    NegBackward,
    PowBackward,
    SubBackward,
)
from .operations.concatenation import cat, stack
from .operations.einsum import einsum
from .operations.elementary import (
    AbsBackward,
    CosBackward,
    ExpBackward,
    LogBackward,
    SinBackward,
    SqrtBackward,
)
from .operations.matmul import MatmulBackward
from .operations.selection import MaximumBackward, MinimumBackward, WhereBackward

UFUNCS = {
    np.add: AddBackward,
    np.subtract: SubBackward,
    np.multiply: MulBackward,
    np.divide: DivBackward,
    np.power: PowBackward,
    np.negative: NegBackward,
    np.matmul: MatmulBackward,
    np.exp: ExpBackward,
    np.log: LogBackward,
    np.sqrt: SqrtBackward,
    np.tanh: TanhBackward,
    np.sin: SinBackward,
    np.cos: CosBackward,
    np.absolute: AbsBackward,
    np.maximum: MaximumBackward,
    np.minimum: MinimumBackward,
}
FLAT_UFUNCS = {  # their derivative is zero wherever it exists: nothing is lost
    np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal,
    np.isfinite, np.isnan, np.isinf, np.sign, np.floor, np.ceil, np.rint, np.trunc, np.signbit,
}  # fmt: skip


def _reduction(name):
    def function(a, axis=None, keepdims=False):
        return getattr(a, name)(dim=axis, keepdim=keepdims)

    return function


def _spread(name):
    def function(a, axis=None, ddof=0, keepdims=False):
        return getattr(a, name)(dim=axis, correction=ddof, keepdim=keepdims)

    return function


FUNCTIONS = {
    np.sum: _reduction("sum"),
    np.mean: _reduction("mean"),
    np.prod: _reduction("prod"),
    np.max: _reduction("amax"),
    np.min: _reduction("amin"),
    np.var: _spread("var"),
    np.std: _spread("std"),
    np.cumsum: lambda a, axis: a.cumsum(axis),
    np.concatenate: lambda arrays, axis=0: cat(arrays, axis),
    np.stack: lambda arrays, axis=0: stack(arrays, axis),
    np.where: lambda condition, x, y: WhereBackward.run(condition, x, y),
    np.clip: lambda a, a_min=None, a_max=None: a.clamp(a_min, a_max),
    np.reshape: lambda a, shape: a.reshape(shape),
    np.transpose: lambda a, axes=None: a.T if axes is None else a.permute(axes),
    np.einsum: einsum,
}


def _as_arrays(value):
    """The arguments of a NumPy function, with the arrays of its Tensors."""
    if isinstance(value, TensorBase):
        return np.asarray(value)
    if isinstance(value, (tuple, list)):
        return type(value)(_as_arrays(v) for v in value)
    if isinstance(value, dict):
        return {k: _as_arrays(v) for k, v in value.items()}
    return value


class Interop:
    """How a Tensor meets NumPy, and other libraries through DLPack."""

    __slots__ = ()

    def _lent(self):
        """The array itself, with a note that the caller may write to it."""
        if type(self._data) is not np.ndarray:  # a scalar: NumPy keeps it as a number
            self._data = np.asarray(self._data)
        return lend(self._data)

    def numpy(self):
        """The values as a NumPy array that shares their memory.

        Refused while a gradient is wanted.
        """
        if self.requires_grad:
            raise RuntimeError(
                "numpy: the tensor requires a gradient, which the array would lose;"
                " use .detach().numpy(), or .data for the array itself"
            )
        return self._lent()

    def __array__(self, dtype=None, copy=None):
        if copy:
            return np.array(self._data, dtype=dtype)
        return np.asarray(self._lent(), dtype=dtype)

    def __dlpack__(self, **kwargs):
        return self.numpy().__dlpack__(**kwargs)

    def __dlpack_device__(self):
        return self._lent().__dlpack_device__()

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        """`np.exp(x)` and `array * x` are the operations of this package, or refused."""
        operation = UFUNCS.get(ufunc)
        if method == "__call__" and operation is not None and not kwargs:
            return operation.run(*inputs)
        if any(isinstance(x, TensorBase) and x.requires_grad for x in inputs) and ufunc.nout == 1:
            if ufunc not in FLAT_UFUNCS and is_grad_enabled():
                raise TypeError(
                    f"numpy.{ufunc.__name__}: the tensor requires a gradient, which NumPy would"
                    " lose; use the operation of tinytorch, or .detach()"
                )
        if any(isinstance(x, TensorBase) for x in kwargs.get("out", ())):
            raise TypeError(
                f"numpy.{ufunc.__name__}: out is a Tensor, which NumPy would write to unseen; use"
                " out=x.data"
            )
        arrays = [x._data if isinstance(x, TensorBase) else x for x in inputs]
        return getattr(ufunc, method)(*arrays, **kwargs)

    def __array_function__(self, function, types, args, kwargs):
        """`np.sum(x)` is `x.sum()`; a function that has no counterpart here gets the arrays."""
        operation = FUNCTIONS.get(function)
        if operation is not None:
            return operation(*args, **kwargs)
        return function(*_as_arrays(args), **_as_arrays(kwargs))
