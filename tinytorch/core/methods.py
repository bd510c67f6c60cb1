"""The methods of `Tensor` that are operations: PyTorch-shaped doors, with no logic of their own."""

import numpy as np

from .activations import (
    GELUBackward,
    LeakyReLUBackward,
    LogSoftmaxBackward,
    ReLUBackward,
    SigmoidBackward,
    SiLUBackward,
    SoftmaxBackward,
    SoftplusBackward,
    TanhBackward,
)
from .elementary import (
    AbsBackward,
    CosBackward,
    ErfBackward,
    ExpBackward,
    LogBackward,
    SinBackward,
    SqrtBackward,
)
from .indexing import GatherBackward
from .joining import chunk, split
from .operands import plain
from .reduction import (
    CumsumBackward,
    LogsumexpBackward,
    MaxBackward,
    MeanBackward,
    MinBackward,
    ProdBackward,
    StdBackward,
    SumBackward,
    VarBackward,
    extremes,
    position,
)
from .selection import (
    ClampBackward,
    MaskedFillBackward,
    MaximumBackward,
    MinimumBackward,
    TrilBackward,
    TriuBackward,
    WhereBackward,
)
from .shape import (
    CastBackward,
    CloneBackward,
    PermuteBackward,
    ReshapeBackward,
    TransposeBackward,
    expand,
    flatten,
    squeeze,
    unsqueeze,
)


class Methods:
    """Every operation that is a method."""

    __slots__ = ()

    # -------------------------------------------------------------- elementary functions

    def exp(self):
        """e to the power of every element."""
        return ExpBackward.run(self)

    def log(self):
        """The natural logarithm of every element."""
        return LogBackward.run(self)

    def sqrt(self):
        """The square root of every element."""
        return SqrtBackward.run(self)

    def sin(self):
        """The sine of every element."""
        return SinBackward.run(self)

    def cos(self):
        """The cosine of every element."""
        return CosBackward.run(self)

    def abs(self):
        """The absolute value of every element."""
        return AbsBackward.run(self)

    def erf(self):
        """The error function of every element."""
        return ErfBackward.run(self)

    # ----------------------------------------------------------------------- activations

    def tanh(self):
        """The hyperbolic tangent of every element."""
        return TanhBackward.run(self)

    def sigmoid(self):
        """1 / (1 + exp(-x)) of every element."""
        return SigmoidBackward.run(self)

    def relu(self):
        """The positive part of every element."""
        return ReLUBackward.run(self)

    def leaky_relu(self, negative_slope=0.01):
        """x where it is positive, `negative_slope` times x elsewhere."""
        return LeakyReLUBackward.run(self, slope=negative_slope)

    def gelu(self, approximate="none"):
        """x times the share of a normal distribution below x; `approximate` may be "tanh"."""
        return GELUBackward.run(self, approximate=approximate)

    def silu(self):
        """x times the sigmoid of x."""
        return SiLUBackward.run(self)

    def softplus(self, beta=1.0, threshold=20.0):
        """ln(1 + exp(beta x)) / beta; x itself where beta x exceeds `threshold`."""
        return SoftplusBackward.run(self, beta=beta, threshold=threshold)

    def softmax(self, dim):
        """exp(x) divided by its sum along the axis `dim`."""
        return SoftmaxBackward.run(self, dim=dim)

    def log_softmax(self, dim):
        """The logarithm of the softmax along the axis `dim`, finite where that would round to 0."""
        return LogSoftmaxBackward.run(self, dim=dim)

    # ------------------------------------------------------------------------- selection

    def clamp(self, min=None, max=None):
        """x, but not below `min` and not above `max`."""
        return ClampBackward.run(self, min=min, max=max)

    clip = clamp

    def maximum(self, other):
        """The larger of self and `other`, element by element."""
        return MaximumBackward.run(self, other)

    def minimum(self, other):
        """The smaller of self and `other`, element by element."""
        return MinimumBackward.run(self, other)

    def where(self, condition, other):
        """self where `condition` holds, `other` elsewhere."""
        return WhereBackward.run(condition, self, other)

    def masked_fill(self, mask, value):
        """`value` where `mask` holds, self elsewhere."""
        return MaskedFillBackward.run(self, mask, value=value)

    def tril(self, diagonal=0):
        """The lower triangle: zeros above the `diagonal`."""
        return TrilBackward.run(self, diagonal=diagonal)

    def triu(self, diagonal=0):
        """The upper triangle: zeros below the `diagonal`."""
        return TriuBackward.run(self, diagonal=diagonal)

    # ------------------------------------------------------------------------ reductions

    def sum(self, dim=None, keepdim=False):
        """The sum over all elements, or over the axis or axes `dim`."""
        return SumBackward.run(self, dim=dim, keepdim=keepdim)

    def mean(self, dim=None, keepdim=False):
        """The mean over all elements, or over the axis or axes `dim`."""
        return MeanBackward.run(self, dim=dim, keepdim=keepdim)

    def var(self, dim=None, correction=1, keepdim=False, unbiased=None):
        """The variance over `dim`: squared deviations over their number less `correction`."""
        correction = correction if unbiased is None else int(unbiased)
        return VarBackward.run(self, dim=dim, correction=correction, keepdim=keepdim)

    def std(self, dim=None, correction=1, keepdim=False, unbiased=None):
        """The standard deviation over `dim`, the square root of the variance."""
        correction = correction if unbiased is None else int(unbiased)
        return StdBackward.run(self, dim=dim, correction=correction, keepdim=keepdim)

    def prod(self, dim=None, keepdim=False):
        """The product of all elements, or along the axis `dim`."""
        return ProdBackward.run(self, dim=dim, keepdim=keepdim)

    def max(self, dim=None, keepdim=False):
        """The largest element; along an axis `dim`, the largest ones and their indices.

        With another tensor in place of `dim`, `maximum` of the two.
        """
        if dim is None:
            return MaxBackward.run(self)
        if isinstance(dim, Methods):
            return self.maximum(dim)
        return extremes("max", self, dim, keepdim)

    def min(self, dim=None, keepdim=False):
        """The smallest element; along an axis `dim`, the smallest ones and their indices.

        With another tensor in place of `dim`, `minimum` of the two.
        """
        if dim is None:
            return MinBackward.run(self)
        if isinstance(dim, Methods):
            return self.minimum(dim)
        return extremes("min", self, dim, keepdim)

    def amax(self, dim=None, keepdim=False):
        """The largest element over `dim`; ties share the gradient."""
        return MaxBackward.run(self, dim=dim, keepdim=keepdim)

    def amin(self, dim=None, keepdim=False):
        """The smallest element over `dim`; ties share the gradient."""
        return MinBackward.run(self, dim=dim, keepdim=keepdim)

    def argmax(self, dim=None, keepdim=False):
        """The index of the first largest element, an integer without gradient."""
        return position("argmax", self, dim, keepdim)

    def argmin(self, dim=None, keepdim=False):
        """The index of the first smallest element, an integer without gradient."""
        return position("argmin", self, dim, keepdim)

    def logsumexp(self, dim, keepdim=False):
        """ln of the sum of exp(x) over `dim`, without overflow."""
        return LogsumexpBackward.run(self, dim=dim, keepdim=keepdim)

    def cumsum(self, dim):
        """The running sum along the axis `dim`."""
        return CumsumBackward.run(self, dim=dim)

    # ------------------------------------------------------------------- shape and index

    def reshape(self, *shape):
        """The same values in another shape; one length may be -1."""
        return ReshapeBackward.run(self, shape=listed(shape))

    view = reshape

    def flatten(self, start_dim=0, end_dim=-1):
        """The axes from `start_dim` to `end_dim` joined into one."""
        return flatten(self, start_dim, end_dim)

    def squeeze(self, dim=None):
        """Without the axes of length 1, or without axis `dim` if its length is 1."""
        return squeeze(self, dim)

    def unsqueeze(self, dim):
        """With a new axis of length 1 at `dim`."""
        return unsqueeze(self, dim)

    def expand(self, *shape):
        """Broadcast to `shape`; -1 keeps a length."""
        return expand(self, listed(shape))

    def transpose(self, dim0, dim1):
        """Axes `dim0` and `dim1` exchanged."""
        return TransposeBackward.run(self, dim0=dim0, dim1=dim1)

    swapaxes = transpose

    def permute(self, *dims):
        """The axes in the order `dims`."""
        return PermuteBackward.run(self, dims=listed(dims))

    @property
    def T(self):
        return self.permute(*range(self.ndim)[::-1])

    @property
    def mT(self):
        return self.transpose(-2, -1)

    def gather(self, dim, index):
        """Elements picked along `dim` by the integers `index`, of as many axes as self."""
        return GatherBackward.run(self, dim=dim, index=plain(index))

    def split(self, split_size_or_sections, dim=0):
        """Views along `dim`, of one size (the last may be shorter) or of the sizes given."""
        return split(self, split_size_or_sections, dim)

    def chunk(self, chunks, dim=0):
        """At most `chunks` views along `dim`, of equal size but for the last."""
        return chunk(self, chunks, dim)

    # ------------------------------------------------------------------ copies and dtypes

    def clone(self):
        """A copy that gradients flow through."""
        return CloneBackward.run(self)

    def to(self, dtype):
        """The values in another dtype; the gradient comes back in the dtype of self."""
        dtype = np.dtype(dtype)
        if dtype == self.dtype:
            return self
        if dtype.kind not in "fiub":
            raise TypeError(
                f"to: dtype {dtype} is not supported; use real floats, integers or bool"
            )
        return CastBackward.run(self, dtype=dtype)

    def float(self):
        """As float32."""
        return self.to(np.float32)

    def double(self):
        """As float64."""
        return self.to(np.float64)

    def long(self):
        """As int64."""
        return self.to(np.int64)

    # ------------------------------------------------- flat functions: no gradient to speak of

    def sign(self):
        """-1, 0 or 1; without gradient."""
        return type(self)._wrap(np.sign(self._data))

    def floor(self):
        """The next integer below; without gradient."""
        return type(self)._wrap(np.floor(self._data))

    def ceil(self):
        """The next integer above; without gradient."""
        return type(self)._wrap(np.ceil(self._data))

    def round(self):
        """The nearest integer, to even from the middle; without gradient."""
        return type(self)._wrap(np.round(self._data))

    def all(self):
        """Whether all elements are true, or not 0."""
        return type(self)._wrap(self._data.all())

    def any(self):
        """Whether an element is true, or not 0."""
        return type(self)._wrap(self._data.any())


def listed(args):
    """`f(2, 3)` and `f((2, 3))` both as (2, 3)."""
    if len(args) == 1 and isinstance(args[0], (tuple, list)):
        return tuple(args[0])
    return args
