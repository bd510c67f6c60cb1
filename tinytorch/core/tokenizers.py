"""Tokenizers: text as a list of numbers, and back without loss."""

import re
from collections import Counter, defaultdict
from itertools import pairwise

_WORD = re.compile(r"\s?[^\s]+|\s+")


class CharTokenizer:
    """One token for every character of the text it was made from, in order of their code points.

    Parameters
    ----------
    text : str
        Where the characters are taken from.

    Examples
    --------
    >>> from tinytorch.core.tokenizers import CharTokenizer
    >>> t = CharTokenizer("hello")
    >>> t.encode("hole")
    [1, 3, 2, 0]
    >>> t.decode([1, 0, 2, 2, 3])
    'hello'
    """

    def __init__(self, text: str):
        self.chars = sorted(set(text))
        self._ids = {c: i for i, c in enumerate(self.chars)}

    @property
    def vocab_size(self) -> int:
        """The number of different tokens."""
        return len(self.chars)

    def encode(self, text: str) -> list[int]:
        """The tokens of `text`."""
        unknown = sorted(set(text) - self._ids.keys())
        if unknown:
            raise ValueError(
                f"CharTokenizer.encode: {unknown[0]!r} was not in the text the tokenizer was made"
                " from; BPETokenizer takes any text"
            )
        return [self._ids[c] for c in text]

    def decode(self, tokens) -> str:
        """The text of `tokens`."""
        return "".join(self.chars[i] for i in _checked(self, tokens))


class BPETokenizer:
    """Byte-pair encoding: the bytes of UTF-8, with frequent neighbors merged to longer tokens.

    Every text can be encoded, and decoding gives it back. Merges stay inside words (a word takes
    the space before it along). Of equally frequent pairs the smallest is merged, so the same text
    always gives the same tokens.

    Parameters
    ----------
    merges : list of (int, int)
        Merge i makes token 256 + i of two earlier ones; `train` finds them.

    Examples
    --------
    >>> from tinytorch.core.tokenizers import BPETokenizer
    >>> t = BPETokenizer.train("low lower lowest", vocab_size=258)
    >>> t.encode("slow")
    [115, 257]
    >>> t.decode(t.encode("größer ✓"))
    'größer ✓'

    Source: R. Sennrich, B. Haddow and A. Birch, "Neural machine translation of rare words with
    subword units" (2016); bytes as in A. Radford et al. (2019).
    """

    def __init__(self, merges=()):
        self.merges = [(int(a), int(b)) for a, b in merges]
        self.pieces = [bytes([i]) for i in range(256)]
        for i, (a, b) in enumerate(self.merges):
            if not (0 <= a < 256 + i and 0 <= b < 256 + i):
                raise ValueError(f"BPETokenizer: merge {i} of {(a, b)} uses a token not yet made")
            self.pieces.append(self.pieces[a] + self.pieces[b])
        self._rank = {pair: i for i, pair in enumerate(self.merges)}
        self._known: dict[str, list[int]] = {}

    @classmethod
    def train(cls, text: str, vocab_size: int) -> "BPETokenizer":
        """Find the merges for `vocab_size` tokens (at least 256), or as many as `text` has."""
        if vocab_size < 256:
            raise ValueError(
                f"BPETokenizer.train: vocab_size must be at least 256, the bytes; got {vocab_size}"
            )
        words = [(list(_bytes(w)), n) for w, n in Counter(_WORD.findall(text)).items()]
        pairs, where = Counter(), defaultdict(set)

        def count(i, sign):
            tokens, n = words[i]
            for pair in pairwise(tokens):
                pairs[pair] += sign * n
                where[pair].add(i)

        for i in range(len(words)):
            count(i, +1)
        merges = []
        while len(merges) < vocab_size - 256:
            best = min(pairs, key=lambda pair: (-pairs[pair], pair), default=None)
            if best is None or pairs[best] < 2:
                break
            merges.append(best)
            for i in where.pop(best):  # only these words change
                count(i, -1)
                _merge(words[i][0], best, 255 + len(merges))
                count(i, +1)
        return cls(merges)

    @property
    def vocab_size(self) -> int:
        """The number of different tokens."""
        return len(self.pieces)

    def encode(self, text: str) -> list[int]:
        """The tokens of `text`."""
        return [token for word in _WORD.findall(text) for token in self._word(word)]

    def _word(self, word):
        if word not in self._known:
            tokens = list(_bytes(word))
            while len(tokens) > 1:
                pair = min(
                    pairwise(tokens),
                    key=lambda pair: self._rank.get(pair, len(self.merges)),
                )
                if pair not in self._rank:
                    break
                _merge(tokens, pair, 256 + self._rank[pair])
            self._known[word] = tokens
        return self._known[word]

    def decode(self, tokens) -> str:
        """The text of `tokens`; a character cut in two shows as �."""
        text = b"".join(self.pieces[i] for i in _checked(self, tokens))
        try:
            return text.decode(errors="surrogatepass")
        except UnicodeDecodeError:
            return text.decode(errors="replace")


def _bytes(word):
    """UTF-8, also of half a surrogate pair, which is no character but can stand in a `str`."""
    return word.encode(errors="surrogatepass")


def _merge(tokens, pair, new):
    """Replace `pair` by `new` wherever it occurs in the list `tokens`."""
    i = 0
    while i < len(tokens) - 1:
        if tokens[i] == pair[0] and tokens[i + 1] == pair[1]:
            tokens[i : i + 2] = [new]
        i += 1


def _checked(tokenizer, tokens):
    ids = [int(t) for t in (tokens.tolist() if hasattr(tokens, "tolist") else tokens)]
    for i in ids:
        if not 0 <= i < tokenizer.vocab_size:
            raise ValueError(
                f"{type(tokenizer).__name__}.decode: token {i} is out of range for"
                f" {tokenizer.vocab_size} tokens"
            )
    return ids
