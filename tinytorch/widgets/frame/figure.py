"""What all live figures have in common: their traits, and when Python computes again."""

import json
import math
from typing import Any, ClassVar

import anywidget
import numpy as np
import traitlets

from tinytorch.widgets.frame.modules import style

LIMIT = 50_000  # bytes of data one figure may carry
HUGE = 1e12  # larger numbers are said, not drawn


class Unshowable(ValueError):
    """Data that cannot be drawn; the message is the sentence that the frame shows instead."""


class Figure(anywidget.AnyWidget):
    """A live figure: state traits, linked both ways, and the data Python computed for them.

    A kind sets ``_esm = bundle("kind")`` and ``_css = style()``, adds its state traits, lists them
    in ``moves``, and implements ``compute``.

    Parameters
    ----------
    name : str
        What the book refers to, such as ``"fig-relu"``.
    caption : str
        What to see: plain text or light Markdown, ``$math$`` allowed.
    alt : str
        The same for a reader who cannot see the figure.
    **state
        First values of the state traits; Reset returns to them.
    """

    _css = style()

    name = traitlets.Unicode().tag(sync=True)
    caption = traitlets.Unicode().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    data = traitlets.Dict().tag(sync=True)
    message = traitlets.Unicode().tag(sync=True)
    start = traitlets.Dict().tag(sync=True)
    space = traitlets.List(traitlets.Int()).tag(sync=True)

    moves: ClassVar[tuple[str, ...]] = ()
    panels: ClassVar[dict[str, tuple[int, int]]] = {}  # px of each: side by side, stacked
    lines: ClassVar[tuple[int, int]] = (2, 3)  # of the readout: side by side, stacked
    height: ClassVar[tuple[int, int]] = (0, 0)  # px to keep free: panels side by side, stacked

    def __init__(self, *, name: str = "", caption: str = "", alt: str = "", **state: Any):
        super().__init__(name=name, caption=caption, alt=alt, space=list(self.height))
        for trait, value in state.items():
            setattr(self, trait, value)
        if not self.message:
            self.refresh()
        self.start = {trait: getattr(self, trait) for trait in self.moves}
        self.observe(self._moved, names=list(self.moves))

    def compute(self) -> dict[str, Any]:
        """Return the data for the present state, or raise `Unshowable`.

        Where ``panels`` or ``lines`` depend on it, it returns these too.
        """
        raise NotImplementedError

    def covers(self) -> bool:
        """Tell whether ``data`` already holds the numbers of the present state."""
        return True

    def refresh(self) -> None:
        """Compute ``data`` again, or say in ``message`` why it cannot be shown."""
        data, message = {}, ""
        try:
            with np.errstate(all="ignore"):
                data = plain({"panels": self.panels, "lines": self.lines} | self.compute())
            data["panels"] = list(data["panels"].items())  # pairs: JSON may sort a dict
            size = len(json.dumps(data, separators=(",", ":")))
            size += sum(len(v) for v in self.trait_values().values() if isinstance(v, bytes))
            if size > LIMIT:
                raise Unshowable(f"This figure would need {size // 1000} kB: show fewer numbers.")
        except Unshowable as reason:
            data, message = {}, str(reason)
        with self.hold_sync():
            self.data, self.message = data, message

    def _moved(self, _change: traitlets.Bunch) -> None:
        if self.message or not self.covers():
            self.refresh()


class Number(traitlets.CFloat):
    """A number of a figure's state: always finite, because NaN is no JSON and has no place to go.

    Anything else leaves the value as it is, and the figure says why.
    """

    def validate(self, figure: Figure, value: Any) -> float:
        value = super().validate(figure, value)
        if math.isfinite(value):
            return value
        figure.message = (
            f"{self.name} is {value}: it has no place on an axis. Give a finite {self.name}."
        )
        return getattr(figure, self.name)


def plain(value: Any) -> Any:
    """Return `value` as JSON can carry it: nine digits, and names for what is no finite number."""
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            return "nan" if math.isnan(value) else "∞" if value > 0 else "−∞"
        return float(f"{value:.9g}")
    return value


def span(values: np.ndarray, what: str, pad: float = 0.08) -> list[float]:
    """Return an axis for the finite `values`, with a margin; it cuts off poles."""
    values = np.asarray(values, dtype=np.float64)
    seen = values[np.isfinite(values)]
    if seen.size == 0:
        kind = "empty" if values.size == 0 else "nan or infinite everywhere"
        raise Unshowable(f"{what} is {kind} here: there is nothing to draw.")
    if (most := float(np.abs(seen).max())) > HUGE:
        raise Unshowable(f"{what} reaches {most:.1e}: too large to draw.")
    usual = 4 * np.quantile(np.abs(seen), 0.85) or most
    lo, hi = np.clip([seen.min(), seen.max()], -usual, usual).tolist()
    margin = pad * (hi - lo) or max(0.5, 0.1 * abs(hi))
    return [lo - margin, hi + margin]


def interval(domain: Any, what: str = "domain") -> tuple[float, float]:
    """Return `domain` as two finite numbers in order, or raise `Unshowable`."""
    lo, hi = (float(end) for end in domain)
    if not (math.isfinite(lo) and math.isfinite(hi) and lo < hi):
        raise Unshowable(f"The {what} ({lo:g}, {hi:g}) is no interval: there is nothing to draw.")
    if max(-lo, hi) > HUGE:
        raise Unshowable(f"The {what} reaches {max(-lo, hi):.1e}: too large to draw.")
    return lo, hi


def grid(
    domain: Any, cells: int, through: float, beyond: int = 0, length: float = 0.0
) -> tuple[np.ndarray, float]:
    """Return evenly spaced points across `domain`, one of them `through`, and their step.

    The step is a round number that makes at most `cells` of them: the smallest one, or up to
    twice as much if `through` and `length` are then among its multiples. Where no step has
    `through`, all points shift; otherwise zero is one of them. `beyond` more points follow at
    either end.
    """
    lo, hi = interval(domain)
    lo, hi = interval((min(lo, through), max(hi, through)))
    least = (hi - lo) / cells * (1 - 1e-9)
    power = 10.0 ** math.floor(math.log10(least))
    steps = [n * power for n in (1, 1.25, 2, 2.5, 5, 10, 12.5, 20) if least <= n * power]
    steps = [s for s in steps if s <= 2 * least]

    def goes(step: float, *lengths: float) -> bool:
        return all(abs(math.remainder(x, step)) < 1e-6 * step for x in lengths)

    fits = [s for s in steps if goes(s, through, length)] or [s for s in steps if goes(s, through)]
    step = (fits or steps)[0]
    shift = math.remainder(through, step)
    shift = 0.0 if abs(shift) < 1e-6 * step else shift
    first = int(np.ceil((lo - shift) / step - 1e-9)) - beyond
    last = int(np.floor((hi - shift) / step + 1e-9)) + beyond
    return np.round(shift + step * np.arange(first, last + 1), 12) + 0.0, step


def on_grid(points: list[float], value: float) -> bool:
    """Tell whether `value` is one of the evenly spaced `points`, up to their nine digits."""
    points = np.asarray(points)
    return bool(np.isclose(points, value, rtol=0, atol=1e-6 * (points[1] - points[0])).any())


def digits(*values: float, least: int = 2, most: int = 6) -> int:
    """Return how many digits after the point tell the `values` exactly, within limits."""
    return max(least, *(len(f"{v:.{most}f}".rstrip("0").partition(".")[2]) for v in values))


def upstream(g: float) -> np.ndarray:
    """Return the values that the control of g steps through; the present one is among them."""
    return np.unique(np.append(np.linspace(-3, 3, 25), g))
