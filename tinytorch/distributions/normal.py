"""`Normal`, where PyTorch has it."""

from ..core.distributions import Normal

__all__ = ["Normal"]
