"""The transformer: attention mixes positions, a small network works on each, again and again."""

import math

import numpy as np

from . import initializers
from .activations import GELU
from .attention import MultiHeadAttention
from .containers import ModuleList, Sequential
from .embeddings import Embedding, LearnedPositions
from .engine.modes import no_grad
from .engine.numbers import values_of
from .generator import rng
from .layers import Dropout, Linear
from .module import Module, evaluating
from .normalization import LayerNorm
from .tensor import Tensor


class TransformerBlock(Module):
    """x ← x + attention(norm(x)), then x ← x + mlp(norm(x)).

    The sums let the gradient pass every block unchanged; normalizing before each part, not after
    the sum, keeps that path free.

    Parameters
    ----------
    embed_dim, num_heads : int
    mlp_ratio : int
        How many times wider the hidden layer of the network is.
    dropout : float
    is_causal : bool
        Whether a position sees only itself and what came before. False: all, or what the mask
        allows.

    Source: A. Radford et al., "Language models are unsupervised multitask learners" (2019); the
    order of norm and sum after R. Xiong et al. (2020).
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        mlp_ratio: int = 4,
        dropout: float = 0.0,
        is_causal: bool = True,
    ):
        super().__init__()
        self.is_causal = is_causal
        self.ln1 = LayerNorm(embed_dim)
        self.attention = MultiHeadAttention(embed_dim, num_heads, dropout)
        self.ln2 = LayerNorm(embed_dim)
        self.mlp = Sequential(
            Linear(embed_dim, mlp_ratio * embed_dim),
            GELU("tanh"),  # as in GPT-2; the exact one would double the time of the block
            Linear(mlp_ratio * embed_dim, embed_dim),
        )
        self.drop = Dropout(dropout)

    def forward(self, x, mask=None, need_weights=False):
        z = self.attention(
            self.ln1(x), mask=mask, is_causal=self.is_causal, need_weights=need_weights
        )
        z, weights = z if need_weights else (z, None)
        x = x + self.drop(z)
        x = x + self.drop(self.mlp(self.ln2(x)))
        return (x, weights) if need_weights else x


class GPT(Module):
    """A language model: for every position, the scores of all tokens that may come next.

    Parameters
    ----------
    vocab_size, embed_dim, num_layers, num_heads : int
    max_seq_len : int
        The context window: how many tokens it can see.
    dropout : float

    Attributes
    ----------
    token_embedding, position_embedding, blocks, ln_f, lm_head : Module
        Weights start at N(0, 0.02²), those that add to the stream at 0.02 / √(2 num_layers), and
        biases at 0.

    Examples
    --------
    >>> import tinytorch as tt
    >>> model = GPT(vocab_size=10, embed_dim=8, num_layers=2, num_heads=2, max_seq_len=16)
    >>> model(tt.tensor([[1, 2, 3]])).shape
    (1, 3, 10)
    >>> model.generate(tt.tensor([[1, 2, 3]]), max_new_tokens=20).shape
    (1, 23)

    Source: A. Radford et al., "Language models are unsupervised multitask learners" (2019).
    """

    def __init__(
        self,
        vocab_size: int,
        embed_dim: int,
        num_layers: int,
        num_heads: int,
        max_seq_len: int = 1024,
        dropout: float = 0.0,
    ):
        super().__init__()
        self.vocab_size, self.max_seq_len = vocab_size, max_seq_len
        self.token_embedding = Embedding(vocab_size, embed_dim)
        self.position_embedding = LearnedPositions(max_seq_len, embed_dim)
        self.drop = Dropout(dropout)
        self.blocks = ModuleList(
            TransformerBlock(embed_dim, num_heads, dropout=dropout) for _ in range(num_layers)
        )
        self.ln_f = LayerNorm(embed_dim)
        self.lm_head = Linear(embed_dim, vocab_size, bias=False)
        for name, p in self.named_parameters():
            into_stream = name.endswith(("out_proj.weight", "mlp.2.weight"))
            if p.ndim > 1:
                std = 0.02 / math.sqrt(2 * num_layers) if into_stream else 0.02
                initializers.normal_(p, std=std)
            elif name.endswith("bias"):
                initializers.zeros_(p)

    def forward(self, tokens, need_weights=False):
        """The scores of the next token.

        Parameters
        ----------
        tokens : Tensor or array of int, (B, T)
            T up to max_seq_len.
        need_weights : bool
            Return the attention weights too: a list with (B, heads, T, T) of each block.

        Returns
        -------
        Tensor, (B, T, vocab_size), or the pair of it and the weights
        """
        tokens = self._checked(tokens)
        if tokens.shape[1] > self.max_seq_len:
            raise ValueError(
                f"GPT: {tokens.shape[1]} tokens do not fit the context window of"
                f" {self.max_seq_len}; pass the last {self.max_seq_len}"
            )
        x = self.drop(self.position_embedding(self.token_embedding(tokens)))
        weights = []
        for block in self.blocks:
            x = block(x, need_weights=need_weights)
            if need_weights:
                x, seen = x
                weights.append(seen)
        logits = self.lm_head(self.ln_f(x))
        return (logits, weights) if need_weights else logits

    def generate(
        self,
        tokens,
        max_new_tokens: int,
        temperature: float = 1.0,
        top_k: int | None = None,
    ) -> Tensor:
        """Continue `tokens`, one token after the other, each drawn by the scores of the model.

        Parameters
        ----------
        tokens : Tensor or array of int, (B, T), T ≥ 1
        max_new_tokens : int
        temperature : float
            Divides the scores: below 1 the likely becomes more likely. 0 always takes the best.
        top_k : int, optional
            Draw from the k best only.

        Returns
        -------
        Tensor of int, (B, T + max_new_tokens)
        """
        tokens = self._checked(tokens)
        if not tokens.shape[1]:
            raise ValueError("generate: needs at least one token to continue")
        if not temperature >= 0 or (top_k is not None and top_k < 1) or max_new_tokens < 0:
            raise ValueError(
                "generate: temperature and max_new_tokens must not be negative and top_k at least"
                f" 1, got {temperature}, {max_new_tokens} and {top_k}"
            )
        with evaluating(self), no_grad():
            for _ in range(max_new_tokens):
                scores = self(tokens[:, -self.max_seq_len :])._data[:, -1].astype(np.float64)
                new = _drawn(scores, temperature, top_k)
                tokens = np.concatenate([tokens, new[:, None]], axis=1)
        return Tensor(tokens)

    def _checked(self, tokens):
        tokens = values_of(tokens)
        if tokens.ndim != 2 or tokens.dtype.kind not in "iu":
            raise ValueError(
                f"GPT: expected integer tokens of shape (B, T), got {tokens.dtype} of shape"
                f" {tokens.shape}"
            )
        return tokens


def _drawn(scores, temperature, top_k):
    """One token for each row of scores (B, vocab_size)."""
    if temperature == 0:
        return scores.argmax(axis=1)
    if top_k is not None and top_k < scores.shape[1]:
        kth = np.partition(scores, -top_k, axis=1)[:, -top_k, None]
        scores = np.where(scores >= kth, scores, -np.inf)
    # the largest of score + Gumbel noise is a draw from their softmax
    return (scores / temperature + rng().gumbel(size=scores.shape)).argmax(axis=1)
