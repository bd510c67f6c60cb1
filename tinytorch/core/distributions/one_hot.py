"""Classes as vectors with a single 1, and mixtures of distributions."""

import numpy as np

from ..tensor import Tensor
from .base import Distribution, require
from .categorical import Categorical


class OneHotCategorical(Distribution):
    """`Categorical`, whose draws are vectors with 1 at the class and 0 elsewhere.

    Parameters
    ----------
    probs, logits : Tensor, (…, K)
        As of `Categorical`.
    validate_args : bool, optional
        Whether to check them, and values; yes unless told otherwise.
    """

    has_enumerate_support = True

    def __init__(self, probs=None, logits=None, validate_args: bool | None = None):
        self._categorical = Categorical(probs, logits, validate_args)
        self._validates = validate_args is not False
        self.batch_shape = self._categorical.batch_shape
        self.event_shape = (self._categorical._classes,)

    @property
    def probs(self):
        """The probabilities, which sum to 1."""
        return self._categorical.probs

    @property
    def logits(self):
        """Their logarithms."""
        return self._categorical.logits

    @property
    def mean(self):
        """The probabilities."""
        return self.probs

    @property
    def mode(self):
        """The likeliest class, as a vector."""
        return self._vectors(self._categorical.mode)

    @property
    def variance(self):
        """p (1 - p)."""
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape=()):
        """Draw a vector from each, or `sample_shape` times."""
        return self._vectors(self._categorical.sample(sample_shape))

    def log_prob(self, value):
        """The logarithm of the probability of the class at which `value` is 1."""
        value = value if isinstance(value, Tensor) else Tensor(value)
        v = value.data
        if self._validates:
            one_hot = ((v == 0) | (v == 1)).all(-1) & (v.sum(-1) == 1)
            require("OneHotCategorical.log_prob", "values must be one-hot", value.sum(-1), one_hot)
        return self._categorical.log_prob(Tensor(v.argmax(-1)))

    def entropy(self):
        """-Σ p log p, with 0 log 0 = 0."""
        return self._categorical.entropy()

    def enumerate_support(self, expand: bool = True):
        """All vectors, along a new first axis."""
        return self._vectors(self._categorical.enumerate_support(expand))

    def _vectors(self, classes):
        (n,) = self.event_shape
        return Tensor(np.eye(n, dtype=self.probs.dtype)[classes.data])


class OneHotCategoricalStraightThrough(OneHotCategorical):
    """`OneHotCategorical`, whose draws carry the gradient of the probabilities.

    Source: Y. Bengio, N. Léonard and A. Courville, "Estimating or propagating gradients through
    stochastic neurons" (2013).
    """

    has_rsample = True

    def rsample(self, sample_shape=()):
        """A draw, plus the probabilities minus themselves without their gradient."""
        return self.sample(sample_shape) + (self.probs - self.probs.detach())


class MixtureSameFamily(Distribution):
    """One of several distributions, chosen by a `Categorical`.

    ::

        log p(x) = log Σₖ πₖ pₖ(x)

    Parameters
    ----------
    mixture_distribution : Categorical
        π, of K classes.
    component_distribution : Distribution
        Whose last axis of the batch has K entries.
    validate_args : bool, optional
        Accepted for PyTorch's sake.
    """

    def __init__(
        self, mixture_distribution, component_distribution, validate_args: bool | None = None
    ):
        mixture, parts = mixture_distribution, component_distribution
        if not isinstance(mixture, Categorical):
            raise ValueError("MixtureSameFamily: mixture_distribution must be a Categorical")
        shape = tuple(parts.batch_shape)
        if not shape or shape[-1] != mixture._classes:
            raise ValueError(
                f"MixtureSameFamily: {mixture._classes} classes choose among components of batch"
                f" shape {shape}, whose last axis must be as long"
            )
        self.mixture_distribution, self.component_distribution = mixture, parts
        self.batch_shape, self.event_shape = shape[:-1], tuple(parts.event_shape)

    def _weights(self):
        p = self.mixture_distribution.probs
        return p.reshape(*p.shape, *(1 for _ in self.event_shape))

    @property
    def _axis(self):
        return -1 - len(self.event_shape)

    @property
    def mean(self):
        """Σ π · mean."""
        return (self._weights() * self.component_distribution.mean).sum(self._axis)

    @property
    def variance(self):
        """The mean of the variances, plus the variance of the means."""
        apart = self.component_distribution.mean - self.mean.unsqueeze(self._axis)
        of_parts = self.component_distribution.variance
        return (self._weights() * (of_parts + apart * apart)).sum(self._axis)

    def sample(self, sample_shape=()):
        """Draw a component, and from it."""
        classes = self.mixture_distribution.sample(sample_shape).data
        draws = self.component_distribution.sample(sample_shape).data
        places = classes.reshape(*classes.shape, *(1 for _ in range(1 + len(self.event_shape))))
        axis = draws.ndim + self._axis
        return Tensor(np.take_along_axis(draws, places, axis).squeeze(axis))

    def log_prob(self, value):
        """The logarithm of the density at `value`."""
        value = value if isinstance(value, Tensor) else Tensor(value)
        parts = self.component_distribution.log_prob(value.unsqueeze(self._axis))
        return (parts + self.mixture_distribution.logits).logsumexp(-1)

    def cdf(self, value):
        """The probability of a draw below `value`."""
        value = value if isinstance(value, Tensor) else Tensor(value)
        parts = self.component_distribution.cdf(value.unsqueeze(self._axis))
        return (parts * self.mixture_distribution.probs).sum(-1)
