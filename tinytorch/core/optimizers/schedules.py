"""Schedules: the learning rate as a function of time.

Each is one formula, `rate(base, t)`: from the learning rate it started with and the number of
steps taken, so that it can't drift and its state is one number. `step()` writes the new rate into
the optimizer, once a step or once an epoch, as the training loop chooses.
"""

import math
from bisect import bisect_right
from collections.abc import Callable

from .base import Optimizer


class LRScheduler:
    """The base of all schedules.

    Attributes
    ----------
    last_epoch : int
        How often `step()` was called.
    base_lrs : list of float
        The learning rate of each group at the start.
    """

    def __init__(self, optimizer: Optimizer):
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"{type(self).__name__}: expected an optimizer, got {type(optimizer).__name__}"
            )
        self.optimizer = optimizer
        self.base_lrs = [
            group.setdefault("initial_lr", group["lr"]) for group in optimizer.param_groups
        ]
        self.last_epoch = 0
        self._write()

    def rate(self, base: float, t: int) -> float:
        """The learning rate after `t` steps, for a group that started with `base`."""
        raise NotImplementedError(f"{type(self).__name__} does not define rate")

    def step(self) -> None:
        """Go on to the next learning rate."""
        self.last_epoch += 1
        self._write()

    def get_last_lr(self) -> list[float]:
        """The learning rate of each group now."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def _write(self):
        for group, base in zip(self.optimizer.param_groups, self.base_lrs, strict=True):
            group["lr"] = self.rate(base, self.last_epoch)

    def state_dict(self) -> dict:
        """What has to be kept to go on later."""
        return {"last_epoch": self.last_epoch, "base_lrs": list(self.base_lrs)}

    def load_state_dict(self, state_dict: dict) -> None:
        """Go on where the schedule that gave this `state_dict` was."""
        base_lrs = list(state_dict["base_lrs"])
        if len(base_lrs) != len(self.base_lrs):
            raise ValueError(
                f"{type(self).__name__}.load_state_dict: {len(base_lrs)} groups,"
                f" expected {len(self.base_lrs)}"
            )
        self.last_epoch, self.base_lrs = int(state_dict["last_epoch"]), base_lrs
        self._write()


class LambdaLR(LRScheduler):
    """base · lr_lambda(t), for any function of the number of steps."""

    def __init__(self, optimizer, lr_lambda: Callable[[int], float]):
        self.lr_lambda = lr_lambda
        super().__init__(optimizer)

    def rate(self, base, t):
        return base * self.lr_lambda(t)


class StepLR(LRScheduler):
    """base · gamma^⌊t / step_size⌋: a stair."""

    def __init__(self, optimizer, step_size: int, gamma: float = 0.1):
        if step_size < 1:
            raise ValueError(f"StepLR: step_size must be at least 1, got {step_size}")
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer)

    def rate(self, base, t):
        return base * self.gamma ** (t // self.step_size)


class ExponentialLR(LRScheduler):
    """base · gammaᵗ."""

    def __init__(self, optimizer, gamma: float):
        self.gamma = gamma
        super().__init__(optimizer)

    def rate(self, base, t):
        return base * self.gamma**t


class CosineAnnealingLR(LRScheduler):
    """eta_min + (base - eta_min) · (1 + cos(π t / T_max)) / 2: half a wave down in T_max steps.

    Source: I. Loshchilov and F. Hutter, "SGDR: stochastic gradient descent with warm restarts"
    (2017).
    """

    def __init__(self, optimizer, T_max: int, eta_min: float = 0.0):
        if T_max < 1:
            raise ValueError(f"CosineAnnealingLR: T_max must be at least 1, got {T_max}")
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer)

    def rate(self, base, t):
        return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * t / self.T_max)) / 2


class LinearLR(LRScheduler):
    """From base · start_factor to base · end_factor along a line of total_iters steps: warm-up."""

    def __init__(self, optimizer, start_factor=1 / 3, end_factor=1.0, total_iters: int = 5):
        if not 0 < start_factor <= 1 or not 0 <= end_factor <= 1:
            raise ValueError(
                f"LinearLR: factors must be in (0, 1], got {start_factor} and {end_factor}"
            )
        if total_iters < 1:
            raise ValueError(f"LinearLR: total_iters must be at least 1, got {total_iters}")
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = total_iters
        super().__init__(optimizer)

    def rate(self, base, t):
        share = min(t, self.total_iters) / self.total_iters
        return base * (self.start_factor + (self.end_factor - self.start_factor) * share)


class SequentialLR(LRScheduler):
    """One schedule after the other: the next one takes over, from its own start, at a milestone.

    Parameters
    ----------
    optimizer : Optimizer
    schedulers : list of LRScheduler
        Made for the same optimizer.
    milestones : list of int
        After how many steps each but the first begins.

    Examples
    --------
    >>> import tinytorch as tt
    >>> from tinytorch.optim import SGD, lr_scheduler as schedules
    >>> sgd = SGD([tt.tensor(0.0, requires_grad=True)], lr=1.0)
    >>> warm_up = schedules.LinearLR(sgd, start_factor=0.25, total_iters=3)
    >>> cosine = schedules.CosineAnnealingLR(sgd, T_max=2)
    >>> schedule = schedules.SequentialLR(sgd, [warm_up, cosine], milestones=[3])
    >>> rates = []
    >>> for _ in range(6):
    ...     rates.append(sgd.param_groups[0]["lr"])
    ...     schedule.step()
    >>> rates
    [0.25, 0.5, 0.75, 1.0, 0.5, 0.0]
    """

    def __init__(self, optimizer, schedulers: list[LRScheduler], milestones: list[int]):
        if len(milestones) != len(schedulers) - 1 or list(milestones) != sorted(milestones):
            raise ValueError(
                f"SequentialLR: {len(schedulers)} schedules need {len(schedulers) - 1} ascending"
                f" milestones, got {milestones}"
            )
        self.schedulers, self.milestones = list(schedulers), list(milestones)
        super().__init__(optimizer)

    def rate(self, base, t):
        i = bisect_right(self.milestones, t)
        return self.schedulers[i].rate(base, t - (self.milestones[i - 1] if i else 0))
