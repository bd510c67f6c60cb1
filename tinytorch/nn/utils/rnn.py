"""Batches of sequences, where `torch.nn.utils.rnn` has them."""

from ...core.packing import PackedSequence, pack_padded_sequence, pad_packed_sequence
from ...core.vectors import pad_sequence

__all__ = ["PackedSequence", "pack_padded_sequence", "pad_packed_sequence", "pad_sequence"]
