"""Skip-grams with negative samples: two tables of embeddings and log-sigmoids."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

text = """the king rules the land and the queen rules the land with the king
the farmer works the land and the horse pulls the plow for the farmer""".split()
vocab = sorted(set(text))
word2idx = {w: i for i, w in enumerate(vocab)}
ids = [word2idx[w] for w in text]
counts = np.bincount(ids, minlength=len(vocab)) ** 0.75
pairs = [
    (ids[i], ids[j])
    for i in range(len(ids))
    for j in range(max(0, i - 2), min(len(ids), i + 3))
    if i != j
]


class SkipGram(nn.Module):
    def __init__(self, vocab_size, dim):
        super().__init__()
        self.u_embeddings = nn.Embedding(vocab_size, dim)
        self.v_embeddings = nn.Embedding(vocab_size, dim)
        initrange = 0.5 / dim
        self.u_embeddings.weight.data.uniform_(-initrange, initrange)
        self.v_embeddings.weight.data.uniform_(-0, 0)

    def forward(self, pos_u, pos_v, neg_v):
        emb_u = self.u_embeddings(pos_u)
        emb_v = self.v_embeddings(pos_v)
        score = torch.mul(emb_u, emb_v).squeeze()
        score = torch.sum(score, dim=1)
        score = F.logsigmoid(score)
        neg_emb_v = self.v_embeddings(neg_v)
        neg_score = torch.bmm(neg_emb_v, emb_u.unsqueeze(2)).squeeze()
        neg_score = F.logsigmoid(-1 * neg_score)
        return -1 * (torch.sum(score) + torch.sum(neg_score))


torch.manual_seed(0)
weights = torch.from_numpy(counts)
model = SkipGram(len(vocab), 6)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for epoch in range(5):
    pos_u = torch.LongTensor([u for u, _ in pairs])
    pos_v = torch.LongTensor([v for _, v in pairs])
    neg_v = torch.multinomial(weights, len(pairs) * 3, replacement=True).view(len(pairs), 3)
    optimizer.zero_grad()
    loss = model(pos_u, pos_v, neg_v)
    loss.backward()
    optimizer.step()
    print(epoch, loss.item())
embeddings = model.u_embeddings.weight.cpu().data.numpy()
print(embeddings.shape)
