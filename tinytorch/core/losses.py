"""Losses: how wrong the predictions are, as one number to go down from.

Each has one term for every element, or for every row of class scores, and reduces them: "mean",
"sum", or "none" for the terms themselves. The derivative of the reduction is in `scale`.
"""

import math

import numpy as np

from .activations import LogSoftmaxBackward, SoftplusBackward, log_softmax, sigmoid
from .autograd import Function
from .course import moved
from .indexing import scatter
from .operands import is_array, plain
from .reduction import sum_kept


class MSEBackward(Function):
    """z = mean (input - target)².

    ∂L/∂input = g · 2 (input - target) / n,  ∂L/∂target = the negative.
    Keeps both.
    Cost: 3n; 3n back. PyTorch: MseLossBackward0.
    """

    saves = ("input", "target")

    def forward(self, input, target, *, reduction="mean"):
        _refuse_other_shape("mse", input, target)
        d = input - target
        return reduce(self, d * d, reduction)

    def apply(self, g):
        input, target = self.saved_tensors
        d = g * (2 * self.scale) * (input - target)
        to_input, to_target = self.next_functions
        return d if to_input else None, -d if to_target else None


class L1Backward(Function):
    """z = mean |input - target|.

    ∂L/∂input = g · sign(input - target) / n, 0 where they are equal;
    ∂L/∂target = the negative. Keeps both.
    Cost: 3n; 2n back. PyTorch: AbsBackward0, MeanBackward0.
    """

    saves = ("input", "target")

    def forward(self, input, target, *, reduction="mean"):
        _refuse_other_shape("l1", input, target)
        return reduce(self, np.abs(input - target), reduction)

    def apply(self, g):
        input, target = self.saved_tensors
        d = g * self.scale * np.sign(input - target)
        to_input, to_target = self.next_functions
        return d if to_input else None, -d if to_target else None


class HuberBackward(Function):
    """z = mean of d²/2 where |d| ≤ `delta`, of delta · (|d| - delta/2) beyond.

    d = input - target. ∂L/∂input = g · d / n, with d held between -delta
    and delta; ∂L/∂target = the negative. Keeps both.
    Cost: 5n; 3n back. PyTorch: HuberLossBackward0.
    Source: P. Huber, "Robust estimation of a location parameter" (1964).
    """

    saves = ("input", "target")

    def forward(self, input, target, *, reduction="mean", delta=1.0):
        _refuse_other_shape("huber", input, target)
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
        _refuse_other_shape("bce", input, target)
        if input.size and not (input.min() >= 0 and input.max() <= 1):
            raise ValueError(
                "bce: input must be probabilities in [0, 1], but ranges from"
                f" {input.min():.4g} to {input.max():.4g}; use sigmoid, or"
                " bce_with_logits on the scores themselves"
            )
        self.weight = 1 if weight is None else np.asarray(weight, input.dtype)
        terms = -(target * _log(input) + (1 - target) * _log(1 - input))
        return reduce(self, terms * self.weight, reduction)

    def apply(self, g):
        p, t = self.saved_tensors
        to_p, to_t = self.next_functions
        g = g * self.scale * self.weight
        variance = p * (1 - p)
        tiny = (plain(variance) < 1e-12).astype(p.dtype)
        variance = variance * (1 - tiny) + tiny * 1e-12
        return (
            g * (p - t) / variance if to_p else None,
            g * (_log(1 - p) - _log(p)) if to_t else None,
        )


def _log(p):
    """ln p, at least -100."""
    # astype, for truth values times a float would be float64
    tiny = (plain(p) < math.exp(-100)).astype(p.dtype)
    return np.log(p + tiny) - tiny * 100.0


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
        _refuse_other_shape("bcewithlogits", input, target)
        self.weight = 1 if weight is None else np.asarray(weight, input.dtype)
        self.extra = 0
        if pos_weight is not None:
            self.extra = np.asarray(pos_weight, input.dtype) - 1
        slope = 1 + self.extra * target
        terms = (1 - target) * input + slope * _softplus(-input)
        return reduce(self, terms * self.weight, reduction)

    def apply(self, g):
        x, t = self.saved_tensors
        to_x, to_t = self.next_functions
        g = g * self.scale * self.weight
        return (
            g * (1 - t - (1 + self.extra * t) * sigmoid(-x)) if to_x else None,
            g * (self.extra * _softplus(-x) - x) if to_t else None,
        )


def _softplus(x):
    if is_array(x):
        with np.errstate(under="ignore"):
            return np.logaddexp(0, x)
    return SoftplusBackward.run(x)


class NLLBackward(Function):
    """z = mean -x[n, tₙ], the negative log-probabilities of the right classes.

    ∂L/∂x = -g / n at the right classes t, 0 elsewhere. With class weights w:
    the mean of -w[tₙ] x[n, tₙ] over Σ w[tₙ]. Rows whose target is
    `ignore_index` count for nothing. Keeps the targets.
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
        right = _right_classes("nll", input, target, weight, ignore_index)
        self.index, self.weights, _ = right
        terms = (-input[self.index] * self.weights).reshape(target.shape)
        return reduce(self, terms, reduction, self.weights.sum())

    def apply(self, g):
        target = self.next_functions[0]
        g = g.reshape(self.weights.shape) if g.ndim else g
        g = -g * self.scale * self.weights
        return scatter(g, self.index, target.shape), None


class CrossEntropyBackward(Function):
    """z = mean -ln softmax(x)[n, tₙ], for class scores x and right classes t.

    ∂L/∂x = g · (softmax(x) - onehot(t)) / n: what was said minus what should
    have been.

    Classes are axis 1 of x (axis 0 of a single row). t holds class numbers, or,
    in the shape of x, probabilities q; then z = mean -Σ q ln softmax(x),
    ∂L/∂x = g · (softmax(x) Σq - q) / n and ∂L/∂q = -g · ln softmax(x) / n.
    Class weights multiply q, and the mean is over their sum; `label_smoothing`
    ε replaces q by (1 - ε) q + ε/C. Rows whose target is `ignore_index` count
    for nothing. Keeps the scores and their softmax.
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
        self.class_weights = _class_weights("crossentropy", input, weight, axis)
        x, ln_total, self.scratch = _log_sum_and_softmax(input, axis)
        self.soft = target.shape == input.shape and target.dtype.kind == "f"
        if self.soft:
            self.index = total = None
            terms = self._smoothed(target) * (ln_total - x)
            terms = terms.sum(axis=axis)
        else:
            self.index, self.weights, self.kept = _right_classes(
                "crossentropy", input, target, weight, ignore_index
            )
            terms = (ln_total - x[self.index]) * self.weights
            if label_smoothing:
                spread = (ln_total - x) * self.class_weights * self.kept
                spread = spread.sum(axis=axis, keepdims=True)
                terms *= 1 - label_smoothing
                terms += spread * (label_smoothing / self.classes)
            terms, total = terms.reshape(target.shape), self.weights.sum()
        return reduce(self, terms, reduction, total)

    def apply(self, g):
        x, target = self.saved_tensors
        to_x, to_target = self.next_functions
        kept = (*x.shape[: self.axis], 1, *x.shape[self.axis + 1 :])
        g = (g.reshape(kept) if g.ndim else g) * self.scale
        dx = dt = None
        if to_x and is_array(g) and not self.soft and not self.smoothing:
            g = g * self.weights
            dx = self.scratch * g  # a one-hot q is never written out
            dx[self.index] -= g
        elif to_x:
            q = self._smoothed(target) if self.soft else self._one_hot(x)
            p = self.scratch if is_array(g) else x.softmax(self.axis)
            dx = g * (p * sum_kept(q, (self.axis,)) - q)
        if to_target and self.soft:
            log_p = (
                log_softmax(x, (self.axis,))
                if is_array(g)
                else LogSoftmaxBackward.run(x, dim=self.axis)
            )
            dt = -g * log_p * self.class_weights * (1 - self.smoothing)
        return dx, dt

    def _smoothed(self, q):
        if self.smoothing:
            q = q * (1 - self.smoothing) + self.smoothing / self.classes
        return q * self.class_weights

    def _one_hot(self, x):
        q = np.full(x.shape, self.smoothing / self.classes, x.dtype)
        q = q * self.class_weights * self.kept
        q[self.index] += self.weights * (1 - self.smoothing)
        return q


def reduce(node, terms, reduction, total=None):
    """The terms, their sum, or their mean over `total`; `node.scale` is what one term weighs."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(
            f"{node.name}: reduction must be 'mean', 'sum' or 'none', got {reduction!r}"
        )
    total = terms.size if total is None else float(total)
    node.scale = 1 / total if reduction == "mean" and total else 1
    if reduction == "none":
        return terms
    if reduction == "mean" and not total:
        return terms.sum() * math.nan
    return terms.sum() * terms.dtype.type(node.scale)


def _refuse_other_shape(name, input, target):
    if np.shape(input) != np.shape(target):
        raise ValueError(
            f"{name}: input has shape {np.shape(input)}, target {np.shape(target)}; broadcasting"
            " them would compare everything with everything: reshape one to the other's shape"
        )


def _class_weights(name, x, weight, axis):
    """One weight a class, in the rank of x; 1 if none are given."""
    if weight is None:
        return 1
    classes = x.shape[axis]
    if np.shape(weight) != (classes,):
        raise ValueError(f"{name}: weight must have shape ({classes},), got {np.shape(weight)}")
    return np.asarray(weight, x.dtype).reshape(-1, *(1,) * (x.ndim - axis - 1))


def _right_classes(name, x, target, weight, ignore_index):
    """Where in x the right classes are, as an index, the weight of each, and which ones count."""
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
    kept = target != ignore_index
    right = target if kept.all() else np.where(kept, target, 0)
    if right.size and not 0 <= right.min() <= right.max() < classes:
        wrong = right[(right < 0) | (right >= classes)].flat[0]
        raise IndexError(
            f"{name}: target {wrong} is not one of the {classes} classes, 0 to {classes - 1}"
        )
    weights = kept.astype(x.dtype)
    if weight is not None:
        weights *= _class_weights(name, x, weight, axis).reshape(-1)[right]
    shape = (*x.shape[:axis], 1, *x.shape[axis + 1 :])
    index = [np.arange(n).reshape(-1, *(1,) * (x.ndim - 1 - i)) for i, n in enumerate(shape)]
    index[axis] = right.reshape(shape)
    return tuple(index), weights.reshape(shape), kept.reshape(shape)


def _log_sum_and_softmax(x, axis):
    """x less its largest along the axis, ln Σ e^x of that, and the softmax."""
    x = x - x.max(axis=axis, keepdims=True, initial=-np.inf)
    with np.errstate(under="ignore"):
        e = np.exp(x)
    total = e.sum(axis=axis, keepdims=True)
    e /= total
    return x, np.log(total), e


def __getattr__(name):
    return moved(__name__, name)
