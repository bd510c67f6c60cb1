"""L-BFGS: steps that know the curvature, from how the gradient changed along the last ones."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..engine.versions import record_write
from .base import Optimizer


class LBFGS(Optimizer):
    """Limited-memory BFGS: d = -Hg, with H the inverse Hessian as the last steps show it.

    With s = θ₊ - θ and y = g₊ - g of the last steps, H is the matrix nearest to γI that maps every
    y to its s; Hg takes two loops over them and no matrix. It is for losses computed on all the
    data: with noise from batches, y says nothing about curvature.

    Parameters
    ----------
    params : iterable
        See `Optimizer`; one group only.
    lr : float
        How much of d a step takes, or the first length that the search tries.
    max_iter : int
        The most steps along a new direction for each call of `step`.
    max_eval : int, optional
        The most calls of the closure; 5/4 of `max_iter` unless given.
    tolerance_grad, tolerance_change : float
        `step` ends early when no entry of g, or of the change of θ (or the change of the loss), is
        larger.
    history_size : int
        How many pairs (s, y) are kept.
    line_search_fn : {None, "strong_wolfe"}
        Search along d for a length that lowers the loss and the slope enough.

    Examples
    --------
    >>> import tinytorch as tt
    >>> x = tt.tensor([-1.5, 2.0], requires_grad=True)
    >>> lbfgs = tt.optim.LBFGS([x], line_search_fn="strong_wolfe", max_iter=50)
    >>> def closure():
    ...     lbfgs.zero_grad()
    ...     loss = (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
    ...     loss.backward()
    ...     return loss
    >>> start = lbfgs.step(closure)
    >>> [round(v, 3) for v in x.tolist()]
    [1.0, 1.0]

    Source: J. Nocedal and S. J. Wright, "Numerical Optimization" (2006), algorithms 7.4, 3.5 and
    3.6, with the constants and stops of PyTorch.
    """

    def __init__(
        self,
        params,
        lr=1.0,
        max_iter=20,
        max_eval=None,
        tolerance_grad=1e-7,
        tolerance_change=1e-9,
        history_size=100,
        line_search_fn=None,
    ):
        if line_search_fn not in (None, "strong_wolfe"):
            raise ValueError(
                f"LBFGS: line_search_fn must be None or 'strong_wolfe', got {line_search_fn!r}"
            )
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)

    def add_param_group(self, group):
        """Refuse a second group: the direction is one for all parameters."""
        if self.param_groups:
            raise ValueError("LBFGS: there can be only one group of parameters")
        super().add_param_group(group)

    def step(self, closure: Callable):
        """Go along up to `max_iter` directions.

        Parameters
        ----------
        closure : callable
            Clears the gradients, computes the loss, calls `backward()` and returns the loss.

        Returns
        -------
        What `closure` returned at the start.
        """
        (group,) = self.param_groups
        params, most = group["params"], group["max_eval"]
        state = self.state[params[0]]
        if not state:
            state.update(func_evals=0, n_iter=0)

        def evaluate():
            nonlocal calls
            calls += 1
            state["func_evals"] += 1
            loss = self._closed(closure)
            return loss, float(loss), _flat([_gradient(p) for p in params])

        calls = 0
        first, loss, g = evaluate()
        if np.abs(g).max() <= group["tolerance_grad"]:
            return first
        for i in range(group["max_iter"]):
            state["n_iter"] += 1
            d = self._direction(state, g, group["history_size"])
            t = group["lr"] * (min(1.0, 1.0 / np.abs(g).sum()) if state["n_iter"] == 1 else 1)
            state.update(d=d, t=t, prev_flat_grad=g, prev_loss=loss)
            slope = g @ d
            if slope > -group["tolerance_change"]:
                break
            before = loss
            if group["line_search_fn"]:
                start = _flat([p._data for p in params])

                def at(t, start=start, d=d):
                    _write(params, start + t * d)
                    _, loss, g = evaluate()
                    return _Point(t, loss, g, g @ d)

                shortest = group["tolerance_change"] / np.abs(d).max()
                found = _search(at, _Point(0, loss, g, slope), t, shortest, most - calls)
                t, loss, g = found.t, found.loss, found.g
                state["t"] = t
                _write(params, start + t * d)
            else:
                _write(params, _flat([p._data for p in params]) + t * d)
                if i + 1 < group["max_iter"]:
                    _, loss, g = evaluate()
            if (
                calls >= most
                or np.abs(g).max() <= group["tolerance_grad"]
                or np.abs(t * d).max() <= group["tolerance_change"]
                or abs(loss - before) < group["tolerance_change"]
            ):
                break
        return first

    def _direction(self, state, g, size):
        """-Hg, by two loops over the pairs; the newest joins them if its curvature is positive."""
        if state["n_iter"] == 1:
            state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1.0)
            return -g
        ys, ss, rhos = state["old_dirs"], state["old_stps"], state["ro"]
        y, s = g - state["prev_flat_grad"], state["t"] * state["d"]
        if (curvature := y @ s) > 1e-10:
            for kept, new in (ys, y), (ss, s), (rhos, 1.0 / curvature):
                kept.append(new)
                del kept[:-size]
            state["H_diag"] = curvature / (y @ y)
        q, alphas = -g, []
        for y, s, rho in zip(ys[::-1], ss[::-1], rhos[::-1], strict=True):
            alphas.append(rho * (s @ q))
            q -= alphas[-1] * y
        q *= state["H_diag"]
        for y, s, rho, alpha in zip(ys, ss, rhos, alphas[::-1], strict=True):
            q += (alpha - rho * (y @ q)) * s
        return q

    def load_state_dict(self, state_dict):
        """Continue where the optimizer that gave this `state_dict` was, here or in PyTorch."""
        super().load_state_dict(state_dict)
        for kept in self.state.values():
            kept.pop("al", None)  # room that PyTorch computes in

    def _loaded(self, name, p, key, value):
        if key in ("d", "prev_flat_grad"):
            return np.array(np.asarray(value))
        if key in ("old_dirs", "old_stps"):
            return [np.array(np.asarray(v)) for v in value]
        if key == "ro":
            return [float(v) for v in value]
        return float(value) if key in ("t", "H_diag") else value


class _Point(NamedTuple):
    """What is known at length t along d: the loss, its gradient, and its slope g·d."""

    t: float
    loss: float
    g: np.ndarray
    slope: float


def _search(at, start, t, shortest, most, low_enough=1e-4, flat_enough=0.9):
    """A point along d that meets the strong Wolfe conditions, or the best found.

    ::

        loss(t) ≤ loss(0) + c₁ t slope(0)       and       |slope(t)| ≤ c₂ |slope(0)|

    First go on until a stretch must hold such a point, then narrow the stretch down, each time to
    the minimum of the cubic with the losses and slopes of its ends.
    """

    def too_high(point):
        return point.loss > start.loss + low_enough * point.t * start.slope

    def flat(point):
        return abs(point.slope) <= -flat_enough * start.slope

    before, point, used = start, at(t), 0
    while used < most:
        risen = too_high(point) or (used > 1 and point.loss >= before.loss)
        if not risen and flat(point):
            return point
        if risen or point.slope >= 0:
            ends = [before, point]
            break
        t = _cubic_minimum(before, point, point.t + 0.01 * (point.t - before.t), 10 * point.t)
        before, point, used = point, at(t), used + 1
    else:
        ends = [start, point]
    low = int(ends[0].loss > ends[1].loss)
    stuck = False
    while used < most and abs(ends[1].t - ends[0].t) >= shortest:
        left, right = sorted((ends[0].t, ends[1].t))
        t = _cubic_minimum(*ends, left, right)
        margin = 0.1 * (right - left)
        if min(right - t, t - left) < margin:  # too near an end to learn much
            if stuck or not left < t < right:
                t = right - margin if right - t < t - left else left + margin
                stuck = False
            else:
                stuck = True
        else:
            stuck = False
        point, used = at(t), used + 1
        if too_high(point) or point.loss >= ends[low].loss:
            ends[1 - low] = point
            low = int(ends[0].loss > ends[1].loss)
            continue
        if flat(point):
            return point
        if point.slope * (ends[1 - low].t - ends[low].t) >= 0:
            ends[1 - low] = ends[low]
        ends[low] = point
    return ends[low]


def _cubic_minimum(a, b, least, most):
    """Where the cubic through two points, with their slopes, is lowest within [least, most]."""
    a, b = sorted((a, b), key=lambda point: point.t)
    with np.errstate(all="ignore"):
        d1 = a.slope + b.slope - 3 * np.float64(a.loss - b.loss) / (a.t - b.t)
        square = d1 * d1 - a.slope * b.slope
        if not square >= 0:
            return (least + most) / 2
        d2 = np.sqrt(square)
        t = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    return float(min(max(t, least), most))


def _gradient(p):
    return np.zeros_like(p._data) if p.grad is None else np.asarray(p.grad)


def _flat(arrays):
    return np.concatenate([np.ravel(a) for a in arrays])


def _write(params, flat):
    ends = np.cumsum([p._data.size for p in params])
    for p, part in zip(params, np.split(flat, ends[:-1]), strict=True):
        if type(p._data) is not np.ndarray:  # a scalar, which NumPy keeps as a number
            p._data = np.asarray(p._data)
        p._data[...] = part.reshape(p.shape)
        record_write(p._data)
