"""LeNet in the style of a textbook: init by apply, a look at shapes layer by layer."""

import numpy as np
import torch
from torch import nn

net = nn.Sequential(
    nn.Conv2d(1, 6, kernel_size=5, padding=2),
    nn.Sigmoid(),
    nn.AvgPool2d(kernel_size=2, stride=2),
    nn.Conv2d(6, 8, kernel_size=3),
    nn.Sigmoid(),
    nn.AvgPool2d(kernel_size=2, stride=2),
    nn.Flatten(),
    nn.Linear(8 * 2 * 2, 12),
    nn.Sigmoid(),
    nn.Linear(12, 4),
)
torch.manual_seed(0)


def init_weights(m):
    if type(m) == nn.Linear or type(m) == nn.Conv2d:
        nn.init.xavier_uniform_(m.weight)


net.apply(init_weights)
X = torch.rand(size=(1, 1, 12, 12), dtype=torch.float32)
for layer in net:
    X = layer(X)
    print(layer.__class__.__name__, "output shape: \t", list(X.shape))

rng = np.random.default_rng(0)
y = torch.tensor(rng.integers(0, 4, 32))
x = torch.tensor(rng.normal(size=(32, 1, 12, 12)), dtype=torch.float32)
x[torch.arange(32), 0, y, y] += 4
optimizer = torch.optim.SGD(net.parameters(), lr=0.9)
loss = nn.CrossEntropyLoss()
for epoch in range(4):
    net.train()
    optimizer.zero_grad()
    l = loss(net(x), y)
    l.backward()
    optimizer.step()
    print(f"{epoch} {l:.6f}")
