"""ASGD: stochastic gradient descent that keeps the mean of where it has been."""

from typing import ClassVar

import numpy as np

from .base import Optimizer, options


class ASGD(Optimizer):
    """Averaged gradient descent: θ goes by shrinking steps, and `ax` is the mean of its path.

    ::

        g ← g + λ'θ
        θ ← θ - κηₜθ - ηₜg                with ηₜ = η / (1 + κηt)^α
        ax ← ax + μₜ(θ - ax)              with μₜ = 1 / max(1, t - t₀), 1 till then: ax = θ

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr, lambd, alpha : float
        η, κ, α.
    t0 : float
        After how many steps averaging begins.
    weight_decay : float
        λ'.
    maximize : bool
        Climb: take -g for g.
    **how
        `foreach`, `capturable`: accepted as in PyTorch, without effect.

    Source: B. T. Polyak and A. B. Juditsky, "Acceleration of stochastic approximation by
    averaging" (1992).
    """

    numbers: ClassVar[dict] = {"step": int, "eta": float, "mu": float}

    def __init__(
        self,
        params,
        lr=1e-2,
        lambd=1e-4,
        alpha=0.75,
        t0=1e6,
        weight_decay=0.0,
        *,
        maximize=False,
        **how,
    ):
        options("ASGD", how)
        defaults = {
            "lr": lr,
            "lambd": lambd,
            "alpha": alpha,
            "t0": t0,
            "weight_decay": weight_decay,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def update(self, p, g, state, group, a, b):
        lr, lambd = group["lr"], group["lambd"]
        if not state:
            state.update(step=0, eta=float(lr), mu=1.0, ax=np.zeros_like(p))
        t = state["step"] = state["step"] + 1
        if group["weight_decay"]:
            g = np.add(np.multiply(p, group["weight_decay"], out=a), g, out=a)
        p *= 1 - lambd * state["eta"]
        p -= np.multiply(g, state["eta"], out=a)
        mean = state["ax"]
        if state["mu"] == 1:
            np.copyto(mean, p)
        else:
            mean += np.multiply(np.subtract(p, mean, out=a), state["mu"], out=a)
        state["eta"] = lr / (1 + lambd * lr * t) ** group["alpha"]
        state["mu"] = 1 / max(1, t - group["t0"])
