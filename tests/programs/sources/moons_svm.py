"""Two moons told apart by a margin loss with a squared penalty, all weights in one list."""

import numpy as np
import torch

rng = np.random.default_rng(1337)
t = rng.uniform(0, np.pi, 50)
upper = np.c_[np.cos(t), np.sin(t)]
lower = np.c_[1 - np.cos(t), 0.5 - np.sin(t)]
X = torch.tensor(np.r_[upper, lower] + 0.1 * rng.normal(size=(100, 2)), dtype=torch.double)
y = torch.tensor([-1] * 50 + [1] * 50, dtype=torch.double)

torch.manual_seed(1337)
layers = [
    (torch.empty(n, m, dtype=torch.double).uniform_(-1, 1), torch.zeros(m, dtype=torch.double))
    for n, m in ((2, 16), (16, 16), (16, 1))
]
params = [p.requires_grad_() for layer in layers for p in layer]


def model(x):
    for i, (w, b) in enumerate(layers):
        x = x @ w + b
        if i < len(layers) - 1:
            x = x.relu()
    return x[:, 0]


for k in range(12):
    scores = model(X)
    losses = (1 + -y * scores).relu()
    data_loss = losses.sum() * (1.0 / len(losses))
    reg_loss = 1e-4 * sum((p * p).sum() for p in params)
    total_loss = data_loss + reg_loss
    acc = ((y > 0) == (scores > 0)).double().mean()
    for p in params:
        p.grad = None
    total_loss.backward()
    learning_rate = 0.2 - 0.15 * k / 12
    with torch.no_grad():
        for p in params:
            p.sub_(learning_rate * p.grad)
    if k % 3 == 2:
        print(f"step {k} loss {total_loss.item()}, accuracy {acc * 100}%")
