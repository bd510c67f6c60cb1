"""Optimizers: from gradients to the next values of the parameters.

Each is one class with its formula in the docstring and the same formula, step by step on arrays,
in `update`. The arrays are changed in place: a step makes no new ones but scratch space, which it
keeps. Schedules change the learning rate between steps; clipping shortens the gradients before.
"""

from .adam import Adam, AdamW
from .base import Optimizer
from .clipping import clip_grad_norm_, clip_grad_value_
from .rmsprop import RMSprop
from .schedules import (
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    SequentialLR,
    StepLR,
)
from .sgd import SGD

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "CosineAnnealingLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "Optimizer",
    "RMSprop",
    "SequentialLR",
    "StepLR",
    "clip_grad_norm_",
    "clip_grad_value_",
]
