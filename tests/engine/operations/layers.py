"""Rows of the table of operations: the layers, of images, tables, norms and attention."""

import math

import numpy as np

import tinytorch as tt

from .row import (
    Operation,
    _softmax,
    case,
    distinct,
    extreme,
    inf,
    nan,
    normal,
    positive,
    probability,
    refusal,
    unary,
)


def _padded(x, padding, value=0.0):
    (p, q) = padding if isinstance(padding, tuple) else (padding, padding)
    return np.pad(x, ((0, 0), (0, 0), (p, p), (q, q)), constant_values=value)


def _two(v):
    return v if isinstance(v, tuple) else (v, v)


def _windows(x, kernel, stride, dilation=1):
    """(N, C, H', W', Kh, Kw), window by window."""
    (kh, kw), (sh, sw), (dh, dw) = _two(kernel), _two(stride), _two(dilation)
    h = (x.shape[2] - dh * (kh - 1) - 1) // sh + 1
    w = (x.shape[3] - dw * (kw - 1) - 1) // sw + 1
    out = np.empty((*x.shape[:2], h, w, kh, kw))
    for i in range(h):
        for j in range(w):
            out[:, :, i, j] = x[
                :,
                :,
                i * sh : i * sh + dh * (kh - 1) + 1 : dh,
                j * sw : j * sw + dw * (kw - 1) + 1 : dw,
            ]
    return out


def _conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    if x.ndim == 3:
        return _conv2d(x[None], weight, bias, stride, padding, dilation, groups)[0]
    if padding == "same":
        span = [d * (k - 1) for d, k in zip(_two(dilation), weight.shape[2:], strict=True)]
        x = np.pad(x, ((0, 0), (0, 0), *((s // 2, s - s // 2) for s in span)))
        padding = 0
    padding = 0 if padding == "valid" else padding
    seen = _windows(_padded(x, padding), weight.shape[2:], stride, dilation)
    parts = [
        np.einsum("nchwij,ocij->nohw", s, w)
        for s, w in zip(np.split(seen, groups, 1), np.split(weight, groups, 0), strict=True)
    ]
    z = np.concatenate(parts, 1)
    return z if bias is None else z + bias[:, None, None]


def _pool(reduce, outside):
    def reference(x, kernel, stride=None, padding=0, **params):
        if x.ndim == 3:
            return reference(x[None], kernel, stride, padding, **params)[0]
        dilation = params.get("dilation", 1)
        seen = _windows(
            _padded(x, padding, outside), kernel, kernel if stride is None else stride, dilation
        )
        if not params.get("count_include_pad", True):
            seen = np.where(
                _windows(_padded(np.ones_like(x), padding), kernel, stride or kernel) == 1,
                seen,
                nan,
            )
            return np.nanmean(seen, axis=(-2, -1))
        return reduce(seen, axis=(-2, -1))

    return reference


def _layer_norm(x, *parameters, shape, eps=1e-5):
    axes = tuple(range(x.ndim - len(shape), x.ndim))
    x_hat = (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + eps)
    weight, bias = (*parameters, 1, 0)[:2] if len(parameters) != 1 else (parameters[0], 0)
    return x_hat * weight + bias


def _batch_norm(x, *parameters, mean=None, var=None, eps=1e-5):
    axes = tuple(i for i in range(x.ndim) if i != 1)
    column = (-1, *(1,) * (x.ndim - 2))
    mean = x.mean(axes) if mean is None else mean
    var = x.var(axes) if var is None else var
    x_hat = (x - mean.reshape(column)) / np.sqrt(var.reshape(column) + eps)
    weight, bias = parameters or (np.ones(x.shape[1]), np.zeros(x.shape[1]))
    return x_hat * weight.reshape(column) + bias.reshape(column)


def _attention(q, k, v, mask=None, is_causal=False, scale=None):
    scores = q @ np.swapaxes(k, -1, -2) * (1 / math.sqrt(q.shape[-1]) if scale is None else scale)
    if is_causal:
        mask = np.tril(np.ones(scores.shape[-2:], bool))
    if mask is not None:
        scores = np.where(mask, scores, -1e30) if mask.dtype == bool else scores + mask
    p = _softmax(scores - scores.max(-1, keepdims=True), -1)
    if mask is not None and mask.dtype == bool:
        p = p * mask.any(-1, keepdims=True)
    return p @ v


_allowed = np.array([[True, False, True], [False, False, False]])


def _seeded_dropout(t, x, p=0.5):
    t.manual_seed(3)
    return t.nn.functional.dropout(x, p)


def _same_dropout(t, x, p=0.5):
    """PyTorch's x · mask / (1 - p), with the mask that is drawn here."""
    mask = _seeded_dropout(tt, tt.ones(tuple(x.shape), dtype=np.float64), p).data
    return x * t.tensor(mask).to(x.dtype)


LAYERS = (
    Operation(
        "linear",
        "LinearBackward",
        lambda t, x, *parameters: t.nn.functional.linear(x, *parameters),
        lambda x, weight, bias=0.0: x @ weight.T + bias,
        (
            case(normal(2, 3), normal(4, 3), normal(4)),
            case(normal(2, 3), normal(4, 3)),
            case(normal(3, 3), normal(3, 3), normal(3)),
            case(normal(2, 2, 3), normal(4, 3), normal(4)),
            case(normal(2, 2, 3), normal(4, 3)),
            case(normal(2, 1, 2, 3), normal(1, 3), normal(1)),
            case(normal(3), normal(4, 3), normal(4)),
            case(normal(3), normal(4, 3)),
            case(normal(0, 3), normal(4, 3), normal(4)),
            case(normal(0, 2, 3), normal(4, 3), normal(4)),
            case(normal(2, 0), normal(4, 0), normal(4)),
            case(normal(2, 3), normal(0, 3), normal(0)),
            case(normal(2, 3), normal(4, 3), normal(1)),
            case(normal(2, 3), normal(4, 3), normal()),
            case(normal(2, 2, 3), normal(4, 3), normal(2, 4)),
        ),
        (),
        (
            refusal(
                normal(2, 3),
                normal(3, 4),
                message="linear: input (2, 3) does not fit weight (3, 4): expected (…, in) and"
                " (out, in)",
            ),
            refusal(
                normal(),
                normal(4, 3),
                message="linear: input () does not fit weight (4, 3): expected (…, in) and"
                " (out, in)",
            ),
            refusal(
                normal(2, 3),
                normal(2, 4, 3),
                message="linear: input (2, 3) does not fit weight (2, 4, 3): expected (…, in) and"
                " (out, in)",
            ),
            refusal(
                normal(2, 3),
                normal(4, 3),
                normal(3),
                message="linear: bias must have shape (4,), got (3,)",
            ),
            refusal(
                normal(3),
                normal(4, 3),
                normal(2, 4),
                message="linear: bias must have shape (4,), got (2, 4)",
            ),
        ),
    ),
    Operation(
        "linear of one output",
        "LinearBackward",
        lambda t, x, weight: t.nn.functional.linear(x, weight),
        lambda x, weight: x @ weight,
        (
            case(normal(2, 3), normal(3)),
            case(normal(3), normal(3)),
            case(normal(2, 0, 3), normal(3)),
        ),
    ),
    Operation(
        "conv2d",
        "Conv2dBackward",
        lambda t, *xs, **params: t.nn.functional.conv2d(*xs, **params),
        _conv2d,
        (
            case(normal(2, 2, 4, 3), normal(3, 2, 2, 2), normal(3)),
            case(normal(1, 2, 4, 4), normal(2, 2, 3, 3), padding=1),
            case(normal(1, 1, 5, 5), normal(2, 1, 2, 2), stride=2),
            case(normal(1, 1, 5, 4), normal(1, 1, 2, 3), normal(1), stride=(2, 1), padding=(0, 1)),
            case(normal(1, 1, 5, 5), normal(1, 1, 2, 2), dilation=2),
            case(normal(1, 4, 3, 3), normal(2, 2, 2, 2), normal(2), groups=2),
            case(normal(1, 2, 3, 3), normal(4, 1, 2, 2), groups=2, padding=1, stride=2),
            case(normal(2, 3, 3), normal(1, 2, 2, 2)),
            case(normal(1, 1, 3, 4), normal(1, 1, 2, 3), padding="same"),
            case(normal(1, 1, 3, 3), normal(1, 1, 1, 1), padding="valid"),
            case(normal(0, 1, 3, 3), normal(2, 1, 2, 2), normal(2)),
            case(normal(1, 1, 2, 2), normal(1, 1, 3, 3), padding=4, stride=3, dilation=2),
        ),
        (),
        (
            refusal(
                normal(3, 3),
                normal(1, 1, 2, 2),
                message="conv2d: expected an input (N, C, H, W) and a weight (O, C/groups, Kh, Kw),"
                " got (3, 3) and (1, 1, 2, 2)",
            ),
            refusal(
                normal(1, 3, 3, 3),
                normal(1, 2, 2, 2),
                message="conv2d: input (1, 3, 3, 3) has 3 channels; weight (1, 2, 2, 2) with"
                " groups=1 takes 2 and must make a multiple of 1",
            ),
            refusal(
                normal(1, 1, 2, 2),
                normal(1, 1, 3, 3),
                message="conv2d: a window of 3×3 does not fit into 2×2 pixels (input (1, 1, 2, 2),"
                " padding included)",
            ),
            refusal(
                normal(1, 1, 3, 3),
                normal(1, 1, 2, 2),
                normal(2),
                message="conv2d: bias must have shape (1,), got (2,)",
            ),
            refusal(
                normal(1, 1, 3, 3),
                normal(1, 1, 2, 2),
                stride=0,
                message="conv2d: stride must be an integer of at least 1, or two, got 0",
            ),
            refusal(
                normal(1, 1, 3, 3),
                normal(1, 1, 2, 2),
                stride={1, 2},
                message="conv2d: stride must be an integer of at least 1, or two, got {1, 2}",
            ),
            refusal(
                normal(1, 1, 3, 3),
                normal(1, 1, 2, 2),
                normal(),
                message="conv2d: bias must have shape (1,), got ()",
            ),
            refusal(
                normal(1, 1, 3, 3),
                normal(1, 1, 2, 2),
                stride=2,
                padding="same",
                message="conv2d: padding='same' needs stride 1, got (2, 2)",
            ),
        ),
    ),
    Operation(
        "unfold",
        "UnfoldBackward",
        lambda t, x, **params: t.nn.functional.unfold(x, 2, **params),
        lambda x, stride=1, padding=0: np.moveaxis(
            _windows(_padded(x, padding), 2, stride), (4, 5), (2, 3)
        ).reshape(x.shape[0], x.shape[1] * 4, -1),
        (case(normal(2, 2, 3, 3)), case(normal(1, 1, 4, 3), stride=2, padding=1)),
    ),
    Operation(
        "fold",
        "FoldBackward",
        lambda t, x: t.nn.functional.fold(x, (3, 3), 2),
        lambda x: np.einsum(
            "ncabij,pqabij->ncpq",
            x.reshape(1, 1, 2, 2, 2, 2),
            np.array(
                [
                    [
                        [
                            [
                                [[float(p == i + a and q == j + b) for b in (0, 1)] for a in (0, 1)]
                                for j in (0, 1)
                            ]
                            for i in (0, 1)
                        ]
                        for q in range(3)
                    ]
                    for p in range(3)
                ]
            ).transpose(0, 1, 4, 5, 2, 3),
        ),
        (case(normal(1, 4, 4)),),
        (),
        (
            refusal(
                normal(1, 4, 3),
                message="fold: expected columns of shape (1, 4, 4), got (1, 4, 3)",
            ),
        ),
    ),
    Operation(
        "max_pool2d",
        "MaxPool2dBackward",
        lambda t, x, kernel, **params: t.nn.functional.max_pool2d(x, kernel, **params),
        _pool(np.max, -inf),
        (
            case(distinct(2, 2, 4, 4), kernel=2),
            case(distinct(1, 1, 5, 5), kernel=3, stride=2),
            case(distinct(1, 1, 4, 5), kernel=(2, 3), stride=1, padding=1),
            case(distinct(1, 1, 5, 5), kernel=2, stride=1, dilation=2),
            case(distinct(2, 3, 3), kernel=2),
            case(distinct(0, 1, 2, 2), kernel=2),
            case(distinct(1, 1, 6, 7), kernel=2, stride=3, padding=1),
        ),
        (
            extreme(
                [[[[1.0, 1.0], [1.0, 1.0]]]],
                value=[[[[1.0]]]],
                gradients=([[[[1.0, 0.0], [0.0, 0.0]]]],),
                kernel=2,
            ),
            extreme(
                [[[[-inf, -inf], [-inf, -inf]]]],
                value=[[[[-inf]]]],
                gradients=([[[[1.0, 0.0], [0.0, 0.0]]]],),
                kernel=2,
            ),
            extreme(
                [[[[1.0, nan], [nan, 3.0]]]],
                value=[[[[nan]]]],
                gradients=([[[[0.0, 0.0], [1.0, 0.0]]]],),
                kernel=2,
            ),
            extreme(
                [[[[1.0, nan], [2.0, 3.0]]]],
                value=[[[[nan]]]],
                gradients=([[[[0.0, 1.0], [0.0, 0.0]]]],),
                kernel=2,
            ),
        ),
        (
            refusal(
                normal(3, 3),
                kernel=2,
                message="maxpool2d: expected images (N, C, H, W) or (C, H, W), got (3, 3)",
            ),
            refusal(
                normal(1, 3, 3),
                kernel=2,
                padding=2,
                message="maxpool2d: padding 2 is more than half of the window's 2; windows of"
                " nothing but padding have no value",
            ),
        ),
    ),
    Operation(
        "avg_pool2d",
        "AvgPool2dBackward",
        lambda t, x, kernel, **params: t.nn.functional.avg_pool2d(x, kernel, **params),
        _pool(np.mean, 0.0),
        (
            case(normal(2, 2, 4, 4), kernel=2),
            case(normal(1, 1, 5, 5), kernel=3, stride=2),
            case(normal(1, 1, 4, 5), kernel=(2, 3), stride=1, padding=1),
            case(normal(1, 1, 3, 3), kernel=2, padding=1, count_include_pad=False),
            case(normal(2, 3, 3), kernel=2),
        ),
    ),
    Operation(
        "embedding",
        "EmbeddingBackward",
        lambda t, indices, weight, **params: t.nn.functional.embedding(indices, weight, **params),
        lambda indices, weight, padding_idx=None: weight[indices],
        (
            case(np.array([0, 2, 2, 0]), normal(4, 3)),
            case(np.array([[1, 1], [3, 1]]), normal(4, 2)),
            case(np.array(1), normal(3, 2)),
            case(np.array([], np.int64), normal(3, 2)),
        ),
        (),
        (
            refusal(
                np.array([4]),
                normal(4, 3),
                error=IndexError,
                message="embedding: index 4 is out of range for a table of 4 rows",
            ),
            refusal(
                np.array([-1]),
                normal(4, 3),
                error=IndexError,
                message="embedding: index -1 is out of range for a table of 4 rows",
            ),
            refusal(
                normal(2),
                normal(4, 3),
                error=TypeError,
                message="embedding: indices must be integers, got float64",
            ),
            refusal(
                np.array([0]),
                normal(4),
                message="embedding: the weight must have shape (rows, features), got (4,)",
            ),
        ),
    ),
    Operation(
        "layer_norm",
        "LayerNormBackward",
        lambda t, x, *parameters, shape: t.nn.functional.layer_norm(x, shape, *parameters),
        _layer_norm,
        (
            case(normal(3, 4), shape=(4,)),
            case(normal(3, 4), normal(4), normal(4), shape=(4,)),
            case(normal(2, 2, 3), normal(2, 3), normal(2, 3), shape=(2, 3)),
            case(normal(4), normal(4), normal(4), shape=(4,)),
            case(normal(2, 3), normal(3), shape=(3,)),
            case(normal(0, 3), normal(3), normal(3), shape=(3,)),
        ),
        (extreme([2.0, 2.0], value=[0.0, 0.0], gradients=([0.0, 0.0],), shape=(2,)),),
        (
            refusal(
                normal(2, 3),
                shape=(2,),
                message="layernorm: normalized_shape (2,) is not the end of the input's shape"
                " (2, 3)",
            ),
            refusal(
                normal(2, 3),
                normal(2),
                shape=(3,),
                message="layernorm: weight must have shape (3,), got (2,)",
            ),
        ),
    ),
    Operation(
        "batch_norm",
        "BatchNormBackward",
        lambda t, x, *parameters: t.nn.functional.batch_norm(
            x, None, None, *parameters, training=True
        ),
        _batch_norm,
        (
            case(normal(4, 3)),
            case(normal(4, 3), normal(3), normal(3)),
            case(normal(2, 2, 2, 2), normal(2), normal(2)),
            case(normal(3, 2, 2)),
        ),
        (),
        (
            refusal(
                normal(1, 3),
                message="batchnorm: shape (1, 3) has 1 value for each channel; training needs two"
                " or more",
            ),
            refusal(normal(3), message="batchnorm: shape (3,) has no channels; they are axis 1"),
        ),
    ),
    Operation(
        "batch_norm in evaluation",
        "BatchNormBackward",
        lambda t, x, *parameters, mean, var: t.nn.functional.batch_norm(
            x, t.tensor(mean), t.tensor(var), *parameters
        ),
        _batch_norm,
        (
            case(normal(4, 2), mean=normal(2), var=positive(2)),
            case(normal(2, 2, 2, 2), normal(2), normal(2), mean=normal(2), var=positive(2)),
        ),
    ),
    Operation(
        "scaled_dot_product_attention",
        "AttentionBackward",
        lambda t, q, k, v, mask=None, **params: t.nn.functional.scaled_dot_product_attention(
            q, k, v, attn_mask=mask, **params
        ),
        _attention,
        (
            case(normal(2, 3), normal(3, 3), normal(3, 2)),
            case(normal(2, 2, 3, 2), normal(2, 2, 3, 2), normal(2, 2, 3, 2), is_causal=True),
            case(normal(2, 3), normal(3, 3), normal(3, 2), _allowed),
            case(normal(2, 3), normal(3, 3), normal(3, 2), normal(2, 3)),
            case(normal(2, 2, 3), normal(2, 3, 3), normal(2, 3, 2), normal(2, 3)),
            case(normal(2, 3), normal(3, 3), normal(3, 2), scale=0.3),
        ),
        (),
        (
            refusal(
                normal(2, 3),
                normal(3, 2),
                normal(3, 2),
                message="attention: query (2, 3), key (3, 2), value (3, 2): the last axes of query"
                " and key, and the second last of key and value, must agree",
            ),
        ),
    ),
    Operation(
        "dropout",
        "DropoutBackward",
        _seeded_dropout,
        lambda x, p=0.5: _seeded_dropout(tt, tt.tensor(x), p).data,
        (*unary(), case(normal(6), p=0.2), case(normal(3), p=1.0)),
        (),
        (refusal(normal(2), p=1.5, message="dropout: p must be a probability in [0, 1], got 1.5"),),
        _same_dropout,
    ),
    Operation(
        "checkpoint",
        "CheckpointBackward",
        lambda t, a, b: (
            t.autograd.checkpoint(lambda a, b: (a * b).exp() * a + b, a, b)
            if t is tt
            else (a * b).exp() * a + b
        ),
        lambda a, b: np.exp(a * b) * a + b,
        (case(probability(2, 3), probability(3)), case(probability(), probability(2))),
    ),
)
