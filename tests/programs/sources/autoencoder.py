"""A denoising autoencoder with a schedule that follows the loss, saved to memory and loaded."""

import io

import numpy as np
import torch
from torch import nn
from torch.optim.lr_scheduler import ReduceLROnPlateau
from torch.utils.data import DataLoader, TensorDataset, random_split


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(16, 8), nn.ReLU(True), nn.Linear(8, 3))
        self.decoder = nn.Sequential(nn.Linear(3, 8), nn.ReLU(True), nn.Linear(8, 16), nn.Sigmoid())

    def forward(self, x):
        return self.decoder(self.encoder(x))


torch.manual_seed(0)
rng = np.random.default_rng(0)
codes = rng.random((80, 3)) @ rng.random((3, 16)) / 3
dataset = TensorDataset(torch.tensor(codes, dtype=torch.float32))
train_set, val_set = random_split(dataset, [64, 16], generator=torch.Generator().manual_seed(42))
train_loader = DataLoader(train_set, batch_size=16, shuffle=True, drop_last=True)
val_loader = DataLoader(val_set, batch_size=16)
model = Autoencoder()
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-2, weight_decay=1e-5)
scheduler = ReduceLROnPlateau(optimizer, mode="min", factor=0.5, patience=0)
best, buffer = float("inf"), io.BytesIO()
for epoch in range(6):
    model.train()
    for (clean,) in train_loader:
        noisy = clean + 0.1 * torch.randn_like(clean)
        noisy = torch.clamp(noisy, 0.0, 1.0)
        optimizer.zero_grad()
        loss = criterion(model(noisy), clean)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        val_loss = sum(criterion(model(c), c).item() for (c,) in val_loader) / len(val_loader)
    scheduler.step(val_loss)
    print(epoch, val_loss, optimizer.param_groups[0]["lr"])
    if val_loss < best:
        best = val_loss
        buffer = io.BytesIO()
        state = {
            "epoch": epoch,
            "model_state_dict": model.state_dict(),
            "optimizer_state_dict": optimizer.state_dict(),
            "loss": loss,
        }
        torch.save(state, buffer)
buffer.seek(0)
checkpoint = torch.load(buffer, map_location=torch.device("cpu"), weights_only=True)
again = Autoencoder()
again.load_state_dict(checkpoint["model_state_dict"])
optimizer = torch.optim.Adam(again.parameters())
optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
print(checkpoint["epoch"], checkpoint["loss"].item(), optimizer.param_groups[0]["lr"])
