"""Differentiation, as `torch.autograd` has it: functions over the engine in `core.autograd`."""

import importlib as _importlib

from .core.autograd import (
    Function,
    backward,
    enable_grad,
    grad,
    is_grad_enabled,
    no_grad,
    set_grad_enabled,
    unbroadcast,
    watch,
)
from .core.checkpoint import checkpoint

_LATER = {  # imported when first asked for, as in `tinytorch` itself
    "Graph": "graph",
    "detect_anomaly": "anomaly",
    "gradcheck": "gradcheck",
    "gradgradcheck": "gradcheck",
    "graph": "graph",
    "hessian": "derivatives",
    "hvp": "derivatives",
    "jacobian": "derivatives",
    "jvp": "derivatives",
    "vjp": "derivatives",
}

__all__ = [
    "Function",
    "backward",
    "checkpoint",
    "enable_grad",
    "grad",
    "is_grad_enabled",
    "no_grad",
    "set_grad_enabled",
    "unbroadcast",
    "watch",
    *_LATER,
]


def __getattr__(name):
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(_importlib.import_module(f".core.{_LATER[name]}", __package__), name)


def __dir__():
    return sorted(__all__)
