"""The losses as modules: made once, with their settings, and called with output and target.

`count(target)` is the number of terms a mean is taken over, so that the means of several batches
can be combined to the mean of all.
"""

from . import loss_functions
from .module import Module


class _Loss(Module):
    def __init__(self, reduction: str = "mean"):
        super().__init__()
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(
                f"{type(self).__name__}: reduction must be 'mean', 'sum' or 'none', got"
                f" {reduction!r}"
            )
        self.reduction = reduction

    def count(self, target) -> float:
        """How many terms `target` stands for."""
        return target.numel()

    def extra_repr(self):
        return f"reduction={self.reduction!r}"


class MSELoss(_Loss):
    """The mean of (input - target)²."""

    def forward(self, input, target):
        return loss_functions.mse_loss(input, target, self.reduction)


class L1Loss(_Loss):
    """The mean of ``|input - target|``."""

    def forward(self, input, target):
        return loss_functions.l1_loss(input, target, self.reduction)


class HuberLoss(_Loss):
    """Half the square of a difference up to `delta`, and growing straight from there."""

    def __init__(self, reduction: str = "mean", delta: float = 1.0):
        super().__init__(reduction)
        self.delta = delta

    def forward(self, input, target):
        return loss_functions.huber_loss(input, target, self.reduction, self.delta)


class BCELoss(_Loss):
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
        return loss_functions.binary_cross_entropy(input, target, self.weight, self.reduction)


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
        return loss_functions.binary_cross_entropy_with_logits(
            input, target, self.weight, self.reduction, self.pos_weight
        )


class NLLLoss(_Loss):
    """Minus the log-probability of the right class.

    Parameters
    ----------
    weight : array_like, (C,), optional
        Factors for the classes.
    ignore_index : int
        A target that counts for nothing.
    reduction : {"mean", "sum", "none"}
    """

    def __init__(self, weight=None, ignore_index: int = -100, reduction: str = "mean"):
        super().__init__(reduction)
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index

    def forward(self, input, target):
        return loss_functions.nll_loss(
            input, target, self.weight, self.ignore_index, self.reduction
        )

    def count(self, target):
        classes = target._data[target._data != self.ignore_index]
        return classes.size if self.weight is None else float(self.weight._data[classes].sum())


class CrossEntropyLoss(NLLLoss):
    """-ln softmax(input) of the right class: for scores, not for probabilities.

    Parameters
    ----------
    weight : array_like, (C,), optional
        Factors for the classes.
    ignore_index : int
        A target that counts for nothing.
    reduction : {"mean", "sum", "none"}
    label_smoothing : float
        The share of a target that is spread over all classes.
    """

    def __init__(
        self,
        weight=None,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ):
        super().__init__(weight, ignore_index, reduction)
        self.label_smoothing = label_smoothing

    def forward(self, input, target):
        return loss_functions.cross_entropy(
            input,
            target,
            self.weight,
            self.ignore_index,
            self.reduction,
            self.label_smoothing,
        )

    def count(self, target):
        if target.dtype.kind == "f":  # probabilities along axis 1: one term for each row
            return target.numel() // target.shape[min(1, target.ndim - 1)]
        return super().count(target)


MeanSquaredError = MSELoss
BinaryCrossEntropy = BinaryCrossEntropyLoss = BCELoss
CrossEntropy = CrossEntropyLoss
