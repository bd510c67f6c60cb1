"""The normal distribution."""

import math

from ..operations.elementary import erf
from ..random import randn
from .base import LOG_ROOT_TWO_PI, Distribution, parameters, require


class Normal(Distribution):
    """The normal distribution of mean μ and standard deviation σ.

    ::

        log p(x) = -(x - μ)² / 2σ² - log σ - log √(2π)

    Parameters
    ----------
    loc, scale : Tensor or float
        μ and σ > 0.
    validate_args : bool, optional
        Whether to check them; yes unless told otherwise.

    Examples
    --------
    >>> import tinytorch as tt
    >>> from tinytorch.distributions import Normal
    >>> mean = tt.tensor([0.0, 1.0], requires_grad=True)
    >>> g = tt.manual_seed(0)
    >>> Normal(mean, 1.0).rsample().sum().backward()
    >>> mean.grad
    tensor([1., 1.])

    Source: D. P. Kingma and M. Welling, "Auto-encoding variational Bayes" (2014), for draws that
    carry gradients.
    """

    has_rsample = True
    names = ("loc", "scale")

    def __init__(self, loc, scale, validate_args: bool | None = None):
        self.loc, self.scale = parameters("Normal", loc=loc, scale=scale)
        self.batch_shape = self.loc.shape
        if validate_args is not False:
            require("Normal", "scale must be positive", self.scale, self.scale.data > 0)
            require("Normal", "loc must be a number", self.loc, self.loc.data == self.loc.data)

    @property
    def mean(self):
        """μ."""
        return self.loc

    mode = mean

    @property
    def variance(self):
        """σ²."""
        return self.scale * self.scale

    @property
    def stddev(self):
        """σ."""
        return self.scale

    def rsample(self, sample_shape=()):
        """μ + σ · noise, with a gradient for μ and σ."""
        noise = randn(self._drawn(sample_shape), dtype=self.loc.dtype)
        return self.loc + noise * self.scale

    def log_prob(self, value):
        """The logarithm of the density at `value`."""
        z = (value - self.loc) / self.scale
        return -0.5 * (z * z) - self.scale.log() - LOG_ROOT_TWO_PI

    def entropy(self):
        """½ + log √(2π) + log σ."""
        return 0.5 + LOG_ROOT_TWO_PI + self.scale.log()

    def cdf(self, value):
        """The probability of a draw below `value`."""
        return 0.5 * (1 + erf((value - self.loc) / (self.scale * math.sqrt(2))))
