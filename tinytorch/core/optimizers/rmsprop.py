"""RMSprop: each gradient divided by its own recent size."""

import numpy as np

from .base import Optimizer, options


class RMSprop(Optimizer):
    """RMSprop: each gradient divided by its own recent size.

    ::

        g ← g + λθ
        v ← αv + (1 - α) g²                 v - ḡ² if centered, with ḡ ← αḡ + (1 - α) g
        d = g / (√v + ε)
        θ ← θ - ηd                          or, with momentum, b ← μb + d and θ ← θ - ηb

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr, alpha, eps, weight_decay, momentum : float
        η, α, ε, λ, μ.
    centered : bool
        Divide by the standard deviation of the gradient instead.
    maximize : bool
        Climb: take -g for g.
    **how
        `foreach`, `capturable`: accepted as in PyTorch, without effect.

    Source: T. Tieleman and G. Hinton, "Neural networks for machine learning", lecture 6.5 (2012).
    """

    def __init__(
        self,
        params,
        lr=1e-2,
        alpha=0.99,
        eps=1e-8,
        weight_decay=0.0,
        momentum=0.0,
        centered=False,
        *,
        maximize=False,
        **how,
    ):
        options("RMSprop", how)
        defaults = {
            "lr": lr,
            "alpha": alpha,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum": momentum,
            "centered": centered,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def update(self, p, g, state, group, a, b):
        alpha = group["alpha"]
        if not state:
            kept = ["square_avg"] + ["momentum_buffer"] * bool(group["momentum"])
            kept += ["grad_avg"] * bool(group["centered"])
            state.update({key: np.zeros_like(p) for key in kept}, step=0)
        state["step"] += 1
        if group["weight_decay"]:
            g = np.add(np.multiply(p, group["weight_decay"], out=a), g, out=a)
        v = state["square_avg"]
        v *= alpha
        v += np.multiply(np.multiply(g, 1 - alpha, out=b), g, out=b)
        root = v
        if group["centered"]:
            mean = state["grad_avg"]
            mean *= alpha
            mean += np.multiply(g, 1 - alpha, out=b)
            root = np.subtract(v, np.multiply(mean, mean, out=b), out=b)
        root = np.sqrt(root, out=b)
        root += group["eps"]
        step = np.divide(g, root, out=b)
        if group["momentum"]:
            buffer = state["momentum_buffer"]
            buffer *= group["momentum"]
            buffer += step
            step = buffer
        p -= np.multiply(step, group["lr"], out=a)
