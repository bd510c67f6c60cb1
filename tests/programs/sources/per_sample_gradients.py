"""Gradients of every sample, ensembles and a look ahead: torch.func on small models."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.func import functional_call, grad, stack_module_state, vmap

torch.manual_seed(0)
torch.set_default_device("cpu")


class Net(nn.Module):
    def __init__(self, hidden=8):
        super().__init__()
        self.fc1 = nn.Linear(4, hidden)
        self.fc2 = nn.Linear(hidden, 3)

    def forward(self, x):
        return self.fc2(torch.relu_(self.fc1(x)))


data = torch.arange(40.0).reshape(10, 4).remainder_(7).sub_(3).div_(3)
targets = torch.arange(10) % 3

model = Net()
params = {name: p.detach() for name, p in model.named_parameters()}


def loss_of_sample(params, x, y):
    logits = functional_call(model, params, (x.unsqueeze(0),))
    return F.cross_entropy(logits, y.unsqueeze(0))


gradients = vmap(grad(loss_of_sample), in_dims=(None, 0, 0))(params, data, targets)
norms = torch.stack([g.flatten(1).square().sum(1) for g in gradients.values()]).sum(0).sqrt_()
print("norm of each sample's gradient", [round(n, 4) for n in norms.tolist()])
clipped = {
    name: (g * (1.0 / norms.clamp_min(1.0)).reshape(-1, *[1] * (g.dim() - 1))).mean(0)
    for name, g in gradients.items()
}
total = torch.linalg.vector_norm(torch.cat([g.ravel() for g in clipped.values()]))
print("norm of the clipped gradient", round(total.item(), 4))

models = [Net() for _ in range(3)]
stacked, buffers = stack_module_state(models)


def of_one(params, buffers, x):
    return functional_call(models[0], (params, buffers), (x,))


votes = vmap(of_one, in_dims=(0, 0, None))(stacked, buffers, data)
print("predictions", votes.mean(0).argmax(1).tolist(), votes.argmax(2).mode(0).values.tolist())

slow = dict(model.named_parameters())
fast = slow
for step in range(3):
    loss = F.cross_entropy(functional_call(model, fast, data), targets)
    found = torch.autograd.grad(loss, fast.values(), create_graph=True)
    fast = {name: p - 0.5 * g for (name, p), g in zip(fast.items(), found)}
    print(f"step {step}: loss {loss.item():.4f}")
F.cross_entropy(functional_call(model, fast, data), targets).backward()
print("look ahead", round(sum(p.grad.square().sum() for p in slow.values()).item(), 5))
del slow, fast, found, clipped, gradients
