"""The operations as functions, `tt.exp(x)`: they take Tensors, and arrays or numbers as well."""

import functools
import inspect

import numpy as np

from . import joining
from .einsum import einsum as _einsum
from .selection import WhereBackward
from .tensor import Tensor


def as_tensor(x) -> Tensor:
    """x itself if it is a Tensor, else a Tensor of its numbers."""
    return x if isinstance(x, Tensor) else Tensor(x)


def _function(name):
    """The method `name` of Tensor as a function of `input`."""
    method = getattr(Tensor, name)

    @functools.wraps(method)
    def function(input, *args, **kwargs):
        return method(as_tensor(input), *args, **kwargs)

    first, *others = inspect.signature(method).parameters.values()
    function.__signature__ = inspect.Signature([first.replace(name="input"), *others])
    function.__name__ = function.__qualname__ = name
    return function


add, sub, mul, div, pow, neg = map(_function, ("add", "sub", "mul", "div", "pow", "neg"))
exp, log, sqrt, sin, cos, erf = map(_function, ("exp", "log", "sqrt", "sin", "cos", "erf"))
abs, sign, floor, ceil = map(_function, ("abs", "sign", "floor", "ceil"))
round = _function("round")
tanh, sigmoid, relu, leaky_relu = map(_function, ("tanh", "sigmoid", "relu", "leaky_relu"))
gelu, silu, softplus = map(_function, ("gelu", "silu", "softplus"))
softmax, log_softmax = _function("softmax"), _function("log_softmax")
clamp, maximum, minimum = map(_function, ("clamp", "maximum", "minimum"))
masked_fill, tril, triu = map(_function, ("masked_fill", "tril", "triu"))
sum, mean, var, std, prod = map(_function, ("sum", "mean", "var", "std", "prod"))
max, min, amax, amin = map(_function, ("max", "min", "amax", "amin"))
argmax, argmin = _function("argmax"), _function("argmin")
logsumexp, cumsum = _function("logsumexp"), _function("cumsum")
matmul, gather = _function("matmul"), _function("gather")
flatten, squeeze, unsqueeze = map(_function, ("flatten", "squeeze", "unsqueeze"))
transpose = _function("transpose")
split, chunk = _function("split"), _function("chunk")


def reshape(input, shape) -> Tensor:
    """The same values in another shape; one length may be -1."""
    return as_tensor(input).reshape(shape)


def permute(input, dims) -> Tensor:
    """The axes in the order `dims`."""
    return as_tensor(input).permute(dims)


def where(condition, input, other) -> Tensor:
    """`input` where `condition` holds, `other` elsewhere."""
    condition = condition if isinstance(condition, Tensor) else Tensor(np.asarray(condition))
    return WhereBackward.run(condition, input, other)


def cat(tensors, dim=0) -> Tensor:
    """The tensors one after the other along an axis they have."""
    return joining.cat([as_tensor(x) for x in tensors], dim)


def stack(tensors, dim=0) -> Tensor:
    """The tensors, all of one shape, side by side along a new axis `dim`."""
    return joining.stack([as_tensor(x) for x in tensors], dim)


def einsum(equation, *operands) -> Tensor:
    """The products of the operands, summed over the letters that the result lacks.

    >>> import tinytorch as tt
    >>> tt.einsum("ij,jk->ik", tt.eye(2), tt.ones(2, 3)).shape
    (2, 3)
    """
    if len(operands) == 1 and isinstance(operands[0], (tuple, list)):
        operands = operands[0]
    return _einsum(equation, *[as_tensor(x) for x in operands])


__all__ = [
    name
    for name, value in list(globals().items())
    if callable(value) and not name.startswith("_") and name not in ("Tensor", "WhereBackward")
]
