"""The transformer's decoder, and encoder and decoder together, as PyTorch has them."""

import copy

import numpy as np

from . import initializers
from .containers import ModuleList
from .encoder import (
    MultiheadAttention,
    TransformerEncoder,
    TransformerEncoderLayer,
    named_activation,
)
from .engine.numbers import get_default_dtype
from .layers import Dropout, Linear
from .module import Module
from .normalization import LayerNorm
from .tensor import Tensor


class TransformerDecoderLayer(Module):
    """An encoder layer that also looks at what the encoder has read, its `memory`.

    ::

        x ← norm(x + attention from x to itself)
        x ← norm(x + attention from x to the memory)
        x ← norm(x + W₂ act(W₁ x))

    With `norm_first`, each part takes the norm of x and adds to x itself.

    Parameters
    ----------
    d_model, nhead : int
    dim_feedforward : int
        The width of the hidden layer.
    dropout : float
    activation : {"relu", "gelu"} or callable
    layer_norm_eps : float
    batch_first : bool
        Sequences as (N, T, D), not (T, N, D).
    norm_first : bool
        Normalize before each part, not after the sum.
    bias : bool
        Whether linear layers and norms have one.

    Source: A. Vaswani et al., "Attention is all you need" (2017).
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation="relu",
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        activation = named_activation("TransformerDecoderLayer", activation)
        how = {"dropout": dropout, "bias": bias, "batch_first": batch_first}
        self.self_attn = MultiheadAttention(d_model, nhead, **how)
        self.multihead_attn = MultiheadAttention(d_model, nhead, **how)
        self.linear1 = Linear(d_model, dim_feedforward, bias)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias)
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias)
        self.norm3 = LayerNorm(d_model, layer_norm_eps, bias=bias)
        self.dropout1, self.dropout2 = Dropout(dropout), Dropout(dropout)
        self.dropout3 = Dropout(dropout)
        self.activation = activation
        self.norm_first = norm_first
        self.to(device=device, dtype=dtype)

    def forward(
        self,
        tgt,
        memory,
        tgt_mask=None,
        memory_mask=None,
        tgt_key_padding_mask=None,
        memory_key_padding_mask=None,
        tgt_is_causal=False,
        memory_is_causal=False,
    ):
        """Read `tgt`, looking at `memory`; the masks are those of `MultiheadAttention`."""
        own = tgt_mask, tgt_key_padding_mask, tgt_is_causal
        other = memory_mask, memory_key_padding_mask, memory_is_causal
        x = tgt
        if self.norm_first:
            x = x + self._attend(self.norm1(x), *own)
            x = x + self._look(self.norm2(x), memory, *other)
            return x + self._think(self.norm3(x))
        x = self.norm1(x + self._attend(x, *own))
        x = self.norm2(x + self._look(x, memory, *other))
        return self.norm3(x + self._think(x))

    def _attend(self, x, mask, padding, is_causal):
        return self.dropout1(self.self_attn(x, x, x, padding, False, mask, True, is_causal)[0])

    def _look(self, x, memory, mask, padding, is_causal):
        z, _ = self.multihead_attn(x, memory, memory, padding, False, mask, True, is_causal)
        return self.dropout2(z)

    def _think(self, x):
        return self.dropout3(self.linear2(self.dropout(self.activation(self.linear1(x)))))


class TransformerDecoder(Module):
    """Copies of a decoder layer, one after the other, all looking at the same memory.

    Parameters
    ----------
    decoder_layer : TransformerDecoderLayer
    num_layers : int
    norm : Module, optional
        What comes after the last.
    """

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None):
        super().__init__()
        self.layers = ModuleList(copy.deepcopy(decoder_layer) for _ in range(num_layers))
        self.num_layers, self.norm = num_layers, norm

    def forward(
        self,
        tgt,
        memory,
        tgt_mask=None,
        memory_mask=None,
        tgt_key_padding_mask=None,
        memory_key_padding_mask=None,
        tgt_is_causal=None,
        memory_is_causal=False,
    ):
        """Read `tgt`, looking at `memory`; the masks are those of `MultiheadAttention`."""
        for layer in self.layers:
            tgt = layer(
                tgt,
                memory,
                tgt_mask=tgt_mask,
                memory_mask=memory_mask,
                tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask,
                tgt_is_causal=bool(tgt_is_causal),
                memory_is_causal=memory_is_causal,
            )
        return tgt if self.norm is None else self.norm(tgt)


class Transformer(Module):
    """An encoder that reads one sequence, and a decoder that continues another, looking at it.

    Parameters
    ----------
    d_model, nhead : int
    num_encoder_layers, num_decoder_layers : int
    dim_feedforward : int
        The width of the hidden layers.
    dropout : float
    activation : {"relu", "gelu"} or callable
    custom_encoder, custom_decoder : Module, optional
        In place of those that the other arguments describe.
    layer_norm_eps : float
    batch_first : bool
        Sequences as (N, T, D), not (T, N, D).
    norm_first : bool
        Normalize before each part, not after the sum.
    bias : bool
        Whether linear layers and norms have one.

    Examples
    --------
    >>> import tinytorch as tt
    >>> model = tt.nn.Transformer(8, 2, 1, 1, dim_feedforward=16, batch_first=True)
    >>> mask = model.generate_square_subsequent_mask(3)
    >>> model(tt.randn(4, 5, 8), tt.randn(4, 3, 8), tgt_mask=mask).shape
    (4, 3, 8)

    Source: A. Vaswani et al., "Attention is all you need" (2017).
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation="relu",
        custom_encoder: Module | None = None,
        custom_decoder: Module | None = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        how = (d_model, nhead, dim_feedforward, dropout, activation)
        how = (*how, layer_norm_eps, batch_first, norm_first, bias)

        def norm():
            return LayerNorm(d_model, layer_norm_eps, bias=bias)

        self.encoder, self.decoder = custom_encoder, custom_decoder
        if custom_encoder is None:
            layer = TransformerEncoderLayer(*how)
            self.encoder = TransformerEncoder(layer, num_encoder_layers, norm())
        if custom_decoder is None:
            layer = TransformerDecoderLayer(*how)
            self.decoder = TransformerDecoder(layer, num_decoder_layers, norm())
        for p in self.parameters():
            if p.ndim > 1:
                initializers.xavier_uniform_(p)
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first
        self.to(device=device, dtype=dtype)

    def forward(
        self,
        src,
        tgt,
        src_mask=None,
        tgt_mask=None,
        memory_mask=None,
        src_key_padding_mask=None,
        tgt_key_padding_mask=None,
        memory_key_padding_mask=None,
        src_is_causal=None,
        tgt_is_causal=None,
        memory_is_causal=False,
    ):
        """Read `src`, then `tgt`: (N, S, D), (N, T, D) → (N, T, D), as `batch_first` lays them out.

        The masks are those of `MultiheadAttention`: of `src`, of `tgt`, and of what `tgt` sees of
        `src`.
        """
        batch = 0 if self.batch_first else 1
        if src.ndim == 3 and (tgt.ndim != 3 or src.shape[batch] != tgt.shape[batch]):
            raise ValueError(
                f"Transformer: src {src.shape} and tgt {tgt.shape} must have one batch (axis"
                f" {batch})"
            )
        if {src.shape[-1], tgt.shape[-1]} != {self.d_model}:
            raise ValueError(
                f"Transformer: the last axes of src {src.shape} and tgt {tgt.shape} must be d_model"
                f" {self.d_model}"
            )
        memory = self.encoder(
            src,
            mask=src_mask,
            src_key_padding_mask=src_key_padding_mask,
            is_causal=bool(src_is_causal),
        )
        return self.decoder(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device=None, dtype=None) -> Tensor:
        """Numbers to add to scores (sz, sz): -∞ above the diagonal, where the future is, else 0."""
        dtype = get_default_dtype() if dtype is None else np.dtype(dtype)
        return Tensor(np.triu(np.full((sz, sz), -np.inf, dtype), 1))
