"""Losses of classes: minus the log-probability of the right one."""

import numpy as np

from ..engine.base import as_tensor
from ..engine.function import Function
from ..engine.numbers import is_array
from ..operations.activations import LogSoftmaxBackward, log_softmax_of
from ..operations.indexing import scatter
from ..operations.reduction import sum_kept
from ..operations.selection import flat
from ..tensor import Tensor
from .base import Loss, by_old_names, constant, product, reduce, without


class NLLBackward(Function):
    """z = mean -x[n, tₙ], the negative log-probabilities of the right classes.

    ∂L/∂x = -g / n at the right classes t, 0 elsewhere. With class weights w:
    the mean of -w[tₙ] x[n, tₙ] over Σ w[tₙ]. Rows whose target is
    `ignore_index`, or whose weight is 0, are left out, whatever x holds there.
    Keeps the targets.
    Cost: a pick for each row; zeros and a write for each row back.
    PyTorch: NllLossBackward0.
    """

    def forward(
        self,
        input,
        target,
        *,
        weight=None,
        ignore_index=-100,
        reduction="mean",
    ):
        right = right_classes("nll", input, target, weight, ignore_index)
        self.index, weights, total, _, self.left_out = right
        terms = without(self.left_out, -input[self.index])
        self.weights = np.ones_like(terms) if weights is None else weights
        terms *= self.weights
        return reduce(self, terms.reshape(target.shape), reduction, total)

    def apply(self, g):
        to_input, _ = self.next_functions
        g = g.reshape(self.weights.shape) if g.ndim else g
        g = without(self.left_out, -g * self.scale * self.weights)
        d = scatter(g, self.index, to_input.shape)
        return d if is_array(g) else flat(self, d), None


@by_old_names
def nll_loss(input, target, weight=None, ignore_index=-100, reduction="mean") -> Tensor:
    """Minus the log-probabilities `input` of the right classes; see `NLLBackward`."""
    return NLLBackward.run(
        as_tensor(input),
        as_tensor(target),
        weight=constant(weight),
        ignore_index=ignore_index,
        reduction=reduction,
    )


class NLLLoss(Loss):
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
        return nll_loss(input, target, self.weight, self.ignore_index, self.reduction)

    def count(self, target):
        classes = target._data[target._data != self.ignore_index]
        return classes.size if self.weight is None else float(self.weight._data[classes].sum())


def log_softmax(x, dim: int = -1) -> Tensor:
    """The logarithms of the probabilities that the scores `x` stand for, along the axis `dim`.

    It is `tinytorch.log_softmax` as the course's module of losses has it, with a default axis.
    """
    return LogSoftmaxBackward.run(as_tensor(x), dim=dim)


class CrossEntropyBackward(Function):
    """z = mean -ln softmax(x)[n, tₙ], for class scores x and right classes t.

    ∂L/∂x = g · (softmax(x) - onehot(t)) / n: what was said minus what should
    have been.

    Classes are axis 1 of x (axis 0 of a single row). t holds class numbers, or,
    in the shape of x, probabilities q; then z = mean -Σ q ln softmax(x),
    ∂L/∂x = g · (softmax(x) Σq - q) / n and ∂L/∂q = -g · ln softmax(x) / n.
    Class weights multiply q, and the mean is over their sum; `label_smoothing`
    ε replaces q by (1 - ε) q + ε/C. Rows whose target is `ignore_index`, or
    whose weight is 0, are left out, whatever x holds there. Keeps the scores
    and their softmax.
    Cost: n exponentials; 2n back.
    PyTorch: LogSoftmaxBackward0, NllLossBackward0.
    Source: D. Cox, "The regression analysis of binary sequences" (1958).
    """

    saves = ("input", "target")

    def forward(
        self,
        input,
        target,
        *,
        weight=None,
        ignore_index=-100,
        reduction="mean",
        label_smoothing=0.0,
    ):
        if not 0 <= label_smoothing <= 1:
            wrong = f"must be in [0, 1], got {label_smoothing}"
            raise ValueError(f"crossentropy: label_smoothing {wrong}")
        self.axis = axis = min(1, input.ndim - 1)
        self.smoothing = label_smoothing
        self.classes = input.shape[axis] if input.ndim else 0
        self.class_weights = weights_of_classes("crossentropy", input, weight, axis)
        x, ln_total, self.intermediate = log_sum_and_softmax(input, axis)
        self.soft = target.shape == input.shape and target.dtype.kind == "f"
        if self.soft:
            self.left_out = total = None
            terms = product(self.smoothed(target), ln_total - x).sum(axis=axis)
        else:
            right = right_classes("crossentropy", input, target, weight, ignore_index)
            self.index, self.weights, total, self.kept, self.left_out = right
            terms = without(self.left_out, ln_total - x[self.index])
            if self.weights is not None:
                terms = terms * self.weights
            if label_smoothing:  # a row with a right class of weight 0 has the other classes
                self.left_out = None if self.kept is True else ~self.kept
                spread = product(self.class_weights * self.kept, ln_total - x)
                spread = spread.sum(axis=axis, keepdims=True)
                terms *= 1 - label_smoothing
                terms += spread * (label_smoothing / self.classes)
            terms = terms.reshape(target.shape)
        return reduce(self, terms, reduction, total)

    def apply(self, g):
        x, target = self.saved_tensors
        to_x, to_target = self.next_functions
        if g.ndim:  # one for each row
            g = g.reshape(*x.shape[: self.axis], 1, *x.shape[self.axis + 1 :])
        g = g * self.scale
        dx = dt = None
        if to_x and is_array(g) and not self.soft and not self.smoothing:
            g = g if self.weights is None else g * self.weights
            dx = self.intermediate * g  # a one-hot q is never written out
            dx[self.index] -= g
            if self.left_out is not None:
                np.copyto(dx, 0, where=self.left_out)
        elif to_x:
            q = self.smoothed(target) if self.soft else self.one_hot(x)
            if is_array(g):
                p = without(self.left_out, self.intermediate)
            else:
                p = without(self.left_out, x).softmax(self.axis)
            g = without(self.left_out, g)
            if self.soft:  # ∞ among the q goes with its own g
                gq = g * q
                dx = p * sum_kept(gq, (self.axis,)) - gq
            else:
                dx = g * (p * sum_kept(q, (self.axis,)) - q)
        if to_target and self.soft:
            log_p = (
                log_softmax_of(x, (self.axis,))
                if is_array(g)
                else LogSoftmaxBackward.run(x, dim=self.axis)
            )
            dt = -g * log_p * self.class_weights * (1 - self.smoothing)
        return dx, dt

    def smoothed(self, q):
        if self.smoothing:
            q = q * (1 - self.smoothing) + self.smoothing / self.classes
        return q * self.class_weights

    def one_hot(self, x):
        q = np.full(x.shape, self.smoothing / self.classes, x.dtype)
        q = q * self.class_weights * self.kept
        q[self.index] += (1 if self.weights is None else self.weights) * (1 - self.smoothing)
        return q


def log_sum_and_softmax(x, axis):
    """x less its largest along the axis, ln Σ e^x of that, and the softmax."""
    with np.errstate(under="ignore", invalid="ignore"):  # ∞ - ∞ is nan, and that is right
        x = x - x.max(axis=axis, keepdims=True, initial=-np.inf)
        e = np.exp(x)
    total = e.sum(axis=axis, keepdims=True)
    e /= total
    return x, np.log(total), e


@by_old_names
def cross_entropy(
    input, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0
) -> Tensor:
    """Minus the log-likelihood of the right classes under scores; see `CrossEntropyBackward`."""
    return CrossEntropyBackward.run(
        as_tensor(input),
        as_tensor(target),
        weight=constant(weight),
        ignore_index=ignore_index,
        reduction=reduction,
        label_smoothing=label_smoothing,
    )


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
        return cross_entropy(
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


CrossEntropy = CrossEntropyLoss


def weights_of_classes(name, x, weight, axis):
    """One weight per class, in the rank of x; 1 if none are given."""
    if weight is None:
        return 1
    classes = x.shape[axis]
    if np.shape(weight) != (classes,):
        raise ValueError(f"{name}: weight must have shape ({classes},), got {np.shape(weight)}")
    # a copy: the caller may change theirs before the backward pass
    return np.array(weight, x.dtype).reshape(-1, *(1,) * (x.ndim - axis - 1))


def right_classes(name, x, target, weight, ignore_index):
    """Where in x the right classes are, and what each counts.

    Returns the index, the weights and their sum, which rows are not ignored (True: all), and which
    have no weight at all (None: none). Where all rows count alike, the weights are None.
    """
    if not x.ndim:
        raise ValueError(f"{name}: input is 0-d, it has no axis of class scores")
    axis = min(1, x.ndim - 1)
    classes = x.shape[axis]
    expected = x.shape[:axis] + x.shape[axis + 1 :]
    if target.dtype.kind not in "iu" or target.shape != expected:
        raise ValueError(
            f"{name}: input of shape {x.shape} takes class numbers (integers) of shape"
            f" {expected}, got {target.dtype} of shape {target.shape}"
        )
    right, kept, low, high = target, True, target.min(initial=0), target.max(initial=0)
    if low <= ignore_index <= high:
        kept = target != ignore_index
        right = np.where(kept, target, 0)
        low, high = right.min(initial=0), right.max(initial=0)
    if right.size and not 0 <= low <= high < classes:
        wrong = right[(right < 0) | (right >= classes)].flat[0]
        raise IndexError(
            f"{name}: target {wrong} is not one of the {classes} classes, 0 to {classes - 1}"
        )
    shape = (*x.shape[:axis], 1, *x.shape[axis + 1 :])
    index = [np.arange(n).reshape(-1, *(1,) * (x.ndim - 1 - i)) for i, n in enumerate(shape)]
    index[axis] = np.array(right).reshape(shape)  # a copy: the caller may change theirs
    if kept is True and weight is None:
        return tuple(index), None, right.size, kept, None
    weights = np.ones(shape, x.dtype)
    if weight is not None:
        weights *= weights_of_classes(name, x, weight, axis).reshape(-1)[index[axis]]
    if kept is not True:
        kept = kept.reshape(shape)
        weights *= kept
    return tuple(index), weights, weights.sum(), kept, weights == 0
