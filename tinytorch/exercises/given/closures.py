"""An engine of closures: each operation leaves a function that sends the gradient back."""

import numpy as np

from ...core.autograd import unbroadcast


class Value:
    """An array that remembers how to send its gradient back."""

    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self.send = lambda: None

    def collect(self, g):
        self.grad = self.grad + unbroadcast(g, self.data.shape)

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def send():
            self.collect(out.grad)
            other.collect(out.grad)

        out.send = send
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))

        def send():
            self.collect(out.grad * other.data)
            other.collect(out.grad * self.data)

        out.send = send
        return out

    def __matmul__(self, other):
        out = Value(self.data @ other.data, (self, other))

        def send():
            self.collect(out.grad @ other.data.T)
            other.collect(self.data.T @ out.grad)

        out.send = send
        return out

    def tanh(self):
        out = Value(np.tanh(self.data), (self,))

        def send():
            self.collect(out.grad * (1 - out.data * out.data))

        out.send = send
        return out

    def sum(self):
        out = Value(self.data.sum(), (self,))

        def send():
            self.collect(np.broadcast_to(out.grad, self.data.shape))

        out.send = send
        return out

    def backward(self):
        order, seen = [], set()

        def visit(value):
            if value not in seen:
                seen.add(value)
                for parent in value.parents:
                    visit(parent)
                order.append(value)

        visit(self)
        self.grad = np.ones_like(self.data)
        for value in reversed(order):
            value.send()
