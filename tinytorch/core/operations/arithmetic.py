"""Arithmetic, element by element, with broadcasting: rules, functions and operators."""

import numpy as np

from ..engine.base import TensorBase, as_tensor
from ..engine.function import Function, unbroadcast
from ..engine.modes import is_grad_enabled
from ..engine.numbers import builtin_kind, is_array, values_of
from ..engine.versions import record_write
from .numpy_names import with_out


class AddBackward(Function):
    """z = a + b.

    ∂L/∂a = g,  ∂L/∂b = g, each summed down to its input's shape where it was broadcast.
    Keeps nothing.
    Cost: n sums; nothing back. PyTorch: AddBackward0. Source: the sum rule.
    """

    elementwise = True

    def forward(self, a, b):
        return a + b

    def apply(self, g):
        to_a, to_b = self.next_functions
        return to_a and unbroadcast(g, to_a.shape), to_b and unbroadcast(g, to_b.shape)


class SubBackward(Function):
    """z = a - b.

    ∂L/∂a = g,  ∂L/∂b = -g, each summed down to its input's shape where it was
    broadcast.
    Keeps nothing.
    Cost: n differences; n sign changes back. PyTorch: SubBackward0.
    Source: the sum rule.
    """

    elementwise = True

    def forward(self, a, b):
        return a - b

    def apply(self, g):
        to_a, to_b = self.next_functions
        return to_a and unbroadcast(g, to_a.shape), to_b and unbroadcast(-g, to_b.shape)


class MulBackward(Function):
    """z = a · b.

    ∂L/∂a = g · b,  ∂L/∂b = g · a, each summed down to its input's shape where it was broadcast.
    Keeps both inputs.
    Cost: n products; 2n back. PyTorch: MulBackward0. Source: the product rule.
    """

    elementwise = True
    saves = ("a", "b")

    def forward(self, a, b):
        return a * b

    def apply(self, g):
        a, b = self.saved_tensors
        to_a, to_b = self.next_functions
        return to_a and unbroadcast(g * b, a.shape), to_b and unbroadcast(g * a, b.shape)


class DivBackward(Function):
    """z = a / b.

    ∂L/∂a = g / b,  ∂L/∂b = -g · z / b, each summed down to its input's shape.
    Division by zero gives the infinities of IEEE 754, as in PyTorch.
    Keeps b and z.
    Cost: n quotients; 3n products and quotients back. PyTorch: DivBackward0.
    Source: the quotient rule, with a / b² written as z / b.
    """

    elementwise = True
    saves = ("b", "z")

    def forward(self, a, b):
        with np.errstate(all="ignore"):
            return np.true_divide(a, b)

    def apply(self, g):
        b, z = self.saved_tensors
        to_a, to_b = self.next_functions
        d = g / b
        return to_a and unbroadcast(d, to_a.shape), to_b and unbroadcast(-d * z, b.shape)


class NegBackward(Function):
    """z = -x.   ∂L/∂x = -g.   Keeps nothing.

    Cost: n sign changes; n back. PyTorch: NegBackward0. Source: linearity.
    """

    def forward(self, x):
        return -x

    def apply(self, g):
        return (-g,)


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


@with_out
def add(input, other):
    """input + other, of Tensors, arrays or numbers."""
    return AddBackward.run(as_tensor(input), other)


@with_out
def sub(input, other):
    """input - other."""
    return SubBackward.run(as_tensor(input), other)


@with_out
def mul(input, other):
    """input · other, element by element."""
    return MulBackward.run(as_tensor(input), other)


@with_out
def div(input, other):
    """input / other."""
    return DivBackward.run(as_tensor(input), other)


def pow(input, exponent):
    """input to the power of `exponent`."""
    return PowBackward.run(as_tensor(input), exponent)


def neg(input):
    """-input."""
    return NegBackward.run(input)


class Arithmetic:
    """The operators of Tensor, `a + b` and `a += b`, and the methods of the same names."""

    __slots__ = ()

    def __add__(self, other):
        return AddBackward.run(self, other)

    def __radd__(self, other):
        return AddBackward.run(other, self)

    def __sub__(self, other):
        return SubBackward.run(self, other)

    def __rsub__(self, other):
        return SubBackward.run(other, self)

    def __mul__(self, other):
        return MulBackward.run(self, other)

    def __rmul__(self, other):
        return MulBackward.run(other, self)

    def __truediv__(self, other):
        return DivBackward.run(self, other)

    def __rtruediv__(self, other):
        return DivBackward.run(other, self)

    def __pow__(self, other):
        return PowBackward.run(self, other)

    def __rpow__(self, other):
        return PowBackward.run(other, self)

    def __neg__(self):
        return NegBackward.run(self)

    def __iadd__(self, other):
        return _in_place("+=", np.add, AddBackward, self, other)

    def __isub__(self, other):
        return _in_place("-=", np.subtract, SubBackward, self, other)

    def __imul__(self, other):
        return _in_place("*=", np.multiply, MulBackward, self, other)

    def __itruediv__(self, other):
        return _in_place("/=", np.true_divide, DivBackward, self, other)

    def __ipow__(self, other):
        return _in_place("**=", np.power, PowBackward, self, other)

    add, sub, mul, div, pow, neg = add, sub, mul, div, pow, neg
    subtract, multiply, divide, true_divide, negative = sub, mul, div, div, neg


def _in_place(name, ufunc, operation, x, other):
    """`x += other`: writes where nothing is recorded, and is `x = x + other` where it is."""
    if is_grad_enabled() and (
        x.requires_grad or (isinstance(other, TensorBase) and other.requires_grad)
    ):
        if x.requires_grad and x.is_leaf:
            raise RuntimeError(
                f"{name}: the tensor is a leaf that requires a gradient, which changing it in"
                " place would spoil; update it inside no_grad(), or write x = x + y"
            )
        return operation.run(x, other)
    other = other._data if isinstance(other, TensorBase) else other
    if type(x._data) is not np.ndarray:
        x._data = np.asarray(x._data)
    try:
        ufunc(x._data, other, out=x._data)
    except (ValueError, TypeError) as error:
        raise builtin_kind(error)(f"{name}: {x.shape} and {np.shape(other)}: {error}") from None
    record_write(x._data)
    return x
