"""Functions of one's own with more than one output, and one whose rule is NumPy's."""

import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.autograd.functional import hessian, jacobian


class Polar(Function):
    """(x, y) to radius and angle, and which quarter of the plane it is."""

    @staticmethod
    def forward(ctx, x, y):
        r = (x * x + y * y).sqrt()
        share = y / r
        quarter = (x > 0).long() + 2 * (y > 0).long()
        ctx.save_for_backward(x, y, r)
        ctx.mark_non_differentiable(quarter)
        return r, share, quarter

    @staticmethod
    def backward(ctx, g_r, g_share, g_quarter):
        x, y, r = ctx.saved_tensors
        dx = g_r * x / r - g_share * x * y / r**3
        dy = g_r * y / r + g_share * x * x / r**3
        return dx, dy


class MinMax(Function):
    """The smallest and the largest; what is not used is not computed back."""

    @staticmethod
    def forward(ctx, x):
        ctx.set_materialize_grads(False)
        ctx.places = x.argmin(), x.argmax()
        ctx.shape = x.shape
        return x.min(), x.max()

    @staticmethod
    def backward(ctx, g_min, g_max):
        print("asked for", [g is not None for g in (g_min, g_max)])
        d = torch.zeros(ctx.shape)
        for g, place in zip((g_min, g_max), ctx.places):
            if g is not None:
                d[place] += g
        return d


class Sine(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sin()

    @staticmethod
    @once_differentiable
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * torch.from_numpy(x.detach().numpy()).cos()


x = torch.tensor([0.5, -1.0, 2.0], requires_grad=True)
y = torch.tensor([1.5, 0.25, -0.5], requires_grad=True)
r, share, quarter = Polar.apply(x, y)
print(r.requires_grad, share.requires_grad, quarter.requires_grad, quarter.tolist())
(r + share).sum().backward()
print(x.grad.tolist(), y.grad.tolist())
(dx,) = torch.autograd.grad(Polar.apply(x, y)[0].sum(), x, create_graph=True)
print("second", torch.autograd.grad(dx.sum(), (x, y))[0].tolist())

low, high = MinMax.apply(x)
(3 * high).backward()
low, high = MinMax.apply(x)
(high - low).backward()
print(x.grad.tolist())

Sine.apply(y).sum().backward()
print(y.grad.tolist())
print(jacobian(lambda v: v**3, torch.tensor([1.0, 2.0])).tolist())
print(hessian(lambda v: (v**3).sum(), torch.tensor([1.0, 2.0])).tolist())
