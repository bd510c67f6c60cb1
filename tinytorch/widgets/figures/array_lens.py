"""An operation on small arrays: every cell, the cells it comes from, and the sum that makes it."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import numpy as np
import traitlets

import tinytorch as tt
from tinytorch.widgets.figures.lines import live, touched
from tinytorch.widgets.figures.terms import Terms, products, slopes
from tinytorch.widgets.frame.figure import HUGE, Figure, Unshowable, digits, plain
from tinytorch.widgets.frame.modules import bundle

COLUMNS, ROWS = 8, 24  # the largest grid that can be read
HEAD, BELOW, BESIDE = 40, 12, 18  # px that a grid needs above it, below it and to its left
PAGE, FOLD, CELL = 10, 8, 54  # px between pages; terms of a sum written out; px of a cell at most
LINE, CONTROLS = (88, 44), (44, 132)  # letters of a readout's line, px below it: wide, stacked


class ArrayLens(Figure):
    """Grids of an operation's inputs, output, upstream g and input gradients.

    Choose a cell: the cells it comes from light up, and the readout writes its sum out. Edit an
    entry of an input or of g, and what depends on it follows.

    An operation that is a sum of products of entries (matmul, sum, convolution, every broadcast)
    is taken apart into those products by calling the class on arrays of zeros and ones; they are
    then compared with the class at the given point and at a random one. Operations on lines
    (softmax, maximum, variance, the norms, …) are computed in the page. For any other operation
    the figure holds the slopes at the point: g can be edited anywhere, inputs where Python runs.

    Parameters
    ----------
    operation : type
        A `Function`, such as ``MatmulBackward``: its real forward, its real rule.
    inputs : dict of str to array_like
        Its inputs, by the names to show, in order.
    g : array_like, optional
        The upstream gradient, of the shape of the output; ones by default.
    out : str
        What the output is called.
    switches : sequence of str
        Inputs that are 0 or 1, such as a mask: a press turns a cell over.
    params : dict, optional
        What the operation takes by keyword, such as ``{"dim": 1}``.
    cell : str, optional
        The cell chosen at first, such as ``"∂L/∂A[0,1]"``; by default the first gradient's first.
    label : str, optional
        What the arrow from the inputs to the output says; by default the operation's name.
    step : float, optional
        How far one step edits a cell; by default 1 for whole numbers and 0.1 for others.
    name, caption, alt : str
        See `Figure`.

    Examples
    --------
    >>> A, B = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [0.5, 2.0]])
    >>> figure = ArrayLens(MatmulBackward, {"A": A, "B": B}, out="Z", cell="∂L/∂A[0,1]")
    """

    _esm = bundle("array_lens")

    inputs = traitlets.Dict().tag(sync=True)
    g = traitlets.Any().tag(sync=True)
    cell = traitlets.Unicode().tag(sync=True)
    peek = traitlets.Unicode().tag(sync=True)  # the cell under the mouse, shown while it is there

    moves: ClassVar = ("inputs", "g", "cell")

    def __init__(
        self,
        operation: type[tt.autograd.Function],
        inputs: dict[str, Any],
        *,
        g: Any = None,
        out: str = "z",
        switches: Sequence[str] = (),
        params: dict[str, Any] | None = None,
        cell: str = "",
        label: str | None = None,
        step: float | None = None,
        **about: str,
    ):
        self._operation, self._params, self._out = operation, params or {}, out
        self._switches = tuple(switches)
        self._label, self._step = label or operation.name, step
        self._point = None  # the inputs that `data` was computed for
        arrays = {name: np.asarray(x, dtype=np.float64) for name, x in inputs.items()}
        z = self._forward(*arrays.values())
        self._shapes = {name: x.shape for name, x in arrays.items()} | {"g": z.shape}
        super().__init__(inputs=arrays, g=np.ones(z.shape) if g is None else g, cell=cell, **about)

    @traitlets.validate("inputs")
    def _check_inputs(self, proposal: traitlets.Bunch) -> dict[str, Any]:
        names = [name for name in self._shapes if name != "g"]
        if set(proposal.value) != set(names):
            raise traitlets.TraitError(f"inputs: expected arrays for {', '.join(names)}")
        return {name: self._array(name, proposal.value[name]) for name in names}

    @traitlets.validate("g")
    def _check_g(self, proposal: traitlets.Bunch) -> Any:
        return self._array("g", proposal.value)

    def _array(self, name: str, value: Any) -> Any:
        array, shape = np.asarray(value, dtype=np.float64), self._shapes[name]
        if array.shape != shape:
            raise traitlets.TraitError(f"{name} has shape {array.shape}; it must be {shape}")
        return plain(array)

    def _forward(self, *inputs: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            return np.asarray(self._operation.run(*inputs, **self._params))

    def _backward(self, g: np.ndarray, *inputs: np.ndarray) -> list[np.ndarray | None]:
        with np.errstate(all="ignore"):
            grads = self._operation(*inputs, **self._params).apply(g)
        return [d if d is None else np.asarray(d) for d in grads]

    def covers(self) -> bool:
        here = self.data["exact"] or self.data["live"] or self.inputs == self._point
        return here and not oddity(self.inputs | {"g": self.g})

    def compute(self) -> dict[str, Any]:
        if odd := oddity(self.inputs | {"g": self.g}):
            raise Unshowable(odd)
        inputs = {name: np.asarray(x, dtype=np.float64) for name, x in self.inputs.items()}
        point, g = list(inputs.values()), np.asarray(self.g, dtype=np.float64)
        z, grads = self._forward(*point), self._backward(g, *point)
        grads = {f"∂L/∂{name}": d for name, d in zip(inputs, grads, strict=True) if d is not None}
        arrays = inputs | {self._out: z, "g": g} | grads
        if odd := oddity(plain(arrays)):
            raise Unshowable(odd)
        self._point = self.inputs

        line = live(self._operation, point, self._params, self._forward)
        exact, (of_z, of_grads) = self._terms(point, g, line)
        starts = dict(zip(arrays, np.cumsum([0, *(x.size for x in arrays.values())]), strict=False))
        here = [int(starts[name]) for name in inputs]
        terms = {self._out: numbered(of_z, here)}
        of_grads = numbered(of_grads, [int(starts["g"]), *here])
        for name, d in grads.items():
            terms[name], of_grads = of_grads[: d.size], of_grads[d.size :]

        grids = [
            grid(name, x, terms.get(name)) | {"turns": name in self._switches}
            for name, x in arrays.items()
        ]
        if not exact:
            grids[len(inputs)]["values"] = z.ravel()
        every = [cell for grid in grids for cell in grid["cells"]]
        if self.cell not in every:
            if self.cell:
                raise ValueError(f"no cell {self.cell!r}; the grids are {', '.join(arrays)}")
            self.cell = next((of for of in grids if of["role"] == "grad"), grids[0])["cells"][0]
        tell_scales(grids, arrays)

        place, derived = precision(arrays, terms, exact, self._step)
        if line:
            most = {"max": place, "variance": 2, "prod": place * len(line["lines"][0]["ins"][0])}
            derived = min(3, most.get(line["rule"], 3))
        step = self._step or (0.1 if place else 1.0)
        most = max(np.abs(x).max() for x in (*point, g))
        limit = step * math.ceil(max(3.0, 1.5 * most) / step)
        letters = 1 + max(len(f"{abs(v):.{derived}f}") for x in arrays.values() for v in x.flat)
        longest = sentence(terms, every, place, exact)
        layout, heights = zip(
            *(
                arrange(arrays, self._out, self._label, width, 6.5 * letters + 8)
                for width in (640, 340)
            ),
            strict=True,
        )
        lines = [
            max(least, math.ceil(longest / line)) for least, line in zip((2, 3), LINE, strict=True)
        ]
        self.space = [
            high + 8 + 20 * count + controls
            for high, count, controls in zip(heights, lines, CONTROLS, strict=True)
        ]
        return {
            "exact": exact,
            "live": line,
            "label": self._label,
            "fixed": f"On this page g can be edited; {' and '.join(inputs)} only in a notebook.",
            "grids": grids,
            "layout": layout,
            "panels": {"grids": heights},
            "page": PAGE,
            "fold": FOLD,
            "cell": CELL,
            "lines": lines,
            "digits": [place, derived],
            "step": step,
            "limit": limit,
            "choices": np.arange(-limit, limit + step / 2, step).round(6) + 0.0,
        }

    def _terms(
        self, point: list[np.ndarray], g: np.ndarray, line: dict[str, Any] | None
    ) -> tuple[bool, tuple[list[Terms], list[Terms]]]:
        """Return whether z and the gradients are sums of products, and the terms (or slopes)."""

        def forward(*inputs: np.ndarray) -> np.ndarray:
            return self._forward(*inputs).ravel()

        def backward(g: np.ndarray, *inputs: np.ndarray) -> np.ndarray:
            grads = [d.ravel() for d in self._backward(g, *inputs) if d is not None]
            return np.concatenate([*grads, []])

        if line:
            entries = sum(x.size for x in point)
            return False, slopes(
                self._backward, point, g.shape, touched(line["lines"], entries, g.size)
            )
        bits = [name in self._switches for name in self.inputs]
        of_z = products(forward, point, bits)
        of_grads = of_z and products(backward, [g, *point], [False, *bits])
        if of_grads is not None:
            return True, (of_z, of_grads)
        return False, slopes(self._backward, point, g.shape)


def numbered(terms: Iterable[Terms], starts: Sequence[int]) -> list[list[list[float]]]:
    """Return `terms` as lists [coefficient, cell, …], all cells of the figure numbered in order."""
    return [[[c, *(starts[k] + i for k, i in key)] for c, key in sums] for sums in terms]


def oddity(arrays: dict[str, Any]) -> str:
    """Return why the JSON `arrays` cannot be shown, or nothing."""
    for name, x in arrays.items():
        array = np.array(x, dtype=object)
        rows, columns = math.prod(array.shape[:-1]), (1, *array.shape)[-1]
        if not array.size:
            return f"{name} has shape {array.shape} and is empty: there is nothing to show."
        if columns > COLUMNS or rows > ROWS:
            return f"{name} has shape {array.shape}: too large to read, cell by cell."
        for value in array.flat:
            if isinstance(value, str):
                return f"{name} holds {value} here: a sum with it shows nothing."
            if abs(value) > HUGE:
                return f"{name} holds {value:.1e}: too large to print in a cell."
    return ""


def cells(name: str, shape: tuple[int, ...]) -> list[str]:
    """Return the names of an array's cells in order: A[0,0], A[0,1], …; a number is just A.

    An image or a matrix alone in its batch, (1, 1, H, W), is named by row and column.
    """
    if not shape:
        return [name]
    if set(shape[:-2]) == {1}:
        shape = shape[-2:]
    return [f"{name}[{','.join(map(str, index))}]" for index in np.ndindex(*shape)]


def grid(name: str, x: np.ndarray, terms: list | None) -> dict[str, Any]:
    """Return what the page knows of one array; its values too, unless they are a sum or a state."""
    rows, columns = (1, 1, *x.shape)[-2:]
    shown = x.shape[-2:-1] if set(x.shape[:-2]) == {1} else x.shape[:-1]
    return {
        "name": name,
        "role": "g" if name == "g" else "grad" if name.startswith("∂") else "value",
        "shape": str(x.shape),
        "cells": cells(name, x.shape),
        "rows": rows,  # of a page
        "marks": [",".join(map(str, row)) for row in np.ndindex(*shown)],
        "line": columns,
    } | ({} if terms is None else {"terms": terms})


def tell_scales(grids: list[dict[str, Any]], arrays: dict[str, np.ndarray]) -> None:
    """Note in each grid what full color means: one number for all values, one for all gradients."""
    for roles in (("value",), ("g", "grad")):
        alike = [grid for grid in grids if grid["role"] in roles]
        most = max(1.0, *(float(np.abs(arrays[grid["name"]]).max()) for grid in alike))
        for one in alike:
            one["most"] = most


def precision(
    arrays: dict[str, np.ndarray], terms: dict[str, list], exact: bool, step: float | None
) -> tuple[int, int]:
    """Return the digits of what is given and of what is derived: exact, up to three."""
    given = np.concatenate([x.ravel() for name, x in arrays.items() if name not in terms])
    place = digits(*given, step or 1.0, least=0, most=2)
    every = [term for found in terms.values() for sums in found for term in sums]
    factors = max((len(term) - 1 for term in every), default=1)
    parts = digits(*{term[0] for term in every}, least=0, most=3)
    values = [0.0] if exact else arrays[next(iter(terms))].ravel()  # of z, which are no sums
    return place, min(3, max(factors * place + parts, digits(*values, least=0, most=3)))


def sentence(terms: dict[str, list], every: list[str], place: int, exact: bool) -> int:
    """Return about how many letters the longest readout takes.

    It is a sum in names and then in numbers, or a list of the cells that a given one goes into.
    """
    letters, used = [], Counter()
    for sums in (sums for found in terms.values() for sums in found):
        used.update({part for _, *parts in sums for part in parts})
        coefficient = 12 * any(abs(c) != 1 for c, *_ in sums)
        letters.append(
            sum(
                coefficient + sum(len(every[part]) + place + 8 for part in parts)
                for _, *parts in sums[:FOLD]
            )
        )
    users = min(FOLD, max(used.values(), default=0)) * (max(map(len, every)) + 2)
    return 24 + max(*letters, users + 60 * (not exact))


def arrange(
    arrays: dict[str, np.ndarray], out: str, label: str, width: float, cell: float
) -> tuple[dict[str, Any], int]:
    """Return where the grids stand in a figure of that `width`, and how high they are.

    Gradients stand below the arrays they belong to, so that equal shapes line up; if numbers of
    `cell` px would not fit that way, beside them where that leaves more room.
    """
    names = list(arrays)
    inputs = names[: names.index(out)]
    table = [[*inputs, out], [*(f"∂L/∂{name}" for name in inputs), "g"]]
    arrow = (max(62, 7 * len(label)) if width >= 640 else 14) + 14
    columns = [(1, *arrays[name].shape)[-1] for name in table[0]]
    room = (width - BESIDE * len(columns) - arrow) / sum(columns)
    if room < cell and (width - BESIDE * 2) / (2 * max(columns)) > room:
        table, arrow = [list(pair) for pair in zip(*table, strict=True)], 0

    def lines(name: str) -> int:
        return math.prod(arrays[name].shape[:-1])

    def pages(name: str) -> int:
        return math.prod(arrays[name].shape[:-2])

    shown = [[name for name in names if name in arrays] for names in table]
    tall = [max(map(lines, names)) for names in shown]
    px = 34 if sum(tall) <= 10 else 26
    wide = [
        max((1, *arrays[name].shape)[-1] for name in names if name in arrays)
        for names in zip(*table, strict=True)
    ]
    # A title may be wider than its grid.
    room = min(CELL, (width - BESIDE * len(wide) - arrow) / sum(wide))
    more = [
        max(0, *(8 * len(f"{n} {arrays[n].shape}") - room * count for n in names if n in arrays))
        for names, count in zip(zip(*table, strict=True), wide, strict=True)
    ]
    more[-1] = 0
    at, y = {}, 0
    for names, rows in zip(table, tall, strict=True):
        for j, name in enumerate(names):
            beside = BESIDE * (j + 1) + sum(more[:j]) + arrow * (j == len(wide) - 1)
            at[name] = [sum(wide[:j]), beside, y + HEAD]
        y += HEAD + rows * px + max(pages(n) - 1 for n in names if n in arrays) * PAGE + BELOW
    return {
        "at": [at[name] for name in arrays],
        "row": px,
        "columns": sum(wide),
        "free": BESIDE * len(wide) + sum(more) + arrow,
        "long": arrow and arrow - 14,
    }, y
