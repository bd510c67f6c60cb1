"""The uniform distribution."""

import math

from ..operations.selection import where
from ..random import rand
from .base import Distribution, parameters, require


class Uniform(Distribution):
    """Every number from `low` to `high` is as likely as another.

    ::

        log p(x) = -log(high - low)  for low ≤ x < high,  -∞ elsewhere

    Parameters
    ----------
    low, high : Tensor or float
        low < high.
    validate_args : bool, optional
        Whether to check them, and values to be in that range; yes unless told otherwise.

    Examples
    --------
    >>> from tinytorch.distributions import Uniform
    >>> Uniform(0.0, 4.0).log_prob(1.0).exp()
    tensor(0.2500)
    """

    has_rsample = True
    names = ("low", "high")

    def __init__(self, low, high, validate_args: bool | None = None):
        self.low, self.high = parameters("Uniform", low=low, high=high)
        self.batch_shape = self.low.shape
        self._validates = validate_args is not False
        if self._validates:
            require("Uniform", "low must be below high", self.low, self.low.data < self.high.data)

    @property
    def mean(self):
        """The middle."""
        return (self.low + self.high) / 2

    @property
    def variance(self):
        """(high - low)² / 12."""
        width = self.high - self.low
        return width * width / 12

    def rsample(self, sample_shape=()):
        """low + (high - low) · noise, with a gradient for both."""
        noise = rand(self._drawn(sample_shape), dtype=self.low.dtype)
        return self.low + noise * (self.high - self.low)

    def log_prob(self, value):
        """The logarithm of the density at `value`."""
        value = parameters("Uniform", value=value)[0]
        inside = (value.data >= self.low.data) & (value.data <= self.high.data)
        if self._validates:
            require("Uniform", "value must be from low to high", value, inside)
        inside = inside & (value.data < self.high.data)
        return where(inside, -(self.high - self.low).log(), -math.inf)

    def cdf(self, value):
        """The probability of a draw below `value`."""
        return ((value - self.low) / (self.high - self.low)).clamp(0, 1)

    def entropy(self):
        """log(high - low)."""
        return (self.high - self.low).log()
