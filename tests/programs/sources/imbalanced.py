"""Rare classes: weighted sampling, class weights, a focal loss, several labels at once."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset, WeightedRandomSampler

torch.manual_seed(0)
rng = np.random.default_rng(0)
target = torch.from_numpy((rng.random(100) < 0.1).astype(np.int64))
data = torch.from_numpy(rng.normal(size=(100, 4)).astype(np.float32)) + target.unsqueeze(1)
class_count = torch.bincount(target)
weight = 1.0 / class_count.float()
samples_weight = weight[target]
sampler = WeightedRandomSampler(samples_weight, len(samples_weight))
loader = DataLoader(TensorDataset(data, target), batch_size=25, sampler=sampler)


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, weight=None):
        super().__init__()
        self.gamma, self.weight = gamma, weight

    def forward(self, input, target):
        ce = F.cross_entropy(input, target, weight=self.weight, reduction="none")
        pt = torch.exp(-ce)
        return ((1 - pt) ** self.gamma * ce).mean()


model = nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
for epoch in range(2):
    for i, (x, y) in enumerate(loader):
        loss = FocalLoss()(model(x), y) + nn.CrossEntropyLoss(weight=weight)(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"batch {i}: {int((y == 1).sum())} of {len(y)} rare, loss {loss.item():.5f}")

labels = (data > 0.5).float()
pos_weight = (labels == 0).sum(dim=0) / (labels == 1).sum(dim=0)
multi = nn.Linear(4, 4)
criterion = nn.BCEWithLogitsLoss(pos_weight=pos_weight)
optimizer = torch.optim.Adam(multi.parameters(), lr=0.1)
for _ in range(5):
    loss = criterion(multi(data), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
predicted = torch.sigmoid(multi(data)) > 0.5
print(loss.item(), (predicted == labels.bool()).all(dim=1).float().mean().item())
