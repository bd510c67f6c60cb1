"""The operations as functions, `tt.exp(x)`: they take Tensors, and arrays or numbers as well."""

from .activations import ReLUBackward, SigmoidBackward, TanhBackward
from .arithmetic import ExpBackward, LogBackward, SqrtBackward
from .matmul import MatmulBackward
from .reduction import MeanBackward, SumBackward
from .tensor import Tensor


def _as_tensor(x):
    return x if isinstance(x, Tensor) else Tensor(x)


def _unary(operation, sentence):
    def function(x) -> Tensor:
        return operation.run(_as_tensor(x))

    function.__name__ = function.__qualname__ = operation.name
    function.__doc__ = f"{sentence}\n\n    {operation.__doc__}"
    return function


exp = _unary(ExpBackward, "e to the power of every element.")
log = _unary(LogBackward, "The natural logarithm of every element.")
sqrt = _unary(SqrtBackward, "The square root of every element.")
tanh = _unary(TanhBackward, "The hyperbolic tangent of every element.")
sigmoid = _unary(SigmoidBackward, "1 / (1 + exp(-x)) of every element.")
relu = _unary(ReLUBackward, "The positive part of every element.")


def matmul(a, b) -> Tensor:
    """The matrix product a @ b; see `MatmulBackward` for the shapes."""
    return MatmulBackward.run(_as_tensor(a), _as_tensor(b))


def sum(x, dim=None, keepdim=False) -> Tensor:
    """The sum over all elements, or over the axis or axes `dim`."""
    return SumBackward.run(_as_tensor(x), dim=dim, keepdim=keepdim)


def mean(x, dim=None, keepdim=False) -> Tensor:
    """The mean over all elements, or over the axis or axes `dim`."""
    return MeanBackward.run(_as_tensor(x), dim=dim, keepdim=keepdim)
