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
from ..core.left_out import refusing as _refusing
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

__getattr__ = _refusing("distributions")
