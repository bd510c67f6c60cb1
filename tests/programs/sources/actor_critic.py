"""An actor and a critic with continuous actions: a Normal policy, an entropy bonus, advantages."""

import numpy as np
import torch
from torch import nn
from torch.distributions.normal import Normal


class ActorCritic(nn.Module):
    def __init__(self, obs_dim, act_dim):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(obs_dim, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh())
        self.mu = nn.Linear(24, act_dim)
        self.log_std = nn.Parameter(-0.5 * torch.ones(act_dim))
        self.v = nn.Linear(24, 1)

    def forward(self, obs):
        h = self.body(obs)
        return Normal(self.mu(h), torch.exp(self.log_std)), self.v(h).squeeze(-1)


torch.manual_seed(0)
rng = np.random.default_rng(0)
ac = ActorCritic(3, 2)
optimizer = torch.optim.Adam(ac.parameters(), lr=1e-2)
for epoch in range(8):
    obs = torch.as_tensor(rng.normal(size=(32, 3)), dtype=torch.float32)
    with torch.no_grad():
        pi, v = ac(obs)
        act = pi.sample()
        logp_old = pi.log_prob(act).sum(axis=-1)
        rew = -((act - obs[:, :2]) ** 2).sum(-1)
        adv = rew - v
        adv = (adv - adv.mean()) / (adv.std() + 1e-6)
    for _ in range(2):
        pi, v = ac(obs)
        logp = pi.log_prob(act).sum(axis=-1)
        ratio = torch.exp(logp - logp_old)
        clip_adv = torch.clamp(ratio, 0.8, 1.2) * adv
        loss_pi = -(torch.min(ratio * adv, clip_adv)).mean()
        loss_v = ((v - rew) ** 2).mean()
        entropy = pi.entropy().sum(-1).mean()
        loss = loss_pi + 0.5 * loss_v - 0.01 * entropy
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(ac.parameters(), max_norm=0.5)
        optimizer.step()
    approx_kl = (logp_old - logp).mean().item()
    print(f"{epoch} {rew.mean().item():.5f} {loss.item():.5f} {entropy.item():.5f} {approx_kl:.6f}")
