"""`Bernoulli`, where PyTorch has it."""

from ..core.distributions import Bernoulli

__all__ = ["Bernoulli"]
