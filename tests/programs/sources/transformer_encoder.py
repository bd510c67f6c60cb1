"""A transformer encoder by hand: sinusoidal positions, padding masks, a sequence classifier."""

import math

import numpy as np
import torch
import torch.nn as nn


class PositionalEncoding(nn.Module):
    def __init__(self, d_model, dropout=0.1, max_len=50):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        pe = torch.zeros(max_len, d_model)
        position = torch.arange(0, max_len, dtype=torch.float).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2).float() * (-math.log(10000.0) / d_model))
        pe[:, 0::2] = torch.sin(position * div_term)
        pe[:, 1::2] = torch.cos(position * div_term)
        pe = pe.unsqueeze(0)
        self.register_buffer("pe", pe)

    def forward(self, x):
        x = x + self.pe[:, : x.size(1)]
        return self.dropout(x)


class MultiHead(nn.Module):
    def __init__(self, d_model, heads):
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v = (nn.Linear(d_model, d_model, bias=False) for _ in range(3))
        self.o = nn.Linear(d_model, d_model)

    def split(self, x):
        return x.reshape(x.shape[0], x.shape[1], self.heads, -1).permute(0, 2, 1, 3)

    def forward(self, x, mask):
        q, k, v = self.split(self.q(x)), self.split(self.k(x)), self.split(self.v(x))
        scores = torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(q.shape[-1])
        scores = scores.masked_fill(mask[:, None, None, :], -1e9)
        out = torch.einsum("bhqk,bhkd->bhqd", torch.softmax(scores, -1), v)
        return self.o(out.permute(0, 2, 1, 3).flatten(2))


class Encoder(nn.Module):
    def __init__(self, vocab, d_model=16, heads=2, layers=2):
        super().__init__()
        self.embed = nn.Embedding(vocab, d_model, padding_idx=0)
        self.pos = PositionalEncoding(d_model)
        self.attn = nn.ModuleList(MultiHead(d_model, heads) for _ in range(layers))
        self.norm = nn.ModuleList(nn.LayerNorm(d_model) for _ in range(layers))
        self.head = nn.Linear(d_model, 2)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.xavier_uniform_(p)

    def forward(self, src):
        mask = src == 0
        x = self.pos(self.embed(src) * math.sqrt(16))
        for attn, norm in zip(self.attn, self.norm):
            x = norm(x + attn(x, mask))
        keep = (~mask).unsqueeze(-1).float()
        return self.head((x * keep).sum(1) / keep.sum(1))


torch.manual_seed(0)
rng = np.random.default_rng(0)
src = torch.from_numpy(rng.integers(1, 9, (24, 7)))
for i, n in enumerate(rng.integers(3, 8, 24)):
    src[i, n:] = 0
y = (src == 3).any(dim=1).long()
model = Encoder(9)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01, betas=(0.9, 0.98), eps=1e-9)
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lambda step: 4 * min((step + 1) ** -0.5, (step + 1) * 4**-1.5)
)
for step in range(6):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(src), y)
    loss.backward()
    optimizer.step()
    scheduler.step()
    print(step, loss.item(), scheduler.get_last_lr())
