"""`grad`: the gradients of some tensors, without a word to any other."""

import numpy as np

from . import base
from .backward import listed, node_of, owned, propagate, reachable, starts
from .base import TensorBase


def grad(
    outputs,
    inputs,
    grad_outputs=None,
    retain_graph=None,
    create_graph=False,
    only_inputs=True,
    allow_unused=None,
    is_grads_batched=False,
    materialize_grads=False,
) -> tuple:
    """The gradients ∂(sum of outputs·grad_outputs)/∂inputs, as a tuple; no `.grad` is touched.

    Parameters
    ----------
    outputs, inputs : Tensor or sequence of Tensors
    grad_outputs : array, Tensor or sequence of them, optional
        The upstream gradient of each output. May be left out for one-element outputs.
    retain_graph, create_graph : bool
        As in `backward`.
    only_inputs : bool
        As in PyTorch, where it must be True.
    allow_unused : bool
        Return None for an input that the outputs don't depend on, instead of raising.
    materialize_grads : bool
        Return zeros for it.

    Examples
    --------
    >>> import tinytorch as tt
    >>> x = tt.tensor(3.0, requires_grad=True)
    >>> (dx,) = tt.autograd.grad(x**3, x, create_graph=True)
    >>> (ddx,) = tt.autograd.grad(dx, x)
    >>> dx.item(), ddx.item()
    (27.0, 18.0)
    """
    if not only_inputs or is_grads_batched:
        raise NotImplementedError(
            "grad: only_inputs must be True and is_grads_batched False; backward() fills .grad, and"
            " tinytorch.autograd.jacobian takes several gradients at once"
        )
    allow_unused = materialize_grads if allow_unused is None else allow_unused
    inputs = listed(inputs)
    nodes = [node_of("grad", i, x) for i, x in enumerate(inputs)]
    roots = starts("grad", listed(outputs), grad_outputs, create_graph)
    if not allow_unused:
        reached = set(reachable(roots))
        for i, node in enumerate(nodes):
            if node not in reached:
                raise RuntimeError(
                    f"grad: the outputs do not depend on inputs[{i}]"
                    f" (shape {inputs[i].shape}); pass allow_unused=True to get None for it"
                )
    grads = propagate(roots, retain_graph, create_graph, set(nodes))
    given = {id(g) for g in roots.values()}
    found = []
    for node in nodes:
        g = grads.get(node)
        if g is None and (materialize_grads or not allow_unused):
            g = np.zeros(node.shape, node.dtype)
        found.append(
            g if g is None or isinstance(g, TensorBase) else base.Tensor._wrap(owned(g, given))
        )
    return tuple(found)


def segment(root, is_edge):
    """The nodes from `root` to the edge, which is included and not passed."""
    found, stack = {}, [root]
    while stack:
        node = stack.pop()
        if node is not None and node not in found:
            found[node] = None
            if not is_edge(node):
                stack.extend(node.next_functions)
    return list(found)
