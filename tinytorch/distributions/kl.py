"""`kl_divergence`, where PyTorch has it."""

from ..core.distributions import kl_divergence

__all__ = ["kl_divergence"]
