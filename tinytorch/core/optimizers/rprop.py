"""Rprop: steps by the sign of the gradient alone, for batches that are the whole data."""

import numpy as np

from .base import Optimizer, options


class Rprop(Optimizer):
    """Resilient propagation: every number has a step size of its own, and only signs count.

    ::

        s ← s · η₊ where g has the sign it had before, s · η₋ where it has the other
        s ← s held between its smallest and largest value
        θ ← θ - s · sign(g), but not where the sign has changed; there g counts as 0 once

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float
        What all steps s start at.
    etas : (float, float)
        η₋ in (0, 1) and η₊ above 1.
    step_sizes : (float, float)
        The smallest and the largest s.
    maximize : bool
        Climb: take -g for g.
    **how
        `foreach`, `capturable`: accepted as in PyTorch, without effect.

    Source: M. Riedmiller and H. Braun, "A direct adaptive method for faster backpropagation
    learning: the RPROP algorithm" (1993).
    """

    def __init__(
        self, params, lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50), *, maximize=False, **how
    ):
        options("Rprop", how)
        defaults = {
            "lr": lr,
            "etas": tuple(etas),
            "step_sizes": tuple(step_sizes),
            "maximize": maximize,
        }
        super().__init__(params, defaults)

    def _check(self, group):
        super()._check(group)
        less, more = group["etas"]
        if not 0 < less < 1 < more:
            raise ValueError(f"Rprop: etas must be below and above 1, got {group['etas']}")

    def update(self, p, g, state, group, a, b):
        less, more = group["etas"]
        if not state:
            state.update(step=0, prev=np.zeros_like(p), step_size=np.full_like(p, group["lr"]))
        state["step"] += 1
        before, size = state["prev"], state["step_size"]
        turned = np.multiply(g, before, out=a)
        np.copyto(before, g)
        np.copyto(before, 0, where=turned < 0)
        size *= np.where(turned > 0, more, np.where(turned < 0, less, 1)).astype(p.dtype)
        np.clip(size, *group["step_sizes"], out=size)
        p -= np.multiply(np.sign(before, out=a), size, out=a)
