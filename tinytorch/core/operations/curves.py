"""Functions of single elements whose gradient is one product, g times their slope.

A formula in which x stands twice gives x a sum of gradients, and where g is infinite two of them
can be ∞ - ∞, though the slope is an ordinary number. Here the slope is found first, with 1 for g.
"""

import numpy as np

from ..engine.backward import propagate
from ..engine.grad import segment
from ..engine.modes import is_grad_enabled
from ..engine.numbers import is_array
from .selection import with_values
from .shape import broadcast_to


def with_slope(values, x, slope):
    """`values` as a function of the Tensor x with the gradient g · `slope`.

    It is the rule of a product of x and a constant; but the constant remembers where it came from,
    so that it is a function of x itself where that gradient is differentiated.
    """
    with np.errstate(all="ignore"):
        z = x * slope.detach()  # of which only the node is kept
    if z._node is not None:
        z._node.sources = (x._node, slope._node)
    return z.kind._wrap(values, z._node)


def curve(f, *xs):
    """f(*xs), element by element; of Tensors with the gradients g · ∂f/∂x."""
    if is_array(xs[0]) or not (is_grad_enabled() and any(x.requires_grad for x in xs)):
        return f(*xs)
    shape = np.broadcast_shapes(*(x.shape for x in xs))
    xs = [broadcast_to(x, shape) for x in xs]  # nodes of their own, where the way through f ends
    z = f(*xs)
    if not z.requires_grad:
        return z
    ends = {x._node for x in xs if x.requires_grad}
    one = z.kind._wrap(np.ones(z.shape, z.dtype))
    slopes = propagate({z._node: one}, True, True, ends, segment(z._node, ends.__contains__))
    parts = [with_slope(z._data, x, slopes[x._node]) for x in xs if x._node in slopes]
    return with_values(sum(parts[1:], parts[0]), z._data) if len(parts) > 1 else parts[0]


def scaled(factor, f, *xs):
    """f(*xs) · factor, a Tensor that is one for all elements which f mixes.

    What goes back through f is multiplied by it at the end, where PyTorch does: an infinite factor
    meets no sum.
    """
    z = f(*(with_slope(x._data, x, factor) for x in xs))
    to_factor = with_slope(z._data, broadcast_to(factor, z.shape), z)
    return with_values(z + to_factor, z._data * factor._data)
