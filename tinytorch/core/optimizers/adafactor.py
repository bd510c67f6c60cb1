"""Adafactor: the mean squares of a matrix kept as one column and one row."""

import math

import numpy as np

from .base import Optimizer


class Adafactor(Optimizer):
    """Adam's division with less memory: of a matrix it keeps means of rows and of columns alone.

    ::

        β = 1 - t^τ,  ρ = min(η, 1/√t)
        θ ← θ - ηλθ
        r ← βr + (1 - β) mean of g² over a row;  c ← βc + (1 - β) the same over a column
        v = r c / mean r                          of vectors and numbers: v ← βv + (1 - β) g²
        u = g / √max(v, ε₁²)
        θ ← θ - max(ε₂, rms θ) ρ u / max(1, rms u / d)

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float
        η, the largest relative step.
    beta2_decay : float
        τ, not above 0.
    eps : (float or None, float)
        ε₁, by default the spacing of the dtype's numbers at 1, and ε₂.
    d : float
        Longer steps than this are shortened to it; at least 1.
    weight_decay : float
        λ.
    foreach : bool, optional
        Accepted as in PyTorch, without effect.
    maximize : bool
        Climb: take -g for g.

    Source: N. Shazeer and M. Stern, "Adafactor: adaptive learning rates with sublinear memory
    cost" (2018).
    """

    def __init__(
        self,
        params,
        lr=1e-2,
        beta2_decay=-0.8,
        eps=(None, 1e-3),
        d=1.0,
        weight_decay=0.0,
        *,
        foreach=None,
        maximize=False,
    ):
        defaults = {
            "lr": lr,
            "beta2_decay": beta2_decay,
            "eps": tuple(eps),
            "d": d,
            "weight_decay": weight_decay,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def _check(self, group):
        super()._check({key: value for key, value in group.items() if key != "eps"})
        if not group["beta2_decay"] <= 0 or not group["d"] >= 1:
            raise ValueError(
                "Adafactor: beta2_decay must not be above 0, and d at least 1, got"
                f" {group['beta2_decay']} and {group['d']}"
            )
        if not all(e is None or e >= 0 for e in group["eps"]):
            raise ValueError(f"Adafactor: eps must not be negative, got {group['eps']}")

    def _shape(self, p, key):
        if key == "row_var":
            return (*p.shape[:-1], 1)
        if key == "col_var":
            return (*p.shape[:-2], 1, p.shape[-1])
        return p.shape

    def update(self, p, g, state, group, a, b):
        kept = ("row_var", "col_var") if p.ndim > 1 else ("variance",)
        if not state:
            zeros = {key: np.zeros(self._shape(p, key), p.dtype) for key in kept}
            state.update(step=0, **zeros)
        t = state["step"] = state["step"] + 1
        lr, (eps1, eps2) = group["lr"], group["eps"]
        eps1 = float(np.finfo(p.dtype).eps) if eps1 is None else eps1
        alpha = max(eps2, _root_mean_square(p)) * min(lr, 1 / math.sqrt(t))
        if group["weight_decay"]:
            p *= 1 - lr * group["weight_decay"]
        squares = np.multiply(g, g, out=b)
        for key in kept:
            axis = {"row_var": -1, "col_var": -2}.get(key)
            mean = squares if axis is None else squares.mean(axis, keepdims=True)
            state[key] += (mean - state[key]) * t ** group["beta2_decay"]
        if p.ndim > 1:
            row = state["row_var"]
            v = np.matmul(row, state["col_var"], out=a)
            v /= np.maximum(row.mean(-2, keepdims=True), eps1)
        else:
            v = a
            np.copyto(v, state["variance"])
        np.maximum(v, eps1 * eps1, out=v)
        step = np.divide(g, np.sqrt(v, out=v), out=v)
        p -= np.multiply(step, alpha / max(1.0, _root_mean_square(step) / group["d"]), out=v)


def _root_mean_square(x):
    return float(np.linalg.norm(x)) / math.sqrt(max(x.size, 1))
