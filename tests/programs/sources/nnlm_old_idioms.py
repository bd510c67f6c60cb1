"""A language model of three words, in the words of PyTorch's first years."""

import warnings

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.autograd import Variable

warnings.filterwarnings("ignore")  # what is old is said to be
torch.manual_seed(0)
sentences = ["i like dogs", "i love coffee", "i hate milk", "you like tea"]
words = sorted({w for s in sentences for w in s.split()})
number = {w: i for i, w in enumerate(words)}
inputs = torch.LongTensor([[number[w] for w in s.split()[:-1]] for s in sentences])
targets = torch.LongTensor([number[s.split()[-1]] for s in sentences])


class NNLM(nn.Module):
    def __init__(self, n_hidden=6, m=3):
        super(NNLM, self).__init__()
        self.C = nn.Embedding(len(words), m)
        self.H = nn.Linear(2 * m, n_hidden, bias=False)
        self.d = nn.Parameter(torch.ones(n_hidden))
        self.U = nn.Linear(n_hidden, len(words), bias=False)
        self.W = nn.Linear(2 * m, len(words), bias=False)
        self.b = nn.Parameter(torch.ones(len(words)))

    def forward(self, X):
        X = self.C(X).view(-1, 6)
        return self.b + self.W(X) + self.U(torch.tanh(self.d + self.H(X)))


model = NNLM()
criterion = nn.CrossEntropyLoss(size_average=False)
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
for epoch in range(40):
    optimizer.zero_grad()
    loss = criterion(model(Variable(inputs)), Variable(targets))
    loss.backward()
    optimizer.step()
    if (epoch + 1) % 20 == 0:
        print("Epoch: %04d cost = %.5f" % (epoch + 1, loss.item()))

probabilities = F.softmax(model(inputs))
print("sums", probabilities.sum(1).tolist())
predict = model(inputs).data.max(1, keepdim=True)[1]
print([words[n.item()] for n in predict.squeeze()])
attention = F.softmax(torch.randn(2, 3, 4))
print("of three axes", attention.sum(0).view(-1)[:3].tolist())
kept = torch.gt(probabilities, 0.5)
print("sure of", kept.sum().item(), "and not of", torch.le(probabilities, 0.5).sum().item())
print("nll", F.nll_loss(torch.log(probabilities), targets, size_average=False).item())
