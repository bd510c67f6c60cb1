"""Linear algebra, as `torch.linalg` has it."""

from .core.left_out import refusing
from .core.linalg import *
from .core.linalg import __all__

__getattr__ = refusing("linalg")
