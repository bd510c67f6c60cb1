"""TinyTorch: automatic differentiation in NumPy, small enough to read and fast enough to use.

>>> import tinytorch as tt
>>> x = tt.tensor([1.0, 2.0, 3.0], requires_grad=True)
>>> y = (x * x).sum()
>>> y.backward()
>>> x.grad
tensor([2., 4., 6.])
"""

import importlib as _importlib

from numpy import bool, float32, float64, int32, int64, uint8

from . import autograd
from .core import autograd as _operations  # noqa: F401 (all are known from the start)
from .core.construction import (
    arange,
    empty,
    empty_like,
    eye,
    full,
    full_like,
    linspace,
    ones,
    ones_like,
    zeros,
    zeros_like,
)
from .core.engine.modes import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from .core.engine.numbers import get_default_dtype, set_default_dtype
from .core.engine.process import tune_process as _tune_process
from .core.generator import (
    Generator,
    default_generator,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)
from .core.operations.activations import (
    gelu,
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    silu,
    softmax,
    softplus,
    tanh,
)
from .core.operations.arithmetic import add, div, mul, neg, pow, sub
from .core.operations.concatenation import cat, chunk, split, stack
from .core.operations.einsum import einsum
from .core.operations.elementary import abs, ceil, cos, erf, exp, floor, log, round, sign, sin, sqrt
from .core.operations.indexing import gather
from .core.operations.matmul import matmul
from .core.operations.reduction import (
    amax,
    amin,
    argmax,
    argmin,
    cumsum,
    logsumexp,
    max,
    mean,
    min,
    prod,
    std,
    sum,
    var,
)
from .core.operations.selection import clamp, masked_fill, maximum, minimum, tril, triu, where
from .core.operations.shape import flatten, permute, reshape, squeeze, transpose, unsqueeze
from .core.random import (
    bernoulli,
    multinomial,
    normal,
    rand,
    rand_like,
    randint,
    randint_like,
    randn,
    randn_like,
    randperm,
)
from .core.tensor import Tensor, from_dlpack, from_numpy, tensor

__version__ = "0.1.0"
__all__ = [
    "Generator",
    "Tensor",
    "abs",
    "add",
    "amax",
    "amin",
    "arange",
    "argmax",
    "argmin",
    "autograd",
    "bernoulli",
    "bool",
    "cat",
    "ceil",
    "chunk",
    "clamp",
    "cos",
    "cumsum",
    "data",
    "default_generator",
    "distributions",
    "div",
    "einsum",
    "empty",
    "empty_like",
    "enable_grad",
    "erf",
    "exp",
    "eye",
    "flatten",
    "float32",
    "float64",
    "floor",
    "from_dlpack",
    "from_numpy",
    "full",
    "full_like",
    "gather",
    "gelu",
    "get_default_dtype",
    "get_rng_state",
    "initial_seed",
    "int32",
    "int64",
    "is_grad_enabled",
    "leaky_relu",
    "linspace",
    "load",
    "log",
    "log_softmax",
    "logsumexp",
    "manual_seed",
    "masked_fill",
    "matmul",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "mul",
    "multinomial",
    "neg",
    "nn",
    "no_grad",
    "normal",
    "ones",
    "ones_like",
    "optim",
    "permute",
    "pow",
    "prod",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
    "relu",
    "reshape",
    "round",
    "safetensors",
    "save",
    "seed",
    "set_default_dtype",
    "set_grad_enabled",
    "set_rng_state",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "softmax",
    "softplus",
    "split",
    "sqrt",
    "squeeze",
    "stack",
    "std",
    "sub",
    "sum",
    "tanh",
    "tensor",
    "transpose",
    "tril",
    "triu",
    "uint8",
    "unsqueeze",
    "utils",
    "var",
    "where",
    "zeros",
    "zeros_like",
]

_LATER = {  # what is imported when it is first asked for: not every program trains a model
    "data": ".data",
    "nn": ".nn",
    "optim": ".optim",
    "load": ".core.training",
    "safetensors": ".safetensors",
    "utils": ".utils",
    "distributions": ".distributions",
    "save": ".core.training",
}


def __getattr__(name):
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = _importlib.import_module(_LATER[name], __name__)
    return getattr(module, name, module)


def __dir__():
    return sorted(__all__)


_tune_process()
