"""Images: convolution, pooling and unfolding, over windows that slide along the last two axes."""

from .adaptive import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_max_pool2d,
)
from .convolution import (
    Conv1d,
    Conv2d,
    Conv2dBackward,
    conv1d,
    conv2d,
)
from .padding import (
    ConstantPad2d,
    ReflectionPad2d,
    ReplicationPad2d,
    ZeroPad2d,
    pad,
)
from .pooling import (
    AvgPool1d,
    AvgPool2d,
    AvgPool2dBackward,
    MaxPool1d,
    MaxPool2d,
    MaxPool2dBackward,
    avg_pool1d,
    avg_pool2d,
    max_pool1d,
    max_pool2d,
)
from .resizing import (
    PixelShuffle,
    Upsample,
    interpolate,
    pixel_shuffle,
)
from .transposed import (
    ConvTranspose2d,
    conv_transpose2d,
)
from .unfolding import (
    Fold,
    FoldBackward,
    Unfold,
    UnfoldBackward,
    fold,
    folded,
    unfold,
    unfolded,
)
from .windows import (
    Windows,
    windows_of,
)

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool2d",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool2dBackward",
    "ConstantPad2d",
    "Conv1d",
    "Conv2d",
    "Conv2dBackward",
    "ConvTranspose2d",
    "Fold",
    "FoldBackward",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool2dBackward",
    "PixelShuffle",
    "ReflectionPad2d",
    "ReplicationPad2d",
    "Unfold",
    "UnfoldBackward",
    "Upsample",
    "Windows",
    "ZeroPad2d",
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "avg_pool1d",
    "avg_pool2d",
    "conv1d",
    "conv2d",
    "conv_transpose2d",
    "fold",
    "folded",
    "interpolate",
    "max_pool1d",
    "max_pool2d",
    "pad",
    "pixel_shuffle",
    "unfold",
    "unfolded",
    "windows_of",
]
