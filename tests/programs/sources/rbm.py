"""A restricted Boltzmann machine: contrastive divergence by sampling, no loss to differentiate."""

import numpy as np
import torch
import torch.nn.functional as F


class RBM:
    def __init__(self, n_vis, n_hid, k=1):
        self.W = torch.randn(n_hid, n_vis) * 1e-2
        self.v_bias = torch.zeros(n_vis)
        self.h_bias = torch.zeros(n_hid)
        self.k = k

    def v_to_h(self, v):
        p_h = torch.sigmoid(F.linear(v, self.W, self.h_bias))
        return p_h, torch.bernoulli(p_h)

    def h_to_v(self, h):
        p_v = torch.sigmoid(F.linear(h, self.W.t(), self.v_bias))
        return p_v, p_v.bernoulli()

    def step(self, v0, lr):
        p_h0, h = self.v_to_h(v0)
        for _ in range(self.k):
            p_v, v = self.h_to_v(h)
            p_h, h = self.v_to_h(v)
        n = v0.size(0)
        self.W.add_((torch.mm(p_h0.t(), v0) - torch.mm(p_h.t(), v)) / n, alpha=lr)
        self.v_bias += lr * (v0 - v).mean(0)
        self.h_bias += lr * (p_h0 - p_h).mean(0)
        return F.mse_loss(p_v, v0).item()

    def free_energy(self, v):
        vbias_term = v.mv(self.v_bias)
        wx_b = F.linear(v, self.W, self.h_bias)
        hidden_term = wx_b.exp().add(1).log().sum(1)
        return (-hidden_term - vbias_term).mean()


torch.manual_seed(0)
patterns = np.random.default_rng(0).random((3, 12)) > 0.5
data = torch.tensor(np.repeat(patterns, 10, 0)).float()
rbm = RBM(12, 6)
for epoch in range(10):
    error = rbm.step(data, 0.2)
    if epoch % 3 == 0:
        print(epoch, error, rbm.free_energy(data).item())
