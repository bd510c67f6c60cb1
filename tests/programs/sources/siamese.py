"""A siamese network: pairs pulled together or pushed apart by a contrastive loss."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class SiameseNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.cnn1 = nn.Sequential(
            nn.Conv2d(1, 4, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.BatchNorm2d(4),
            nn.MaxPool2d(2, stride=2),
        )
        self.fc1 = nn.Sequential(nn.Linear(4 * 4 * 4, 16), nn.ReLU(inplace=True), nn.Linear(16, 2))

    def forward_once(self, x):
        output = self.cnn1(x)
        output = output.view(output.size()[0], -1)
        return self.fc1(output)

    def forward(self, input1, input2):
        return self.forward_once(input1), self.forward_once(input2)


class ContrastiveLoss(torch.nn.Module):
    def __init__(self, margin=2.0):
        super(ContrastiveLoss, self).__init__()
        self.margin = margin

    def forward(self, output1, output2, label):
        euclidean_distance = F.pairwise_distance(output1, output2, keepdim=True)
        return torch.mean(
            (1 - label) * torch.pow(euclidean_distance, 2)
            + label * torch.pow(torch.clamp(self.margin - euclidean_distance, min=0.0), 2)
        )


torch.manual_seed(0)
rng = np.random.default_rng(0)
kinds = rng.integers(0, 3, (2, 24))
prototypes = rng.normal(size=(3, 1, 8, 8))
one, two = (
    torch.tensor(prototypes[k] + 0.3 * rng.normal(size=(24, 1, 8, 8)), dtype=torch.float32)
    for k in kinds
)
label = torch.from_numpy((kinds[0] != kinds[1]).astype(np.float32)).view(-1, 1)
net = SiameseNetwork()
criterion = ContrastiveLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=0.005)
for epoch in range(6):
    output1, output2 = net(one, two)
    optimizer.zero_grad()
    loss_contrastive = criterion(output1, output2, label)
    loss_contrastive.backward()
    optimizer.step()
    print(f"Epoch number {epoch}\n Current loss {loss_contrastive.item()}\n")
