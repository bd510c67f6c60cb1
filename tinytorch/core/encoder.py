"""Attention and the transformer's encoder with the names and arguments that PyTorch gives them."""

import copy

import numpy as np

from .activations import relu
from .attention import MultiHeadAttention, causal_mask
from .containers import ModuleList
from .engine.base import as_tensor
from .engine.numbers import values_of
from .layers import Dropout, Linear
from .module import Module
from .normalization import LayerNorm
from .operations import activations
from .tensor import Tensor


class MultiheadAttention(MultiHeadAttention):
    """`MultiHeadAttention` as PyTorch calls it: masks say what is hidden, and weights come back.

    Parameters
    ----------
    embed_dim, num_heads : int
    dropout : float
        Share of the attention weights to drop in training.
    bias : bool
    add_bias_kv, add_zero_attn, kdim, vdim
        PyTorch's, of which only the defaults are here: False, and `embed_dim`.
    batch_first : bool
        Sequences as (N, T, D), not (T, N, D).
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device=None,
        dtype=None,
    ):
        if add_bias_kv or add_zero_attn:
            raise NotImplementedError(
                "MultiheadAttention: add_bias_kv and add_zero_attn are not here; put the entry"
                " that may be attended to into key and value"
            )
        if {kdim, vdim} - {None, embed_dim}:
            raise NotImplementedError(
                f"MultiheadAttention: kdim {kdim} and vdim {vdim} must be embed_dim {embed_dim};"
                " bring key and value to its width by a Linear first"
            )
        super().__init__(embed_dim, num_heads, dropout, bias)
        self.batch_first = batch_first
        self.to(device=device, dtype=dtype)

    def forward(
        self,
        query,
        key,
        value,
        key_padding_mask=None,
        need_weights=True,
        attn_mask=None,
        average_attn_weights=True,
        is_causal=False,
    ):
        """Attend from `query` to `key` and `value`.

        Parameters
        ----------
        query, key, value : Tensor
            (T, N, D) and (S, N, D), or (N, T, D) with `batch_first`; without N for one sequence.
        key_padding_mask : Tensor, (N, S) or (S,), optional
            True where a key is padding, or numbers to add to the scores.
        need_weights, average_attn_weights : bool
            Whether the weights are returned, and whether as their mean over the heads.
        attn_mask : Tensor, (T, S) or (N · heads, T, S), optional
            True where attention is forbidden, or numbers to add to the scores.
        is_causal : bool
            Each position sees itself and what came before.

        Returns
        -------
        Tensor of the query's shape, and the weights (N, T, S) or (N, heads, T, S), or None
        """
        inputs = [as_tensor(x) for x in (query, key, value)]
        single = inputs[0].ndim == 2
        if single:
            inputs = [x.unsqueeze(0) for x in inputs]
        elif not self.batch_first:
            inputs = [x.transpose(0, 1) for x in inputs]
        q, k, _ = inputs
        if is_causal and attn_mask is None:
            attn_mask = ~causal_mask(q.shape[1], k.shape[1])
        mask = self._allowed(attn_mask, key_padding_mask, q.shape[0])
        z = super().forward(*inputs, mask=mask, need_weights=need_weights)
        z, weights = z if need_weights else (z, None)
        if need_weights and average_attn_weights:
            weights = weights.mean(1)
        if single:
            return z.squeeze(0), weights if weights is None else weights.squeeze(0)
        return z if self.batch_first else z.transpose(0, 1), weights

    def _allowed(self, attn_mask, key_padding_mask, batch):
        """Both masks as one: true where attention is allowed, or numbers to add."""
        parts = []
        if attn_mask is not None:
            mask = values_of(attn_mask)
            if mask.ndim == 3:
                mask = mask.reshape(batch, -1, *mask.shape[1:])
            parts.append(mask)
        if key_padding_mask is not None:
            padding = values_of(key_padding_mask)
            padding = padding if padding.ndim == 2 else padding[None]
            parts.append(padding[:, None, None, :])
        if not parts:
            return None
        if all(mask.dtype == np.bool_ for mask in parts):
            return Tensor(~np.logical_or.reduce(np.broadcast_arrays(*parts)))
        added = [np.where(m, -np.inf, 0) if m.dtype == np.bool_ else m for m in parts]
        return Tensor(np.asarray(sum(added), self.in_proj_weight.dtype))


def named_activation(name, activation):
    """An activation, by its name or as the function it is; `name` is what asks."""
    named = {"relu": relu, "gelu": activations.gelu}
    if not callable(activation) and activation not in named:
        raise ValueError(
            f"{name}: activation must be 'relu', 'gelu' or a function, got {activation!r}"
        )
    return activation if callable(activation) else named[activation]


class TransformerEncoderLayer(Module):
    """x ← norm(x + attention(x)), then x ← norm(x + W₂ act(W₁ x)); or the norms first.

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
        activation = named_activation("TransformerEncoderLayer", activation)
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first=batch_first)
        self.linear1 = Linear(d_model, dim_feedforward, bias)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias)
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias)
        self.dropout1, self.dropout2 = Dropout(dropout), Dropout(dropout)
        self.activation = activation
        self.norm_first = norm_first
        self.to(device=device, dtype=dtype)

    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
        """Read a sequence; the masks are those of `MultiheadAttention`."""
        masks = src_mask, src_key_padding_mask, is_causal
        if self.norm_first:
            x = src + self._attend(self.norm1(src), *masks)
            return x + self._think(self.norm2(x))
        x = self.norm1(src + self._attend(src, *masks))
        return self.norm2(x + self._think(x))

    def _attend(self, x, mask, padding, is_causal):
        return self.dropout1(self.self_attn(x, x, x, padding, False, mask, True, is_causal)[0])

    def _think(self, x):
        return self.dropout2(self.linear2(self.dropout(self.activation(self.linear1(x)))))


class TransformerEncoder(Module):
    """Copies of an encoder layer, one after the other.

    Parameters
    ----------
    encoder_layer : TransformerEncoderLayer
    num_layers : int
    norm : Module, optional
        What comes after the last.
    enable_nested_tensor, mask_check : bool
        Accepted as in PyTorch, without effect.
    """

    def __init__(
        self,
        encoder_layer: Module,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ):
        super().__init__()
        self.layers = ModuleList(copy.deepcopy(encoder_layer) for _ in range(num_layers))
        self.num_layers, self.norm = num_layers, norm

    def forward(self, src, mask=None, src_key_padding_mask=None, is_causal=None):
        """Read a sequence; the masks are those of `MultiheadAttention`."""
        for layer in self.layers:
            src = layer(src, mask, src_key_padding_mask, bool(is_causal))
        return src if self.norm is None else self.norm(src)
