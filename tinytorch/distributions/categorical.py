"""`Categorical`, where PyTorch has it."""

from ..core.distributions import Categorical

__all__ = ["Categorical"]
