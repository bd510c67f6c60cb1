"""Clipping: a gradient too long for one step is made shorter before the step."""

import warnings
from collections.abc import Iterable

import numpy as np

from ..tensor import Tensor


def clip_grad_norm_(
    parameters,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Shorten all gradients by one factor, so that together they are at most `max_norm` long.

    The direction stays: g ← g · min(1, max_norm / ‖g‖), with ‖g‖ over all parameters at once.

    Parameters
    ----------
    parameters : Tensor or iterable of Tensors
        Those without a gradient are passed over.
    max_norm : float
    norm_type : float
        p of the norm ``(Σ |g|ᵖ)^(1/p)``; ``inf`` for the largest ``|g|``.
    error_if_nonfinite : bool
        Raise if ‖g‖ is infinite or no number; otherwise the gradients become NaN or 0.
    foreach : bool, optional
        Accepted for PyTorch's sake.

    Returns
    -------
    Tensor
        ‖g‖ before the clipping.

    Source: R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training recurrent neural
    networks" (2013).
    """
    grads = _gradients("clip_grad_norm_", parameters, max_norm)
    norm = _total("clip_grad_norm_", grads, norm_type, error_if_nonfinite)
    _shorten(grads, max_norm, norm)
    return _in_dtype(norm, grads)


def clip_grad_norm(parameters, max_norm: float, norm_type: float = 2.0, **options) -> Tensor:
    """The older name of `clip_grad_norm_`; it warns, as in PyTorch."""
    warnings.warn(
        "nn.utils.clip_grad_norm is deprecated: use clip_grad_norm_", FutureWarning, stacklevel=2
    )
    return clip_grad_norm_(parameters, max_norm, norm_type, **options)


def get_total_norm(
    tensors, norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: bool | None = None
) -> Tensor:
    """The norm ‖g‖ of the numbers of all tensors at once, such as gradients.

    The parameters are those of `clip_grad_norm_`.
    """
    tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    norm = _total("get_total_norm", tensors, norm_type, error_if_nonfinite)
    return _in_dtype(norm, tensors)


def clip_grads_with_norm_(
    parameters, max_norm: float, total_norm, foreach: bool | None = None
) -> None:
    """Shorten all gradients by one factor, for a norm ‖g‖ that is known: `total_norm`."""
    _shorten(_gradients("clip_grads_with_norm_", parameters, max_norm), max_norm, total_norm)


def _total(name, tensors, norm_type, error_if_nonfinite):
    """The norm over all tensors, in float64, which holds what the dtype of a gradient may not."""
    order = float(norm_type)
    norms = [_norm(g._data, order) for g in tensors if g._data.size]
    norm = np.linalg.norm(np.array(norms, np.float64), order) if norms else np.float64(0)
    if error_if_nonfinite and not np.isfinite(norm):
        raise RuntimeError(f"{name}: the norm of the gradients is {norm}")
    return norm


def _in_dtype(norm, tensors):
    """The norm in the dtype of the first tensor, infinite where that cannot hold it."""
    with np.errstate(over="ignore"):
        return Tensor(norm, dtype=tensors[0].dtype if tensors else None)


def _shorten(grads, max_norm, norm):
    factor = max_norm / (float(norm) + 1e-6)
    if not factor >= 1:  # NaN too
        for g in {id(g): g for g in grads}.values():  # one that two parameters share: once
            g._data = g._data * factor


def clip_grad_value_(parameters, clip_value: float, foreach: bool | None = None) -> None:
    """Move every number of every gradient into [-clip_value, clip_value]."""
    for g in _gradients("clip_grad_value_", parameters, clip_value):
        g._data = np.clip(g._data, -clip_value, clip_value)


def _gradients(name, parameters, limit):
    if not limit >= 0:
        raise ValueError(f"{name}: the limit must not be negative, got {limit}")
    if isinstance(parameters, Tensor) or not isinstance(parameters, Iterable):
        parameters = [parameters]
    return [p.grad for p in parameters if p.grad is not None]


def _norm(g, order):
    """The norm of all numbers in `g`, in float64 where float32 overflows, as it does at 2e19."""
    flat = np.asarray(g).ravel()
    with np.errstate(over="ignore"):
        norm = np.sqrt(flat @ flat) if order == 2 else np.linalg.norm(flat, order)
    return norm if np.isfinite(norm) else np.linalg.norm(flat.astype(np.float64), order)
