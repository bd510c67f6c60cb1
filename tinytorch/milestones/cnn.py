"""The convolutional network, 1998: the same few weights look at every place of the image."""

import tinytorch as tt
from tinytorch import nn

from . import mlp
from .results import Experiment, Run


class CNN(nn.Module):
    """Three convolutions, two of them followed by pooling, and ten scores."""

    def __init__(self):
        super().__init__()
        self.edges = block(1, 8)
        self.strokes = block(8, 16)
        self.parts = block(16, 16)
        self.pool = nn.MaxPool2d(2)
        self.drop = nn.Dropout(0.2)
        self.output = nn.Linear(16 * 2 * 2, 10)

    def forward(self, images):
        maps = self.pool(self.strokes(self.edges(images)))  # (N, 16, 4, 4)
        maps = self.pool(self.parts(maps))  # (N, 16, 2, 2)
        return self.output(self.drop(maps.flatten(1)))


def block(before: int, after: int) -> nn.Sequential:
    """A 3×3 convolution that keeps the size, normalized and rectified."""
    return nn.Sequential(
        nn.Conv2d(before, after, 3, padding=1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(),
    )


def train(seed: int = 0, epochs: int = 10, samples=None, watch=None) -> Run:
    """Train the network on the digits, or on the pair `samples` of known and held-out ones."""
    known, held = samples or mlp.split()
    tt.manual_seed(seed)
    return mlp.fit(CNN(), known, held, seed, epochs, watch)


EXPERIMENTS = (Experiment("CNN", train), Experiment("MLP", mlp.train))
