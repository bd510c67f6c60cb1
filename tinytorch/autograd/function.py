"""What a Function of one's own is made of, where `torch.autograd.function` has it."""

from ..core.engine.function import Function
from ..core.gradients.once import once_differentiable

__all__ = ["Function", "once_differentiable"]
