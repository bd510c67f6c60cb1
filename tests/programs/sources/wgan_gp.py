"""A Wasserstein GAN with a penalty on the gradient of the critic, itself differentiated."""

import numpy as np
import torch
import torch.nn as nn
from torch import autograd

torch.manual_seed(0)
critic = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))
generator = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 2))
opt_c = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.0, 0.9))
opt_g = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.0, 0.9))
data = torch.from_numpy(np.random.default_rng(0).normal(1, 0.3, (120, 2)).astype("float32"))


def compute_gradient_penalty(D, real_samples, fake_samples):
    alpha = torch.rand(real_samples.size(0), 1)
    alpha = alpha.expand(real_samples.size())
    interpolates = (alpha * real_samples + ((1 - alpha) * fake_samples)).requires_grad_(True)
    d_interpolates = D(interpolates)
    fake = torch.ones(real_samples.shape[0], 1)
    gradients = autograd.grad(
        outputs=d_interpolates,
        inputs=interpolates,
        grad_outputs=fake,
        create_graph=True,
        retain_graph=True,
        only_inputs=True,
    )[0]
    gradients = gradients.view(gradients.size(0), -1)
    return ((gradients.norm(2, dim=1) - 1) ** 2).mean()


for i in range(12):
    real = data[i * 10 : i * 10 + 10]
    z = torch.randn(real.shape[0], 3)
    fake = generator(z)
    penalty = compute_gradient_penalty(critic, real.data, fake.data)
    loss = critic(fake.detach()).mean() - critic(real).mean() + 10 * penalty
    opt_c.zero_grad()
    loss.backward()
    opt_c.step()
    if i % 3 == 0:
        opt_g.zero_grad()
        g_loss = -critic(generator(z)).mean()
        g_loss.backward()
        opt_g.step()
        print(i, loss.item(), penalty.item(), g_loss.item())
