"""Attention as a layer: several heads, each with its own view of the same sequence."""

import math

import numpy as np

from . import initializers, layer_functions
from .layers import Linear, untrained
from .module import Module
from .tensor import Tensor


class MultiHeadAttention(Module):
    """softmax(Q Kᵀ / √d) V in `num_heads` subspaces at once, put together by a last projection.

    Parameters
    ----------
    embed_dim : int
        The length D of every vector; a multiple of `num_heads`.
    num_heads : int
    dropout : float
        Share of the attention weights to drop in training.
    bias : bool

    Attributes
    ----------
    in_proj_weight : Parameter, (3 D, D)
        The projections to queries, keys and values, one below the other; as in PyTorch.
    in_proj_bias : Parameter, (3 D,), or None
    out_proj : Linear

    Source: A. Vaswani et al., "Attention is all you need" (2017).
    """

    def __init__(self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True):
        super().__init__()
        if num_heads < 1 or embed_dim % num_heads:
            raise ValueError(
                f"MultiHeadAttention: embed_dim {embed_dim} does not divide into {num_heads} heads"
            )
        self.embed_dim, self.num_heads, self.dropout = embed_dim, num_heads, dropout
        self.in_proj_weight = initializers.xavier_uniform_(untrained(3 * embed_dim, embed_dim))
        self.in_proj_bias = initializers.zeros_(untrained(3 * embed_dim)) if bias else None
        self.out_proj = Linear(embed_dim, embed_dim, bias)
        if bias:
            initializers.zeros_(self.out_proj.bias)

    def forward(self, query, key=None, value=None, mask=None, is_causal=False, need_weights=False):
        """Attend from `query` to `key` and `value`.

        Parameters
        ----------
        query : Tensor, (B, T, D)
        key, value : Tensor, (B, S, D), optional
            By default the query itself, and the key.
        mask : array_like, (T, S) or broadcast to (B, heads, T, S), optional
            Booleans, True where attention is allowed, or numbers to add to the scores.
        is_causal : bool
            Each position sees itself and what came before.
        need_weights : bool
            Return the weights too, (B, heads, T, S), as a part of the graph: `retain_grad()` on
            them shows the gradient that came back along each.

        Returns
        -------
        Tensor, (B, T, D), or the pair of it and the weights
        """
        key = query if key is None else key
        value = key if value is None else value
        for name, x in (("query", query), ("key", key), ("value", value)):
            if x.ndim != 3 or x.shape[-1] != self.embed_dim:
                raise ValueError(
                    f"MultiHeadAttention: {name} has shape {x.shape}, expected"
                    f" (B, T, {self.embed_dim})"
                )
        if getattr(mask, "ndim", 0) == 3 and len(mask) > 1:
            raise ValueError(
                f"MultiHeadAttention: mask has shape {mask.shape}, and could be one a sample or"
                " one a head; give it the axis it lacks, (B, 1, T, S) or (1, heads, T, S)"
            )
        q, k, v = (self._heads(x, part) for part, x in enumerate((query, key, value)))
        drop = self.dropout if self.training else 0.0
        weights = None
        if need_weights:
            weights = _weights(q, k, mask, is_causal)
            z = layer_functions.dropout(weights, drop) @ v
        else:
            z = layer_functions.scaled_dot_product_attention(q, k, v, mask, drop, is_causal)
        z = self.out_proj(z.transpose(1, 2).reshape(query.shape))
        return (z, weights) if need_weights else z

    def _heads(self, x, part):
        """Project x and divide it: (B, T, D) → (B, heads, T, D / heads)."""
        rows = slice(part * self.embed_dim, (part + 1) * self.embed_dim)
        bias = None if self.in_proj_bias is None else self.in_proj_bias[rows]
        z = layer_functions.linear(x, self.in_proj_weight[rows], bias)
        b, t, _ = z.shape
        return z.reshape(b, t, self.num_heads, -1).transpose(1, 2)

    def extra_repr(self):
        return f"{self.embed_dim}, num_heads={self.num_heads}"


def _weights(q, k, mask, is_causal):
    """softmax(q kᵀ / √d), written out in operations whose results can be looked at."""
    if is_causal:
        if mask is not None:
            raise ValueError("MultiHeadAttention: give mask or is_causal, not both")
        mask = np.tril(np.ones((q.shape[-2], k.shape[-2]), bool))
    scores = q @ k.mT * (1 / math.sqrt(q.shape[-1]))
    if mask is None:
        return scores.softmax(-1)
    mask = mask if isinstance(mask, Tensor) else Tensor(mask)
    if mask.dtype.kind != "b":
        return (scores + mask).softmax(-1)
    allowed = mask._data
    alone = ~allowed.any(axis=-1, keepdims=True)  # rows that may attend to nothing give zeros
    return scores.masked_fill(~allowed & ~alone, -math.inf).softmax(-1) * ~alone
