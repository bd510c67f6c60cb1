"""A differential equation solved by a net: derivatives of its output within the loss."""

import torch
import torch.nn as nn

torch.manual_seed(123)
model = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 1))
t_boundary = torch.tensor(0.0).view(-1, 1).requires_grad_(True)
t_physics = torch.linspace(0, 1, 30).view(-1, 1).requires_grad_(True)
d, w0 = 2, 5
mu, k = 2 * d, w0**2
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for i in range(8):
    optimizer.zero_grad()
    u = model(t_boundary)
    loss1 = (torch.squeeze(u) - 1) ** 2
    dudt = torch.autograd.grad(u, t_boundary, torch.ones_like(u), create_graph=True)[0]
    loss2 = (torch.squeeze(dudt) - 0) ** 2
    u = model(t_physics)
    dudt = torch.autograd.grad(u, t_physics, torch.ones_like(u), create_graph=True)[0]
    d2udt2 = torch.autograd.grad(dudt, t_physics, torch.ones_like(dudt), create_graph=True)[0]
    loss3 = torch.mean((d2udt2 + mu * dudt + k * u) ** 2)
    loss = loss1 + 1e-1 * loss2 + 1e-4 * loss3
    loss.backward()
    optimizer.step()
    if i % 2 == 1:
        print(i, loss1.item(), loss2.item(), loss3.item())
t_test = torch.linspace(0, 1, 5).view(-1, 1)
print(model(t_test).detach()[:, 0].tolist())
