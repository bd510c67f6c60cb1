"""The graph that the engine traced, step by step: values go in, gradients come back."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, product
from typing import Any, ClassVar

import numpy as np
import traitlets

import tinytorch as tt
from tinytorch.widgets.figures.layered import layered
from tinytorch.widgets.frame.figure import HUGE, Figure, Unshowable, digits, plain
from tinytorch.widgets.frame.modules import bundle

NODES = 24  # the largest graph that can be read
CALLS = 120  # how much of a recursive pass is kept to step through; all of it is counted
WIDTH, NARROW = 688, 70  # px of a wide figure; of a node, or layers run downwards instead
HEAD, HIGH, KEPT = 18, 72, 17  # px above all, of a box, of its line about what is kept
BELOW, BESIDE = 56, 26  # px between layers that run downwards, between rows
ORDER = 32  # px of one list of visits
BEND = 0.65  # of a row: the room that an edge takes which goes around a node
UNDER, SLIDER = (138, 188), 50  # px of the controls and the order; of one more slider
LINE = 88, 44  # letters of a readout's line: wide, stacked
SIGNS = {"add": "+", "sub": "−", "mul": "·", "div": "/", "pow": "**", "matmul": "@"}


class GraphStepper(Figure):
    """Steps through one forward and one backward pass, in the engine's own order.

    The function runs under `tinytorch.autograd.watch`: nodes, edges, values, and every gradient
    that a rule returned are what the engine used. On each edge between single numbers stands the
    local derivative, what the rule returns for g = 1.

    Parameters
    ----------
    f : callable
        Tensors to a Tensor: ``lambda x, y: (x * y + 5) ** 2``.
    inputs : dict of str to array_like
        The leaves, by name, in the order in which f takes them.
    out : str
        What the result is called.
    names : sequence of str
        What the results of the operations are called, in the order in which they run.
    g : array_like, optional
        Where the backward pass starts; needed if the result is not a single number.
    choices : dict of str to sequence of float, optional
        Values that a reader can give an input on a page without Python; they get a slider.
    kept : bool
        Whether each box says what its node keeps for its rule.
    orders : bool
        Whether a switch shows the pass that a naive recursion would make instead, which calls a
        node again for each path that leads to it.
    modes : bool
        Whether a switch shows forward mode instead: a pass for each input, in which every node
        gets its derivative by that input. All values must be single numbers.
    step : int
        Where to start: 0 shows the inputs alone.
    name, caption, alt : str
        See `Figure`.

    Examples
    --------
    >>> f = GraphStepper(lambda x, y: (x * y + 5) ** 2, {"x": 2.0, "y": 3.0}, names=["u", "v"])
    >>> f.inputs = {"x": -1.0, "y": 3.0}  # in a kernel the picture follows
    """

    _esm = bundle("graph_stepper")

    inputs = traitlets.Dict().tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)
    recursive = traitlets.Bool(False).tag(sync=True)
    forward = traitlets.Bool(False).tag(sync=True)
    playing = traitlets.Bool(False).tag(sync=True)

    moves: ClassVar = ("inputs", "step", "recursive", "forward", "playing")

    def __init__(
        self,
        f: Callable[..., tt.Tensor],
        inputs: dict[str, Any],
        *,
        out: str = "L",
        names: Sequence[str] = (),
        g: Any = None,
        choices: dict[str, Sequence[float]] | None = None,
        kept: bool = False,
        orders: bool = False,
        modes: bool = False,
        step: int = 0,
        **about: str,
    ):
        self._f, self._out, self._names, self._g = f, out, tuple(names), g
        self._kept, self._orders, self._modes = kept, orders, modes
        self._leaves = tuple(inputs)
        self._choices = {name: list(map(float, some)) for name, some in (choices or {}).items()}
        super().__init__(inputs=inputs, step=step, **about)

    @traitlets.validate("inputs")
    def _check_inputs(self, proposal: traitlets.Bunch) -> dict[str, Any]:
        if set(proposal.value) != set(self._leaves):
            raise traitlets.TraitError(f"inputs: expected {', '.join(self._leaves)}")
        return {
            name: plain(np.asarray(proposal.value[name], dtype=np.float64)) for name in self._leaves
        }

    def covers(self) -> bool:
        return any(trace["inputs"] == self.inputs for trace in self.data["traces"])

    def compute(self) -> dict[str, Any]:
        settings = [
            self.inputs | dict(zip(self._choices, chosen, strict=True))
            for chosen in product(*self._choices.values())
        ]
        if self.inputs not in settings:
            settings.insert(0, self.inputs)
        traces = [Trace(self._f, setting, self._g, self._modes) for setting in settings]
        trace = traces[settings.index(self.inputs)]
        if any(other.operations != trace.operations for other in traces):
            raise ValueError("choices: f runs other operations at some of them")

        write = writer(traces)
        names = self._called(trace)
        places, bends = layered(trace.sources, late=trace.constants)
        layers, rows = (max(axis) + 1 for axis in zip(*places, strict=True))
        rows = max([rows, *(row + BEND for way in bends.values() for _, row in way)])
        texts = [trace.written(write) | {"inputs": trace.inputs} for trace in traces]
        gap = 22 + 7 * max(  # the gradient and the local derivative stand on an edge
            len(d) + len(text["locals"][edge] or "")
            for text in texts
            for _, _, sent in text["ours"]
            for edge, d, _ in sent
        )
        high = HIGH + KEPT * self._kept
        layer, row = high + BELOW, high + BESIDE
        down = WIDTH / layers - gap < NARROW
        heights = [HEAD + math.ceil(layers * layer if down else rows * row), HEAD + layers * layer]
        edges = [[node, source, bends[source, node]] for node, source in trace.edges]
        rules = trace.rules(names)
        nodes = [
            {"name": name, "at": at, "kind": kind, "expr": expr}
            for name, at, kind, expr in zip(
                names, places, trace.kinds(), trace.formulas(names), strict=True
            )
        ]
        letters = max(longest(text, nodes, edges, rules) for text in texts)
        lines = [
            max(least, math.ceil(letters / line)) for least, line in zip((2, 3), LINE, strict=True)
        ]
        order = ORDER * (1 + (self._orders or self._modes))
        self.space = [
            high + order + 20 * count + under + SLIDER * len(self._choices)
            for high, count, under in zip(heights, lines, UNDER, strict=True)
        ]
        return {
            "out": self._out,
            "nodes": nodes,
            "edges": edges,
            "rules": rules,
            "orders": self._orders,
            "modes": self._modes,
            "run": [i for i, operation in enumerate(trace.operations) if operation],
            "layers": layers,
            "rows": rows,
            "down": down,
            "gap": max(34, gap),
            "high": high,
            "layer": layer,
            "row": row,
            "kept": trace.kept(names) if self._kept else [],
            "panels": {"graph": heights, "order": (order, order)},
            "lines": lines,
            "choices": self._choices,
            "calls": f"{sum(trace.calls):,}",
            "traces": texts,
        }

    def _called(self, trace: "Trace") -> list[str]:
        """Return the name of every node: of a constant its value, of the last one `out`."""
        names = list(trace.leaves)
        run = 0
        for i in range(len(names), len(trace.values)):
            if i in trace.constants:
                names.append(constant(trace.values[i]))
                continue
            given = self._names[run : run + 1]
            run += 1
            names.append(
                given[0] if given else "v" + "".join("₀₁₂₃₄₅₆₇₈₉"[int(d)] for d in str(run))
            )
        names[trace.root] = self._out
        return names


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


def constant(x: np.ndarray) -> str:
    """Return a constant as one writes it: 2, not 2.000; of an array its shape."""
    return f"{float(x):g}".replace("-", "−") if x.ndim == 0 else f"({', '.join(map(str, x.shape))})"


def formula(operation: str, parts: Sequence[str]) -> str:
    """Return an operation as one writes it: "x · y", "relu(x)"; nothing for no operation."""
    kind = operation.removesuffix("Backward").lower()
    if kind == "neg":
        return f"−{signed(parts[0])}"
    if kind in SIGNS:
        first = signed(parts[0]) if kind == "pow" else parts[0]
        return f" {SIGNS[kind]} ".join([first, *map(signed, parts[1:])])
    return f"{kind}({', '.join(parts)})" if kind else ""


def rule(operation: str, parts: Sequence[str], position: int, own: str) -> str:
    """Return the derivative of an operation by one of its operands: "y" of "x · y" by x."""
    a, b = (*map(signed, parts), "")[:2] if parts else ("", "")
    rules = {
        "add": ("1", "1"),
        "sub": ("1", "−1"),
        "neg": ("−1",),
        "mul": (b, a),
        "div": (f"1/{b}", f"−{a}/{b}²"),
        "pow": (f"{b} · {a}" if b == "2" else f"{b} · {a}**({b} − 1)",),
        "exp": (own,),
        "log": (f"1/{a}",),
        "sqrt": (f"1/(2 · {own})",),
        "sin": (f"cos({a})",),
        "cos": (f"−sin({a})",),
        "tanh": (f"(1 − {own}²)",),
        "sigmoid": (f"{own} · (1 − {own})",),
        "relu": (f"[{a} > 0]",),
    }
    found = rules.get(operation.removesuffix("Backward").lower(), ())
    return found[position] if position < len(found) else ""


def longest(
    trace: dict[str, list], nodes: Sequence[dict], edges: Sequence[list], rules: Sequence[str]
) -> int:
    """Return about how many letters the longest sentence about a step takes."""
    forward = [
        len(node["name"]) + len(node["expr"]) + len(numbers) + len(value) + 9
        for node, numbers, value in zip(nodes, trace["numbers"], trace["values"], strict=True)
    ]
    arrived: dict[int, int] = {}  # letters of all that has come to a node
    back = []
    for i, g, sent in trace["ours"]:
        letters = len(nodes[i]["kind"] or "") + 2 * len(g) + 20 + arrived.get(i, 0)
        for edge, d, total in sent:
            target = edges[edge][1]
            factors = len(rules[edge]) + len(trace["locals"][edge] or "") + 2 * len(g) + 12
            letters += (
                len(nodes[target]["name"]) + arrived.get(target, 0) + factors + len(total) + 9
            )
            arrived[target] = arrived.get(target, 0) + len(d) + 5
        back.append(letters)
    return max(*forward, *back, sum(len(value) + 5 for value in trace["values"]))


def short(text: str) -> str:
    """Return a number without the zeros at its end: 1, not 1.000."""
    return text.rstrip("0").rstrip(".") if "." in text and text[-1] != "]" else text


def signed(text: str) -> str:
    """Return a number to the right of a sign: a negative one in parentheses."""
    return f"({text})" if text.startswith("−") else text


def writer(traces: Sequence[Trace]) -> Callable[[Any], str]:
    """Return the function that writes all numbers of `traces`, with digits enough for each."""
    numbers = np.concatenate([np.ravel(x) for trace in traces for x in trace.numbers()])
    if not np.isfinite(numbers).all():
        raise Unshowable(f"A step of this pass gives {numbers[~np.isfinite(numbers)][0]}.")
    if (most := float(np.abs(numbers).max())) > HUGE:
        raise Unshowable(f"The numbers reach {most:.1e}: too large to write into the graph.")
    place = digits(*numbers, least=0, most=3)

    def write(x: Any) -> str:
        x = np.asarray(x)
        if x.ndim and x.size > 4:
            return f"({', '.join(map(str, x.shape))})"
        if x.ndim:
            return f"[{', '.join(map(write, x))}]"
        return f"{float(x) + 0.0:.{place}f}".replace("-", "−")

    return write
