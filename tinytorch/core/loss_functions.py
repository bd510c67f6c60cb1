"""The losses as functions: argument by argument as `torch.nn.functional` has them."""

from .functional import as_tensor
from .losses import (
    BCEBackward,
    BCEWithLogitsBackward,
    CrossEntropyBackward,
    HuberBackward,
    L1Backward,
    MSEBackward,
    NLLBackward,
)
from .tensor import Tensor


def mse_loss(input, target, reduction="mean") -> Tensor:
    """The squared differences; see `MSEBackward`."""
    return MSEBackward.run(as_tensor(input), as_tensor(target), reduction=reduction)


def l1_loss(input, target, reduction="mean") -> Tensor:
    """The absolute differences; see `L1Backward`."""
    return L1Backward.run(as_tensor(input), as_tensor(target), reduction=reduction)


def huber_loss(input, target, reduction="mean", delta=1.0) -> Tensor:
    """Squares of small differences, absolute values of large ones; see `HuberBackward`."""
    return HuberBackward.run(as_tensor(input), as_tensor(target), reduction=reduction, delta=delta)


def binary_cross_entropy(input, target, weight=None, reduction="mean") -> Tensor:
    """Minus the log-likelihood of `target` under the probabilities `input`; see `BCEBackward`."""
    return BCEBackward.run(
        as_tensor(input), as_tensor(target), weight=_plain(weight), reduction=reduction
    )


def binary_cross_entropy_with_logits(
    input, target, weight=None, reduction="mean", pos_weight=None
) -> Tensor:
    """`binary_cross_entropy` of sigmoid(`input`), without rounding; see `BCEWithLogitsBackward`."""
    return BCEWithLogitsBackward.run(
        as_tensor(input),
        as_tensor(target),
        weight=_plain(weight),
        reduction=reduction,
        pos_weight=_plain(pos_weight),
    )


def nll_loss(input, target, weight=None, ignore_index=-100, reduction="mean") -> Tensor:
    """Minus the log-probabilities `input` of the right classes; see `NLLBackward`."""
    return NLLBackward.run(
        as_tensor(input),
        as_tensor(target),
        weight=_plain(weight),
        ignore_index=ignore_index,
        reduction=reduction,
    )


def cross_entropy(
    input, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
) -> Tensor:
    """Minus the log-likelihood of the right classes under scores; see `CrossEntropyBackward`."""
    return CrossEntropyBackward.run(
        as_tensor(input),
        as_tensor(target),
        weight=_plain(weight),
        ignore_index=ignore_index,
        reduction=reduction,
        label_smoothing=label_smoothing,
    )


def _plain(weight):
    """A weight as an array: no gradient flows to it."""
    if isinstance(weight, Tensor) and weight.requires_grad:
        raise ValueError(
            "loss: no gradient flows to weight; detach it, or multiply the terms of"
            " reduction='none' yourself"
        )
    return weight._data if isinstance(weight, Tensor) else weight
