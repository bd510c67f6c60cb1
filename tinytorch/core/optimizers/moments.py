"""NAdam, RAdam and Adamax: Adam that looks ahead, that starts without care, or with a maximum."""

import math
from typing import ClassVar

import numpy as np

from .base import Optimizer, options


class _Moments(Optimizer):
    """What they share: weight decay, and the two means of Adam."""

    def __init__(self, params, defaults, how):
        options(type(self).__name__, how)
        defaults["betas"] = tuple(defaults["betas"])
        super().__init__(params, defaults)

    def begin(self, p, g, state, group, second, a, b):
        """The step's number, the decayed gradient, and the means `exp_avg` and `second`.

        `b` is free afterwards; `a` holds the gradient if it was decayed.
        """
        if not state:
            state.update({"step": 0, "exp_avg": np.zeros_like(p), second: np.zeros_like(p)})
        state["step"] += 1
        decay = group["weight_decay"]
        if decay and group.get("decoupled_weight_decay"):
            p *= 1 - group["lr"] * decay
        elif decay:
            g = np.add(np.multiply(p, decay, out=a), g, out=a)
        m, beta1 = state["exp_avg"], group["betas"][0]
        m *= beta1
        m += np.multiply(g, 1 - beta1, out=b)
        return state["step"], g, m, state[second]


class NAdam(_Moments):
    """Adam with Nesterov's momentum: the step is taken from where the momentum leads.

    ::

        g ← g + λθ
        m ← β₁m + (1 - β₁) g
        v ← β₂v + (1 - β₂) g²
        μₜ = β₁ (1 - 0.96^(tψ) / 2)         the momentum, which grows to β₁
        d = √(v / (1 - β₂ᵗ)) + ε
        θ ← θ - η (1 - μₜ) / (1 - Π μ₁…μₜ) · g / d
        θ ← θ - η μₜ₊₁ / (1 - Π μ₁…μₜ₊₁) · m / d

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr, betas, eps, weight_decay : float
        η, (β₁, β₂), ε, λ.
    momentum_decay : float
        ψ.
    decoupled_weight_decay : bool
        θ ← θ - ηλθ in place of g ← g + λθ, as `AdamW`.
    maximize : bool
        Climb: take -g for g.
    **how
        `foreach`, `capturable`: accepted as in PyTorch, without effect.

    Source: T. Dozat, "Incorporating Nesterov momentum into Adam" (2016).
    """

    numbers: ClassVar[dict] = {"step": int, "mu_product": float}

    def __init__(
        self,
        params,
        lr=2e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0.0,
        momentum_decay=4e-3,
        decoupled_weight_decay=False,
        *,
        maximize=False,
        **how,
    ):
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
        }
        super().__init__(params, defaults, how)

    def update(self, p, g, state, group, a, b):
        lr, (beta1, beta2) = group["lr"], group["betas"]
        t, g, m, v = self.begin(p, g, state, group, "exp_avg_sq", a, b)
        v *= beta2
        v += np.multiply(np.multiply(g, 1 - beta2, out=b), g, out=b)
        now, then = (beta1 * (1 - 0.5 * 0.96 ** (i * group["momentum_decay"])) for i in (t, t + 1))
        product = state["mu_product"] = state.get("mu_product", 1.0) * now
        d = np.sqrt(np.divide(v, 1 - beta2**t, out=b), out=b)
        d += group["eps"]
        to_g, to_m = lr * (1 - now) / (1 - product), lr * then / (1 - product * then)
        p -= np.multiply(np.divide(g, d, out=a), to_g, out=a)
        p -= np.multiply(np.divide(m, d, out=a), to_m, out=a)


class RAdam(_Moments):
    """Adam that goes by the momentum alone until enough squares are known to divide by.

    ::

        g ← g + λθ
        m ← β₁m + (1 - β₁) g
        v ← β₂v + (1 - β₂) g²
        ρ∞ = 2 / (1 - β₂) - 1,  ρ = ρ∞ - 2tβ₂ᵗ / (1 - β₂ᵗ)
        r = √((ρ - 4)(ρ - 2)ρ∞ / ((ρ∞ - 4)(ρ∞ - 2)ρ))
        θ ← θ - η m̂ · r √(1 - β₂ᵗ) / (√v + ε)   where ρ > 5, with m̂ = m / (1 - β₁ᵗ)
        θ ← θ - η m̂                             else

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr, betas, eps, weight_decay : float
        η, (β₁, β₂), ε, λ.
    decoupled_weight_decay : bool
        θ ← θ - ηλθ in place of g ← g + λθ, as `AdamW`.
    maximize : bool
        Climb: take -g for g.
    **how
        `foreach`, `capturable`: accepted as in PyTorch, without effect.

    Source: L. Liu et al., "On the variance of the adaptive learning rate and beyond" (2020).
    """

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0.0,
        decoupled_weight_decay=False,
        *,
        maximize=False,
        **how,
    ):
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
        }
        super().__init__(params, defaults, how)

    def update(self, p, g, state, group, a, b):
        beta1, beta2 = group["betas"]
        t, g, m, v = self.begin(p, g, state, group, "exp_avg_sq", a, b)
        v *= beta2
        v += np.multiply(np.multiply(g, 1 - beta2, out=b), g, out=b)
        step = np.multiply(m, group["lr"] / (1 - beta1**t), out=a)
        limit = 2 / (1 - beta2) - 1
        rho = limit - 2 * t * beta2**t / (1 - beta2**t)
        if rho > 5:
            r = (rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho)
            root = np.sqrt(v, out=b)
            root += group["eps"]
            step *= math.sqrt(r * (1 - beta2**t))
            step /= root
        p -= step


class Adamax(_Moments):
    """Adam with the largest recent gradient in place of the root of the mean square.

    ::

        g ← g + λθ
        m ← β₁m + (1 - β₁) g
        u ← max(β₂u, |g| + ε)
        θ ← θ - η m / ((1 - β₁ᵗ) u)

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr, betas, eps, weight_decay : float
        η, (β₁, β₂), ε, λ.
    maximize : bool
        Climb: take -g for g.
    **how
        `foreach`, `capturable`: accepted as in PyTorch, without effect.

    Source: D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization" (2015).
    """

    def __init__(
        self,
        params,
        lr=2e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0.0,
        *,
        maximize=False,
        **how,
    ):
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
        }
        super().__init__(params, defaults, how)

    def update(self, p, g, state, group, a, b):
        beta1, beta2 = group["betas"]
        t, g, m, u = self.begin(p, g, state, group, "exp_inf", a, b)
        size = np.abs(g, out=b)
        size += group["eps"]
        u *= beta2
        np.maximum(u, size, out=u)
        p -= np.multiply(np.divide(m, u, out=b), group["lr"] / (1 - beta1**t), out=b)
