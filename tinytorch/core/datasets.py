"""Data sets: samples by number, or one after the other."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from .generator import Generator, rng
from .tensor import Tensor


class Dataset:
    """Samples by number. A subclass defines `__len__` and `__getitem__`."""

    def __getitem__(self, index) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not define __getitem__")

    def __add__(self, other) -> "ConcatDataset":
        return ConcatDataset([self, other])


class IterableDataset(Dataset):
    """Samples one after the other, for data that can't be indexed, such as a stream.

    A subclass defines `__iter__`.
    """

    def __iter__(self) -> Iterator:
        raise NotImplementedError(f"{type(self).__name__} does not define __iter__")

    def __add__(self, other) -> "ChainDataset":
        return ChainDataset([self, other])


class TensorDataset(Dataset):
    """Tensors or arrays side by side: sample i is the i-th entry of each.

    Parameters
    ----------
    *tensors : Tensor or array_like
        All with the same length along their first axis.

    Examples
    --------
    >>> from tinytorch.core.dataloader import TensorDataset
    >>> points = TensorDataset([[0.0, 1.0], [2.0, 3.0]], [0, 1])
    >>> points[1]
    (tensor([2., 3.]), tensor(1))
    """

    def __init__(self, *tensors):
        self.tensors = tuple(t if isinstance(t, Tensor) else Tensor(t) for t in tensors)
        lengths = [t.shape[0] if t.ndim else None for t in self.tensors]
        if not lengths or lengths != [lengths[0]] * len(lengths) or lengths[0] is None:
            shapes = ", ".join(str(t.shape) for t in self.tensors) or "none"
            raise ValueError(f"TensorDataset: tensors need one common length, got shapes {shapes}")

    def __len__(self):
        return self.tensors[0].shape[0]

    def __getitem__(self, index):
        return tuple(t[index] if t.requires_grad else Tensor(t._data[index]) for t in self.tensors)

    batch = __getitem__  # many samples at once, without going through each


class StackDataset(Dataset):
    """Data sets side by side: sample i is a tuple, or a dict, of the i-th sample of each.

    Parameters
    ----------
    *args : Dataset
        For tuples.
    **kwargs : Dataset
        In their place: for dicts with these keys.
    """

    def __init__(self, *args, **kwargs):
        if bool(args) == bool(kwargs):
            raise ValueError("StackDataset: give data sets, all by position or all by name")
        self.datasets = kwargs or args
        lengths = [len(d) for d in (kwargs.values() if kwargs else args)]
        if lengths != [lengths[0]] * len(lengths):
            raise ValueError(f"StackDataset: data sets need one common length, got {lengths}")
        self._length = lengths[0]

    def __len__(self):
        return self._length

    def __getitem__(self, index):
        if isinstance(self.datasets, dict):
            return {key: dataset[index] for key, dataset in self.datasets.items()}
        return tuple(dataset[index] for dataset in self.datasets)


class Subset(Dataset):
    """The samples of `dataset` at `indices`."""

    def __init__(self, dataset, indices: Sequence[int]):
        self.dataset = dataset
        self.indices = np.asarray(indices, np.int64)
        if hasattr(dataset, "batch"):
            self.batch = lambda index: dataset.batch(self.indices[index])

    def __len__(self):
        return len(self.indices)

    def __getitem__(self, index):
        return self.dataset[int(self.indices[index])]


class ConcatDataset(Dataset):
    """One data set after the other; ``a + b`` makes it too."""

    def __init__(self, datasets):
        self.datasets = list(datasets)
        if not self.datasets or any(isinstance(d, IterableDataset) for d in self.datasets):
            raise ValueError("ConcatDataset: expected data sets with samples by number")
        self.cumulative_sizes = list(accumulate(len(d) for d in self.datasets))

    def __len__(self):
        return self.cumulative_sizes[-1]

    def __getitem__(self, index):
        n = len(self)
        if not -n <= index < n:
            raise IndexError(f"ConcatDataset: index {index} is out of range for {n} samples")
        index %= n
        part = bisect_right(self.cumulative_sizes, index)
        return self.datasets[part][index - (self.cumulative_sizes[part - 1] if part else 0)]


class ChainDataset(IterableDataset):
    """One `IterableDataset` after the other; ``a + b`` makes it too."""

    def __init__(self, datasets):
        self.datasets = datasets

    def __iter__(self):
        for dataset in self.datasets:
            yield from dataset


def random_split(
    dataset,
    lengths: Sequence[int | float],
    generator: Generator | None = None,
    *,
    seed: int | None = None,
) -> list[Subset]:
    """Divide the samples at random.

    Parameters
    ----------
    dataset : Dataset
    lengths : sequence of int or of float
        How many samples each part gets, or which shares (that sum to 1).
    generator : Generator, optional
        The package's unless given.
    seed : int, optional
        Instead of a generator: the same seed gives the same parts.

    Raises
    ------
    ValueError
        If the lengths do not sum to the number of samples.
    """
    n = len(dataset)
    counts = list(lengths)
    if abs(sum(counts) - 1) < 1e-6 and any(isinstance(c, float) for c in counts):
        counts = [int(n * share) for share in lengths]
        for i in range(n - sum(counts)):  # what rounding left over, one by one
            counts[i % len(counts)] += 1
    if sum(counts) != n or any(c < 0 or c != int(c) for c in counts):
        raise ValueError(
            f"random_split: lengths {list(lengths)} do not divide {n} samples; give counts that"
            f" sum to {n} or shares that sum to 1"
        )
    order = (rng(generator) if seed is None else np.random.default_rng(seed)).permutation(n)
    return [Subset(dataset, part) for part in np.split(order, np.cumsum(counts[:-1]).astype(int))]
