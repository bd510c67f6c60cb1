"""The loader: batches of a data set, pass after pass."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np

from .datasets import (
    ChainDataset,
    ConcatDataset,
    Dataset,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
    random_split,
)
from .generator import Generator, rng
from .operations.concatenation import stack
from .samplers import (
    BatchSampler,
    EpochSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
    batches,
)
from .tensor import Tensor

__all__ = [
    "BatchSampler",
    "ChainDataset",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "IterableDataset",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "StackDataset",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "WeightedRandomSampler",
    "default_collate",
    "default_convert",
    "get_worker_info",
    "random_split",
]


def default_collate(batch: Sequence) -> Any:
    """Stack samples to a batch: tuples by place, dicts by key, numbers and arrays to Tensors."""
    first = batch[0]
    if isinstance(first, (tuple, list)):
        if any(len(s) != len(first) for s in batch):
            raise ValueError("collate: samples of one batch have different numbers of parts")
        parts = [default_collate(parts) for parts in zip(*batch, strict=True)]
        return type(first)(*parts) if hasattr(first, "_fields") else tuple(parts)
    if isinstance(first, dict):
        return {key: default_collate([s[key] for s in batch]) for key in first}
    if isinstance(first, (str, bytes)):
        return list(batch)
    if isinstance(first, Tensor) and any(t.requires_grad for t in batch):
        return stack(list(batch))
    arrays = [s._data if isinstance(s, Tensor) else s for s in batch]
    shapes = {np.shape(a) for a in arrays}
    if len(shapes) > 1:
        raise ValueError(
            f"collate: samples of shapes {sorted(shapes)} do not stack to a batch; pad them in the"
            " dataset, or give the loader a collate_fn"
        )
    return Tensor(np.stack(arrays) if hasattr(first, "dtype") else list(arrays))


def default_convert(data: Any) -> Any:
    """Arrays to Tensors, wherever they stand; all else as it is: what a loader without batches
    does.
    """
    if isinstance(data, (np.ndarray, np.generic)) and data.dtype.kind in "fiub":
        return Tensor(data)
    if isinstance(data, dict):
        return {key: default_convert(value) for key, value in data.items()}
    if isinstance(data, (tuple, list)):
        parts = [default_convert(part) for part in data]
        return type(data)(*parts) if hasattr(data, "_fields") else type(data)(parts)
    return data


def get_worker_info() -> None:
    """None: samples are loaded in this process."""


class DataLoader:
    """Batches of a data set, in order or shuffled anew every epoch.

    The order of an epoch depends on the seed and on the number of the epoch alone, so a run that
    goes on at epoch 7 sees what it would have seen: `set_epoch(7)` is all it takes. (With a
    `generator` or a `sampler`, the order is theirs.)

    Parameters
    ----------
    dataset : Dataset
        Anything with a length and samples by number, a list too; or an `IterableDataset`.
    batch_size : int or None
        None gives the samples one by one, arrays as Tensors.
    shuffle : bool
    sampler : Sampler or other iterable of int, optional
        The order, instead of `shuffle`.
    batch_sampler : iterable of lists of int, optional
        The batches, instead of `batch_size`, `shuffle`, `sampler` and `drop_last`.
    num_workers : int
        As in PyTorch; samples are loaded in this process, which is said once.
    collate_fn : callable, optional
        Makes a batch from a list of samples; `default_collate` stacks them.
    drop_last : bool
        Leave out the last batch where it is smaller.
    generator : Generator, optional
        Draws the order, instead of `seed`.
    seed : int, optional
        Of the shuffling; without one it is drawn from the package's generator.
    pin_memory, timeout, worker_init_fn, multiprocessing_context, prefetch_factor, \
persistent_workers, pin_memory_device
        Accepted for PyTorch's sake; they are about other processes and devices.

    Examples
    --------
    >>> from tinytorch.core.dataloader import DataLoader
    >>> [batch.tolist() for batch in DataLoader([1, 2, 3, 4, 5], batch_size=2)]
    [[1, 2], [3, 4], [5]]
    """

    def __init__(
        self,
        dataset,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler=None,
        batch_sampler=None,
        num_workers: int = 0,
        collate_fn: Callable | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable | None = None,
        multiprocessing_context=None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        seed: int | None = None,
    ):
        if num_workers:
            _say_once()
        self.dataset, self.collate_fn, self.drop_last = dataset, collate_fn, drop_last
        self.batch_size, self.sampler, self.batch_sampler = batch_size, sampler, batch_sampler
        self.num_workers, self.generator = num_workers, generator
        streamed = isinstance(dataset, IterableDataset)
        self._refuse(streamed, shuffle)
        if batch_size is not None and batch_sampler is None:
            BatchSampler((), batch_size)  # refuses what is no size
        if streamed:
            return
        if not len(dataset):
            raise ValueError("DataLoader: the data set is empty")
        if batch_sampler is not None:
            self.batch_size = None
            return
        if sampler is None:
            if not shuffle:
                self.sampler = SequentialSampler(dataset)
            elif generator is not None and seed is None:
                self.sampler = RandomSampler(dataset, generator=generator)
            else:
                seed = int(rng(generator).integers(2**32)) if seed is None else seed
                self.sampler = EpochSampler(dataset, seed)
        if batch_size is not None:
            self.batch_sampler = BatchSampler(self.sampler, batch_size, drop_last)

    def _refuse(self, streamed, shuffle):
        """Raise for arguments that contradict each other."""
        orders = {"shuffle": shuffle, "sampler": self.sampler, "batch_sampler": self.batch_sampler}
        given = [name for name, value in orders.items() if value not in (None, False)]
        if streamed and given:
            raise ValueError(
                f"DataLoader: an IterableDataset has its own order, without {given[0]}"
            )
        if len(given) > 1:
            raise ValueError(f"DataLoader: {given[0]} and {given[1]} both decide the order")
        if self.batch_sampler is not None and (self.batch_size != 1 or self.drop_last):
            raise ValueError("DataLoader: batch_sampler goes without batch_size and drop_last")
        if self.batch_size is None and self.drop_last:
            raise ValueError("DataLoader: drop_last needs a batch_size")

    def set_epoch(self, epoch: int) -> None:
        """Make the next pass the one of this epoch; each pass counts on by itself."""
        if isinstance(self.sampler, EpochSampler):
            self.sampler.epoch = epoch
        elif hasattr(self.sampler, "set_epoch"):
            self.sampler.set_epoch(epoch)

    def __len__(self):
        if isinstance(self.dataset, IterableDataset):
            if not hasattr(self.dataset, "__len__"):
                raise TypeError(
                    f"DataLoader: {type(self.dataset).__name__} has no length; go through it"
                )
            if self.batch_size is None:
                return len(self.dataset)
            return len(BatchSampler(self.dataset, self.batch_size, self.drop_last))
        return len(self.sampler if self.batch_sampler is None else self.batch_sampler)

    def __iter__(self) -> Iterator:
        if isinstance(self.dataset, IterableDataset):
            if self.batch_size is None:
                return map(self.collate_fn or default_convert, self.dataset)
            collate = self.collate_fn or default_collate
            return map(collate, batches(self.dataset, self.batch_size, self.drop_last))
        if self.batch_sampler is None:
            convert = self.collate_fn or default_convert
            return (convert(self.dataset[i]) for i in iter(self.sampler))
        return map(self._batch, iter(self.batch_sampler))

    def _batch(self, indices):
        if self.collate_fn is None and hasattr(self.dataset, "batch"):
            return self.dataset.batch(np.asarray(indices))
        if hasattr(self.dataset, "__getitems__"):
            samples = self.dataset.__getitems__(indices)
        else:
            samples = [self.dataset[i] for i in indices]
        return (self.collate_fn or default_collate)(samples)


@cache
def _say_once():
    warnings.warn(
        "DataLoader: num_workers is accepted, but samples are loaded in this process",
        stacklevel=3,
    )
