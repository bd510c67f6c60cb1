"""Fine-tuning: a frozen body, a new head, rates by group, features by a hook."""

import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim
from torch.optim import lr_scheduler

torch.manual_seed(0)
rng = np.random.default_rng(0)
x = torch.tensor(rng.normal(size=(24, 3, 8, 8)), dtype=torch.float32)
y = torch.tensor(rng.integers(0, 2, 24))


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2)
        )
        self.fc = nn.Linear(6 * 4 * 4, 10)

    def forward(self, x):
        x = self.features(x)
        return self.fc(torch.flatten(x, 1))


model = Backbone()
for param in model.parameters():
    param.requires_grad = False
num_ftrs = model.fc.in_features
model.fc = nn.Linear(num_ftrs, 2)
optimizer = optim.SGD(model.fc.parameters(), lr=0.05, momentum=0.9)
scheduler = lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.1)
activation = {}


def get_activation(name):
    def hook(model, input, output):
        activation[name] = output.detach()

    return hook


handle = model.features.register_forward_hook(get_activation("features"))
criterion = nn.CrossEntropyLoss()
for epoch in range(4):
    for phase in ["train", "val"]:
        model.train() if phase == "train" else model.eval()
        optimizer.zero_grad()
        with torch.set_grad_enabled(phase == "train"):
            outputs = model(x)
            _, preds = torch.max(outputs, 1)
            loss = criterion(outputs, y)
            if phase == "train":
                loss.backward()
                optimizer.step()
        corrects = torch.sum(preds == y.data)
        if phase == "train":
            scheduler.step()
        print(f"{phase} Loss: {loss.item():.4f} Acc: {corrects.double() / len(y):.4f}")
handle.remove()
print(list(activation["features"].shape), optimizer.param_groups[0]["lr"])
print([n for n, p in model.named_parameters() if p.requires_grad])
optimizer = optim.AdamW(
    [
        {"params": model.fc.parameters(), "lr": 1e-2, "name": "head"},
        {"params": model.features.parameters(), "lr": 1e-3, "name": "body"},
    ]
)
for param in model.features.parameters():
    param.requires_grad = True
scheduler = lr_scheduler.OneCycleLR(optimizer, max_lr=[1e-2, 1e-3], total_steps=4)
for _ in range(3):
    optimizer.zero_grad()
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
    scheduler.step()
    print(loss.item(), [round(g["lr"], 6) for g in optimizer.param_groups])
