"""Distances: how long vectors are, and how far and in what direction from each other."""

import math

import numpy as np

from .engine.base import as_tensor
from .engine.numbers import as_float32, values_of
from .module import Module
from .operations.selection import where
from .tensor import Tensor


def length(x, p, dim):
    """(Σ|x|ᵖ)^(1/p) along an axis, kept at length 1; without a slope where it is 0.

    Of float16 it is float32.
    """
    x = as_float32(x)
    if p == math.inf:
        return abs(x).amax(dim, keepdim=True)
    if p == 1:
        return abs(x).sum(dim, keepdim=True)
    if not p > 0:
        raise ValueError(f"length: p must be positive, got {p}")
    total = ((x * x) if p == 2 else abs(x) ** p).sum(dim, keepdim=True)
    nothing = values_of(total) == 0
    root = where(nothing, 1.0, total)
    root = root.sqrt() if p == 2 else root ** (1 / p)
    return root.masked_fill(nothing, 0.0)


def normalize(input, p=2.0, dim=1, eps=1e-12) -> Tensor:
    """x / max(‖x‖, eps) along the axis `dim`: vectors of length 1.

    Parameters
    ----------
    p : float
        Of the norm (Σ|x|ᵖ)^(1/p).
    """
    x = as_tensor(input)
    return (x / length(x, p, dim).clamp(min=eps)).to(x.dtype)


def cosine_similarity(x1, x2, dim=1, eps=1e-8) -> Tensor:
    """x1 · x2 / (‖x1‖ ‖x2‖) along the axis `dim`, each norm at least `eps`."""
    a, b = as_tensor(x1), as_tensor(x2)
    try:
        shape = np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        raise ValueError(
            f"cosine_similarity: shapes {a.shape} and {b.shape} do not broadcast"
        ) from None
    a, b = (x if x.shape == shape else x.expand(shape) for x in (a, b))
    cosine = (a / length(a, 2, dim).clamp(min=eps)) * (b / length(b, 2, dim).clamp(min=eps))
    return cosine.sum(dim).to(np.result_type(a.dtype, b.dtype))


def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False) -> Tensor:
    """‖x1 - x2 + eps‖ along the last axis: the distance of each row to its partner."""
    apart = as_tensor(x1) - as_tensor(x2)
    d = length(as_float32(apart) + eps, p, -1).to(apart.dtype)
    return d if keepdim else d.squeeze(-1)


def pdist(input, p=2.0) -> Tensor:
    """‖x[i] - x[j]‖ for all rows i < j: (N, M) → (N (N - 1) / 2,).

    Parameters
    ----------
    p : float
        Of the norm (Σ|x|ᵖ)^(1/p), 0 or more.
    """
    x = as_tensor(input)
    if x.ndim != 2 or not p >= 0:
        raise ValueError(f"pdist: expected rows (N, M) and p of at least 0, got {x.shape} and {p}")
    i, j = np.triu_indices(len(x), 1)
    return (x[i] - x[j]).norm(p, 1)


class CosineSimilarity(Module):
    """x1 · x2 / (‖x1‖ ‖x2‖) along the axis `dim`, each norm at least `eps`."""

    def __init__(self, dim: int = 1, eps: float = 1e-8):
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, x1, x2):
        return cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    """‖x1 - x2 + eps‖ along the last axis."""

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False):
        super().__init__()
        self.p, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1, x2):
        return pairwise_distance(x1, x2, self.p, self.eps, self.keepdim)
