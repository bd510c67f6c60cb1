"""The graph that the engine traced, step by step: values go in, gradients come back."""

import math
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any, ClassVar

import numpy as np
import traitlets

import tinytorch as tt
from tinytorch.widgets.figures.layered import layered
from tinytorch.widgets.figures.trace import Trace
from tinytorch.widgets.figures.wording import constant, longest, writer
from tinytorch.widgets.frame.figure import Figure, plain
from tinytorch.widgets.frame.modules import bundle

WIDTH, NARROW = 688, 70  # px of a wide figure; of a node, or layers run downwards instead
HEAD, HIGH, KEPT = 18, 72, 17  # px above all, of a box, of its line about what is kept
BELOW, BESIDE = 56, 26  # px between layers that run downwards, between rows
ORDER = 32  # px of one list of visits
BEND = 0.65  # of a row: the room that an edge takes which goes around a node
UNDER, SLIDER = (138, 188), 50  # px of the controls and the order; of one more slider
LINE = 88, 44  # letters of a readout's line: wide, stacked


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

        write = writer(x for trace in traces for x in trace.numbers())
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

    def _called(self, trace: Trace) -> list[str]:
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
