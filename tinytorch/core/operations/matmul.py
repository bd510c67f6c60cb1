"""Matrix multiplication, of matrices, vectors and batches of them."""

import math

from ..engine.base import as_tensor
from ..engine.function import Function
from ..engine.numbers import is_array
from ..engine.unbroadcast import unbroadcast
from .numpy_names import with_out


class MatmulBackward(Function):
    """z = a @ b, for matrices: (n, k) @ (k, m) → (n, m).

    ∂L/∂a = g @ bᵀ,  ∂L/∂b = aᵀ @ g: of shapes (n, m) @ (m, k) and (k, n) @ (n, m).

    Leading axes are a batch, broadcast as NumPy does and summed back. A vector on the left is a
    row, on the right a column, and its axis is gone from the result. Keeps both inputs. Back there
    are two products of the size of the forward one.
    Cost: 2nkm; 4nkm back.
    PyTorch: MmBackward0, BmmBackward0.
    Source: M. Giles, "Collected matrix derivative results" (2008).

    Raises
    ------
    ValueError
        For 0-d operands, and where the inner dimensions differ.
    """

    saves = ("a", "b")

    def forward(self, a, b):
        if not getattr(a, "ndim", 0) or not getattr(b, "ndim", 0):
            raise ValueError(
                "matmul: a 0-d operand has no dimension to sum over; use * to multiply by a number"
            )
        inner_a, inner_b = a.shape[-1], b.shape[-2 if b.ndim > 1 else 0]
        if inner_a != inner_b:
            raise ValueError(
                f"matmul: {a.shape} @ {b.shape}: inner dimensions {inner_a} and {inner_b} differ"
            )
        if a.ndim > 2 and b.ndim == 2:  # one large product instead of a batch of small ones
            return (rows(a) @ b).reshape(*a.shape[:-1], b.shape[1])
        return a @ b

    def apply(self, g):
        a, b = self.saved_tensors
        to_a, to_b = self.next_functions
        row, column = a.ndim == 1, b.ndim == 1
        A = a.reshape(1, -1) if row else a
        B = b.reshape(-1, 1) if column else b
        batch = self.shape[: len(self.shape) - (not row) - (not column)]
        G = g.reshape(*batch, A.shape[-2], B.shape[-1])
        if A.ndim > 2 and B.ndim == 2:
            da = (rows(G) @ B.mT).reshape(a.shape) if to_a else None
            db = _product(rows(A).mT, rows(G), B).reshape(b.shape) if to_b else None
        else:
            da = unbroadcast(G @ B.mT, A.shape).reshape(a.shape) if to_a else None
            db = unbroadcast(_product(A.mT, G, B), B.shape).reshape(b.shape) if to_b else None
        return da, db


def _product(a, b, like):
    """a @ b, in memory as `like` is: for x @ w.T, the gradient of w then needs no reordering."""
    if is_array(b) and like.flags.f_contiguous and not like.flags.c_contiguous:
        return (b.mT @ a.mT).mT
    return a @ b


def rows(x):
    """All leading axes joined: (…, k) → (n, k)."""
    return x if x.ndim == 2 else x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


@with_out
def matmul(input, other):
    """input @ other, for every rank that NumPy allows."""
    return MatmulBackward.run(as_tensor(input), other)


class Products:
    """The matrix product as an operator and a method of Tensor."""

    __slots__ = ()

    def __matmul__(self, other):
        return MatmulBackward.run(self, other)

    def __rmatmul__(self, other):
        return MatmulBackward.run(other, self)

    matmul = matmul
