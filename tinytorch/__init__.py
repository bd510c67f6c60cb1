"""TinyTorch: automatic differentiation in NumPy, small enough to read and fast enough to use.

>>> import tinytorch as tt
>>> x = tt.tensor([1.0, 2.0, 3.0], requires_grad=True)
>>> y = (x * x).sum()
>>> y.backward()
>>> x.grad
tensor([2., 4., 6.])
"""

import gc as _gc

from numpy import bool, float32, float64, int32, int64, uint8

from . import autograd
from .core.autograd import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from .core.functional import exp, log, matmul, mean, relu, sigmoid, sqrt, sum, tanh
from .core.tensor import Tensor, from_numpy, tensor

__version__ = "0.1.0"
__all__ = [
    "Tensor",
    "autograd",
    "bool",
    "enable_grad",
    "exp",
    "float32",
    "float64",
    "from_numpy",
    "int32",
    "int64",
    "is_grad_enabled",
    "log",
    "matmul",
    "mean",
    "no_grad",
    "relu",
    "set_grad_enabled",
    "sigmoid",
    "sqrt",
    "sum",
    "tanh",
    "tensor",
    "uint8",
]

# A graph is many small objects without a cycle among them. Python's cycle collector finds nothing
# there, yet walks all of it each time it has grown by a quarter: half the time of a long chain.
# Unless the program chose its own thresholds, ask it to look at young objects less often and at
# all of them rarely.
if _gc.get_threshold()[0] in (700, 2000):
    _gc.set_threshold(20_000, 25, 100)
