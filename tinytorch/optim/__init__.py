"""Optimizers and schedules, as `torch.optim` has them."""

from ..core.optimizers import LBFGS, SGD, Adadelta, Adagrad, Adam, AdamW, Optimizer, RMSprop
from . import lr_scheduler

__all__ = [
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Optimizer",
    "RMSprop",
    "lr_scheduler",
]
