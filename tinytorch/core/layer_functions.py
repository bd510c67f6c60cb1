"""`torch.conv2d`, `torch.dropout` and their like: functions of layers by the top module's names.

Most are those of `nn.functional`; here are the ones whose arguments have another order there.
"""

from .embeddings import embedding as _embedding
from .group_normalization import group_norm as _group_norm
from .layers import dropout as _dropout
from .losses import kl_div as _kl_div
from .normalization import batch_norm as _batch_norm
from .normalization import layer_norm as _layer_norm


def batch_norm(
    input,
    weight,
    bias,
    running_mean,
    running_var,
    training,
    momentum,
    eps,
    cudnn_enabled=False,
):
    """See `nn.functional.batch_norm`, whose arguments have another order."""
    return _batch_norm(
        input, running_mean, running_var, weight, bias, training, momentum=momentum, eps=eps
    )


def dropout(input, p, train):
    """See `nn.functional.dropout`."""
    return _dropout(input, p, train)


def embedding(weight, indices, padding_idx=-1, scale_grad_by_freq=False, sparse=False):
    """The rows of `weight` at `indices`; see `nn.functional.embedding`."""
    if scale_grad_by_freq or sparse:
        raise ValueError("embedding: scale_grad_by_freq and sparse are not here; leave them out")
    return _embedding(indices, weight, None if padding_idx == -1 else padding_idx)


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-05, cudnn_enabled=True):
    """See `nn.functional.group_norm`."""
    return _group_norm(input, num_groups, weight, bias, eps)


def kl_div(input, target, reduction=1, *, log_target=False):
    """See `nn.functional.kl_div`; `reduction` is 0 for none, 1 for the mean, 2 for the sum."""
    names = ("none", "mean", "sum")
    if reduction not in (0, 1, 2):
        raise ValueError(f"kl_div: reduction must be 0, 1 or 2, got {reduction!r}")
    return _kl_div(input, target, reduction=names[reduction], log_target=log_target)


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05, cudnn_enable=True):
    """See `nn.functional.layer_norm`."""
    return _layer_norm(input, tuple(normalized_shape), weight, bias, eps)
