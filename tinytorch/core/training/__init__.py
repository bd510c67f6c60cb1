"""Training: the loop, what watches it, and the file it goes on from."""

from ..losses import BinaryCrossEntropy, CrossEntropy, MeanSquaredError
from .callbacks import Callback, EarlyStopping
from .metrics import accuracy, binary_accuracy
from .saving import CheckpointError, load, save
from .trainer import Trainer

__all__ = [
    "BinaryCrossEntropy",
    "Callback",
    "CheckpointError",
    "CrossEntropy",
    "EarlyStopping",
    "MeanSquaredError",
    "Trainer",
    "accuracy",
    "binary_accuracy",
    "load",
    "save",
]
