"""What a backward pass refuses: values that changed, and rules that return the wrong thing."""

import numpy as np

from .base import TensorBase
from .versions import first_changed


def refuse_changed(nodes):
    """Refuse, before anything is touched, a graph whose saved values changed."""
    for node in nodes:
        i = first_changed(node)
        if i is not None:
            name = node.saves[min(i, len(node.saves) - 1)]
            shape = node.saved_tensors[i].shape
            raise RuntimeError(
                f"backward: {type(node).__name__} saved {name!r}, of shape {shape},"
                " and it was changed in place since; change a copy (x.data.copy()), or make"
                " the change after backward()"
            )


def fitted(node, i, d, target, create_graph):
    """Give the gradient of input i its dtype; refuse another shape, and arrays for a graph."""
    if create_graph and not isinstance(d, TensorBase):
        raise TypeError(
            f"{type(node).__name__}.apply: under create_graph=True the gradient of input {i} must"
            " be a Tensor, made with operations that record themselves; got"
            f" {type(d).__name__}"
        )
    if not isinstance(d, TensorBase):
        d = np.asarray(d)
    if d.shape != target.shape:
        raise RuntimeError(
            f"{type(node).__name__}.apply: the gradient of input {i} has shape {d.shape}, the"
            f" input has {target.shape}; if forward broadcast it, return unbroadcast(grad, shape)"
        )
    if d.dtype != target.dtype:
        d = d.to(target.dtype) if isinstance(d, TensorBase) else d.astype(target.dtype)
    return d


def bad_rule(node, results):
    got = f"{len(results)} gradients" if type(results) is tuple else type(results).__name__
    return TypeError(
        f"{type(node).__name__}.apply: expected a tuple with one gradient or None for each of the"
        f" {len(node.next_functions)} inputs, got {got}"
    )
