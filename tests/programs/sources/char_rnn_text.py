"""A character model of a text: an RNN of plain matrices, Adagrad by hand, clipped gradients."""

import torch

data = "the quick brown fox jumps over the lazy dog and the dog sleeps on " * 4
chars = sorted(set(data))
stoi = {ch: i for i, ch in enumerate(chars)}
vocab_size, hidden_size, seq_length, learning_rate = len(chars), 24, 12, 1e-1

torch.manual_seed(5)
Wxh = torch.randn(hidden_size, vocab_size) * 0.01
Whh = torch.randn(hidden_size, hidden_size) * 0.01
Why = torch.randn(vocab_size, hidden_size) * 0.01
bh = torch.zeros(hidden_size, 1)
by = torch.zeros(vocab_size, 1)
params = [Wxh, Whh, Why, bh, by]
memory = [torch.zeros_like(p) for p in params]
for p in params:
    p.requires_grad = True

hprev = torch.zeros(hidden_size, 1)
smooth_loss = None
pos = 0
for n in range(15):
    inputs = [stoi[ch] for ch in data[pos : pos + seq_length]]
    targets = [stoi[ch] for ch in data[pos + 1 : pos + seq_length + 1]]
    h, loss = hprev, 0
    for t in range(seq_length):
        x = torch.zeros(vocab_size, 1)
        x[inputs[t]] = 1
        h = torch.tanh(torch.mm(Wxh, x) + torch.mm(Whh, h) + bh)
        y = torch.mm(Why, h) + by
        p = torch.softmax(y, dim=0)
        loss = loss - torch.log(p[targets[t], 0])
    loss.backward()
    hprev = h.detach()
    with torch.no_grad():
        for param, mem in zip(params, memory):
            g = param.grad.clamp(-5, 5)
            mem += g * g
            param -= learning_rate * g / torch.sqrt(mem + 1e-8)
            param.grad.zero_()
    smooth_loss = loss.item() if smooth_loss is None else 0.9 * smooth_loss + 0.1 * loss.item()
    pos += seq_length
    if n % 5 == 4:
        print(n, round(smooth_loss, 4))


def sample(h, seed_ix, n):
    x = torch.zeros(vocab_size, 1)
    x[seed_ix] = 1
    ixes = []
    for _ in range(n):
        h = torch.tanh(Wxh @ x + Whh @ h + bh)
        p = torch.softmax(Why @ h + by, dim=0)
        ix = torch.multinomial(p.view(-1), 1).item()
        x = torch.zeros(vocab_size, 1)
        x[ix] = 1
        ixes.append(ix)
    return ixes


with torch.no_grad():
    print("".join(chars[i] for i in sample(hprev, inputs[0], 20)))
