"""Losses of yes or no: the cross-entropy of probabilities, and of scores."""

import math

import numpy as np

from ..engine.base import as_tensor
from ..engine.function import Function
from ..engine.numbers import is_array, values_of
from ..operations.activations import SoftplusBackward, sigmoid_of
from ..operations.curves import curve
from ..tensor import Tensor
from .base import Loss, by_old_names, constant, reduce, refuse_other_shape, without


class BCEBackward(Function):
    """z = mean -(t ln p + (1 - t) ln(1 - p)), probabilities p, targets t.

    ∂L/∂p = g · (p - t) / (p (1 - p)) / n,  ∂L/∂t = g · (ln(1 - p) - ln p) / n.
    Keeps both.
    As in PyTorch, a logarithm is at least -100 and p (1 - p) at least 1e-12, so
    that a sure and wrong answer costs much but not infinity.
    Cost: 2n logarithms; 4n back. PyTorch: BinaryCrossEntropyBackward0.
    """

    saves = ("input", "target")

    def forward(self, input, target, *, weight=None, reduction="mean"):
        refuse_other_shape("bce", input, target)
        self.weight, self.left_out = weight_of_terms("bce", input, weight)
        input, target = without(self.left_out, input), without(self.left_out, target)
        if input.size and not (input.min() >= 0 and input.max() <= 1):
            raise ValueError(
                "bce: input must be probabilities in [0, 1], but ranges from"
                f" {input.min():.4g} to {input.max():.4g}; use sigmoid, or"
                " bce_with_logits on the scores themselves"
            )
        terms = -(target * log_from_minus_100(input) + (1 - target) * log_from_minus_100(1 - input))
        return reduce(self, terms * self.weight, reduction)

    def apply(self, g):
        p, t = (without(self.left_out, x) for x in self.saved_tensors)
        to_p, to_t = self.next_functions
        g = without(self.left_out, g * self.scale * self.weight)
        along_p = g * curve(lambda p, t: (p - t) / variance_of(p), p, t) if to_p else None
        along_t = g * (log_from_minus_100(1 - p) - log_from_minus_100(p)) if to_t else None
        return along_p, along_t


def variance_of(p):
    """p (1 - p), at least 1e-12."""
    variance = p * (1 - p)
    tiny = (values_of(variance) < 1e-12).astype(p.dtype)
    return variance * (1 - tiny) + tiny * 1e-12


def log_from_minus_100(p):
    """ln p, at least -100."""
    # astype, for truth values times a float would be float64
    tiny = (values_of(p) < math.exp(-100)).astype(p.dtype)
    return np.log(p + tiny) - tiny * 100.0


@by_old_names
def binary_cross_entropy(input, target, weight=None, reduction="mean") -> Tensor:
    """Minus the log-likelihood of `target` under the probabilities `input`; see `BCEBackward`."""
    return BCEBackward.run(
        as_tensor(input), as_tensor(target), weight=constant(weight), reduction=reduction
    )


class BCELoss(Loss):
    """Binary cross-entropy of probabilities: -(t ln p + (1 - t) ln(1 - p)).

    Parameters
    ----------
    weight : array_like, optional
        Factors for the terms.
    reduction : {"mean", "sum", "none"}
    """

    def __init__(self, weight=None, reduction: str = "mean"):
        super().__init__(reduction)
        self.register_buffer("weight", weight)

    def forward(self, input, target):
        return binary_cross_entropy(input, target, self.weight, self.reduction)


BinaryCrossEntropy = BinaryCrossEntropyLoss = BCELoss


class BCEWithLogitsBackward(Function):
    """z = mean -(w t ln σ(x) + (1 - t) ln(1 - σ(x))), for scores x.

    ∂L/∂x = g · (σ(x) - t) / n,  ∂L/∂t = -g · x / n, for w = `pos_weight` = 1.
    Keeps both.
    The logarithms are taken of nothing that could have been rounded to 0:
    -ln σ(x) is softplus(-x), and -ln(1 - σ(x)) is softplus(-x) + x.
    Cost: n exponentials and logarithms; n exponentials back.
    PyTorch: BinaryCrossEntropyWithLogitsBackward0.
    """

    saves = ("input", "target")

    def forward(
        self,
        input,
        target,
        *,
        weight=None,
        reduction="mean",
        pos_weight=None,
    ):
        refuse_other_shape("bcewithlogits", input, target)
        self.weight, self.left_out = weight_of_terms("bcewithlogits", input, weight)
        input, target = without(self.left_out, input), without(self.left_out, target)
        self.extra = None if pos_weight is None else np.asarray(pos_weight, input.dtype) - 1
        costs = softplus(-input)
        if self.extra is not None:
            costs = (1 + self.extra * target) * costs
        return reduce(self, ((1 - target) * input + costs) * self.weight, reduction)

    def apply(self, g):
        x, t = (without(self.left_out, x) for x in self.saved_tensors)
        to_x, to_t = self.next_functions
        g = without(self.left_out, g * self.scale * self.weight)
        slope, along_t = 1, -x
        if self.extra is not None:
            slope = 1 + self.extra * t
            if to_t:
                along_t = (1 + self.extra) * softplus(-x) - softplus(x)
        return (
            g * (1 - t - slope * sigmoid_of(-x)) if to_x else None,
            g * along_t if to_t else None,
        )


def weight_of_terms(name, x, weight):
    """The factor of each term, and where it is 0: what is there is left out."""
    if weight is None:
        return 1, None
    weight = np.array(weight, x.dtype)  # a copy: the caller may change theirs before backward
    try:
        left_out = np.broadcast_to(weight == 0, x.shape)
    except ValueError:
        raise ValueError(
            f"{name}: weight of shape {weight.shape} does not broadcast to the input's {x.shape}"
        ) from None
    return weight, left_out if left_out.any() else None


def softplus(x):
    """ln(1 + eˣ) of arrays and Tensors alike."""
    if is_array(x):
        with np.errstate(under="ignore"):
            return np.logaddexp(0, x)
    return SoftplusBackward.run(x)


@by_old_names
def binary_cross_entropy_with_logits(
    input, target, weight=None, reduction="mean", pos_weight=None
) -> Tensor:
    """`binary_cross_entropy` of sigmoid(`input`), without rounding; see `BCEWithLogitsBackward`."""
    return BCEWithLogitsBackward.run(
        as_tensor(input),
        as_tensor(target),
        weight=constant(weight),
        reduction=reduction,
        pos_weight=constant(pos_weight),
    )


class BCEWithLogitsLoss(BCELoss):
    """`BCELoss` of sigmoid(input), exact for scores of any size.

    Parameters
    ----------
    weight : array_like, optional
        Factors for the terms.
    reduction : {"mean", "sum", "none"}
    pos_weight : array_like, optional
        Factors for what positive targets cost.
    """

    def __init__(self, weight=None, reduction: str = "mean", pos_weight=None):
        super().__init__(weight, reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input, target):
        return binary_cross_entropy_with_logits(
            input, target, self.weight, self.reduction, self.pos_weight
        )
