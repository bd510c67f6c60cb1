"""Distributions of what a function makes of draws, and such functions."""

import math

import numpy as np

from ..engine.base import as_tensor
from ..operations.activations import sigmoid, softplus, tanh
from ..tensor import Tensor
from .base import Distribution
from .normal import Normal


class Transform:
    """A function that can be undone, and how much it stretches.

    A subclass defines `_call`, `_inverse` and `log_abs_det_jacobian`.

    Parameters
    ----------
    cache_size : {0, 1}
        1 remembers the last x and y, so that undoing y gives back that x itself.

    Attributes
    ----------
    event_dim : int
        How many last axes it works on at once: 0 for each number alone.
    """

    event_dim = 0
    bijective = True

    def __init__(self, cache_size: int = 0):
        if cache_size not in (0, 1):
            raise ValueError(f"{type(self).__name__}: cache_size must be 0 or 1, got {cache_size}")
        self._cache_size, self._last = cache_size, (None, None)

    def __call__(self, x) -> Tensor:
        if self._cache_size and x is self._last[0]:
            return self._last[1]
        y = self._call(as_tensor(x))
        self._last = (x, y) if self._cache_size else self._last
        return y

    def _inv_call(self, y) -> Tensor:
        """The x that became y."""
        if self._cache_size and y is self._last[1]:
            return self._last[0]
        x = self._inverse(as_tensor(y))
        self._last = (x, y) if self._cache_size else self._last
        return x

    @property
    def inv(self) -> "Transform":
        """The other way round."""
        return _Inverse(self)

    def _call(self, x):
        raise NotImplementedError(f"{type(self).__name__} does not define _call")

    def _inverse(self, y):
        raise NotImplementedError(f"{type(self).__name__} does not define _inverse")

    def log_abs_det_jacobian(self, x, y) -> Tensor:
        """ln ``|dy/dx|``."""
        raise NotImplementedError(f"{type(self).__name__} does not define log_abs_det_jacobian")

    def __repr__(self):
        return f"{type(self).__name__}()"


class _Inverse(Transform):
    """A transform the other way round."""

    def __init__(self, transform):
        super().__init__()
        self._transform, self.event_dim = transform, transform.event_dim

    def __call__(self, x):
        return self._transform._inv_call(x)

    def _inv_call(self, y):
        return self._transform(y)

    @property
    def inv(self):
        return self._transform

    def log_abs_det_jacobian(self, x, y):
        return -self._transform.log_abs_det_jacobian(y, x)

    def __repr__(self):
        return f"{self._transform!r}.inv"


class ExpTransform(Transform):
    """y = eˣ."""

    def _call(self, x):
        return x.exp()

    def _inverse(self, y):
        return y.log()

    def log_abs_det_jacobian(self, x, y):
        """x."""
        return x


class SigmoidTransform(Transform):
    """y = 1 / (1 + e⁻ˣ)."""

    def _call(self, x):
        return _held(sigmoid(x))

    def _inverse(self, y):
        y = _held(y)
        return y.log() - (-y).log1p()

    def log_abs_det_jacobian(self, x, y):
        """-softplus(x) - softplus(-x)."""
        return -softplus(-x) - softplus(x)


class TanhTransform(Transform):
    """y = tanh x."""

    def _call(self, x):
        return tanh(x)

    def _inverse(self, y):
        return y.atanh()

    def log_abs_det_jacobian(self, x, y):
        """2 (ln 2 - x - softplus(-2x)): ln (1 - y²), exact where y has become 1."""
        return 2.0 * (math.log(2.0) - x - softplus(-2.0 * x))


class SoftplusTransform(Transform):
    """y = ln(1 + eˣ)."""

    def _call(self, x):
        return softplus(x)

    def _inverse(self, y):
        return (-(-y).expm1()).log() + y

    def log_abs_det_jacobian(self, x, y):
        """-softplus(-x)."""
        return -softplus(-x)


class AffineTransform(Transform):
    """y = loc + scale · x.

    Parameters
    ----------
    loc, scale : Tensor or float
    event_dim : int
        How many last axes count as one draw.
    cache_size : {0, 1}
    """

    def __init__(self, loc, scale, event_dim: int = 0, cache_size: int = 0):
        super().__init__(cache_size)
        self.loc, self.scale, self.event_dim = loc, scale, event_dim

    def _call(self, x):
        return self.loc + self.scale * x

    def _inverse(self, y):
        return (y - self.loc) / self.scale

    def log_abs_det_jacobian(self, x, y):
        """ln ``|scale|``, summed over the axes of a draw."""
        scale = as_tensor(self.scale)
        size = abs(scale.to(x.dtype)).log().expand(np.broadcast_shapes(x.shape, scale.shape))
        return _summed(size, self.event_dim)


class ComposeTransform(Transform):
    """Several transforms, one after the other.

    Parameters
    ----------
    parts : list of Transform
    cache_size : {0, 1}
    """

    def __init__(self, parts: list[Transform], cache_size: int = 0):
        super().__init__(cache_size)
        self.parts = list(parts)
        self.event_dim = max((part.event_dim for part in self.parts), default=0)

    def _call(self, x):
        for part in self.parts:
            x = part(x)
        return x

    def _inverse(self, y):
        for part in reversed(self.parts):
            y = part.inv(y)
        return y

    def log_abs_det_jacobian(self, x, y):
        """The sum of those of the parts."""
        total = 0 * _summed(x, self.event_dim)
        for i, part in enumerate(self.parts):
            then = y if i == len(self.parts) - 1 else part(x)
            stretch = part.log_abs_det_jacobian(x, then)
            total = total + _summed(stretch, self.event_dim - part.event_dim)
            x = then
        return total

    def __repr__(self):
        return f"ComposeTransform({self.parts!r})"


class TransformedDistribution(Distribution):
    """What transforms make of the draws of a distribution.

    ::

        log p(y) = log p(x) - ln |dy/dx|,  with x what became y

    Parameters
    ----------
    base_distribution : Distribution
    transforms : Transform or list of Transform
        Applied one after the other.
    validate_args : bool, optional
        Accepted for PyTorch's sake.

    Examples
    --------
    >>> from tinytorch.distributions import Normal, TanhTransform, TransformedDistribution
    >>> TransformedDistribution(Normal(0.0, 1.0), TanhTransform()).log_prob(0.0)
    tensor(-0.9189)
    """

    def __init__(self, base_distribution, transforms, validate_args: bool | None = None):
        transforms = [transforms] if isinstance(transforms, Transform) else list(transforms)
        for transform in transforms:
            if not isinstance(transform, Transform):
                raise ValueError(
                    "TransformedDistribution: transforms must be Transforms, got"
                    f" {type(transform).__name__}"
                )
        base = base_distribution
        self.base_dist, self.transforms = base, transforms
        shape = (*base.batch_shape, *base.event_shape)
        for transform in transforms:
            if isinstance(transform, AffineTransform):
                given = (np.shape(p) for p in (transform.loc, transform.scale))
                shape = np.broadcast_shapes(shape, *given)
        dims = max([len(base.event_shape), *(t.event_dim for t in transforms)])
        if dims > len(shape):
            raise ValueError(f"TransformedDistribution: {dims} axes of draws of shape {shape}")
        cut = len(shape) - dims
        self.batch_shape, self.event_shape = shape[:cut], shape[cut:]
        self.has_rsample = base.has_rsample

    def sample(self, sample_shape=()):
        """Draw, and transform; without a gradient."""
        return self._through(self.base_dist.sample(sample_shape)).detach()

    def rsample(self, sample_shape=()):
        """Draw, and transform, with a gradient for the parameters."""
        return self._through(self.base_dist.rsample(sample_shape))

    def _through(self, x):
        for transform in self.transforms:
            x = transform(x)
        return x

    def log_prob(self, value):
        """The logarithm of the density at `value`."""
        dims, total, y = len(self.event_shape), 0.0, as_tensor(value)
        for transform in reversed(self.transforms):
            x = transform.inv(y)
            stretch = transform.log_abs_det_jacobian(x, y)
            total = total - _summed(stretch, dims - transform.event_dim)
            y = x
        inner = self.base_dist.log_prob(y)
        return total + _summed(inner, dims - len(self.base_dist.event_shape))

    def __repr__(self):
        return f"{type(self).__name__}({self.base_dist!r}, {self.transforms!r})"


class LogNormal(TransformedDistribution):
    """The distribution of eˣ for x from a normal distribution.

    Parameters
    ----------
    loc, scale : Tensor or float
        The mean and the standard deviation of x.
    validate_args : bool, optional
        Whether to check them; yes unless told otherwise.
    """

    def __init__(self, loc, scale, validate_args: bool | None = None):
        super().__init__(Normal(loc, scale, validate_args), ExpTransform())

    @property
    def loc(self):
        """The mean of x."""
        return self.base_dist.loc

    @property
    def scale(self):
        """The standard deviation of x."""
        return self.base_dist.scale

    @property
    def mean(self):
        """exp(loc + scale² / 2)."""
        return (self.loc + self.base_dist.variance / 2).exp()

    @property
    def mode(self):
        """exp(loc - scale²)."""
        return (self.loc - self.base_dist.variance).exp()

    @property
    def variance(self):
        """(exp(scale²) - 1) exp(2 loc + scale²)."""
        square = self.base_dist.variance
        return square.expm1() * (2 * self.loc + square).exp()

    def cdf(self, value):
        """The probability of a draw below `value`."""
        return self.base_dist.cdf(as_tensor(value).log())

    def entropy(self):
        """That of x, plus its mean."""
        return self.base_dist.entropy() + self.loc


def _summed(x, n):
    """The sum over the last n axes."""
    return x.sum(tuple(range(-n, 0))) if n else x


def _held(y):
    """Probabilities a rounding away from 0 and 1."""
    limits = np.finfo(y.dtype)
    return y.clamp(float(limits.tiny), 1.0 - float(limits.eps))
