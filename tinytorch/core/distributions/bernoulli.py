"""The distribution over 0 and 1."""

from functools import cached_property

import numpy as np

from ..operations.activations import sigmoid, softplus
from ..random import bernoulli
from ..tensor import Tensor
from .base import Distribution, either, inside, require


class Bernoulli(Distribution):
    """1 with probability p, else 0.

    Parameters
    ----------
    probs : Tensor or float, optional
        p.
    logits : Tensor or float, optional
        Instead: log p/(1 - p), such as the score of a network.
    validate_args : bool, optional
        Whether to check them; yes unless told otherwise.

    Examples
    --------
    >>> import tinytorch as tt
    >>> from tinytorch.distributions import Bernoulli
    >>> Bernoulli(tt.tensor([0.25, 0.5])).log_prob(tt.tensor([0.0, 1.0])).exp()
    tensor([0.75, 0.5 ])
    """

    has_enumerate_support = True
    names = ("probs", "logits")

    def __init__(self, probs=None, logits=None, validate_args: bool | None = None):
        probs, logits = either("Bernoulli", probs, logits)
        self._validates = validate_args is not False
        if probs is not None:
            p = probs.data
            if self._validates:
                require("Bernoulli", "probs must be in [0, 1]", probs, (p >= 0) & (p <= 1))
            self.probs = probs
        else:
            if self._validates:
                require("Bernoulli", "logits must be numbers", logits, logits.data == logits.data)
            self.logits = logits
        self.batch_shape = (logits if probs is None else probs).shape

    @cached_property
    def probs(self):
        """p."""
        return sigmoid(self.logits)

    @cached_property
    def logits(self):
        """log p/(1 - p)."""
        p = inside(self.probs)
        return p.log() - (1 - p).log()

    @property
    def mean(self):
        """p."""
        return self.probs

    @property
    def variance(self):
        """p (1 - p)."""
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape=()):
        """Draw 0 or 1 from each, or `sample_shape` times."""
        return bernoulli(self.probs.detach().expand(self._drawn(sample_shape)))

    def log_prob(self, value):
        """x log p + (1 - x) log(1 - p), for x in {0, 1}."""
        value = value if isinstance(value, Tensor) else Tensor(value)
        x = np.asarray(value.detach())
        if self._validates:
            require("Bernoulli.log_prob", "values must be 0 or 1", value, (x == 0) | (x == 1))
        return value * self.logits - softplus(self.logits)

    def entropy(self):
        """-p log p - (1 - p) log(1 - p)."""
        return softplus(self.logits) - self.logits * self.probs

    def enumerate_support(self, expand: bool = True):
        """0 and 1, along a new first axis."""
        values = np.arange(2, dtype=self.probs.dtype).reshape(-1, *[1] * len(self.batch_shape))
        return Tensor(np.broadcast_to(values, (2, *self.batch_shape) if expand else values.shape))
