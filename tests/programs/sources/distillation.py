"""A small student that learns from a large teacher: softened targets and a divergence."""

import copy

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
rng = np.random.default_rng(0)
x = torch.tensor(rng.normal(size=(60, 8)), dtype=torch.float32)
labels = torch.tensor(rng.integers(0, 3, 60))
teacher = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 3))
student = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 3))
optimizer = torch.optim.Adam(teacher.parameters(), lr=0.02)
for _ in range(10):
    optimizer.zero_grad()
    F.cross_entropy(teacher(x), labels).backward()
    optimizer.step()
frozen = copy.deepcopy(teacher)
frozen.eval()
for p in frozen.parameters():
    p.requires_grad = False

T, alpha = 2.0, 0.7
optimizer = torch.optim.Adam(student.parameters(), lr=0.02)
for epoch in range(8):
    with torch.no_grad():
        teacher_logits = frozen(x)
    student_logits = student(x)
    soft_targets = F.softmax(teacher_logits / T, dim=-1)
    soft_prob = F.log_softmax(student_logits / T, dim=-1)
    distill = F.kl_div(soft_prob, soft_targets, reduction="batchmean") * T**2
    by_hand = (
        torch.sum(soft_targets * (soft_targets.log() - soft_prob)) / soft_prob.size()[0] * T**2
    )
    assert torch.allclose(distill, by_hand, atol=1e-6)
    hard = F.cross_entropy(student_logits, labels, label_smoothing=0.1)
    loss = alpha * distill + (1 - alpha) * hard
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"{epoch} {loss.item():.6f} {distill.item():.6f}")
assert all(p.grad is None for p in frozen.parameters())
