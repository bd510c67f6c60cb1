"""A mixture density network: probabilities of several answers, by a log of sums of exponentials."""

import math

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class MDN(nn.Module):
    def __init__(self, n_hidden, n_gaussians):
        super().__init__()
        self.z_h = nn.Sequential(nn.Linear(1, n_hidden), nn.Tanh())
        self.z_pi = nn.Linear(n_hidden, n_gaussians)
        self.z_mu = nn.Linear(n_hidden, n_gaussians)
        self.z_sigma = nn.Linear(n_hidden, n_gaussians)

    def forward(self, x):
        z_h = self.z_h(x)
        return F.log_softmax(self.z_pi(z_h), -1), self.z_mu(z_h), self.z_sigma(z_h)


torch.manual_seed(0)
rng = np.random.default_rng(0)
y = rng.uniform(-3, 3, (80, 1))
x = 0.8 * np.sin(2 * y) + 0.4 * y + 0.1 * rng.normal(size=(80, 1))
x, y = torch.Tensor(x), torch.Tensor(y)
model = MDN(16, 4)
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for epoch in range(12):
    log_pi, mu, log_sigma = model(x)
    log_sigma = log_sigma.clamp(min=-4, max=4)
    z = (y.expand_as(mu) - mu) * torch.exp(-log_sigma)
    log_p = -0.5 * z**2 - log_sigma - 0.5 * math.log(2 * math.pi)
    loss = -torch.logsumexp(log_pi + log_p, dim=1).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 4 == 3:
        print(epoch, loss.item())
with torch.no_grad():
    log_pi, mu, _ = model(torch.linspace(-2, 2, 5).view(-1, 1))
    k = log_pi.argmax(dim=1, keepdim=True)
    print(mu.gather(1, k).squeeze(1).tolist())
