"""Meta-learning on sines: a gradient step inside the loss, differentiated through."""

import numpy as np
import torch
import torch.nn.functional as F

rng = np.random.default_rng(0)
torch.manual_seed(0)


def net(x, params):
    w1, b1, w2, b2, w3, b3 = params
    x = F.relu(F.linear(x, w1, b1))
    x = F.relu(F.linear(x, w2, b2))
    return F.linear(x, w3, b3)


def weight(*shape):
    w = torch.empty(*shape)
    torch.nn.init.xavier_normal_(w)
    return w.requires_grad_()


params = [
    weight(16, 1),
    torch.zeros(16, requires_grad=True),
    weight(16, 16),
    torch.zeros(16, requires_grad=True),
    weight(1, 16),
    torch.zeros(1, requires_grad=True),
]
meta_opt = torch.optim.Adam(params, lr=1e-2)


def sample_task():
    amplitude, phase = rng.uniform(0.5, 2), rng.uniform(0, 3)
    x = torch.from_numpy(rng.uniform(-3, 3, (20, 1))).float()
    return x, amplitude * torch.sin(x + phase)


inner_lr = 0.05
for it in range(6):
    meta_loss = 0
    for _ in range(3):
        x, y = sample_task()
        x_s, y_s, x_q, y_q = x[:10], y[:10], x[10:], y[10:]
        fast = params
        for _ in range(2):
            loss = F.mse_loss(net(x_s, fast), y_s)
            grads = torch.autograd.grad(loss, fast, create_graph=True)
            fast = [p - inner_lr * g for p, g in zip(fast, grads)]
        meta_loss = meta_loss + F.mse_loss(net(x_q, fast), y_q)
    meta_loss = meta_loss / 3
    meta_opt.zero_grad()
    meta_loss.backward()
    meta_opt.step()
    print(it, meta_loss.item())
