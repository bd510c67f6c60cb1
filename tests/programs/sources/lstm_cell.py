"""An LSTM cell written out, reading sequences to tell which sum is larger."""

import numpy as np
import torch
from torch import nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.x2h = nn.Linear(input_size, 4 * hidden_size)
        self.h2h = nn.Linear(hidden_size, 4 * hidden_size, bias=False)

    def forward(self, x, state):
        h, c = state
        gates = self.x2h(x) + self.h2h(h)
        i, f, g, o = gates.chunk(4, 1)
        i, f, o = torch.sigmoid(i), torch.sigmoid(f), torch.sigmoid(o)
        g = torch.tanh(g)
        c = f * c + i * g
        h = o * torch.tanh(c)
        return h, c


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = LSTMCell(2, 12)
        self.out = nn.Linear(12, 1)

    def forward(self, x):
        batch = x.size(0)
        h = x.new_zeros(batch, self.cell.hidden_size)
        c = x.new_zeros(batch, self.cell.hidden_size)
        for t in range(x.size(1)):
            h, c = self.cell(x[:, t, :], (h, c))
        return self.out(h).squeeze(1)


torch.manual_seed(0)
x = torch.as_tensor(np.random.default_rng(0).normal(size=(64, 6, 2)), dtype=torch.float32)
y = (x[:, :, 0].sum(1) > x[:, :, 1].sum(1)).float()
model = Reader()
loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for epoch in range(8):
    optimizer.zero_grad(set_to_none=True)
    logits = model(x)
    loss = loss_fn(logits, y)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    accuracy = ((logits > 0) == y.bool()).float().mean()
    print(epoch, loss.item(), accuracy.item())
