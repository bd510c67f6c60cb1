"""Samplers: in which order a loader takes the samples, and how it groups them."""

from collections.abc import Iterator, Sequence

import numpy as np

from .generator import Generator, rng
from .random import multinomial
from .tensor import Tensor


class Sampler:
    """Numbers of samples, in some order. A subclass defines `__iter__`, and `__len__` if it can."""

    def __init__(self, data_source=None):
        pass

    def __iter__(self) -> Iterator:
        raise NotImplementedError(f"{type(self).__name__} does not define __iter__")


class SequentialSampler(Sampler):
    """0, 1, 2, … to the end of `data_source`."""

    def __init__(self, data_source):
        self.data_source = data_source

    def __iter__(self):
        return iter(range(len(self.data_source)))

    def __len__(self):
        return len(self.data_source)


class RandomSampler(Sampler):
    """The samples of `data_source` in random order, another one in each pass.

    Parameters
    ----------
    data_source : Dataset
    replacement : bool
        Whether a sample may come twice.
    num_samples : int, optional
        How many to draw; as many as there are unless given.
    generator : Generator, optional
        The package's unless given.
    """

    def __init__(
        self,
        data_source,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator | None = None,
    ):
        self.data_source, self.replacement, self.generator = data_source, replacement, generator
        self.num_samples = len(data_source) if num_samples is None else num_samples
        if self.num_samples < 1:
            raise ValueError(f"RandomSampler: num_samples must be positive, got {self.num_samples}")

    def __iter__(self):
        draw, n = rng(self.generator), len(self.data_source)
        if self.replacement:
            for start in range(0, self.num_samples, 1024):  # there may be more than memory holds
                count = min(1024, self.num_samples - start)
                yield from draw.integers(n, size=count).tolist()
            return
        for _ in range(self.num_samples // n):
            yield from draw.permutation(n).tolist()
        yield from draw.permutation(n)[: self.num_samples % n].tolist()

    def __len__(self):
        return self.num_samples


class EpochSampler(Sampler):
    """The samples in an order that the seed and the number of the epoch decide.

    Each pass counts on by itself; `epoch` can be set, to see again what that epoch saw.
    """

    def __init__(self, data_source, seed: int):
        self.data_source, self.seed, self.epoch = data_source, seed, 0

    def __iter__(self):
        order = np.random.default_rng((self.seed, self.epoch)).permutation(len(self.data_source))
        self.epoch += 1
        return iter(order.tolist())

    def __len__(self):
        return len(self.data_source)


class SubsetRandomSampler(Sampler):
    """The samples at `indices`, in random order."""

    def __init__(self, indices: Sequence[int], generator: Generator | None = None):
        self.indices, self.generator = indices, generator

    def __iter__(self):
        return (self.indices[i] for i in rng(self.generator).permutation(len(self.indices)))

    def __len__(self):
        return len(self.indices)


class WeightedRandomSampler(Sampler):
    """Samples drawn as often as their weights say: for classes of different size.

    Parameters
    ----------
    weights : sequence of float
        One for each sample; they need not sum to 1.
    num_samples : int
        How many to draw in each pass.
    replacement : bool
        Whether a sample may come twice.
    generator : Generator, optional
    """

    def __init__(
        self,
        weights: Sequence[float],
        num_samples: int,
        replacement: bool = True,
        generator: Generator | None = None,
    ):
        self.weights = Tensor(np.asarray(weights, np.float64))
        if self.weights.ndim != 1 or num_samples < 1:
            raise ValueError(
                "WeightedRandomSampler: expected a list of weights and a positive num_samples, got"
                f" shape {self.weights.shape} and {num_samples}"
            )
        self.num_samples, self.replacement, self.generator = num_samples, replacement, generator

    def __iter__(self):
        draws = multinomial(
            self.weights, self.num_samples, self.replacement, generator=self.generator
        )
        return iter(draws.tolist())

    def __len__(self):
        return self.num_samples


class BatchSampler(Sampler):
    """Lists of `batch_size` numbers that another sampler gives one by one."""

    def __init__(self, sampler, batch_size: int, drop_last: bool = False):
        if not isinstance(batch_size, (int, np.integer)) or batch_size < 1:
            raise ValueError(f"batch_size must be a positive integer, got {batch_size}")
        self.sampler, self.batch_size, self.drop_last = sampler, int(batch_size), drop_last

    def __iter__(self):
        return batches(self.sampler, self.batch_size, self.drop_last)

    def __len__(self):
        full, rest = divmod(len(self.sampler), self.batch_size)
        return full + bool(rest and not self.drop_last)


def batches(items, size: int, drop_last: bool) -> Iterator[list]:
    """Lists of `size` items; the last may be smaller unless it is dropped."""
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch and not drop_last:
        yield batch
