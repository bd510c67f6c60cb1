"""The backward pass over a graph: order, sums, each node once."""

import sys

import numpy as np

from ..answer import NotWritten, Wrong, nothing
from ..diagnosis import readers_line
from ..task import Mistake, Task, numbers, short
from .graphs import Node, Program, cases, made, reached


def trial(mine, seed=0):
    """Values, number of calls, and depth."""
    graphs = cases(seed)
    for name, case in graphs.items():
        compared(name, made(case), mine)
    deep(mine)
    return f"One call for each node on {len(graphs)} graphs, at any depth."


def compared(name, program, mine, *hooks, change=None):
    """Hold the reader's gradients of the leaves against the program's."""
    due = program.gradients(change)
    nodes = reached(program.nodes[-1])
    leaves = {
        node: due[i]
        for i, node in enumerate(program.nodes)
        if node in nodes and not node.next_functions
    }
    try:
        found = mine(program.result(), *hooks)
    except Wrong as wrong:
        raise Wrong(f"For {name}: {wrong}") from wrong
    except (TypeError, AttributeError, KeyError) as error:
        if "None" not in str(error):
            raise
        line = readers_line(error)
        where = f" in the line\n\n```python\n{line}\n```\n\n" if line else ". "
        raise Wrong(
            f"For {name}, it raises `{type(error).__name__}: {error}`{where}Two things may be None,"
            " and are to be skipped: an entry of `next_functions`, where an input wants no"
            " gradient, and what a rule returns for it."
        ) from error
    if nothing(found):
        raise NotWritten("It returns nothing yet. End it with `return`.")
    if not isinstance(found, dict):
        raise Wrong(f"For {name}: return a dictionary from leaf to gradient, not `{found!r}`.")
    for node in found:
        if not isinstance(node, Node):
            raise Wrong(
                f"For {name}: a key is `{node!r}`; use the node that stands for the leaf in"
                " `next_functions`."
            )
        if node.next_functions:
            raise Wrong(f"For {name}: `{node!r}` is in the dictionary, and is no leaf.")
    if len(found) < len(leaves):
        raise Wrong(f"For {name}: {len(leaves)} leaves are reached, yours has {len(found)}.")
    for node, right in leaves.items():
        value = numbers(found.get(node), f"For {name}: a gradient")
        if value.shape != np.shape(right) or not np.allclose(value, right):
            why = "" if hooks else _why(program, node, found, value, right)
            raise Wrong(
                f"For {name}, the gradient is {said(right)}, yours {said(value)}."
                + (why or " Was a node called before all of its gradients were in?")
            )


def _why(program, node, found, value, right):
    """What was begun or added up wrongly, where that explains the number of a leaf."""
    result = program.values[-1]
    if value.shape == () and np.shape(right):
        return " The pass begins with ones of the shape of the result: `np.ones_like(result.data)`."
    if not np.any([g for g in found.values() if np.shape(g) == value.shape]):
        return " The pass begins with ones; begun with zeros, it sends on nothing else."
    if value.shape == np.shape(result) and np.allclose(value, result * right):
        return " The pass begins with ones, not with the result."
    if any(node._was_overwritten() for node in program.nodes if node is not None):
        return (
            " An array that a rule returned was changed in place. A sum gives the same array to"
            " both of its inputs, so add with `grads[source] = grads[source] + d`, not with `+=`."
        )
    uses = program.arriving(node)
    if len(uses) == 1 and any(np.allclose(value, part) for part in uses[0]):
        return (
            " Its rule returns two gradients for one leaf, and yours is one of them: add them up."
        )
    return ""


def deep(mine):
    n = sys.getrecursionlimit() + 200
    p = Program()
    p.leaf(np.float64(1.0))
    one = p.constant(1.0)
    at = 0
    for _ in range(n):
        at = p.mul(at, one)
    try:
        found = mine(p.result())
    except RecursionError:
        raise Wrong(
            f"Right and sparing, but {n:,} operations in a row overflow it. Find the order with a"
            " stack or a count instead of recursion."
        ) from None
    if [float(v) for v in found.values()] != [1.0]:
        raise Wrong(f"After {n:,} operations in a row the gradient should be 1.")


def said(value):
    return short(np.asarray(value))


# ----------------------------------------------------------------- right and wrong ways to do it


def counting(result, counts_edges=True, each_edge=True, in_place=False, skip_none=True):
    """Gradients of the leaves by counts of the edges that lead to a node."""
    root = result.grad_fn
    waiting, stack, seen = {}, [root], {root}
    while stack:
        for source in stack.pop().next_functions:
            if source is not None:
                waiting[source] = waiting.get(source, 0) + 1 if counts_edges else 1
                if source not in seen:
                    seen.add(source)
                    stack.append(source)
    grads, ready, leaves = {root: np.ones_like(result.data)}, [root], {}
    while ready:
        node = ready.pop()
        g = grads.pop(node)
        if not node.next_functions:
            leaves[node] = g
            continue
        for source, d in zip(node.next_functions, node.apply(g), strict=True):
            if source is None or (d is None and skip_none):
                continue
            if source in grads and in_place:
                grads[source] += d
            elif source in grads and each_edge:
                grads[source] = grads[source] + d
            else:
                grads[source] = d
            waiting[source] -= 1
            if waiting[source] == 0:
                ready.append(source)
    return leaves


def _visits_none(result):
    order, seen = [], set()

    def visit(node):
        seen.add(node)
        for source in node.next_functions:
            if source not in seen:
                visit(source)
        order.append(node)

    visit(result.grad_fn)
    return _in(order[::-1], result)


def _gives_to_none(result):
    grads, order = {result.grad_fn: np.ones_like(result.data)}, [result.grad_fn]
    for node in order:
        for source in node.next_functions:
            if source is not None and source not in order:
                order.append(source)
    waiting = dict.fromkeys(order, 0)
    for node in order:
        for source, d in zip(node.next_functions, node.apply(grads[node]), strict=True):
            grads[source] = grads.get(source, 0) + d
            waiting[source] += 1
    return {node: grads[node] for node in order if not node.next_functions}


def preorder(result):
    """Depth first, a node before its sources: right on chains and on trees."""
    order, stack, seen = [], [result.grad_fn], set()
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        order.append(node)
        stack += [s for s in node.next_functions if s is not None]
    return _in(order, result)


def breadth_first(result):
    order, seen = [result.grad_fn], {result.grad_fn}
    for node in order:
        for s in node.next_functions:
            if s is not None and s not in seen:
                seen.add(s)
                order.append(s)
    return _in(order, result)


def _in(order, result):
    grads, leaves = {result.grad_fn: np.ones_like(result.data)}, {}
    for node in order:
        g = grads.pop(node, None)
        if g is None:
            continue
        if not node.next_functions:
            leaves[node] = g
            continue
        for source, d in zip(node.next_functions, node.apply(g), strict=True):
            if source is not None and d is not None:
                grads[source] = grads[source] + d if source in grads else d
    return leaves


def obvious(result):
    """Send every gradient on as it comes: right, and exponential."""
    grads = {}

    def visit(node, g):
        if not node.next_functions:
            grads[node] = grads.get(node, 0) + g
            return
        for source, d in zip(node.next_functions, node.apply(g), strict=True):
            if source is not None and d is not None:
                visit(source, d)

    visit(result.grad_fn, np.ones_like(result.data))
    return grads


def recursive_order(result):
    order, seen = [], set()

    def visit(node):
        if node is not None and node not in seen:
            seen.add(node)
            for source in node.next_functions:
                visit(source)
            order.append(node)

    visit(result.grad_fn)
    return _in(order[::-1], result)


def by_creation(result):
    nodes = reached(result.grad_fn)
    return _in(sorted(nodes, key=lambda node: -node.order), result)


def every_node(result):
    grads = {}
    leaves = counting(result)
    grads[result.grad_fn] = np.ones_like(result.data)
    return grads | leaves


TASKS = (
    Task(
        "backward",
        "my_backward(result)",
        trial,
        (
            Mistake("Two things may be None, and are to be skipped", _visits_none),
            Mistake("Two things may be None, and are to be skipped", _gives_to_none),
            Mistake("was called a second time", obvious),
            Mistake("Was a node called before all of its gradients were in", preorder),
            Mistake("Was a node called before all of its gradients were in", breadth_first),
            Mistake(
                "Was a node called before all of its gradients were in",
                lambda result: counting(result, counts_edges=False),
            ),
            Mistake("the gradient is", lambda result: counting(result, each_edge=False)),
            Mistake("was changed in place", lambda result: counting(result, in_place=True)),
            Mistake("overflow it", recursive_order),
            Mistake("are all you may use", by_creation),
            Mistake("and is no leaf", every_node),
        ),
    ),
)
