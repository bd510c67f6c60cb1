"""Derivatives as functions of functions, as `torch.func` has them."""

from .core.gradients.mapping import vmap
from .core.gradients.stateless import functional_call, stack_module_state
from .core.gradients.transforms import (
    grad,
    grad_and_value,
    hessian,
    jacfwd,
    jacrev,
    jvp,
    linearize,
    vjp,
)

__all__ = [
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "linearize",
    "stack_module_state",
    "vjp",
    "vmap",
]
