"""The multilayer perceptron, 1986: a hidden layer that finds its own features of a digit."""

import numpy as np

import tinytorch as tt
from tinytorch import data, nn, optim
from tinytorch.core.module import evaluating
from tinytorch.core.training import Callback, Trainer, accuracy

from .results import Experiment, Run


class MLP(nn.Module):
    """64 pixels, 64 hidden units, ten scores."""

    def __init__(self, hidden: int = 64):
        super().__init__()
        self.hidden = nn.Linear(64, hidden)
        self.output = nn.Linear(hidden, 10)

    def forward(self, images):
        return self.output(self.hidden(images.flatten(1)).relu())


def split(seed: int = 0) -> tuple[data.TensorDataset, data.TensorDataset]:
    """All 1,797 digits, shuffled by the seed: 1,437 to train on and 360 held out."""
    parts = [data.digits(train=True).tensors, data.digits(train=False).tensors]
    images, labels = (
        np.concatenate([p.numpy() for p in pair]) for pair in zip(*parts, strict=True)
    )
    order = np.random.default_rng(seed).permutation(len(labels))
    known, held = np.split(order, [len(parts[0][1])])
    return tuple(data.TensorDataset(images[part], labels[part]) for part in (known, held))


def shifted(images: np.ndarray, down: int, right: int) -> np.ndarray:
    """The images moved by so many pixels; what leaves the frame is lost."""
    h, w = images.shape[-2:]
    padded = np.pad(images, [(0, 0)] * (images.ndim - 2) + [(abs(down),) * 2, (abs(right),) * 2])
    top, left = abs(down) - down, abs(right) - right
    return padded[..., top : top + h, left : left + w]


DIRECTIONS = ((-1, 0), (1, 0), (0, -1), (0, 1))


def shifted_accuracy(model, samples, directions=DIRECTIONS) -> float:
    """The share that is right when each image is moved by a pixel, up, down, left and right."""
    images, labels = (t.numpy() for t in samples.tensors)
    right = [predict(model, shifted(images, *by)) == labels for by in directions]
    return float(np.mean(right))


def predict(model, images) -> np.ndarray:
    """The class of each image, (n,)."""
    with evaluating(model), tt.no_grad():
        return model(tt.tensor(np.ascontiguousarray(images))).numpy().argmax(axis=1)


class _Watch(Callback):
    def __init__(self, watch):
        self.watch = watch

    def on_epoch(self, trainer):
        last = {name: values[-1] for name, values in trainer.history.items() if name != "lr"}
        self.watch(trainer.epoch, trainer.model, last)


def fit(model, known, held, seed: int, epochs: int, watch=None) -> Run:
    """Train any model of the digits, with a rate that falls to zero."""
    optimizer = optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.01)
    trainer = Trainer(
        model,
        optimizer,
        nn.CrossEntropyLoss(),
        scheduler=optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs),
        metrics={"accuracy": accuracy},
        callbacks=[_Watch(watch)] if watch else [],
        progress=False,
    )
    loader = data.DataLoader(known, 64, shuffle=True, seed=seed)
    history = trainer.fit(loader, data.DataLoader(held, 360), epochs)
    measures = {
        "parameters": sum(p.numel() for p in model.parameters()),
        "right on training digits, %": 100 * history["train_accuracy"][-1],
        "right on held-out digits, %": 100 * history["val_accuracy"][-1],
        "right when they are shifted, %": 100 * shifted_accuracy(model, held),
    }
    return Run(seed, model, measures, history)


def train(seed: int = 0, epochs: int = 20, samples=None, watch=None) -> Run:
    """Train the network on the digits, or on the pair `samples` of known and held-out ones."""
    known, held = samples or split()
    tt.manual_seed(seed)
    return fit(MLP(), known, held, seed, epochs, watch)


EXPERIMENTS = (Experiment("MLP", train),)
