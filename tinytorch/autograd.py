"""Differentiation, as `torch.autograd` has it: functions over the engine in `core.autograd`."""

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
from .core.gradcheck import gradcheck, gradgradcheck
from .core.graph import Graph, graph

__all__ = [
    "Function",
    "Graph",
    "backward",
    "enable_grad",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "graph",
    "is_grad_enabled",
    "no_grad",
    "set_grad_enabled",
    "unbroadcast",
    "watch",
]
