"""Data made up by a seed: as much as one likes, the same every time."""

import numpy as np

from ..core.dataloader import TensorDataset


def xor() -> TensorDataset:
    """The four points of exclusive or, which no straight line divides: (4, 2) and (4, 1)."""
    points = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    return TensorDataset(points, np.array([[0], [1], [1], [0]], np.float32))


def moons(n: int = 200, noise: float = 0.1, seed: int = 0) -> TensorDataset:
    """Two half circles, each around an end of the other.

    Parameters
    ----------
    n : int
        The number of points.
    noise : float
        The standard deviation of what is added to both coordinates.
    seed : int

    Returns
    -------
    TensorDataset
        Of points (n, 2), float32, and classes (n,), int64: 0 or 1.
    """
    rng = np.random.default_rng(seed)
    labels = _classes("moons", n, 2)
    t = rng.uniform(0, np.pi, n)
    upper = np.stack([np.cos(t), np.sin(t)], 1)
    lower = np.stack([1 - np.cos(t), 0.5 - np.sin(t)], 1)
    points = np.where(labels[:, None] == 0, upper, lower) + rng.normal(0, noise, (n, 2))
    return TensorDataset(points.astype(np.float32), labels)


def spirals(
    n: int = 300, classes: int = 3, turns: float = 0.75, noise: float = 0.1, seed: int = 0
) -> TensorDataset:
    """Arms of a spiral wound around each other, one for each class.

    Parameters
    ----------
    n : int
        The number of points.
    classes : int
    turns : float
        How far an arm winds.
    noise : float
        The standard deviation of what is added to the angle.
    seed : int

    Returns
    -------
    TensorDataset
        Of points (n, 2), float32, and classes (n,), int64.
    """
    rng = np.random.default_rng(seed)
    labels = _classes("spirals", n, classes)
    radius = rng.uniform(0.05, 1, n)
    angle = 2 * np.pi * (turns * radius + labels / classes) + rng.normal(0, noise, n)
    points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    return TensorDataset(points.astype(np.float32), labels)


def reversal(n: int = 1000, length: int = 6, vocab_size: int = 10, seed: int = 0) -> TensorDataset:
    """Sequences, to be written backward: tokens (n, length) and the same from last to first."""
    tokens = _sequences("reversal", n, length, vocab_size, seed)
    return TensorDataset(tokens, tokens[:, ::-1])


def sorting(n: int = 1000, length: int = 6, vocab_size: int = 10, seed: int = 0) -> TensorDataset:
    """Sequences, to be sorted: tokens (n, length) and the same in ascending order."""
    tokens = _sequences("sorting", n, length, vocab_size, seed)
    return TensorDataset(tokens, np.sort(tokens, axis=1))


def _sequences(name, n, length, vocab_size, seed):
    if min(n, length, vocab_size) < 1:
        raise ValueError(
            f"{name}: n, length and vocab_size must be positive, got {n}, {length}, {vocab_size}"
        )
    return np.random.default_rng(seed).integers(0, vocab_size, (n, length))


def _classes(name, n, classes):
    """Labels in turn, so that every class gets its share."""
    if n < classes:
        raise ValueError(f"{name}: {n} points are too few for {classes} classes")
    return np.arange(n) % classes
