"""What a node that was built by hand, to look at its rule, takes as the gradient of its result."""

from numpy import array, full, ndarray

from .base import TensorBase


def by_hand(node, rule, g):
    """The rule of a node that was built by hand: g may be a list, or one number for all of z."""
    if not isinstance(g, (TensorBase, ndarray)):
        try:
            g = array(g, node.dtype)
        except (TypeError, ValueError):
            raise TypeError(
                f"{type(node).__name__}.apply: expected a gradient of shape {node.shape}, as an"
                f" array, a Tensor, a list or a number, got {type(g).__name__}"
            ) from None
    if not g.ndim and node.shape:
        g = full(node.shape, g) if isinstance(g, ndarray) else g.expand(*node.shape)
    if g.shape != node.shape:
        raise ValueError(
            f"{type(node).__name__}.apply: the gradient has shape {g.shape}, the result"
            f" {node.shape}; they must be equal, or the gradient one number"
        )
    return rule(g)
