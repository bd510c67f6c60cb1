"""A learning rate that falls when learning stops."""

import math

from .base import Optimizer


class ReduceLROnPlateau:
    """Multiply the learning rate by `factor` when a measure has not improved for long.

    It is no `LRScheduler`: its `step` takes the measure.

    Parameters
    ----------
    optimizer : Optimizer
    mode : {"min", "max"}
        Whether less is better, or more.
    factor : float
    patience : int
        How many measures may be no better before the rate falls.
    threshold : float
        How much better counts as better: a share of the best for ``threshold_mode="rel"``, a
        difference for "abs".
    threshold_mode : {"rel", "abs"}
    cooldown : int
        How many measures are not counted after the rate has fallen.
    min_lr : float or list of float
        Where it stops falling, in every group or in each.
    eps : float
        Smaller changes of the rate are left out.

    Examples
    --------
    >>> import tinytorch as tt
    >>> sgd = tt.optim.SGD([tt.tensor(0.0, requires_grad=True)], lr=1.0)
    >>> schedule = tt.optim.lr_scheduler.ReduceLROnPlateau(sgd, patience=1)
    >>> for loss in [3.0, 2.0, 2.0, 2.0]:
    ...     schedule.step(loss)
    >>> schedule.get_last_lr()
    [0.1]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | list[float] = 0.0,
        eps: float = 1e-8,
    ):
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"ReduceLROnPlateau: expected an optimizer, got {type(optimizer).__name__}"
            )
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
            raise ValueError(
                "ReduceLROnPlateau: mode must be 'min' or 'max' and threshold_mode 'rel' or 'abs',"
                f" got {mode!r} and {threshold_mode!r}"
            )
        if not factor < 1:
            raise ValueError(f"ReduceLROnPlateau: factor must be below 1, got {factor}")
        groups = len(optimizer.param_groups)
        self.min_lrs = list(min_lr) if isinstance(min_lr, (list, tuple)) else [min_lr] * groups
        if len(self.min_lrs) != groups:
            raise ValueError(
                f"ReduceLROnPlateau: min_lr is a list of {len(self.min_lrs)} for {groups} groups"
            )
        self.optimizer, self.mode, self.factor, self.patience = optimizer, mode, factor, patience
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.cooldown, self.eps = cooldown, eps
        self.best = math.inf if mode == "min" else -math.inf
        self.cooldown_counter = self.num_bad_epochs = self.last_epoch = 0

    def step(self, metrics) -> None:
        """Take note of a measure: a number, or a Tensor with one."""
        value = float(metrics)
        self.last_epoch += 1
        if self._is_better(value):
            self.best, self.num_bad_epochs = value, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
            for i, group in enumerate(self.optimizer.param_groups):
                lr = max(group["lr"] * self.factor, self.min_lrs[min(i, len(self.min_lrs) - 1)])
                if group["lr"] - lr > self.eps:
                    group["lr"] = lr

    def _is_better(self, value):
        sign = 1 if self.mode == "min" else -1
        if self.threshold_mode == "rel":
            return sign * value < sign * self.best * (1 - sign * self.threshold)
        return sign * value < sign * self.best - self.threshold

    def get_last_lr(self) -> list[float]:
        """The learning rate of each group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict:
        """What has to be kept to go on later."""
        return {key: value for key, value in vars(self).items() if key != "optimizer"}

    def load_state_dict(self, state_dict: dict) -> None:
        """Go on where the schedule that gave this `state_dict` was, here or in PyTorch."""
        own = self.state_dict()
        vars(self).update({key: value for key, value in state_dict.items() if key in own})
