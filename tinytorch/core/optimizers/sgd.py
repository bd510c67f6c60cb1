"""Stochastic gradient descent, with and without momentum."""

import numpy as np

from .base import Optimizer, options


class SGD(Optimizer):
    """Stochastic gradient descent: θ ← θ - η g.

    With weight decay λ, momentum μ and dampening τ::

        g ← g + λθ
        v ← μv + (1 - τ) g      (v = g at the first step)
        θ ← θ - ηv              or, with Nesterov momentum, θ - η (g + μv)

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float
        The learning rate η.
    momentum, dampening, weight_decay : float
    nesterov : bool
    maximize : bool
        Climb: take -g for g.
    **how
        `foreach`, `fused`, `capturable`: accepted as in PyTorch, without effect.

    Source: I. Sutskever et al., "On the importance of initialization and momentum in deep
    learning" (2013), in PyTorch's form, where η multiplies v.
    """

    def __init__(
        self,
        params,
        lr=1e-3,
        momentum=0.0,
        dampening=0.0,
        weight_decay=0.0,
        nesterov=False,
        *,
        maximize=False,
        **how,
    ):
        options("SGD", how)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def _check(self, group):
        super()._check(group)
        if group["nesterov"] and (not group["momentum"] or group["dampening"]):
            raise ValueError("SGD: nesterov needs a momentum and no dampening")

    def update(self, p, g, state, group, a, b):
        momentum = group["momentum"]
        if group["weight_decay"]:
            g = np.add(np.multiply(p, group["weight_decay"], out=a), g, out=a)
        if momentum:
            v = state.get("momentum_buffer")
            if v is None:
                v = state["momentum_buffer"] = np.array(g)
            else:
                v *= momentum
                v += g if not group["dampening"] else (1 - group["dampening"]) * g
            g = np.add(np.multiply(v, momentum, out=b), g, out=b) if group["nesterov"] else v
        p -= np.multiply(g, group["lr"], out=a)
