"""Neural networks, as `torch.nn` has them."""

from . import functional

__all__ = ["functional"]
