"""Distributions side by side as one of several numbers."""

from .base import Distribution


class Independent(Distribution):
    """The last `reinterpreted_batch_ndims` axes of a distribution as one draw of many numbers.

    Their log-probabilities and entropies are added up.

    Parameters
    ----------
    base_distribution : Distribution
    reinterpreted_batch_ndims : int
    """

    def __init__(
        self,
        base_distribution: Distribution,
        reinterpreted_batch_ndims: int,
        validate_args: bool | None = None,
    ):
        shape = tuple(base_distribution.batch_shape)
        if not 0 <= reinterpreted_batch_ndims <= len(shape):
            raise ValueError(
                f"Independent: {reinterpreted_batch_ndims} axes of a distribution whose batch has"
                f" shape {shape}"
            )
        self.base_dist = base_distribution
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims
        cut = len(shape) - reinterpreted_batch_ndims
        self.batch_shape = shape[:cut]
        self.event_shape = shape[cut:] + tuple(base_distribution.event_shape)
        self.has_rsample = base_distribution.has_rsample

    @property
    def mean(self):
        """That of each number."""
        return self.base_dist.mean

    @property
    def variance(self):
        """That of each number."""
        return self.base_dist.variance

    def sample(self, sample_shape=()):
        """Draw all of them, without a gradient."""
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape=()):
        """Draw all of them, with a gradient for the parameters."""
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value):
        """The sum of the logarithms over one draw."""
        return self._summed(self.base_dist.log_prob(value))

    def entropy(self):
        """The sum over one draw."""
        return self._summed(self.base_dist.entropy())

    def _summed(self, x):
        n = self.reinterpreted_batch_ndims
        return x.sum(tuple(range(-n, 0))) if n else x

    def __repr__(self):
        return f"Independent({self.base_dist!r}, {self.reinterpreted_batch_ndims})"
