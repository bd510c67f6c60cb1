"""The linear layer, dropout and what only changes shapes: rule, function and module of each."""

import numpy as np

from . import initializers
from .activations import in_place
from .engine.base import as_tensor
from .engine.function import Function
from .engine.numbers import is_array
from .engine.unbroadcast import unbroadcast
from .generator import rng
from .initializers import untrained
from .module import Module
from .operations.matmul import rows
from .tensor import Tensor


class LinearBackward(Function):
    """z = x Wᵀ + b, a linear layer: (…, in), (out, in), (out,) → (…, out).

    ∂L/∂x = g @ W,  ∂L/∂W = gᵀ @ x,  ∂L/∂b = Σ g, the leading axes of x and g
    joined to rows. A layer without b has 0 there. Keeps x and W.
    Cost: 2n·in·out for n rows; twice that back.
    PyTorch: AddmmBackward0, MmBackward0.
    Source: B. Widrow and M. Hoff, "Adaptive switching circuits" (1960).
    """

    saves = ("x", "weight")

    def forward(self, x, weight, bias):
        if not x.ndim or weight.ndim != 2 or x.shape[-1] != weight.shape[1]:
            raise ValueError(
                f"linear: input {x.shape} does not fit weight {weight.shape}:"
                " expected (…, in) and (out, in)"
            )
        z = rows(x) @ weight.T
        if x.ndim != 2:
            z = z.reshape(*x.shape[:-1], len(weight))
        if is_array(bias) or bias:
            if getattr(bias, "dtype", z.dtype) != z.dtype:
                z = z.astype(np.result_type(z, bias))
            try:
                z += bias  # in place: no second pass through fresh memory
            except ValueError:
                wrong = f"must have shape ({len(weight)},), got {np.shape(bias)}"
                raise ValueError(f"linear: bias {wrong}") from None
        return z

    def apply(self, g):
        x, weight = self.saved_tensors
        to_x, to_weight, to_bias = self.next_functions
        G = rows(g)
        dx = (G @ weight).reshape(x.shape) if to_x else None
        dw = G.mT @ rows(x) if to_weight else None
        db = unbroadcast(g, to_bias.shape) if to_bias else None
        return dx, dw, db


def linear(input, weight, bias=None) -> Tensor:
    """`input @ weightᵀ + bias`: (…, in), (out, in), (out,) → (…, out).

    A weight (in,) has one output, without an axis.
    """
    weight = as_tensor(weight)
    if weight.ndim == 1:
        return linear(input, weight.unsqueeze(0), bias).squeeze(-1)
    return LinearBackward.run(as_tensor(input), weight, 0 if bias is None else bias)


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

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, device=None, dtype=None
    ):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        made = {"device": device, "dtype": dtype}
        self.weight = untrained(out_features, in_features, **made)
        self.bias = untrained(out_features, **made) if bias else None
        initializers.reset_as_pytorch_(self.weight, self.bias)

    @property
    def weights(self):
        """The course's name for `weight`."""
        return self.weight

    def forward(self, x):
        return linear(x, self.weight, self.bias)

    def extra_repr(self):
        return (
            f"in_features={self.in_features}, out_features={self.out_features},"
            f" bias={self.bias is not None}"
        )


Dense = Linear


class DropoutBackward(Function):
    """z = x / (1 - p) with probability 1 - p, else 0, each by its own draw.

    ∂L/∂x = g / (1 - p) where the element was kept, 0 elsewhere. Keeps the draw.
    Cost: n draws and products; n products back. PyTorch: MulBackward0.
    Source: N. Srivastava et al., "Dropout: a simple way to prevent neural
    networks from overfitting" (2014).
    """

    def forward(self, x, *, p, rng):
        kept = rng.random(x.shape, np.float32) >= p
        scale = 1 / (1 - p) if p < 1 else 0
        self.mask = kept.astype(x.dtype) * x.dtype.type(scale)
        return x * self.mask

    def apply(self, g):
        return (g * self.mask,)


def dropout(input, p=0.5, training=True, inplace=False) -> Tensor:
    """Zeros with probability `p`, the rest scaled by 1 / (1 - p); `input` itself if not training.

    The draws follow `manual_seed`.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"dropout: p must be a probability in [0, 1], got {p}")
    if not training or p == 0:
        return as_tensor(input)
    z = DropoutBackward.run(as_tensor(input), p=p, rng=rng())
    return in_place("dropout", input, z) if inplace else z


def dropout2d(input, p=0.5, training=True, inplace=False) -> Tensor:
    """Whole channels of (N, C, H, W) or (C, H, W) at zero with probability `p`; as `dropout`.

    Of (N, C), where a channel is one number, it is `dropout`, as in PyTorch.
    """
    x = as_tensor(input)
    if x.ndim == 2:
        return dropout(x, p, training, inplace)
    if x.ndim not in (3, 4):
        raise ValueError(f"dropout2d: expected images (N, C, H, W) or (C, H, W), got {x.shape}")
    if not training or p == 0:
        return dropout(x, p, training)
    z = x * dropout(Tensor(np.ones((*x.shape[:-2], 1, 1), x.dtype)), p)
    return in_place("dropout2d", input, z) if inplace else z


class Dropout(Module):
    """In training, each element is 0 with probability p, and x / (1 - p) otherwise.

    In evaluation it changes nothing: the factor keeps the expected value the same.

    Source: N. Srivastava et al., "Dropout: a simple way to prevent neural networks from
    overfitting" (2014).
    """

    function = staticmethod(dropout)

    def __init__(self, p: float = 0.5, inplace: bool = False):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"{type(self).__name__}: p must be a probability in [0, 1], got {p}")
        self.p, self.inplace = p, inplace

    def forward(self, x):
        return type(self).function(x, self.p, self.training, self.inplace)

    def extra_repr(self):
        return f"p={self.p}"


class Dropout2d(Dropout):
    """In training, each channel of an image is 0 with probability p, scaled as by `Dropout`.

    Source: J. Tompson et al., "Efficient object localization using convolutional networks" (2014).
    """

    function = staticmethod(dropout2d)


class Flatten(Module):
    """The axes from `start_dim` to `end_dim` joined into one: by default all but the batch."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x):
        return x.flatten(self.start_dim, self.end_dim)

    def extra_repr(self):
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """One axis as several: the other way round than `Flatten`.

    Parameters
    ----------
    dim : int
    unflattened_size : sequence of int
        The lengths it is divided into; one may be -1.
    """

    def __init__(self, dim: int, unflattened_size):
        super().__init__()
        self.dim, self.unflattened_size = dim, tuple(unflattened_size)

    def forward(self, x):
        axis = self.dim % x.ndim
        return x.reshape(*x.shape[:axis], *self.unflattened_size, *x.shape[axis + 1 :])

    def extra_repr(self):
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"


class Identity(Module):
    """z = x. It takes any arguments, to stand in the place of another layer."""

    def __init__(self, *args, **kwargs):
        super().__init__()

    def forward(self, x):
        return x
