"""Matrices solved by elimination in recorded operations: gradients to every order, no new rule.

NumPy finds the values, which are more accurate; where a gradient is wanted, the steps of the
elimination, a row at a time, give the node.
"""

import numpy as np

from ..engine.base import as_tensor
from ..engine.modes import is_grad_enabled
from .concatenation import cat, stack
from .selection import with_values


class LinAlgError(np.linalg.LinAlgError, RuntimeError):
    """A matrix that has no inverse, or no Cholesky factor."""


def computed(name, why, function, *arrays):
    """What NumPy's function returns; its refusal becomes an error that says `why`."""
    try:
        return function(*arrays)
    except np.linalg.LinAlgError:
        shapes = " and ".join(str(a.shape) for a in arrays)
        raise LinAlgError(f"{name}: {why}, in shapes {shapes}") from None


def square(name, A):
    """A as a Tensor, or an error unless it is one or more square matrices of floats."""
    A = as_tensor(A)
    if A.ndim < 2 or A.shape[-1] != A.shape[-2] or A.dtype.kind != "f":
        raise ValueError(
            f"{name}: expected square matrices (…, n, n) of floating-point numbers, got {A.dtype}"
            f" of shape {A.shape}"
        )
    return A


def recorded(values, build, *inputs):
    """`values`, with the node of what `build()` computes if a gradient is wanted."""
    if is_grad_enabled() and any(x.requires_grad for x in inputs):
        return with_values(build(), values)
    return inputs[0].kind._wrap(values)


def of_each(function, A, *others):
    """The function of every matrix of a batch."""
    if A.ndim == 2:
        return function(A, *others)
    batch = A.shape[:-2]
    parts = [x.reshape(-1, *x.shape[-2:]) for x in (A, *others)]
    found = stack([function(*matrices) for matrices in zip(*parts, strict=True)])
    return found.reshape(*batch, *found.shape[1:])


def triangle(M, n):
    """Row echelon form of M, whose first n columns are square: the rows, and the sign of the swaps.

    The pivot is the largest that is left in a column. A column of zeros keeps its place.
    """
    rows, sign = [], 1
    for k in range(n):
        p = int(np.abs(M._data[:, k]).argmax())
        if p:
            order = [p, *range(1, p), 0, *range(p + 1, n - k)]
            M, sign = M[order], -sign
        rows.append(M[0])
        if k + 1 < n:
            factors = M[1:, k] / (M[0, k] if M._data[0, k] else 1.0)
            M = M[1:] - factors.unsqueeze(1) * M[0]
    return rows, sign


def solve_one(A, B):
    """X with A @ X = B, for one matrix A and a matrix B."""
    n = A.shape[0]
    rows, _ = triangle(cat([A, B], 1), n)
    solved = []  # from the last row up
    for k in reversed(range(n)):
        x = rows[k][n:]
        if solved:
            x = x - rows[k][k + 1 : n] @ stack(solved[::-1])
        solved.append(x / rows[k][k])
    return stack(solved[::-1]) if solved else B


def solve(A, B, name="solve"):
    """X with A @ X = B, recorded."""
    A, B = square(name, A), as_tensor(B)
    values = computed(name, "a matrix is singular", np.linalg.solve, A._data, B._data)

    def steps():
        columns = B.unsqueeze(-1) if B.ndim == 1 else B
        batch = np.broadcast_shapes(A.shape[:-2], columns.shape[:-2])
        matrices = (x.expand(*batch, *x.shape[-2:]) for x in (A, columns))
        X = of_each(solve_one, *matrices)
        return X.squeeze(-1) if B.ndim == 1 else X

    return recorded(values, steps, A, B)


def pivots(A):
    """What elimination leaves on the diagonal, and the sign of its swaps."""
    rows, sign = triangle(A, A.shape[0])
    return stack([row[k] for k, row in enumerate(rows)]), sign


def det(input):
    """The determinant of a matrix."""

    def one(A):
        if not A.shape[0]:
            return A.sum() + 1
        diagonal, sign = pivots(A)
        return diagonal.prod() * sign

    A = square("det", input)
    values = np.asarray(np.linalg.det(A._data), A.dtype)
    return recorded(values, lambda: of_each(one, A), A)


def logabsdet(A):
    """ln of the size of the determinant, recorded: the sum over the pivots."""

    def one(A):
        return pivots(A)[0].abs().log().sum() if A.shape[0] else A.sum()

    A = square("slogdet", A)
    values = np.asarray(np.linalg.slogdet(A._data)[1], A.dtype)
    return recorded(values, lambda: of_each(one, A), A)


def cholesky(A):
    """The lower triangle L with A = L Lᵀ, recorded, column by column."""

    def one(A):
        M, columns = (A + A.mT) / 2, []
        for k in range(A.shape[0]):
            column = M[:, k] / M[k, k].sqrt()
            column = column.masked_fill(np.arange(len(column)) < k, 0.0)
            columns.append(column)
            M = M - column.unsqueeze(1) * column
        return stack(columns, 1) if columns else A

    A = square("cholesky", A)
    values = computed("cholesky", "a matrix is not positive", np.linalg.cholesky, A._data)
    return recorded(values, lambda: of_each(one, A), A)
