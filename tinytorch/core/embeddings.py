"""Embeddings: rows of a table, looked up by number, and the positions added to them."""

import math

import numpy as np

from . import initializers
from .autograd import Function
from .dtypes import get_default_dtype
from .functional import as_tensor
from .indexing import scatter
from .initializers import untrained
from .module import Module
from .operands import is_array
from .tensor import Tensor


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
        refuse_other_rows(weight, indices, padding_idx)
        self.indices = np.array(indices)
        self.padding = None if padding_idx is None else padding_idx % len(weight)
        return weight[indices]

    def apply(self, g):
        shape = self.next_functions[0].shape
        if not is_array(g):
            if self.padding is not None:
                g = np.where((self.indices == self.padding)[..., None], 0.0, g)
            return (scatter(g, self.indices, shape),)
        table = add_rows(g, self.indices, shape)
        if self.padding is not None:
            table[self.padding] = 0
        return (table,)


def refuse_other_rows(weight, indices, padding_idx):
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


def embedding(input, weight, padding_idx=None) -> Tensor:
    """Row `input[…]` of the table `weight` (rows, features) for every index in `input`."""
    return EmbeddingBackward.run(
        as_tensor(weight), indices=as_tensor(input)._data, padding_idx=padding_idx
    )


class Embedding(Module):
    """Row i of a table for every index i: what words are to a network.

    Parameters
    ----------
    num_embeddings : int
        The number of rows.
    embedding_dim : int
    padding_idx : int, optional
        A row of zeros that stays one.

    Attributes
    ----------
    weight : Parameter, (num_embeddings, embedding_dim)
        Starts at N(0, 1).
    """

    def __init__(self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None):
        super().__init__()
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.padding_idx = padding_idx
        self.weight = initializers.normal_(untrained(num_embeddings, embedding_dim))
        if padding_idx is not None:
            self.weight._data[padding_idx] = 0

    def forward(self, indices):
        return embedding(indices, self.weight, self.padding_idx)

    def extra_repr(self):
        return f"{self.num_embeddings}, {self.embedding_dim}"


class _Positions(Module):
    """x + table[:T]: adds to every position of (…, T, D) the row of its number."""

    def forward(self, x):
        limit, width = self._table().shape
        if x.ndim < 2 or x.shape[-1] != width or x.shape[-2] > limit:
            raise ValueError(
                f"{type(self).__name__}: the input has shape {x.shape}; expected (…, T, {width})"
                f" with T up to {limit}"
            )
        return x + self._table()[: x.shape[-2]]


class LearnedPositions(_Positions):
    """x + weight[:T], with a row to learn for every position.

    Parameters
    ----------
    max_seq_len, embed_dim : int

    Attributes
    ----------
    weight : Parameter, (max_seq_len, embed_dim)
        Starts at N(0, 0.02²).
    """

    def __init__(self, max_seq_len: int, embed_dim: int):
        super().__init__()
        self.weight = initializers.normal_(untrained(max_seq_len, embed_dim), std=0.02)

    def _table(self):
        return self.weight


class SinusoidalPositions(_Positions):
    """x + table[:T], with table[t, 2i] = sin(t / 10000^(2i/D)) and cosines at the odd places.

    Nothing is learned: waves of growing length, in which a shift by k positions is a rotation.

    Parameters
    ----------
    max_seq_len, embed_dim : int

    Source: A. Vaswani et al., "Attention is all you need" (2017).
    """

    def __init__(self, max_seq_len: int, embed_dim: int):
        super().__init__()
        rates = np.exp(np.arange(0, embed_dim, 2) * (-math.log(10000) / embed_dim))
        angles = np.arange(max_seq_len)[:, None] * rates
        table = np.empty((max_seq_len, embed_dim), get_default_dtype())
        table[:, 0::2], table[:, 1::2] = np.sin(angles), np.cos(angles[:, : embed_dim // 2])
        self.table = Tensor(table)

    def _table(self):
        return self.table
