"""The perceptron, 1957: a weighted sum, a threshold, and a rule that finds the weights."""

import numpy as np

import tinytorch as tt
from tinytorch import data, nn, optim

from .results import Experiment, Run


class Perceptron(nn.Module):
    """One neuron: the score w·x + b of each point, whose sign is the answer."""

    def __init__(self, inputs: int = 2):
        super().__init__()
        self.linear = nn.Linear(inputs, 1)

    def forward(self, x):
        return self.linear(x).squeeze(-1)


def perceptron_loss(score, side):
    """How far each point is on the wrong side: 0 where the answer is right."""
    return (-side * score).relu().mean()


def logistic_loss(score, side):
    """The surprise at the right answer when its probability is sigmoid(side · score)."""
    return (-side * score).softplus().mean()


def points(digits: tuple[int, int] = (0, 1)) -> data.TensorDataset:
    """Two digits as points of the plane: how much ink in the middle, and how much left of it.

    Returns
    -------
    TensorDataset
        Of points (n, 2), float32, standardized, one for each image of the two digits, and sides
        (n,): -1 for the first digit, +1 for the second.
    """
    parts = [data.digits(train=True).tensors, data.digits(train=False).tensors]
    images, labels = (
        np.concatenate([t.numpy() for t in pair]) for pair in zip(*parts, strict=True)
    )
    chosen = np.isin(labels, digits)
    rows = images[chosen, 0, 2:6]
    features = np.stack([rows[..., 3:5].mean((1, 2)), rows[..., 1:3].mean((1, 2))], axis=1)
    scaled = (features - features.mean(0)) / features.std(0)
    sides = np.where(labels[chosen] == digits[1], 1, -1)
    return data.TensorDataset(scaled.astype(np.float32), sides.astype(np.float32))


def accuracy(model, samples) -> float:
    """The share of the points on the right side of the boundary."""
    x, side = samples.tensors
    with tt.no_grad():
        return float((model(x).numpy() * side.numpy() > 0).mean())


def train(seed: int = 0, digits: tuple[int, int] = (0, 1), epochs: int = 100, watch=None) -> Run:
    """Rosenblatt's rule: one point at a time, and a step only where it is on the wrong side.

    It ends with the first epoch that meets no mistake, or after `epochs`.
    """
    tt.manual_seed(seed)
    x, side = points(digits).tensors
    model = Perceptron()
    optimizer = optim.SGD(model.parameters(), lr=1.0)
    order = np.random.default_rng(seed)
    history = {"loss": [], "wrong": [], "mistakes": []}

    def note(epoch):
        score = model(x)
        history["loss"].append(perceptron_loss(score, side).item())
        history["wrong"].append(int((score.data * side.data <= 0).sum()))
        if watch:
            watch(epoch, model, {name: last[-1] for name, last in history.items() if last})

    note(0)
    for epoch in range(1, epochs + 1):
        mistakes = 0
        for i in order.permutation(len(x)):
            loss = perceptron_loss(model(x[i : i + 1]), side[i : i + 1])
            if loss.item() > 0:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                mistakes += 1
        history["mistakes"].append(mistakes)
        note(epoch)
        if not mistakes:
            break
    return _run(seed, model, digits, history, epochs=epoch, corrections=sum(history["mistakes"]))


def train_logistic(
    seed: int = 0, digits: tuple[int, int] = (0, 1), steps: int = 400, watch=None
) -> Run:
    """The same neuron on the logistic loss: every point pulls, those worst off most."""
    tt.manual_seed(seed)
    x, side = points(digits).tensors
    model = Perceptron()
    optimizer = optim.Adam(model.parameters(), lr=0.1)
    history = {"loss": []}
    for step in range(steps + 1):
        loss = logistic_loss(model(x), side)
        history["loss"].append(loss.item())
        if watch and step % 100 == 0:
            watch(step, model, {"loss": loss.item()})
        if step < steps:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return _run(seed, model, digits, history)


def _run(seed, model, digits, history, **counts):
    first, last = history["loss"][0], history["loss"][-1]
    measures = {
        "points right, %": 100 * accuracy(model, points(digits)),
        "loss drop, %": 100 * (1 - last / first),
    }
    return Run(seed, model, measures | counts, history)


EXPERIMENTS = (
    Experiment("perceptron rule", train),
    Experiment("logistic loss", train_logistic),
)
