"""Choosing between values: what was chosen gets the gradient."""

import numbers

import numpy as np

from ..engine import base
from ..engine.base import TensorBase, as_tensor
from ..engine.function import Function
from ..engine.numbers import chosen, is_array, promoted, values_of
from ..engine.unbroadcast import unbroadcast


class MaximumBackward(Function):
    """z = the larger of a and b, element by element.

    ∂L/∂a = g where a > b, half of g where they are equal; the rest goes
    to b. Keeps both inputs.
    Cost: n comparisons; 4n back. PyTorch: MaximumBackward0.
    Source: a subgradient at the tie, PyTorch's.
    """

    elementwise = True
    saves = ("a", "b")

    def forward(self, a, b):
        return np.maximum(a, b)

    def apply(self, g):
        a, b = self.saved_tensors
        to_a, to_b = self.next_functions
        return (
            to_a and unbroadcast(_share(g, share_of(a, b, g.dtype)), a.shape),
            to_b and unbroadcast(_share(g, share_of(b, a, g.dtype)), b.shape),
        )


class MinimumBackward(Function):
    """z = the smaller of a and b, element by element.

    ∂L/∂a = g where a < b, half of g where they are equal; the rest goes
    to b. Keeps both inputs.
    Cost: n comparisons; 4n back. PyTorch: MinimumBackward0.
    """

    elementwise = True
    saves = ("a", "b")

    def forward(self, a, b):
        return np.minimum(a, b)

    def apply(self, g):
        a, b = self.saved_tensors
        to_a, to_b = self.next_functions
        return (
            to_a and unbroadcast(_share(g, share_of(b, a, g.dtype)), a.shape),
            to_b and unbroadcast(_share(g, share_of(a, b, g.dtype)), b.shape),
        )


def share_of(a, b, dtype):
    """0 where a < b, ½ where they are equal, 1 elsewhere: a constant, in `dtype`.

    Where one of them is NaN, so is z, and both get all of g, as in PyTorch.
    """
    a, b = values_of(a), values_of(b)
    return (1 - (a < b) - 0.5 * (a == b)).astype(dtype)


def _share(g, share):
    """g times its share, and an exact 0 where that is 0, whatever g is."""
    if is_array(g):
        return chosen(g, share)
    return where(share != 0, g * share, 0.0)


class WhereBackward(Function):
    """z = a where `condition` holds, b elsewhere.

    ∂L/∂a = g where it holds, ∂L/∂b = g where it doesn't; 0 elsewhere.
    Keeps the condition.
    What was not chosen gets an exact 0, whatever it and g were, NaN and
    infinities included.
    Cost: n choices; 2n choices back. PyTorch: WhereBackward0.
    """

    saves = ("condition",)

    def forward(self, condition, a, b):
        if getattr(condition, "dtype", None) != np.bool_:
            raise TypeError(
                "where: the condition must be booleans, such as x > 0, got"
                f" {getattr(condition, 'dtype', type(condition).__name__)}"
            )
        return np.where(condition, *promoted((a, b)))

    def apply(self, g):
        (condition,) = self.saved_tensors
        _, to_a, to_b = self.next_functions
        d_a = to_a and unbroadcast(np.where(condition, g, 0.0), to_a.shape)
        d_b = to_b and unbroadcast(np.where(condition, 0.0, g), to_b.shape)
        return None, d_a, d_b


class MaskedFillBackward(Function):
    """z = `value` where `mask` holds, x elsewhere.

    ∂L/∂x = g where it doesn't hold, 0 where it does. Keeps the mask.
    Cost: n choices; n choices back. PyTorch: MaskedFillBackward0.
    """

    saves = ("mask",)

    def forward(self, x, mask, *, value):
        if not isinstance(value, (numbers.Real, np.bool_)):
            kind = type(value).__name__
            raise TypeError(f"maskedfill: value must be a number, got {kind}")
        if getattr(mask, "dtype", None) != np.bool_:
            raise TypeError(
                "maskedfill: the mask must be booleans, such as x > 0, got"
                f" {getattr(mask, 'dtype', type(mask).__name__)}"
            )
        return np.where(mask, x.dtype.type(value), x)

    def apply(self, g):
        (mask,) = self.saved_tensors
        d = np.where(mask, 0.0, g)
        return unbroadcast(d, self.next_functions[0].shape), None


class ClampBackward(Function):
    """z = x, but not below `min` and not above `max`.

    ∂L/∂x = g where min ≤ x ≤ max, the bounds included unless the range is
    `open`, and 0 beyond.
    Keeps the input.
    Cost: 2n comparisons; 2n comparisons and n choices back.
    PyTorch: ClampBackward1.
    """

    saves = ("x",)

    def forward(self, x, *, min=None, max=None, open=False):
        if min is None and max is None:
            raise ValueError("clamp: give min, max or both")
        for bound in (min, max):
            if not isinstance(bound, (numbers.Real, type(None))):
                raise TypeError(
                    "clamp: min and max must be numbers, got"
                    f" {type(bound).__name__}; use maximum and minimum for"
                    " bounds that are tensors"
                )
        self.min, self.max, self.open = min, max, open
        return np.clip(x, min, max)

    def apply(self, g):
        (x,) = self.saved_tensors
        above, below = (np.greater, np.less) if self.open else (np.greater_equal, np.less_equal)
        inside = np.ones(x.shape, np.bool_)
        if self.min is not None:
            inside &= above(values_of(x), self.min)
        if self.max is not None:
            inside &= below(values_of(x), self.max)
        return (np.where(inside, g, 0.0 if is_array(g) else zero_of(x)),)


class TrilBackward(Function):
    """z = the lower triangle of x: 0 above the `diagonal`.

    ∂L/∂x = the same triangle of g. Keeps nothing.
    Cost: n choices; n back. PyTorch: TrilBackward0.
    """

    def forward(self, x, *, diagonal=0):
        _refuse_flat("tril", x)
        self.diagonal = diagonal
        return np.tril(x, diagonal)

    def apply(self, g):
        d = self.diagonal
        if is_array(g):
            return (np.tril(g, d),)
        return (TrilBackward.run(g, diagonal=d),)


class TriuBackward(Function):
    """z = the upper triangle of x: 0 below the `diagonal`.

    ∂L/∂x = the same triangle of g. Keeps nothing.
    Cost: n choices; n back. PyTorch: TriuBackward0.
    """

    def forward(self, x, *, diagonal=0):
        _refuse_flat("triu", x)
        self.diagonal = diagonal
        return np.triu(x, diagonal)

    def apply(self, g):
        d = self.diagonal
        if is_array(g):
            return (np.triu(g, d),)
        return (TriuBackward.run(g, diagonal=d),)


def _refuse_flat(name, x):
    if x.ndim < 2:
        raise ValueError(f"{name}: shape {x.shape} has no triangle; it takes two axes or more")


def zero_of(x):
    """Zeros that came from the Tensor x, with gradient 0: what is constant where it is known."""
    return step_of(x, np.zeros(x.shape, x.dtype))


def step_of(x, values):
    """`values` as a function of the Tensor x that is flat between its jumps: its gradient is 0.

    A choice that never falls on x says so: x gets an exact 0, to every order.
    """
    return WhereBackward.run(np.ones(x.shape, np.bool_), values, x)


def flat(node, d):
    """d, the gradient of the input x of a node, as a function of x that does not change with it."""
    to_x = node.next_functions[0]
    return d + zero_of(base.Tensor._wrap(np.zeros(to_x.shape, to_x.dtype), to_x))


def with_values(z, values):
    """`values` with the node of the Tensor z, which has them but for rounding or what has no value.

    The rule of that node must not keep z.
    """
    return z.kind._wrap(values, z._node)


def maximum(input, other):
    """The larger of `input` and `other`, element by element."""
    return MaximumBackward.run(as_tensor(input), other)


def minimum(input, other):
    """The smaller of `input` and `other`, element by element."""
    return MinimumBackward.run(as_tensor(input), other)


def where(condition, input=None, other=None):
    """`input` where `condition` holds, `other` elsewhere; alone, the places where it does."""
    if input is None and other is None:
        return as_tensor(condition).nonzero(as_tuple=True)
    return WhereBackward.run(as_tensor(condition), input, other)


def masked_fill(input, mask, value):
    """`value`, one number, where `mask` holds, `input` elsewhere."""
    if isinstance(value, TensorBase):
        if value.ndim:
            raise ValueError(
                f"masked_fill: value must be one number, got shape {value.shape}; where takes more"
            )
        if value.requires_grad:
            return where(mask, value.to(as_tensor(input).dtype), input)
        value = value.item()
    return MaskedFillBackward.run(as_tensor(input), mask, value=value)


def clamp(input, min=None, max=None):
    """`input`, but not below `min` and not above `max`, numbers or tensors."""
    if isinstance(min, TensorBase) or isinstance(max, TensorBase):
        z = as_tensor(input)
        if min is not None:
            z = where(z >= min, z, where(z < min, min, np.nan))
        return z if max is None else where(z <= max, z, where(z > max, max, np.nan))
    min, max = (bound.item() if isinstance(bound, np.generic) else bound for bound in (min, max))
    return ClampBackward.run(input, min=min, max=max)


def tril(input, diagonal=0):
    """The lower triangle: zeros above the `diagonal`."""
    return TrilBackward.run(input, diagonal=diagonal)


def triu(input, diagonal=0):
    """The upper triangle: zeros below the `diagonal`."""
    return TriuBackward.run(input, diagonal=diagonal)


class Selection:
    """Choices between values as methods of Tensor."""

    __slots__ = ()

    maximum, minimum, masked_fill = maximum, minimum, masked_fill
    clamp = clip = clamp
    tril, triu = tril, triu

    def where(self, condition, other):
        """self where `condition` holds, `other` elsewhere."""
        return WhereBackward.run(condition, self, other)
