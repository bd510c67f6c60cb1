"""Differentiation, as `torch.autograd` has it: functions over the engine in `core.autograd`."""

from .core.anomaly import detect_anomaly
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
from .core.derivatives import hessian, hvp, jacobian, jvp, vjp
from .core.gradcheck import gradcheck, gradgradcheck
from .core.graph import Graph, graph

__all__ = [
    "Function",
    "Graph",
    "backward",
    "checkpoint",
    "detect_anomaly",
    "enable_grad",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "graph",
    "hessian",
    "hvp",
    "is_grad_enabled",
    "jacobian",
    "jvp",
    "no_grad",
    "set_grad_enabled",
    "unbroadcast",
    "vjp",
    "watch",
]
