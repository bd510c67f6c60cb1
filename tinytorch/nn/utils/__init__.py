"""Clipping, and parameters as one vector, where `torch.nn.utils` has them."""

from ...core.optimizers import clip_grad_norm_, clip_grad_value_
from ...core.vectors import parameters_to_vector, vector_to_parameters
from . import rnn

__all__ = [
    "clip_grad_norm_",
    "clip_grad_value_",
    "parameters_to_vector",
    "rnn",
    "vector_to_parameters",
]
