"""What distributions have in common: shapes, draws and the checks of their parameters."""

import math
from numbers import Number

import numpy as np

from ..engine.modes import no_grad
from ..tensor import Tensor


class Distribution:
    """A distribution, or many side by side: one for each entry of `batch_shape`.

    Attributes
    ----------
    batch_shape : tuple
        The shape of the parameters.
    event_shape : tuple
        The shape of one draw; () for all that are here.
    has_rsample : bool
        Whether `rsample` can carry gradients to the parameters.
    has_enumerate_support : bool
        Whether there are few values, which `enumerate_support` lists.
    """

    has_rsample = False
    has_enumerate_support = False
    batch_shape: tuple = ()
    event_shape: tuple = ()
    names: tuple[str, ...] = ()  # of the parameters, for the repr

    def sample(self, sample_shape=()) -> Tensor:
        """Draw once from each, or `sample_shape` times; without a gradient."""
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape=()) -> Tensor:
        """Draw by a function of noise, so that gradients reach the parameters."""
        raise NotImplementedError(
            f"{type(self).__name__}.rsample: its draws jump, and have no gradient; use sample() and"
            " log_prob(), as REINFORCE does"
        )

    def log_prob(self, value) -> Tensor:
        """The logarithm of the probability (or of its density) of `value`."""
        raise NotImplementedError(f"{type(self).__name__} does not define log_prob")

    def entropy(self) -> Tensor:
        """-E[log_prob], in nats."""
        raise NotImplementedError(f"{type(self).__name__} does not define entropy")

    @property
    def stddev(self) -> Tensor:
        """The standard deviation of each."""
        return self.variance.sqrt()

    def _drawn(self, sample_shape):
        shape = (sample_shape,) if isinstance(sample_shape, Number) else tuple(sample_shape)
        return (*shape, *self.batch_shape, *self.event_shape)

    def __repr__(self):
        parts = [(name, vars(self)[name]) for name in self.names if name in vars(self)]
        said = [f"{n}: {t.tolist() if t.numel() == 1 else tuple(t.shape)}" for n, t in parts]
        return f"{type(self).__name__}({', '.join(said)})"


def parameters(name: str, **given) -> list[Tensor]:
    """The parameters as Tensors of one shape: numbers are broadcast."""
    tensors = [v if isinstance(v, Tensor) else Tensor(v) for v in given.values()]
    tensors = [t if t.dtype.kind == "f" else t.float() for t in tensors]
    try:
        shape = np.broadcast_shapes(*(t.shape for t in tensors))
    except ValueError:
        shapes = ", ".join(f"{n} {t.shape}" for n, t in zip(given, tensors, strict=True))
        raise ValueError(f"{name}: the shapes of {shapes} do not go together") from None
    return [t if t.shape == shape else t.expand(shape) for t in tensors]


def either(name: str, probs, logits) -> tuple[Tensor | None, Tensor | None]:
    """Check that one of two is given, and return both, that one as a Tensor."""
    if (probs is None) == (logits is None):
        raise ValueError(f"{name}: give probs or logits, one of them")
    if probs is None:
        return None, parameters(name, logits=logits)[0]
    return parameters(name, probs=probs)[0], None


def require(name: str, what: str, tensor: Tensor, holds: np.ndarray) -> None:
    """Raise unless all of `holds`, of `tensor`."""
    if not np.all(holds):
        wrong = np.asarray(tensor.detach())[~holds] if np.ndim(holds) else tensor.item()
        raise ValueError(f"{name}: {what}, got {np.ravel(wrong)[0]}")


def inside(probs: Tensor) -> Tensor:
    """Probabilities a rounding away from 0 and 1, so that their logarithms are finite."""
    eps = float(np.finfo(probs.dtype).eps)
    return probs.clamp(eps, 1 - eps)


LOG_ROOT_TWO_PI = 0.5 * math.log(2 * math.pi)
