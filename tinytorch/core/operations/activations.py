"""Activations: rules, functions and methods.

They are the bends without which a network of any depth would be one linear map.
"""

import math

import numpy as np

from ..engine.function import Function
from ..engine.numbers import as_float32, chosen, is_array, values_of
from .curves import curve
from .elementary import erf_of
from .numpy_names import by_numpy_names
from .reduction import sum_kept
from .selection import where, zero_of
from .shape import checked_dims


class ReLUBackward(Function):
    """z = max(x, 0).

    ∂L/∂x = g where x > 0, and 0 elsewhere, at 0 too. Keeps the result, which the next layer keeps
    anyway: z > 0 exactly where x > 0.
    Cost: n comparisons; n comparisons and n products back. PyTorch: ReluBackward0.
    Source: V. Nair and G. E. Hinton, "Rectified linear units improve restricted Boltzmann
    machines" (2010).
    """

    saves = ("z",)

    def forward(self, x):
        return np.maximum(x, 0)

    def apply(self, g):
        (z,) = self.saved_tensors
        if is_array(g):
            return (chosen(g, z != 0),)  # NaN lets g through, as in PyTorch
        return (where(z != 0, g, zero_of(z)),)


class LeakyReLUBackward(Function):
    """z = x where x > 0, `slope` · x elsewhere.

    ∂L/∂x = g where x > 0, `slope` · g elsewhere, at 0 too. Keeps the input.
    Cost: n comparisons and products; the same back.
    PyTorch: LeakyReluBackward0.
    Source: A. Maas et al., "Rectifier nonlinearities improve neural network
    acoustic models" (2013).
    """

    int_to_float = True
    saves = ("x",)

    def forward(self, x, *, slope=0.01):
        self.slope = slope
        return x * self._slopes(x)

    def apply(self, g):
        (x,) = self.saved_tensors
        if is_array(g):
            return (g * self._slopes(x),)
        return (where(x > 0, g, g * self.slope + zero_of(x)),)

    def _slopes(self, x):
        x = values_of(x)
        return np.where(x > 0, x.dtype.type(1), x.dtype.type(self.slope))


class SigmoidBackward(Function):
    """z = 1 / (1 + e⁻ˣ).

    ∂L/∂x = g · z · (1 - z). Keeps the result. Written with e^(-|x|), which
    can't overflow: 0 and 1 at the extremes, with no warning.
    Cost: n exponentials; 3n products and differences back.
    PyTorch: SigmoidBackward0.
    """

    int_to_float = True
    saves = ("z",)

    def forward(self, x):
        with np.errstate(under="ignore"):
            e = np.exp(-np.abs(x))
        return np.where(x >= 0, 1, e) / (1 + e)

    def apply(self, g):
        (z,) = self.saved_tensors
        return (g * curve(lambda z: z * (1 - z), z),)


class TanhBackward(Function):
    """z = tanh x.   ∂L/∂x = g · (1 - z²).   Keeps the result.

    Cost: n hyperbolic tangents; 3n products and differences back.
    PyTorch: TanhBackward0.
    """

    int_to_float = True
    saves = ("z",)

    def forward(self, x):
        return np.tanh(x)

    def apply(self, g):
        (z,) = self.saved_tensors
        return (g * (1 - z * z),)


class GELUBackward(Function):
    """z = x · Φ(x), with Φ the normal distribution, (1 + erf(x/√2)) / 2.

    ∂L/∂x = g · (Φ(x) + x · φ(x)), with φ the normal density. With
    `approximate="tanh"`, Φ is (1 + tanh u) / 2, u = √(2/π) (x + 0.044715 x³),
    and the gradient is that of this formula: its φ is Φ (1 - Φ) · 2 du/dx.
    Keeps the input and Φ.
    Cost: n error functions; n exponentials and 4n products back.
    PyTorch: GeluBackward0.
    Source: D. Hendrycks and K. Gimpel, "Gaussian error linear units" (2016).
    """

    int_to_float = True
    saves = ("x",)

    def forward(self, x, *, approximate="none"):
        if approximate not in ("none", "tanh"):
            wanted = "gelu: approximate must be 'none' or 'tanh'"
            raise ValueError(f"{wanted}, got {approximate!r}")
        self.approximate = approximate
        with np.errstate(under="ignore", over="ignore"):
            self.intermediate = share = self._share(as_float32(x))
            return (x * share).astype(x.dtype, copy=False)

    def apply(self, g):
        x = as_float32(self.saved_tensors[0])
        if not is_array(x):
            return (curve(lambda x: self._slope(x, self._share(x)), x) * g,)
        slope = self._slope(x, self.intermediate)
        slope *= g
        return (slope,)

    def _slope(self, x, share):
        square = x * x
        if self.approximate == "none":
            square *= -0.5
            slope = np.exp(square) * (1 / math.sqrt(2 * math.pi))
        else:
            square *= 6 * 0.044715 * _SQRT_TWO_OVER_PI
            square += 2 * _SQRT_TWO_OVER_PI
            slope = (1 - share) * share
            slope *= square
        slope *= x
        slope += share
        return slope

    def _share(self, x):
        """Φ(x), for arrays and Tensors alike."""
        if self.approximate == "none":
            share = erf_of(x * _SQRT_HALF)
        else:
            share = x * x
            share *= 0.044715 * _SQRT_TWO_OVER_PI
            share += _SQRT_TWO_OVER_PI
            share *= x
            share = np.tanh(share)
        share *= 0.5
        share += 0.5
        return share


_SQRT_HALF, _SQRT_TWO_OVER_PI = math.sqrt(0.5), math.sqrt(2 / math.pi)


class SiLUBackward(Function):
    """z = x · σ(x), with σ the sigmoid.

    ∂L/∂x = g · (σ(x) + x · σ(x) · (1 - σ(x))). Keeps the input.
    Cost: n exponentials; 5n products and sums back. PyTorch: SiluBackward0.
    Source: S. Elfwing et al., "Sigmoid-weighted linear units" (2017); also
    called swish.
    """

    int_to_float = True
    saves = ("x",)

    def forward(self, x):
        return x * sigmoid_of(x)

    def apply(self, g):
        (x,) = self.saved_tensors
        return (g * curve(self._slope, x),)

    def _slope(self, x):
        s = sigmoid_of(x)
        return s + x * s * (1 - s)


class SoftplusBackward(Function):
    """z = ln(1 + e^(βx)) / β, a smooth ReLU; x itself where βx > `threshold`.

    ∂L/∂x = g · σ(βx), and g itself beyond the threshold. Keeps the input.
    Cost: n exponentials and logarithms; n exponentials back.
    PyTorch: SoftplusBackward0.
    """

    int_to_float = True
    saves = ("x",)

    def forward(self, x, *, beta=1.0, threshold=20.0):
        self.beta, self.threshold = beta, threshold
        with np.errstate(under="ignore", over="ignore"):
            soft = np.logaddexp(0, x * beta) / beta
            return np.where(x * beta > threshold, x, soft)

    def apply(self, g):
        (x,) = self.saved_tensors
        linear = values_of(x) * self.beta > self.threshold
        return (g * (sigmoid_of(x * self.beta) * ~linear + linear),)


class SoftmaxBackward(Function):
    """zᵢ = e^xᵢ / Σⱼ e^xⱼ along the axis `dim`: positive, adding up to 1.

    ∂L/∂x = z · (g - Σⱼ gⱼ zⱼ): what raises one lowers the others. Keeps the
    result. The largest x is subtracted first, which changes nothing but keeps
    e^x from overflowing.
    Cost: n exponentials and 4n others; 4n products and sums back.
    PyTorch: SoftmaxBackward0.
    Source: J. Bridle, "Probabilistic interpretation of feedforward
    classification network outputs" (1990).
    """

    int_to_float = True
    saves = ("z",)

    def forward(self, x, *, dim):
        self.axes = checked_dims("softmax", x.shape, (dim,))
        return _exponentials(x, self.axes)[1]

    def apply(self, g):
        (z,) = self.saved_tensors
        gz = g * z
        return (gz - z * sum_kept(gz, self.axes),)


class LogSoftmaxBackward(Function):
    """zᵢ = ln softmax(x)ᵢ = xᵢ - ln Σⱼ e^xⱼ along the axis `dim`.

    ∂L/∂x = g - softmax(x) · Σⱼ gⱼ. Keeps the result, of which the softmax
    is the exponential.
    Finite where the logarithm of a rounded softmax would be -∞.
    Cost: n exponentials and 3n others; the same back.
    PyTorch: LogSoftmaxBackward0.
    """

    int_to_float = True
    saves = ("z",)

    def forward(self, x, *, dim):
        self.axes = checked_dims("logsoftmax", x.shape, (dim,))
        return log_softmax_of(x, self.axes)

    def apply(self, g):
        (z,) = self.saved_tensors
        return (g - np.exp(z) * sum_kept(g, self.axes),)


def _exponentials(x, axes):
    """x minus its largest element along `axes`, and the softmax, on arrays."""
    shifted = x - x.max(axis=axes, keepdims=True, initial=-np.inf)
    with np.errstate(under="ignore"):
        e = np.exp(shifted)
    e /= as_float32(e).sum(axis=axes, keepdims=True)  # beyond 65504, where float16 ends
    return shifted, e


def softmax_of(x, axes):
    """The softmax of arrays and Tensors alike: what rules use."""
    return _exponentials(x, axes)[1] if is_array(x) else SoftmaxBackward.run(x, dim=axes[0])


def log_softmax_of(x, axes):
    """The logarithm of the softmax of an array."""
    shifted = x - x.max(axis=axes, keepdims=True, initial=-np.inf)
    with np.errstate(under="ignore"):
        total = as_float32(np.exp(shifted)).sum(axis=axes, keepdims=True)
        return (shifted - np.log(total)).astype(x.dtype, copy=False)


def sigmoid_of(x):
    """The sigmoid of arrays and Tensors alike: what rules use."""
    return SigmoidBackward.forward(None, x) if is_array(x) else SigmoidBackward.run(x)


def relu(input):
    """The positive part of every element."""
    return ReLUBackward.run(input)


def leaky_relu(input, negative_slope=0.01):
    """x where it is positive, `negative_slope` times x elsewhere."""
    return LeakyReLUBackward.run(input, slope=negative_slope)


def with_flat_gradient(x):
    """The Tensor x, whose gradient is then a function of x, to every order, if a flat one.

    So PyTorch has it of rules that only move g about. A leaky ReLU without a bend does it.
    """
    return leaky_relu(x, 1.0) if x.requires_grad else x


def sigmoid(input):
    """1 / (1 + exp(-x)) of every element."""
    return SigmoidBackward.run(input)


def tanh(input):
    """The hyperbolic tangent of every element."""
    return TanhBackward.run(input)


def gelu(input, approximate="none"):
    """x times the share of a normal distribution below x; `approximate` may be "tanh"."""
    return GELUBackward.run(input, approximate=approximate)


def silu(input):
    """x times the sigmoid of x."""
    return SiLUBackward.run(input)


def softplus(input, beta=1.0, threshold=20.0):
    """ln(1 + exp(beta x)) / beta; x itself where beta x exceeds `threshold`."""
    return SoftplusBackward.run(input, beta=beta, threshold=threshold)


@by_numpy_names
def softmax(input, dim):
    """exp(x) divided by its sum along the axis `dim`."""
    return SoftmaxBackward.run(input, dim=dim)


@by_numpy_names
def log_softmax(input, dim):
    """The logarithm of the softmax along the axis `dim`, finite where that would round to 0."""
    return LogSoftmaxBackward.run(input, dim=dim)


class Activations:
    """The activations as methods of Tensor."""

    __slots__ = ()

    relu, leaky_relu, sigmoid, tanh = relu, leaky_relu, sigmoid, tanh
    gelu, silu, softplus = gelu, silu, softplus
    softmax, log_softmax = softmax, log_softmax
