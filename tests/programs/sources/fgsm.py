"""Adversarial examples: a step along the sign of the gradient of the input."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
rng = np.random.default_rng(0)
labels = torch.tensor(rng.integers(0, 3, 48))
images = torch.tensor(rng.random((48, 1, 6, 6)) * 0.4, dtype=torch.float32)
for i in range(48):
    images[i, 0, 2 * labels[i] : 2 * labels[i] + 2] += 0.5
model = nn.Sequential(nn.Flatten(), nn.Linear(36, 16), nn.ReLU(), nn.Linear(16, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for _ in range(15):
    optimizer.zero_grad()
    F.cross_entropy(model(images), labels).backward()
    optimizer.step()
model.eval()


def fgsm_attack(image, epsilon, data_grad):
    sign_data_grad = data_grad.sign()
    perturbed_image = image + epsilon * sign_data_grad
    return torch.clamp(perturbed_image, 0, 1)


for epsilon in [0, 0.1, 0.2, 0.3]:
    correct = 0
    for data, target in zip(images.split(1), labels.split(1)):
        data.requires_grad = True
        output = F.log_softmax(model(data), dim=1)
        init_pred = output.max(1, keepdim=True)[1]
        if init_pred.item() != target.item():
            continue
        loss = F.nll_loss(output, target)
        model.zero_grad()
        loss.backward()
        data_grad = data.grad.data
        perturbed = fgsm_attack(data, epsilon, data_grad)
        final_pred = model(perturbed).max(1, keepdim=True)[1]
        correct += int(final_pred.item() == target.item())
    print(f"Epsilon: {epsilon}\tTest Accuracy = {correct} / {len(images)}")

x = images[:4].clone().detach()
delta = torch.zeros_like(x, requires_grad=True)
for _ in range(3):
    loss = F.cross_entropy(model(x + delta), labels[:4])
    loss.backward()
    delta.data = (delta + 0.05 * delta.grad.detach().sign()).clamp(-0.1, 0.1)
    delta.grad.zero_()
print(loss.item(), delta.abs().max().item())
