"""Distributions: draws, and the logarithms of probabilities that learning differentiates."""

from .base import Distribution
from .bernoulli import Bernoulli
from .categorical import Categorical
from .divergence import kl_divergence
from .independent import Independent
from .normal import Normal
from .uniform import Uniform

__all__ = [
    "Bernoulli",
    "Categorical",
    "Distribution",
    "Independent",
    "Normal",
    "Uniform",
    "kl_divergence",
]
