"""A graph convolution that adds up what neighbors say, on a club that fell apart."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
edges = [(0, 1), (0, 2), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (4, 6), (6, 7), (5, 7)]
edge_index = torch.tensor(edges + [(b, a) for a, b in edges]).t()
labels = torch.tensor([0, 0, 0, 0, 1, 1, 1, 1])
n = len(labels)
features = torch.zeros(n, n).scatter_(1, torch.arange(n).unsqueeze(1), 1.0)


class GraphConvolution(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.linear = nn.Linear(n_in, n_out, bias=False)
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x, edge_index):
        source, target = edge_index
        degree = torch.zeros(n).scatter_add_(0, target, torch.ones(len(target))) + 1
        norm = degree.rsqrt()
        h = self.linear(x)
        messages = h[source] * (norm[source] * norm[target]).unsqueeze(1)
        z = (h / degree.unsqueeze(1)).index_add(0, target, messages)
        return z + self.bias


class GCN(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = GraphConvolution(n, 6), GraphConvolution(6, 2)

    def forward(self, x, edge_index):
        return self.two(F.elu(self.one(x, edge_index)), edge_index)


adjacency = torch.zeros(n, n)
adjacency[edge_index[0], edge_index[1]] = 1
print("edges", int(adjacency.sum()), "loops", torch.trace(adjacency).item())
print("degrees", adjacency.sum(1).tolist(), torch.histc(adjacency.sum(1), bins=4, min=0, max=4))

model = GCN()
optimizer = torch.optim.Adam(model.parameters(), lr=0.05, weight_decay=5e-4)
known = torch.tensor([0, 7])
for epoch in range(30):
    optimizer.zero_grad()
    out = model(features, edge_index)
    loss = F.cross_entropy(out.index_select(0, known), labels[known])
    loss.backward()
    optimizer.step()
    if epoch % 10 == 9:
        accuracy = torch.eq(out.argmax(1), labels).float().mean()
        print(f"epoch {epoch + 1}, loss {loss.item():.4f}, accuracy {accuracy.item():.3f}")
