"""Distributions: draws, and the logarithms of probabilities that learning differentiates."""

from .base import Distribution
from .bernoulli import Bernoulli
from .categorical import Categorical
from .continuous import (
    Cauchy,
    Exponential,
    Gumbel,
    HalfNormal,
    Laplace,
)
from .counts import (
    Binomial,
    Geometric,
    Poisson,
)
from .divergence import kl_divergence
from .independent import Independent
from .multivariate import (
    MultivariateNormal,
)
from .normal import Normal
from .one_hot import (
    MixtureSameFamily,
    OneHotCategorical,
    OneHotCategoricalStraightThrough,
)
from .transformed import (
    AffineTransform,
    ComposeTransform,
    ExpTransform,
    LogNormal,
    SigmoidTransform,
    SoftplusTransform,
    TanhTransform,
    Transform,
    TransformedDistribution,
)
from .uniform import Uniform

__all__ = [
    "AffineTransform",
    "Bernoulli",
    "Binomial",
    "Categorical",
    "Cauchy",
    "ComposeTransform",
    "Distribution",
    "ExpTransform",
    "Exponential",
    "Geometric",
    "Gumbel",
    "HalfNormal",
    "Independent",
    "Laplace",
    "LogNormal",
    "MixtureSameFamily",
    "MultivariateNormal",
    "Normal",
    "OneHotCategorical",
    "OneHotCategoricalStraightThrough",
    "Poisson",
    "SigmoidTransform",
    "SoftplusTransform",
    "TanhTransform",
    "Transform",
    "TransformedDistribution",
    "Uniform",
    "kl_divergence",
]
