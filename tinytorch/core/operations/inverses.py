"""Inverse trigonometric and hyperbolic functions, and others that are made of slopes.

Their values are NumPy's, and their gradients g · slope: a formula in operations that are recorded,
and so itself differentiable. No rule of their own is needed.
"""

import math

import numpy as np

from ..engine.base import as_tensor
from ..engine.numbers import as_float, promoted_to_float
from .curves import curve, with_slope
from .selection import where, with_values


def asin(input):
    """The angle, from -π/2 to π/2, whose sine is x.   ∂/∂x = 1 / √(1 - x²)."""
    return _with_slope(np.arcsin, input, lambda x: (1 - x * x).rsqrt())


def acos(input):
    """The angle, from 0 to π, whose cosine is x.   ∂/∂x = -1 / √(1 - x²)."""
    return _with_slope(np.arccos, input, lambda x: -(1 - x * x).rsqrt())


def atan(input):
    """The angle, from -π/2 to π/2, whose tangent is x.   ∂/∂x = 1 / (1 + x²)."""
    return _with_slope(np.arctan, input, lambda x: 1 / (x * x + 1))


def sinh(input):
    """(eˣ - e⁻ˣ) / 2.   ∂/∂x = cosh x."""
    return _with_slope(np.sinh, input, cosh)


def cosh(input):
    """(eˣ + e⁻ˣ) / 2.   ∂/∂x = sinh x."""
    return _with_slope(
        np.cosh, input, lambda x: _with_slope(np.sinh, x, lambda x: (x.exp() + (-x).exp()) / 2)
    )


def asinh(input):
    """The x whose sinh is the input.   ∂/∂x = 1 / √(x² + 1)."""
    return _with_slope(np.arcsinh, input, lambda x: (x * x + 1).rsqrt())


def acosh(input):
    """The x ≥ 0 whose cosh is the input.   ∂/∂x = 1 / √(x² - 1)."""
    return _with_slope(np.arccosh, input, lambda x: (x * x - 1).rsqrt())


def atanh(input):
    """The x whose tanh is the input.   ∂/∂x = 1 / (1 - x²)."""
    return _with_slope(np.arctanh, input, lambda x: 1 / (1 - x * x))


def atan2(input, other):
    """The angle of the point (x, y) = (`other`, `input`), from -π to π.

    ∂/∂y = x / (x² + y²),  ∂/∂x = -y / (x² + y²); at the origin both are 0, as in PyTorch.
    """

    def slopes(y, x):
        size = _larger(y, x)
        y, x = y / size, x / size
        squares = x * x + y * y
        origin = (y._data == 0) & (x._data == 0)
        over = where(origin, 0.0, 1 / where(origin, 1.0, squares)) / size
        return x * over, -y * over

    return _with_slopes(np.arctan2, input, other, slopes)


def hypot(input, other):
    """√(a² + b²), the length z of the vector (a, b).   ∂/∂a = a / z,  ∂/∂b = b / z."""

    def slopes(a, b):
        size = _larger(a, b)
        a, b = a / size, b / size
        z = (a * a + b * b).sqrt()
        return a / z, b / z

    return _with_slopes(np.hypot, input, other, slopes)


def _larger(a, b):
    """The size of the larger, to divide both by: their squares then neither overflow nor vanish."""
    size = np.maximum(abs(a._data), abs(b._data))
    return np.where((size == 0) | ~np.isfinite(size), size.dtype.type(1), size)


def logaddexp(input, other):
    """ln(eᵃ + eᵇ), without overflow.   ∂/∂a = eᵃ / (eᵃ + eᵇ)."""
    return _with_slopes(
        np.logaddexp, input, other, lambda a, b: ((a - b).sigmoid(), (b - a).sigmoid())
    )


def logaddexp2(input, other):
    """The logarithm to base 2 of 2ᵃ + 2ᵇ, without overflow."""

    def slopes(a, b):
        difference = (a - b) * math.log(2)
        return difference.sigmoid(), (-difference).sigmoid()

    return _with_slopes(np.logaddexp2, input, other, slopes)


def exp2(input):
    """2ˣ."""
    return _with_slope(np.exp2, input, lambda x: (x * math.log(2)).exp() * math.log(2))


def erfc(input):
    """1 - erf x, to the last digit where erf x is near 1."""
    exact = np.vectorize(math.erfc, otypes=[float])
    slope = -2 / math.sqrt(math.pi)
    return _with_slope(exact, input, lambda x: (-x * x).exp() * slope)


def sinc(input):
    """sin(πx) / (πx), and 1 at 0."""

    def quotient(x):
        t = where(x._data == 0, 1.0, x * math.pi)
        return where(x._data == 0, 1.0, t.sin() / t)

    return curve(quotient, as_tensor(input))


def logit(input, eps=None):
    """ln(p / (1 - p)), the inverse of the sigmoid; p held between `eps` and 1 - `eps`."""
    p = as_tensor(input)
    p = p if eps is None else p.clamp(eps, 1 - eps)
    return _with_slope(lambda p: np.log(p / (1 - p)), p, lambda p: 1 / (p * (1 - p) + 0.0))


def xlogy(input, other):
    """a · ln b, and 0 where a is 0, whatever b is."""

    def product(a, b):
        return np.where((a == 0) & ~np.isnan(b), a.dtype.type(0), a * np.log(b))

    def slopes(a, b):
        return where((a._data == 0) & (b._data <= 0), 0.0, b.log()), a / b

    return _with_slopes(product, input, other, slopes)


def deg2rad(input):
    """Degrees as an angle in radians."""
    return as_tensor(input) * (math.pi / 180)


def rad2deg(input):
    """An angle in radians as degrees."""
    return as_tensor(input) * (180 / math.pi)


def _with_slope(function, input, slope):
    """NumPy's function, and g · slope(x)."""
    x = as_tensor(input)
    array = as_float(x._data)
    with np.errstate(all="ignore"):
        values = np.asarray(function(array)).astype(array.dtype, copy=False)
        if not x.requires_grad:
            return x.kind._wrap(values)
        return with_slope(values, x, slope(x))


def _with_slopes(function, a, b, slopes):
    """The same of two inputs, which are broadcast."""
    a, b = as_tensor(a), as_tensor(b)
    arrays = promoted_to_float([a._data, b._data])
    with np.errstate(all="ignore"):
        values = np.asarray(function(*arrays))
        if not (a.requires_grad or b.requires_grad):
            return a.kind._wrap(values)
        xs = [x.to(values.dtype).expand(*values.shape) for x in (a, b)]
        parts = [with_slope(values, x, slope) for x, slope in zip(xs, slopes(*xs), strict=True)]
    return with_values(parts[0] + parts[1], values)


class Inverses:
    """The same as methods of Tensor."""

    __slots__ = ()

    asin = arcsin = asin
    acos = arccos = acos
    atan = arctan = atan
    atan2 = arctan2 = atan2
    sinh, cosh = sinh, cosh
    asinh = arcsinh = asinh
    acosh = arccosh = acosh
    atanh = arctanh = atanh
    hypot, logaddexp, exp2, erfc, sinc, logit, xlogy = (
        *(hypot, logaddexp, exp2, erfc, sinc, logit, xlogy),
    )
    deg2rad, rad2deg = deg2rad, rad2deg
