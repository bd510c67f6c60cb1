"""Distributions, as `torch.distributions` has them."""

from ..core.distributions import Bernoulli, Categorical, Distribution, Normal, kl_divergence
from . import bernoulli, categorical, kl, normal

__all__ = [
    "Bernoulli",
    "Categorical",
    "Distribution",
    "Normal",
    "bernoulli",
    "categorical",
    "kl",
    "kl_divergence",
    "normal",
]
