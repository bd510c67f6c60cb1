"""The training loop: forward, loss, backward, step, and everything around it."""

import copy
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from ..engine.modes import no_grad
from ..generator import get_rng_state, set_rng_state
from ..module import Module, evaluating
from ..optimizers import LRScheduler, Optimizer, ReduceLROnPlateau, clip_grad_norm_
from ..tensor import Tensor
from . import saving
from .callbacks import Callback
from .progress import Quiet, bar


class Trainer:
    """Trains a model, measures it, and can be stopped and resumed without a trace.

    Parameters
    ----------
    model : Module
    optimizer : Optimizer
        Made with the parameters of `model`.
    loss_fn : callable
        ``loss_fn(output, target)``, a Tensor with one number: the mean over the batch, or the sum
        if it has ``reduction="sum"``. Reported is the mean, over all that is not ignored.
    scheduler : LRScheduler or ReduceLROnPlateau, optional
        The latter goes by "val_loss", or "train_loss" where there is none.
    grad_clip_norm : float, optional
        The largest norm of all gradients together.
    metrics : dict of str to callable, optional
        ``{"accuracy": accuracy}``: functions of (output, target) that average over the samples of
        a batch, or over ``metric.count(target)`` where they have that.
    accumulation_steps : int
        How many batches make one step, with the gradient that one batch of all their samples
        would have.
    schedule_by : {"epoch", "step"}
        When the schedule goes on.
    callbacks : sequence of Callback
    progress : bool, optional
        Whether to show a bar; by default in a terminal or a notebook.

    Attributes
    ----------
    history : dict of str to list
        "train_loss", "lr", and with a val_loader "val_loss"; ``train_…`` and ``val_…`` for every
        metric: one number for each epoch, NaN where it was not measured.
    epoch, step : int
        How many are done.
    stopped : bool
        Set by a callback to end the run after this epoch.

    Examples
    --------
    >>> import tinytorch as tt
    >>> from tinytorch import nn, optim
    >>> from tinytorch.core.dataloader import DataLoader, TensorDataset
    >>> from tinytorch.core.random import manual_seed
    >>> manual_seed(0)
    >>> x = tt.tensor([[-1.0], [0.0], [1.0], [2.0]])
    >>> model = nn.Linear(1, 1)
    >>> trainer = Trainer(model, optim.SGD(model.parameters(), lr=0.1), nn.MSELoss())
    >>> history = trainer.fit(DataLoader(TensorDataset(x, 3 * x + 1), batch_size=4), epochs=200)
    >>> round(model.weight.item(), 2), round(model.bias.item(), 2)
    (3.0, 1.0)
    """

    def __init__(
        self,
        model: Module,
        optimizer: Optimizer,
        loss_fn: Callable,
        scheduler: LRScheduler | None = None,
        grad_clip_norm: float | None = None,
        *,
        metrics: dict[str, Callable] | None = None,
        accumulation_steps: int = 1,
        schedule_by: str = "epoch",
        callbacks: Sequence[Callback] = (),
        progress: bool | None = None,
    ):
        if schedule_by not in ("epoch", "step"):
            raise ValueError(f"Trainer: schedule_by must be 'epoch' or 'step', got {schedule_by!r}")
        trained = {p for group in optimizer.param_groups for p in group["params"]}
        if trained.isdisjoint(model.parameters()):
            raise ValueError(
                "Trainer: the optimizer was made for the parameters of another model; make it"
                " anew with model.parameters()"
            )
        optimizer.names.update((p, name) for name, p in model.named_parameters())
        self.model, self.optimizer, self.loss_fn = model, optimizer, loss_fn
        self.scheduler, self.schedule_by = scheduler, schedule_by
        self.grad_clip_norm = grad_clip_norm
        self.metrics = dict(metrics or {})
        self.accumulation_steps = accumulation_steps
        self.callbacks = list(callbacks)
        self.progress = progress
        self.history: dict[str, list[float]] = {}
        self.epoch = self.step = 0
        self.stopped = False

    # ---------------------------------------------------------------------------- training

    def fit(
        self,
        train_loader: Iterable,
        val_loader: Iterable | None = None,
        epochs: int = 1,
        *,
        checkpoint: str | Path | None = None,
        resume: bool = False,
    ) -> dict[str, list[float]]:
        """Train for `epochs` more epochs and return the history.

        Parameters
        ----------
        train_loader, val_loader : DataLoader or other iterable of (input, target)
        epochs : int
        checkpoint : path, optional
            Save to this file after every epoch.
        resume : bool
            If that file exists, go on from it: its epochs count among the `epochs`. The run ends
            as if it had never been interrupted.
        """
        last = self.epoch + epochs
        self.stopped = False
        if resume and checkpoint is None:
            raise ValueError("fit: resume=True needs checkpoint=, the file to resume from")
        if resume and Path(checkpoint).exists():
            self.load_checkpoint(checkpoint)
        epochs = max(last - self.epoch, 0)
        steps = _length(train_loader, epochs)
        with bar(steps, self.progress) as progress:
            while self.epoch < last and not self.stopped:
                progress.set_description(f"epoch {self.epoch + 1}/{last}")
                row = self._train_epoch(train_loader, self.accumulation_steps, progress)
                try:
                    if val_loader is not None:
                        for name, value in self.evaluate(val_loader).items():
                            row[f"val_{name}"] = value
                finally:  # an epoch that was trained is in the history, come what may
                    self._note(row)
                if isinstance(self.scheduler, ReduceLROnPlateau):
                    self.scheduler.step(row.get("val_loss", row["train_loss"]))
                for callback in self.callbacks:
                    callback.on_epoch(self)
                if checkpoint is not None:
                    self.save_checkpoint(checkpoint)
        for callback in self.callbacks:
            callback.on_end(self)
        return self.history

    def train_epoch(
        self, loader: Iterable, accumulation_steps: int | None = None, progress=None
    ) -> float:
        """Train on every batch once, and return the mean loss."""
        size = accumulation_steps or self.accumulation_steps
        row = self._train_epoch(loader, size, progress or Quiet())
        self._note(row)
        return row["train_loss"]

    def _train_epoch(self, loader, size, progress):
        """Train on every batch once; returns what the history is to hold of it."""
        row = {"lr": self.optimizer.param_groups[0]["lr"]}
        self.model.train()
        if hasattr(loader, "set_epoch"):
            loader.set_epoch(self.epoch)
        sums, group = _Means(), []
        for batch in loader:
            group.append(self._parted(batch))
            if len(group) == size:
                self.train_step(group, sums)
                progress.set_postfix_str(f"loss {sums.mean('loss'):.4f}", refresh=False)
                progress.update(size)
                group = []
        if group:
            self.train_step(group, sums)
        row |= {f"train_{name}": value for name, value in sums.means("train_epoch").items()}
        self.epoch += 1
        if self.schedule_by == "epoch" and isinstance(self.scheduler, LRScheduler):
            self.scheduler.step()
        return row

    def train_step(self, batches, sums):
        """One step of the optimizer, on the gradient of all `batches` together."""
        self.optimizer.zero_grad()
        counts = [self._count(target) for _, target in batches]
        for (inputs, target), n in zip(batches, counts, strict=True):
            loss = self._measured(inputs, target, n, sums)
            if not n:  # all of its targets are ignored
                continue
            if not np.isfinite(loss.item()):
                raise FloatingPointError(self._diverged(loss, inputs))
            share = 1 if self._summed else n / sum(counts)
            (loss if share == 1 else loss * share).backward()
        if not any(counts):
            return
        if self.grad_clip_norm is not None:
            clip_grad_norm_(self.model.parameters(), self.grad_clip_norm)
        self.optimizer.step()
        self.step += 1
        if self.schedule_by == "step" and self.scheduler is not None:
            self.scheduler.step()
        for callback in self.callbacks:
            callback.on_step(self)

    def _diverged(self, loss, inputs):
        with evaluating(self.model), no_grad():
            finite = np.isfinite(self.model(*inputs)._data).all()
        return f"Trainer: the loss is {loss.item()} in step {self.step + 1}; " + (
            "the outputs are finite, so look at the targets (are all of them ignored?)"
            if finite
            else "a smaller learning rate or grad_clip_norm may help"
        )

    def evaluate(self, loader: Iterable) -> dict[str, float]:
        """The mean loss and the metrics over all batches, in evaluation mode."""
        sums = _Means()
        with evaluating(self.model), no_grad():
            for batch in loader:
                inputs, target = self._parted(batch)
                self._measured(inputs, target, self._count(target), sums)
        return sums.means("evaluate")

    def _measured(self, inputs, target, n, sums):
        output = self.model(*inputs)
        loss = self.loss_fn(output, target)
        if loss.numel() != 1:
            raise ValueError(
                f"Trainer: the loss has shape {loss.shape}, expected one number; use"
                " reduction='mean' or 'sum'"
            )
        sums.add("loss", loss.item() / (n if n and self._summed else 1), n)
        for name, metric in self.metrics.items():
            count = getattr(metric, "count", _samples)
            sums.add(name, float(metric(output.detach(), target)), count(target))
        return loss

    @property
    def _summed(self):
        return getattr(self.loss_fn, "reduction", "mean") == "sum"

    def _parted(self, batch):
        """The inputs and the target of a batch, as Tensors."""
        if not isinstance(batch, (tuple, list)) or len(batch) < 2:
            raise TypeError(
                "Trainer: a batch must be (input, target), or (input, …, target) for models with"
                f" more inputs; got {type(batch).__name__}"
            )
        *inputs, target = [x if isinstance(x, Tensor) else Tensor(x) for x in batch]
        if not target.numel():
            raise ValueError(f"Trainer: an empty batch, with a target of shape {target.shape}")
        return inputs, target

    def _count(self, target):
        """How many numbers the loss of a batch is the mean of."""
        return getattr(self.loss_fn, "count", _samples)(target)

    def _note(self, row):
        """Add a line to the history, so that every list has one number for each epoch."""
        for name in {**self.history, **row}:
            values = self.history.setdefault(name, [])
            values += [np.nan] * (self.epoch - 1 - len(values))
            values.append(row.get(name, np.nan))

    # ------------------------------------------------------------------------- checkpoints

    def state_dict(self) -> dict:
        """All that the rest of the run depends on."""
        return {
            "model": copy.deepcopy(self.model.state_dict()),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict() if self.scheduler else None,
            "callbacks": [(type(c).__name__, c.state_dict()) for c in self.callbacks],
            "history": {name: list(values) for name, values in self.history.items()},
            "epoch": self.epoch,
            "step": self.step,
            "stopped": self.stopped,
            "random": get_rng_state(),
        }

    def load_state_dict(self, state_dict: dict) -> None:
        """Be where the trainer was that gave this `state_dict`."""
        self.model.load_state_dict(state_dict["model"])
        self.optimizer.load_state_dict(state_dict["optimizer"])
        if (self.scheduler is None) != (state_dict["scheduler"] is None):
            raise ValueError("one of the two runs has a schedule, the other none")
        if self.scheduler is not None:
            self.scheduler.load_state_dict(state_dict["scheduler"])
        theirs = [name for name, _ in state_dict["callbacks"]]
        ours = [type(callback).__name__ for callback in self.callbacks]
        if theirs != ours:
            raise ValueError(
                f"it was saved with the callbacks [{', '.join(theirs)}], and this trainer has"
                f" [{', '.join(ours)}]; make it with the same"
            )
        for callback, (_, kept) in zip(self.callbacks, state_dict["callbacks"], strict=True):
            callback.load_state_dict(kept)
        set_rng_state(state_dict["random"])
        self.history = {name: list(values) for name, values in state_dict["history"].items()}
        self.epoch, self.step = state_dict["epoch"], state_dict["step"]
        self.stopped = state_dict["stopped"]

    def save_checkpoint(self, path: str | Path) -> None:
        """Write the state to the file `path`, which is replaced only by a complete one."""
        saving.save(self.state_dict(), path)

    def load_checkpoint(self, path: str | Path) -> None:
        """Go on from the file `path`, bit for bit.

        Raises
        ------
        FileNotFoundError, CheckpointError
            If the file is missing, cut off, or of another model or optimizer; then model,
            optimizer and schedule are as they were.
        """
        state, before = saving.load(path), self.state_dict()
        try:
            self.load_state_dict(state)
        except Exception as error:
            self.load_state_dict(before)
            raise saving.CheckpointError(f"{path}: not of this training run: {error}") from error


def _length(loader, epochs):
    """How many batches there will be, or None where the loader does not know."""
    try:
        return len(loader) * epochs
    except TypeError:
        return None


class _Means:
    """Averages over batches of different sizes."""

    def __init__(self):
        self.total, self.count = defaultdict(float), defaultdict(float)

    def add(self, name, mean, n):
        self.count[name] += n
        if n:  # the mean of nothing is NaN
            self.total[name] += mean * n

    def mean(self, name):
        return self.total[name] / self.count[name] if self.count[name] else np.nan

    def means(self, where):
        if not self.count:
            raise ValueError(f"{where}: the loader gave no batches")
        return {name: self.mean(name) for name in self.count}


def _samples(target):
    return target.shape[0] if target.ndim else 1
