"""Whole numbers bit by bit, as masks are combined, and their common divisors and multiples."""

import numpy as np

from ..engine.base import TensorBase, as_tensor
from ..engine.numbers import builtin_kind, promoted


def _of_integers(name, ufunc, says, booleans=True):
    """The function `name` of two tensors of whole numbers, or one of them a number."""
    kinds = "iub" if booleans else "iu"

    def function(input, other):
        a, b = (x._data if isinstance(x, TensorBase) else x for x in (input, other))
        if any(np.asarray(x).dtype.kind not in kinds for x in (a, b)):
            raise TypeError(
                f"{name}: expected integers{' or booleans' if booleans else ''}, got"
                f" {np.asarray(a).dtype} and {np.asarray(b).dtype}"
            )
        try:
            values = ufunc(*promoted((a, b)))
        except (ValueError, TypeError, OverflowError) as error:
            raise builtin_kind(error)(f"{name}: {np.shape(a)} and {np.shape(b)}: {error}") from None
        return as_tensor(input if isinstance(input, TensorBase) else other).kind._wrap(values)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = says
    return function


bitwise_and = _of_integers("bitwise_and", np.bitwise_and, "The bits that both have: `a & b`.")
bitwise_or = _of_integers("bitwise_or", np.bitwise_or, "The bits that one or both have.")
bitwise_xor = _of_integers("bitwise_xor", np.bitwise_xor, "The bits that one of both has: `a ^ b`.")
bitwise_left_shift = _of_integers(
    "bitwise_left_shift", np.left_shift, "Bits moved up: a · 2ᵇ, `a << b`.", booleans=False
)
bitwise_right_shift = _of_integers(
    "bitwise_right_shift", np.right_shift, "Bits moved down: ⌊a / 2ᵇ⌋, `a >> b`.", booleans=False
)
gcd = _of_integers("gcd", np.gcd, "The greatest common divisor.", booleans=False)
lcm = _of_integers("lcm", np.lcm, "The least common multiple.", booleans=False)


def bitwise_not(input):
    """The bits that it has not: `~a`."""
    x = as_tensor(input)
    if x.dtype.kind not in "iub":
        raise TypeError(f"bitwise_not: expected integers or booleans, got {x.dtype}")
    return x.kind._wrap(~x._data)


def _reflected(function):
    return lambda self, other: function(as_tensor(np.asarray(other, self.dtype)), self)


class Integers:
    """The operators `& | ^ ~ << >>`, and the methods of the same."""

    __slots__ = ()

    bitwise_and, bitwise_or, bitwise_xor = bitwise_and, bitwise_or, bitwise_xor
    bitwise_not, gcd, lcm = bitwise_not, gcd, lcm
    bitwise_left_shift, bitwise_right_shift = bitwise_left_shift, bitwise_right_shift

    __and__, __or__, __xor__, __invert__ = bitwise_and, bitwise_or, bitwise_xor, bitwise_not
    __lshift__, __rshift__ = bitwise_left_shift, bitwise_right_shift
    __rand__, __ror__, __rxor__, __rlshift__, __rrshift__ = map(
        _reflected,
        (bitwise_and, bitwise_or, bitwise_xor, bitwise_left_shift, bitwise_right_shift),
    )
