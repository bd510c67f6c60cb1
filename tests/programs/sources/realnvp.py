"""A normalizing flow: coupling layers whose volume change is a sum, trained by likelihood."""

import math

import numpy as np
import torch
from torch import nn


class Coupling(nn.Module):
    def __init__(self, dim, flip):
        super().__init__()
        self.flip = flip
        half = dim // 2
        self.s = nn.Sequential(nn.Linear(half, 12), nn.ReLU(), nn.Linear(12, half), nn.Tanh())
        self.t = nn.Sequential(nn.Linear(half, 12), nn.ReLU(), nn.Linear(12, half))

    def forward(self, x):
        a, b = x.chunk(2, dim=1)
        if self.flip:
            a, b = b, a
        s, t = self.s(a), self.t(a)
        b = b * torch.exp(s) + t
        z = torch.cat([b, a] if self.flip else [a, b], dim=1)
        return z, s.sum(dim=1)

    def inverse(self, z):
        a, b = z.chunk(2, dim=1)
        if self.flip:
            a, b = b, a
        b = (b - self.t(a)) * torch.exp(-self.s(a))
        return torch.cat([b, a] if self.flip else [a, b], dim=1)


torch.manual_seed(0)
flows = nn.ModuleList([Coupling(2, bool(i % 2)) for i in range(4)])
rng = np.random.default_rng(0)
u = rng.normal(size=(100, 1))
x = torch.from_numpy(np.hstack([u, 0.5 * u**2 + 0.2 * rng.normal(size=(100, 1))])).to(torch.float32)
optimizer = torch.optim.Adam(flows.parameters(), lr=1e-2)
for step in range(10):
    z, log_det = x, torch.zeros(x.shape[0])
    for flow in flows:
        z, ld = flow(z)
        log_det += ld
    log_pz = -0.5 * (z**2).sum(1) - math.log(2 * math.pi)
    loss = -(log_pz + log_det).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 3 == 0:
        print(step, loss.item())
with torch.no_grad():
    y = z
    for flow in flows[::-1]:
        y = flow.inverse(y)
    samples = torch.randn(5, 2)
    for flow in reversed(flows):
        samples = flow.inverse(samples)
print(samples.shape == torch.Size([5, 2]))
