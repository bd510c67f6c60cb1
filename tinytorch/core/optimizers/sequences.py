"""Schedules made of schedules, and schedules that have the whole run in view."""

import math
from bisect import bisect_right

from .schedules import LRScheduler, _for_each_group, _of_group


class SequentialLR(LRScheduler):
    """One schedule after the other: the next one takes over, from its own start, at a milestone.

    Parameters
    ----------
    optimizer : Optimizer
    schedulers : list of LRScheduler
        Made for the same optimizer.
    milestones : list of int
        After how many steps each but the first begins.
    last_epoch : int

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

    def __init__(
        self,
        optimizer,
        schedulers: list[LRScheduler],
        milestones: list[int],
        last_epoch: int = -1,
    ):
        if len(milestones) != len(schedulers) - 1 or list(milestones) != sorted(milestones):
            raise ValueError(
                f"SequentialLR: {len(schedulers)} schedules need {len(schedulers) - 1} ascending"
                f" milestones, got {milestones}"
            )
        _check("SequentialLR", optimizer, schedulers)
        self._schedulers, self._milestones = list(schedulers), list(milestones)
        self.optimizer, self.last_epoch = optimizer, last_epoch + 1
        for group in optimizer.param_groups:  # undo the first step of those that come later
            group["lr"] = group["initial_lr"]
        for schedule in self._schedulers:
            _rewind(schedule)
        first = self._schedulers[bisect_right(self._milestones, 0)]
        first.step()
        self._last_lr = first.get_last_lr()

    def step(self) -> None:
        """Go on to the next learning rate."""
        self.last_epoch += 1
        i = bisect_right(self._milestones, self.last_epoch)
        current = self._schedulers[i]
        if i and self._milestones[i - 1] == self.last_epoch:
            current.step(0)
        else:
            current.step()
        self._last_lr = current.get_last_lr()

    def state_dict(self):
        """What has to be kept to go on later, of each schedule too."""
        return super().state_dict() | {"_schedulers": [s.state_dict() for s in self._schedulers]}

    def load_state_dict(self, state_dict):
        """Go on where the schedule that gave this `state_dict` was."""
        _load_parts(self, state_dict)


class ChainedScheduler(LRScheduler):
    """Schedules that all take a step at each step: their factors multiply.

    Parameters
    ----------
    schedulers : list of LRScheduler
    optimizer : Optimizer, optional
        That of the schedules.
    """

    def __init__(self, schedulers: list[LRScheduler], optimizer=None):
        if not schedulers:
            raise ValueError("ChainedScheduler: it needs at least one schedule")
        self.optimizer = optimizer or schedulers[0].optimizer
        _check("ChainedScheduler", self.optimizer, schedulers)
        self._schedulers = list(schedulers)
        self._last_lr = self._now()

    def step(self) -> None:
        """Take a step of each."""
        for schedule in self._schedulers:
            schedule.step()
        self._last_lr = self._now()

    def state_dict(self):
        """What has to be kept to go on later, of each schedule."""
        return super().state_dict() | {"_schedulers": [s.state_dict() for s in self._schedulers]}

    def load_state_dict(self, state_dict):
        """Go on where the schedule that gave this `state_dict` was."""
        _load_parts(self, state_dict)


def _check(name, optimizer, schedulers):
    for i, schedule in enumerate(schedulers):
        if not isinstance(schedule, LRScheduler):
            raise TypeError(
                f"{name}: schedule {i} is a {type(schedule).__name__}, which takes no plain step()"
            )
        if schedule.optimizer is not optimizer:
            raise ValueError(f"{name}: schedule {i} was made for another optimizer")


def _rewind(schedule):
    for part in getattr(schedule, "_schedulers", ()):
        _rewind(part)
    if not hasattr(schedule, "_schedulers"):
        schedule.last_epoch -= 1


def _load_parts(schedule, state_dict):
    parts = state_dict["_schedulers"]
    if len(parts) != len(schedule._schedulers):
        raise ValueError(
            f"{type(schedule).__name__}.load_state_dict: {len(parts)} schedules, expected"
            f" {len(schedule._schedulers)}"
        )
    for part, kept in zip(schedule._schedulers, parts, strict=True):
        part.load_state_dict(kept)
    own = schedule.state_dict().keys() - {"_schedulers"}
    vars(schedule).update({k: v for k, v in state_dict.items() if k in own})


class CosineAnnealingWarmRestarts(LRScheduler):
    """`CosineAnnealingLR` that starts anew, each time T_mult times as long.

    Parameters
    ----------
    optimizer : Optimizer
    T_0 : int
        The length of the first wave.
    T_mult : int
    eta_min : float
    last_epoch : int

    Source: I. Loshchilov and F. Hutter, "SGDR: stochastic gradient descent with warm restarts"
    (2017).
    """

    composes = False

    def __init__(
        self, optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1
    ):
        if T_0 < 1 or T_mult < 1:
            raise ValueError(
                "CosineAnnealingWarmRestarts: T_0 and T_mult must be at least 1, got"
                f" {T_0} and {T_mult}"
            )
        self.T_0, self.T_mult, self.eta_min = T_0, T_mult, eta_min
        super().__init__(optimizer, last_epoch)

    def rate(self, base, t):
        length = self.T_0
        if self.T_mult == 1:
            t %= length
        while t >= length:
            t, length = t - length, length * self.T_mult
        return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * t / length)) / 2


class OneCycleLR(LRScheduler):
    """Up to `max_lr` and down to nearly 0, with the momentum the other way.

    Parameters
    ----------
    optimizer : Optimizer
    max_lr : float or list of float
        The highest rate, or that of each group.
    total_steps : int, optional
        How many steps there will be; or give both of
    epochs, steps_per_epoch : int, optional
    pct_start : float
        The share of the steps that go up.
    anneal_strategy : {"cos", "linear"}
    cycle_momentum : bool
        Move momentum, or Adam's β₁, too.
    base_momentum, max_momentum : float or list of float
        Its values at the highest rate, and at the ends.
    div_factor, final_div_factor : float
        The rate starts at max_lr / div_factor, and ends at that over final_div_factor.
    three_phase : bool
        Come down as slowly as it went up, then to the end.
    last_epoch : int

    Source: L. N. Smith and N. Topin, "Super-convergence" (2018), as in PyTorch.
    """

    composes = False

    def __init__(
        self,
        optimizer,
        max_lr,
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum=0.85,
        max_momentum=0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ):
        if total_steps is None and None not in (epochs, steps_per_epoch):
            total_steps = epochs * steps_per_epoch
        if total_steps is None or total_steps < 1:
            raise ValueError(
                "OneCycleLR: give total_steps, or epochs and steps_per_epoch, at least 1;"
                f" got {total_steps}, {epochs} and {steps_per_epoch}"
            )
        if not 0 <= pct_start <= 1:
            raise ValueError(f"OneCycleLR: pct_start must be in [0, 1], got {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                f"OneCycleLR: anneal_strategy must be 'cos' or 'linear', got {anneal_strategy!r}"
            )
        highest = _for_each_group("OneCycleLR: max_lr", optimizer, max_lr)
        low = _for_each_group("OneCycleLR: base_momentum", optimizer, base_momentum)
        high = _for_each_group("OneCycleLR: max_momentum", optimizer, max_momentum)
        settings = getattr(optimizer, "defaults", {})
        if cycle_momentum and not settings.keys() & {"momentum", "betas"}:
            raise ValueError(
                f"OneCycleLR: {type(optimizer).__name__} has neither momentum nor betas; pass"
                " cycle_momentum=False"
            )
        self.total_steps, self.anneal_strategy = total_steps, anneal_strategy
        self.cycle_momentum = cycle_momentum
        end = total_steps - 1
        up = pct_start * total_steps - 1
        # (last step, and what the rate and the momentum have come to by then)
        if three_phase:
            turn = 2 * pct_start * total_steps - 2
            self.phases = [(up, "max_lr", "base_momentum"), (turn, "initial_lr", "max_momentum")]
        else:
            self.phases = [(up, "max_lr", "base_momentum")]
        self.phases.append((end, "min_lr", "max_momentum"))
        for i, group in enumerate(getattr(optimizer, "param_groups", ())):
            if last_epoch == -1:
                group["max_lr"] = _of_group(highest, i)
                group["initial_lr"] = group["max_lr"] / div_factor
                group["min_lr"] = group["initial_lr"] / final_div_factor
                if cycle_momentum:
                    group["base_momentum"] = _of_group(low, i)
                    group["max_momentum"] = _of_group(high, i)
        super().__init__(optimizer, last_epoch)

    def _rates(self, i, base):
        group, t = self.optimizer.param_groups[i], self.last_epoch
        if t > self.total_steps:
            raise ValueError(f"OneCycleLR: step {t} of {self.total_steps}")
        if "max_lr" not in group:  # one that has come later stays as it is
            return None, group["lr"]
        begin, rate, momentum = 0.0, "initial_lr", "max_momentum"
        for last, rate_then, momentum_then in self.phases:
            if t <= last or last == self.phases[-1][0]:
                break
            begin, rate, momentum = last, rate_then, momentum_then
        share = (t - begin) / (last - begin)
        if self.cycle_momentum:
            value = self._between(group[momentum], group[momentum_then], share)
            if "betas" in group:
                group["betas"] = (value, *group["betas"][1:])
            else:
                group["momentum"] = value
        return None, self._between(group[rate], group[rate_then], share)

    def _between(self, start, end, share):
        if self.anneal_strategy == "linear":
            return start + (end - start) * share
        return end + (start - end) / 2 * (1 + math.cos(math.pi * share))
