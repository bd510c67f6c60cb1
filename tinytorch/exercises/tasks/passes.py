"""The backward pass over a graph: order, sums, each node once; and hooks on the way.

The graphs are made here, of nodes that can do nothing but what a pass may use, and what is right is
computed from the program that made them: the package's engine has no part in it.
"""

import sys
from dataclasses import dataclass, field

import numpy as np

from ..answer import NotWritten, Wrong
from ..diagnosis import readers_line
from ..task import Mistake, Task, short


class Node:
    """A node as an engine records it: `next_functions` and `apply`, once."""

    def __init__(self, says, sources, rule=None):
        self.next_functions = sources
        self._says, self._rule, self._calls = says, rule, 0

    def apply(self, g):
        if self._rule is None:
            raise Wrong(
                f"`apply` of {self!r} was called, and it is a leaf: no rule, no `next_functions`."
                " What arrives there is the result."
            )
        self._calls += 1
        if self._calls > 1:
            raise Wrong(
                f"`apply` of {self!r} was called a second time. Add up all gradients that reach a"
                " node, then call its rule, once."
            )
        if not isinstance(g, np.ndarray | np.generic | float | int):
            raise Wrong(f"`apply` of {self!r} was given a `{type(g).__name__}`, not a gradient.")
        return self._rule(g)

    def __getattr__(self, name):
        if name.startswith("_"):  # Python's own questions
            raise AttributeError(name)
        raise Wrong(
            f"`node.{name}` is not yours: `next_functions` and `apply` are all you may use."
        )

    def __repr__(self):
        return f"<{self._says}>"


@dataclass
class Result:
    """What a computation returns: the number and the node that made it."""

    data: object
    grad_fn: Node


@dataclass
class Program:
    """A computation, kept as the list of its steps, so that its gradients can be had directly."""

    values: list = field(default_factory=list)
    nodes: list = field(default_factory=list)
    steps: list = field(default_factory=list)

    def leaf(self, value):
        return self._new(value, Node("leaf", ()), ())

    def constant(self, value):
        return self._new(value, None, ())

    def add(self, i, j):
        return self._new(
            self.values[i] + self.values[j],
            Node("a sum", self._sources(i, j), lambda g: (g, g)),
            ((i, 1.0), (j, 1.0)),
        )

    def mul(self, i, j):
        a, b = self.values[i], self.values[j]

        def rule(g):
            return (g * b, g * a)

        return self._new(a * b, Node("a product", self._sources(i, j), rule), ((i, b), (j, a)))

    def half(self, i):
        """A function whose rule wants no gradient for its second input."""

        def rule(g):
            return (g * 0.5, None)

        node = Node("a half", (self.nodes[i], None), rule)
        return self._new(self.values[i] * 0.5, node, ((i, 0.5),))

    def _sources(self, *places):
        return tuple(self.nodes[i] for i in places)

    def _new(self, value, node, slopes):
        self.values.append(value)
        self.nodes.append(node)
        self.steps.append(slopes)
        return len(self.values) - 1

    def result(self, at=-1):
        return Result(self.values[at], self.nodes[at])

    def gradients(self, change=None):
        """The gradient of the last value at every step; `change` acts at nodes, as hooks do."""
        last = np.ones_like(self.values[-1])
        g = [np.zeros_like(last) for _ in self.values]
        g[-1] = last
        for k in reversed(range(len(self.steps))):
            if change and self.nodes[k] in change:
                g[k] = change[self.nodes[k]](g[k])
            for i, slope in self.steps[k]:
                g[i] = g[i] + g[k] * slope
        return g


def chain(p):
    x, three, two = p.leaf(np.float64(1.1)), p.constant(3.0), p.constant(2.0)
    p.mul(p.mul(x, three), two)


def twice(p):
    x = p.leaf(np.float64(1.1))
    p.mul(x, x)


def one_more(p):
    p.leaf(np.float64(1.1))


def a_3_5_a(p):
    a = p.leaf(np.float64(1.1))
    p.add(p.mul(p.mul(a, p.constant(3.0)), p.constant(5.0)), a)


def a_a_3_5(p):
    a = p.leaf(np.float64(1.1))
    p.add(a, p.mul(p.mul(a, p.constant(3.0)), p.constant(5.0)))


def x3_xx(p):
    x = p.leaf(np.float64(1.1))
    p.add(p.mul(x, p.constant(3.0)), p.mul(x, x))


def inner_short_long(p):
    x = p.leaf(np.float64(1.1))
    a = p.mul(x, x)
    p.add(a, p.mul(p.mul(a, p.constant(3.0)), p.constant(5.0)))


def inner_long_short(p):
    x = p.leaf(np.float64(1.1))
    a = p.mul(x, x)
    p.add(p.mul(p.mul(a, p.constant(3.0)), p.constant(5.0)), a)


def inner_x3_xx(p):
    x = p.leaf(np.float64(1.1))
    a = p.mul(x, x)
    p.add(p.mul(a, p.constant(3.0)), p.mul(a, a))


def two_leaves(p):
    x, y = p.leaf(np.float64(2.0)), p.leaf(np.float64(-3.0))
    p.mul(p.add(p.mul(x, y), x), y)


def a_none(p):
    x = p.leaf(np.float64(2.0))
    p.mul(p.half(x), x)


def squarings(p):
    x = p.leaf(np.float64(1.01))
    for _ in range(40):
        x = p.mul(x, x) if _ < 5 else p.add(x, x)


def arrays(p):
    x = p.leaf(np.array([1.0, -2.0, 0.5]))
    a = p.add(x, x)
    b = p.add(a, x)
    p.mul(p.add(a, b), b)


def anything(seed):
    def made(p):
        rng = np.random.default_rng(seed)
        places = [p.leaf(np.float64(v)) for v in rng.uniform(0.5, 1.5, 3)]
        places.append(p.constant(2.0))
        for _ in range(12):
            i, j = rng.choice(places, 2)
            if p.nodes[i] is None and p.nodes[j] is None:
                continue
            places.append((p.add if rng.random() < 0.6 else p.mul)(i, j))

    return made


KNOWN = {
    "a plain chain": chain,
    "a leaf alone": one_more,
    "x * x": twice,
    "a*3*5 + a": a_3_5_a,
    "a + a*3*5": a_a_3_5,
    "x*3 + x*x": x3_xx,
    "a + a*3*5 with a = x*x": inner_short_long,
    "a*3*5 + a with a = x*x": inner_long_short,
    "a*3 + a*a with a = x*x": inner_x3_xx,
    "two leaves": two_leaves,
    "a rule that returns None for an input": a_none,
    "arrays, whose rules return one array twice": arrays,
    "forty doublings": squarings,
}


def cases(seed=0):
    """The graphs to try: known ones, and a dozen drawn at random."""
    drawn = range(12 * seed, 12 * seed + 12)
    return KNOWN | {f"a graph drawn at random ({n})": anything(n) for n in drawn}


def made(case):
    program = Program()
    case(program)
    return program


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
    reached = _reached(program.nodes[-1])
    leaves = {
        node: due[i]
        for i, node in enumerate(program.nodes)
        if node in reached and not node.next_functions
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
    if found is None:
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
        value = found[node]
        if np.shape(value) != np.shape(right) or not np.allclose(value, right):
            raise Wrong(
                f"For {name}, the gradient is {_said(right)}, yours {_said(value)}. Was a node"
                " called before all of its gradients were in?"
            )


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


def _reached(node):
    found, stack = {node}, [node]
    while stack:
        for source in stack.pop().next_functions:
            if source is not None and source not in found:
                found.add(source)
                stack.append(source)
    return found


def _said(value):
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
    nodes = _reached(result.grad_fn)
    return _in(sorted(nodes, key=lambda node: -node.order), result)


def every_node(result):
    grads = {}
    leaves = counting(result)
    grads[result.grad_fn] = np.ones_like(result.data)
    return grads | leaves


# --------------------------------------------------------------------------------------- hooks


def hook_trial(mine, seed=0):
    """The pass as before, and hooks: once, with the whole gradient; what they return goes on."""
    graphs = cases(seed)
    for name, case in graphs.items():
        compared(name, made(case), mine, {})
    for name, case in graphs.items():
        p = made(case)
        reached = [n for n in p.nodes if n is not None and n in _reached(p.nodes[-1])]
        whole = dict(zip(p.nodes, p.gradients(), strict=True))
        for node in {reached[0], reached[len(reached) // 2], reached[-1]}:
            for look in (True, False):
                hooked(name, case, p.nodes.index(node), mine, look, whole[node])
    return "Each hook ran once, with the complete gradient, and what it returned went on."


def hooked(name, case, at, mine, look, whole):
    """Put one hook on the node of a case, to look at its gradient or to double it."""
    p = made(case)
    node, seen = p.nodes[at], []

    def hook(g):
        seen.append(np.array(g))
        return None if look else g * 2

    change = None if look else {node: lambda g: g * 2}
    where = "a leaf" if not node.next_functions else "a node"
    name = f"{name}, with a hook on {where}"
    try:
        compared(name, p, mine, {node: hook}, change=change)
    except Wrong as wrong:
        _hook_ran(name, seen, whole)
        if look and "the gradient is" in str(wrong):
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
    if seen[0].shape != np.shape(whole) or not np.allclose(seen[0], whole):
        raise Wrong(
            f"For {name}: it was given {_said(seen[0])}, and the complete gradient of its node is"
            f" {_said(whole)}."
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
            Mistake("the gradient is", lambda result: counting(result, in_place=True)),
            Mistake("overflow it", recursive_order),
            Mistake("are all you may use", by_creation),
            Mistake("and is no leaf", every_node),
        ),
    ),
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
