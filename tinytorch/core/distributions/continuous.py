"""Distributions over numbers: exponential, Laplace, Gumbel, Cauchy and half of the normal."""

import math

import numpy as np

from ..generator import rng
from ..tensor import Tensor
from .base import LOG_ROOT_TWO_PI, Distribution, parameters, require
from .normal import Normal

EULER = 0.57721566490153286  # the mean of the standard Gumbel distribution


def _noise(draw, d, like, sample_shape):
    """Draws of NumPy's generator by `draw`, in the dtype of the Tensor `like`."""
    return Tensor(np.asarray(draw(d._drawn(sample_shape))).astype(like.dtype))


class _LocationScale(Distribution):
    """What those share that are moved by a number and stretched by another."""

    has_rsample = True
    names = ("loc", "scale")

    def __init__(self, loc, scale, validate_args: bool | None = None):
        name = type(self).__name__
        self.loc, self.scale = parameters(name, loc=loc, scale=scale)
        self.batch_shape = self.loc.shape
        if validate_args is not False:
            require(name, "scale must be positive", self.scale, self.scale.data > 0)
            require(name, "loc must be a number", self.loc, self.loc.data == self.loc.data)

    @property
    def mean(self):
        """The middle."""
        return self.loc

    @property
    def mode(self):
        """The likeliest number."""
        return self.loc

    def rsample(self, sample_shape=()):
        """loc + scale · noise, with a gradient for both."""
        return self.loc + self.scale * _noise(self._draw, self, self.loc, sample_shape)

    def _draw(self, shape):
        raise NotImplementedError

    def _at(self, value):
        return (value - self.loc) / self.scale


class Laplace(_LocationScale):
    """The Laplace distribution: two exponentials, back to back.

    ::

        log p(x) = -|x - μ| / s - log 2s

    Parameters
    ----------
    loc, scale : Tensor or float
        μ and s > 0.
    validate_args : bool, optional
        Whether to check them; yes unless told otherwise.
    """

    @property
    def variance(self):
        """2s²."""
        return 2 * self.scale * self.scale

    def _draw(self, shape):
        return rng().laplace(size=shape)

    def log_prob(self, value):
        """The logarithm of the density at `value`."""
        return -abs(self._at(value)) - (2 * self.scale).log()

    def cdf(self, value):
        """The probability of a draw below `value`."""
        z = self._at(value)
        return 0.5 - 0.5 * z.sign() * (-abs(z)).expm1()

    def entropy(self):
        """1 + log 2s."""
        return 1 + (2 * self.scale).log()


class Gumbel(_LocationScale):
    """The Gumbel distribution: of the largest of many draws.

    ::

        log p(x) = -z - e⁻ᶻ - log s,  z = (x - μ) / s

    Parameters
    ----------
    loc, scale : Tensor or float
        μ and s > 0.
    validate_args : bool, optional
        Whether to check them; yes unless told otherwise.
    """

    @property
    def mean(self):
        """μ + 0.577 s."""
        return self.loc + self.scale * EULER

    @property
    def variance(self):
        """π²s² / 6."""
        return (math.pi / math.sqrt(6) * self.scale) ** 2

    def _draw(self, shape):
        return rng().gumbel(size=shape)

    def log_prob(self, value):
        """The logarithm of the density at `value`."""
        z = self._at(value)
        return -z - (-z).exp() - self.scale.log()

    def cdf(self, value):
        """The probability of a draw below `value`."""
        return (-(-self._at(value)).exp()).exp()

    def entropy(self):
        """1.577 + log s."""
        return self.scale.log() + (1 + EULER)


class Cauchy(_LocationScale):
    """The Cauchy distribution, so wide that it has no mean.

    ::

        log p(x) = -log(1 + z²) - log πs,  z = (x - μ) / s

    Parameters
    ----------
    loc, scale : Tensor or float
        μ and s > 0.
    validate_args : bool, optional
        Whether to check them; yes unless told otherwise.
    """

    @property
    def mean(self):
        """There is none: nan."""
        return Tensor(np.full(self.batch_shape, np.nan, self.loc.dtype))

    @property
    def variance(self):
        """∞."""
        return Tensor(np.full(self.batch_shape, np.inf, self.loc.dtype))

    def _draw(self, shape):
        return rng().standard_cauchy(shape)

    def log_prob(self, value):
        """The logarithm of the density at `value`."""
        z = self._at(value)
        return -(z * z).log1p() - self.scale.log() - math.log(math.pi)

    def cdf(self, value):
        """The probability of a draw below `value`."""
        return self._at(value).atan() / math.pi + 0.5

    def entropy(self):
        """log 4πs."""
        return self.scale.log() + math.log(4 * math.pi)


class Exponential(Distribution):
    """The exponential distribution: how long to wait for what happens at a constant rate.

    ::

        log p(x) = log r - r x,  x ≥ 0

    Parameters
    ----------
    rate : Tensor or float
        r > 0.
    validate_args : bool, optional
        Whether to check it, and values; yes unless told otherwise.

    Examples
    --------
    >>> from tinytorch.distributions import Exponential
    >>> Exponential(2.0).log_prob(0.0).exp()
    tensor(2.)
    """

    has_rsample = True
    names = ("rate",)

    def __init__(self, rate, validate_args: bool | None = None):
        (self.rate,) = parameters("Exponential", rate=rate)
        self.batch_shape = self.rate.shape
        self._validates = validate_args is not False
        if self._validates:
            require("Exponential", "rate must be positive", self.rate, self.rate.data > 0)

    @property
    def mean(self):
        """1 / r."""
        return 1 / self.rate

    @property
    def mode(self):
        """0."""
        return Tensor(np.zeros(self.batch_shape, self.rate.dtype))

    @property
    def variance(self):
        """1 / r²."""
        return 1 / (self.rate * self.rate)

    @property
    def stddev(self):
        """1 / r."""
        return 1 / self.rate

    def rsample(self, sample_shape=()):
        """Noise divided by r, with a gradient for it."""
        return _noise(rng().standard_exponential, self, self.rate, sample_shape) / self.rate

    def log_prob(self, value):
        """The logarithm of the density at `value`."""
        value = _not_negative(self, value)
        return self.rate.log() - self.rate * value

    def cdf(self, value):
        """The probability of a draw below `value`."""
        return -(-self.rate * _not_negative(self, value)).expm1()

    def entropy(self):
        """1 - log r."""
        return 1 - self.rate.log()


class HalfNormal(Distribution):
    """The sizes of the draws of a normal distribution around 0.

    ::

        log p(x) = log 2 + log p of Normal(0, σ),  x ≥ 0

    Parameters
    ----------
    scale : Tensor or float
        σ > 0.
    validate_args : bool, optional
        Whether to check it, and values; yes unless told otherwise.
    """

    has_rsample = True
    names = ("scale",)

    def __init__(self, scale, validate_args: bool | None = None):
        (self.scale,) = parameters("HalfNormal", scale=scale)
        self.batch_shape = self.scale.shape
        self._validates = validate_args is not False
        if self._validates:
            require("HalfNormal", "scale must be positive", self.scale, self.scale.data > 0)
        self._whole = Normal(0.0 * self.scale.detach(), self.scale, validate_args=False)

    @property
    def mean(self):
        """σ √(2/π)."""
        return self.scale * math.sqrt(2 / math.pi)

    @property
    def mode(self):
        """0."""
        return Tensor(np.zeros(self.batch_shape, self.scale.dtype))

    @property
    def variance(self):
        """σ² (1 - 2/π)."""
        return self.scale * self.scale * (1 - 2 / math.pi)

    def rsample(self, sample_shape=()):
        """The size of a draw, with a gradient for σ."""
        return abs(self._whole.rsample(sample_shape))

    def log_prob(self, value):
        """The logarithm of the density at `value`."""
        return self._whole.log_prob(_not_negative(self, value)) + math.log(2)

    def cdf(self, value):
        """The probability of a draw below `value`."""
        return 2 * self._whole.cdf(_not_negative(self, value)) - 1

    def entropy(self):
        """½ + log √(2π) + log σ - log 2."""
        return self.scale.log() + (0.5 + LOG_ROOT_TWO_PI - math.log(2))


def _not_negative(d, value):
    """A value as a Tensor, which a distribution over numbers from 0 on must have."""
    (value,) = parameters(type(d).__name__, value=value)
    if d._validates:
        require(type(d).__name__, "value must not be negative", value, value.data >= 0)
    return value
