"""Losses of pairs: what belongs together should be near, what does not should be far."""

from ..distances import pairwise_distance
from ..engine.base import as_tensor
from ..engine.numbers import values_of
from ..operations.selection import where
from ..tensor import Tensor
from .base import Loss, by_old_names, reduced

SMALL = 1e-12  # so long is a vector of zeros, squared


@by_old_names
def margin_ranking_loss(input1, input2, target, margin=0.0, reduction="mean") -> Tensor:
    """max(0, -y (x1 - x2) + margin): x1 should be larger where y is 1, smaller where it is -1."""
    a, b, y = as_tensor(input1), as_tensor(input2), as_tensor(target)
    return reduced("margin_ranking", (-y * (a - b) + margin).clamp(min=0), reduction)


@by_old_names
def hinge_embedding_loss(input, target, margin=1.0, reduction="mean") -> Tensor:
    """x where y is 1, max(0, margin - x) where it is -1: distances of what is alike or not."""
    x, y = as_tensor(input), values_of(target)
    if set(y.reshape(-1).tolist()) - {1, -1}:
        raise ValueError("hinge_embedding: target must be 1 or -1")
    return reduced("hinge_embedding", where(y == 1, x, (margin - x).clamp(min=0)), reduction)


@by_old_names
def cosine_embedding_loss(input1, input2, target, margin=0.0, reduction="mean") -> Tensor:
    """1 - cos(x1, x2) where y is 1, max(0, cos(x1, x2) - margin) where it is -1.

    x1 and x2 are (N, D) and y is (N,), or (D,) and ().
    """
    y = values_of(target)
    if set(y.reshape(-1).tolist()) - {1, -1}:
        raise ValueError("cosine_embedding: target must be 1 or -1")
    a, b = as_tensor(input1), as_tensor(input2)
    squares = ((a * a).sum(-1) + SMALL) * ((b * b).sum(-1) + SMALL)
    similarity = (a * b).sum(-1) / squares.sqrt()
    if similarity.shape != y.shape:
        raise ValueError(
            f"cosine_embedding: {similarity.shape} pairs and a target of shape {y.shape};"
            " they must be equal"
        )
    terms = where(y == 1, 1 - similarity, (similarity - margin).clamp(min=0))
    return reduced("cosine_embedding", terms, reduction)


@by_old_names
def triplet_margin_loss(
    anchor, positive, negative, margin=1.0, p=2.0, eps=1e-6, swap=False, reduction="mean"
) -> Tensor:
    """max(0, d(anchor, positive) - d(anchor, negative) + margin), d the distance of rows.

    With `swap`, the negative is compared with the positive too, and the smaller distance counts.

    Source: V. Balntas et al., "Learning local feature descriptors with triplets" (2016).
    """
    near = pairwise_distance(anchor, positive, p, eps)
    far = pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = far.minimum(pairwise_distance(positive, negative, p, eps))
    return reduced("triplet_margin", (near - far + margin).clamp(min=0), reduction)


class MarginRankingLoss(Loss):
    """max(0, -y (x1 - x2) + margin)."""

    def __init__(self, margin: float = 0.0, reduction: str = "mean"):
        super().__init__(reduction)
        self.margin = margin

    def forward(self, input1, input2, target):
        return margin_ranking_loss(input1, input2, target, self.margin, self.reduction)


class HingeEmbeddingLoss(Loss):
    """x where y is 1, max(0, margin - x) where it is -1."""

    def __init__(self, margin: float = 1.0, reduction: str = "mean"):
        super().__init__(reduction)
        self.margin = margin

    def forward(self, input, target):
        return hinge_embedding_loss(input, target, self.margin, self.reduction)


class CosineEmbeddingLoss(MarginRankingLoss):
    """1 - cos(x1, x2) where y is 1, max(0, cos(x1, x2) - margin) where it is -1."""

    def forward(self, input1, input2, target):
        return cosine_embedding_loss(input1, input2, target, self.margin, self.reduction)


class TripletMarginLoss(Loss):
    """max(0, d(anchor, positive) - d(anchor, negative) + margin)."""

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        reduction: str = "mean",
    ):
        super().__init__(reduction)
        self.margin, self.p, self.eps, self.swap = margin, p, eps, swap

    def forward(self, anchor, positive, negative):
        how = self.margin, self.p, self.eps, self.swap, self.reduction
        return triplet_margin_loss(anchor, positive, negative, *how)
