"""Sequences of several lengths in one row, step by step, without what fills them up."""

from typing import NamedTuple

import numpy as np

from .engine.base import as_tensor
from .engine.numbers import values_of
from .operations.indexing import ScatterBackward
from .operations.selection import where
from .tensor import Tensor


class PackedSequence(NamedTuple):
    """The elements of N sequences, first all first ones, then all second ones, and so on.

    Attributes
    ----------
    data : Tensor, (Σ lengths, …)
    batch_sizes : Tensor of int
        How many sequences have an element at each step.
    sorted_indices, unsorted_indices : Tensor of int, or None
        How the sequences were sorted by length, the longest first, and the way back.
    """

    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None = None
    unsorted_indices: Tensor | None = None

    def places(self):
        """Step and sequence of every element."""
        sizes = values_of(self.batch_sizes)
        steps = np.repeat(np.arange(len(sizes)), sizes)
        return steps, np.concatenate([np.arange(n) for n in sizes])

    def alive(self):
        """Which of the sorted sequences have an element at each step: (T, N)."""
        sizes = values_of(self.batch_sizes)
        return np.arange(sizes[0]) < sizes[:, None]

    def block(self) -> Tensor:
        """(T, N, …), in the sorted order, with zeros where there is nothing."""
        shape = (*self.alive().shape, *self.data.shape[1:])
        return ScatterBackward.run(self.data, index=self.places(), shape=shape)

    def of(self, block) -> "PackedSequence":
        """The elements of another block, packed in the same way."""
        return self._replace(data=block[self.places()])


def pack_padded_sequence(input, lengths, batch_first=False, enforce_sorted=True) -> PackedSequence:
    """The first `lengths[i]` elements of each sequence i in a block (T, N, …).

    Parameters
    ----------
    input : Tensor, (T, N, …), or (N, T, …) with `batch_first`
    lengths : sequence or Tensor of int
        At least 1.
    enforce_sorted : bool
        Refuse sequences that do not come with the longest first; False sorts them.
    """
    x = as_tensor(input)
    x = x.transpose(0, 1) if batch_first else x
    lengths = np.asarray(values_of(lengths), dtype=np.int64)
    if lengths.shape != x.shape[1:2] or not ((lengths > 0) & (lengths <= x.shape[0])).all():
        raise ValueError(
            f"pack_padded_sequence: lengths {lengths.tolist()} for a block of {x.shape[0]} steps"
            f" and {x.shape[1]} sequences: expected one for each, from 1 to {x.shape[0]}"
        )
    order = back = None
    if enforce_sorted:
        if (np.diff(lengths) > 0).any():
            raise RuntimeError(
                f"pack_padded_sequence: lengths {lengths.tolist()} do not begin with the longest;"
                " sort the sequences, or pass enforce_sorted=False"
            )
    else:
        places = np.argsort(-lengths, kind="stable")
        lengths, x = lengths[places], x[:, places]
        order, back = Tensor(places), Tensor(np.argsort(places))
    sizes = Tensor((lengths > np.arange(lengths.max())[:, None]).sum(1))
    packed = PackedSequence(x, sizes, order, back)
    return packed.of(x)


def pad_packed_sequence(
    sequence, batch_first=False, padding_value=0.0, total_length=None
) -> tuple[Tensor, Tensor]:
    """A block of sequences, filled up at the end, in their first order; and their lengths.

    Parameters
    ----------
    sequence : PackedSequence
    batch_first : bool
        (N, T, …) and not (T, N, …).
    padding_value : float
    total_length : int, optional
        T, where the longest sequence is shorter.
    """
    alive, x = sequence.alive(), sequence.block()
    steps = len(alive) if total_length is None else total_length
    if steps < len(alive):
        raise ValueError(
            f"pad_packed_sequence: total_length {steps} is less than the longest, {len(alive)}"
        )
    lengths = alive.sum(0)
    if steps > len(alive):
        more = steps - len(alive)
        alive = np.concatenate([alive, np.zeros((more, alive.shape[1]), bool)])
        index = np.arange(len(alive) - more)
        x = ScatterBackward.run(x, index=index, shape=(steps, *x.shape[1:]))
    if padding_value:
        x = where(alive.reshape(*alive.shape, *(1,) * (x.ndim - 2)), x, padding_value)
    if sequence.unsorted_indices is not None:
        back = values_of(sequence.unsorted_indices)
        x, lengths = x[:, back], lengths[back]
    return (x.transpose(0, 1) if batch_first else x), Tensor(lengths)
