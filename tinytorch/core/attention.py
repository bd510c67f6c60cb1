"""Attention: every position asks all others what they have to say, in several heads at once."""

import functools
import math

import numpy as np

from . import initializers
from .engine.base import as_tensor
from .engine.function import Function
from .engine.numbers import is_array, values_of
from .engine.unbroadcast import unbroadcast
from .initializers import untrained
from .layers import Linear, dropout, linear
from .module import Module
from .operations.activations import softmax_of
from .operations.reduction import sum_kept
from .tensor import Tensor


class AttentionBackward(Function):
    """z = P @ v with P = softmax(q @ kᵀ · scale + mask).

    q is (…, T, d), k (…, S, d), v (…, S, D).
    With dP = g @ vᵀ and dS = P · (dP - Σⱼ dP · P), the gradient of the scores:
    ∂L/∂v = Pᵀ @ g,  ∂L/∂q = dS @ k · scale,  ∂L/∂k = dSᵀ @ q · scale,
    ∂L/∂mask = dS.
    A row that may attend to nothing gives zeros. Keeps the inputs and P.
    Cost: 2 T S (d + D), two products; four products back.
    PyTorch: ScaledDotProductFlashAttentionForCpuBackward0.
    Source: A. Vaswani et al., "Attention is all you need" (2017).
    """

    saves = ("q", "k", "v", "mask")

    def forward(self, q, k, v, mask, *, scale, drop=None):
        self.scale = float(scale)  # a numpy.float64 would widen float32
        self.drop = drop
        scores = (q * self.scale) @ k.swapaxes(-1, -2)
        if np.ndim(mask):
            if mask.dtype == np.bool_:
                np.copyto(scores, -np.inf, where=~mask)
            else:
                scores = scores + mask
        self.intermediate = p = softmax_or_zeros(scores)
        return (p if drop is None else p * drop) @ v

    def apply(self, g):
        q, k, v, mask = self.saved_tensors
        to_q, to_k, to_v, to_mask = self.next_functions
        p = self.intermediate if is_array(g) else self.attention(q, k, mask)
        dropped = p if self.drop is None else p * self.drop
        dv = unbroadcast(dropped.mT @ g, v.shape) if to_v else None
        dp = g @ v.mT
        if self.drop is not None:
            dp = dp * self.drop
        ds = dp * p
        ds -= p * sum_kept(ds, (ds.ndim - 1,))
        return (
            unbroadcast(ds @ k * self.scale, q.shape) if to_q else None,
            unbroadcast(ds.mT @ q * self.scale, k.shape) if to_k else None,
            dv,
            unbroadcast(ds, mask.shape) if to_mask else None,
        )

    def attention(self, q, k, mask):
        """P again, in Tensor operations."""
        scores, seen = q * self.scale @ k.mT, values_of(mask)
        if seen.ndim and seen.dtype == np.bool_:
            scores = scores.masked_fill(~seen, -np.inf)
        elif seen.ndim:
            scores = scores + mask
        dead = np.isneginf(values_of(scores)).all(axis=-1, keepdims=True)
        if not dead.any():
            return softmax_of(scores, (scores.ndim - 1,))
        alive = scores.masked_fill(dead, 0.0)  # in place of rows whose softmax is nan
        return softmax_of(alive, (scores.ndim - 1,)).masked_fill(dead, 0.0)


def softmax_or_zeros(scores):
    """The softmax of the last axis; rows that are -∞ throughout become 0."""
    top = scores.max(axis=-1, keepdims=True, initial=-np.inf)
    np.copyto(top, 0, where=~np.isfinite(top))
    e = scores - top
    with np.errstate(under="ignore"):
        np.exp(e, out=e)
    total = e.sum(axis=-1, keepdims=True)
    np.copyto(total, 1, where=total == 0)
    e /= total
    return e


def scaled_dot_product_attention(
    query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None
) -> Tensor:
    """softmax(query @ keyᵀ · scale + mask) @ value: (…, L, E), (…, S, E), (…, S, Ev) → (…, L, Ev).

    Parameters
    ----------
    attn_mask : Tensor (…, L, S), optional
        Booleans, true where attention is allowed, or numbers to add to the scores.
    dropout_p : float
        Share of the weights to drop.
    is_causal : bool
        Position i attends to positions up to i; not together with `attn_mask`.
    scale : float, optional
        Default 1/√E.
    """
    q, k, v = as_tensor(query), as_tensor(key), as_tensor(value)
    if min(q.ndim, k.ndim, v.ndim) < 2 or q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ValueError(
            f"attention: query {q.shape}, key {k.shape}, value {v.shape}: the last axes of query"
            " and key, and the second last of key and value, must agree"
        )
    shape = (q.shape[-2], k.shape[-2])
    mask = 0 if attn_mask is None else attn_mask
    if is_causal:
        if attn_mask is not None:
            raise ValueError("attention: give attn_mask or is_causal, not both")
        mask = Tensor._wrap(causal_mask(*shape))
    drop = None
    if dropout_p:
        batch = np.broadcast_shapes(q.shape[:-2], k.shape[:-2])
        drop = dropout(Tensor._wrap(np.ones((*batch, *shape), q.dtype)), dropout_p)._data
    scale = 1 / math.sqrt(max(q.shape[-1], 1)) if scale is None else scale
    return AttentionBackward.run(q, k, v, mask, scale=scale, drop=drop)


@functools.lru_cache(maxsize=64)
def causal_mask(queries, keys):
    """Who may see whom; the same for every layer and step, so that it is made once."""
    mask = np.tril(np.ones((queries, keys), np.bool_))
    mask.setflags(write=False)
    return mask


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
                f"MultiHeadAttention: mask has shape {mask.shape}, and could be one per sample"
                " or one per head; give it the axis it lacks, (B, 1, T, S) or (1, heads, T, S)"
            )
        q, k, v = (self._heads(x, part) for part, x in enumerate((query, key, value)))
        drop = self.dropout if self.training else 0.0
        weights = None
        if need_weights:
            weights = attention_weights(q, k, mask, is_causal)
            z = dropout(weights, drop) @ v
        else:
            z = scaled_dot_product_attention(q, k, v, mask, drop, is_causal)
        z = self.out_proj(z.transpose(1, 2).reshape(query.shape))
        return (z, weights) if need_weights else z

    def _heads(self, x, part):
        """Project x and divide it: (B, T, D) → (B, heads, T, D / heads)."""
        rows = slice(part * self.embed_dim, (part + 1) * self.embed_dim)
        bias = None if self.in_proj_bias is None else self.in_proj_bias[rows]
        z = linear(x, self.in_proj_weight[rows], bias)
        b, t, d = z.shape
        return z.reshape(b, t, self.num_heads, d // self.num_heads).transpose(1, 2)

    def extra_repr(self):
        return f"{self.embed_dim}, num_heads={self.num_heads}"


def attention_weights(q, k, mask, is_causal):
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
