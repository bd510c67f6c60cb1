"""Losses of distributions: how badly one describes what another produces."""

import math

import numpy as np

from ..engine.base import as_tensor
from ..engine.numbers import values_of
from ..operations.selection import where, with_values
from ..tensor import Tensor
from .base import Loss, by_old_names, reduced


@by_old_names
def kl_div(input, target, reduction="mean", log_target=False) -> Tensor:
    """Σ q (ln q - x): what is lost by taking log-probabilities x for the probabilities q.

    Parameters
    ----------
    reduction : {"mean", "batchmean", "sum", "none"}
        "batchmean" divides the sum by the length of the first axis, as the definition does;
        "mean" by the number of elements.
    log_target : bool
        Whether `target` holds ln q.

    Source: S. Kullback and R. A. Leibler, "On information and sufficiency" (1951).
    """
    x, q = as_tensor(input), as_tensor(target)
    if log_target:
        terms = q.exp() * (q - x)
    else:
        nothing = values_of(q) == 0  # 0 ln 0 is 0
        terms = q * where(nothing, 1.0, q).log() - q * x
    if reduction == "batchmean":
        return terms.sum() / (x.shape[0] if x.ndim else 1)
    return reduced("kl_div", terms, reduction)


@by_old_names
def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean") -> Tensor:
    """(ln v + (input - target)² / v) / 2, v = max(var, eps), for a mean and a variance.

    `full` adds ln(2π)/2. `var` has the shape of `input`, or a last axis of length 1, or none.

    Source: D. Nix and A. Weigend, "Estimating the mean and variance of the target probability
    distribution" (1994).
    """
    x, y, var = as_tensor(input), as_tensor(target), as_tensor(var)
    if (values_of(var) < 0).any():
        raise ValueError("gaussian_nll: var must not be negative")
    if var.shape == x.shape[:-1] and var.shape != x.shape:
        var = var.unsqueeze(-1)
    var = with_values(var * 1, np.maximum(values_of(var), eps))  # the slope is that without eps
    terms = 0.5 * (var.log() + (x - y) ** 2 / var)
    if full:
        terms = terms + 0.5 * math.log(2 * math.pi)
    return reduced("gaussian_nll", terms, reduction)


@by_old_names
def poisson_nll_loss(
    input, target, log_input=True, full=False, eps=1e-8, reduction="mean"
) -> Tensor:
    """eˣ - target · x, for counts and the logarithm x of their expected value.

    With `log_input` False x is that value, and the term x - target · ln(x + eps). `full` adds
    Stirling's approximation of ln target! where the target is above 1.
    """
    x, y = as_tensor(input), as_tensor(target)
    terms = x.exp() - y * x if log_input else x - y * (x + eps).log()
    if full:
        many = values_of(y) > 1
        n = where(many, y, 1.0)
        stirling = n * n.log() - n + 0.5 * (2 * math.pi * n).log()
        terms = terms + where(many, stirling, 0.0)
    return reduced("poisson_nll", terms, reduction)


class KLDivLoss(Loss):
    """Σ q (ln q - x), of log-probabilities x and probabilities q; see `nn.functional.kl_div`."""

    reductions = ("mean", "batchmean", "sum", "none")

    def __init__(self, reduction: str = "mean", log_target: bool = False):
        super().__init__(reduction)
        self.log_target = log_target

    def forward(self, input, target):
        return kl_div(input, target, self.reduction, self.log_target)


class GaussianNLLLoss(Loss):
    """(ln v + (input - target)² / v) / 2, for a mean and a variance v."""

    def __init__(self, full: bool = False, eps: float = 1e-6, reduction: str = "mean"):
        super().__init__(reduction)
        self.full, self.eps = full, eps

    def forward(self, input, target, var):
        return gaussian_nll_loss(input, target, var, self.full, self.eps, self.reduction)


class PoissonNLLLoss(Loss):
    """eˣ - target · x, for counts and the logarithm x of their expected value."""

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        eps: float = 1e-8,
        reduction: str = "mean",
    ):
        super().__init__(reduction)
        self.log_input, self.full, self.eps = log_input, full, eps

    def forward(self, input, target):
        how = self.log_input, self.full, self.eps, self.reduction
        return poisson_nll_loss(input, target, *how)
