"""`Function` reduced to the bones, without the `run` that records: for the exercise on it."""

from dataclasses import dataclass

import numpy as np


@dataclass
class Value:
    """A number with the node that made it, or with none."""

    data: float
    node: object = None


class Operation:
    """A formula and its rule; `saves` lists the places of what the rule needs."""

    saves, saved, sources = (), (), ()


class Leaf(Operation):
    """The node of a Value that wants its gradient."""


class Times(Operation):
    """z = a b; its rule needs both inputs, which are at the places 0 and 1."""

    saves = (0, 1)

    def forward(self, a, b):
        return a * b

    def apply(self, g):
        a, b = self.saved
        return g * b, g * a


class Exp(Operation):
    """z = eˣ; its rule needs the result, which is at the place −1."""

    saves = (-1,)

    def forward(self, x):
        return np.exp(x)

    def apply(self, g):
        (z,) = self.saved
        return (g * z,)
