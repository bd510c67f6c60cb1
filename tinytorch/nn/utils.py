"""Gradient clipping, where `torch.nn.utils` has it."""

from ..core.optimizers import clip_grad_norm_, clip_grad_value_

__all__ = ["clip_grad_norm_", "clip_grad_value_"]
