"""A training run to be killed: `python killed_run.py CHECKPOINT OUTPUT`."""

import sys

import numpy as np

from tinytorch import data, nn, optim
from tinytorch.core.random import manual_seed
from tinytorch.core.training import Trainer

path, output = sys.argv[1:]
manual_seed(0)
model = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 3))
optimizer = optim.Adam(model.parameters(), lr=0.01)
trainer = Trainer(
    model,
    optimizer,
    nn.CrossEntropyLoss(),
    optim.lr_scheduler.CosineAnnealingLR(optimizer, 30),
)
loader = data.DataLoader(data.spirals(600), 32, shuffle=True)
print("ready", flush=True)
trainer.fit(loader, epochs=30, checkpoint=path, resume=True)
np.save(output, np.concatenate([p.data.ravel() for p in model.parameters()]))
