"""Data to learn from: small real sets, bundled; synthetic ones, by seed; and the loader.

No function here touches the network.
"""

from ..core.dataloader import (
    DataLoader,
    Dataset,
    Subset,
    TensorDataset,
    default_collate,
    random_split,
)
from .digits import digits
from .synthetic import moons, reversal, sorting, spirals, xor
from .text import book_text

__all__ = [
    "DataLoader",
    "Dataset",
    "Subset",
    "TensorDataset",
    "book_text",
    "default_collate",
    "digits",
    "moons",
    "random_split",
    "reversal",
    "sorting",
    "spirals",
    "xor",
]
