"""Powers, element by element, with broadcasting: rule, function and operators."""

import numpy as np

from ..engine.base import as_tensor
from ..engine.function import Function
from ..engine.numbers import is_array, values_of
from ..engine.unbroadcast import unbroadcast


class PowBackward(Function):
    """z = aᵇ.

    ∂L/∂a = g · b · aᵇ⁻¹  (0 where b = 0),
    ∂L/∂b = g · z · ln a  (0 where a = 0 ≤ b).
    Keeps both inputs and the result.
    Cost: n powers; n powers and 2n products back.
    PyTorch: PowBackward0, PowBackward1.
    Source: power rule and exponential rule, with PyTorch's values at 0.
    """

    elementwise = True
    saves = ("a", "b", "z")

    def forward(self, a, b):
        with np.errstate(all="ignore"):
            if isinstance(b, int) and a.dtype.kind in "bu":
                if b < 0:
                    raise ValueError("integers have no negative powers; use .float() first")
                a = a.astype(np.int64) if a.dtype.kind == "b" else a  # NumPy would take int8
            cube = type(b) is int and b == 3  # NumPy's x**3 is slow
            return a * a * a if cube else a**b

    def apply(self, g):
        a, b, z = self.saved_tensors
        to_a, to_b = self.next_functions
        da = db = None
        if to_a:
            flat = _where_zero(b)  # a⁰ is 1 everywhere
            if flat is False:
                d = g * (b * a ** (b - 1))
            elif flat is True:
                d = np.where(np.True_, 0.0, g)
            else:
                at_zero = flat & (values_of(a) == 0)  # 0 · 0⁻¹; elsewhere the slope has a slope
                d = g * b * a ** (b - 1 + at_zero.astype(z.dtype))
                d = np.where(flat if is_array(g) else at_zero, 0.0, d)
            da = unbroadcast(d, a.shape)
        if to_b:
            at_zero = (values_of(a) == 0) & (values_of(b) >= 0)
            ln_a = np.log(a + at_zero.astype(b.dtype))
            db = unbroadcast(g * z * ln_a, b.shape)
        return da, db


def _where_zero(b):
    """Where an exponent is 0: a mask, or of a number, and where there is no such place, a bool."""
    if type(b) is int or type(b) is float:
        return b == 0
    zero = values_of(b) == 0
    return zero if zero.any() else False


def pow(input, exponent):
    """input to the power of `exponent`."""
    return PowBackward.run(as_tensor(input), exponent)


class Powers:
    """The operator `a ** b` of Tensor, and the method `pow`."""

    __slots__ = ()

    def __pow__(self, other):
        return PowBackward.run(self, other)

    def __rpow__(self, other):
        return PowBackward.run(other, self)

    pow = pow
