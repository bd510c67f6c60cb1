"""An image optimized by L-BFGS: content features and Gram matrices of a fixed net."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

torch.manual_seed(0)
rng = np.random.default_rng(0)
content_img = torch.tensor(rng.random((1, 3, 8, 8)), dtype=torch.float)
style_img = torch.tensor(rng.random((1, 3, 8, 8)) ** 3, dtype=torch.float)


class ContentLoss(nn.Module):
    def __init__(self, target):
        super(ContentLoss, self).__init__()
        self.target = target.detach()

    def forward(self, input):
        self.loss = F.mse_loss(input, self.target)
        return input


def gram_matrix(input):
    a, b, c, d = input.size()
    features = input.view(a * b, c * d)
    G = torch.mm(features, features.t())
    return G.div(a * b * c * d)


class StyleLoss(nn.Module):
    def __init__(self, target_feature):
        super(StyleLoss, self).__init__()
        self.target = gram_matrix(target_feature).detach()

    def forward(self, input):
        G = gram_matrix(input)
        self.loss = F.mse_loss(G, self.target)
        return input


cnn = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.ReLU(inplace=False), nn.Conv2d(6, 6, 3))
model = nn.Sequential()
content_losses, style_losses = [], []
for i, layer in enumerate(cnn.children()):
    model.add_module(f"layer_{i}", layer)
    target_feature = model(style_img).detach()
    style_loss = StyleLoss(target_feature)
    model.add_module(f"style_loss_{i}", style_loss)
    style_losses.append(style_loss)
    if i == 2:
        content_loss = ContentLoss(model(content_img).detach())
        model.add_module(f"content_loss_{i}", content_loss)
        content_losses.append(content_loss)

input_img = content_img.clone()
input_img.requires_grad_(True)
model.eval()
model.requires_grad_(False)
optimizer = optim.LBFGS([input_img], max_iter=6)
run = [0]
while run[0] <= 12:

    def closure():
        with torch.no_grad():
            input_img.clamp_(0, 1)
        optimizer.zero_grad()
        model(input_img)
        style_score = 0
        content_score = 0
        for sl in style_losses:
            style_score += sl.loss
        for cl in content_losses:
            content_score += cl.loss
        style_score *= 1000
        loss = style_score + content_score
        loss.backward()
        run[0] += 1
        if run[0] % 6 == 0:
            print(f"Style Loss : {style_score.item():4f} Content Loss: {content_score.item():4f}")
        return style_score + content_score

    optimizer.step(closure)

with torch.no_grad():
    input_img.clamp_(0, 1)
print(input_img.mean().item())
