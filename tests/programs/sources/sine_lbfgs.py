"""A curve through points in double precision: L-BFGS with a line search, and a second model."""

import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
x = torch.from_numpy(np.linspace(-2, 2, 40)).unsqueeze(1)
y = torch.sin(2 * x) + 0.3 * x
seq = nn.Sequential(nn.Linear(1, 10), nn.Tanh(), nn.Linear(10, 1))
seq.double()
criterion = nn.MSELoss()
optimizer = optim.LBFGS(seq.parameters(), lr=0.8, line_search_fn="strong_wolfe", max_iter=8)
for i in range(3):
    print("STEP: ", i)

    def closure():
        optimizer.zero_grad()
        out = seq(x)
        loss = criterion(out, y)
        loss.backward()
        return loss

    loss = optimizer.step(closure)
    print("loss:", loss.item())
with torch.no_grad():
    print(f"{criterion(seq(x), y).item():.8f}")
torch.set_default_dtype(torch.float32)
