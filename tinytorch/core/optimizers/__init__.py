"""Optimizers: from gradients to the next values of the parameters.

Each is one class with its formula in the docstring and the same formula, step by step on arrays,
in `update`. The arrays are changed in place: a step makes no new ones but scratch space, which it
keeps. Schedules change the learning rate between steps; clipping shortens the gradients before.
"""

from .adafactor import Adafactor
from .adagrad import Adadelta, Adagrad
from .adam import Adam, AdamW
from .asgd import ASGD
from .base import Optimizer
from .clipping import (
    clip_grad_norm,
    clip_grad_norm_,
    clip_grad_value_,
    clip_grads_with_norm_,
    get_total_norm,
)
from .cyclic import CyclicLR
from .lbfgs import LBFGS
from .moments import Adamax, NAdam, RAdam
from .plateau import ReduceLROnPlateau
from .rmsprop import RMSprop
from .rprop import Rprop
from .schedules import (
    ConstantLR,
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    MultiplicativeLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)
from .sequences import ChainedScheduler, CosineAnnealingWarmRestarts, OneCycleLR, SequentialLR
from .sgd import SGD

__all__ = [
    "ASGD",
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "NAdam",
    "OneCycleLR",
    "Optimizer",
    "PolynomialLR",
    "RAdam",
    "RMSprop",
    "ReduceLROnPlateau",
    "Rprop",
    "SequentialLR",
    "StepLR",
    "clip_grad_norm",
    "clip_grad_norm_",
    "clip_grad_value_",
    "clip_grads_with_norm_",
    "get_total_norm",
]
