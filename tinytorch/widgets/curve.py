"""A function of one input, its derivative, and the chain rule through it."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

import tinytorch as tt
from tinytorch.widgets._module import bundle
from tinytorch.widgets.figure import Figure, Number, interval, span

CELLS = 120  # about as many steps of the grid across the domain
REACH = 20  # the longest secant, in steps


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
        What the functions are called; by default their names.
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
    height: ClassVar = (622, 752)

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
        **about: str,
    ):
        self._f, self._compare = f, compare
        self._domain, self._range = domain, range
        self._labels = label or called(f), compare_label or (called(compare) if compare else "")
        super().__init__(x=x, g=g, h=h, **about)

    def covers(self) -> bool:
        grid = np.array(self.data["x"])
        return bool(np.isclose(grid, self.x, rtol=0, atol=1e-6 * (grid[1] - grid[0])).any())

    def compute(self) -> dict[str, Any]:
        lo, hi = interval(self._domain)
        step = round_step((hi - lo) / CELLS)
        lo, hi = interval((min(lo, self.x), max(hi, self.x)))
        shift = self.x - step * np.round(self.x / step)  # 0 unless x was set between round numbers
        shift = 0.0 if abs(shift) < 1e-6 * step else shift
        first = int(np.ceil((lo - shift) / step - 1e-9)) - REACH
        last = int(np.floor((hi - shift) / step + 1e-9)) + REACH
        grid = np.round(shift + step * np.arange(first, last + 1), 12)
        seen = slice(REACH, -REACH)
        data = {
            "label": self._labels[0],
            "step": step,
            "digits": max(2, decimals(step), decimals(self.x)),
            "reach": REACH,
            "domain": [lo, hi],
            "g": np.unique(np.append(np.linspace(-4, 4, 33), self.g)),
            "x": grid,
        }
        values, slopes = sample(self._f, grid)
        data |= {"f": values, "df": slopes[seen], "jumps": jumps(self._f, grid[seen], slopes[seen])}
        shown = [values[seen]], [slopes[seen], [0.0]]
        if self._compare:
            values, slopes = sample(self._compare, grid[seen])
            data["compare"] = {"label": self._labels[1], "f": values, "df": slopes}
            data["compare"]["jumps"] = jumps(self._compare, grid[seen], slopes)
            shown[0].append(values)
            shown[1].append(slopes)
        data["range"] = self._range or span(np.concatenate(shown[0]), "f(x)")
        data["slopes"] = span(np.concatenate(shown[1]), "f′(x)", pad=0.15)
        return data


def round_step(raw: float) -> float:
    """Return the number closest to `raw` among 1, 2 and 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(raw))
    return float(min((1, 2, 5, 10), key=lambda times: abs(np.log(times * power / raw))) * power)


def decimals(value: float, most: int = 6) -> int:
    """Return how many digits after the point `value` needs, up to `most`."""
    return len(f"{value:.{most}f}".rstrip("0").partition(".")[2])


def called(f: Callable) -> str:
    """Return the name of `f`, or "f" if it has none worth showing."""
    name = getattr(f, "__name__", "f")
    return "f" if name.startswith("<") else name


def sample(f: Callable, grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return f and f′ at `grid`, both from the engine, in float64."""
    x = tt.tensor(np.asarray(grid, dtype=np.float64), requires_grad=True)
    y = f(x)
    if y.shape != x.shape:
        raise ValueError(f"f must be elementwise: it took shape {x.shape} and gave {y.shape}")
    if not y.requires_grad:  # f is constant
        return y.data, np.zeros_like(x.data)
    y.sum().backward()
    return y.data, x.grad.data


def jumps(f: Callable, grid: np.ndarray, slopes: np.ndarray) -> list[list[float]]:
    """Return [i, x, left, right] for each jump of f′ between the grid points i and i + 1.

    Halving the gap twenty times makes any continuous change small and leaves a jump as it is.
    """
    change = np.abs(np.diff(slopes))
    found = []
    for i in np.flatnonzero(change > 0.05 * max(np.nanmax(np.abs(slopes)), 1e-9)):
        ends, rise = grid[i : i + 2], slopes[i : i + 2]
        for _ in range(20):
            xs = np.array([ends[0], ends.mean(), ends[1]])
            ds = sample(f, xs)[1]
            left = abs(ds[1] - ds[0]) >= abs(ds[2] - ds[1])
            ends, rise = (xs[:2], ds[:2]) if left else (xs[1:], ds[1:])
        if abs(rise[1] - rise[0]) > 0.5 * change[i]:
            found.append([int(i), ends.mean(), rise[0], rise[1]])
    return found
