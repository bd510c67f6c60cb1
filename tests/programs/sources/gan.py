"""A generative adversarial network on rings: two nets, two optimizers, detached fakes."""

import numpy as np
import torch
import torch.nn as nn

torch.manual_seed(0)
latent_size, hidden_size, batch_size = 4, 16, 32


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = nn.Sequential(
            nn.Linear(2, hidden_size),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Dropout(0.3),
            nn.Linear(hidden_size, hidden_size),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Linear(hidden_size, 1),
            nn.Sigmoid(),
        )

    def forward(self, x):
        return self.model(x)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()

        def block(in_feat, out_feat, normalize=True):
            layers = [nn.Linear(in_feat, out_feat)]
            if normalize:
                layers.append(nn.BatchNorm1d(out_feat, 0.8))
            layers.append(nn.LeakyReLU(0.2, inplace=True))
            return layers

        self.model = nn.Sequential(
            *block(latent_size, hidden_size, normalize=False),
            *block(hidden_size, hidden_size),
            nn.Linear(hidden_size, 2),
            nn.Tanh(),
        )

    def forward(self, z):
        return self.model(z)


D, G = Discriminator(), Generator()
criterion = nn.BCELoss()
d_optimizer = torch.optim.Adam(D.parameters(), lr=0.002, betas=(0.5, 0.999))
g_optimizer = torch.optim.Adam(G.parameters(), lr=0.002, betas=(0.5, 0.999))
angles = np.random.default_rng(0).uniform(0, 2 * np.pi, 320)
ring = torch.from_numpy(np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)) * 0.7

for i in range(10):
    real = ring[i * batch_size : (i + 1) * batch_size]
    real_labels = torch.ones(batch_size, 1)
    fake_labels = torch.zeros(batch_size, 1)

    outputs = D(real)
    d_loss_real = criterion(outputs, real_labels)
    z = torch.randn(batch_size, latent_size)
    fake = G(z)
    outputs = D(fake.detach())
    d_loss_fake = criterion(outputs, fake_labels)
    d_loss = d_loss_real + d_loss_fake
    d_optimizer.zero_grad()
    d_loss.backward()
    d_optimizer.step()

    z = torch.randn(batch_size, latent_size)
    g_loss = criterion(D(G(z)), real_labels)
    g_optimizer.zero_grad()
    g_loss.backward()
    g_optimizer.step()
    print(f"Step [{i + 1}/10], d_loss: {d_loss.item():.4f}, g_loss: {g_loss.item():.4f}")
