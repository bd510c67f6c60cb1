"""TinyTorch: automatic differentiation in NumPy, small enough to read and fast enough to use.

>>> import tinytorch as tt
>>> x = tt.tensor([1.0, 2.0, 3.0], requires_grad=True)
>>> y = (x * x).sum()
>>> y.backward()
>>> x.grad
tensor([2., 4., 6.])
"""

import importlib as _importlib
import math as _math

from numpy import bool, float16, float32, float64, int8, int16, int32, int64, uint8

from . import autograd
from .core import autograd as _operations  # noqa: F401 (all are known from the start)
from .core.construction import (
    Size,
    arange,
    as_tensor,
    empty,
    empty_like,
    eye,
    full,
    full_like,
    is_tensor,
    linspace,
    numel,
    ones,
    ones_like,
    tril_indices,
    triu_indices,
    zeros,
    zeros_like,
)
from .core.device import device
from .core.engine.modes import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    no_grad,
    set_grad_enabled,
)
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
from .core.operations.arithmetic import add, div, mul, neg, sub
from .core.operations.comparison import eq, ge, gt, le, lt, ne
from .core.operations.concatenation import cat, chunk, split, stack, tensor_split
from .core.operations.einsum import einsum
from .core.operations.elementary import (
    abs,
    ceil,
    cos,
    erf,
    exp,
    floor,
    log,
    reciprocal,
    round,
    rsqrt,
    sign,
    sin,
    sqrt,
    tan,
    trunc,
)
from .core.operations.extremes import amax, amin, argmax, argmin, max, min
from .core.operations.in_place import lerp
from .core.operations.indexing import gather
from .core.operations.linear_algebra import addmm, bmm, dot, mm, mv, norm, outer
from .core.operations.matmul import matmul
from .core.operations.placing import (
    broadcast_to,
    diag,
    diagonal,
    hstack,
    index_add,
    index_fill,
    meshgrid,
    movedim,
    scatter,
    scatter_add,
    trace,
    vstack,
)
from .core.operations.power import pow
from .core.operations.predicates import (
    all,
    allclose,
    any,
    equal,
    isclose,
    isfinite,
    isinf,
    isnan,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
)
from .core.operations.reduction import cumsum, logsumexp, mean, prod, std, sum, var
from .core.operations.remainders import expm1, floor_divide, log1p, log2, log10, remainder, square
from .core.operations.repeating import (
    flip,
    index_select,
    masked_select,
    nonzero,
    repeat_interleave,
    roll,
    tile,
    unbind,
)
from .core.operations.selection import clamp, masked_fill, maximum, minimum, tril, triu, where
from .core.operations.shape import flatten, permute, reshape, squeeze, transpose, unsqueeze
from .core.operations.sorting import argsort, bincount, histc, histogram, sort, topk, unique
from .core.operations.summaries import (
    count_nonzero,
    cumprod,
    median,
    nan_to_num,
    std_mean,
    var_mean,
)
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
from .core.typed import (
    BoolTensor,
    ByteTensor,
    DoubleTensor,
    FloatTensor,
    HalfTensor,
    IntTensor,
    LongTensor,
    ShortTensor,
)

asarray = as_tensor
half, float, double = float16, float32, float64
short, int, long = int16, int32, int64
inf, nan, pi, e = _math.inf, _math.nan, _math.pi, _math.e

__version__ = "0.1.0"
__all__ = [
    "BoolTensor",
    "ByteTensor",
    "DoubleTensor",
    "FloatTensor",
    "Generator",
    "HalfTensor",
    "IntTensor",
    "LongTensor",
    "ShortTensor",
    "Size",
    "Tensor",
    "abs",
    "add",
    "addmm",
    "all",
    "allclose",
    "amax",
    "amin",
    "any",
    "arange",
    "argmax",
    "argmin",
    "argsort",
    "as_tensor",
    "asarray",
    "autograd",
    "backends",
    "bernoulli",
    "bincount",
    "bmm",
    "bool",
    "broadcast_to",
    "cat",
    "ceil",
    "chunk",
    "clamp",
    "cos",
    "count_nonzero",
    "cuda",
    "cumprod",
    "cumsum",
    "data",
    "default_generator",
    "device",
    "diag",
    "diagonal",
    "distributions",
    "div",
    "dot",
    "double",
    "e",
    "einsum",
    "empty",
    "empty_like",
    "enable_grad",
    "eq",
    "equal",
    "erf",
    "exp",
    "expm1",
    "eye",
    "flatten",
    "flip",
    "float",
    "float16",
    "float32",
    "float64",
    "floor",
    "floor_divide",
    "from_dlpack",
    "from_numpy",
    "full",
    "full_like",
    "gather",
    "ge",
    "gelu",
    "get_default_dtype",
    "get_rng_state",
    "gt",
    "half",
    "histc",
    "histogram",
    "hstack",
    "index_add",
    "index_fill",
    "index_select",
    "inf",
    "inference_mode",
    "initial_seed",
    "int",
    "int8",
    "int16",
    "int32",
    "int64",
    "is_grad_enabled",
    "is_tensor",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "le",
    "leaky_relu",
    "lerp",
    "linalg",
    "linspace",
    "load",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_softmax",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "logsumexp",
    "long",
    "lt",
    "manual_seed",
    "masked_fill",
    "masked_select",
    "matmul",
    "max",
    "maximum",
    "mean",
    "median",
    "meshgrid",
    "min",
    "minimum",
    "mm",
    "movedim",
    "mul",
    "multinomial",
    "mv",
    "nan",
    "nan_to_num",
    "ne",
    "neg",
    "nn",
    "no_grad",
    "nonzero",
    "norm",
    "normal",
    "numel",
    "ones",
    "ones_like",
    "optim",
    "outer",
    "permute",
    "pi",
    "pow",
    "prod",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
    "reciprocal",
    "relu",
    "remainder",
    "repeat_interleave",
    "reshape",
    "roll",
    "round",
    "rsqrt",
    "safetensors",
    "save",
    "scatter",
    "scatter_add",
    "seed",
    "set_default_dtype",
    "set_grad_enabled",
    "set_rng_state",
    "short",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "softmax",
    "softplus",
    "sort",
    "split",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "std_mean",
    "sub",
    "sum",
    "tan",
    "tanh",
    "tensor",
    "tensor_split",
    "tile",
    "topk",
    "trace",
    "transpose",
    "tril",
    "tril_indices",
    "triu",
    "triu_indices",
    "trunc",
    "uint8",
    "unbind",
    "unique",
    "unsqueeze",
    "utils",
    "var",
    "var_mean",
    "vstack",
    "where",
    "zeros",
    "zeros_like",
]

_LATER = {  # what is imported when it is first asked for: not every program trains a model
    "backends": ".backends",
    "cuda": ".cuda",
    "func": ".func",
    "data": ".data",
    "linalg": ".linalg",
    "nn": ".nn",
    "optim": ".optim",
    "load": ".core.training",
    "safetensors": ".safetensors",
    "utils": ".utils",
    "distributions": ".distributions",
    "save": ".core.training",
}


_NOT_HERE = {  # what a CPU library for learning does without, by PyTorch's names
    "compile": "nothing is compiled: operations run as they are called",
    "jit": "nothing is compiled: operations run as they are called",
    "fx": "graphs are recorded as operations run; tinytorch.autograd.graph shows one",
    "onnx": "models travel by tinytorch.safetensors or state_dict()",
    "quantization": "numbers are float16, float32 and float64",
    "ao": "numbers are float16, float32 and float64",
    "distributed": "training runs in one process",
    "multiprocessing": "training runs in one process",
    "amp": "there is no mixed precision on the CPU here; convert with .half() and .float()",
    "autocast": "there is no mixed precision on the CPU here; convert with .half() and .float()",
    "bfloat16": "NumPy has no bfloat16; use float16 or float32",
    "complex64": "numbers are real",
    "complex128": "numbers are real",
    "sparse": "tensors are dense",
    "vmap": "give the operation a batch axis, which all of them broadcast over",
    "fft": "there is no Fourier transform; numpy.fft takes x.detach()",
}


def __getattr__(name):
    if name in _NOT_HERE:
        raise AttributeError(f"tinytorch has no {name}: {_NOT_HERE[name]}")
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = _importlib.import_module(_LATER[name], __name__)
    return getattr(module, name, module)


def __dir__():
    return sorted(__all__)


_tune_process()
