"""Embeddings by triplets: anchor, positive, negative, with hard negatives from the batch."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
rng = np.random.default_rng(0)
labels = torch.tensor(rng.integers(0, 4, 32))
centers = torch.tensor(rng.normal(size=(4, 6)), dtype=torch.float)
points = centers[labels] + 0.2 * torch.tensor(rng.normal(size=(32, 6)), dtype=torch.float)
embed = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3))
opt = torch.optim.SGD(embed.parameters(), lr=0.1, momentum=0.9, nesterov=True)


def batch_hard_triplet_loss(embeddings, labels, margin=0.2):
    embeddings = F.normalize(embeddings, p=2, dim=1)
    dot = embeddings @ embeddings.t()
    distances = 2 - 2 * dot
    same = labels.unsqueeze(0) == labels.unsqueeze(1)
    eye = torch.eye(len(labels), dtype=torch.bool)
    positive = (distances * (same & ~eye).float()).max(dim=1)[0]
    furthest = distances.max(dim=1, keepdim=True)[0]
    negative = (distances + furthest * same.float()).min(dim=1)[0]
    return F.relu(positive - negative + margin).mean()


for step in range(10):
    loss = batch_hard_triplet_loss(embed(points), labels)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 3 == 0:
        print(step, loss.item())
