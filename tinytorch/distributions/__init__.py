"""Distributions, as `torch.distributions` has them."""

from ..core.distributions import (
    Bernoulli,
    Categorical,
    Distribution,
    Independent,
    Normal,
    Uniform,
    kl_divergence,
)
from . import bernoulli, categorical, kl, normal

__all__ = [
    "Bernoulli",
    "Categorical",
    "Distribution",
    "Independent",
    "Normal",
    "Uniform",
    "bernoulli",
    "categorical",
    "kl",
    "kl_divergence",
    "normal",
]
