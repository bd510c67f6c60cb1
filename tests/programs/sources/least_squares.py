"""Curves fitted by linear algebra: normal equations, lstsq, ridge, weights, PCA, a Kalman filter."""

import math

import torch

torch.manual_seed(1)
torch.use_deterministic_algorithms(True)
torch.set_printoptions(precision=3, sci_mode=False)
torch.set_default_dtype(torch.float64)

x = torch.linspace(-1, 1, 21)
y = torch.sin(math.pi * x) + 0.1 * torch.cos(9 * x)
V = torch.vander(x, 4, increasing=True)

by_lstsq = torch.linalg.lstsq(V, y.unsqueeze(1)).solution.squeeze_(1)
normal = torch.linalg.solve(V.t() @ V, V.t() @ y)
L = torch.linalg.cholesky(V.t() @ V)
z = torch.linalg.solve_triangular(L, (V.t() @ y).unsqueeze(1), upper=False)
by_cholesky = torch.linalg.solve_triangular(L.mT, z, upper=True).ravel()
print("same", torch.allclose(by_lstsq, normal), torch.allclose(normal, by_cholesky))
print(by_lstsq)
ridge = (V.t() @ V).add(torch.eye(4), alpha=0.1).inverse().mv(V.t().mv(y))
print("ridge", [round(w, 4) for w in ridge.tolist()])
print("condition", round(torch.linalg.cond(V).item(), 3))
print("area", round(torch.trapezoid(torch.clamp_min(y, 0), x).item(), 5))

w = torch.hann_window(21, periodic=False) + 0.1
weighted = torch.linalg.lstsq(V * w.sqrt().unsqueeze(1), (y * w.sqrt()).unsqueeze(1)).solution
print("weighted", [round(c, 4) for c in weighted.flatten().tolist()])

data = torch.stack([x, x.square() - x.square().mean(), 0.5 * x], 1)
U, S, W = torch.svd(data)
print("variance explained", [round(s, 4) for s in (S.square() / S.square().sum()).tolist()])

log_lam = torch.tensor(-1.0, requires_grad=True)
optimizer = torch.optim.Adam([log_lam], lr=0.2)
train, test = torch.arange(21) % 2 == 0, torch.arange(21) % 2 == 1
for step in range(5):
    A = V[train].t() @ V[train] + torch.diagflat(torch.exp(log_lam).expand(4))
    c = torch.linalg.solve(A, V[train].t() @ y[train])
    loss = (V[test] @ c - y[test]).pow(2).mean() + 1e-3 * torch.logdet(A)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"penalty {log_lam.exp().item():.4f} loss {loss.item():.5f}")

state, P = torch.zeros(2), torch.eye(2)
F, H = torch.tensor([[1.0, 0.1], [0.0, 1.0]]), torch.tensor([[1.0, 0.0]])
for k in range(21):
    state, P = F @ state, torch.addmm(0.01 * torch.eye(2), F @ P, F.mT)
    gain = P @ H.mT @ torch.linalg.inv(H @ P @ H.mT + 0.1)
    state = state + gain @ torch.atleast_1d(y[k] - H @ state)
    P = (torch.eye(2) - gain @ H) @ P
print("state", [round(s, 4) for s in state.tolist()])

turn = torch.tensor([[0.0, -1.0], [1.0, 0.0]])
turned = torch.matrix_exp(turn * math.pi / 2)
print("a quarter turn", [round(v, 4) + 0.0 for v in turned.flatten().tolist()])
mask = (x > 0) ^ (y > 0.5)
print("masks", int(mask.sum()), int((mask & (x < 0.5)).sum()), int((~mask | (y < 0)).sum()))
totals = torch.zeros(3).scatter_reduce_(0, torch.arange(21) % 3, y, "amax", include_self=False)
print("largest of each", [round(t, 4) for t in totals.tolist()])
torch.set_default_dtype(torch.float32)
torch.set_printoptions(profile="default")
torch.use_deterministic_algorithms(False)
del U, W, mask, optimizer
