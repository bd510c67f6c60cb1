"""Schedules: the learning rate as a function of time.

Each is one formula, `rate(base, t)`: from the learning rate it started with and the number of
steps taken. `step()` changes the rate of the optimizer as much as its formula changed, so that
several schedules of one optimizer, and a hand that turns the rate in between, all have their say.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from numbers import Number

from .base import Optimizer


class LRScheduler:
    """The base of all schedules.

    A subclass defines `rate`; or, as in PyTorch, `get_lr`, which returns the new rate of every
    group of `self.optimizer` from `self.base_lrs` and `self.last_epoch`.

    Parameters
    ----------
    optimizer : Optimizer
    last_epoch : int
        -1 to begin; else the number of steps taken before, by a schedule whose optimizer's state
        was loaded.

    Attributes
    ----------
    last_epoch : int
        How often `step()` was called.
    base_lrs : list of float
        The learning rate of each group at the start.
    """

    floor = 0.0  # the rate that the formula comes down to: what is above it is scaled
    composes = True  # False where the formula is the rate, whatever was there before

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1):
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"{type(self).__name__}: expected an optimizer, got {type(optimizer).__name__}"
            )
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch != -1 and "initial_lr" not in group:
                raise KeyError(
                    f"{type(self).__name__}: last_epoch={last_epoch} goes on with a schedule, but"
                    f" group {i} has no 'initial_lr'; load the state of its optimizer first"
                )
        self.optimizer = optimizer
        self.last_epoch = last_epoch
        self.base_lrs: list[float] = []
        self._join()
        self._last_lr: list[float] = []
        self._begun = False
        self.step()
        self._begun = True

    def _join(self):
        """Take in the groups that have come to the optimizer."""
        for group in self.optimizer.param_groups[len(self.base_lrs) :]:
            self.base_lrs.append(group.setdefault("initial_lr", group["lr"]))

    def rate(self, base: float, t: int) -> float:
        """The learning rate after `t` steps, for a group that started with `base`."""
        raise NotImplementedError(f"{type(self).__name__} does not define rate")

    def get_lr(self) -> list[float]:
        """The new learning rate of each group, in which what others made of it is kept."""
        groups = self.optimizer.param_groups
        return [
            self._next(group["lr"], *self._rates(i, base))
            for i, (group, base) in enumerate(zip(groups, self.base_lrs, strict=True))
        ]

    def _rates(self, i, base):
        """The formula of group `i` one step ago and now."""
        t = self.last_epoch
        return self.rate(base, t - 1) if t else base, self.rate(base, t)

    def _next(self, lr, before, now):
        if not self.composes:
            return now
        if self.last_epoch and not self._begun:  # it goes on, from the rate of the optimizer
            return lr
        if before == self.floor:  # nothing left to scale
            return lr + (now - before)
        return self.floor + (lr - self.floor) * ((now - self.floor) / (before - self.floor))

    def step(self, epoch: int | None = None) -> None:
        """Go on to the next learning rate, or to that of `epoch`, whatever was before."""
        self._join()
        if epoch is None:
            self.last_epoch += 1
            rates = self.get_lr()
        else:
            self.last_epoch = epoch
            rates = [self._rates(i, base)[1] for i, base in enumerate(self.base_lrs)]
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
        self._last_lr = self._now()

    def get_last_lr(self) -> list[float]:
        """The learning rate of each group, as the last step left it."""
        return self._last_lr

    def _now(self):
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict:
        """What has to be kept to go on later: all settings but functions, and the time.

        The rates themselves are in the state of the optimizer.
        """
        return {key: value for key, value in vars(self).items() if _is_plain(value)}

    def load_state_dict(self, state_dict: dict) -> None:
        """Go on where the schedule that gave this `state_dict` was, here or in PyTorch.

        Raises
        ------
        ValueError
            If that schedule was for another number of groups; then nothing changed.
        """
        n = len(state_dict.get("base_lrs", self.base_lrs))
        if n != len(self.base_lrs):
            raise ValueError(
                f"{type(self).__name__}.load_state_dict: {n} groups, expected {len(self.base_lrs)}"
            )
        own = self.state_dict()
        vars(self).update({k: _copy(v) for k, v in state_dict.items() if k in own})


class LambdaLR(LRScheduler):
    """base · lr_lambda(t), for any function of the number of steps; or a list of one per group."""

    composes = False

    def __init__(
        self,
        optimizer,
        lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]],
        last_epoch: int = -1,
    ):
        self.lr_lambdas = _for_each_group("LambdaLR", optimizer, lr_lambda)
        super().__init__(optimizer, last_epoch)

    def _rates(self, i, base):
        return None, base * _of_group(self.lr_lambdas, i)(self.last_epoch)


class MultiplicativeLR(LambdaLR):
    """The rate before, times lr_lambda(t)."""

    def _rates(self, i, base):
        t, function = self.last_epoch, _of_group(self.lr_lambdas, i)
        lr = self.optimizer.param_groups[i]["lr"]
        return None, lr * function(t) if t and self._begun else lr


class StepLR(LRScheduler):
    """base · gamma^⌊t / step_size⌋: a stair."""

    def __init__(self, optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1):
        if step_size < 1:
            raise ValueError(f"StepLR: step_size must be at least 1, got {step_size}")
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base, t):
        return base * self.gamma ** (t // self.step_size)


class MultiStepLR(LRScheduler):
    """base · gamma^(how many `milestones` t has reached): a stair with steps of any width."""

    def __init__(
        self, optimizer, milestones: Sequence[int], gamma: float = 0.1, last_epoch: int = -1
    ):
        self.milestones, self.gamma = sorted(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base, t):
        return base * self.gamma ** bisect_right(self.milestones, t)

    def load_state_dict(self, state_dict):
        """Go on where the schedule that gave this `state_dict` was, here or in PyTorch."""
        super().load_state_dict(state_dict)
        if isinstance(self.milestones, dict):  # PyTorch counts them
            self.milestones = sorted(m for m, n in self.milestones.items() for _ in range(n))


class ConstantLR(LRScheduler):
    """base · factor for total_iters steps, then base."""

    def __init__(self, optimizer, factor=1 / 3, total_iters: int = 5, last_epoch: int = -1):
        if not 0 <= factor <= 1:
            raise ValueError(f"ConstantLR: factor must be in [0, 1], got {factor}")
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def rate(self, base, t):
        return base * (self.factor if t < self.total_iters else 1)


class LinearLR(LRScheduler):
    """From base · start_factor to base · end_factor along a line of total_iters steps: warm-up."""

    def __init__(
        self,
        optimizer,
        start_factor=1 / 3,
        end_factor=1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ):
        if not 0 < start_factor <= 1 or not 0 <= end_factor <= 1:
            raise ValueError(
                f"LinearLR: factors must be in (0, 1], got {start_factor} and {end_factor}"
            )
        if total_iters < 1:
            raise ValueError(f"LinearLR: total_iters must be at least 1, got {total_iters}")
        self.start_factor, self.end_factor = start_factor, end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def rate(self, base, t):
        share = min(t, self.total_iters) / self.total_iters
        return base * (self.start_factor + (self.end_factor - self.start_factor) * share)


class ExponentialLR(LRScheduler):
    """base · gammaᵗ."""

    def __init__(self, optimizer, gamma: float, last_epoch: int = -1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def rate(self, base, t):
        return base * self.gamma**t


class PolynomialLR(LRScheduler):
    """base · (1 - t / total_iters)^power, and 0 from there on."""

    def __init__(self, optimizer, total_iters: int = 5, power=1.0, last_epoch: int = -1):
        if total_iters < 1:
            raise ValueError(f"PolynomialLR: total_iters must be at least 1, got {total_iters}")
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def rate(self, base, t):
        return base * (1 - min(t, self.total_iters) / self.total_iters) ** self.power


class CosineAnnealingLR(LRScheduler):
    """eta_min + (base - eta_min) · (1 + cos(π t / T_max)) / 2: half a wave down in T_max steps.

    Source: I. Loshchilov and F. Hutter, "SGDR: stochastic gradient descent with warm restarts"
    (2017).
    """

    def __init__(self, optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1):
        if T_max < 1:
            raise ValueError(f"CosineAnnealingLR: T_max must be at least 1, got {T_max}")
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    @property
    def floor(self):
        """The rate that the wave comes down to, `eta_min`."""
        return self.eta_min

    def rate(self, base, t):
        return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * t / self.T_max)) / 2


def _is_plain(value):
    """Whether `value` can be written to a file: numbers, text, and lists or dicts of them."""
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    return value is None or isinstance(value, (Number, str))


def _copy(value):
    return type(value)(value) if isinstance(value, (list, dict)) else value


def _for_each_group(name, optimizer, value):
    """`value` for every group: a list has one of each, anything else is for all."""
    if not isinstance(value, (list, tuple)):
        return [value]
    n = len(optimizer.param_groups) if isinstance(optimizer, Optimizer) else len(value)
    if len(value) != n:
        raise ValueError(f"{name}: a list of {len(value)} for {n} groups of parameters")
    return list(value)


def _of_group(values, i):
    return values[min(i, len(values) - 1)]
