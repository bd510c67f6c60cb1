"""Contrastive learning without labels: two views, cosine similarities, a cross-entropy."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


def info_nce_loss(features, n_views=2, temperature=0.5):
    batch = features.shape[0] // n_views
    labels = torch.cat([torch.arange(batch) for i in range(n_views)], dim=0)
    labels = (labels.unsqueeze(0) == labels.unsqueeze(1)).float()
    features = F.normalize(features, dim=1)
    similarity_matrix = torch.matmul(features, features.T)
    mask = torch.eye(labels.shape[0], dtype=torch.bool)
    labels = labels[~mask].view(labels.shape[0], -1)
    similarity_matrix = similarity_matrix[~mask].view(similarity_matrix.shape[0], -1)
    positives = similarity_matrix[labels.bool()].view(labels.shape[0], -1)
    negatives = similarity_matrix[~labels.bool()].view(similarity_matrix.shape[0], -1)
    logits = torch.cat([positives, negatives], dim=1)
    labels = torch.zeros(logits.shape[0], dtype=torch.long)
    return logits / temperature, labels


torch.manual_seed(0)
data = torch.tensor(np.random.default_rng(0).normal(size=(16, 10)), dtype=torch.float32)
encoder = nn.Sequential(nn.Linear(10, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 8))
optimizer = torch.optim.Adam(encoder.parameters(), 0.01, weight_decay=1e-4)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=6, eta_min=0, last_epoch=-1)
for epoch in range(6):
    views = torch.cat([data + 0.1 * torch.randn_like(data) for _ in range(2)], dim=0)
    logits, labels = info_nce_loss(encoder(views))
    loss = F.cross_entropy(logits, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    _, predicted = logits.topk(3, 1, True, True)
    top1 = predicted.t()[0].eq(labels).float().mean().item()
    print(
        f"{epoch}\tLoss: {loss.item():.5f}\tTop1: {top1:.4f}\tlr {scheduler.get_last_lr()[0]:.6f}"
    )
a, b = encoder(data)[:2]
print(F.cosine_similarity(a, b, dim=0).item())
