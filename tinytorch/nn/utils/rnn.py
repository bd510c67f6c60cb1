"""Batches of sequences, where `torch.nn.utils.rnn` has them."""

from ...core.vectors import pad_sequence

__all__ = ["pad_sequence"]
