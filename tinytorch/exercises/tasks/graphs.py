"""Graphs for the backward pass: nodes that can do nothing but what a pass may use.

What is right is computed from the program that made a graph; the package's engine has no part in
it.
"""

from dataclasses import dataclass, field

import numpy as np

from ..answer import Wrong


class Node:
    """A node as an engine records it: `next_functions` and `apply`, once."""

    def __init__(self, says, sources, rule=None):
        self.next_functions = sources
        self._says, self._rule, self._calls, self._sent = says, rule, 0, ()

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
        sent = self._rule(g)
        self._sent = [(d, d.copy()) for d in sent if isinstance(d, np.ndarray)]
        return sent

    def _was_overwritten(self):
        """Whether an array that the rule returned holds other numbers now."""
        return any(not np.array_equal(d, kept, equal_nan=True) for d, kept in self._sent)

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

    def arriving(self, node):
        """The gradients that reach a node, a list for each node that uses it."""
        g = self.gradients()
        goal = self.nodes.index(node)
        uses = ([g[k] * d for i, d in s if i == goal] for k, s in enumerate(self.steps))
        return [parts for parts in uses if parts]


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


def sums(p):
    x, y = p.leaf(np.array([1.0, -2.0, 0.5])), p.leaf(np.array([0.5, 1.5, 3.0]))
    p.add(p.add(x, y), x)


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
    "a sum of arrays": sums,
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


def reached(node):
    found, stack = {node}, [node]
    while stack:
        for source in stack.pop().next_functions:
            if source is not None and source not in found:
                found.add(source)
                stack.append(source)
    return found
