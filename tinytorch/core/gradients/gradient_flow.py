"""Gradient flow at a glance: what reached which parameter."""

import math
from dataclasses import dataclass

import numpy as np

from ..module import Module


@dataclass(frozen=True)
class GradientFlow:
    """What `gradient_flow` found.

    Attributes
    ----------
    norms : dict of str to float or None
        ‖∂L/∂p‖ by the name of the parameter; None where no gradient arrived.
    relative : dict of str to float or None
        The same, divided by ‖p‖: how far a step of learning rate 1 would move it.
    """

    norms: dict[str, float | None]
    relative: dict[str, float | None]

    @property
    def share(self) -> float:
        """The share of parameters that a gradient other than zero arrived at."""
        return sum(bool(n) for n in self.norms.values()) / max(len(self.norms), 1)

    def __str__(self):
        width = max(map(len, self.norms), default=0)
        lines = [
            f"{name:{width}}  {'none' if n is None else format(n, '.3e')}"
            for name, n in self.norms.items()
        ]
        reached = sum(bool(n) for n in self.norms.values())
        return "\n".join([*lines, f"{reached}/{len(self.norms)} received a gradient"])


def gradient_flow(model: Module) -> GradientFlow:
    """The norm of the gradient of every parameter, after `backward()`.

    >>> import tinytorch as tt
    >>> from tinytorch import nn
    >>> model = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
    >>> model(tt.tensor([[1.0, 2.0]])).sum().backward()
    >>> nn.gradient_flow(model).share
    1.0
    """
    norms, relative = {}, {}
    for name, p in model.named_parameters():
        norms[name] = None if p.grad is None else _norm(p.grad._data)
        size = _norm(p._data)
        relative[name] = None if norms[name] is None else norms[name] / size if size else math.inf
    return GradientFlow(norms, relative)


def _norm(array):
    return float(np.linalg.norm(np.asarray(array, np.float64)))
