"""Five models that made history, trained small: every parameter gets a gradient and moves."""

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import data, nn, optim
from tinytorch.core.random import manual_seed
from tinytorch.core.training import Trainer, accuracy, binary_accuracy


def separable():
    points = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    return data.TensorDataset(points, (points.sum(1, keepdims=True) > 0).astype(np.float32))


def digits(n=600):
    images, labels = data.digits().tensors
    return data.TensorDataset(images[:n], labels[:n])


class Reverser(nn.GPT):
    """Says the sequence it has read backward."""

    def __init__(self, length=4):
        super().__init__(7, 32, 1, 2, 2 * length)
        self.length = length

    def forward(self, tokens):
        return super().forward(tokens)[:, self.length - 1 :].transpose(1, 2)


def reversal(length=4, n=400, seed=0):
    x, y = (t.data for t in data.reversal(n, length, 7, seed).tensors)
    return data.TensorDataset(np.concatenate([x, y[:, :-1]], axis=1), y)


MODELS = {  # name: (model, data, loss, metric, epochs, lr, parameters, least accuracy)
    "perceptron": (
        lambda: nn.Sequential(nn.Linear(2, 1), nn.Sigmoid()),
        separable,
        nn.BCELoss,
        binary_accuracy,
        (20, 0.1, 2, 0.95),
    ),
    "xor": (
        lambda: nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1), nn.Sigmoid()),
        data.xor,
        nn.BCELoss,
        binary_accuracy,
        (150, 0.1, 4, 1.0),
    ),
    "mlp": (
        lambda: nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)),
        digits,
        nn.CrossEntropyLoss,
        accuracy,
        (8, 0.01, 4, 0.95),
    ),
    "cnn": (
        lambda: nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(64, 10),
        ),
        digits,
        nn.CrossEntropyLoss,
        accuracy,
        (6, 0.01, 6, 0.95),
    ),
    "transformer": (
        Reverser,
        reversal,
        nn.CrossEntropyLoss,
        accuracy,
        (6, 0.01, 17, 0.95),
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_milestone(name):
    make, samples, loss, metric, (epochs, lr, count, least) = MODELS[name]
    manual_seed(1)
    model = make()
    before = {key: value.copy() for key, value in model.state_dict().items()}
    assert len(before) == count
    trainer = Trainer(
        model, optim.Adam(model.parameters(), lr=lr), loss(), metrics={"accuracy": metric}
    )
    loader = data.DataLoader(samples(), 32, shuffle=True, seed=0)
    trainer.train_epoch(loader)
    flow = nn.gradient_flow(model)
    assert flow.share == 1, str(flow)
    for key, value in model.state_dict().items():
        assert not np.array_equal(value, before[key]), key
    trainer.fit(loader, epochs=epochs - 1)
    assert trainer.evaluate(loader)["accuracy"] >= least, trainer.history
    if name == "transformer":
        unseen = data.DataLoader(reversal(seed=1), 200)
        assert trainer.evaluate(unseen)["accuracy"] >= least


def test_what_is_learned_holds_for_unseen_digits():
    manual_seed(1)
    model = MODELS["cnn"][0]()
    trainer = Trainer(
        model,
        optim.Adam(model.parameters(), lr=0.01),
        nn.CrossEntropyLoss(),
        metrics={"accuracy": accuracy},
    )
    trainer.fit(data.DataLoader(data.digits(), 64, shuffle=True, seed=0), epochs=15)
    test = trainer.evaluate(data.DataLoader(data.digits(train=False), 360))
    assert test["accuracy"] > 0.9
    assert isinstance(model(data.digits(train=False)[:1][0]), tt.Tensor)
