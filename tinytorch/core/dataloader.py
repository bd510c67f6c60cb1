"""Data sets and the loader that makes batches of them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from .generator import rng
from .tensor import Tensor


class Dataset:
    """Samples by number. A subclass defines `__len__` and `__getitem__`."""

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} does not define __len__")

    def __getitem__(self, index) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not define __getitem__")


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
        return tuple(Tensor(t._data[index]) for t in self.tensors)

    batch = __getitem__  # many samples at once, without going through each


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
        return self.dataset[self.indices[index]]


def random_split(dataset, lengths: Sequence[int | float], seed: int | None = None) -> list[Subset]:
    """Divide the samples at random.

    Parameters
    ----------
    dataset : Dataset
    lengths : sequence of int or of float
        How many samples each part gets, or which shares (that sum to 1).
    seed : int, optional
        The same seed gives the same parts; without one, the package's generator is used.

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
    order = (rng() if seed is None else np.random.default_rng(seed)).permutation(n)
    return [Subset(dataset, part) for part in np.split(order, np.cumsum(counts[:-1]).astype(int))]


def default_collate(samples: Sequence) -> Any:
    """Stack samples to a batch: tuples by place, dicts by key, numbers and arrays to Tensors."""
    first = samples[0]
    if isinstance(first, (tuple, list)):
        if any(len(s) != len(first) for s in samples):
            raise ValueError("collate: samples of one batch have different numbers of parts")
        return tuple(default_collate(parts) for parts in zip(*samples, strict=True))
    if isinstance(first, dict):
        return {key: default_collate([s[key] for s in samples]) for key in first}
    if isinstance(first, str):
        return list(samples)
    arrays = [s._data if isinstance(s, Tensor) else s for s in samples]
    shapes = {np.shape(a) for a in arrays}
    if len(shapes) > 1:
        raise ValueError(
            f"collate: samples of shapes {sorted(shapes)} do not stack to a batch; pad them in the"
            " dataset, or give the loader a collate_fn"
        )
    return Tensor(np.stack(arrays) if hasattr(first, "dtype") else list(arrays))


class DataLoader:
    """Batches of a data set, in order or shuffled anew every epoch.

    The order of an epoch depends on the seed and on the number of the epoch alone, so a run that
    goes on at epoch 7 sees what it would have seen: `set_epoch(7)` is all it takes.

    Parameters
    ----------
    dataset : Dataset
        Anything with a length and samples by number, a list too.
    batch_size : int
    shuffle : bool
    drop_last : bool
        Leave out the last batch where it is smaller.
    collate_fn : callable, optional
        Makes a batch from a list of samples; `default_collate` stacks them.
    seed : int, optional
        Of the shuffling; without one it is drawn from the package's generator.

    Examples
    --------
    >>> from tinytorch.core.dataloader import DataLoader
    >>> [batch.tolist() for batch in DataLoader([1, 2, 3, 4, 5], batch_size=2)]
    [[1, 2], [3, 4], [5]]
    """

    def __init__(
        self,
        dataset,
        batch_size: int = 1,
        shuffle: bool = False,
        drop_last: bool = False,
        collate_fn: Callable | None = None,
        seed: int | None = None,
    ):
        if not isinstance(batch_size, (int, np.integer)) or batch_size < 1:
            raise ValueError(f"DataLoader: batch_size must be a positive integer, got {batch_size}")
        if not len(dataset):
            raise ValueError("DataLoader: the data set is empty")
        self.dataset, self.batch_size = dataset, int(batch_size)
        self.shuffle, self.drop_last = shuffle, drop_last
        self.collate_fn = collate_fn
        self.seed = int(rng().integers(2**32)) if seed is None and shuffle else seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Make the next pass the one of this epoch; each pass counts on by itself."""
        self._epoch = epoch

    def __len__(self):
        full, rest = divmod(len(self.dataset), self.batch_size)
        return full + bool(rest and not self.drop_last)

    def __iter__(self) -> Iterator:
        n = len(self.dataset)
        order = np.arange(n)
        if self.shuffle:
            order = np.random.default_rng((self.seed, self._epoch)).permutation(n)
        self._epoch += 1
        return (
            self._batch(order[i * self.batch_size : (i + 1) * self.batch_size])
            for i in range(len(self))
        )

    def _batch(self, indices):
        if self.collate_fn is None and hasattr(self.dataset, "batch"):
            return self.dataset.batch(indices)
        return (self.collate_fn or default_collate)([self.dataset[int(i)] for i in indices])
