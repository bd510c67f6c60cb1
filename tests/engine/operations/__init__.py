"""The table of operations, topic by topic; `row` says what a row is."""

from .activations import ACTIVATIONS
from .arithmetic import ARITHMETIC
from .compositions import COMPOSITIONS
from .concatenation import JOINING
from .einsum import EINSUM
from .elementary import ELEMENTARY
from .indexing import INDEXING
from .layers import LAYERS
from .losses import LOSSES
from .matmul import MATMUL
from .reductions import REDUCTIONS
from .selection import SELECTION
from .shape import SHAPE

OPERATIONS = (
    *ARITHMETIC,
    *ELEMENTARY,
    *ACTIVATIONS,
    *REDUCTIONS,
    *SHAPE,
    *INDEXING,
    *MATMUL,
    *SELECTION,
    *JOINING,
    *EINSUM,
    *LOSSES,
    *LAYERS,
)

__all__ = ["COMPOSITIONS", "OPERATIONS"]
