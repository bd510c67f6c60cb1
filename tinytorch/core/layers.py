"""Layers: an operation together with the parameters it is learning."""

from . import initializers
from .module import Module, Parameter
from .random import generator
import numpy as np


def _empty(*shape):
    return Parameter(np.empty(shape, np.float32))


class Linear(Module):
    """z = x Wᵀ + b: every output is a weighted sum of all inputs.

    Parameters
    ----------
    in_features, out_features : int
    bias : bool
        Whether there is a b.

    Attributes
    ----------
    weight : Parameter, (out_features, in_features)
    bias : Parameter, (out_features,), or None
        Both start at U(-1/√in_features, 1/√in_features).

    Examples
    --------
    >>> import tinytorch as tt
    >>> layer = Linear(3, 2)
    >>> layer(tt.tensor([[1.0, 2.0, 3.0]])).shape
    (1, 2)
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.weight = _empty(out_features, in_features)
        self.bias = _empty(out_features) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new initial values."""
        initializers.reset_as_pytorch_(self.weight, self.bias)

    @property
    def weights(self):
        """The course's name for `weight`."""
        return self.weight

    def forward(self, x):
        z = x @ self.weight.mT
        return z if self.bias is None else z + self.bias

    def extra_repr(self):
        return (
            f"in_features={self.in_features}, out_features={self.out_features},"
            f" bias={self.bias is not None}"
        )


Dense = Linear
