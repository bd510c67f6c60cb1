"""PyTorch's form of a Function: static `forward(ctx, …)` and `backward(ctx, …)`, on Tensors.

A class written so gets the methods that the engine calls, made of its own two. `ctx` keeps what
the one leaves for the other; it is freed with the node.

A node has one result. Where `forward` returns several, it is a vector of all their numbers, and the
outputs are parts of that: what reaches none of them is 0 there, as PyTorch has it.
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
        self._saved, self._outputs, self._node = (), (), None
        self._several, self._constant, self._materialize = False, (), True
        self._arrived = set()  # which outputs a gradient has reached, where zeros are not made

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
        return tuple(self._with_node(x) for x in self._saved)

    def _with_node(self, x):
        """x, as what the node made if it is an output."""
        for i, output in enumerate(self._outputs if self._node is not None else ()):
            if x is output:
                if not self._several:
                    return base.Tensor._wrap(x._data, self._node)
                if i in self._spans():
                    return _part(base.Tensor._wrap(self._joint(), self._node), self, i)
        return x

    def mark_non_differentiable(self, *outputs) -> None:
        """Give these outputs no gradient: indices, counts, masks."""
        self._constant = outputs

    def set_materialize_grads(self, value: bool) -> None:
        """Whether `backward` gets zeros (True) or None for an output that is not used."""
        self._materialize = bool(value)

    def _spans(self):
        """{i: where output i lies in the vector of all that have a gradient}."""
        spans, end = {}, 0
        for i, x in enumerate(self._outputs):
            if _is_float(x) and not any(x is y for y in self._constant):
                spans[i] = slice(end, end + x._data.size)
                end += x._data.size
        return spans

    def _given(self):
        return [x._data for x in self._arguments if isinstance(x, TensorBase)]

    def _joint(self):
        parts = [np.reshape(self._outputs[i]._data, -1) for i in self._spans()]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)


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


def _is_float(x):
    return isinstance(x, TensorBase) and x._data.dtype.kind == "f"


def _run(cls, *arguments):
    tensors = [x for x in arguments if isinstance(x, TensorBase)]
    ctx = Context(arguments)
    z = cls.run(*tensors, ctx=ctx)
    if not ctx._several:
        return z
    outputs = list(ctx._outputs)
    for i in ctx._spans():
        outputs[i] = _part(z, ctx, i)
    return tuple(outputs)


def _part(joint, ctx, i):
    """Output i, a part of the vector of all; it has its own values, dtype and memory."""
    x = ctx._outputs[i]._data
    part = joint[ctx._spans()[i]].reshape(x.shape).to(x.dtype)
    part = part.kind._wrap(x.copy() if any(x is a for a in ctx._given()) else x, part._node)
    if part.requires_grad and not ctx._materialize:
        part.register_hook(functools.partial(_note, ctx._arrived, i))
    return part


def _note(arrived, i, g):
    arrived.add(i)


def _forward(self, *arrays, ctx):
    forward, setup, _ = type(self)._static
    self.intermediate, arguments = ctx, ctx._arguments
    with no_grad():
        if setup is None:
            out = forward(ctx, *arguments)
        else:
            out = forward(*arguments)
            setup.__func__(ctx, arguments, out)
    ctx._several = isinstance(out, tuple)
    ctx._outputs = out if ctx._several else (out,)
    if not any(isinstance(x, TensorBase) for x in ctx._outputs):
        raise TypeError(
            f"{self.name}: forward must return a Tensor, or a tuple with Tensors, got"
            f" {type(out).__name__}"
        )
    if ctx._several:
        return ctx._joint()
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


def _of_outputs(ctx, g):
    """From the gradient of the vector of all outputs that of each: zeros or None without one."""
    spans = ctx._spans()
    for i, x in enumerate(ctx._outputs):
        if not isinstance(x, TensorBase) or not (ctx._materialize or i in ctx._arrived):
            yield None
        elif i in spans:
            yield g[spans[i]].reshape(x.shape).to(x.dtype)
        else:
            yield base.Tensor._wrap(np.zeros(x.shape, x.dtype))


def _rule(self, g):
    backward, ctx = type(self)._static[2], self.intermediate
    ordinary = not isinstance(g, TensorBase)
    ctx._node = self
    g = base.Tensor._wrap(np.asarray(g)) if ordinary else g
    try:
        grads = backward(ctx, *(_of_outputs(ctx, g) if ctx._several else [g]))
    finally:
        ctx._node = None
        ctx._arrived.clear()
    grads = grads if isinstance(grads, tuple) else (grads,)
    while len(grads) > len(ctx._arguments) and grads[-1] is None:
        grads = grads[:-1]
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
