"""How far one distribution is from another."""

import math

from ..operations.activations import softplus
from ..operations.selection import where
from ..tensor import Tensor
from .base import Distribution
from .bernoulli import Bernoulli
from .categorical import Categorical, bounded
from .independent import Independent
from .normal import Normal
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


_OF = {
    Normal: _normal,
    Categorical: _categorical,
    Bernoulli: _bernoulli,
    Uniform: _uniform,
}
