"""Differentiation in one place: `Function`, the backward pass, and the class of every operation.

A face without logic: each name is defined in the module it is imported from.
"""

from .attention import AttentionBackward
from .embeddings import EmbeddingBackward
from .engine.backward import backward
from .engine.function import Function
from .engine.grad import grad
from .engine.leaf import AccumulateGrad
from .engine.modes import enable_grad, is_grad_enabled, no_grad, set_grad_enabled, watch
from .engine.unbroadcast import unbroadcast
from .engine.using import using
from .gradients.checkpoint import CheckpointBackward
from .layers import DropoutBackward, LinearBackward
from .losses import (
    BCEBackward,
    BCEWithLogitsBackward,
    CrossEntropyBackward,
    HuberBackward,
    L1Backward,
    MSEBackward,
    NLLBackward,
)
from .normalization import BatchNormBackward, LayerNormBackward
from .operations.activations import (
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
from .operations.arithmetic import (
    AddBackward,
    DivBackward,
    MulBackward,
    NegBackward,
    SubBackward,
)
from .operations.concatenation import CatBackward
from .operations.einsum import EinsumBackward
from .operations.elementary import (
    AbsBackward,
    CosBackward,
    ErfBackward,
    ExpBackward,
    LogBackward,
    SinBackward,
    SqrtBackward,
)
from .operations.extremes import MaxBackward, MinBackward
from .operations.indexing import GatherBackward, ScatterBackward, SliceBackward
from .operations.matmul import MatmulBackward
from .operations.power import PowBackward
from .operations.reduction import (
    CumsumBackward,
    LogsumexpBackward,
    MeanBackward,
    ProdBackward,
    StdBackward,
    SumBackward,
    VarBackward,
)
from .operations.selection import (
    ClampBackward,
    MaskedFillBackward,
    MaximumBackward,
    MinimumBackward,
    TrilBackward,
    TriuBackward,
    WhereBackward,
)
from .operations.shape import (
    CastBackward,
    CloneBackward,
    ExpandBackward,
    PermuteBackward,
    ReshapeBackward,
    TransposeBackward,
)
from .spatial import (
    AvgPool2dBackward,
    Conv2dBackward,
    FoldBackward,
    MaxPool2dBackward,
    UnfoldBackward,
)
from .variable import Variable, add, divide, enable_autograd, multiply, subtract

__all__ = [
    "AbsBackward",
    "AccumulateGrad",
    "AddBackward",
    "AttentionBackward",
    "AvgPool2dBackward",
    "BCEBackward",
    "BCEWithLogitsBackward",
    "BatchNormBackward",
    "CastBackward",
    "CatBackward",
    "CheckpointBackward",
    "ClampBackward",
    "CloneBackward",
    "Conv2dBackward",
    "CosBackward",
    "CrossEntropyBackward",
    "CumsumBackward",
    "DivBackward",
    "DropoutBackward",
    "EinsumBackward",
    "EmbeddingBackward",
    "ErfBackward",
    "ExpBackward",
    "ExpandBackward",
    "FoldBackward",
    "Function",
    "GELUBackward",
    "GatherBackward",
    "HuberBackward",
    "L1Backward",
    "LayerNormBackward",
    "LeakyReLUBackward",
    "LinearBackward",
    "LogBackward",
    "LogSoftmaxBackward",
    "LogsumexpBackward",
    "MSEBackward",
    "MaskedFillBackward",
    "MatmulBackward",
    "MaxBackward",
    "MaxPool2dBackward",
    "MaximumBackward",
    "MeanBackward",
    "MinBackward",
    "MinimumBackward",
    "MulBackward",
    "NLLBackward",
    "NegBackward",
    "PermuteBackward",
    "PowBackward",
    "ProdBackward",
    "ReLUBackward",
    "ReshapeBackward",
    "ScatterBackward",
    "SiLUBackward",
    "SigmoidBackward",
    "SinBackward",
    "SliceBackward",
    "SoftmaxBackward",
    "SoftplusBackward",
    "SqrtBackward",
    "StdBackward",
    "SubBackward",
    "SumBackward",
    "TanhBackward",
    "TransposeBackward",
    "TrilBackward",
    "TriuBackward",
    "UnfoldBackward",
    "VarBackward",
    "Variable",
    "WhereBackward",
    "add",
    "backward",
    "divide",
    "enable_autograd",
    "enable_grad",
    "grad",
    "is_grad_enabled",
    "multiply",
    "no_grad",
    "set_grad_enabled",
    "subtract",
    "unbroadcast",
    "using",
    "watch",
]
