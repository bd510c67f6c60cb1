"""NumPy's functions on Tensors: `np.exp(x)` and `np.sum(x)` are the operations of this package."""

import numpy as np

from .activations import TanhBackward
from .arithmetic import (
    AddBackward,
    DivBackward,
    MulBackward,
    NegBackward,
    PowBackward,
    SubBackward,
)
from .einsum import einsum
from .elementary import (
    AbsBackward,
    CosBackward,
    ExpBackward,
    LogBackward,
    SinBackward,
    SqrtBackward,
)
from .joining import cat, stack
from .matmul import MatmulBackward
from .operators import Operations
from .selection import MaximumBackward, MinimumBackward, WhereBackward

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


def _joined(join):
    def function(arrays, axis=0):
        tensors = [x if isinstance(x, Operations) else _like(arrays, x) for x in arrays]
        return join(tensors, axis)

    return function


def _like(values, array):
    """An array as a Tensor, of the kind that is among `values`."""
    kind = next(type(x) for x in values if isinstance(x, Operations))
    return kind._wrap(np.array(array))


FUNCTIONS = {
    np.sum: _reduction("sum"),
    np.mean: _reduction("mean"),
    np.prod: _reduction("prod"),
    np.max: _reduction("amax"),
    np.min: _reduction("amin"),
    np.var: _spread("var"),
    np.std: _spread("std"),
    np.cumsum: lambda a, axis: a.cumsum(axis),
    np.concatenate: _joined(cat),
    np.stack: _joined(stack),
    np.where: lambda condition, x, y: WhereBackward.run(condition, x, y),
    np.clip: lambda a, a_min=None, a_max=None: a.clamp(a_min, a_max),
    np.reshape: lambda a, shape: a.reshape(shape),
    np.transpose: lambda a, axes=None: a.T if axes is None else a.permute(axes),
    np.einsum: lambda equation, *operands: einsum(
        equation, *[x if isinstance(x, Operations) else _like(operands, x) for x in operands]
    ),
}


def as_arrays(value):
    """The arguments of a NumPy function, with the arrays of its Tensors."""
    if isinstance(value, Operations):
        return np.asarray(value)
    if isinstance(value, (tuple, list)):
        return type(value)(as_arrays(v) for v in value)
    if isinstance(value, dict):
        return {k: as_arrays(v) for k, v in value.items()}
    return value
