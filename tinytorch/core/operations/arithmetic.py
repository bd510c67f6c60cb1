"""Arithmetic, element by element, with broadcasting: rules, functions and operators."""

import numpy as np

from ..engine.base import as_tensor
from ..engine.function import Function
from ..engine.unbroadcast import unbroadcast
from .numpy_names import with_out
from .remainders import quotient


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
def div(input, other, *, rounding_mode=None):
    """input / other; `rounding_mode` "floor" is `//`, and "trunc" rounds towards 0."""
    if rounding_mode is not None:
        return quotient(input, other, rounding_mode)
    return DivBackward.run(as_tensor(input), other)


def neg(input):
    """-input."""
    return NegBackward.run(input)


class Arithmetic:
    """The operators of Tensor, `a + b`, and the methods of the same names."""

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

    def __neg__(self):
        return NegBackward.run(self)

    add, sub, mul, div, neg = add, sub, mul, div, neg
    subtract, multiply, divide, true_divide, negative = sub, mul, div, div, neg
