"""Reductions: many numbers become one, and its gradient goes back to all of them."""

import math

import numpy as np

from ..engine.function import Function
from ..engine.numbers import as_float32, is_array, values_of
from ..engine.sums import array_sum, running_sum
from .numpy_names import by_numpy_names
from .selection import flat, where, with_values
from .shape import broadcast_to, checked_dims


class SumBackward(Function):
    """z = Σ x over the axes `dim`.

    ∂L/∂x = g, copied along the axes that were summed: every term counts once.
    Keeps the shape of x and no data.
    Cost: N sums for N inputs; nothing back, g is repeated without a copy.
    PyTorch: SumBackward0, SumBackward1.
    Source: the sum rule.
    """

    def forward(self, x, *, dim=None, keepdim=False):
        axes, self.kept = reduced_axes("sum", x, dim)
        return array_sum(x, axes, keepdim)

    def apply(self, g):
        g = g.reshape(self.kept)
        return (broadcast_to(g, self.next_functions[0].shape),)


class MeanBackward(Function):
    """z = (1/n) Σ x over the axes `dim`, n the number of terms.

    ∂L/∂x = g / n, copied along the axes that were averaged.
    Keeps the shape of x and no data.
    The mean of no terms is NaN, as in PyTorch.
    Cost: N sums for N inputs; n quotients back.
    PyTorch: MeanBackward0, MeanBackward1.
    Source: the sum rule.
    """

    def forward(self, x, *, dim=None, keepdim=False):
        _refuse_integers("mean", x)
        axes, self.kept = reduced_axes("mean", x, dim)
        self.n = math.prod([x.shape[i] for i in axes])
        if x.dtype == np.float16:  # 65504 is the largest sum that it could hold
            return x.mean(axis=axes, keepdims=keepdim, dtype=np.float32).astype(x.dtype)
        total = array_sum(x, axes, keepdim)
        return total / self.n if self.n else total * math.nan

    def apply(self, g):
        g = (as_float32(g) / (self.n or 1)).reshape(self.kept)  # n may be beyond 65504
        return (broadcast_to(g, self.next_functions[0].shape),)


class VarBackward(Function):
    """z = Σ (x - mean x)² / (n - correction) over the axes `dim`.

    ∂L/∂x = g · 2 (x - mean x) / (n - correction). The mean depends on x too,
    but what flows through it is a sum of deviations from it, which is 0.
    Keeps the input.
    Where n ≤ correction it is divided by 0: ∞, and NaN of equal values.
    Cost: 4N for N inputs; 3N back. PyTorch: VarBackward0.
    """

    saves = ("x",)

    def forward(self, x, *, dim=None, correction=1, keepdim=False):
        _refuse_integers("var", x)
        self.axes, self.kept = reduced_axes("var", x, dim)
        self.n = _degrees_of_freedom(x, self.axes, correction)
        with np.errstate(all="ignore"):
            z = _squares(x, self.axes, keepdim) / self.n
        return z.astype(x.dtype, copy=False)

    def apply(self, g):
        x, g = as_float32(self.saved_tensors[0]), as_float32(g).reshape(self.kept)
        if not self.n:  # the slopes are those of a division by 0
            slopes = np.where(values_of(_centered(x, self.axes)) == 0, math.nan, math.inf)
            d = g * slopes.astype(x.dtype)
            return (d if is_array(g) else flat(self, d),)
        return (g * (2 / self.n) * _centered(x, self.axes),)


class StdBackward(Function):
    """z = √(Σ (x - mean x)² / (n - correction)) over the axes `dim`.

    ∂L/∂x = g · (x - mean x) / ((n - correction) z), and 0 where z = 0: equal
    values stay equal.
    Keeps the input and the result.
    Cost: 4N for N inputs; 3N back. PyTorch: StdBackward0.
    """

    saves = ("x", "z")

    def forward(self, x, *, dim=None, correction=1, keepdim=False):
        _refuse_integers("std", x)
        self.axes, self.kept = reduced_axes("std", x, dim)
        self.n = _degrees_of_freedom(x, self.axes, correction)
        with np.errstate(all="ignore"):
            z = np.sqrt(_squares(x, self.axes, keepdim) / self.n)
            if not ((1e-15 < z) & (z < 1e15)).all():  # the squares may not have fitted
                z = np.sqrt(_squares(x.astype(np.float64), self.axes, keepdim) / self.n)
        return z.astype(x.dtype, copy=False)

    def apply(self, g):
        x, z = map(as_float32, self.saved_tensors)
        flat = values_of(z) == 0
        g = as_float32(g) * ~flat / (z + flat)
        return (g.reshape(self.kept) / self.n * _centered(x, self.axes),)


class ProdBackward(Function):
    """z = Π x over the axis `dim`, or over all elements.

    ∂L/∂xᵢ = g · Π of the others: g · z / xᵢ, unless a z is 0, infinite or so
    small that digits are lost; then the others are multiplied out.
    Keeps the input and the result.
    Cost: N products for N inputs; N quotients or 4N products back. Only for a
    second derivative at a 0, n products of n factors each.
    PyTorch: ProdBackward0, ProdBackward1.
    """

    saves = ("x", "z")

    def forward(self, x, *, dim=None, keepdim=False):
        axes, self.kept = reduced_axes("prod", x, dim)
        self.axis = None if dim is None else axes[0] if axes else None
        if len(axes) > 1 and dim is not None:
            raise TypeError(f"prod: dim must be one axis or None, got {dim}")
        return x.prod(axis=axes, keepdims=keepdim, dtype=_total_dtype(x))

    def apply(self, g):
        x, z = self.saved_tensors
        if not x.shape:
            return (g,)
        g, z, x_values = g.reshape(self.kept), z.reshape(self.kept), values_of(x)
        size = np.abs(values_of(z))
        if (np.isfinite(size) & (size >= np.finfo(size.dtype).tiny)).all():
            return (g * z / x,)
        others = self._in_rows(products_of_others, x_values)
        zeros = np.count_nonzero(x_values == 0)
        none = (others == 0) | (self.axis is None and zeros > 1)
        d = np.where(none, g.dtype.type(0), values_of(g) * others)  # 0 · ∞, too
        if is_array(g):
            return (d,)
        divided = np.isinf(x_values).any() and not zeros
        slopes = z / x if divided else self._in_rows(products_without_each, x)
        return (with_values(g * slopes, d),)

    def _in_rows(self, f, x):
        """f(x) where the factors of each product lie along the last axis."""
        if self.axis is None:
            return f(x.reshape(-1)).reshape(x.shape)
        return f(x.swapaxes(self.axis, -1)).swapaxes(self.axis, -1)


class LogsumexpBackward(Function):
    """z = ln Σ eˣ over the axes `dim`.

    It is computed as m + ln Σ e^(x - m) with m the largest x.

    ∂L/∂x = g · e^(x - z): the softmax of x. Keeps the input and the result.
    Cost: N exponentials for N inputs; N exponentials and products back.
    PyTorch: LogsumexpBackward0.
    """

    int_to_float = True
    saves = ("x", "z")

    def forward(self, x, *, dim, keepdim=False):
        axes, self.kept = reduced_axes("logsumexp", x, dim)
        m = x.max(axis=axes, keepdims=True, initial=-np.inf)
        m = np.where(np.isfinite(m), m, 0).astype(x.dtype)
        with np.errstate(divide="ignore", over="ignore"):
            z = np.log(np.exp(x - m).sum(axis=axes, keepdims=True)) + m
        return z if keepdim else z.squeeze(axes)

    def apply(self, g):
        x, z = self.saved_tensors
        return (g.reshape(self.kept) * np.exp(x - z.reshape(self.kept)),)


class CumsumBackward(Function):
    """zᵢ = x₀ + … + xᵢ along the axis `dim`.

    ∂L/∂xⱼ = gⱼ + … + gₙ: xⱼ is in every sum from its own on. A cumulative sum
    from the end.
    Keeps nothing.
    Cost: n sums; n sums back, from the end. PyTorch: CumsumBackward0.
    """

    def forward(self, x, *, dim):
        axes = checked_dims("cumsum", x.shape, (dim,))
        self.axis = axes[0] if axes else None
        return running_sum(x, self.axis) if axes else x.astype(_total_dtype(x))

    def apply(self, g):
        if self.axis is None:
            return (g,)
        reverse = (slice(None),) * self.axis + (slice(None, None, -1),)
        if is_array(g):
            return (running_sum(g[reverse], self.axis)[reverse],)
        return (g[reverse].cumsum(self.axis)[reverse],)


def sum_kept(x, axes):
    """The sum over `axes`, kept at length 1, for arrays and Tensors alike: what rules use."""
    return array_sum(x, axes, True) if is_array(x) else x.sum(axes, keepdim=True)


def _total_dtype(x):
    """The dtype of a product: int64 for integers and booleans, as in PyTorch."""
    return x.dtype if x.dtype.kind == "f" else np.int64


def reduced_axes(name, x, dim):
    """The axes to reduce, and the shape with length 1 there."""
    everything = isinstance(dim, (list, tuple)) and not dim  # an empty list of axes, as in PyTorch
    axes = checked_dims(name, x.shape, None if everything else dim)
    return axes, tuple([1 if i in axes else n for i, n in enumerate(x.shape)])


def _centered(x, axes):
    """x - mean x, exactly 0 where all x are equal: the first of them is taken away beforehand."""
    n = math.prod([x.shape[i] for i in axes])
    first = values_of(x)[tuple(slice(1) if i in axes else slice(None) for i in range(x.ndim))]
    if not first.size:
        return x - sum_kept(x, axes) / (n or 1)
    x = x - np.where(np.isfinite(first), first, first.dtype.type(0))
    return x - sum_kept(x, axes) / n


def _squares(x, axes, keepdim):
    """Σ (x - mean x)² of an array; of float16 in float32, as it may be beyond 65504."""
    deviation = _centered(as_float32(x), axes)
    return array_sum(deviation * deviation, axes, keepdim)


def _degrees_of_freedom(x, axes, correction):
    return max(math.prod([x.shape[i] for i in axes]) - correction, 0)


def products_of_others(x):
    """For each element the product of all others along the last axis.

    The row is folded in the middle, so that each has a partner: it gets the
    partner times the others of the pair. The pairs are a row of half the
    length, so that n factors cost 3n products.
    """
    n = x.shape[-1]
    if n < 2:
        return np.ones(x.shape, x.dtype)
    half = n // 2
    a, b, single = x[..., :half], x[..., half : 2 * half], x[..., 2 * half :]
    others = products_of_others(np.concatenate([a * b, single], -1))
    of_pair, of_single = others[..., :half], others[..., half:]
    return np.concatenate([of_pair * b, of_pair * a, of_single], -1)


def products_without_each(x):
    """The same of a Tensor, to be differentiated: n products, the i-th with a 1 in place of xᵢ."""
    n = x.shape[-1]
    own, one = np.eye(n, dtype=bool), np.ones((), x.dtype)
    return where(own, one, x.reshape(*x.shape[:-1], 1, n)).prod(-1)


def _refuse_integers(name, x):
    if x.dtype.kind != "f":
        raise TypeError(
            f"{name}: dtype {x.dtype} has no fractions to average in; convert with .float() first"
        )


@by_numpy_names
def sum(input, dim=None, keepdim=False):
    """The sum over all elements, or over the axis or axes `dim`."""
    return SumBackward.run(input, dim=dim, keepdim=keepdim)


@by_numpy_names
def mean(input, dim=None, keepdim=False):
    """The mean over all elements, or over the axis or axes `dim`."""
    return MeanBackward.run(input, dim=dim, keepdim=keepdim)


@by_numpy_names
def var(input, dim=None, correction=1, keepdim=False, unbiased=None):
    """The variance over `dim`: squared deviations over their number less `correction`."""
    correction = correction if unbiased is None else int(unbiased)
    return VarBackward.run(input, dim=dim, correction=correction, keepdim=keepdim)


@by_numpy_names
def std(input, dim=None, correction=1, keepdim=False, unbiased=None):
    """The standard deviation over `dim`, the square root of the variance."""
    correction = correction if unbiased is None else int(unbiased)
    return StdBackward.run(input, dim=dim, correction=correction, keepdim=keepdim)


@by_numpy_names
def prod(input, dim=None, keepdim=False):
    """The product of all elements, or along the axis `dim`."""
    return ProdBackward.run(input, dim=dim, keepdim=keepdim)


@by_numpy_names
def logsumexp(input, dim, keepdim=False):
    """ln of the sum of exp(x) over `dim`, without overflow."""
    return LogsumexpBackward.run(input, dim=dim, keepdim=keepdim)


@by_numpy_names
def cumsum(input, dim):
    """The running sum along the axis `dim`."""
    return CumsumBackward.run(input, dim=dim)


class Reductions:
    """The reductions as methods of Tensor."""

    __slots__ = ()

    sum, mean, var, std, prod = sum, mean, var, std, prod
    logsumexp, cumsum = logsumexp, cumsum
