"""Low-rank adaptation: a wrapped layer of which two thin matrices are trained."""

import math

import torch
from torch import nn
from torch.nn import functional as F


class LoRALinear(nn.Module):
    def __init__(self, base: nn.Linear, rank: int = 2, alpha: float = 4.0):
        super().__init__()
        self.base = base
        self.base.requires_grad_(False)
        self.lora_A = nn.Parameter(torch.empty(rank, base.in_features))
        self.lora_B = nn.Parameter(torch.zeros(base.out_features, rank))
        nn.init.kaiming_uniform_(self.lora_A, a=math.sqrt(5))
        self.scaling = alpha / rank

    def forward(self, x):
        return self.base(x) + F.linear(F.linear(x, self.lora_A), self.lora_B) * self.scaling

    def merge(self):
        with torch.no_grad():
            self.base.weight.add_(self.lora_B @ self.lora_A, alpha=self.scaling)
        return self.base


torch.manual_seed(0)
model = nn.Sequential(nn.Linear(6, 12), nn.GELU(), nn.Linear(12, 2))
for i, layer in enumerate(model):
    if isinstance(layer, nn.Linear):
        model[i] = LoRALinear(layer)
trainable = [p for p in model.parameters() if p.requires_grad]
print(sum(p.numel() for p in trainable), sum(p.numel() for p in model.parameters()))
x = torch.randn(20, 6)
y = torch.stack([x.sum(1), x.prod(1)], dim=1)
optimizer = torch.optim.AdamW(filter(lambda p: p.requires_grad, model.parameters()), lr=2e-2)
for step in range(8):
    loss = F.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 3 == 0:
        print(step, loss.item())
before = model(x).detach()
merged = nn.Sequential(model[0].merge(), model[1], model[2].merge())
print(torch.allclose(before, merged(x), atol=1e-5), (before - merged(x)).abs().max().item() < 1e-5)
