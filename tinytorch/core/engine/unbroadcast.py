"""`unbroadcast`: what every rule does whose formula broadcast its inputs."""

from numpy import asarray, broadcast_to, float32

from .numbers import is_array
from .sums import array_sum


def unbroadcast(grad, shape):
    """Undo a broadcast: sum `grad` down to `shape`.

    Broadcasting copies a value into several places, and what was copied collects the sum of the
    gradients of its copies. Axes that broadcasting put in front disappear; axes of length 1 that it
    stretched are summed to length 1. It is the one place where this happens.
    """
    if type(grad) is float32 and not shape:  # a number; asking it for its shape takes longer
        return grad
    try:
        if grad.shape == shape:
            return grad
    except AttributeError:  # a plain number, from a rule applied by hand
        return unbroadcast(asarray(grad), shape)
    if not grad.ndim:  # one g for all elements, from a rule applied by hand
        return broadcast_to(grad, shape)
    front = grad.ndim - len(shape)
    axes = tuple(range(front))
    for i, n in enumerate(shape, front):
        if n == 1 and grad.shape[i] != 1:
            axes = (*axes, i)
    total = array_sum(grad, axes) if is_array(grad) else grad.sum(axes)
    return total if total.shape == shape else total.reshape(shape)
