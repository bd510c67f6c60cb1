"""The transformer, 2017: every position asks all that came before it what they have to say."""

import numpy as np

import tinytorch as tt
from tinytorch import data, nn, optim
from tinytorch.core.module import evaluating

from .results import Experiment, Run

WINDOW = 24  # letters the language model sees


class Reverser(nn.GPT):
    """Reads `length` symbols and goes on with them backward."""

    def __init__(self, symbols=10, length=8, embed_dim=32, heads=2):
        super().__init__(
            symbols,
            embed_dim,
            num_layers=1,
            num_heads=heads,
            max_seq_len=2 * length,
        )
        self.length = length

    def reverse(self, sequences) -> np.ndarray:
        """Write each sequence backward, one symbol after the other."""
        both = self.generate(sequences, self.length, temperature=0)
        return both.numpy()[:, self.length :]


def update(optimizer, scheduler, loss):
    """One step: gradients, no longer than 1 together, and the next learning rate."""
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], 1.0)
    optimizer.step()
    scheduler.step()


def training(model, steps: int, lr: float):
    """AdamW, with a learning rate that rises for 20 steps and then falls to zero."""
    optimizer = optim.AdamW(model.parameters(), lr=lr, weight_decay=0.01)
    rise = optim.lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=20)
    fall = optim.lr_scheduler.CosineAnnealingLR(optimizer, steps - 20)
    return optimizer, optim.lr_scheduler.SequentialLR(optimizer, [rise, fall], [20])


def next_token_loss(model, tokens, ignore: int = 0):
    """The surprise at each token, given those before it.

    The first `ignore` guesses do not count.
    """
    scores = model(tokens[:, :-1])[:, ignore:]
    wanted = tt.tensor(tokens[:, ignore + 1 :])
    return nn.functional.cross_entropy(scores.transpose(1, 2), wanted)


def train_reversal(
    seed: int = 0, steps: int = 120, length: int = 8, causal: bool = True, watch=None
) -> Run:
    """Train on sequences drawn anew at each step, and reverse 1,000 that were never drawn.

    With ``causal=False`` each position also sees what comes after it, the answer included.
    """
    tt.manual_seed(seed)
    model = Reverser(length=length)
    model.blocks[0].is_causal = causal
    before = {name: value.copy() for name, value in model.state_dict().items()}
    optimizer, scheduler = training(model, steps, lr=0.005)
    losses = []
    rng = np.random.default_rng(seed)
    held = data.reversal(1000, length, seed=1000).tensors[0].numpy()
    forbidden = {row.tobytes() for row in held}
    for step in range(steps):
        x = rng.integers(0, 10, (32, length))
        x = x[[row.tobytes() not in forbidden for row in x]]
        tokens = np.concatenate([x, x[:, ::-1]], axis=1)
        loss = next_token_loss(model, tokens, ignore=length - 1)
        update(optimizer, scheduler, loss)
        losses.append(loss.item())
        if watch and (step + 1) % 50 == 0:
            watch(step + 1, model, {"loss": loss.item()})
    right = (model.reverse(held) == held[:, ::-1]).all(axis=1).mean()
    measures = {
        "held-out sequences reversed, %": 100 * float(right),
        "loss drop, %": 100 * (1 - losses[-1] / losses[0]),
        **_reached(model, before),
    }
    return Run(seed, model, measures, {"loss": losses})


def _reached(model, before):
    """How many parameters there are, which of them got a gradient, and which have changed."""
    flow = nn.gradient_flow(model)
    after = model.state_dict()
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "parameter arrays": len(flow.norms),
        "… that received a gradient": sum(bool(norm) for norm in flow.norms.values()),
        "… that changed": sum(not np.array_equal(after[name], before[name]) for name in flow.norms),
    }


class Text:
    """The sentences of this book as numbers: nine paragraphs of ten to learn from, one held out.

    Attributes
    ----------
    letters : str
        All characters, in order: the number of a character is its place.
    known, held : ndarray of int, (n,)
    """

    def __init__(self, paragraphs: list[str]):
        held = paragraphs[5::10]
        known = [p for i, p in enumerate(paragraphs) if i % 10 != 5]
        texts = ["\n".join(part) for part in (known, held)]
        self.letters = "".join(sorted(set("".join(texts))))
        self.known, self.held = map(self.encode, texts)

    def encode(self, text: str) -> np.ndarray:
        """The numbers of its characters."""
        number = {letter: i for i, letter in enumerate(self.letters)}
        return np.array([number[letter] for letter in text])

    def decode(self, tokens) -> str:
        """The characters of these numbers."""
        return "".join(self.letters[i] for i in np.asarray(tokens))

    def unigram_loss(self) -> float:
        """The held-out loss of knowing how frequent each character is."""
        counts = np.bincount(self.known, minlength=len(self.letters)) + 1
        return float(-np.log(counts / counts.sum())[self.held[1:]].mean())

    def bigram_loss(self) -> float:
        """The held-out loss of knowing how frequent each is after the one before it."""
        n = len(self.letters)
        pairs = np.full((n, n), 0.1)  # no pair is impossible
        np.add.at(pairs, (self.known[:-1], self.known[1:]), 1)
        pairs /= pairs.sum(axis=1, keepdims=True)
        return float(-np.log(pairs[self.held[:-1], self.held[1:]]).mean())


def book_prose() -> Text:
    """This book's own sentences, in small letters."""
    return Text(data.book_text().lower().splitlines())


def held_out_loss(model, text: Text, limit: int = 20_000) -> float:
    """The mean loss over the held-out text, in windows of which the second half is counted."""
    held, half = text.held[:limit], WINDOW // 2
    starts = np.arange(0, len(held) - WINDOW, half)
    with evaluating(model), tt.no_grad():
        losses = [
            next_token_loss(model, held[part[:, None] + np.arange(WINDOW + 1)], half).item()
            for part in np.array_split(starts, max(1, len(starts) // 128))
        ]
    return float(np.mean(losses))


def train_language(
    seed: int = 0, steps: int = 750, text: Text | None = None, watch=None, every: int = 100
) -> Run:
    """Train on windows of the book, drawn at random, and measure on paragraphs never drawn."""
    text = text or book_prose()
    tt.manual_seed(seed)
    model = nn.GPT(len(text.letters), 48, num_layers=1, num_heads=4, max_seq_len=WINDOW)
    before = {name: value.copy() for name, value in model.state_dict().items()}
    optimizer, scheduler = training(model, steps, lr=0.01)
    losses = []
    rng = np.random.default_rng(seed)
    for step in range(steps):
        starts = rng.integers(0, len(text.known) - WINDOW, 24)
        loss = next_token_loss(model, text.known[starts[:, None] + np.arange(WINDOW + 1)])
        update(optimizer, scheduler, loss)
        losses.append(loss.item())
        if watch and (step + 1) % every == 0:
            watch(step + 1, model, {"loss": loss.item()})
    measures = {
        "held-out loss": held_out_loss(model, text),
        "bigram loss": text.bigram_loss(),
        "unigram loss": text.unigram_loss(),
        **_reached(model, before),
    }
    return Run(seed, model, measures, {"loss": losses})


EXPERIMENTS = (
    Experiment("reversal", train_reversal),
    Experiment("language", train_language, seeds=3),
)
