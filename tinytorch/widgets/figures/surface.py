"""A function of two inputs: its contour map, its gradient, and the two slopes that make it."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import traitlets

import tinytorch as tt
from tinytorch.widgets.frame.figure import (
    Figure,
    Number,
    digits,
    grid,
    on_grid,
    span,
    upstream,
)
from tinytorch.widgets.frame.modules import bundle

CELLS = 60  # steps of the grid along each axis, at most
SLIDER = 44  # px of a slider in a stack


class Surface(Figure):
    """The map of z(a, b) with a movable point, beside the two slices through it.

    The slope of each slice is one partial derivative; the two, times g, are the arrow.

    Parameters
    ----------
    f : callable
        Elementwise, two Tensors to one: ``lambda a, b: a * b``. Values and, through the engine's
        own backward pass, both derivatives are sampled on a grid that passes through the point.
    a, b, g : float
        The point and the upstream gradient.
    domain : tuple of tuple of float
        What the axes of a and b show.
    label : str, optional
        The formula in the title, such as ``"a · b"``.
    labels : tuple of str
        What the inputs and the output are called. An output called "L" is the loss itself: its
        slopes are the gradient, and there is no g to choose.
    rate : float, optional
        With an output called "L", a button takes a step of this learning rate against the
        gradient, and the map shows the way so far.
    name, caption, alt : str
        See `Figure`.

    Notes
    -----
    The table of z and both slopes travels as bytes, 32 bits per number. Between its points, where
    only a walk leads, the page takes the bicubic piece through them.

    Examples
    --------
    >>> figure = Surface(lambda a, b: a * b, a=2.0, b=3.0, label="a · b")
    """

    _esm = bundle("surface")

    a = Number().tag(sync=True)
    b = Number().tag(sync=True)
    g = Number(1.0).tag(sync=True)
    trail = traitlets.List().tag(sync=True)  # where the walk has been: [a, b], …
    table = traitlets.Bytes(b"").tag(sync=True)

    moves: ClassVar = ("a", "b", "g", "trail")
    panels: ClassVar = {"map": (350, 340), "a": (175, 170), "b": (175, 170)}
    height: ClassVar = (442, 754)

    def __init__(
        self,
        f: Callable,
        a: float = 1.0,
        b: float = 1.0,
        g: float = 1.0,
        *,
        domain: tuple[tuple[float, float], tuple[float, float]] = ((-4, 4), (-4, 4)),
        label: str = "",
        labels: tuple[str, str, str] = ("a", "b", "z"),
        rate: float | None = None,
        **about: str,
    ):
        self._f, self._domain, self._label, self._labels = f, domain, label, labels
        self._rate = rate
        super().__init__(a=a, b=b, g=g, **about)
        if labels[2] == "L":
            wide, stacked = self.height
            self.space = [wide, stacked - SLIDER]

    def covers(self) -> bool:
        a, b = self.data["a"], self.data["b"]
        if self._rate and self.trail:  # a walk may stand between the points
            return a[0] <= self.a <= a[-1] and b[0] <= self.b <= b[-1]
        return on_grid(a, self.a) and on_grid(b, self.b)

    def compute(self) -> dict[str, Any]:
        a, step_a = grid(self._domain[0], CELLS, through=self.a)
        b, step_b = grid(self._domain[1], CELLS, through=self.b)
        z, za, zb = sample(self._f, a, b)
        steep = np.hypot(za, zb)
        steep = steep[np.isfinite(steep)]
        middle, high = np.quantile(steep, [0.5, 0.9]) if steep.size else (0.0, 0.0)
        steep = min(high, 3 * middle or high)  # beside a pole, most arrows would be dots
        # z, ∂z/∂a, ∂z/∂b: of each, row i is at a[i]
        self.table = np.stack([z, za, zb]).astype("<f4").tobytes()
        return {
            "label": self._label,
            "labels": self._labels,
            "digits": [digits(step_a, self.a), digits(step_b, self.b)],
            "g": upstream(self.g),
            "a": a,
            "b": b,
            "rate": self._rate,
            "range": span(z, self._labels[2]),
            "steep": steep or 1.0,
        }


def sample(f: Callable, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return z, ∂z/∂a and ∂z/∂b at every pair of the points `a` and `b`, all from the engine."""
    a, b = (tt.tensor(m, requires_grad=True) for m in np.meshgrid(a, b, indexing="ij"))
    z = f(a, b)
    if z.shape != a.shape:
        raise ValueError(f"f must be elementwise: it took shape {a.shape} and gave {z.shape}")
    if z.requires_grad:
        z.sum().backward()
    slopes = (np.zeros_like(z.data) if x.grad is None else x.grad.data for x in (a, b))
    return z.data, *(np.where(np.isfinite(z.data), slope, np.nan) for slope in slopes)
