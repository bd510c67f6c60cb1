"""How far one distribution is from another."""

import math

import numpy as np

from ..operations.activations import softplus
from ..operations.matrices import solve_triangular
from ..operations.selection import where
from ..tensor import Tensor
from .base import Distribution
from .bernoulli import Bernoulli
from .categorical import Categorical, bounded
from .continuous import Exponential, HalfNormal, Laplace
from .counts import Geometric, Poisson
from .independent import Independent
from .multivariate import MultivariateNormal
from .normal import Normal
from .one_hot import OneHotCategorical
from .transformed import LogNormal
from .uniform import Uniform


def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    """KL(p‖q) = E_p[log p - log q], in nats: 0 where both are the same, infinite where q excludes
    what p allows.

    Raises
    ------
    NotImplementedError
        For distributions of two kinds.
    """
    if isinstance(p, Independent) and isinstance(q, Independent):
        if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
            raise NotImplementedError("kl_divergence: the two draws have different axes")
        return p._summed(kl_divergence(p.base_dist, q.base_dist))
    for kind, divergence in _OF.items():
        if isinstance(p, kind) and isinstance(q, kind):
            return divergence(p, q)
    raise NotImplementedError(
        f"kl_divergence: of {type(p).__name__} and {type(q).__name__}; there is one for two"
        f" {', '.join(kind.__name__ for kind in _OF)}"
    )


def _normal(p, q):
    """log σ_q/σ_p + (σ_p² + (μ_p - μ_q)²) / 2σ_q² - ½."""
    ratio, z = p.scale / q.scale, (p.loc - q.loc) / q.scale
    return 0.5 * (ratio * ratio + z * z - 1) - ratio.log()


def _uniform(p, q):
    """log of the ratio of the widths, where q reaches as far as p."""
    apart = ((q.high - q.low) / (p.high - p.low)).log()
    return where((q.low.data > p.low.data) | (q.high.data < p.high.data), math.inf, apart)


def _categorical(p, q):
    """Σ p (log p - log q)."""
    terms = p.probs * (bounded(p.logits) - bounded(q.logits))
    return _where_possible(p.probs, q.probs, terms).sum(-1)


def _bernoulli(p, q):
    """p log p/q + (1 - p) log (1 - p)/(1 - q)."""
    one = p.probs * (softplus(-q.logits) - softplus(-p.logits))
    zero = (1 - p.probs) * (softplus(q.logits) - softplus(p.logits))
    return _where_possible(p.probs, q.probs, one) + _where_possible(1 - p.probs, 1 - q.probs, zero)


def _where_possible(p, q, terms):
    """`terms` where p > 0 and q > 0; 0 where p does not allow it, ∞ where q alone does not."""
    p, q = p.detach(), q.detach()
    return where(p == 0, 0.0, where(q == 0, math.inf, terms))


def _exponential(p, q):
    """log p/q + q/p - 1, of the rates."""
    ratio = q.rate / p.rate
    return ratio - ratio.log() - 1


def _laplace(p, q):
    """log s_q/s_p + (s_p e^(-d/s_p) + d) / s_q - 1, d the distance of the middles."""
    ratio, apart = p.scale / q.scale, abs(p.loc - q.loc)
    return apart / q.scale + ratio * (-apart / p.scale).exp() - ratio.log() - 1


def _poisson(p, q):
    """r_p log r_p/r_q - r_p + r_q."""
    return p.rate * (p.rate.log() - q.rate.log()) - (p.rate - q.rate)


def _geometric(p, q):
    """-H(p) - (1/p - 1) log(1 - q) - log q."""
    return -p.entropy() - (-q.probs).log1p() / p.probs - q.logits


def _half_normal(p, q):
    """(σ_p² / σ_q² - 1) / 2 - log σ_p/σ_q."""
    ratio = p.scale / q.scale
    return 0.5 * (ratio * ratio - 1) - ratio.log()


def _log_normal(p, q):
    """That of the logarithms."""
    return _normal(p.base_dist, q.base_dist)


def _multivariate_normal(p, q):
    """log det L_q/L_p + (‖L_q⁻¹ L_p‖² + ‖L_q⁻¹(μ_p - μ_q)‖² - K) / 2."""
    shape = np.broadcast_shapes(p.scale_tril.shape, q.scale_tril.shape)
    scales = [d.scale_tril.expand(shape) for d in (q, p)]
    across, z = solve_triangular(*scales, upper=False), q._standard(p.loc - q.loc)
    squares = (across * across).sum((-2, -1)) + (z * z).sum(-1)
    return q._log_det() - p._log_det() + 0.5 * (squares - p.event_shape[0])


def _one_hot(p, q):
    """That of the classes."""
    return _categorical(p._categorical, q._categorical)


_OF = {
    Normal: _normal,
    Categorical: _categorical,
    Bernoulli: _bernoulli,
    Uniform: _uniform,
    Exponential: _exponential,
    Laplace: _laplace,
    Poisson: _poisson,
    Geometric: _geometric,
    HalfNormal: _half_normal,
    LogNormal: _log_normal,
    MultivariateNormal: _multivariate_normal,
    OneHotCategorical: _one_hot,
}
