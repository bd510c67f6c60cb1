"""Adagrad and Adadelta: gradients divided by what all of them, or the recent ones, add up to."""

import numpy as np

from .base import Optimizer, options


class Adagrad(Optimizer):
    """Adagrad: each gradient divided by the root of all its squares so far.

    ::

        g ← g + λθ
        v ← v + g²
        θ ← θ - η / (1 + (t - 1) d) · g / (√v + ε)

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr, lr_decay, weight_decay, eps : float
        η, d, λ, ε.
    initial_accumulator_value : float
        v at the start.
    maximize : bool
        Climb: take -g for g.
    **how
        `foreach`, `fused`: accepted as in PyTorch, without effect.

    Source: J. Duchi, E. Hazan and Y. Singer, "Adaptive subgradient methods for online learning and
    stochastic optimization" (2011).
    """

    def __init__(
        self,
        params,
        lr=1e-2,
        lr_decay=0.0,
        weight_decay=0.0,
        initial_accumulator_value=0.0,
        eps=1e-10,
        *,
        maximize=False,
        **how,
    ):
        options("Adagrad", how)
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "eps": eps,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def update(self, p, g, state, group, a, b):
        if not state:
            state.update(step=0, sum=np.full_like(p, group["initial_accumulator_value"]))
        state["step"] += 1
        if group["weight_decay"]:
            g = np.add(np.multiply(p, group["weight_decay"], out=a), g, out=a)
        v = state["sum"]
        v += np.multiply(g, g, out=b)
        root = np.sqrt(v, out=b)
        root += group["eps"]
        step = np.divide(g, root, out=b)
        p -= np.multiply(step, group["lr"] / (1 + (state["step"] - 1) * group["lr_decay"]), out=a)


class Adadelta(Optimizer):
    """Adadelta: steps in the unit of the weights, the root of their own recent squares.

    ::

        g ← g + λθ
        v ← ρv + (1 - ρ) g²
        d = g · √(u + ε) / √(v + ε)
        u ← ρu + (1 - ρ) d²
        θ ← θ - ηd

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr, rho, eps, weight_decay : float
        η, ρ, ε, λ.
    maximize : bool
        Climb: take -g for g.
    **how
        `foreach`, `capturable`: accepted as in PyTorch, without effect.

    Source: M. D. Zeiler, "ADADELTA: an adaptive learning rate method" (2012).
    """

    def __init__(
        self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0.0, *, maximize=False, **how
    ):
        options("Adadelta", how)
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def update(self, p, g, state, group, a, b):
        rho, eps = group["rho"], group["eps"]
        if not state:
            state.update(step=0, square_avg=np.zeros_like(p), acc_delta=np.zeros_like(p))
        state["step"] += 1
        if group["weight_decay"]:
            g = np.add(np.multiply(p, group["weight_decay"], out=a), g, out=a)
        v, u = state["square_avg"], state["acc_delta"]
        v *= rho
        v += np.multiply(np.multiply(g, 1 - rho, out=b), g, out=b)
        d = np.add(u, eps, out=b)
        d /= v + eps
        d = np.multiply(np.sqrt(d, out=b), g, out=b)
        u *= rho
        u += (1 - rho) * d * d
        p -= np.multiply(d, group["lr"], out=a)
