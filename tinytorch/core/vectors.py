"""Many tensors as one: parameters in a vector, sequences of several lengths in a block."""

import numpy as np

from .engine.base import as_tensor
from .operations.concatenation import cat, stack
from .parts import write
from .spatial.padding import pad
from .tensor import Tensor


def parameters_to_vector(parameters) -> Tensor:
    """All parameters, one after the other, in one vector."""
    return cat([as_tensor(p).reshape(-1) for p in parameters])


def vector_to_parameters(vec, parameters) -> None:
    """Write the numbers of a vector into parameters, one after the other."""
    values, parameters = as_tensor(vec)._data, list(parameters)
    total = sum(p.numel() for p in parameters)
    if values.shape != (total,):
        raise ValueError(
            f"vector_to_parameters: the parameters have {total} numbers, the vector has shape"
            f" {values.shape}"
        )
    ends = np.cumsum([p.numel() for p in parameters])
    for p, part in zip(parameters, np.split(values, ends[:-1]), strict=True):
        write(p, part.reshape(p.shape))


def pad_sequence(sequences, batch_first=False, padding_value=0.0) -> Tensor:
    """Sequences (T, …) of several lengths T as one block (longest T, N, …), filled up at the end.

    Parameters
    ----------
    sequences : list of Tensor
        Equal in all axes but the first.
    batch_first : bool
        (N, T, …) instead.
    padding_value : float
    """
    sequences = [as_tensor(s) for s in sequences]
    if not sequences:
        raise ValueError("pad_sequence: expected at least one sequence")
    longest = max(len(s) for s in sequences)
    filled = [
        pad(s, (0, 0) * (s.ndim - 1) + (0, longest - len(s)), value=padding_value)
        for s in sequences
    ]
    return stack(filled, 0 if batch_first else 1)
