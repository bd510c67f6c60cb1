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
from .elementary import (
    AbsBackward,
    CosBackward,
    ExpBackward,
    LogBackward,
    SinBackward,
    SqrtBackward,
)
from .matmul import MatmulBackward
from .operators import Operations
from .selection import MaximumBackward, MinimumBackward

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


FUNCTIONS = {
    np.sum: _reduction("sum"),
    np.mean: _reduction("mean"),
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
