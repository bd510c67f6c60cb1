"""Optimizers on a loss surface: where each of them goes from a start that can be moved."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import traitlets

import tinytorch as tt
from tinytorch.optim import Optimizer
from tinytorch.widgets.figures.surface import sample
from tinytorch.widgets.figures.training import CONTROLS, LINE, drawn_at, lines_of
from tinytorch.widgets.frame.figure import Figure, Number, Unshowable, digits, grid, interval, span
from tinytorch.widgets.frame.modules import bundle

CELLS = 56  # steps of the map along each axis, at most
LEVELS = 12
CURVE, SLIDERS = 170, (50, 100)  # px of the loss, stacked; of the two sliders of the start
GONE = 65535  # the code of what has left three times the map


class Descent(Figure):
    """The paths of several optimizers over the map of L(a, b), step by step, and their losses.

    The paths from a grid of starts are made by the optimizers themselves, on gradients of the
    engine; the page looks them up.

    Parameters
    ----------
    f : callable
        Elementwise, two Tensors to one: the loss.
    optimizers : dict of str to callable
        ``{"SGD": lambda p: SGD(p, lr=0.1)}``: from a list of parameters to an optimizer, or to
        an optimizer and its schedule.
    a, b : float
        The start.
    domain : tuple of tuple of float
        What the map shows.
    steps : int
        How far the paths go.
    step : int, optional
        How far of it is shown at first; by default all.
    starts : (int, int)
        How many starts there are along each axis.
    lowest : (float, float), optional
        Where the minimum is; a cross marks it.
    floor : float
        Smaller losses, measured by the largest, are shown as 0.
    label : str
        The formula in the title.
    labels : tuple of str
        What the inputs and the loss are called.
    name, caption, alt : str
        See `Figure`.

    Notes
    -----
    Paths travel as bytes, 16 bits per number: places to 1/65,534 of three times the map, losses on
    a logarithmic scale if none is negative.

    Examples
    --------
    >>> from tinytorch.optim import SGD
    >>> bowl = Descent(lambda a, b: a * a + 9 * b * b, {"SGD": lambda p: SGD(p, lr=0.05)}, a=2, b=1)
    >>> bowl.follow(2.0, 1.0)[0, 1].round(2).tolist()  # a, b and L after one step
    [1.8, 0.1, 3.33]
    """

    _esm = bundle("descent")

    a = Number().tag(sync=True)
    b = Number().tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)
    playing = traitlets.Bool(False).tag(sync=True)
    paths = traitlets.Bytes(b"").tag(sync=True)

    moves: ClassVar = ("a", "b", "step", "playing")

    def __init__(
        self,
        f: Callable,
        optimizers: Mapping[str, Callable[[list[tt.Tensor]], Any]],
        a: float = 1.0,
        b: float = 1.0,
        *,
        domain: tuple[tuple[float, float], tuple[float, float]] = ((-2.5, 2.5), (-2, 2)),
        steps: int = 40,
        step: int | None = None,
        starts: tuple[int, int] = (7, 5),
        lowest: tuple[float, float] | None = None,
        floor: float = 1e-12,
        label: str = "",
        labels: tuple[str, str, str] = ("a", "b", "L"),
        **about: str,
    ):
        self._f, self._optimizers, self._domain = f, dict(optimizers), domain
        self._steps, self._starts, self._lowest = steps, starts, lowest
        self._label, self._labels, self._floor = label, labels, floor
        super().__init__(a=a, b=b, step=steps if step is None else step, **about)

    def covers(self) -> bool:
        starts = self.data["starts"]
        return all(
            np.isclose(own, value, atol=1e-6).any()
            for own, value in zip(starts, (self.a, self.b), strict=True)
        )

    def follow(self, a: Any, b: Any) -> np.ndarray:
        """Return (optimizers, steps + 1, 3): a, b and the loss at every step from this start.

        Arrays of starts go their ways at once, and add their axes in front.
        """
        starts = np.broadcast_arrays(np.asarray(a, np.float64), b)
        shape = (*starts[0].shape, len(self._optimizers), self._steps + 1, 3)
        found = np.full(shape, np.nan)
        for run, make in enumerate(self._optimizers.values()):
            p, q = (tt.tensor(x.astype(np.float64), requires_grad=True) for x in starts)
            optimizer = make([p, q])
            optimizer, schedule = (
                (optimizer, None) if isinstance(optimizer, Optimizer) else optimizer
            )
            for step in range(self._steps + 1):
                optimizer.zero_grad()
                loss = self._f(p, q)
                found[..., run, step, :] = np.stack([p.data, q.data, loss.data], axis=-1)
                if loss.requires_grad:
                    loss.sum().backward()
                    optimizer.step()
                if schedule is not None:
                    schedule.step()
        found[~np.isfinite(found).all(-1)] = np.nan
        return found

    def compute(self) -> dict[str, Any]:
        box = [interval(ends) for ends in self._domain]
        starts = [
            through(lo + (hi - lo) * np.linspace(0.06, 0.94, n), at)
            for (lo, hi), n, at in zip(box, self._starts, (self.a, self.b), strict=True)
        ]
        ways = self.follow(*np.meshgrid(*starts, indexing="ij"))
        if not np.isfinite(ways[..., 0, 2]).any():
            raise Unshowable(
                "The loss is nan or infinite at every start: there is nothing to draw."
            )
        a, _ = grid(box[0], CELLS, through=box[0][0])
        b, _ = grid(box[1], CELLS, through=box[1][0])
        z = sample(self._f, a, b)[0]
        room = [[lo - (hi - lo), hi + (hi - lo)] for lo, hi in box]
        low, high = np.array(room).T
        with_us = ((ways[..., :2] >= low) & (ways[..., :2] <= high)).all(-1)
        ways[~with_us] = np.nan
        losses = ways[..., 2]
        if log := bool(np.nanmin(z) >= 0):
            most = np.nanmax(losses)
            least = max(np.nanmin(np.where(losses > 0, losses, most)), self._floor * most)
            losses[...] = np.log10(np.maximum(losses, least))
            room.append([float(np.log10(least)), float(np.log10(most)) + 0.1])
        else:
            room.append(span(losses, self._labels[2]))
        self.paths = coded(ways, room).tobytes()
        lo, hi = float(np.nanmin(z)), float(np.nanmax(z))
        wide, stacked = drawn_at(box)
        told = ["step = 00", "a = 0.00", "b = 0.00"]
        told += [f"{run}: L = 0.0 × 10⁰⁰ at (−0.00, −0.00)" for run in self._optimizers]
        lines = [lines_of(told, letters) for letters in LINE]
        self.space = [
            drawing + 20 * count + under + sliders
            for drawing, count, under, sliders in zip(
                (wide, stacked + CURVE), lines, CONTROLS, SLIDERS, strict=True
            )
        ]
        return {
            "at": np.arange(self._steps + 1),
            "a": a,
            "b": b,
            "z": [[float(f"{value:.4g}") for value in row] for row in z],
            "range": [lo, hi],
            "levels": lo + (hi - lo) * (np.arange(1, LEVELS) / LEVELS) ** 2,  # denser at the bottom
            "label": self._label,
            "labels": self._labels,
            "digits": [
                digits(*starts[0], most=2),
                digits(*starts[1], most=2),
                level_digits(hi - lo),
            ],
            "starts": starts,
            "lowest": self._lowest,
            "runs": list(self._optimizers),
            "box": room,
            "log": log,
            "panels": {"map": (wide, stacked), "curves": (wide, CURVE)},
            "lines": lines,
        }


def through(values: np.ndarray, at: float) -> np.ndarray:
    """Return `values` with the nearest of them moved to `at`, which may lie beyond."""
    values = np.round(values, 2)
    values[np.argmin(np.abs(values - at))] = at
    return values


def coded(values: np.ndarray, room: Sequence[Sequence[float]]) -> np.ndarray:
    """Return `values` as 16 bits each, within their `room` along the last axis."""
    low, high = np.array(room).T
    share = np.clip((values - low) / (high - low), 0, 1)
    return np.where(np.isnan(values), GONE, np.round(65534 * np.nan_to_num(share))).astype("<u2")


def level_digits(spread: float) -> int:
    """How many digits tell the levels of a map apart."""
    return int(np.clip(2 - np.floor(np.log10(spread or 1)), 0, 2))
