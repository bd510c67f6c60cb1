"""Softmax regression from nothing, with an accumulator and accuracies."""

import numpy as np
import torch


class Accumulator:
    def __init__(self, n):
        self.data = [0.0] * n

    def add(self, *args):
        self.data = [a + float(b) for a, b in zip(self.data, args)]

    def __getitem__(self, idx):
        return self.data[idx]


def softmax(X):
    X_exp = torch.exp(X)
    partition = X_exp.sum(1, keepdim=True)
    return X_exp / partition


def net(X):
    return softmax(torch.matmul(X.reshape((-1, W.shape[0])), W) + b)


def cross_entropy(y_hat, y):
    return -torch.log(y_hat[range(len(y_hat)), y])


def accuracy(y_hat, y):
    if len(y_hat.shape) > 1 and y_hat.shape[1] > 1:
        y_hat = y_hat.argmax(axis=1)
    cmp = y_hat.type(y.dtype) == y
    return float(cmp.type(y.dtype).sum())


torch.manual_seed(0)
num_inputs, num_outputs = 16, 3
rng = np.random.default_rng(0)
labels = torch.tensor(rng.integers(0, 3, 90))
means = torch.tensor(rng.normal(size=(3, 16)), dtype=torch.float32)
images = (means[labels] + 0.8 * torch.normal(0, 1, (90, 16))).reshape(90, 1, 4, 4)
W = torch.normal(0, 0.01, size=(num_inputs, num_outputs), requires_grad=True)
b = torch.zeros(num_outputs, requires_grad=True)
for epoch in range(3):
    metric = Accumulator(3)
    for X, y in zip(images.split(15), labels.split(15)):
        y_hat = net(X)
        l = cross_entropy(y_hat, y)
        l.sum().backward()
        with torch.no_grad():
            for param in (W, b):
                param -= 0.1 * param.grad / X.shape[0]
                param.grad.zero_()
        metric.add(float(l.sum()), accuracy(y_hat, y), y.numel())
    print(f"epoch {epoch + 1}: loss {metric[0] / metric[2]:.5f} acc {metric[1] / metric[2]:.3f}")
y = torch.tensor([0, 2])
y_hat = torch.tensor([[0.1, 0.3, 0.6], [0.3, 0.2, 0.5]])
print(y_hat[[0, 1], y].tolist(), accuracy(y_hat, y) / len(y))
