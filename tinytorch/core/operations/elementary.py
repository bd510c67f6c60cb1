"""Elementary functions, element by element: rules, functions and methods."""

import math

import numpy as np

from ..engine.base import as_tensor
from ..engine.function import Function
from ..engine.numbers import is_array
from .curves import with_slope
from .selection import step_of


class ExpBackward(Function):
    """z = eˣ.   ∂L/∂x = g · z.   Keeps the result.

    Cost: n exponentials; n products back. PyTorch: ExpBackward0.
    Source: the exponential is its own derivative.
    """

    int_to_float = True
    saves = ("z",)

    def forward(self, x):
        with np.errstate(over="ignore", under="ignore"):
            return np.exp(x)

    def apply(self, g):
        (z,) = self.saved_tensors
        return (g * z,)


class LogBackward(Function):
    """z = ln x.   ∂L/∂x = g / x.   -∞ at 0, NaN below, as IEEE 754 has it.

    Keeps the input.
    Cost: n logarithms; n quotients back. PyTorch: LogBackward0.
    """

    int_to_float = True
    saves = ("x",)

    def forward(self, x):
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log(x)

    def apply(self, g):
        (x,) = self.saved_tensors
        return (g / x,)


class SqrtBackward(Function):
    """z = √x.   ∂L/∂x = g / (2 z).   Keeps the result.

    ∞ at 0: the slope there is vertical.
    Cost: n roots; 2n products and quotients back. PyTorch: SqrtBackward0.
    """

    int_to_float = True
    saves = ("z",)

    def forward(self, x):
        with np.errstate(invalid="ignore"):
            return np.sqrt(x)

    def apply(self, g):
        (z,) = self.saved_tensors
        return (g / (2 * z),)


class SinBackward(Function):
    """z = sin x.   ∂L/∂x = g · cos x.   Keeps the input.

    Cost: n sines; n cosines and n products back. PyTorch: SinBackward0.
    """

    int_to_float = True
    saves = ("x",)

    def forward(self, x):
        with np.errstate(invalid="ignore"):
            return np.sin(x)

    def apply(self, g):
        (x,) = self.saved_tensors
        return (g * np.cos(x),)


class CosBackward(Function):
    """z = cos x.   ∂L/∂x = -g · sin x.   Keeps the input.

    Cost: n cosines; n sines and n products back. PyTorch: CosBackward0.
    """

    int_to_float = True
    saves = ("x",)

    def forward(self, x):
        with np.errstate(invalid="ignore"):
            return np.cos(x)

    def apply(self, g):
        (x,) = self.saved_tensors
        return (-g * np.sin(x),)


class AbsBackward(Function):
    """z = |x|.   ∂L/∂x = g · sign x, which is 0 at 0.   Keeps the input.

    Cost: n comparisons; n signs and n products back. PyTorch: AbsBackward0.
    """

    saves = ("x",)

    def forward(self, x):
        return np.abs(x)

    def apply(self, g):
        (x,) = self.saved_tensors
        return (g * sign_of(x),)


class ErfBackward(Function):
    """z = erf x = 2/√π ∫₀ˣ e^(-t²) dt.

    ∂L/∂x = g · 2/√π · e^(-x²). Keeps the input. NumPy has no erf. The value is
    a quotient of polynomials on |x| < 0.46875 and, beyond, 1 minus e^(-x²)
    times another, to within 1e-15 of `math.erf`. In float32, where 3e-7 is all
    there is, erf x = tanh(x · R(x²)) with one polynomial R is three times
    faster.
    Cost: n error functions; n exponentials and 2n products back.
    PyTorch: ErfBackward0.
    Source: W. J. Cody, "Rational Chebyshev approximations for the error
    function", Mathematics of Computation 23 (1969); R is fitted for this
    package.
    """

    int_to_float = True
    saves = ("x",)

    def forward(self, x):
        if x.dtype == np.float32:
            return _erf_of_float32(x)
        if x.dtype == np.float16:  # too coarse, and too short, for the coefficients
            return _erf_of_float32(x.astype(np.float32)).astype(np.float16)
        y = np.minimum(np.abs(x), 6)  # erf 6 is 1 to the last digit
        t = y * y
        near = y * _polynomial(t, _NEAR_OVER) / _polynomial(t, _NEAR_UNDER)
        quotient = _polynomial(y, _FAR_OVER) / _polynomial(y, _FAR_UNDER)
        far = 1 - np.exp(-t) * quotient
        return np.copysign(np.where(y < 0.46875, near, far), x)

    def apply(self, g):
        (x,) = self.saved_tensors
        return (g * np.exp(-x * x) * (2 / math.sqrt(math.pi)),)


# Cody's coefficients, highest power first.
_NEAR_OVER = (
    1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2, 3.77485237685302021e2,
    3.20937758913846947e3,
)  # fmt: skip
_NEAR_UNDER = (
    1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3,
    2.84423683343917062e3,
)  # fmt: skip
_FAR_OVER = (
    2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1,
    2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
    1.23033935479799725e3,
)  # fmt: skip
_FAR_UNDER = (
    1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2,
    1.62138957456669019e3, 3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3,
    1.23033935480374942e3,
)  # fmt: skip


# R, highest power first: weighted least squares on [0, 16], made even by reweighting.
_AS_TANH = (
    5.4209199824186205e-9, 2.7591387068057985e-8, -4.794729016293007e-6, 8.459703837041037e-5,
    -6.148390217593671e-4, -1.9528758691045485e-4, 1.027698639806865e-1, 1.1283792471922425,
)  # fmt: skip


def _erf_of_float32(x):
    """Piece by piece, each small enough to stay in the processor's cache through all steps."""
    z = np.empty(x.shape, np.float32)
    flat, out = x.reshape(-1), z.reshape(-1)
    for start in range(0, flat.size, 16384):
        piece = slice(start, start + 16384)
        y = np.clip(flat[piece], -4, 4)  # erf 4 is 1 to the last digit
        y *= _polynomial(y * y, _AS_TANH)
        np.tanh(y, out=out[piece])
    return z


def _polynomial(x, coefficients):
    total = coefficients[0] * x + coefficients[1]
    for c in coefficients[2:]:
        total *= x
        total += c
    return total


def erf_of(x):
    """erf for arrays and Tensors alike: what rules use."""
    return ErfBackward.forward(None, x) if is_array(x) else ErfBackward.run(x)


def sign_of(x):
    """-1, 0 or 1 of arrays and Tensors alike, and 0 of NaN as in PyTorch: what rules use."""
    return (x > 0).astype(x.dtype) - (x < 0) if is_array(x) else sign(x)


def exp(input):
    """e to the power of every element."""
    return ExpBackward.run(input)


def log(input):
    """The natural logarithm of every element."""
    return LogBackward.run(input)


def sqrt(input):
    """The square root of every element."""
    return SqrtBackward.run(input)


def sin(input):
    """The sine of every element."""
    return SinBackward.run(input)


def cos(input):
    """The cosine of every element."""
    return CosBackward.run(input)


def abs(input):
    """The absolute value of every element."""
    return AbsBackward.run(input)


def erf(input):
    """The error function of every element."""
    return ErfBackward.run(input)


def rsqrt(input):
    """1 / √x of every element."""
    return 1 / sqrt(input)


def reciprocal(input):
    """1 / x of every element."""
    return 1 / as_tensor(input)


def tan(input):
    """The tangent of every element."""
    x = as_tensor(input)
    z = sin(x) / cos(x)
    return with_slope(z._data, x, 1 + z * z) if z.requires_grad else z


def sign(input):
    """-1, 0 or 1, and 0 for NaN, as in PyTorch; its gradient is 0."""
    x = as_tensor(input)
    return x.clone() if x.dtype.kind == "b" else _step(sign_of, x)


def floor(input):
    """The largest integer that is not above; its gradient is 0."""
    return _step(np.floor, input)


def ceil(input):
    """The smallest integer that is not below; its gradient is 0."""
    return _step(np.ceil, input)


def round(input, *, decimals=0):
    """The nearest number with so many `decimals`, to even from the middle; its gradient is 0."""
    return _step(lambda x: np.round(x, decimals), input)


def trunc(input):
    """The next integer towards 0; its gradient is 0."""
    return _step(np.trunc, input)


def _step(function, input):
    x = as_tensor(input)
    values = function(x._data)
    return step_of(x, values) if x.dtype.kind == "f" else x.kind._wrap(values)


class Elementary:
    """The elementary functions as methods of Tensor."""

    __slots__ = ()

    exp, log, sqrt, sin, cos, tan, erf = exp, log, sqrt, sin, cos, tan, erf
    rsqrt, reciprocal = rsqrt, reciprocal
    abs = absolute = __abs__ = abs
    sign, floor, ceil, round, trunc = sign, floor, ceil, round, trunc
