"""Losses of numbers: how far the predictions are from what was measured."""

import numpy as np

from ..engine.base import as_tensor
from ..engine.function import Function
from ..operations.elementary import sign_of
from ..tensor import Tensor
from .base import Loss, by_old_names, reduce, refuse_other_shape


class MSEBackward(Function):
    """z = mean (input - target)².

    ∂L/∂input = g · 2 (input - target) / n,  ∂L/∂target = the negative.
    Keeps both.
    Cost: 3n; 3n back. PyTorch: MseLossBackward0.
    """

    saves = ("input", "target")

    def forward(self, input, target, *, reduction="mean"):
        refuse_other_shape("mse", input, target)
        d = input - target
        return reduce(self, d * d, reduction)

    def apply(self, g):
        input, target = self.saved_tensors
        d = g * (2 * self.scale) * (input - target)
        to_input, to_target = self.next_functions
        return d if to_input else None, -d if to_target else None


@by_old_names
def mse_loss(input, target, reduction="mean") -> Tensor:
    """The squared differences; see `MSEBackward`."""
    return MSEBackward.run(as_tensor(input), as_tensor(target), reduction=reduction)


class MSELoss(Loss):
    """The mean of (input - target)²."""

    def forward(self, input, target):
        return mse_loss(input, target, self.reduction)


MeanSquaredError = MSELoss


class L1Backward(Function):
    """z = mean |input - target|.

    ∂L/∂input = g · sign(input - target) / n, 0 where they are equal;
    ∂L/∂target = the negative. Keeps both.
    Cost: 3n; 2n back. PyTorch: AbsBackward0, MeanBackward0.
    """

    saves = ("input", "target")

    def forward(self, input, target, *, reduction="mean"):
        refuse_other_shape("l1", input, target)
        return reduce(self, np.abs(input - target), reduction)

    def apply(self, g):
        input, target = self.saved_tensors
        d = g * self.scale * sign_of(input - target)
        to_input, to_target = self.next_functions
        return d if to_input else None, -d if to_target else None


@by_old_names
def l1_loss(input, target, reduction="mean") -> Tensor:
    """The absolute differences; see `L1Backward`."""
    return L1Backward.run(as_tensor(input), as_tensor(target), reduction=reduction)


class L1Loss(Loss):
    """The mean of ``|input - target|``."""

    def forward(self, input, target):
        return l1_loss(input, target, self.reduction)


class HuberBackward(Function):
    """z = mean of d²/2 where |d| ≤ `delta`, of delta · (|d| - delta/2) beyond.

    d = input - target. ∂L/∂input = g · d / n, with d held between -delta
    and delta; ∂L/∂target = the negative. Keeps both.
    Cost: 5n; 3n back. PyTorch: HuberLossBackward0.
    Source: P. Huber, "Robust estimation of a location parameter" (1964).
    """

    saves = ("input", "target")

    def forward(self, input, target, *, reduction="mean", delta=1.0):
        refuse_other_shape("huber", input, target)
        if not delta > 0:
            raise ValueError(f"huber: delta must be positive, got {delta}")
        self.delta = delta
        d = np.abs(input - target)
        near = np.minimum(d, delta)
        return reduce(self, near * (d - 0.5 * near), reduction)

    def apply(self, g):
        input, target = self.saved_tensors
        d = g * self.scale * (input - target).clip(-self.delta, self.delta)
        to_input, to_target = self.next_functions
        return d if to_input else None, -d if to_target else None


@by_old_names
def huber_loss(input, target, reduction="mean", delta=1.0) -> Tensor:
    """Squares of small differences, absolute values of large ones; see `HuberBackward`."""
    return HuberBackward.run(as_tensor(input), as_tensor(target), reduction=reduction, delta=delta)


class HuberLoss(Loss):
    """Half the square of a difference up to `delta`, and growing straight from there."""

    def __init__(self, reduction: str = "mean", delta: float = 1.0):
        super().__init__(reduction)
        self.delta = delta

    def forward(self, input, target):
        return huber_loss(input, target, self.reduction, self.delta)


@by_old_names
def smooth_l1_loss(input, target, reduction="mean", beta=1.0) -> Tensor:
    """d²/(2 beta) where ``|d| < beta``, ``|d| - beta/2`` beyond: the Huber loss / beta."""
    if beta < 0:
        raise ValueError(f"smooth_l1: beta must not be negative, got {beta}")
    if beta == 0:
        return l1_loss(input, target, reduction)
    return huber_loss(input, target, reduction, beta) / beta


class SmoothL1Loss(Loss):
    """d²/(2 beta) where ``|d| < beta``, ``|d| - beta/2`` beyond."""

    def __init__(self, reduction: str = "mean", beta: float = 1.0):
        super().__init__(reduction)
        self.beta = beta

    def forward(self, input, target):
        return smooth_l1_loss(input, target, self.reduction, self.beta)
