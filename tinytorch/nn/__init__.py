"""Layers, losses and models, as `torch.nn` has them."""

from ..core.gradient_flow import GradientFlow, gradient_flow
from ..core.layers import Linear
from ..core.module import Module, ModuleList, Parameter, Sequential
from . import init, utils

__all__ = [
    "GradientFlow",
    "Linear",
    "Module",
    "ModuleList",
    "Parameter",
    "Sequential",
    "gradient_flow",
    "init",
    "utils",
]
