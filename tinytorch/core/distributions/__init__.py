"""Distributions: draws, and the logarithms of probabilities that learning differentiates."""

from .base import Distribution
from .bernoulli import Bernoulli
from .categorical import Categorical
from .divergence import kl_divergence
from .normal import Normal

__all__ = ["Bernoulli", "Categorical", "Distribution", "Normal", "kl_divergence"]
