"""A function of one input, its derivative, and the chain rule through it."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

import tinytorch as tt
from tinytorch.widgets.frame.figure import Figure, Number, digits, grid, on_grid, span, upstream
from tinytorch.widgets.frame.modules import bundle

CELLS = 180  # steps of the grid across the domain, at most
REACH = 40  # the longest secant, in steps
SLIDER = 44  # px of a slider in a stack


class Curve(Figure):
    """f over f′ with one movable x; under them g becomes ∂L/∂x = g·f′(x).

    Parameters
    ----------
    f : callable
        Elementwise, Tensor to Tensor: ``tt.relu``. Its values and, through the engine's own
        backward pass, its derivative are sampled on a grid that passes through `x`.
    x, g, h : float
        The point, the upstream gradient, and the half-width of the secant (a whole number of
        steps of the grid).
    domain : tuple of float
        What the x axis shows.
    range : tuple of float, optional
        What the axis of f shows; by default all of it.
    compare : callable, optional
        A second function, drawn behind f and f′.
    label, compare_label : str, optional
        What the functions are called; by default their names, ``relu(x)``.
    names : tuple of str
        What x and f are called. A function called "L" is the loss itself: its slope is the
        gradient, and there is no g.
    name, caption, alt : str
        See `Figure`.

    Examples
    --------
    >>> figure = Curve(tt.relu, x=-0.5, g=2.0)
    >>> figure.x = 1.25  # in a kernel the picture follows
    """

    _esm = bundle("curve")

    x = Number().tag(sync=True)
    g = Number(1.0).tag(sync=True)
    h = Number(0.5).tag(sync=True)

    moves: ClassVar = ("x", "g", "h")
    panels: ClassVar = {"f": (220, 200), "df": (160, 150), "chain": (108, 108)}
    height: ClassVar = (580, 702)

    def __init__(
        self,
        f: Callable,
        x: float = 0.5,
        g: float = 1.0,
        h: float = 0.5,
        *,
        domain: tuple[float, float] = (-3, 3),
        range: tuple[float, float] | None = None,
        compare: Callable | None = None,
        label: str | None = None,
        compare_label: str | None = None,
        names: tuple[str, str] = ("x", "f"),
        **about: str,
    ):
        self._f, self._compare = f, compare
        self._domain, self._range = domain, range
        self._labels = called(f) if label is None else label, compare_label or called(compare)
        self._names = names
        if names[1] == "L":
            self.panels = {name: self.panels[name] for name in ("f", "df")}
            self.height = tuple(
                all_of - chain - under
                for all_of, chain, under in zip(
                    self.height, Curve.panels["chain"], (0, SLIDER), strict=True
                )
            )
        super().__init__(x=x, g=g, h=h, **about)

    def covers(self) -> bool:
        return on_grid(self.data["x"][REACH:-REACH], self.x)

    def compute(self) -> dict[str, Any]:
        x, step = grid(self._domain, CELLS, through=self.x, beyond=REACH, length=self.h)
        seen = slice(REACH, -REACH)
        data = {
            "label": self._labels[0],
            "names": self._names,
            "domain": [min(self._domain[0], self.x), max(self._domain[1], self.x)],
            "step": step,
            "reach": REACH,
            "digits": digits(step, self.x),
            "g": upstream(self.g),
            "x": x,
        }
        values, slopes = sample(self._f, x)
        data |= {"f": values, "df": slopes[seen], "jumps": jumps(self._f, x[seen], slopes[seen])}
        shown = [values[seen]], [slopes[seen], [0.0]]
        if self._compare:
            values, slopes = sample(self._compare, x[seen])
            data["compare"] = {"label": self._labels[1], "f": values, "df": slopes}
            data["compare"]["jumps"] = jumps(self._compare, x[seen], slopes)
            shown[0].append(values)
            shown[1].append(slopes)
        data["range"] = self._range or span(np.concatenate(shown[0]), "f(x)")
        data["slopes"] = span(np.concatenate(shown[1]), "f′(x)", pad=0.15)
        return data


def called(f: Callable | None) -> str:
    """Return "relu(x)" for ``tt.relu``, and nothing for a function without a name."""
    name = getattr(f, "__name__", "<lambda>")
    return "" if name.startswith("<") else f"{name}(x)"


def sample(f: Callable, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return f and f′ at `points`, both from the engine, in float64; no value, no slope."""
    x = tt.tensor(np.asarray(points, dtype=np.float64), requires_grad=True)
    y = f(x)
    if y.shape != x.shape:
        raise ValueError(f"f must be elementwise: it took shape {x.shape} and gave {y.shape}")
    if not y.requires_grad:  # f is constant
        return y.data, np.zeros_like(x.data)
    y.sum().backward()
    return y.data, np.where(np.isfinite(y.data), x.grad.data, np.nan)


def jumps(f: Callable, points: np.ndarray, slopes: np.ndarray) -> list[list[float]]:
    """Return [i, x, left, right, own] for each jump of f′ between the points i and i + 1.

    Halving the gap twenty times makes any continuous change small and leaves a jump as it is;
    `own` is f′ at x itself, where the engine has to choose.
    """
    change = np.abs(np.diff(slopes))
    found = []
    for i in np.flatnonzero(change > 0.05 * np.nanmax(np.abs(slopes), initial=1e-9)):
        ends, rise = points[i : i + 2], slopes[i : i + 2]
        for _ in range(20):
            xs = np.array([ends[0], ends.mean(), ends[1]])
            ds = sample(f, xs)[1]
            left = abs(ds[1] - ds[0]) >= abs(ds[2] - ds[1])
            ends, rise = (xs[:2], ds[:2]) if left else (xs[1:], ds[1:])
        if abs(rise[1] - rise[0]) > 0.5 * change[i]:
            at = np.round(ends.mean(), 6) + 0.0
            found.append([int(i), at, *rise, sample(f, np.array([at]))[1][0]])
    return found
