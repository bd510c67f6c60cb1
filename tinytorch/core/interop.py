"""NumPy's protocols: `np.exp(x)`, `array * x` and `np.asarray(x)` of a Tensor."""

import numpy as np

from .engine.base import TensorBase, as_tensor
from .engine.modes import is_grad_enabled
from .engine.versions import lend
from .operations.activations import TanhBackward
from .operations.arithmetic import (
    AddBackward,
    DivBackward,
    MulBackward,
    NegBackward,
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
    ceil,
    floor,
    round,
    sign,
    trunc,
)
from .operations.matmul import MatmulBackward
from .operations.power import PowBackward
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
STEPS = {np.sign: sign, np.floor: floor, np.ceil: ceil, np.rint: round, np.trunc: trunc}
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
    np.dot: lambda a, b: _dot(as_tensor(a), as_tensor(b)),
    np.vdot: lambda a, b: (as_tensor(a).reshape(-1) * as_tensor(b).reshape(-1)).sum(),
    np.inner: lambda a, b: _dot(as_tensor(a), as_tensor(b).T if as_tensor(b).ndim == 2 else b),
    np.outer: lambda a, b: as_tensor(a).reshape(-1, 1) * as_tensor(b).reshape(-1),
    np.squeeze: lambda a, axis=None: a.squeeze(axis),
    np.expand_dims: lambda a, axis: a.unsqueeze(axis),
    np.swapaxes: lambda a, axis1, axis2: a.transpose(axis1, axis2),
    np.ravel: lambda a: a.reshape(-1),
    np.broadcast_to: lambda array, shape: array.expand(shape),
    np.average: lambda a, axis=None, weights=None: _average(as_tensor(a), axis, weights),
    np.linalg.norm: lambda x, ord=None, axis=None, keepdims=False: _norm(x, ord, axis, keepdims),
    np.copy: lambda a: a.clone(),
    np.vstack: lambda tup: cat([_rows(x) for x in tup], 0),
    np.hstack: lambda tup: cat(tup, 0 if as_tensor(tup[0]).ndim == 1 else 1),
    np.split: lambda ary, indices_or_sections, axis=0: _split(ary, indices_or_sections, axis),
    np.tril: lambda m, k=0: m.tril(k),
    np.triu: lambda m, k=0: m.triu(k),
    np.round: lambda a, decimals=0: _refused_decimals(decimals) or a.round(),
}
ALWAYS = {  # what makes Tensors of Tensors whether or not a gradient is wanted
    np.sum, np.mean, np.prod, np.max, np.min, np.var, np.std, np.cumsum, np.concatenate, np.stack,
    np.where, np.clip, np.reshape, np.transpose, np.einsum,
}  # fmt: skip
# Their results are counts, places, truth values, shapes, or text: no gradient is lost.
WITHOUT_GRADIENT = {
    np.allclose, np.isclose, np.array_equal, np.array_equiv, np.all, np.any, np.argmax, np.argmin,
    np.argsort, np.argwhere, np.nonzero, np.flatnonzero, np.count_nonzero, np.searchsorted,
    np.shape, np.size, np.ndim, np.result_type, np.can_cast, np.may_share_memory,
    np.shares_memory, np.array_repr, np.array_str, np.array2string, np.zeros_like, np.ones_like,
    np.full_like, np.empty_like, np.isreal, np.iscomplex, np.isrealobj, np.iscomplexobj,
    np.isposinf, np.isneginf, np.broadcast_shapes, np.sign, np.digitize, np.bincount, np.lexsort,
    np.isin, np.histogram, np.save, np.savez, np.savez_compressed, np.savetxt, np.common_type,
    np.min_scalar_type,
}  # fmt: skip


def _dot(a, b):
    return a * b if not a.ndim or not b.ndim else a @ b


def _average(a, axis, weights):
    if weights is None:
        return a.mean(axis)
    weights = as_tensor(weights)
    if axis is not None and weights.ndim == 1 < a.ndim:
        weights = weights.reshape(*[-1 if i == axis % a.ndim else 1 for i in range(a.ndim)])
        weights = weights.expand(*a.shape)
    return (a * weights).sum(axis) / weights.sum(axis)


def _norm(x, order, axis, keepdims):
    if order not in (None, 2) or (order == 2 and axis is None and x.ndim > 1):
        raise TypeError(
            f"numpy.linalg.norm: ord={order!r} of a tensor that requires a gradient is not"
            " recorded; use tinytorch.norm, or .detach()"
        )
    return (x * x).sum(axis, keepdims).sqrt()


def _rows(x):
    x = as_tensor(x)
    return x.reshape(1, -1) if x.ndim < 2 else x


def _split(array, sections, axis):
    n = array.shape[axis]
    if isinstance(sections, int):
        if n % sections:
            raise ValueError(f"numpy.split: {n} elements do not fall into {sections} equal parts")
        return list(array.split(n // sections, axis))
    ends = [*sections, n]
    return list(array.split([b - a for a, b in zip([0, *sections], ends, strict=True)], axis))


def _refused_decimals(decimals):
    if decimals:
        raise TypeError("numpy.round: decimals of a tensor are not recorded; use .detach()")


def _as_arrays(value):
    """The arguments of a NumPy function, with the arrays of its Tensors."""
    if isinstance(value, TensorBase):
        return np.asarray(value)
    if isinstance(value, (tuple, list)):
        return type(value)(_as_arrays(v) for v in value)
    if isinstance(value, dict):
        return {k: _as_arrays(v) for k, v in value.items()}
    return value


def _requires_grad(values):
    """Whether a Tensor that requires a gradient is among the arguments, at any depth."""
    for value in values:
        if isinstance(value, TensorBase):
            if value._node is not None:
                return True
        elif isinstance(value, (tuple, list)) and _requires_grad(value):
            return True
    return False


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
        if self.requires_grad and is_grad_enabled():
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
        if method == "__call__" and ufunc in STEPS and self._node is not None and not kwargs:
            return STEPS[ufunc](self)
        if any(isinstance(x, TensorBase) and x.requires_grad for x in inputs):
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
        wanted = is_grad_enabled() and _requires_grad((args, tuple(kwargs.values())))
        if operation is not None and (wanted or function in ALWAYS):
            try:
                return operation(*args, **kwargs)
            except TypeError as error:
                if "unexpected keyword argument" not in str(error) or not wanted:
                    raise
                argument = str(error).rpartition(" ")[2]
                raise TypeError(
                    f"numpy.{function.__name__}: {argument} of a tensor that requires a gradient is"
                    " not recorded; leave it out, or use .detach()"
                ) from None
        if wanted and function not in WITHOUT_GRADIENT:
            raise TypeError(
                f"numpy.{function.__name__}: the tensor requires a gradient, which NumPy would"
                " lose; use an operation of tinytorch, or .detach()"
            )
        return function(*_as_arrays(args), **_as_arrays(kwargs))
