"""Leaves, where gradients arrive, and hooks, which look at them on the way."""

import weakref

import numpy as np

from . import base
from .base import TensorBase
from .versions import now


class AccumulateGrad:
    """The end of a path: the leaf whose `.grad` collects what arrives.

    It refers to its tensor weakly, so that a leaf and its node are no cycle.
    """

    next_functions = ()
    saved_tensors = ()
    __slots__ = ("__weakref__", "dtype", "hooks", "order", "reached_by", "shape", "tensor")

    def __init__(self, tensor):
        self.tensor = weakref.ref(tensor)
        self.order = -1 - now()  # older than any operation: leaves come last, in their order
        self.shape = tensor._data.shape
        self.dtype = tensor._data.dtype
        self.hooks = self.reached_by = None

    def __repr__(self):
        return "<AccumulateGrad>"


class HookHandle:
    """What `register_hook` returns: `remove()` takes the hook off."""

    def __init__(self, node, hook):
        if node.hooks is None:
            node.hooks = {}
        self._hooks, self._key = node.hooks, now()
        node.hooks[self._key] = hook

    def remove(self):
        """Take the hook off; a second call does nothing."""
        self._hooks.pop(self._key, None)


class RetainGrad:
    """The hook of `retain_grad`: adds what arrives to the `.grad` of a result."""

    def __init__(self, tensor):
        self.tensor = weakref.ref(tensor)

    def __call__(self, g):
        tensor = self.tensor()
        if tensor is not None:
            kept = g if g.requires_grad else base.Tensor(g)
            tensor.grad = kept if tensor.grad is None else tensor.grad + kept


class Hooks(TensorBase):
    """The methods of Tensor about hooks."""

    __slots__ = ()

    def retain_grad(self):
        """Keep the gradient of this result in `.grad` too, as for a leaf."""
        if self._node is None:
            raise RuntimeError("retain_grad: the tensor requires no gradient")
        if self.is_leaf or any(
            type(hook) is RetainGrad for hook in (self._node.hooks or {}).values()
        ):
            return
        HookHandle(self._node, RetainGrad(self))

    def register_hook(self, hook):
        """Call `hook(grad)` when the gradient of this tensor is known; it may return another.

        Returns a handle whose `remove()` takes the hook off again.
        """
        if self._node is None:
            raise RuntimeError("register_hook: the tensor requires no gradient")
        return HookHandle(self._node, hook)


def run_hooks(node, g):
    # what `retain_grad` keeps comes last: it is what the other hooks made of it
    for hook in sorted(node.hooks.values(), key=lambda hook: isinstance(hook, RetainGrad)):
        # an array of their own, which they may keep or write to
        shown = g if isinstance(g, TensorBase) else base.Tensor._wrap(np.array(g))
        new = hook(shown)
        new = shown if new is None else new  # it may have been written to
        g = new if isinstance(g, TensorBase) else base.Tensor(new, dtype=node.dtype)._data
        if g.shape != node.shape:
            raise RuntimeError(
                f"hook on {type(node).__name__}: it returned a gradient of shape {g.shape}"
                f" for one of {node.shape}"
            )
    return g
