"""The activations as modules, for `Sequential`."""

from . import functional
from .module import Module


class ReLU(Module):
    """z = max(x, 0)."""

    def forward(self, x):
        return functional.relu(x)


class LeakyReLU(Module):
    """z = x where x > 0, and negative_slope · x elsewhere."""

    def __init__(self, negative_slope: float = 0.01):
        super().__init__()
        self.negative_slope = negative_slope

    def forward(self, x):
        return functional.leaky_relu(x, self.negative_slope)

    def extra_repr(self):
        return f"negative_slope={self.negative_slope}"


class Sigmoid(Module):
    """z = 1 / (1 + e⁻ˣ)."""

    def forward(self, x):
        return functional.sigmoid(x)


class Tanh(Module):
    """z = tanh x."""

    def forward(self, x):
        return functional.tanh(x)


class GELU(Module):
    """z = x Φ(x), with Φ the normal distribution; approximate="tanh" uses tanh for it."""

    def __init__(self, approximate: str = "none"):
        super().__init__()
        self.approximate = approximate

    def forward(self, x):
        return functional.gelu(x, self.approximate)

    def extra_repr(self):
        return f"approximate={self.approximate!r}"


class SiLU(Module):
    """z = x · sigmoid(x)."""

    def forward(self, x):
        return functional.silu(x)


class Softplus(Module):
    """z = ln(1 + e^(beta·x)) / beta."""

    def __init__(self, beta: float = 1.0, threshold: float = 20.0):
        super().__init__()
        self.beta, self.threshold = beta, threshold

    def forward(self, x):
        return functional.softplus(x, self.beta, self.threshold)

    def extra_repr(self):
        return f"beta={self.beta}, threshold={self.threshold}"


class Softmax(Module):
    """z = eˣ / Σ eˣ along the axis `dim`."""

    def __init__(self, dim: int = -1):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        return functional.softmax(x, self.dim)

    def extra_repr(self):
        return f"dim={self.dim}"


class LogSoftmax(Softmax):
    """z = ln softmax(x) along the axis `dim`."""

    def forward(self, x):
        return functional.log_softmax(x, self.dim)
