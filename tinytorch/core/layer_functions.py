"""What layers do, as functions: argument by argument as `torch.nn.functional` has them."""

import functools
import math

import numpy as np

from .activations import DropoutBackward
from .attention import AttentionBackward
from .embeddings import EmbeddingBackward
from .functional import as_tensor
from .generator import rng
from .matmul import LinearBackward
from .normalization import BatchNormBackward, LayerNormBackward
from .spatial import (
    AvgPool2dBackward,
    Conv2dBackward,
    FoldBackward,
    MaxPool2dBackward,
    UnfoldBackward,
    windows_of,
)
from .tensor import Tensor


def linear(input, weight, bias=None) -> Tensor:
    """`input` @ `weight`ᵀ + `bias`: (…, in), (out, in), (out,) → (…, out).

    A weight (in,) has one output, without an axis.
    """
    weight = as_tensor(weight)
    if weight.ndim == 1:
        return linear(input, weight.unsqueeze(0), bias).squeeze(-1)
    return LinearBackward.run(as_tensor(input), weight, 0 if bias is None else bias)


def dropout(input, p=0.5, training=True) -> Tensor:
    """Zeros with probability `p`, the rest scaled by 1 / (1 - p); `input` itself if not training.

    The draws follow `manual_seed`.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"dropout: p must be a probability in [0, 1], got {p}")
    if not training or p == 0:
        return as_tensor(input)
    return DropoutBackward.run(as_tensor(input), p=p, rng=rng())


def embedding(input, weight, padding_idx=None) -> Tensor:
    """Row `input[…]` of the table `weight` (rows, features) for every index in `input`."""
    return EmbeddingBackward.run(
        as_tensor(weight), indices=as_tensor(input)._data, padding_idx=padding_idx
    )


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1) -> Tensor:
    """The convolution of images (N, C, H, W) or (C, H, W) with a weight (O, C/groups, Kh, Kw).

    Parameters
    ----------
    bias : Tensor (O,), optional
    stride, padding, dilation : int or pair
        Steps between windows, zeros around the image, steps inside a window. `padding` may be
        "valid" or "same".
    groups : int
        Cut the channels into so many groups that don't see each other.
    """
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return _batched(
        input, lambda x: Conv2dBackward.run(x, weight, 0 if bias is None else bias, **options)
    )


def max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1) -> Tensor:
    """The largest element of every window; they lie side by side unless `stride` is given."""
    return _batched(
        input,
        lambda x: MaxPool2dBackward.run(
            x, windows=_pooling("maxpool2d", x, kernel_size, stride, padding, dilation)
        ),
    )


def avg_pool2d(input, kernel_size, stride=None, padding=0, count_include_pad=True) -> Tensor:
    """The mean of every window; they lie side by side unless `stride` is given."""
    return _batched(
        input,
        lambda x: AvgPool2dBackward.run(
            x,
            windows=_pooling("avgpool2d", x, kernel_size, stride, padding, 1),
            count_include_pad=count_include_pad,
        ),
    )


def unfold(input, kernel_size, dilation=1, padding=0, stride=1) -> Tensor:
    """The windows of images as columns: (N, C, H, W) → (N, C·Kh·Kw, number of windows)."""
    x = as_tensor(input)
    windows = windows_of("unfold", x.shape, kernel_size, stride, padding, dilation)
    return UnfoldBackward.run(x, windows=windows)


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1) -> Tensor:
    """Columns added up where their windows were: the transpose of `unfold`."""
    x = as_tensor(input)
    h, w = (output_size, output_size) if isinstance(output_size, int) else output_size
    k = kernel_size if isinstance(kernel_size, (tuple, list)) else (kernel_size, kernel_size)
    shape = (x.shape[0], x.shape[1] // (k[0] * k[1]), h, w)
    windows = windows_of("fold", shape, kernel_size, stride, padding, dilation)
    expected = (shape[0], shape[1] * k[0] * k[1], windows.out[0] * windows.out[1])
    if x.shape != expected:
        raise ValueError(f"fold: expected columns of shape {expected}, got {x.shape}")
    return FoldBackward.run(x, windows=windows)


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5) -> Tensor:
    """Zero mean and unit variance over the last axes, then times `weight` plus `bias`."""
    if isinstance(normalized_shape, int):
        normalized_shape = (normalized_shape,)
    return LayerNormBackward.run(
        as_tensor(input),
        1.0 if weight is None else weight,
        0.0 if bias is None else bias,
        normalized_shape=tuple(normalized_shape),
        eps=eps,
    )


def batch_norm(
    input,
    running_mean,
    running_var,
    weight=None,
    bias=None,
    training=False,
    momentum=0.1,
    eps=1e-5,
) -> Tensor:
    """Zero mean and unit variance for each channel (axis 1), then times `weight` plus `bias`.

    In training the statistics are those of the batch, and `running_mean` and `running_var` (which
    may be None) move towards them by the share `momentum`; otherwise they are used themselves.
    """
    x = as_tensor(input)
    if x.ndim < 2:
        raise ValueError(f"batchnorm: shape {x.shape} has no channels; they are axis 1")
    n = x.numel() // max(x.shape[1], 1)
    fixed = {}
    if not training:
        if running_mean is None or running_var is None:
            raise ValueError("batchnorm: evaluation needs running_mean and running_var")
        fixed = {"mean": running_mean._data, "var": running_var._data}
    elif n < 2:
        raise ValueError(
            f"batchnorm: shape {x.shape} has {n} value for each channel; training needs two or more"
        )
    z = BatchNormBackward.run(
        x, 1.0 if weight is None else weight, 0.0 if bias is None else bias, eps=eps, **fixed
    )
    if training and running_mean is not None:
        axes = tuple(i for i in range(x.ndim) if i != 1)
        for running, now in (
            (running_mean, x._data.mean(axis=axes)),
            (running_var, x._data.var(axis=axes, ddof=1)),
        ):
            running[...] = (1 - momentum) * running._data + momentum * now
    return z


def scaled_dot_product_attention(
    query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None
) -> Tensor:
    """softmax(query @ keyᵀ · scale + mask) @ value: (…, L, E), (…, S, E), (…, S, Ev) → (…, L, Ev).

    Parameters
    ----------
    attn_mask : Tensor (…, L, S), optional
        Booleans, true where attention is allowed, or numbers to add to the scores.
    dropout_p : float
        Share of the weights to drop.
    is_causal : bool
        Position i attends to positions up to i; not together with `attn_mask`.
    scale : float, optional
        Default 1/√E.
    """
    q, k, v = as_tensor(query), as_tensor(key), as_tensor(value)
    if min(q.ndim, k.ndim, v.ndim) < 2 or q.shape[-1] != k.shape[-1] or k.shape[-2] != v.shape[-2]:
        raise ValueError(
            f"attention: query {q.shape}, key {k.shape}, value {v.shape}: the last axes of query"
            " and key, and the second last of key and value, must agree"
        )
    shape = (q.shape[-2], k.shape[-2])
    mask = 0 if attn_mask is None else attn_mask
    if is_causal:
        if attn_mask is not None:
            raise ValueError("attention: give attn_mask or is_causal, not both")
        mask = Tensor._wrap(_causal(*shape))
    drop = None
    if dropout_p:
        batch = np.broadcast_shapes(q.shape[:-2], k.shape[:-2])
        drop = dropout(Tensor._wrap(np.ones((*batch, *shape), q.dtype)), dropout_p)._data
    scale = 1 / math.sqrt(max(q.shape[-1], 1)) if scale is None else scale
    return AttentionBackward.run(q, k, v, mask, scale=scale, drop=drop)


@functools.lru_cache(maxsize=64)
def _causal(queries, keys):
    """Who may see whom; the same for every layer and step, so that it is made once."""
    mask = np.tril(np.ones((queries, keys), np.bool_))
    mask.setflags(write=False)
    return mask


def _batched(input, operation):
    """Images without a batch axis get one, and lose it again."""
    x = as_tensor(input)
    return operation(x.unsqueeze(0)).squeeze(0) if x.ndim == 3 else operation(x)


def _pooling(name, x, kernel_size, stride, padding, dilation):
    if x.ndim != 4:
        raise ValueError(f"{name}: expected images (N, C, H, W) or (C, H, W), got {x.shape}")
    stride = kernel_size if stride is None else stride
    windows = windows_of(name, x.shape, kernel_size, stride, padding, dilation)
    for p, k in zip(windows.padding, windows.kernel, strict=True):
        if p[0] > k // 2:
            raise ValueError(
                f"{name}: padding {p[0]} is more than half of the window's {k}; windows of nothing"
                " but padding have no value"
            )
    return windows
