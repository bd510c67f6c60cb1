"""The backward pass: from the result to the leaves, every node once.

A pass starts with the gradient of the result (1, for a loss) and takes the newest node that has a
gradient. All nodes that used its result are newer and done, so its gradient is complete; its rule
turns it into gradients of its inputs, which are added up at the nodes that made them. What
arrives at a leaf is its gradient. A list and a sort, no recursion: depth and sharing cost
nothing extra.
"""

from bisect import bisect_left
from operator import attrgetter
from sys import getrefcount

import numpy as np
from numpy import float32

from . import base
from .base import TensorBase
from .leaf import run_hooks
from .modes import GradMode, grad_mode, watchers
from .numbers import FLOAT32
from .refusals import bad_rule, fitted, refuse_changed
from .versions import unchanged_since


def backward(
    tensors, grad_tensors=None, retain_graph=None, create_graph=False, inputs=None
) -> None:
    """Add ∂(sum of `tensors`·`grad_tensors`)/∂leaf to the `.grad` of every leaf.

    Parameters
    ----------
    tensors : Tensor or sequence of Tensors
        Where the pass starts.
    grad_tensors : array, Tensor or sequence of them, optional
        The upstream gradient g of each, of its shape. May be left out for one-element tensors.
    retain_graph : bool, optional
        Keep the graph for another pass. Default: the value of `create_graph`.
    create_graph : bool
        Record the pass itself, so that gradients can be differentiated again.
    inputs : Tensor or sequence of Tensors, optional
        Accumulate into these alone.

    Raises
    ------
    RuntimeError
        Nothing to differentiate, a missing or misshapen gradient, a graph already freed, or a
        saved value changed in place. No `.grad` is touched in any of these cases.
    """
    roots = starts("backward", listed(tensors), grad_tensors, create_graph)
    wanted = None
    if inputs is not None:
        wanted = {node_of("backward", i, x): x for i, x in enumerate(listed(inputs))}
    grads = propagate(roots, retain_graph, create_graph, wanted)
    arrived = []
    for node, g in grads.items():
        tensor = wanted[node] if wanted is not None else node.tensor()
        if tensor is None or tensor._node is None:
            continue  # nobody has the leaf any more, or it wants no gradient by now
        if tensor._data.shape != g.shape:
            raise RuntimeError(
                f"backward: a leaf had shape {g.shape} in the forward pass and now has"
                f" {tensor.shape}; run the forward pass again after replacing .data"
            )
        arrived.append((node, tensor, g))
    given = {id(g) for g in roots.values()}
    for node, tensor, g in arrived:
        if node.hooks:  # a hook may have kept it
            given.add(id(g))
        accumulate(tensor, g, given)


def propagate(roots, retain_graph, create_graph, wanted=None, within=None):
    """Run the pass. Returns the gradient at every leaf reached, or at the `wanted` nodes.

    `within` holds the nodes of a part of the graph whose edge is `wanted`: there the pass ends.
    """
    if retain_graph is None:
        retain_graph = create_graph
    order, useful, on_the_way = choose(roots, wanted, within)
    grads, found, watching = dict(roots), {}, watchers.get()
    before = grad_mode.set(GradMode(bool(create_graph), grad_mode.get()))
    try:
        with np.errstate(all="ignore"):
            while order:
                node = order.pop()
                g = grads.pop(node, None)
                if g is None:
                    continue
                if node.hooks:
                    g = run_hooks(node, g)
                if wanted is not None:
                    if node in wanted:
                        found[node] = g
                    if node not in on_the_way:
                        continue
                results = node.apply_to_tensors(g) if create_graph else node.apply(g)
                if watching:
                    for watcher in watching:
                        watcher("backward", node, g, results)
                deliver(node, results, grads, useful, create_graph)
                if not retain_graph:
                    node.saved_tensors, node.next_functions = None, ()
                    if node.intermediate is not None:
                        node.intermediate = None
            for leaf, g in grads.items():
                if wanted is None or leaf in wanted:
                    found[leaf] = run_hooks(leaf, g) if leaf.hooks else g
    finally:
        grad_mode.reset(before)
    return found


def choose(roots, wanted=None, within=None):
    """The nodes of the pass, oldest first.

    With `wanted`, also the set of those whose gradient is useful for that, and of those among
    them whose rule is: what is wanted itself may be the end of the way.
    """
    order = reachable(roots) if within is None else within
    order.sort(key=attrgetter("order"))  # taken from the end: newest first
    useful = on_the_way = None
    if wanted is not None:
        useful, on_the_way = set(wanted), set()
        for node in order:
            if within is not None and node in wanted:
                continue
            if not useful.isdisjoint(node.next_functions):
                on_the_way.add(node)
                useful.add(node)
    del order[: bisect_left(order, 0, key=attrgetter("order"))]  # leaves have no rule
    if order and not unchanged_since(order[0].order):
        refuse_changed(order)
    return order, useful, on_the_way


def deliver(node, results, grads, useful=None, create_graph=False):
    """Add what a rule returned to the gradients waiting at the nodes it is for."""
    targets = node.next_functions
    if type(results) is not tuple or len(results) != len(targets):
        raise bad_rule(node, results)
    i = -1
    for target, d in zip(targets, results):  # noqa: B905 (lengths were just compared)
        i += 1
        if target is None or d is None or (useful is not None and target not in useful):
            continue
        try:
            if type(d) is float32:  # a number; asking it for dtype and shape takes longer
                fits = target.dtype is FLOAT32 and not target.shape
            else:
                fits = d.dtype is target.dtype and d.shape == target.shape
        except AttributeError:
            fits = False
        if create_graph or not fits:
            d = fitted(node, i, d, target, create_graph)
        grads[target] = grads[target] + d if target in grads else d


def reachable(roots):
    """Every node that a gradient could reach from `roots`, each once; no recursion.

    Refuses a graph of which a part was freed.
    """
    this_pass = object()  # noted on the nodes: cheaper than a set of all of them
    found = []
    for root in roots:
        root.reached_by = this_pass
        found.append(root)
    for node in found:  # the list grows while it is gone through
        if node.saved_tensors is None:
            raise RuntimeError(
                f"backward: the graph behind {type(node).__name__} was freed by an earlier"
                " backward(); pass retain_graph=True to that one, or run the forward pass again"
            )
        for source in node.next_functions:
            if source is not None and source.reached_by is not this_pass:
                source.reached_by = this_pass
                found.append(source)
    return found


def starts(name, tensors, grads, create_graph):
    """Where the pass starts, and with which gradient: {node: g}."""
    if grads is None:
        grads = [None] * len(tensors)
    elif len(tensors) == 1 and not (isinstance(grads, (tuple, list)) and len(grads) == 1):
        grads = [grads]
    if len(grads) != len(tensors):
        raise RuntimeError(f"{name}: {len(tensors)} tensors, but {len(grads)} gradients for them")
    roots = {}
    for tensor, g in zip(tensors, grads, strict=True):
        if not isinstance(tensor, TensorBase):
            raise TypeError(f"{name}: expected a Tensor, got {type(tensor).__name__}")
        node, data = tensor._node, tensor._data
        if node is None:
            raise RuntimeError(
                f"{name}: the tensor of shape {data.shape} and dtype {data.dtype} requires no"
                " gradient; make what it comes from with requires_grad=True, outside no_grad(),"
                " from operations that can be differentiated"
            )
        if g is None:
            if data.size != 1:
                raise RuntimeError(
                    f"{name}: the tensor has shape {data.shape}, and only a single number has a"
                    " gradient of its own; reduce it (.sum(), .mean()) or pass a gradient of that"
                    " shape"
                )
            g = data.dtype.type(1) if data.ndim == 0 else np.ones(data.shape, data.dtype)
        elif not isinstance(g, TensorBase):
            g = base.Tensor(g, dtype=data.dtype)._data
        elif not create_graph:
            g = g._data
        if g.shape != data.shape:
            raise RuntimeError(
                f"{name}: the gradient has shape {g.shape}, the tensor {data.shape};"
                " they must be equal"
            )
        if g.dtype != data.dtype:
            g = g.astype(data.dtype) if not isinstance(g, TensorBase) else g.to(data.dtype)
        if create_graph and not isinstance(g, TensorBase):
            g = base.Tensor._wrap(g)
        roots[node] = roots[node] + g if node in roots else g
    return roots


def node_of(name, i, tensor):
    if not isinstance(tensor, TensorBase) or tensor._node is None:
        raise RuntimeError(
            f"{name}: inputs[{i}] requires no gradient; make it with requires_grad=True"
        )
    return tensor._node


def listed(tensors):
    return [tensors] if isinstance(tensors, TensorBase) else list(tensors)


def accumulate(tensor, g, given):
    old = tensor._grad
    if isinstance(g, TensorBase):  # the graph may hold g, and another leaf too
        tensor._grad = g.clone() if old is None else old + g
    elif old is None:
        tensor._grad = base.Tensor._wrap(owned(g, given))
    elif old._node is not None:
        tensor._grad = base.Tensor._wrap(old._data + g)
    else:  # the same Tensor: who kept it sees the sum, as in PyTorch
        old._data = old._data + g


def owned(g, given):
    """`g`, or a copy of it if the array may be someone else's: a view, or given out before."""
    if type(g) is np.ndarray:
        if not g.flags.writeable or id(g) in given or not _alone(g):
            return g.copy()
        given.add(id(g))
    return g


def _alone(g):
    """Whether `g` owns its memory, or is all of an array, in its order, that nobody else has."""
    base = g.base
    if base is None:
        return True
    whole = type(base) is np.ndarray and base.base is None and base.nbytes == g.nbytes
    del base
    return whole and g.flags.c_contiguous and _holders(g) <= _HELD_BY_ITS_VIEW


def _holders(view):
    return getrefcount(view.base)


_HELD_BY_ITS_VIEW = _holders(np.zeros(1).reshape(1, 1))  # how Python counts is its own affair
