"""Sequence to sequence with nn.Transformer: letters in, the same letters backwards out."""

import math

import torch
import torch.nn as nn

PAD, BEGIN, END, LETTERS = 0, 1, 2, 5
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class PositionalEncoding(nn.Module):
    def __init__(self, emb_size, dropout, maxlen=50):
        super().__init__()
        den = torch.exp(-torch.arange(0, emb_size, 2) * math.log(10000) / emb_size)
        pos = torch.arange(0, maxlen).reshape(maxlen, 1)
        pos_embedding = torch.zeros((maxlen, emb_size))
        pos_embedding[:, 0::2] = torch.sin(pos * den)
        pos_embedding[:, 1::2] = torch.cos(pos * den)
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("pos_embedding", pos_embedding.unsqueeze(-2))

    def forward(self, token_embedding):
        return self.dropout(token_embedding + self.pos_embedding[: token_embedding.size(0), :])


class Seq2Seq(nn.Module):
    def __init__(self, vocab, emb_size=16, nhead=4):
        super().__init__()
        self.transformer = nn.Transformer(
            d_model=emb_size,
            nhead=nhead,
            num_encoder_layers=2,
            num_decoder_layers=2,
            dim_feedforward=32,
            dropout=0.0,
        )
        self.generator = nn.Linear(emb_size, vocab)
        self.src_emb = nn.Embedding(vocab, emb_size)
        self.tgt_emb = nn.Embedding(vocab, emb_size)
        self.positions = PositionalEncoding(emb_size, dropout=0.1)
        self.scale = math.sqrt(emb_size)

    def forward(self, src, tgt, src_mask, tgt_mask, src_padding, tgt_padding):
        memory = self.encode(src, src_mask, src_padding)
        tgt_emb = self.positions(self.tgt_emb(tgt.long()) * self.scale)
        outs = self.transformer.decoder(
            tgt_emb, memory, tgt_mask, None, tgt_padding, memory_key_padding_mask=src_padding
        )
        return self.generator(outs)

    def encode(self, src, src_mask, src_padding=None):
        src_emb = self.positions(self.src_emb(src.long()) * self.scale)
        return self.transformer.encoder(src_emb, src_mask, src_padding)


def generate_square_subsequent_mask(sz):
    mask = (torch.triu(torch.ones((sz, sz), device=DEVICE)) == 1).transpose(0, 1)
    return mask.float().masked_fill(mask == 0, float("-inf")).masked_fill(mask == 1, float(0.0))


def create_mask(src, tgt):
    src_mask = torch.zeros((src.shape[0], src.shape[0]), device=DEVICE).type(torch.bool)
    tgt_mask = generate_square_subsequent_mask(tgt.shape[0]) < 0
    return src_mask, tgt_mask, (src == PAD).transpose(0, 1), (tgt == PAD).transpose(0, 1)


def batch(size):
    pairs = []
    for _ in range(size):
        n = torch.randint(2, 6, (1,)).item()
        word = (torch.randint(0, LETTERS, (n,)) + 3).tolist()
        pairs.append((torch.tensor(word), torch.tensor([BEGIN, *reversed(word), END])))
    src, tgt = zip(*pairs)
    pad = nn.utils.rnn.pad_sequence
    return pad(src, padding_value=PAD), pad(tgt, padding_value=PAD)


def greedy(model, src, length):
    model.eval()
    with torch.no_grad():
        memory = model.encode(src, torch.zeros(src.shape[0], src.shape[0]).bool())
        ys = torch.ones(1, 1).fill_(BEGIN).type(torch.long)
        for _ in range(length):
            mask = nn.Transformer.generate_square_subsequent_mask(ys.size(0))
            out = model.transformer.decoder(
                model.positions(model.tgt_emb(ys) * model.scale), memory, tgt_mask=mask
            )
            next_word = model.generator(out[-1]).argmax(dim=-1).item()
            ys = torch.cat([ys, torch.ones(1, 1).type_as(src).fill_(next_word)], dim=0)
            if next_word == END:
                break
    return ys.flatten().tolist()


torch.manual_seed(0)
model = Seq2Seq(3 + LETTERS).to(DEVICE)
loss_fn = nn.CrossEntropyLoss(ignore_index=PAD)
optimizer = torch.optim.Adam(model.parameters(), lr=0.005, betas=(0.9, 0.98), eps=1e-5)
for step in range(40):
    model.train()
    src, tgt = batch(16)
    tgt_input, tgt_out = tgt[:-1, :], tgt[1:, :]
    logits = model(src, tgt_input, *create_mask(src, tgt_input))
    loss = loss_fn(logits.reshape(-1, logits.shape[-1]), tgt_out.reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step % 8 == 0:
        print(f"step {step}: loss {loss.item():.4f}")
print("parameters:", sum(p.numel() for p in model.parameters()))
word = torch.tensor([[3], [5], [4]])
print(word.flatten().tolist(), "->", greedy(model, word, 5))
