"""Signs, fractions, and the larger and the smaller of two numbers of which one may be missing."""

import math

import numpy as np

from ..engine.base import TensorBase, as_tensor
from ..engine.numbers import promoted, promoted_to_float
from .curves import with_slope
from .elementary import sign, trunc
from .inverses import logaddexp2
from .remainders import fmod, frac
from .selection import clamp, step_of, where, with_values


def positive(input):
    """+x: `input` itself."""
    x = as_tensor(input)
    if x.dtype.kind == "b":
        raise TypeError("positive: expected numbers, got booleans")
    return x


def signbit(input):
    """Where the sign is that of a negative number, -0.0 included."""
    x = as_tensor(input)
    return x.kind._wrap(np.signbit(x._data) if x.dtype.kind == "f" else x._data < 0)


def isneginf(input):
    """Where an element is -∞."""
    return as_tensor(input) == -math.inf


def isposinf(input):
    """Where an element is ∞."""
    return as_tensor(input) == math.inf


def isreal(input):
    """True everywhere: numbers are real here."""
    x = as_tensor(input)
    return x.kind._wrap(np.ones(x.shape, np.bool_))


def heaviside(input, values):
    """0 below 0, 1 above it, and `values` at 0. It has no gradient, as in PyTorch."""
    x, at_zero = as_tensor(input), as_tensor(values)
    if x.dtype != at_zero.dtype:
        raise TypeError(f"heaviside: dtypes {x.dtype} and {at_zero.dtype} differ")
    return x.kind._wrap(np.where(x._data == 0, at_zero._data, (x._data > 0).astype(x.dtype)))


def copysign(input, other):
    """The size of `input` with the sign of `other`.   ∂/∂input = z / input, and 0 at 0."""
    x, signs = as_tensor(input), as_tensor(other)
    a, b = promoted_to_float([y._data for y in (x, signs)])
    values = np.copysign(a, b)
    slope = np.where(a == 0, 0, np.where(np.signbit(a) == np.signbit(b), 1, -1))
    x = x.to(values.dtype).expand(*values.shape)
    z = with_slope(values, x, step_of(x, slope.astype(values.dtype)))
    if signs.requires_grad:
        z = with_values(z + step_of(signs, np.zeros(signs.shape, z.dtype)), values)
    return z


def fmax(input, other):
    """The larger of two; where one is NaN, the other."""
    return _preferred(np.fmax, np.greater_equal, input, other)


def fmin(input, other):
    """The smaller of two; where one is NaN, the other."""
    return _preferred(np.fmin, np.less_equal, input, other)


def _preferred(function, holds, input, other):
    a, b = as_tensor(input), as_tensor(other)
    first = holds(a._data, b._data) | np.isnan(b._data)
    return with_values(where(first, a, b), function(*promoted((a._data, b._data))))


def clamp_min(input, min):
    """`input`, but not below `min`."""
    return clamp(input, min=min)


def clamp_max(input, max):
    """`input`, but not above `max`."""
    return clamp(input, max=max)


def ldexp(input, other):
    """input · 2 to the power of `other`."""
    return as_tensor(input) * 2.0 ** as_tensor(other)


def rsub(input, other, *, alpha=1):
    """other - alpha · input."""
    return as_tensor(other) - (input if alpha == 1 else as_tensor(input) * alpha)


def float_power(input, exponent):
    """`input` to the power of `exponent`, computed in float64."""
    a, b = (x.to(np.float64) if isinstance(x, TensorBase) else x for x in (input, exponent))
    return as_tensor(np.float64(a) if not isinstance(a, TensorBase) else a) ** b


class Signs:
    """The same as methods of Tensor."""

    __slots__ = ()

    positive = __pos__ = positive
    signbit, isneginf, isposinf, isreal = signbit, isneginf, isposinf, isreal
    heaviside, copysign, fmax, fmin, fmod, frac = heaviside, copysign, fmax, fmin, fmod, frac
    clamp_min, clamp_max, ldexp, logaddexp2 = clamp_min, clamp_max, ldexp, logaddexp2
    float_power = float_power
    sgn, fix = sign, trunc
