"""The first hour: making tensors, indexing, arithmetic in place, joining, and to NumPy and back."""

import numpy as np
import torch

data = [[1, 2], [3, 4]]
x_data = torch.tensor(data)
np_array = np.array(data)
x_np = torch.from_numpy(np_array)
x_ones = torch.ones_like(x_data)
print(f"Ones Tensor: {x_ones.tolist()}")
torch.manual_seed(0)
x_rand = torch.rand_like(x_data, dtype=torch.float)
shape = (2, 3)
rand_tensor, ones_tensor, zeros_tensor = torch.rand(shape), torch.ones(shape), torch.zeros(shape)
print(rand_tensor.shape == (2, 3), ones_tensor.sum(), zeros_tensor.numel())

tensor = torch.ones(4, 4)
print(f"First row: {tensor[0].tolist()}")
print(f"First column: {tensor[:, 0].tolist()}")
print(f"Last column: {tensor[..., -1].tolist()}")
tensor[:, 1] = 0
print(tensor.tolist())
t1 = torch.cat([tensor, tensor, tensor], dim=1)
print(t1.shape)
y1 = tensor @ tensor.T
y2 = tensor.matmul(tensor.T)
y3 = torch.rand_like(y1)
torch.matmul(tensor, tensor.T, out=y3)
z1 = tensor * tensor
z2 = tensor.mul(tensor)
z3 = torch.rand_like(tensor)
torch.mul(tensor, tensor, out=z3)
print(torch.equal(y1, y2), torch.equal(y1, y3), torch.equal(z1, z2), torch.equal(z1, z3))
agg = tensor.sum()
print(agg.item(), type(agg.item()))
tensor.add_(5)
print(tensor.tolist())

t = torch.ones(5)
n = t.numpy()
t.add_(1)
print(n)
n = np.ones(5)
t = torch.from_numpy(n)
np.add(n, 1, out=n)
print(t.tolist())

a = torch.arange(12).reshape(3, 4)
print(a.view(4, 3)[1].tolist(), a.t().shape, a.float().mean(dim=0).tolist())
print(a[a % 2 == 0].tolist(), a // 5, a.max(), a.argmax(dim=1))
b, idx = torch.sort(torch.tensor([3.0, 1.0, 2.0]), descending=True)
print(b.tolist(), idx.tolist(), torch.topk(torch.tensor([3.0, 1.0, 2.0]), 2).values.tolist())
print(torch.unique(torch.tensor([2, 1, 2, 3])).tolist(), torch.stack([b, b]).shape)
print(torch.where(b > 1.5, b, torch.zeros(3)).tolist(), torch.dot(b, b), torch.norm(b))

x = torch.ones(5)
y = torch.zeros(3)
w = torch.randn(5, 3, requires_grad=True)
b = torch.randn(3, requires_grad=True)
z = torch.matmul(x, w) + b
loss = torch.nn.functional.binary_cross_entropy_with_logits(z, y)
loss.backward()
print(w.grad.tolist(), b.grad.tolist())
print(z.requires_grad, z.detach().requires_grad)
inp = torch.eye(4, 5, requires_grad=True)
out = (inp + 1).pow(2).t()
out.backward(torch.ones_like(out), retain_graph=True)
print(inp.grad.tolist())
out.backward(torch.ones_like(out), retain_graph=True)
inp.grad.zero_()
out.backward(torch.ones_like(out))
print(inp.grad.tolist())
