"""Exclusive or, 1969: no straight line divides it, until a hidden layer has bent the plane."""

import tinytorch as tt
from tinytorch import data, nn, optim

from .results import Experiment, Run


class OneLayer(nn.Module):
    """A single neuron: its boundary is a straight line."""

    def __init__(self):
        super().__init__()
        self.output = nn.Linear(2, 1)

    def forward(self, x):
        return self.output(x)


class TwoLayers(nn.Module):
    """Hidden units, and a neuron that looks at them instead of at the inputs."""

    def __init__(self, hidden: int = 4):
        super().__init__()
        self.hidden = nn.Linear(2, hidden)
        self.output = nn.Linear(hidden, 1)

    def features(self, x):
        return self.hidden(x).tanh()

    def forward(self, x):
        return self.output(self.features(x))


def train(seed: int = 0, hidden: int = 4, steps: int = 400, watch=None, every=100) -> Run:
    """Train on the four points, all at once; `hidden=0` is the single layer."""
    tt.manual_seed(seed)
    x, y = data.xor().tensors
    model = TwoLayers(hidden) if hidden else OneLayer()
    optimizer = optim.Adam(model.parameters(), lr=0.2)
    loss_fn = nn.BCEWithLogitsLoss()
    losses = []
    for step in range(steps + 1):
        loss = loss_fn(model(x), y)
        losses.append(loss.item())
        if watch and step % every == 0:
            watch(step, model, {"loss": loss.item()})
        if step < steps:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    right = ((model(x).detach().numpy() > 0) == (y.numpy() > 0)).mean()
    measures = {
        "points right, %": 100 * float(right),
        "last loss": losses[-1],
        "loss drop, %": 100 * (1 - losses[-1] / losses[0]),
    }
    return Run(seed, model, measures, {"loss": losses})


def train_one_layer(seed: int = 0, watch=None) -> Run:
    """The single layer, whose loss cannot fall below ln 2."""
    return train(seed, hidden=0, watch=watch)


EXPERIMENTS = (
    Experiment("one layer", train_one_layer, seeds=10),
    Experiment("two layers", train, seeds=10),
)
