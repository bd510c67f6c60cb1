"""An operation on small arrays: every cell, the cells it comes from, and the sum that makes it."""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations, product
from typing import Any, ClassVar

import numpy as np
import traitlets

import tinytorch as tt
from tinytorch.widgets._module import bundle
from tinytorch.widgets.figure import HUGE, Figure, Unshowable, digits, plain

COLUMNS, ROWS = 8, 24  # the largest grid that can be read
EVALUATIONS = 20_000  # what finding the terms of one degree may cost
# px, as in array_lens.js: above a grid, below it, between its pages, beside it, room for an arrow
HEAD, BELOW, PAGE, BESIDE, ARROW = 40, 12, 10, 18, (76, 28)
FOLD = 8  # a sum of more terms is written with dots; also in array_lens.js

Key = tuple[tuple[int, int], ...]  # what a term multiplies: (array, place in it), …
Terms = list[tuple[float, Key]]  # the sum that makes one cell: coefficients and what they multiply


class ArrayLens(Figure):
    """Grids of an operation's inputs, output, upstream g and input gradients.

    Choose a cell: the cells it comes from light up, and the readout writes its sum out. Edit an
    entry of an input or of g, and what depends on it follows.

    An operation that is a sum of products of entries (matmul, sum, convolution, every broadcast)
    is taken apart into those products by calling the class on arrays of zeros and ones; they are
    then held against the class at the given point and at a random one. For any other operation
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
        params: dict[str, Any] | None = None,
        cell: str = "",
        label: str | None = None,
        step: float | None = None,
        **about: str,
    ):
        self._operation, self._params, self._out = operation, params or {}, out
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
        here = self.data["exact"] or self.inputs == self._point
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

        terms = self._terms(point, g)
        if exact := terms is not None:
            of_z, of_grads = terms
        else:
            of_z, of_grads = slopes(self._backward, point, g.shape)
        starts = dict(zip(arrays, np.cumsum([0, *(x.size for x in arrays.values())]), strict=False))
        here = [int(starts[name]) for name in inputs]
        found = {self._out: numbered(of_z, here)}
        of_grads = numbered(of_grads, [int(starts["g"]), *here])
        for name, d in grads.items():
            found[name], of_grads = of_grads[: d.size], of_grads[d.size :]

        names = {name: cells(name, x.shape) for name, x in arrays.items()}
        every = [cell for of in names.values() for cell in of]
        if self.cell not in every:
            if self.cell:
                raise ValueError(f"cell {self.cell!r} is none of {every[0]} … {every[-1]}")
            self.cell = names[next(iter(grads), self._out)][0]
        looks = look(arrays, found, exact, self._step)
        grids = [
            {"name": name, "shape": x.shape, "cells": names[name]}
            | ({"terms": found[name]} if name in found else {})
            | ({"values": z.ravel()} if name == self._out and not exact else {})
            for name, x in arrays.items()
        ]
        lines = longest(found, names, every, looks["digits"][0])
        layout = [arrange(arrays, len(inputs), looks["width"], wide) for wide in (True, False)]
        self.space = [
            height + 8 + 20 * math.ceil(lines / per_line) + controls
            for (_, _, height), per_line, controls in zip(layout, (88, 44), (44, 132), strict=True)
        ]
        return {"exact": exact, "label": self._label, "grids": grids, "layout": layout} | looks

    def _terms(self, point: list[np.ndarray], g: np.ndarray) -> tuple | None:
        """Return the terms of every cell of z and of the gradients, or None if they are no sums."""

        def forward(*inputs: np.ndarray) -> np.ndarray:
            return self._forward(*inputs).ravel()

        def backward(g: np.ndarray, *inputs: np.ndarray) -> np.ndarray:
            grads = [d.ravel() for d in self._backward(g, *inputs) if d is not None]
            return np.concatenate(grads) if grads else np.zeros(0)

        of_z = products(forward, point)
        of_grads = of_z and products(backward, [g, *point])
        return None if of_grads is None else (of_z, of_grads)


def products(f: Callable, point: Sequence[np.ndarray]) -> list[Terms] | None:
    """Return every output cell of `f` as a sum of products of input cells, or None if it is none.

    f on arrays of zeros and a few ones is a sum of coefficients; taking away those of fewer ones
    leaves the one that is new. What was found is held against f at `point` and at a random one.
    """
    sizes = [x.size for x in point]
    random = np.random.default_rng(0)
    trials = [point, [random.normal(size=x.shape) for x in point]]
    results = [f(*trial) for trial in trials]

    def at(key: Key) -> np.ndarray:
        ones = [np.zeros(x.shape) for x in point]
        for k, i in key:
            ones[k].flat[i] = 1.0
        return f(*ones)

    found = {(): at(())}
    for degree in range(1, min(3, len(point)) + 1):
        which = list(combinations(range(len(point)), degree))
        if sum(math.prod(sizes[k] for k in ks) for ks in which) > EVALUATIONS:
            return None
        for ks in which:
            for places in product(*(range(sizes[k]) for k in ks)):
                key = tuple(zip(ks, places, strict=True))
                fewer = (part for n in range(degree) for part in combinations(key, n))
                new = at(key) - sum(found[part] for part in fewer if part in found)
                if np.abs(new).max(initial=0) > 1e-12:
                    found[key] = new
        if all(
            np.allclose(
                sum(c * math.prod(x[k].flat[i] for k, i in key) for key, c in found.items()),
                result,
                rtol=1e-9,
                atol=1e-9,
            )
            for x, result in zip(trials, results, strict=True)
        ):
            size = len(results[0])
            return [[(c[o], key) for key, c in found.items() if c[o]] for o in range(size)]
    return None


def slopes(
    backward: Callable, point: Sequence[np.ndarray], shape: tuple[int, ...]
) -> tuple[list[Terms], list[Terms]]:
    """Return ∂z/∂x at the point as terms: of each cell of z over x, of each gradient over g.

    A slope that is zero here and not everywhere, such as that of a dead ReLU, is a term too.
    """
    size = math.prod(shape)

    def jacobian(at: Sequence[np.ndarray]) -> list[np.ndarray | None]:
        rows = [backward(one.reshape(shape), *at) for one in np.eye(size)]
        columns = zip(*rows, strict=True)
        return [c[0] if c[0] is None else np.stack([d.ravel() for d in c]) for c in columns]

    random = np.random.default_rng(0)
    tries = [point, *([random.normal(size=x.shape) for x in point] for _ in range(2))]
    of_z, of_grads = [[] for _ in range(size)], []
    for k, (here, *others) in enumerate(zip(*map(jacobian, tries), strict=True)):
        if here is None:
            continue
        touched = np.any([slope != 0 for slope in (here, *others)], axis=0)
        for i, (column, mask) in enumerate(zip(here.T, touched.T, strict=True)):
            of_grads.append([(column[o], ((0, int(o)),)) for o in np.flatnonzero(mask)])
            for o in np.flatnonzero(mask):
                of_z[o].append((column[o], ((k, i),)))
    return of_z, of_grads


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
    """Return the names of an array's cells in order: A[0,0], A[0,1], …; a number is just A."""
    if not shape:
        return [name]
    return [f"{name}[{','.join(map(str, index))}]" for index in np.ndindex(*shape)]


def look(
    arrays: dict[str, np.ndarray], terms: dict[str, list], exact: bool, step: float | None
) -> dict[str, Any]:
    """Return how numbers are printed and edited, and what the color scales reach."""
    given = np.concatenate([x.ravel() for name, x in arrays.items() if name not in terms])
    place = digits(*given, step or 1.0, least=0, most=2)
    every = [term for sums in terms.values() for cell in sums for term in cell]
    factors = max((len(term) - 1 for term in every), default=1)
    parts = digits(*{term[0] for term in every}, least=0, most=3)
    derived = min(3, factors * place + parts) if exact else 3
    values = [x for name, x in arrays.items() if name != "g" and not name.startswith("∂")]
    grads = [x for name, x in arrays.items() if name == "g" or name.startswith("∂")]
    printed = [
        f"{v:.{derived if name in terms else place}f}" for name, x in arrays.items() for v in x.flat
    ]
    return {
        "digits": [place, derived],
        "step": step or (0.1 if place else 1.0),
        "limit": max(3.0, math.ceil(1.5 * np.abs(given).max())),
        "most": [max(1.0, *(float(np.abs(x).max()) for x in kind)) for kind in (values, grads)],
        "width": 8 + 6.5 * max(map(len, printed)),
    }


def longest(
    terms: dict[str, list], names: dict[str, list[str]], every: list[str], place: int
) -> int:
    """Return about how many letters the longest sum takes, in names and in numbers."""
    most = 0
    for name, sums in terms.items():
        for cell in sums:
            letters = len(names[name][0]) + 12
            for _, *parts in cell[:FOLD]:
                letters += sum(len(every[part]) + place + 5 for part in parts) + 6
            most = max(most, letters)
    return most


def arrange(
    arrays: dict[str, np.ndarray], inputs: int, width: float, wide: bool
) -> tuple[bool, int, int]:
    """Return whether gradients stand below their arrays (else beside), and px: a row, all rows."""
    shapes = [(math.prod(x.shape[:-2]), *(1, 1, *x.shape)[-2:]) for x in arrays.values()]
    shapes = shapes[: inputs + 1]  # a gradient has the shape of what it belongs to
    columns = sum(shape[2] for shape in shapes)
    room = (640 if wide else 340) - BESIDE * len(shapes) - ARROW[not wide]
    across = room / columns >= width
    tallest = [max(shapes, key=lambda s: s[0] * s[1])] * 2 if across else shapes
    rows = sum(pages * rows for pages, rows, _ in tallest)
    px = 34 if rows <= 10 else 26
    pages = sum(pages - 1 for pages, _, _ in tallest)
    return across, px, len(tallest) * (HEAD + BELOW) + rows * px + pages * PAGE
