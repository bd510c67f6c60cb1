"""Which language a name is from: sequences of several lengths, packed, through a GRU both ways."""

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

torch.manual_seed(0)
names = [("anna", 0), ("ivan", 1), ("giovanna", 0), ("bo", 2), ("oleg", 1), ("sven", 2)]
letters = sorted({c for name, _ in names for c in name})
encoded = [torch.tensor([letters.index(c) + 1 for c in name]) for name, _ in names]
labels = torch.tensor([label for _, label in names])
lengths = torch.tensor([len(x) for x in encoded])
batch = pad_sequence(encoded, batch_first=True)


class Classifier(nn.Module):
    def __init__(self, hidden=8):
        super().__init__()
        self.embedding = nn.Embedding(len(letters) + 1, 5, padding_idx=0)
        self.gru = nn.GRU(5, hidden, num_layers=2, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden, 3)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(
            self.embedding(x), lengths, batch_first=True, enforce_sorted=False
        )
        self.gru.flatten_parameters()
        output, hidden = self.gru(packed)
        output, out_lengths = pad_packed_sequence(output, batch_first=True)
        assert out_lengths.tolist() == lengths.tolist()
        last = torch.cat([hidden[-2], hidden[-1]], 1)
        mean = output.sum(1) / lengths.unsqueeze(1)
        return self.fc(last + mean)


model = Classifier()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
criterion = nn.CrossEntropyLoss()
for epoch in range(12):
    logits = model(batch, lengths)
    loss = criterion(logits, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 4 == 3:
        correct = (logits.argmax(1) == labels).sum().item()
        print(f"epoch {epoch + 1}, loss {loss.item():.4f}, correct {correct}")
