"""The backward pass with hooks: once, with the complete gradient, and what they return goes on."""

import numpy as np

from ..answer import Wrong
from ..task import Mistake, Task, numbers
from .graphs import Node, cases, made, reached
from .passes import compared, counting, said


def hook_trial(mine, seed=0):
    """The pass as before, and hooks: once, with the whole gradient; what they return goes on."""
    graphs = cases(seed)
    for name, case in graphs.items():
        compared(name, made(case), mine, {})
    for name, case in graphs.items():
        p = made(case)
        used = reached(p.nodes[-1])
        nodes = [n for n in p.nodes if n in used]
        whole = dict(zip(p.nodes, p.gradients(), strict=True))
        for node in dict.fromkeys((nodes[0], nodes[len(nodes) // 2], nodes[-1])):
            for look in (True, False):
                hooked(name, case, p.nodes.index(node), mine, look, whole[node])
    return "Each hook ran once, with the complete gradient, and what it returned went on."


def hooked(name, case, at, mine, look, whole):
    """Put one hook on the node of a case, to look at its gradient or to double it."""
    p = made(case)
    node, seen = p.nodes[at], []

    def hook(g):
        seen.append(g)
        if isinstance(g, Node):
            raise Wrong("a hook is given the gradient of its node, not the node.")
        return None if look else g * 2

    change = None if look else {node: lambda g: g * 2}
    where = "a leaf" if not node.next_functions else "a node"
    name = f"{name}, with a hook on {where}"
    try:
        compared(name, p, mine, {node: hook}, change=change)
    except Wrong as wrong:
        if not isinstance(wrong.__cause__, Wrong):  # raised by a node or a hook
            _hook_ran(name, seen, whole)
        lost = ("the gradient is", "no array of numbers", "given a `NoneType`")
        if look and any(said in str(wrong) for said in lost):
            raise Wrong(
                f"For {name}: the hook returned None, which leaves the gradient as it is."
            ) from wrong
        if "the gradient is" in str(wrong):
            raise Wrong(
                f"For {name}: what the hook returns takes the place of the gradient, and goes on"
                " to the rule or into the result."
            ) from wrong
        raise
    _hook_ran(name, seen, whole)


def _hook_ran(name, seen, whole):
    if not seen:
        raise Wrong(f"For {name}: it was never called.")
    if len(seen) > 1:
        raise Wrong(
            f"For {name}: it was called {len(seen)} times. Call it once, when all gradients of its"
            " node are in."
        )
    first = numbers(seen[0], f"For {name}: what it was given")
    if first.shape != np.shape(whole) or not np.allclose(first, whole):
        raise Wrong(
            f"For {name}: it was given {said(first)}, and the complete gradient of its node is"
            f" {said(whole)}."
        )


def with_hooks(
    result, hooks, when="complete", replace=True, none=True, leaves_too=True, rooted=True
):
    """The counting pass with hooks, or with a mistake about them."""
    root = result.grad_fn
    waiting, stack, seen = {}, [root], {root}
    while stack:
        for source in stack.pop().next_functions:
            if source is not None:
                waiting[source] = waiting.get(source, 0) + 1
                if source not in seen:
                    seen.add(source)
                    stack.append(source)

    def run(node, g):
        if node not in hooks or (node is root and not rooted):
            return g
        if not node.next_functions and not leaves_too:
            return g
        changed = hooks[node](g)
        if changed is None and none:
            return g
        return changed if replace else g

    grads, ready, leaves = {root: np.ones_like(result.data)}, [root], {}
    while ready:
        node = ready.pop()
        g = grads.pop(node)
        if when == "complete" or node is root:
            g = run(node, g)
        if not node.next_functions:
            leaves[node] = g
            continue
        results = node.apply(g)
        for source, d in zip(node.next_functions, results, strict=True):
            if source is None or d is None:
                continue
            if when == "each":
                d = run(source, d)
            grads[source] = grads[source] + d if source in grads else d
            waiting[source] -= 1
            if waiting[source] == 0:
                ready.append(source)
    return leaves


def _wrong_hooks(**how):
    return lambda result, hooks: with_hooks(result, hooks, **how)


def _none_as_zero(result, hooks):
    def spoiled(hook):
        def run(g):
            changed = hook(g)
            return g * 0 if changed is None else changed

        return run

    return with_hooks(result, {node: spoiled(hook) for node, hook in hooks.items()})


TASKS = (
    Task(
        "hooked_backward",
        "my_hooked_backward(result, hooks)",
        hook_trial,
        (
            Mistake("it was never called", lambda result, hooks: counting(result)),
            Mistake("Call it once, when all gradients", _wrong_hooks(when="each")),
            Mistake("takes the place of the gradient", _wrong_hooks(replace=False)),
            Mistake("it was never called", _wrong_hooks(leaves_too=False)),
            Mistake("it was never called", _wrong_hooks(rooted=False)),
            Mistake("leaves the gradient as it is", _none_as_zero),
        ),
    ),
)
