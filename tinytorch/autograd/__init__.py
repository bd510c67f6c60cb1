"""Differentiation, as `torch.autograd` has it: a face of the engine and what is built on it."""

from ..core.construction import Variable
from ..core.engine.backward import backward
from ..core.engine.function import Function
from ..core.engine.grad import grad
from ..core.engine.modes import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    no_grad,
    set_grad_enabled,
    watch,
)
from ..core.engine.unbroadcast import unbroadcast
from ..core.engine.using import using
from ..core.gradients.anomaly import detect_anomaly, set_detect_anomaly
from ..core.gradients.checkpoint import checkpoint
from ..core.gradients.derivatives import hessian, hvp, jacobian, jvp, vjp
from ..core.gradients.gradcheck import gradcheck, gradgradcheck
from ..core.gradients.graph import Graph, graph
from . import function, functional

__all__ = [
    "Function",
    "Graph",
    "Variable",
    "backward",
    "checkpoint",
    "detect_anomaly",
    "enable_grad",
    "function",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "graph",
    "hessian",
    "hvp",
    "inference_mode",
    "is_grad_enabled",
    "jacobian",
    "jvp",
    "no_grad",
    "set_detect_anomaly",
    "set_grad_enabled",
    "unbroadcast",
    "using",
    "vjp",
    "watch",
]
