"""Attention: every position asks all others what they have to say."""

import numpy as np

from .activations import softmax
from .autograd import Function, unbroadcast
from .course import moved
from .operands import is_array, plain
from .reduction import sum_kept


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
        self.scratch = p = _softmax(scores)
        return (p if drop is None else p * drop) @ v

    def apply(self, g):
        q, k, v, mask = self.saved_tensors
        to_q, to_k, to_v, to_mask = self.next_functions
        p = self.scratch if is_array(g) else self._attention(q, k, mask)
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

    def _attention(self, q, k, mask):
        """P again, in Tensor operations."""
        scores, seen = q * self.scale @ k.mT, plain(mask)
        if seen.ndim:
            if seen.dtype == np.bool_:
                dead = ~seen.any(axis=-1, keepdims=True)
                hidden = ~seen & ~dead
                return (scores.masked_fill(hidden, -np.inf)).softmax(-1) * ~dead
            scores = scores + mask
        return softmax(scores, (scores.ndim - 1,))


def _softmax(scores):
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


def __getattr__(name):
    return moved(__name__, name)
