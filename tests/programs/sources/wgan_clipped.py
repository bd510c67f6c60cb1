"""A Wasserstein GAN that keeps its critic in bounds by clipping the weights."""

import numpy as np
import torch
import torch.nn as nn

torch.manual_seed(0)
real_data = torch.FloatTensor(np.random.default_rng(1).normal(2.0, 0.5, (200, 1)))
critic = nn.Sequential(nn.Linear(1, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
generator = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer_D = torch.optim.RMSprop(critic.parameters(), lr=5e-3)
optimizer_G = torch.optim.RMSprop(generator.parameters(), lr=5e-3)
clip_value, n_critic = 0.1, 3
Tensor = torch.FloatTensor

for i in range(20):
    real = real_data[(i * 10) % 200 : (i * 10) % 200 + 10]
    optimizer_D.zero_grad()
    z = Tensor(np.random.default_rng(i).normal(0, 1, (10, 2)))
    fake = generator(z).detach()
    loss_D = -torch.mean(critic(real)) + torch.mean(critic(fake))
    loss_D.backward()
    optimizer_D.step()
    for p in critic.parameters():
        p.data.clamp_(-clip_value, clip_value)
    if i % n_critic == 0:
        optimizer_G.zero_grad()
        loss_G = -torch.mean(critic(generator(z)))
        loss_G.backward()
        optimizer_G.step()
        print(f"{i} D {loss_D.item():.6f} G {loss_G.item():.6f}")
print(max(p.abs().max().item() for p in critic.parameters()) <= clip_value + 1e-7)
