"""Activations: the bends without which a network of any depth would be one linear map."""

import numpy as np

from .autograd import Function


class ReLUBackward(Function):
    """z = max(x, 0).

    ∂L/∂x = g where x > 0, and 0 elsewhere, at 0 too. Keeps the result, which the next layer keeps
    anyway: z > 0 exactly where x > 0.
    Source: V. Nair and G. E. Hinton, "Rectified linear units improve restricted Boltzmann
    machines" (2010).
    """

    saves = ("z",)

    def forward(self, x):
        return np.maximum(x, 0)

    def apply(self, g):
        (z,) = self.saved_tensors
        return (g * (z > 0),)


class SigmoidBackward(Function):
    """z = 1 / (1 + e⁻ˣ).

    ∂L/∂x = g · z · (1 - z). Keeps the result. Written with e^(-|x|), which can't overflow: 0 and
    1 at the extremes, with no warning.
    """

    saves = ("z",)

    def forward(self, x):
        e = np.exp(-np.abs(x))
        return np.where(x >= 0, 1, e) / (1 + e)

    def apply(self, g):
        (z,) = self.saved_tensors
        return (g * z * (1 - z),)


class TanhBackward(Function):
    """z = tanh x.   ∂L/∂x = g · (1 - z²).   Keeps the result."""

    saves = ("z",)

    def forward(self, x):
        return np.tanh(x)

    def apply(self, g):
        (z,) = self.saved_tensors
        return (g * (1 - z * z),)
