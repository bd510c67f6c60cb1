"""Margins: the right class, or classes, should be ahead of the wrong ones by so much."""

import numpy as np

from ..distances import pairwise_distance
from ..engine.base import as_tensor
from ..engine.numbers import values_of
from ..operations.activations import softplus, with_flat_gradient
from ..tensor import Tensor
from .base import Loss, by_old_names, constant, reduced, refuse_other_shape


@by_old_names
def soft_margin_loss(input, target, reduction="mean") -> Tensor:
    """ln(1 + e^(-y x)), with y 1 or -1."""
    x, y = as_tensor(input), as_tensor(target)
    terms = softplus(-y * x, threshold=40.0)
    return reduced("soft_margin", terms, reduction)


@by_old_names
def multi_margin_loss(input, target, p=1, margin=1.0, weight=None, reduction="mean") -> Tensor:
    """Σⱼ max(0, margin - x[y] + x[j])ᵖ / C over the wrong classes j, times weight[y].

    Parameters
    ----------
    input : Tensor, (N, C) or (C,)
    target : Tensor of int, (N,) or ()
    p : {1, 2}
    weight : Tensor, (C,), optional

    Source: K. Crammer and Y. Singer, "On the algorithmic implementation of multiclass
    kernel-based vector machines" (2001).
    """
    name = "multi_margin"
    if p not in (1, 2):
        raise ValueError(f"{name}: p must be 1 or 2, got {p}")
    x, y, rows = _classes(name, input, target, 0)
    one = np.arange(x.shape[1]) == y[:, None]
    right = x.gather(1, Tensor(y[:, None]))
    terms = _where_positive(margin - right + x, ~one)
    terms = terms * terms if p == 2 else terms
    if weight is not None:
        terms = terms * Tensor(np.asarray(constant(weight))[y][:, None].astype(x.dtype))
    return reduced(name, rows(terms.sum(1) / x.shape[1]), reduction)


@by_old_names
def multilabel_margin_loss(input, target, reduction="mean") -> Tensor:
    """ΣᵢΣⱼ max(0, 1 - x[yⱼ] + x[i]) / C: every right class yⱼ against every wrong one i.

    Parameters
    ----------
    input : Tensor, (N, C) or (C,)
    target : Tensor of int, of the same shape
        The right classes of each row, up to the first -1.
    """
    name = "multilabel_margin"
    x, y, rows = _classes(name, input, target, 1)
    if y.shape != x.shape:
        raise ValueError(f"{name}: target {y.shape} must have the shape of input {x.shape}")
    listed = np.logical_and.accumulate(y >= 0, axis=1)
    y = np.where(listed, y, 0)
    right = np.zeros(x.shape, bool)
    np.logical_or.at(right, (np.arange(len(y))[:, None], y), listed)
    gaps = 1 - x.gather(1, Tensor(y)).unsqueeze(2) + x.unsqueeze(1)
    terms = _where_positive(gaps, listed[:, :, None] & ~right[:, None, :])
    return reduced(name, rows(terms.sum((1, 2)) / max(x.shape[1], 1)), reduction)


def _where_positive(x, counts):
    """x where it is positive and counts, and 0 elsewhere: of nan too, as in PyTorch."""
    return with_flat_gradient(x).masked_fill(~(counts & (values_of(x) > 0)), 0.0)


def _classes(name, input, target, axes):
    """Scores (N, C), classes with a batch axis as an array, and what takes that axis away again."""
    x, y = as_tensor(input), values_of(target)
    if x.ndim not in (1, 2) or y.ndim != x.ndim - 1 + axes or (x.ndim == 2 and len(x) != len(y)):
        raise ValueError(f"{name}: input {x.shape} and target {y.shape} do not go together")
    if y.dtype.kind not in "iu":
        raise TypeError(f"{name}: target must be integers, got {y.dtype}")
    classes = x.shape[-1]
    least = -1 if axes else 0
    if y.size and (y.min() < least or y.max() >= classes):
        wrong = y.min() if y.min() < least else y.max()
        raise ValueError(f"{name}: target {wrong} is not one of {classes} classes")
    if x.ndim == 2:
        return x, y, lambda terms: terms
    return x.unsqueeze(0), y[None], lambda terms: terms.squeeze(0)


@by_old_names
def multilabel_soft_margin_loss(input, target, weight=None, reduction="mean") -> Tensor:
    """-(y ln σ(x) + (1 - y) ln σ(-x)), the mean over the classes, the last axis.

    Parameters
    ----------
    input, target : Tensor, (N, C)
        Scores, and 1 for each class that is there, else 0.
    weight : Tensor, (C,), optional
    """
    refuse_other_shape("multilabel_soft_margin", input, target)
    x, y = as_tensor(input), as_tensor(target)
    terms = -(y * _log_sigmoid(x) + (1 - y) * _log_sigmoid(-x))
    if weight is not None:
        terms = Tensor(np.asarray(constant(weight), x.dtype)) * terms
    return reduced("multilabel_soft_margin", terms.mean(-1), reduction)


def _log_sigmoid(x):
    return -softplus(-x)


def triplet_margin_with_distance_loss(
    anchor,
    positive,
    negative,
    *,
    distance_function=None,
    margin=1.0,
    swap=False,
    reduction="mean",
) -> Tensor:
    """max(0, d(anchor, positive) - d(anchor, negative) + margin), for any distance d.

    Parameters
    ----------
    distance_function : callable, optional
        d of two tensors; by default `pairwise_distance`.
    swap : bool
        Compare the negative with the positive too; the smaller distance counts.
    """
    d = pairwise_distance if distance_function is None else distance_function
    near, far = d(anchor, positive), d(anchor, negative)
    if swap:
        far = far.minimum(d(positive, negative))
    terms = (near - far + margin).clamp(min=0)
    return reduced("triplet_margin_with_distance", terms, reduction)


class SoftMarginLoss(Loss):
    """ln(1 + e^(-y x)), with y 1 or -1."""

    def forward(self, input, target):
        return soft_margin_loss(input, target, reduction=self.reduction)


class MultiMarginLoss(Loss):
    """Σⱼ max(0, margin - x[y] + x[j])ᵖ / C; see `nn.functional.multi_margin_loss`."""

    def __init__(self, p: int = 1, margin: float = 1.0, weight=None, reduction: str = "mean"):
        super().__init__(reduction)
        if p not in (1, 2):
            raise ValueError(f"MultiMarginLoss: p must be 1 or 2, got {p}")
        self.p, self.margin = p, margin
        self.register_buffer("weight", weight)

    def forward(self, input, target):
        how = self.p, self.margin, self.weight, self.reduction
        return multi_margin_loss(input, target, *how)


class MultiLabelMarginLoss(Loss):
    """ΣᵢΣⱼ max(0, 1 - x[yⱼ] + x[i]) / C; see `nn.functional.multilabel_margin_loss`."""

    def forward(self, input, target):
        return multilabel_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(Loss):
    """-(y ln σ(x) + (1 - y) ln σ(-x)), the mean over the classes, the last axis."""

    def __init__(self, weight=None, reduction: str = "mean"):
        super().__init__(reduction)
        self.register_buffer("weight", weight)

    def forward(self, input, target):
        return multilabel_soft_margin_loss(input, target, self.weight, self.reduction)


class TripletMarginWithDistanceLoss(Loss):
    """max(0, d(anchor, positive) - d(anchor, negative) + margin), for any distance d."""

    def __init__(
        self,
        *,
        distance_function=None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ):
        super().__init__(reduction)
        self.distance_function, self.margin, self.swap = distance_function, margin, swap

    def forward(self, anchor, positive, negative):
        return triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )
