"""Linear algebra, as `torch.linalg` has it."""

from .core.linalg import *
from .core.linalg import __all__
