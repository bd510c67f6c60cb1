"""Ratings as products of embeddings: sparse entries, biases, a weight decay by group."""

import numpy as np
import torch
from torch import nn
from torch.autograd import Variable


class MatrixFactorization(torch.nn.Module):
    def __init__(self, n_users, n_items, n_factors=5):
        super().__init__()
        self.user_factors = torch.nn.Embedding(n_users, n_factors)
        self.item_factors = torch.nn.Embedding(n_items, n_factors)
        self.user_biases = torch.nn.Embedding(n_users, 1)
        self.item_biases = torch.nn.Embedding(n_items, 1)
        self.user_factors.weight.data.uniform_(-0.5, 0.5)
        self.item_factors.weight.data.uniform_(-0.5, 0.5)
        nn.init.zeros_(self.user_biases.weight)
        nn.init.zeros_(self.item_biases.weight)

    def forward(self, user, item):
        pred = self.user_biases(user) + self.item_biases(item)
        pred += (self.user_factors(user) * self.item_factors(item)).sum(dim=1, keepdim=True)
        return pred.squeeze()


torch.manual_seed(0)
rng = np.random.default_rng(0)
ratings = rng.normal(size=(12, 3)) @ rng.normal(size=(3, 9))
rows, cols = np.nonzero(rng.random((12, 9)) < 0.6)
p = rng.permutation(len(rows))
rows, cols = rows[p], cols[p]
model = MatrixFactorization(12, 9)
loss_func = torch.nn.MSELoss()
optimizer = torch.optim.SGD(
    [
        {"params": [model.user_factors.weight, model.item_factors.weight], "weight_decay": 1e-2},
        {"params": [model.user_biases.weight, model.item_biases.weight]},
    ],
    lr=0.05,
)
for epoch in range(3):
    total = 0
    for row, col in zip(rows, cols):
        optimizer.zero_grad()
        rating = Variable(torch.FloatTensor([ratings[row, col]])).squeeze()
        row = Variable(torch.LongTensor([row]))
        col = Variable(torch.LongTensor([col]))
        prediction = model(row, col)
        loss = loss_func(prediction, rating)
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(epoch, total / len(rows))
