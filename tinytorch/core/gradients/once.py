"""A rule that is no operation itself: its gradients cannot be differentiated again, and say so."""

import functools

from ..engine.base import TensorBase
from ..engine.modes import is_grad_enabled, no_grad
from ..operations.selection import zero_of
from ..tensor import Tensor


def once_differentiable(backward):
    """For a static `backward` that computes with more than Tensors know, such as NumPy.

    It runs unrecorded. Under ``create_graph=True`` its gradients stand, and a second derivative
    that would go through it is refused; otherwise it would silently be 0.
    """

    @functools.wraps(backward)
    def unrecorded(ctx, *grads):
        with no_grad():
            found = backward(ctx, *grads)
        given = [x for x in (*grads, *ctx._arguments) if isinstance(x, TensorBase)]
        given = [x for x in given if x.requires_grad]
        if not (given and is_grad_enabled()):
            return found
        link = sum(zero_of(x).sum() for x in given)  # what the gradients depend on, and how: by 0
        link.register_hook(_refuse)
        single = not isinstance(found, tuple)
        linked = [
            Tensor._wrap(d._data) + link.to(d.dtype) if isinstance(d, TensorBase) else d
            for d in ((found,) if single else found)
        ]
        return linked[0] if single else tuple(linked)

    return unrecorded


def _refuse(g):
    raise RuntimeError(
        "once_differentiable: this gradient cannot be differentiated again; write the rule's"
        " backward in operations on Tensors, without the decorator"
    )
