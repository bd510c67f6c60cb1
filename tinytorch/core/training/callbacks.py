"""What can be done while a `Trainer` trains: watch, draw, stop in time."""

import copy


class Callback:
    """Something to do while a `Trainer` trains. Subclass it, and define what you need."""

    def on_step(self, trainer) -> None:
        """After every step of the optimizer."""

    def on_epoch(self, trainer) -> None:
        """After every epoch, when its line of `trainer.history` is complete."""

    def on_end(self, trainer) -> None:
        """After the last epoch of a `fit`, however many there were."""

    def state_dict(self) -> dict:
        """What a checkpoint has to keep of it."""
        return {}

    def load_state_dict(self, state_dict: dict) -> None:
        """Take what `state_dict` kept."""


class EarlyStopping(Callback):
    """Stop when `monitor` has not improved for `patience` epochs. NaN is no improvement.

    Parameters
    ----------
    monitor : str
        A key of the history: "val_loss", "train_loss", "val_accuracy", …
    patience : int
    min_delta : float
        How much better counts as better.
    mode : {"min", "max"}
        Whether less is better, or more.
    restore_best : bool
        End with the weights of the best epoch, whether it stopped early or not.
    """

    def __init__(
        self, monitor="val_loss", patience=5, min_delta=0.0, mode="min", restore_best=False
    ):
        if mode not in ("min", "max"):
            raise ValueError(f"EarlyStopping: mode must be 'min' or 'max', got {mode!r}")
        self.monitor, self.patience, self.min_delta = monitor, patience, min_delta
        self.sign = 1 if mode == "min" else -1
        self.restore_best = restore_best
        self.best, self.waited, self.best_weights = None, 0, None

    def on_epoch(self, trainer):
        if self.monitor not in trainer.history:
            raise KeyError(
                f"EarlyStopping: the history has no {self.monitor!r}, only"
                f" {', '.join(trainer.history)}; val_… needs a val_loader"
            )
        value = self.sign * trainer.history[self.monitor][-1]
        if value == value and (self.best is None or value < self.best - self.min_delta):
            self.best, self.waited = value, 0
            if self.restore_best:
                self.best_weights = copy.deepcopy(trainer.model.state_dict())
        else:
            self.waited += 1
            trainer.stopped = trainer.stopped or self.waited >= self.patience

    def on_end(self, trainer):
        if self.restore_best and self.best_weights is not None:
            trainer.model.load_state_dict(self.best_weights)

    def state_dict(self):
        return {"best": self.best, "waited": self.waited, "best_weights": self.best_weights}

    def load_state_dict(self, state_dict):
        self.best, self.waited = state_dict["best"], state_dict["waited"]
        self.best_weights = state_dict["best_weights"]
