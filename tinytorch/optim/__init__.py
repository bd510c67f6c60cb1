"""Optimizers and schedules, as `torch.optim` has them."""

from ..core.optimizers import SGD, Adam, AdamW, Optimizer, RMSprop
from . import lr_scheduler

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "lr_scheduler"]
