"""Embeddings: rows of a table, looked up by number."""

import numpy as np

from .autograd import Function
from .course import moved
from .indexing import scatter
from .operands import is_array


class EmbeddingBackward(Function):
    """z = weight[indices]: row i of the table for every i in `indices`.

    ∂L/∂weight = zeros, with the rows of g added where they were looked up: a
    word that occurs twice gets the sum of both gradients. Row `padding_idx`
    gets none. Keeps the indices.
    Cost: a row for each index; a sort and a sum for each index back.
    PyTorch: EmbeddingBackward0.
    Source: Y. Bengio et al., "A neural probabilistic language model" (2003).
    """

    def forward(self, weight, *, indices, padding_idx=None):
        _refuse_other_rows(weight, indices, padding_idx)
        self.indices, self.padding = np.array(indices), padding_idx
        return weight[indices]

    def apply(self, g):
        shape = self.next_functions[0].shape
        if self.padding is not None:
            g = g * (self.indices != self.padding % shape[0])[..., None]
        add = add_rows if is_array(g) else scatter
        return (add(g, self.indices, shape),)


def _refuse_other_rows(weight, indices, padding_idx):
    if weight.ndim != 2:
        raise ValueError(
            f"embedding: the weight must have shape (rows, features), got {weight.shape}"
        )
    n = len(weight)
    if indices.dtype.kind not in "iu":
        raise TypeError(f"embedding: indices must be integers, got {indices.dtype}")
    if indices.size and not (0 <= indices.min() and indices.max() < n):
        wrong = indices.min() if indices.min() < 0 else indices.max()
        raise IndexError(f"embedding: index {wrong} is out of range for a table of {n} rows")
    if padding_idx is not None and not -n <= padding_idx < n:
        raise IndexError(
            f"embedding: padding_idx {padding_idx} is out of range for a table of {n} rows"
        )


def add_rows(g, indices, shape):
    """Zeros of `shape`, with the rows of `g` added at `indices`; these may repeat.

    Sorted, equal indices are neighbors, and a run of neighbors is summed at
    once: several times faster than `np.add.at`.
    """
    table = np.zeros(shape, g.dtype)
    flat = indices.reshape(-1)
    if flat.size:
        order = flat.argsort(kind="stable")
        ordered = flat[order]
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
        rows = g.reshape(-1, shape[1])[order]
        table[ordered[starts]] = np.add.reduceat(rows, starts, axis=0)
    return table


def __getattr__(name):
    return moved(__name__, name)
