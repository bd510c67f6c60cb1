"""Layers: an operation together with the parameters that learn."""

import math

import numpy as np

from . import initializers, layer_functions
from .dtypes import get_default_dtype
from .module import Module, Parameter
from .tensor import Tensor


def untrained(*shape) -> Parameter:
    """A parameter whose values an initializer is about to write."""
    return Parameter(np.empty(shape, get_default_dtype()))


class Linear(Module):
    """z = x Wᵀ + b: every output is a weighted sum of all inputs.

    Parameters
    ----------
    in_features, out_features : int
    bias : bool
        Whether there is a b.

    Attributes
    ----------
    weight : Parameter, (out_features, in_features)
    bias : Parameter, (out_features,), or None
        Both start at U(-1/√in_features, 1/√in_features).

    Examples
    --------
    >>> import tinytorch as tt
    >>> layer = Linear(3, 2)
    >>> layer(tt.tensor([[1.0, 2.0, 3.0]])).shape
    (1, 2)
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.weight = untrained(out_features, in_features)
        self.bias = untrained(out_features) if bias else None
        initializers.reset_as_pytorch_(self.weight, self.bias)

    @property
    def weights(self):
        """The course's name for `weight`."""
        return self.weight

    def forward(self, x):
        return layer_functions.linear(x, self.weight, self.bias)

    def extra_repr(self):
        return (
            f"in_features={self.in_features}, out_features={self.out_features},"
            f" bias={self.bias is not None}"
        )


Dense = Linear


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
        return layer_functions.embedding(indices, self.weight, self.padding_idx)

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


class Flatten(Module):
    """The axes from `start_dim` to `end_dim` joined into one: by default all but the batch."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x):
        return x.flatten(self.start_dim, self.end_dim)

    def extra_repr(self):
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Identity(Module):
    """z = x."""

    def forward(self, x):
        return x


class Dropout(Module):
    """In training, each element is 0 with probability p, and x / (1 - p) otherwise.

    In evaluation it changes nothing: the factor keeps the expected value the same.

    Source: N. Srivastava et al., "Dropout: a simple way to prevent neural networks from
    overfitting" (2014).
    """

    def __init__(self, p: float = 0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"Dropout: p must be a probability in [0, 1], got {p}")
        self.p = p

    def forward(self, x):
        return layer_functions.dropout(x, self.p, self.training)

    def extra_repr(self):
        return f"p={self.p}"
