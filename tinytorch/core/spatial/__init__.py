"""Images: convolution, pooling and unfolding, over windows that slide along the last two axes."""

from .convolution import Conv2d, Conv2dBackward, conv2d
from .pooling import (
    AvgPool2d,
    AvgPool2dBackward,
    MaxPool2d,
    MaxPool2dBackward,
    avg_pool2d,
    max_pool2d,
)
from .unfolding import FoldBackward, UnfoldBackward, fold, folded, unfold, unfolded
from .windows import Windows, windows_of

__all__ = [
    "AvgPool2d",
    "AvgPool2dBackward",
    "Conv2d",
    "Conv2dBackward",
    "FoldBackward",
    "MaxPool2d",
    "MaxPool2dBackward",
    "UnfoldBackward",
    "Windows",
    "avg_pool2d",
    "conv2d",
    "fold",
    "folded",
    "max_pool2d",
    "unfold",
    "unfolded",
    "windows_of",
]
