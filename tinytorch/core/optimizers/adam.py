"""Adam, and AdamW with its decoupled weight decay."""

import math

import numpy as np

from .base import Optimizer, options


class Adam(Optimizer):
    """Adam: steps of about η, whatever the size of the gradients.

    ::

        g ← g + λθ
        m ← β₁m + (1 - β₁) g                the mean of the gradients
        v ← β₂v + (1 - β₂) g²               the mean of their squares
        θ ← θ - η m̂ / (√v̂ + ε)              with m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ)

    The hats undo that m and v start at 0.

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float
        The learning rate η.
    betas : (float, float)
        How much of the two means is kept at each step.
    eps : float
        Keeps the division finite.
    weight_decay : float
        λ, added to the gradient; `AdamW` takes it from the weights instead.
    amsgrad : bool
        Divide by the root of the largest v so far, so that steps never grow again.
    maximize : bool
        Climb: take -g for g.
    decoupled_weight_decay : bool
        Take the decay from the weights, as `AdamW` does.
    **how
        `foreach`, `fused`, `capturable`: accepted as in PyTorch, without effect.

    Source: D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization" (2015); amsgrad:
    S. J. Reddi, S. Kale and S. Kumar, "On the convergence of Adam and beyond" (2018).
    """

    decoupled = False

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0.0,
        amsgrad=False,
        *,
        maximize=False,
        decoupled_weight_decay=None,
        **how,
    ):
        options(type(self).__name__, how)
        defaults = {
            "lr": lr,
            "betas": tuple(betas),
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "decoupled_weight_decay": self.decoupled or bool(decoupled_weight_decay),
        }
        super().__init__(params, defaults)

    def update(self, p, g, state, group, a, b):
        lr, eps, decay = group["lr"], group["eps"], group["weight_decay"]
        beta1, beta2 = group["betas"]
        if not state:
            state.update(step=0, exp_avg=np.zeros_like(p), exp_avg_sq=np.zeros_like(p))
        m, v = state["exp_avg"], state["exp_avg_sq"]
        t = state["step"] = state["step"] + 1
        if decay and group["decoupled_weight_decay"]:
            p *= 1 - lr * decay
        elif decay:
            g = np.add(np.multiply(p, decay, out=a), g, out=a)
        m *= beta1
        m += np.multiply(g, 1 - beta1, out=b)
        v *= beta2
        v += np.multiply(np.multiply(g, 1 - beta2, out=b), g, out=b)
        if group["amsgrad"]:
            largest = state.setdefault("max_exp_avg_sq", np.zeros_like(p))
            v = np.maximum(largest, v, out=largest)
        root = np.sqrt(v, out=a)
        root /= math.sqrt(1 - beta2**t)
        root += eps
        step = np.divide(m, root, out=a)
        p -= np.multiply(step, lr / (1 - beta1**t), out=a)


class AdamW(Adam):
    """Adam with decoupled weight decay: θ ← θ - ηλθ before the step of `Adam`, whose gradient
    stays what it is, so that large gradients do not shrink the decay.

    Parameters
    ----------
    params, lr, betas, eps, amsgrad, maximize, **how
        As `Adam`.
    weight_decay : float
        λ.

    Source: I. Loshchilov and F. Hutter, "Decoupled weight decay regularization" (2019).
    """

    decoupled = True

    def __init__(
        self,
        params,
        lr=1e-3,
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=1e-2,
        amsgrad=False,
        *,
        maximize=False,
        **how,
    ):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize, **how)
