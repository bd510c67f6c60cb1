"""The distribution over the classes 0, 1, …, C - 1."""

from functools import cached_property

import numpy as np

from ..operations.activations import log_softmax
from ..random import multinomial
from ..tensor import Tensor
from .base import Distribution, either, inside, require


class Categorical(Distribution):
    """The classes 0, …, C - 1, each with its probability.

    Parameters
    ----------
    probs : Tensor, (…, C), optional
        Weights, not negative; they are divided by their sum.
    logits : Tensor, (…, C), optional
        Instead: logarithms of weights, such as the scores of a network.
    validate_args : bool, optional
        Whether to check them; yes unless told otherwise.

    Examples
    --------
    >>> import tinytorch as tt
    >>> from tinytorch.distributions import Categorical
    >>> policy = Categorical(logits=tt.tensor([0.0, 0.0, 0.0, 0.0]))
    >>> round(policy.log_prob(tt.tensor(2)).exp().item(), 3)
    0.25
    """

    has_enumerate_support = True
    names = ("probs", "logits")

    def __init__(self, probs=None, logits=None, validate_args: bool | None = None):
        probs, logits = either("Categorical", probs, logits)
        given = logits if probs is None else probs
        if not given.ndim:
            raise ValueError("Categorical: the parameter needs an axis of classes, got a number")
        self.batch_shape, self._classes = given.shape[:-1], given.shape[-1]
        self._validates = validate_args is not False
        if probs is not None:
            total = probs.sum(-1, keepdim=True)
            if self._validates:
                require("Categorical", "probs must not be negative", probs, probs.data >= 0)
                require("Categorical", "probs must not all be 0", total, total.data > 0)
            self.probs = probs / total
        else:
            if self._validates:
                require("Categorical", "logits must be numbers", logits, logits.data == logits.data)
            self.logits = log_softmax(logits, -1)

    @cached_property
    def probs(self):
        """The probabilities, which sum to 1."""
        return self.logits.exp()

    @cached_property
    def logits(self):
        """Their logarithms."""
        return inside(self.probs).log()

    @property
    def mode(self):
        """The likeliest class."""
        return self.probs.argmax(-1)

    def sample(self, sample_shape=()):
        """Draw a class from each, or `sample_shape` times."""
        shape = self._drawn(sample_shape)
        rows = self.probs.detach().reshape(-1, self._classes)
        n = int(np.prod(shape)) // max(len(rows), 1)
        if not n or not len(rows):
            return Tensor(np.zeros(shape, np.int64))
        draws = multinomial(rows, n, replacement=True)
        return draws.transpose(0, 1).reshape(shape)

    def log_prob(self, value):
        """The logarithm of the probability of the class `value`."""
        value = value if isinstance(value, Tensor) else Tensor(value)
        classes = np.asarray(value.detach())
        require(
            "Categorical.log_prob",
            f"classes must be integers from 0 to {self._classes - 1}",
            value,
            (classes >= 0) & (classes < self._classes) & (classes == np.floor(classes)),
        )
        shape = np.broadcast_shapes(classes.shape, self.batch_shape)
        logits = self.logits.expand((*shape, self._classes))
        index = np.broadcast_to(classes, shape).astype(np.int64)[..., None]
        return logits.gather(-1, Tensor(index)).squeeze(-1)

    def entropy(self):
        """-Σ p log p, with 0 log 0 = 0."""
        return -(self.probs * bounded(self.logits)).sum(-1)

    def enumerate_support(self, expand: bool = True):
        """All classes, along a new first axis."""
        values = np.arange(self._classes).reshape(-1, *[1] * len(self.batch_shape))
        shape = (self._classes, *self.batch_shape) if expand else values.shape
        return Tensor(np.broadcast_to(values, shape))


def bounded(logits: Tensor) -> Tensor:
    """Logarithms that are finite, so that 0 times them is 0."""
    return logits.clamp(min=float(np.finfo(logits.dtype).min))
