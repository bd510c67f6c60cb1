"""The bilinear layer: sums of products of two inputs."""

import math

from . import initializers
from .engine.base import as_tensor
from .initializers import untrained
from .module import Module
from .operations.einsum import einsum
from .tensor import Tensor


def bilinear(input1, input2, weight, bias=None) -> Tensor:
    """z[o] = x1ᵀ W[o] x2 + b[o]: (…, in1), (…, in2), (out, in1, in2), (out,) → (…, out)."""
    x1, x2, weight = as_tensor(input1), as_tensor(input2), as_tensor(weight)
    sizes = x1.shape[-1:] + x2.shape[-1:]
    if weight.ndim != 3 or weight.shape[1:] != sizes or x1.shape[:-1] != x2.shape[:-1]:
        raise ValueError(
            f"bilinear: inputs {x1.shape} and {x2.shape} and weight {weight.shape} do not go"
            " together: expected (…, in1), (…, in2) and (out, in1, in2)"
        )
    z = einsum("...i,oij,...j->...o", x1, weight, x2)
    return z if bias is None else z + bias


class Bilinear(Module):
    """z[o] = x1ᵀ W[o] x2 + b[o]: a weighted sum of all products of two inputs.

    Parameters
    ----------
    in1_features, in2_features, out_features : int
    bias : bool
        Whether there is a b.

    Attributes
    ----------
    weight : Parameter, (out_features, in1_features, in2_features)
    bias : Parameter, (out_features,), or None
        Both start at U(-1/√in1_features, 1/√in1_features).
    """

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device=None,
        dtype=None,
    ):
        super().__init__()
        if in1_features < 1:
            raise ValueError(f"Bilinear: in1_features must be at least 1, got {in1_features}")
        self.in1_features, self.in2_features = in1_features, in2_features
        self.out_features = out_features
        made = {"device": device, "dtype": dtype}
        bound = 1 / math.sqrt(in1_features)
        weight = untrained(out_features, in1_features, in2_features, **made)
        self.weight = initializers.uniform_(weight, -bound, bound)
        self.bias = None
        if bias:
            self.bias = initializers.uniform_(untrained(out_features, **made), -bound, bound)

    def forward(self, x1, x2):
        return bilinear(x1, x2, self.weight, self.bias)

    def extra_repr(self):
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features},"
            f" out_features={self.out_features}, bias={self.bias is not None}"
        )
