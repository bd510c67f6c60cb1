"""`Gradients`: what a Tensor knows of its gradient, and how the backward pass is started."""

import numpy as np

from . import base
from .backward import backward
from .base import TensorBase
from .leaf import AccumulateGrad, Hooks


class Gradients(Hooks):
    """The attributes and methods of Tensor about gradients."""

    __slots__ = ()

    @property
    def grad(self):
        return self._grad

    @grad.setter
    def grad(self, value):
        if value is not None and not isinstance(value, TensorBase):
            if not isinstance(value, (np.ndarray, np.generic)):
                raise TypeError(
                    f"grad: expected a Tensor, a NumPy array or None, got {type(value).__name__}"
                )
            value = base.Tensor(value, dtype=self._data.dtype)
        for what in ("shape", "dtype") if value is not None else ():
            if (given := getattr(value, what)) != (own := getattr(self, what)):
                raise ValueError(f"grad: the gradient has {what} {given}, the tensor {own}")
        self._grad = value

    @property
    def requires_grad(self):
        return self._node is not None

    @requires_grad.setter
    def requires_grad(self, value):
        if value == self.requires_grad:
            return
        if not self.is_leaf:
            raise RuntimeError(
                "requires_grad: only a leaf can change it, and this tensor is the result of"
                f" {type(self._node).__name__}; use .detach() for the values alone"
            )
        if value and self._data.dtype.kind != "f":
            raise TypeError(
                f"requires_grad: a tensor of dtype {self._data.dtype} has no gradient, only"
                " floating-point ones have; convert with .float() first"
            )
        self._node = AccumulateGrad(self) if value else None

    def requires_grad_(self, requires_grad=True):
        """Set `requires_grad` and return self."""
        self.requires_grad = requires_grad
        return self

    @property
    def is_leaf(self):
        return self._node is None or isinstance(self._node, AccumulateGrad)

    @property
    def grad_fn(self):
        return None if self.is_leaf else self._node

    def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
        """Add ∂self/∂leaf (times `gradient`) to the `.grad` of every leaf it came from.

        See `tinytorch.autograd.backward` for the parameters and errors.
        """
        backward(self, gradient, retain_graph, create_graph, inputs)

    def zero_grad(self):
        """Forget the gradient collected so far."""
        self.grad = None
