"""Rows of the table of operations: Losses."""

import numpy as np

from .row import (
    Operation,
    _rng,
    _sigmoid,
    _softmax,
    case,
    extreme,
    nan,
    normal,
    positive,
    probability,
    refusal,
)


def _reduced(terms, reduction="mean", total=None):
    if reduction == "none":
        return terms
    if reduction == "sum":
        return terms.sum()
    total = terms.size if total is None else total
    return terms.sum() / total if total else np.float64(nan)


def _loss_cases(input, target):
    return (
        case(input(3, 2), target(3, 2)),
        case(input(3), target(3), reduction="sum"),
        case(input(2, 3), target(2, 3), reduction="none"),
        case(input(), target()),
        case(input(0), target(0), reduction="sum"),
    )


def _loss_refusals(name, input=normal):
    return (
        refusal(
            input(3, 1),
            input(3),
            message=f"{name}: input has shape (3, 1), target (3,); broadcasting them would compare"
            " everything with everything: reshape one to the other's shape",
        ),
        refusal(
            input(3),
            input(3),
            reduction="max",
            message=f"{name}: reduction must be 'mean', 'sum' or 'none', got 'max'",
        ),
    )


def _apart_from_one(*shape):
    return np.asarray(_rng.choice([-1.7, -0.4, 0.6, 1.9], shape))


def _huber(a, b, delta=1.0, reduction="mean"):
    d = np.abs(a - b)
    return _reduced(np.where(d <= delta, d * d / 2, delta * (d - delta / 2)), reduction)


def _bce(p, t, weight=1.0, reduction="mean"):
    return _reduced(-weight * (t * np.log(p) + (1 - t) * np.log(1 - p)), reduction)


def _bce_with_logits(x, t, weight=1.0, pos_weight=1.0, reduction="mean"):
    p = _sigmoid(x)
    return _reduced(-weight * (pos_weight * t * np.log(p) + (1 - t) * np.log(1 - p)), reduction)


def _nll(x, t, weight=None, ignore_index=-100, reduction="mean"):
    """Row by row, as the definition reads."""
    axis = min(1, x.ndim - 1)
    rows = np.moveaxis(x, axis, -1).reshape(-1, x.shape[axis])
    weight = np.ones(x.shape[axis]) if weight is None else weight
    flat = t.reshape(-1)
    terms = np.array(
        [0.0 if c == ignore_index else -weight[c] * r[c] for r, c in zip(rows, flat, strict=True)]
    )
    total = sum(weight[c] for c in flat if c != ignore_index)
    return _reduced(terms.reshape(t.shape), reduction, total)


def _cross_entropy(x, t, weight=None, label_smoothing=0.0, ignore_index=-100, reduction="mean"):
    axis = min(1, x.ndim - 1)
    classes = x.shape[axis]
    log_p = np.moveaxis(np.log(_softmax(x, axis)), axis, -1)
    w = np.ones(classes) if weight is None else weight
    if t.dtype.kind == "f":
        q = np.moveaxis(t, axis, -1) * (1 - label_smoothing) + label_smoothing / classes
        terms = -(q * w * log_p).sum(-1)
        return _reduced(terms, reduction)
    smooth = np.where(t == ignore_index, 0, -(w * log_p).sum(-1)) / classes
    hard = _nll(np.moveaxis(log_p, -1, axis), t, w, ignore_index, "none")
    total = sum(w[c] for c in t.reshape(-1) if c != ignore_index)
    return _reduced((1 - label_smoothing) * hard + label_smoothing * smooth, reduction, total)


_weights = np.array([0.5, 1.0, 2.0])


_labels = np.array([2, 0, 1, 2])


_ignored = np.array([2, -100, 1, -100])


def _on_tensors(t, params):
    """Parameters that PyTorch wants as tensors."""
    return {k: t.tensor(v) if isinstance(v, np.ndarray) else v for k, v in params.items()}


def _class_cases(draw):
    return (
        case(draw(4, 3), _labels),
        case(draw(4, 3), _labels, weight=_weights),
        case(draw(4, 3), _ignored, weight=_weights),
        case(draw(4, 3), _labels, reduction="none"),
        case(draw(4, 3), _ignored, reduction="sum", weight=_weights),
        case(draw(3), np.array(1)),
        case(draw(2, 3, 2), np.array([[0, 2], [1, 1]])),
        case(draw(1, 3, 2, 2), np.array([[[0, 2], [1, -100]]]), reduction="none", weight=_weights),
        case(draw(2, 3), np.array([1, 2]), ignore_index=2),
    )


def _class_refusals(name):
    return (
        refusal(
            normal(4, 3),
            np.array([0, 1, 2, 3]),
            error=IndexError,
            message=f"{name}: target 3 is not one of the 3 classes, 0 to 2",
        ),
        refusal(
            normal(4, 3),
            np.array([0, 1]),
            message=f"{name}: input of shape (4, 3) takes class numbers (integers) of shape (4,),"
            " got int64 of shape (2,)",
        ),
        refusal(
            normal(4, 3),
            _labels,
            reduction="average",
            message=f"{name}: reduction must be 'mean', 'sum' or 'none', got 'average'",
        ),
        refusal(
            normal(4, 3),
            _labels,
            weight=np.ones(2),
            message=f"{name}: weight must have shape (3,), got (2,)",
        ),
    )


LOSSES = (
    Operation(
        "mse_loss",
        "MSEBackward",
        lambda t, a, b, **params: t.nn.functional.mse_loss(a, b, **params),
        lambda a, b, reduction="mean": _reduced((a - b) ** 2, reduction),
        _loss_cases(normal, normal),
        (extreme([], [], value=nan, gradients=([], [])),),
        _loss_refusals("mse"),
    ),
    Operation(
        "l1_loss",
        "L1Backward",
        lambda t, a, b, **params: t.nn.functional.l1_loss(a, b, **params),
        lambda a, b, reduction="mean": _reduced(np.abs(a - b), reduction),
        _loss_cases(positive, lambda *shape: -positive(*shape)),
        (extreme([2.0], [2.0], value=0.0, gradients=([0.0], [0.0])),),
        _loss_refusals("l1"),
    ),
    Operation(
        "huber_loss",
        "HuberBackward",
        lambda t, a, b, **params: t.nn.functional.huber_loss(a, b, **params),
        _huber,
        (
            *_loss_cases(_apart_from_one, lambda *shape: np.zeros(shape)),
            case(_apart_from_one(5), np.zeros(5), delta=0.5),
        ),
        (
            extreme([1e30], [0.0], value=1e30, gradients=([1.0], [-1.0])),
            extreme(
                [np.inf, -np.inf], [0.0, 0.0], value=np.inf, gradients=([0.5, -0.5], [-0.5, 0.5])
            ),
        ),
        (
            *_loss_refusals("huber"),
            refusal(normal(2), normal(2), delta=0, message="huber: delta must be positive, got 0"),
        ),
    ),
    Operation(
        "binary_cross_entropy",
        "BCEBackward",
        lambda t, a, b, **params: t.nn.functional.binary_cross_entropy(
            a, b, **_on_tensors(t, params)
        ),
        _bce,
        (
            *_loss_cases(probability, probability),
            case(probability(2, 3), probability(2, 3), weight=_weights),
        ),
        (
            extreme(
                [0.0, 1.0],
                [1.0, 1.0],
                value=[100.0, 0.0],
                gradients=([-1e12, 0.0], [100.0, -100.0]),
                reduction="none",
            ),
        ),
        (
            *_loss_refusals("bce", probability),
            refusal(
                np.array([-0.5, 2.0]),
                np.array([0.0, 1.0]),
                message="bce: input must be probabilities in [0, 1], but ranges from -0.5 to 2; use"
                " sigmoid, or bce_with_logits on the scores themselves",
            ),
        ),
    ),
    Operation(
        "binary_cross_entropy_with_logits",
        "BCEWithLogitsBackward",
        lambda t, a, b, **params: t.nn.functional.binary_cross_entropy_with_logits(
            a, b, **_on_tensors(t, params)
        ),
        _bce_with_logits,
        (
            *_loss_cases(normal, probability),
            case(normal(2, 3), probability(2, 3), weight=_weights),
            case(normal(2, 3), probability(2, 3), pos_weight=_weights, reduction="none"),
        ),
        (
            extreme(
                [-1e4, 1e4, 1e4],
                [1.0, 1.0, 0.0],
                value=[1e4, 0.0, 1e4],
                gradients=([-1.0, 0.0, 1.0], [1e4, -1e4, -1e4]),
                reduction="none",
            ),
        ),
        _loss_refusals("bcewithlogits"),
    ),
    Operation(
        "nll_loss",
        "NLLBackward",
        lambda t, x, target, **params: t.nn.functional.nll_loss(
            x, target, **_on_tensors(t, params)
        ),
        _nll,
        _class_cases(normal),
        (extreme([[1.0, 2.0]], np.array([-100]), value=nan, gradients=([[0.0, 0.0]],)),),
        _class_refusals("nll"),
    ),
    Operation(
        "cross_entropy",
        "CrossEntropyBackward",
        lambda t, x, target, **params: t.nn.functional.cross_entropy(
            x, target, **_on_tensors(t, params)
        ),
        _cross_entropy,
        (
            *_class_cases(normal),
            case(normal(4, 3), _labels, label_smoothing=0.2),
            case(normal(4, 3), _ignored, label_smoothing=0.2, weight=_weights),
            case(
                normal(2, 3, 2),
                np.array([[0, 2], [1, -100]]),
                label_smoothing=0.1,
                reduction="none",
            ),
            case(normal(4, 3), probability(4, 3)),
            case(normal(4, 3), probability(4, 3), weight=_weights, label_smoothing=0.3),
            case(normal(2, 3, 2), probability(2, 3, 2), reduction="none", weight=_weights),
            case(normal(3), probability(3), reduction="sum"),
        ),
        (
            extreme(
                [[-1e4, 1e4], [1e4, -1e4]],
                np.array([0, 0]),
                value=[2e4, 0.0],
                gradients=([[-1.0, 1.0], [0.0, 0.0]],),
                reduction="none",
            ),
        ),
        (
            *_class_refusals("crossentropy"),
            refusal(
                normal(2, 3),
                np.array([0, 1]),
                label_smoothing=2,
                message="crossentropy: label_smoothing must be in [0, 1], got 2",
            ),
        ),
    ),
)
