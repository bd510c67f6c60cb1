"""Features that hide where they come from: a layer that turns its gradient around."""

import numpy as np
import torch
import torch.nn as nn
from torch.autograd import Function


class ReverseLayerF(Function):
    @staticmethod
    def forward(ctx, x, alpha):
        ctx.alpha = alpha
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        output = grad_output.neg() * ctx.alpha
        return output, None


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.feature = nn.Sequential(nn.Linear(4, 12), nn.ReLU(True))
        self.class_classifier = nn.Sequential(nn.Linear(12, 2), nn.LogSoftmax(dim=1))
        self.domain_classifier = nn.Sequential(nn.Linear(12, 2), nn.LogSoftmax(dim=1))

    def forward(self, x, alpha):
        feature = self.feature(x)
        reverse_feature = ReverseLayerF.apply(feature, alpha)
        return self.class_classifier(feature), self.domain_classifier(reverse_feature)


torch.manual_seed(0)
rng = np.random.default_rng(0)
source = torch.tensor(rng.normal(size=(30, 4)), dtype=torch.float32)
target = torch.tensor(rng.normal(size=(30, 4)) + 1, dtype=torch.float32)
s_label = (source[:, 0] > 0).long()
net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
loss_class, loss_domain = torch.nn.NLLLoss(), torch.nn.NLLLoss()
for epoch in range(6):
    p = float(epoch) / 6
    alpha = 2.0 / (1.0 + np.exp(-10 * p)) - 1
    net.zero_grad()
    class_output, domain_output = net(source, alpha=alpha)
    err_s_label = loss_class(class_output, s_label)
    err_s_domain = loss_domain(domain_output, torch.zeros(30).long())
    _, domain_output = net(target, alpha=alpha)
    err_t_domain = loss_domain(domain_output, torch.ones(30).long())
    err = err_t_domain + err_s_domain + err_s_label
    err.backward()
    optimizer.step()
    print(
        "epoch: %d, err_s_label: %f, err_s_domain: %f, err_t_domain: %f"
        % (
            epoch,
            err_s_label.data.cpu().numpy(),
            err_s_domain.data.cpu().numpy(),
            err_t_domain.cpu().item(),
        )
    )
