"""PyTorch's form of a Function: static `forward(ctx, …)` and `backward(ctx, …)`, on Tensors.

A class written so gets the methods that the engine calls, made of its own two. `ctx` keeps what
the one leaves for the other; it is freed with the node.
"""

import functools

import numpy as np

from . import base
from .base import TensorBase, as_tensor
from .modes import no_grad
from .versions import borrowed, checksums


class Context:
    """What `forward` leaves for `backward`.

    Attributes
    ----------
    saved_tensors : tuple
        What `save_for_backward` was given.
    needs_input_grad : tuple of bool
        For each argument of `forward`, whether a gradient is wanted.
    """

    def __init__(self, arguments):
        self.needs_input_grad = tuple(_requires_grad(x) for x in arguments)
        self._arguments = arguments
        self._saved, self._output, self._node = (), None, None

    def save_for_backward(self, *tensors) -> None:
        """Keep inputs or the output; a change of them in place is then noticed."""
        for x in tensors:
            if x is not None and not isinstance(x, TensorBase):
                raise TypeError(
                    f"save_for_backward: expected Tensors, got {type(x).__name__}; keep other"
                    " things as attributes, ctx.name = …"
                )
        self._saved = tensors

    @property
    def saved_tensors(self):
        return tuple(
            base.Tensor._wrap(x._data, self._node) if x is self._output else x for x in self._saved
        )

    def mark_non_differentiable(self, *outputs) -> None:
        """Nothing: there is one output, and this class is for what it has a gradient for."""

    def set_materialize_grads(self, value: bool) -> None:
        """Nothing: with one output, its gradient is always there."""


class _Apply:
    """`apply` of the class runs it, as in PyTorch; `apply` of a node is its rule."""

    def __get__(self, node, cls):
        return functools.partial(_run, cls) if node is None else functools.partial(_rule, node)


def adapt(cls, record) -> None:
    """Give a class in PyTorch's form the methods of the engine; `record` is that of Function."""
    static, backward = vars(cls)["forward"].__func__, vars(cls).get("backward")
    if not isinstance(backward, staticmethod):
        raise TypeError(f"{cls.__name__}: with a static forward goes a static backward(ctx, …)")
    cls._static = static, vars(cls).get("setup_context"), backward.__func__
    cls.forward, cls.apply = _forward, _Apply()
    cls.record = lambda self, nodes, values: _record(record, self, nodes, values)
    cls.apply_to_tensors = lambda self, g: self.apply(g)


def _requires_grad(x):
    return isinstance(x, TensorBase) and x._node is not None


def _run(cls, *arguments):
    tensors = [x for x in arguments if isinstance(x, TensorBase)]
    return cls.run(*tensors, arguments=arguments)


def _forward(self, *arrays, arguments):
    forward, setup, _ = type(self)._static
    self.intermediate = ctx = Context(arguments)
    with no_grad():
        if setup is None:
            out = forward(ctx, *arguments)
        else:
            out = forward(*arguments)
            setup.__func__(ctx, arguments, out)
    if not isinstance(out, TensorBase):
        raise TypeError(f"{self.name}: forward must return one Tensor, got {type(out).__name__}")
    ctx._output = out
    shared = any(out._data is x for x in arrays)
    return out._data.copy() if shared else out._data


def _record(record, self, nodes, values):
    record(self, nodes, values)
    saved = tuple(x._data for x in self.intermediate._saved if x is not None)
    self.saved_tensors = saved
    self.saves = tuple(f"saved_tensors[{i}]" for i in range(len(saved)))
    if borrowed and saved:
        self.checksums = checksums(saved)
    return self


def _rule(self, g):
    backward, ctx = type(self)._static[2], self.intermediate
    ordinary = not isinstance(g, TensorBase)
    ctx._node = self
    try:
        grads = backward(ctx, base.Tensor._wrap(np.asarray(g)) if ordinary else g)
    finally:
        ctx._node = None
    grads = grads if isinstance(grads, tuple) else (grads,)
    if len(grads) != len(ctx._arguments):
        raise ValueError(
            f"{self.name}: backward must return {len(ctx._arguments)} values, one for each argument"
            f" of forward (None where there is no gradient), got {len(grads)}"
        )
    of_tensors = [
        grad for grad, x in zip(grads, ctx._arguments, strict=True) if isinstance(x, TensorBase)
    ]
    if ordinary:
        return tuple(None if d is None else as_tensor(d)._data for d in of_tensors)
    return tuple(None if d is None else as_tensor(d) for d in of_tensors)
