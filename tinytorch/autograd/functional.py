"""Derivatives of functions, where `torch.autograd.functional` has them."""

from ..core.gradients.derivatives import hessian, hvp, jacobian, jvp, vjp

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vjp"]
