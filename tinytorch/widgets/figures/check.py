"""The finite difference beside the gradient: how small a step, in which precision."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

import tinytorch as tt
from tinytorch.widgets.frame.figure import HUGE, Figure, Number, Unshowable
from tinytorch.widgets.frame.modules import bundle

PRECISIONS = {"float32": np.float32, "float64": np.float64}
STEPS = np.array([float(f"{n}e{-k}") for k in range(12, 0, -1) for n in (1, 2, 5)] + [1.0])
PER_STEP = 15  # samples per step of the close-up, which shows two steps to either side


class Check(Figure):
    """Error of (f(x+h) − f(x−h)) / 2h against h, in float32 and float64, with a close-up of each.

    Parameters
    ----------
    f : callable
        Tensor to Tensor; an output of several elements is summed.
    x : float or array
        Where to differentiate. It is rounded to float32 first, so that both precisions start from
        the same point.
    h : float
        The step that is marked.
    entry : int
        Which element of `x` is nudged, counted in C order.
    label : str, optional
        The formula in the title, such as ``"tanh(x)"``.
    name, caption, alt : str
        See `Figure`.

    Examples
    --------
    >>> figure = Check(tt.tanh, 0.5, h=1e-3)
    """

    _esm = bundle("check")

    h = Number(1e-3).tag(sync=True)

    moves: ClassVar = ("h",)
    panels: ClassVar = {
        "errors": (340, 260),
        "float32": (170, 170),
        "float64": (170, 170),
        "digits": (78, 78),
    }
    height: ClassVar = (510, 664)

    def __init__(
        self,
        f: Callable,
        x: Any = 0.5,
        h: float = 1e-3,
        *,
        entry: int = 0,
        label: str = "",
        **about: str,
    ):
        self._f, self._entry, self._label = f, entry, label
        self._x = np.asarray(x, dtype=np.float32)
        super().__init__(h=h, **about)

    def covers(self) -> bool:
        return bool(np.isclose(self.data["h"], self.h, rtol=1e-6, atol=0).any())

    def compute(self) -> dict[str, Any]:
        if not 0 < self.h <= HUGE:
            raise Unshowable(f"h is {self.h:g}: a step must be larger than zero.")
        if not np.isfinite(self._x).all() or self._x.size == 0:
            raise Unshowable("x is empty, nan or infinite: there is no slope to check.")
        new = not np.isclose(STEPS, self.h, rtol=1e-6, atol=0).any()
        steps = np.sort(np.append(STEPS, self.h)) if new else STEPS
        value, slope = self._exact()
        if not np.isfinite([value, slope]).all() or max(abs(value), abs(slope)) > HUGE:
            raise Unshowable(f"f(x) is {value:.3g} and f′(x) is {slope:.3g}: nothing to compare.")

        offsets = np.arange(-2 * PER_STEP, 2 * PER_STEP + 1) / PER_STEP
        near = {
            name: np.array([self._values(dtype, h * offsets) for h in steps])
            for name, dtype in PRECISIONS.items()
        }
        differences = {
            name: (rows[:, 3 * PER_STEP] - rows[:, PER_STEP]) / dtype(2) / steps.astype(dtype)
            for (name, dtype), rows in zip(PRECISIONS.items(), near.values(), strict=True)
        }
        # A close-up: how f rises from f(x), in the unit that makes the exact one fill the frame.
        rise = near["float64"] - near["float64"][:, [2 * PER_STEP]]
        highest = np.where(np.isfinite(rise), np.abs(rise), 0).max(axis=1)
        unit = np.maximum(highest / 2, abs(slope) * steps)
        unit = np.where(unit > 0, unit, steps)[:, None]
        places = {n: p - exponent(slope) for n, p in (("float32", 8), ("float64", 16))}
        errors = {name: np.abs(d.astype(np.float64) - slope) for name, d in differences.items()}
        return {
            "label": self._label,
            "x": self._at(),
            "h": steps,
            "slope": slope,
            "tilt": (slope * steps[:, None] / unit)[:, 0],
            "per_step": PER_STEP,
            "errors": errors,
            "zoom": {
                name: np.clip((rows.astype(np.float64) - rows[:, [2 * PER_STEP]]) / unit, -9, 9)
                .round(3)
                .tolist()
                for name, rows in near.items()
            },
            "digits": {
                "exact": f"{slope:.{places['float64']}f}",
                **{n: [f"{d:.{places[n]}f}" for d in ds] for n, ds in differences.items()},
            },
            "rounding": {
                name: float(np.finfo(dtype).eps) / 2 * (abs(value) + abs(self._at() * slope))
                for name, dtype in PRECISIONS.items()
            },
            "truncation": truncation(steps, errors["float64"]),
        }

    def _at(self) -> float:
        return float(self._x.flat[self._entry])

    def _exact(self) -> tuple[float, float]:
        x = tt.tensor(self._x.astype(np.float64), requires_grad=True)
        y = self._f(x).sum()
        if not y.requires_grad:
            return float(y.data), 0.0
        y.backward()
        return float(y.data), float(x.grad.data.flat[self._entry])

    def _values(self, dtype: type, nudges: np.ndarray) -> np.ndarray:
        """Return f with one entry of x nudged, all arithmetic in `dtype`."""
        found = []
        for nudge in nudges.astype(dtype):
            x = self._x.astype(dtype)
            x.flat[self._entry] += nudge
            found.append(self._f(tt.tensor(x)).sum().data)
        return np.array(found, dtype=dtype)


def exponent(value: float) -> int:
    """Return the power of ten of the first digit of `value`."""
    return int(np.floor(np.log10(abs(value)))) + 1 if value else 0


def truncation(steps: np.ndarray, error: np.ndarray) -> float:
    """Return c of the truncation error c·h², read where it dominates, or 0 if there is none."""
    wide = (steps >= 1e-3) & (steps <= 1e-1)
    ratios = error[wide] / steps[wide] ** 2
    c = float(np.median(ratios))
    return c if c > 0 and np.isfinite(c) and np.ptp(ratios) < 0.5 * c else 0.0
