"""Arithmetic, element by element, with broadcasting."""

import numpy as np

from .autograd import Function, unbroadcast
from .operands import plain


class AddBackward(Function):
    """z = a + b.

    ∂L/∂a = g,  ∂L/∂b = g, each summed down to its input's shape where it was broadcast.
    Keeps nothing.
    Cost: n sums; nothing back. PyTorch: AddBackward0. Source: the sum rule.
    """

    def forward(self, a, b):
        return a + b

    def apply(self, g):
        if not self.shape:  # numbers: nothing was broadcast
            return g, g
        to_a, to_b = self.next_functions
        return (
            unbroadcast(g, to_a.shape) if to_a else None,
            unbroadcast(g, to_b.shape) if to_b else None,
        )


class SubBackward(Function):
    """z = a - b.

    ∂L/∂a = g,  ∂L/∂b = -g, each summed down to its input's shape where it was
    broadcast.
    Keeps nothing.
    Cost: n differences; n sign changes back. PyTorch: SubBackward0.
    Source: the sum rule.
    """

    def forward(self, a, b):
        return a - b

    def apply(self, g):
        if not self.shape:
            return g, -g
        to_a, to_b = self.next_functions
        return (
            unbroadcast(g, to_a.shape) if to_a else None,
            unbroadcast(-g, to_b.shape) if to_b else None,
        )


class MulBackward(Function):
    """z = a · b.

    ∂L/∂a = g · b,  ∂L/∂b = g · a, each summed down to its input's shape where it was broadcast.
    Keeps both inputs.
    Cost: n products; 2n back. PyTorch: MulBackward0. Source: the product rule.
    """

    saves = ("a", "b")

    def forward(self, a, b):
        return a * b

    def apply(self, g):
        a, b = self.saved_tensors
        if not self.shape:
            return g * b, g * a
        to_a, to_b = self.next_functions
        return (
            unbroadcast(g * b, a.shape) if to_a else None,
            unbroadcast(g * a, b.shape) if to_b else None,
        )


class DivBackward(Function):
    """z = a / b.

    ∂L/∂a = g / b,  ∂L/∂b = -g · z / b, each summed down to its input's shape.
    Division by zero gives the infinities of IEEE 754, as in PyTorch.
    Keeps b and z.
    Cost: n quotients; 3n products and quotients back. PyTorch: DivBackward0.
    Source: the quotient rule, with a / b² written as z / b.
    """

    saves = ("b", "z")

    def forward(self, a, b):
        with np.errstate(all="ignore"):
            return np.true_divide(a, b)

    def apply(self, g):
        b, z = self.saved_tensors
        to_a, to_b = self.next_functions
        d = g / b
        return (
            unbroadcast(d, to_a.shape) if to_a else None,
            unbroadcast(-d * z, b.shape) if to_b else None,
        )


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
            da = unbroadcast(g * b * a ** (b - 1 + (b == 0)), a.shape)
        if to_b:
            at_zero = (plain(a) == 0) & (plain(b) >= 0)
            ln_a = np.log(a + at_zero.astype(b.dtype))
            db = unbroadcast(g * z * ln_a, b.shape)
        return da, db
