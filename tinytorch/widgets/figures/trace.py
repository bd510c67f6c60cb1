"""The two passes of a function, as the engine ran them, and as recursion or forward mode would."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

import tinytorch as tt
from tinytorch.widgets.figures.wording import constant, formula, rule, short
from tinytorch.widgets.frame.figure import Unshowable

NODES = 24  # the largest graph that can be read
CALLS = 120  # how much of a recursive pass is kept to step through; all of it is counted


class Trace:
    """One forward and one backward pass of f at `inputs`, as the engine ran them.

    Nodes are numbered: leaves, then constants and operations in the order of the forward pass.

    Attributes
    ----------
    inputs : dict
        Where it was traced.
    leaves : list of str
    operations : list of str
        For each node the class of its operation, such as ``"MulBackward"``, or nothing.
    values : list of numpy.ndarray
    sources : list of list of int
        What each node is made from.
    constants : list of int
        The nodes that have no gradient.
    edges : list of (int, int)
        (node, source), one for every operand.
    visits : list of (int, array, list of (int, array))
        The backward pass: node, its gradient, and along which edge its rule sent what.
    calls : list of int
        How often a naive recursion would visit each node.
    """

    def __init__(self, f: Callable, inputs: dict[str, Any], g: Any, modes: bool = False):
        events: list[tuple] = []
        tensors = {name: leaf(name, value) for name, value in inputs.items()}
        for tensor in tensors.values():
            tensor.register_hook(lambda d, node=tensor._node: events.append(("leaf", node, d)))
        with tt.autograd.watch(lambda *event: events.append(event)):
            result = f(*tensors.values())
            if not result.requires_grad:
                raise Unshowable(f"The result does not depend on {', '.join(inputs)}: no graph.")
            events = [event for event in events if event[0] == "forward"]  # f may differentiate
            result.backward(g, retain_graph=True)
        self.inputs = inputs
        used = set(tt.autograd.graph(result).nodes)
        if len(used) > NODES:
            raise Unshowable(
                f"The graph has {len(used)} nodes: too many to tell apart in a figure."
            )

        self.leaves = [name for name, x in tensors.items() if x._node in used]
        self.values = [tensors[name].data for name in self.leaves]
        self.operations = [""] * len(self.leaves)
        self.sources: list[list[int]] = [[] for _ in self.leaves]
        self.constants: list[int] = []
        self.edges: list[tuple[int, int]] = []
        self._index = {tensors[name]._node: i for i, name in enumerate(self.leaves)}
        self._edge: dict[tuple[int, int], int] = {}  # (node, position of the operand): edge
        for _, node, operands, z in (e for e in events if e[0] == "forward" and e[1] in used):
            made_from = [self._operand(x) for x in operands]
            at = self._index[node] = self._add(type(node).__name__, z, made_from)
            for position, source in enumerate(made_from):
                self._edge[at, position] = len(self.edges)
                self.edges.append((at, source))
        self.root = self._index[result._node]
        self._result, self._seed = result, np.ones(result.shape) if g is None else np.asarray(g)
        self.visits = [
            (self._index[node], np.asarray(d), self._sent(node, results[0] if results else ()))
            for kind, node, d, *results in events
            if kind != "forward"
        ]
        self.locals: list[np.ndarray | None] = [None] * len(self.edges)
        for node, own in self._index.items():
            if self.operations[own]:
                self._note_locals(node, own)
        self.tangents = [*self._tangents()] if modes else []
        self.calls = [0] * len(self.values)
        self.calls[self.root] = 1
        for node, _, sent in self.visits:
            for edge, _ in sent:
                self.calls[self.edges[edge][1]] += self.calls[node]

    def _operand(self, x: Any) -> int:
        if isinstance(x, tt.Tensor) and x._node in self._index:
            return self._index[x._node]
        self.constants.append(len(self.values))
        return self._add("", x, [])

    def _add(self, operation: str, value: Any, made_from: list[int]) -> int:
        self.values.append(np.asarray(value, dtype=np.float64))
        self.operations.append(operation)
        self.sources.append(made_from)
        return len(self.values) - 1

    def _sent(self, node: Any, grads: Sequence) -> list[tuple[int, np.ndarray]]:
        return [
            (self._edge[self._index[node], position], np.asarray(d))
            for position, (target, d) in enumerate(zip(node.next_functions, grads, strict=False))
            if target is not None and d is not None
        ]

    def _note_locals(self, node: Any, own: int) -> None:
        """Note what the rule returns for g = 1, where that is a factor of each single number."""
        ones = np.ones(self.values[own].shape)
        random = np.random.default_rng(0).normal(size=ones.shape)
        for (edge, d), (_, other) in zip(
            self._sent(node, node.apply(ones)), self._sent(node, node.apply(random)), strict=True
        ):
            if d.shape == ones.shape and np.allclose(d * random, other):
                self.locals[edge] = d

    def _tangents(self) -> Iterator[tuple]:
        """Yield the visits of forward mode: node, its derivative by the input of this pass, ….

        Further: what each edge brought, and the input.
        """
        runs = [own for own, operation in enumerate(self.operations) if operation]
        edges = [self._edge[own, k] for own in runs for k in range(len(self.sources[own]))]
        if any(self.locals[e] is None or self.locals[e].ndim for e in edges if self._leads(e)):
            raise ValueError("modes: forward mode is shown for single numbers alone")
        for leaf in range(len(self.leaves)):
            found = {leaf: 1.0}
            yield leaf, 1.0, [], leaf
            for own in runs:
                ways = [self._edge[own, k] for k in range(len(self.sources[own]))]
                ways = [edge for edge in ways if self._leads(edge)]
                sent = [
                    (edge, found.get(self.edges[edge][1], 0.0) * float(self.locals[edge]))
                    for edge in ways
                ]
                found[own] = sum(d for _, d in sent)
                yield own, found[own], sent, leaf

    def _leads(self, edge: int) -> bool:
        """Tell whether an edge leads to a node that has a gradient."""
        return self.edges[edge][1] not in self.constants

    def recursion(self, node: Any = None, g: Any = None) -> Iterator[tuple]:
        """Yield the visits of a naive pass: each call passes its gradients on at once."""
        if node is None:
            node, g = self._result._node, self._seed
        i = self._index[node]
        grads = node.apply(g) if self.operations[i] else ()
        yield i, np.asarray(g), self._sent(node, grads)
        for target, d in zip(node.next_functions, grads, strict=False):
            if target is not None and d is not None:
                yield from self.recursion(target, d)

    def numbers(self) -> Iterator[np.ndarray]:
        """Yield every value, every local derivative and every gradient."""
        yield from self.values
        yield from (d for d in self.locals if d is not None)
        for _, tangent, sent, _ in self.tangents:
            yield from (np.asarray(d) for d in (tangent, *(way[1] for way in sent)))
        for _, g, sent in self.visits:
            yield g
            yield from (d for _, d in sent)

    def written(self, write: Callable[[Any], str]) -> dict[str, list]:
        """Return the numbers of all steps as text.

        A visit is [node, its gradient, [[edge, what went along it, sum at its end so far], …]].
        In a recursive pass only leaves add up what arrives, at their own visits.
        """
        texts = [
            constant(value) if i in self.constants else write(value)
            for i, value in enumerate(self.values)
        ]
        sums: dict[int, Any] = {}
        ours, naive = [], []
        for node, g, sent in self.visits:
            out = []
            for edge, d in sent:
                target = self.edges[edge][1]
                before = sums.get(target)
                sums[target] = d if before is None else before + d
                out.append([edge, write(d), write(sums[target])])
            ours.append([node, write(g), out])
        sums = {}
        for node, g, sent in islice(self.recursion(), CALLS):
            if not self.operations[node]:
                sums[node] = sums.get(node, 0) + g
                g = sums[node]
            naive.append([node, write(g), [[edge, write(d)] for edge, d in sent]])
        return {
            "values": texts,
            "numbers": self.formulas(texts),
            "locals": [d if d is None else short(write(d)) for d in self.locals],
            "seed": write(self._seed),
            "leaves": len(self.leaves),
            "forward": [
                [node, write(tangent), [[edge, write(d)] for edge, d in sent], leaf]
                for node, tangent, sent, leaf in self.tangents
            ],
            "ours": ours,
            "naive": naive,
        }

    def kinds(self) -> list[str]:
        """Return what each node is: an operation's class, a leaf, or nothing for a constant."""
        return [
            "" if i in self.constants else operation or "leaf"
            for i, operation in enumerate(self.operations)
        ]

    def rules(self, names: Sequence[str]) -> list[str]:
        """Return of each edge the local derivative as a formula, or nothing where it has none."""
        found = [""] * len(self.edges)
        for (own, position), edge in self._edge.items():
            made_from = [names[source] for source in self.sources[own]]
            found[edge] = rule(self.operations[own], made_from, position, names[own])
        return found

    def kept(self, names: Sequence[str]) -> list[str]:
        """Return what each operation has saved, by the names of its operands and of its result."""
        found = [""] * len(self.values)
        for node, own in self._index.items():
            if self.operations[own]:
                near = [*self.sources[own], own]
                same = [
                    next(i for i in near if np.array_equal(self.values[i], saved))
                    for saved in node.saved_tensors
                ]
                found[own] = ", ".join(dict.fromkeys(names[i] for i in same)) or "nothing"
        return found

    def formulas(self, names: Sequence[str]) -> list[str]:
        """Return what each operation computes, of operands written as `names`: "x · y"."""
        return [
            formula(operation, [names[source] for source in made_from])
            for operation, made_from in zip(self.operations, self.sources, strict=True)
        ]


def leaf(name: str, value: Any) -> tt.Tensor:
    """Return a tensor to trace, or say why its values cannot be shown."""
    array = np.array(value, dtype=object)
    if not array.size:
        raise Unshowable(f"{name} is empty: there is nothing to compute with.")
    if odd := [x for x in array.flat if isinstance(x, str)]:
        raise Unshowable(f"{name} holds {odd[0]}: all that follows would, too.")
    return tt.tensor(np.asarray(value, dtype=np.float64), requires_grad=True)
