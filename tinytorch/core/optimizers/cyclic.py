"""`CyclicLR`: the learning rate up and down between two bounds, again and again."""

import math
from collections.abc import Callable

from .schedules import LRScheduler, _for_each_group, _of_group

SCALES = {  # by mode: of what it is a function, and how high the peak is, of the whole height
    "triangular": ("cycle", lambda gamma, x: 1.0),
    "triangular2": ("cycle", lambda gamma, x: 1 / 2.0 ** (x - 1)),
    "exp_range": ("iterations", lambda gamma, x: gamma**x),
}


class CyclicLR(LRScheduler):
    """Up from `base_lr` to `max_lr` and down again, with the momentum the other way.

    Parameters
    ----------
    optimizer : Optimizer
    base_lr, max_lr : float or list of float
        The lowest and the highest rate, or those of each group.
    step_size_up, step_size_down : int
        How many steps go up, and down (by default as many).
    mode : {"triangular", "triangular2", "exp_range"}
        Peaks of one height; of half the height each time; or gammaᵗ times as high.
    gamma : float
        Of "exp_range".
    scale_fn : callable, optional
        In place of `mode`: how high the peak is, of the whole height.
    scale_mode : {"cycle", "iterations"}
        Whether `scale_fn` is given the number of the cycle, from 1, or of the step.
    cycle_momentum : bool
        Move momentum, or Adam's β₁, too.
    base_momentum, max_momentum : float or list of float
        Its values at the highest rate, and at the lowest.
    last_epoch : int

    Source: L. N. Smith, "Cyclical learning rates for training neural networks" (2017).
    """

    composes = False

    def __init__(
        self,
        optimizer,
        base_lr,
        max_lr,
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum=0.8,
        max_momentum=0.9,
        last_epoch: int = -1,
    ):
        if mode not in SCALES and scale_fn is None:
            names = ", ".join(map(repr, SCALES))
            raise ValueError(f"CyclicLR: mode must be one of {names}, got {mode!r}")
        groups = getattr(optimizer, "param_groups", ())

        def each(what, value):
            values = _for_each_group(f"CyclicLR: {what}", optimizer, value)
            return [float(_of_group(values, i)) for i in range(len(groups))]

        lows, self.max_lrs = each("base_lr", base_lr), each("max_lr", max_lr)
        self.base_momentums = each("base_momentum", base_momentum)
        self.max_momentums = each("max_momentum", max_momentum)
        down = step_size_up if step_size_down is None else step_size_down
        if min(step_size_up, down) <= 0:
            raise ValueError(
                f"CyclicLR: steps up and down must be positive, got {step_size_up} and {down}"
            )
        self.total_size = float(step_size_up + down)
        self.step_ratio = step_size_up / self.total_size
        self.mode, self.gamma, self._scale_fn_custom = mode, gamma, scale_fn
        self.scale_mode = scale_mode if scale_fn is not None else SCALES[mode][0]
        self.cycle_momentum = cycle_momentum
        settings = getattr(optimizer, "defaults", {})
        if cycle_momentum and not settings.keys() & {"momentum", "betas"}:
            raise ValueError(
                f"CyclicLR: {type(optimizer).__name__} has neither momentum nor betas; pass"
                " cycle_momentum=False"
            )
        for group, low in zip(groups, lows, strict=False):
            if last_epoch == -1:
                group["lr"] = low
        super().__init__(optimizer, last_epoch)
        self.base_lrs = lows

    def scale_fn(self, x: float) -> float:
        """How high a peak is, of the whole height."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        return SCALES[self.mode][1](self.gamma, x)

    def _rates(self, i, base):
        group = self.optimizer.param_groups[i]
        if i >= len(self.max_lrs):  # one that has come later stays as it is
            return None, group["lr"]
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1 + self.last_epoch / self.total_size - cycle
        up = x <= self.step_ratio
        share = x / self.step_ratio if up else (x - 1) / (self.step_ratio - 1)
        share *= self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            high = self.max_momentums[i]
            momentum = high - (high - self.base_momentums[i]) * share
            if "betas" in group:
                group["betas"] = (momentum, *group["betas"][1:])
            else:
                group["momentum"] = momentum
        return None, base + (self.max_lrs[i] - base) * share

    def state_dict(self) -> dict:
        """What has to be kept to go on later: all settings but `scale_fn`, and the time."""
        return super().state_dict() | {"_scale_fn_custom": None}

    def load_state_dict(self, state_dict: dict) -> None:
        """Go on where the schedule that gave this `state_dict` was, here or in PyTorch."""
        own = {key: value for key, value in state_dict.items() if key != "_scale_fn_custom"}
        super().load_state_dict(own)
