"""The normal distribution of vectors."""

import numpy as np

from ..operations.matrices import cholesky, solve_triangular
from ..random import randn
from ..tensor import Tensor
from .base import LOG_ROOT_TWO_PI, Distribution, parameters, require


class MultivariateNormal(Distribution):
    """The normal distribution of vectors of mean μ and covariance Σ = L Lᵀ.

    ::

        log p(x) = -½ ‖L⁻¹(x - μ)‖² - log det L - K log √(2π)

    Parameters
    ----------
    loc : Tensor, (…, K)
        μ.
    covariance_matrix, precision_matrix, scale_tril : Tensor, (…, K, K)
        One of Σ, Σ⁻¹ and L, the last a lower triangle.
    validate_args : bool, optional
        Whether to check them; yes unless told otherwise.

    Examples
    --------
    >>> import tinytorch as tt
    >>> from tinytorch.distributions import MultivariateNormal
    >>> MultivariateNormal(tt.zeros(2), tt.eye(2)).log_prob(tt.zeros(2))
    tensor(-1.8379)
    """

    has_rsample = True
    names = ("loc", "scale_tril")

    def __init__(
        self,
        loc,
        covariance_matrix=None,
        precision_matrix=None,
        scale_tril=None,
        validate_args: bool | None = None,
    ):
        name = "MultivariateNormal"
        given = {
            "covariance_matrix": covariance_matrix,
            "precision_matrix": precision_matrix,
            "scale_tril": scale_tril,
        }
        given = {key: value for key, value in given.items() if value is not None}
        if len(given) != 1:
            raise ValueError(
                f"{name}: give one of covariance_matrix, precision_matrix and scale_tril"
            )
        ((what, matrix),) = given.items()
        (loc,) = parameters(name, loc=loc)
        (matrix,) = parameters(name, **{what: matrix})
        if not loc.ndim or matrix.ndim < 2 or matrix.shape[-2:] != loc.shape[-1:] * 2:
            raise ValueError(
                f"{name}: loc {loc.shape} and {what} {matrix.shape}: expected (…, K) and (…, K, K)"
            )
        if validate_args is not False:
            self._check(name, what, matrix)
        shape = np.broadcast_shapes(loc.shape[:-1], matrix.shape[:-2])
        k = loc.shape[-1]
        self.loc = loc.expand((*shape, k))
        matrix = matrix.expand((*shape, k, k))
        if what == "precision_matrix":  # its lower triangle, seen from the other end
            flipped = cholesky(matrix.flip((-2, -1))).flip((-2, -1)).mT
            eye = Tensor(np.broadcast_to(np.eye(k, dtype=matrix.dtype), matrix.shape))
            matrix = solve_triangular(flipped, eye, upper=False)
        self.scale_tril = cholesky(matrix) if what == "covariance_matrix" else matrix
        self.batch_shape, self.event_shape = shape, (k,)

    @staticmethod
    def _check(name, what, matrix):
        m = matrix.data
        if what == "scale_tril":
            holds = np.triu(m, 1) == 0
            diagonal = np.diagonal(m, axis1=-2, axis2=-1)
            holds = holds.all((-2, -1)) & (diagonal > 0).all(-1)
            says = "scale_tril must be a lower triangle with a positive diagonal"
        else:
            holds = np.isclose(m, m.swapaxes(-1, -2), atol=1e-6).all((-2, -1))
            says = f"{what} must be symmetric and positive definite"
            if np.all(holds):
                holds = holds & (np.linalg.eigvalsh(m) > 0).all(-1)
        require(name, says, Tensor(m[..., 0, 0]), holds)

    @property
    def covariance_matrix(self):
        """Σ."""
        return self.scale_tril @ self.scale_tril.mT

    @property
    def precision_matrix(self):
        """Σ⁻¹."""
        eye = Tensor(np.eye(*self.event_shape * 2, dtype=self.loc.dtype))
        inverse = solve_triangular(self.scale_tril, eye.expand(self.scale_tril.shape), upper=False)
        return inverse.mT @ inverse

    @property
    def mean(self):
        """μ."""
        return self.loc

    mode = mean

    @property
    def variance(self):
        """That of each number: the diagonal of Σ."""
        return (self.scale_tril * self.scale_tril).sum(-1)

    def rsample(self, sample_shape=()):
        """μ + L · noise, with a gradient for μ and L."""
        noise = randn(self._drawn(sample_shape), dtype=self.loc.dtype)
        return self.loc + (self.scale_tril @ noise.unsqueeze(-1)).squeeze(-1)

    def log_prob(self, value):
        """The logarithm of the density at `value`, (…, K)."""
        z = self._standard(value - self.loc)
        k = self.event_shape[0]
        return -0.5 * (z * z).sum(-1) - self._log_det() - k * LOG_ROOT_TWO_PI

    def entropy(self):
        """K (½ + log √(2π)) + log det L."""
        return self._log_det() + self.event_shape[0] * (0.5 + LOG_ROOT_TWO_PI)

    def _standard(self, x):
        """L⁻¹ x."""
        shape = np.broadcast_shapes(x.shape, (*self.batch_shape, *self.event_shape))
        x = x.expand(shape).unsqueeze(-1)
        scale = self.scale_tril.expand((*shape, shape[-1]))
        return solve_triangular(scale, x, upper=False).squeeze(-1)

    def _log_det(self):
        return self.scale_tril.diagonal(0, -2, -1).log().sum(-1)
