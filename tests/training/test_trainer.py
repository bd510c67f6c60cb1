"""The training loop: what it computes, records, saves and refuses."""

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import data, nn, optim
from tinytorch.core.random import manual_seed
from tinytorch.core.training import (
    Callback,
    EarlyStopping,
    Trainer,
    accuracy,
    binary_accuracy,
    saving,
)


def make(optimizer="Adam", lr=0.02, **options):
    manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Dropout(0.2), nn.Linear(16, 2))
    optimizer = getattr(optim, optimizer)(model.parameters(), lr=lr)
    return Trainer(model, optimizer, nn.CrossEntropyLoss(), **options)


def loaders(batch_size=16):
    return (
        data.DataLoader(data.moons(96), batch_size, shuffle=True, seed=1),
        data.DataLoader(data.moons(40, seed=9), 40),
    )


def weights(trainer):
    return np.concatenate([np.array(p.detach()).ravel() for p in trainer.model.parameters()])


def test_fit_learns_and_keeps_a_history():
    trainer = make(lr=0.1, metrics={"accuracy": accuracy})
    history = trainer.fit(*loaders(8), epochs=30)
    assert list(history) == [
        "lr",
        "train_loss",
        "train_accuracy",
        "val_loss",
        "val_accuracy",
    ]
    assert all(len(values) == 30 for values in history.values())
    assert history["train_loss"][-1] < 0.5 * history["train_loss"][0]
    assert history["val_accuracy"][-1] > 0.9
    assert (trainer.epoch, trainer.step) == (30, 360)
    trainer.fit(loaders()[0], epochs=2)
    assert trainer.epoch == 32


def test_seeded_runs_are_the_same_to_the_bit():
    runs = []
    for _ in range(2):
        trainer = make()
        trainer.fit(loaders()[0], epochs=3)
        runs.append(weights(trainer))
    assert np.array_equal(*runs)


def test_evaluation_is_the_mean_over_samples_and_changes_nothing():
    trainer = make(metrics={"accuracy": accuracy})
    before = trainer.state_dict()
    x, y = data.moons(50).tensors
    parts = trainer.evaluate(data.DataLoader(data.TensorDataset(x, y), 16))  # 16, 16, 16, 2
    trainer.model.eval()
    output = trainer.model(x)
    assert parts["loss"] == pytest.approx(trainer.loss_fn(output, y).item(), rel=1e-6)
    assert parts["accuracy"] == pytest.approx(accuracy(output, y))
    trainer.model.train()
    trainer.model[2].eval()
    trainer.evaluate(loaders()[1])
    assert trainer.model.training and not trainer.model[2].training
    after = trainer.state_dict()
    assert before["random"] == after["random"] and trainer.history == {}
    assert all(np.array_equal(before["model"][k], after["model"][k]) for k in before["model"])


def weighted():
    return nn.CrossEntropyLoss(weight=np.array([1.0, 3.0], np.float32), ignore_index=-1)


LOSSES = {
    "cross_entropy": nn.CrossEntropyLoss,
    "weights_and_ignored": weighted,
    "sum": lambda: nn.CrossEntropyLoss(reduction="sum"),
    "function": lambda: lambda output, target: nn.functional.cross_entropy(output, target),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_accumulated_batches_give_the_gradient_of_the_large_one(loss):
    x, y = data.moons(50).tensors
    if loss == "weights_and_ignored":
        y = tt.tensor(np.where(np.arange(50) % 7 == 0, -1, y.data))
    samples = data.TensorDataset(x, y)

    def gradients(batch_size, steps):
        manual_seed(0)
        model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2)).double()
        trainer = Trainer(
            model,
            optim.SGD(model.parameters(), lr=0.1),
            LOSSES[loss](),
            accumulation_steps=steps,
        )
        trainer.train_epoch(data.DataLoader(samples, batch_size))
        return weights(trainer), trainer.step

    samples = data.TensorDataset(tt.tensor(x.data.astype(np.float64)), y)
    large, one = gradients(50, 1)
    small, also_one = gradients(16, 4)  # 16, 16, 16 and 2
    assert one == also_one == 1
    np.testing.assert_allclose(small, large, rtol=1e-12)


def test_clipping_and_schedules_are_applied():
    trainer = make("SGD", lr=0.5, grad_clip_norm=1e-3)
    trainer.scheduler = optim.lr_scheduler.StepLR(trainer.optimizer, 2, gamma=0.1)
    before = weights(trainer)
    history = trainer.fit(loaders(96)[0], epochs=5)
    assert history["lr"] == pytest.approx([0.5, 0.5, 0.05, 0.05, 0.005])
    assert 0 < np.linalg.norm(weights(trainer) - before) <= 1e-3 * sum(history["lr"]) * 1.01
    trainer = make("SGD", lr=0.5, schedule_by="step")
    trainer.scheduler = optim.lr_scheduler.ExponentialLR(trainer.optimizer, 0.5)
    assert trainer.fit(loaders(32)[0], epochs=2)["lr"] == [0.5, 0.0625]


def ignoring(reduction="mean"):
    return nn.CrossEntropyLoss(
        weight=np.array([1.0, 3.0], np.float32), ignore_index=-1, reduction=reduction
    )


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("batch_size", [1, 7, 50])
def test_what_is_reported_does_not_depend_on_the_batches(reduction, batch_size):
    x, y = data.moons(50).tensors
    y = tt.tensor(np.where(np.arange(50) % 7 < 2, -1, y.data))  # with one at a time, many ignored
    manual_seed(0)
    model = nn.Linear(2, 2)
    optimizer = optim.SGD(model.parameters(), lr=0.0)
    trainer = Trainer(model, optimizer, ignoring(reduction), metrics={"accuracy": accuracy})
    loader = data.DataLoader(data.TensorDataset(x, y), batch_size)
    history = trainer.fit(loader, loader)
    kept = y.data >= 0
    scores, right = model(x).data[kept], y.data[kept]
    expected = nn.functional.cross_entropy(
        tt.tensor(scores), tt.tensor(right), weight=tt.tensor([1.0, 3.0])
    ).item()
    hits = float((scores.argmax(1) == right).mean())
    for part in "train", "val":
        assert history[f"{part}_loss"] == [pytest.approx(expected, rel=1e-5)]
        assert history[f"{part}_accuracy"] == [pytest.approx(hits)]
    assert trainer.step == np.add.reduceat(kept, np.arange(0, 50, batch_size)).astype(bool).sum()


def test_a_batch_that_is_all_ignored_changes_nothing_and_ends_nothing():
    trainer = make("SGD", metrics={"accuracy": accuracy})
    trainer.loss_fn = nn.CrossEntropyLoss(ignore_index=-1)
    before = weights(trainer)
    nothing = [(np.ones((4, 2), np.float32), np.full(4, -1))]
    assert np.isnan(trainer.train_epoch(nothing)) and trainer.step == 0
    assert np.array_equal(weights(trainer), before)
    assert np.isnan(list(trainer.evaluate(nothing).values())).all()
    both = trainer.evaluate([*loaders()[1], *nothing])
    assert both == trainer.evaluate(loaders()[1])


def test_a_loss_that_is_no_number_is_explained():
    trainer = make("SGD")
    trainer.loss_fn = lambda output, target: nn.functional.cross_entropy(output, target)
    ignored = [(np.ones((4, 2), np.float32), np.full(4, -100))]
    with pytest.raises(FloatingPointError, match="outputs are finite, so look at the targets"):
        trainer.fit(ignored)
    trainer.loss_fn = nn.CrossEntropyLoss(reduction="none")
    with pytest.raises(ValueError, match=r"the loss has shape \(16,\), expected one number"):
        trainer.fit(loaders()[0])


class Interrupt(Callback):
    def __init__(self, step):
        self.step = step

    def on_step(self, trainer):
        if trainer.step == self.step:
            raise KeyboardInterrupt


def test_the_history_stays_in_step_after_an_interrupt_and_other_fits():
    trainer = make(callbacks=[Interrupt(8)])
    train, val = loaders(24)
    with pytest.raises(KeyboardInterrupt):
        trainer.fit(train, epochs=5)  # in the second epoch
    assert trainer.epoch == 1 and {len(v) for v in trainer.history.values()} == {1}
    trainer.fit(train, val, epochs=2)
    assert {len(v) for v in trainer.history.values()} == {3}
    assert np.isnan(trainer.history["val_loss"]).tolist() == [True, False, False]

    def broken():
        raise KeyboardInterrupt
        yield

    with pytest.raises(KeyboardInterrupt):
        trainer.fit(train, broken())
    trainer.train_epoch(train)
    assert {name: len(v) for name, v in trainer.history.items()} == dict.fromkeys(
        trainer.history, 5
    )
    assert np.isnan(trainer.history["val_loss"]).tolist() == [True, False, False, True, True]


def test_a_plateau_lowers_the_rate():
    trainer = make("SGD", lr=0.5)
    trainer.scheduler = optim.lr_scheduler.ReduceLROnPlateau(
        trainer.optimizer, threshold=9.0, threshold_mode="abs", patience=0
    )
    history = trainer.fit(*loaders(), epochs=3)
    assert history["lr"] == pytest.approx([0.5, 0.5, 0.05])


class Log(Callback):
    def __init__(self):
        self.steps, self.epochs = [], []

    def on_step(self, trainer):
        self.steps.append(trainer.step)

    def on_epoch(self, trainer):
        self.epochs.append((trainer.epoch, len(trainer.history["val_loss"])))


def test_callbacks_see_every_step_and_epoch():
    log = Log()
    make(callbacks=[log]).fit(*loaders(48), epochs=2)
    assert log.steps == [1, 2, 3, 4] and log.epochs == [(1, 1), (2, 2)]


def test_early_stopping_waits_and_goes_back_to_the_best():
    stop = EarlyStopping("val_loss", patience=3, min_delta=10.0, restore_best=True)
    trainer = make(callbacks=[stop])
    best = None

    class First(Callback):
        def on_epoch(self, trainer):
            nonlocal best
            best = weights(trainer) if best is None else best

    trainer.callbacks.insert(0, First())
    trainer.fit(*loaders(), epochs=20)
    assert trainer.epoch == 4 and np.array_equal(weights(trainer), best)
    with pytest.raises(KeyError, match="history has no 'val_loss', only lr, train_loss"):
        make(callbacks=[EarlyStopping()]).fit(loaders()[0])


def test_the_best_weights_come_back_when_the_epochs_run_out():
    best = []

    class Watch(Callback):
        def on_epoch(self, trainer):
            if trainer.history["val_loss"][-1] == min(trainer.history["val_loss"]):
                best[:] = [weights(trainer)]

    trainer = make(lr=0.3, callbacks=[Watch(), EarlyStopping(patience=99, restore_best=True)])
    history = trainer.fit(*loaders(), epochs=4)
    assert history["val_loss"][-1] > min(history["val_loss"]), "the last was the best: no test"
    assert np.array_equal(weights(trainer), best[0])


def test_no_number_is_no_improvement():
    class Given:
        history, stopped = {"val_loss": []}, False
        model = nn.Linear(1, 1)

    stop, trainer = EarlyStopping(patience=2, restore_best=True), Given()
    for value, waited in [(np.nan, 1), (3.0, 0), (2.0, 0), (np.nan, 1), (2.5, 2)]:
        assert not trainer.stopped
        trainer.history["val_loss"].append(value)
        stop.on_epoch(trainer)
        assert stop.waited == waited
    assert trainer.stopped and stop.best == 2.0


def test_quiet_without_a_terminal(capfd):
    make().fit(loaders()[0], epochs=2)
    assert capfd.readouterr() == ("", "")


def test_a_bar_where_one_is_wanted(capfd):
    pytest.importorskip("tqdm")
    make(progress=True).fit(loaders()[0], epochs=2)
    assert "epoch 2/2" in capfd.readouterr().err


# -------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("loader", "error", "text"),
    [
        ([], ValueError, "train_epoch: the loader gave no batches"),
        ([np.zeros((4, 2), np.float32)], TypeError, "a batch must be"),
        ([(np.zeros((0, 2), np.float32), np.zeros(0, np.int64))], ValueError, "an empty batch"),
        ([(np.zeros((4, 3), np.float32), np.zeros(4, np.int64))], ValueError, "linear: input"),
        ([(np.zeros((4, 2), np.float32), np.full(4, 7))], (ValueError, IndexError), "7"),
        (
            [(np.full((4, 2), np.nan, np.float32), np.zeros(4, np.int64))],
            FloatingPointError,
            "the loss is nan in step 1",
        ),
    ],
)
def test_a_bad_batch_changes_nothing(loader, error, text):
    trainer = make("SGD")
    before = weights(trainer)
    with pytest.raises(error, match=text):
        trainer.fit(loader)
    assert np.array_equal(weights(trainer), before)
    assert (trainer.epoch, trainer.step) == (0, 0) and not trainer.optimizer.state


def test_parts_that_the_loss_does_not_use_stay():
    class Partly(nn.Module):
        def __init__(self):
            super().__init__()
            self.used, self.unused = nn.Linear(2, 2), nn.Linear(2, 2)

        def forward(self, x):
            return self.used(x)

    model = Partly()
    before = [p.tolist() for p in model.parameters()]
    optimizer = optim.AdamW(model.parameters(), lr=0.1, weight_decay=0.5)
    Trainer(model, optimizer, nn.CrossEntropyLoss()).fit(loaders()[0])
    moved = [p.tolist() != b for p, b in zip(model.parameters(), before, strict=True)]
    assert moved == [True, True, False, False]


def test_an_optimizer_of_another_model_is_refused():
    with pytest.raises(ValueError, match="made for the parameters of another model"):
        Trainer(nn.Linear(2, 2), optim.SGD(nn.Linear(2, 2).parameters()), nn.MSELoss())


def test_metrics():
    scores = tt.tensor([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]])
    assert accuracy(scores, tt.tensor([0, 1, 1])) == pytest.approx(2 / 3)
    assert accuracy(scores, tt.tensor([0, -100, 0])) == 1.0
    assert binary_accuracy(tt.tensor([[0.2], [0.9]]), tt.tensor([[0.0], [0.0]])) == 0.5
    ones = tt.tensor(np.ones((2, 3, 4)) * np.array([0.0, 2.0, 1.0])[:, None])
    assert accuracy(ones, tt.tensor(np.ones((2, 4), int))) == 1.0
    with pytest.raises(ValueError, match=r"go with targets of shape \(3,\), got \(3, 1\)"):
        accuracy(scores, tt.tensor([[0], [1], [1]]))
    with pytest.raises(ValueError, match="differ"):
        binary_accuracy(tt.tensor([[0.2], [0.9]]), tt.tensor([0.0, 0.0]))


# ------------------------------------------------------------------------------ checkpoints


def resumable():
    trainer = make(
        callbacks=[EarlyStopping("train_loss", patience=50, restore_best=True)],
        metrics={"accuracy": accuracy},
    )
    trainer.scheduler = optim.lr_scheduler.CosineAnnealingLR(trainer.optimizer, 8)
    return trainer


def test_a_resumed_run_ends_as_if_never_interrupted(tmp_path):
    whole = resumable()
    whole.fit(*loaders(), epochs=8)
    first = resumable()
    first.fit(*loaders(), epochs=3, checkpoint=tmp_path / "run.ckpt")
    second = resumable()
    manual_seed(999)
    second.fit(*loaders(), epochs=8, checkpoint=tmp_path / "run.ckpt", resume=True)
    assert np.array_equal(weights(whole), weights(second))
    assert whole.history == second.history and second.epoch == 8
    third = resumable()
    third.fit(*loaders(), epochs=8, checkpoint=tmp_path / "run.ckpt", resume=True)  # all done
    assert np.array_equal(weights(whole), weights(third))
    assert [p.name for p in tmp_path.iterdir()] == ["run.ckpt"]


def snapshot(trainer):
    return saving._packed(trainer.state_dict(), arrays := [], ""), [a.tobytes() for a in arrays]


@pytest.mark.parametrize("harm", ["cut", "flip", "empty", "text", "npz"])
def test_a_damaged_checkpoint_is_refused_and_nothing_changes(tmp_path, harm):
    path = tmp_path / "run.ckpt"
    trainer = resumable()
    trainer.fit(*loaders(), epochs=1, checkpoint=path)
    whole = path.read_bytes()
    middle = whole.index(b"NUMPY") + 200
    if harm == "npz":
        with path.open("wb") as file:
            np.savez(file, a=np.zeros(3))
    else:
        path.write_bytes(
            {
                "cut": whole[: len(whole) // 2],
                "flip": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
                "empty": b"",
                "text": b"not a checkpoint",
            }[harm]
        )
    before = snapshot(trainer)
    with pytest.raises(saving.CheckpointError, match=r"run\.ckpt"):
        trainer.load_checkpoint(path)
    assert snapshot(trainer) == before


def test_a_checkpoint_of_another_run_is_refused_and_nothing_changes(tmp_path):
    path = tmp_path / "run.ckpt"
    resumable().fit(*loaders(), epochs=1, checkpoint=path)
    manual_seed(3)
    other = nn.Sequential(nn.Linear(2, 17), nn.Tanh(), nn.Linear(17, 2))
    cases = [
        (other, "Adam", r"0.weight has shape \(16, 2\), expected \(17, 2\)"),
        (make().model, "SGD", "expected those of SGD"),
    ]
    for model, optimizer, text in cases:
        trainer = Trainer(
            model, getattr(optim, optimizer)(model.parameters()), nn.CrossEntropyLoss()
        )
        before = snapshot(trainer)
        with pytest.raises(saving.CheckpointError, match=text):
            trainer.load_checkpoint(path)
        assert snapshot(trainer) == before
    with pytest.raises(FileNotFoundError):
        trainer.load_checkpoint(tmp_path / "missing.ckpt")


def test_a_checkpoint_of_a_run_with_other_callbacks_names_them(tmp_path):
    path = tmp_path / "run.ckpt"
    resumable().fit(*loaders(), epochs=1, checkpoint=path)
    other = make(metrics={"accuracy": accuracy}, callbacks=[Log(), Interrupt(3)])
    other.scheduler = optim.lr_scheduler.CosineAnnealingLR(other.optimizer, 8)
    before = snapshot(other)
    said = r"saved with the callbacks \[EarlyStopping\], and this trainer has \[Log, Interrupt\]"
    with pytest.raises(saving.CheckpointError, match=said):
        other.load_checkpoint(path)
    assert snapshot(other) == before


@pytest.mark.parametrize(
    "foreign",
    [{"model": {}}, {"optimizer": {"param_groups": 3}}, {"callbacks": [1, 2]}, {"random": None}, 7],
)
def test_a_checkpoint_of_another_program_is_refused_and_nothing_changes(tmp_path, foreign):
    other = make().model.state_dict()  # would fit, and has to be undone
    trainer = resumable()
    trainer.fit(*loaders(), epochs=1)
    before = snapshot(trainer)
    state = {**trainer.state_dict(), **foreign} if isinstance(foreign, dict) else foreign
    if isinstance(foreign, dict) and "model" not in foreign:
        state["model"] = other
    saving.save(state, tmp_path / "f")
    with pytest.raises(saving.CheckpointError, match="not of this training run"):
        trainer.load_checkpoint(tmp_path / "f")
    assert snapshot(trainer) == before
