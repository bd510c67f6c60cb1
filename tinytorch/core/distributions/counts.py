"""Distributions over whole numbers: how long until, how many in a time, how many out of so many."""

import math
from functools import cached_property

import numpy as np

from ..generator import rng
from ..operations.activations import sigmoid, softplus
from ..tensor import Tensor
from .base import Distribution, either, inside, parameters, require

_log_factorials = np.vectorize(lambda n: math.lgamma(n + 1) if n >= 0 else math.nan, "d")


def _counted(d, value, most=None):
    """A value as a Tensor of floats and as an array, checked to be whole numbers."""
    name = f"{type(d).__name__}.log_prob"
    (value,) = parameters(name, value=value)
    if value.requires_grad:
        raise ValueError(f"{name}: value is a number of things, and has no gradient; detach it")
    n = value.data
    if d._validates:
        holds = (n >= 0) & (n == np.floor(n))
        holds = holds if most is None else holds & (n <= most)
        limit = "" if most is None else " up to total_count"
        require(name, f"values must be whole numbers from 0{limit}", value, holds)
    return value, np.asarray(n)


def _constant(values, like):
    return Tensor(np.asarray(values).astype(like.dtype))


class _Chance(Distribution):
    """What those share that have a probability, or its logit."""

    names = ("probs", "logits")

    def _given(self, probs, logits, validate_args, least):
        name = type(self).__name__
        self._validates = validate_args is not False
        probs, logits = either(name, probs, logits)
        if self._validates and probs is not None:
            p = probs.data
            holds = (least(p, 0)) & (p <= 1)
            interval = "(0, 1]" if least is np.greater else "[0, 1]"
            require(name, f"probs must be in {interval}", probs, holds)
        if self._validates and logits is not None:
            require(name, "logits must be numbers", logits, logits.data == logits.data)
        return probs, logits

    @cached_property
    def probs(self):
        """p."""
        return sigmoid(self.logits)

    @cached_property
    def logits(self):
        """log p/(1 - p)."""
        p = inside(self.probs)
        return p.log() - (-p).log1p()


class Geometric(_Chance):
    """How often it fails before it succeeds for the first time, with probability p each time.

    ::

        log p(k) = k log(1 - p) + log p,  k = 0, 1, …

    Parameters
    ----------
    probs : Tensor or float, optional
        p.
    logits : Tensor or float, optional
        Instead: log p/(1 - p).
    validate_args : bool, optional
        Whether to check them, and values; yes unless told otherwise.
    """

    def __init__(self, probs=None, logits=None, validate_args: bool | None = None):
        probs, logits = self._given(probs, logits, validate_args, np.greater)
        if probs is not None:
            self.probs = probs
        else:
            self.logits = logits
        self.batch_shape = (logits if probs is None else probs).shape

    @property
    def mean(self):
        """1/p - 1."""
        return 1 / self.probs - 1

    @property
    def mode(self):
        """0."""
        return Tensor(np.zeros(self.batch_shape, self.probs.dtype))

    @property
    def variance(self):
        """(1 - p) / p²."""
        return (1 / self.probs - 1) / self.probs

    def sample(self, sample_shape=()):
        """Draw from each, or `sample_shape` times."""
        p = self.probs.data
        return _constant(rng().geometric(p, self._drawn(sample_shape)) - 1, p)

    def log_prob(self, value):
        """The logarithm of the probability of `value`."""
        value, k = _counted(self, value)
        sure = (self.probs.data == 1) & (k == 0)  # where 0 times log 0 is 0
        failing = self.probs.masked_fill(sure, 0.0) if np.any(sure) else self.probs
        return value * (-failing).log1p() + self.probs.log()

    def entropy(self):
        """-(p log p + (1 - p) log(1 - p)) / p."""
        return (softplus(self.logits) - self.logits * self.probs) / self.probs


class Poisson(Distribution):
    """How many of what happens at a constant rate happen in a time.

    ::

        log p(k) = k log r - r - log k!,  k = 0, 1, …

    Parameters
    ----------
    rate : Tensor or float
        r ≥ 0, the mean.
    validate_args : bool, optional
        Whether to check it, and values; yes unless told otherwise.
    """

    names = ("rate",)

    def __init__(self, rate, validate_args: bool | None = None):
        (self.rate,) = parameters("Poisson", rate=rate)
        self.batch_shape = self.rate.shape
        self._validates = validate_args is not False
        if self._validates:
            require("Poisson", "rate must not be negative", self.rate, self.rate.data >= 0)

    @property
    def mean(self):
        """r."""
        return self.rate

    @property
    def mode(self):
        """The whole number below r."""
        return self.rate.floor()

    @property
    def variance(self):
        """r."""
        return self.rate

    def sample(self, sample_shape=()):
        """Draw from each, or `sample_shape` times."""
        return _constant(rng().poisson(self.rate.data, self._drawn(sample_shape)), self.rate)

    def log_prob(self, value):
        """The logarithm of the probability of `value`."""
        value, k = _counted(self, value)
        return value.xlogy(self.rate) - self.rate - _constant(_log_factorials(k), value)


class Binomial(_Chance):
    """How many out of `total_count` succeed, with probability p each.

    ::

        log p(k) = log (n over k) + k log p + (n - k) log(1 - p),  k = 0 … n

    Parameters
    ----------
    total_count : Tensor or int
        n.
    probs : Tensor or float, optional
        p.
    logits : Tensor or float, optional
        Instead: log p/(1 - p).
    validate_args : bool, optional
        Whether to check them, and values; yes unless told otherwise.
    """

    names = ("total_count", "probs", "logits")

    def __init__(self, total_count=1, probs=None, logits=None, validate_args: bool | None = None):
        probs, logits = self._given(probs, logits, validate_args, np.greater_equal)
        given = {"probs": probs} if logits is None else {"logits": logits}
        self.total_count, value = parameters("Binomial", total_count=total_count, **given)
        n = self.total_count.data
        if self._validates:
            whole = (n >= 0) & (n == np.floor(n))
            require("Binomial", "total_count must be whole numbers", self.total_count, whole)
        if probs is not None:
            self.probs = value
        else:
            self.logits = value
        self.batch_shape = value.shape

    @property
    def mean(self):
        """n p."""
        return self.total_count * self.probs

    @property
    def mode(self):
        """The likeliest number."""
        return ((self.total_count + 1) * self.probs).floor().minimum(self.total_count)

    @property
    def variance(self):
        """n p (1 - p)."""
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape=()):
        """Draw from each, or `sample_shape` times."""
        n, p = self.total_count.data.astype(np.int64), self.probs.data
        return _constant(rng().binomial(n, p, self._drawn(sample_shape)), p)

    def log_prob(self, value):
        """The logarithm of the probability of `value`."""
        n = self.total_count.data
        value, k = _counted(self, value, n)
        ways = _log_factorials(n) - _log_factorials(k) - _log_factorials(n - k)
        chance = value * self.logits - self.total_count * softplus(self.logits)
        return _constant(ways, chance) + chance

    def entropy(self):
        """-Σ p(k) log p(k); of one total_count for all."""
        if np.unique(self.total_count.data).size > 1:
            raise NotImplementedError("Binomial.entropy: it takes one total_count for all")
        log_probs = self.log_prob(self.enumerate_support(False))
        return -(log_probs.exp() * log_probs).sum(0)

    has_enumerate_support = True

    def enumerate_support(self, expand: bool = True):
        """0 … n, along a new first axis; of one total_count for all."""
        n = self.total_count.data
        if np.unique(n).size > 1:
            raise NotImplementedError(
                "Binomial.enumerate_support: it takes one total_count for all"
            )
        values = np.arange(int(np.ravel(n)[0]) + 1, dtype=self.probs.dtype)
        values = values.reshape(-1, *(1 for _ in self.batch_shape))
        shape = (len(values), *self.batch_shape) if expand else values.shape
        return Tensor(np.broadcast_to(values, shape))
