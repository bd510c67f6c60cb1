"""What is measured beside the loss: functions of outputs and targets.

Each says with `count(target)` how many numbers it is the mean of, so that means over batches of
different sizes can be made.
"""

import math

from ..tensor import Tensor


def accuracy(output: Tensor, target: Tensor) -> float:
    """The share of samples whose largest output is that of their class.

    Parameters
    ----------
    output : Tensor, (N, C, …)
        Scores; as for `CrossEntropyLoss`, the classes are axis 1.
    target : Tensor of int, (N, …)
        Classes; negative ones (padding) don't count.
    """
    axis = min(1, output.ndim - 1)
    best = output._data.argmax(axis)
    if best.shape != target.shape:
        raise ValueError(
            f"accuracy: outputs of shape {output.shape} go with targets of shape {best.shape},"
            f" got {target.shape}"
        )
    counted = target._data >= 0
    return float((best == target._data)[counted].mean()) if counted.any() else math.nan


accuracy.count = lambda target: int((target._data >= 0).sum())


def binary_accuracy(output: Tensor, target: Tensor, threshold: float = 0.5) -> float:
    """The share of outputs on the right side of `threshold` (0.5 for probabilities, 0 for
    logits).
    """
    if output.shape != target.shape:
        raise ValueError(f"binary_accuracy: shapes {output.shape} and {target.shape} differ")
    return float(((output._data > threshold) == (target._data > 0.5)).mean())


binary_accuracy.count = lambda target: target.numel()
