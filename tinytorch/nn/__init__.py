"""Layers, losses and models, as `torch.nn` has them."""

from ..core.activation_layers import (
    GELU,
    LeakyReLU,
    LogSoftmax,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from ..core.attention import MultiHeadAttention
from ..core.containers import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from ..core.embeddings import Embedding, LearnedPositions, SinusoidalPositions
from ..core.gradient_flow import GradientFlow, gradient_flow
from ..core.layers import Dropout, Flatten, Identity, Linear
from ..core.losses import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HuberLoss,
    L1Loss,
    MSELoss,
    NLLLoss,
)
from ..core.module import Module, Parameter
from ..core.normalization import BatchNorm1d, BatchNorm2d, LayerNorm
from ..core.spatial import AvgPool2d, Conv2d, MaxPool2d
from ..core.transformer import GPT, TransformerBlock
from . import functional, init, utils

__all__ = [
    "GELU",
    "GPT",
    "AvgPool2d",
    "BCELoss",
    "BCEWithLogitsLoss",
    "BatchNorm1d",
    "BatchNorm2d",
    "Conv2d",
    "CrossEntropyLoss",
    "Dropout",
    "Embedding",
    "Flatten",
    "GradientFlow",
    "HuberLoss",
    "Identity",
    "L1Loss",
    "LayerNorm",
    "LeakyReLU",
    "LearnedPositions",
    "Linear",
    "LogSoftmax",
    "MSELoss",
    "MaxPool2d",
    "Module",
    "ModuleDict",
    "ModuleList",
    "MultiHeadAttention",
    "NLLLoss",
    "Parameter",
    "ParameterDict",
    "ParameterList",
    "ReLU",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SinusoidalPositions",
    "Softmax",
    "Softplus",
    "Tanh",
    "TransformerBlock",
    "functional",
    "gradient_flow",
    "init",
    "utils",
]
