"""Embeddings: rows of a table, looked up by number, and the positions added to them."""

import math

import numpy as np

from . import initializers
from .engine.base import as_tensor
from .engine.function import Function
from .engine.modes import no_grad
from .engine.numbers import get_default_dtype, is_array, values_of
from .initializers import untrained
from .module import Module, Parameter
from .operations.concatenation import stack
from .operations.indexing import ScatterBackward, scatter
from .operations.selection import where
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
        rows = g.reshape(flat.size, shape[1])[order]
        table[ordered[starts]] = np.add.reduceat(rows, starts, axis=0)
    return table


def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0) -> Tensor:
    """Row `input[…]` of the table `weight` (rows, features) for every index in `input`.

    With `max_norm`, rows that are longer, by the norm of order `norm_type`, are first shortened to
    it in the table itself.
    """
    if max_norm is not None:
        _shorten(as_tensor(weight), values_of(input), max_norm, norm_type)
    return EmbeddingBackward.run(
        as_tensor(weight), indices=as_tensor(input)._data, padding_idx=padding_idx
    )


def _shorten(weight, indices, max_norm, norm_type):
    """Make the rows at `indices` no longer than `max_norm`, in place and unrecorded."""
    used = np.unique(indices)
    with no_grad():
        rows = weight.detach()[used]
        lengths = rows.norm(norm_type, dim=1, keepdim=True)
        weight[used] = where(lengths > max_norm, rows * (max_norm / (lengths + 1e-7)), rows)


def one_hot(tensor, num_classes=-1) -> Tensor:
    """For every class number a row of zeros with a 1 in its place: (…) → (…, classes), int64.

    `num_classes` -1 makes as many as the largest number needs.
    """
    x = values_of(tensor)
    if x.dtype.kind not in "iu":
        raise TypeError(f"one_hot: expected integers, got {x.dtype}")
    if not x.size and num_classes < 1:
        raise ValueError("one_hot: no numbers to count the classes by; give num_classes")
    classes = int(x.max()) + 1 if num_classes == -1 else num_classes
    if x.size and not 0 <= x.min() <= x.max() < classes:
        raise ValueError(f"one_hot: numbers from {x.min()} to {x.max()} for {classes} classes")
    return Tensor((x[..., None] == np.arange(classes)).astype(np.int64))


def embedding_bag(
    input, weight, offsets=None, mode="mean", per_sample_weights=None, padding_idx=None
) -> Tensor:
    """The sum, mean or maximum of the rows of each bag of indices: (B, N) → (B, features).

    Parameters
    ----------
    input : Tensor of int, (B, N), or (M,) with `offsets`
    offsets : Tensor of int, (B,), optional
        Where in `input` each bag begins.
    mode : {"mean", "sum", "max"}
    per_sample_weights : Tensor of the shape of `input`, optional
        Factors for the rows; with "sum" only.
    padding_idx : int, optional
        An index that does not count.
    """
    indices = values_of(input)
    if mode not in ("mean", "sum", "max"):
        raise ValueError(f"embedding_bag: mode must be 'mean', 'sum' or 'max', got {mode!r}")
    if per_sample_weights is not None and mode != "sum":
        raise ValueError("embedding_bag: per_sample_weights are for mode='sum'")
    if (indices.ndim == 2) != (offsets is None) or indices.ndim not in (1, 2):
        raise ValueError(
            f"embedding_bag: indices of shape {indices.shape}: expected (B, N), or (M,) with"
            " offsets"
        )
    if offsets is None:
        starts = np.arange(indices.shape[0]) * indices.shape[1]
    else:
        starts = values_of(offsets)
        if len(starts) and (
            starts[0] != 0 or (np.diff(starts) < 0).any() or starts[-1] > len(indices)
        ):
            raise ValueError(f"embedding_bag: offsets must rise from 0 to {len(indices)} at most")
    flat = indices.reshape(-1)
    bags = np.searchsorted(starts, np.arange(len(flat)), side="right") - 1
    rows = embedding(flat, weight, padding_idx)
    if per_sample_weights is not None:
        rows = rows * as_tensor(per_sample_weights).reshape(-1, 1)
    if padding_idx is not None:
        kept = np.flatnonzero(flat != padding_idx % len(weight))
        rows, bags = rows[kept], bags[kept]
    shape = (len(starts), rows.shape[1])
    counts = np.bincount(bags, minlength=len(starts))[:, None]
    if mode == "max":
        filled = [
            _largest(rows[np.flatnonzero(bags == b)]) if counts[b] else rows[:0].sum(0)
            for b in range(len(starts))
        ]
        return stack(filled) if filled else rows[:0]
    total = ScatterBackward.run(rows, index=bags, shape=shape)
    return total if mode == "sum" else total / np.maximum(counts, 1).astype(rows.dtype)


def _largest(rows):
    """The largest of each column; a NaN is passed over, as in PyTorch, unless it comes first."""
    passed_over = np.isnan(rows._data)
    passed_over[0] = False
    return rows.masked_fill(passed_over, -np.inf).max(0)[0]


class Embedding(Module):
    """Row i of a table for every index i.

    Parameters
    ----------
    num_embeddings : int
        The number of rows.
    embedding_dim : int
    padding_idx : int, optional
        A row of zeros that stays one.
    max_norm, norm_type : float, optional
        Rows that are used and longer than this are shortened to it.
    sparse : bool
        Accepted, as in PyTorch; the gradient is an ordinary array.

    Attributes
    ----------
    weight : Parameter, (num_embeddings, embedding_dim)
        Starts at N(0, 1).
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        sparse: bool = False,
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.max_norm, self.norm_type = max_norm, norm_type
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise ValueError(
                f"{type(self).__name__}: padding_idx {padding_idx} is not one of the"
                f" {num_embeddings} rows"
            )
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        self.padding_idx = padding_idx
        self.weight = initializers.normal_(
            untrained(num_embeddings, embedding_dim, device=device, dtype=dtype)
        )
        if padding_idx is not None:
            self.weight._data[padding_idx] = 0

    @classmethod
    def from_pretrained(cls, embeddings, freeze: bool = True, padding_idx: int | None = None):
        """An embedding with the rows of a table (num_embeddings, embedding_dim); a copy.

        `freeze` keeps it from being trained.
        """
        table = values_of(embeddings)
        if table.ndim != 2:
            raise ValueError(
                f"{cls.__name__}: expected a table (num_embeddings, embedding_dim), got shape"
                f" {table.shape}"
            )
        layer = cls(*table.shape, padding_idx=padding_idx)
        layer.weight = Parameter(table, requires_grad=not freeze)
        return layer

    def forward(self, indices):
        how = self.padding_idx, self.max_norm, self.norm_type
        return embedding(indices, self.weight, *how)

    def extra_repr(self):
        return f"{self.num_embeddings}, {self.embedding_dim}"


class EmbeddingBag(Embedding):
    """The mean, sum or maximum of the rows of each bag of indices; see `F.embedding_bag`.

    Parameters
    ----------
    num_embeddings, embedding_dim : int
    mode : {"mean", "sum", "max"}
    padding_idx : int, optional
        An index that does not count.

    Attributes
    ----------
    weight : Parameter, (num_embeddings, embedding_dim)
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        mode: str = "mean",
        padding_idx: int | None = None,
        sparse: bool = False,
    ):
        super().__init__(num_embeddings, embedding_dim, padding_idx)
        self.mode = mode

    def forward(self, input, offsets=None, per_sample_weights=None):
        how = self.mode, per_sample_weights, self.padding_idx
        return embedding_bag(input, self.weight, offsets, *how)


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
