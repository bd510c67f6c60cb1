"""`Module`: layers and models, called like functions: hooks, modes, conversion and their state."""

import textwrap
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from .conversions import names_device, to_dtype
from .device import check_device
from .module_hooks import HookHandle, call_with_hooks, observe_gradients
from .parts import Parameter, Parameters, Parts, own_parameters, saved_buffers, write
from .tensor import Tensor

__all__ = ["Keys", "Module", "Parameter", "Parameters", "evaluating", "write"]


class Keys(NamedTuple):
    """What `load_state_dict(strict=False)` left out."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Module(Parts):
    """The base of every layer and model.

    Subclass it, make the parts in `__init__`, and write `forward`::

        class MLP(Module):
            def __init__(self):
                super().__init__()
                self.hidden = Linear(784, 128)
                self.out = Linear(128, 10)

            def forward(self, x):
                return self.out(self.hidden(x).relu())

    Attributes
    ----------
    training : bool
        True until `eval()` is called; dropout and batch normalization ask it what to do.
    """

    training = True
    _hooks: dict | None = None

    def forward(self, *inputs, **kwargs):
        """Compute the output. Every subclass writes its own."""
        raise NotImplementedError(f"{type(self).__name__} does not define forward")

    def __call__(self, *inputs, **kwargs):
        if self._hooks is None:
            return self.forward(*inputs, **kwargs)
        return call_with_hooks(self, inputs, kwargs)

    # -------------------------------------------------------------------------------- hooks

    def register_forward_pre_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False
    ) -> HookHandle:
        """Call `hook(module, inputs)` before `forward`; it may return other inputs.

        Parameters
        ----------
        prepend : bool
            Before the hooks that are there.
        with_kwargs : bool
            Call `hook(module, inputs, kwargs)`, which may return a pair of both.

        Returns
        -------
        HookHandle
            Its `remove()` takes the hook off.
        """
        return HookHandle(self, "before", hook, with_kwargs, prepend)

    def register_forward_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False
    ) -> HookHandle:
        """Call `hook(module, inputs, output)` after `forward`; it may return another output.

        The parameters are those of `register_forward_pre_hook`; with keyword arguments it is
        `hook(module, inputs, kwargs, output)`.
        """
        return HookHandle(self, "after", hook, with_kwargs, prepend)

    def register_full_backward_hook(self, hook: Callable, prepend: bool = False) -> HookHandle:
        """Call `hook(module, grad_inputs, grad_outputs)` when the pass has gone through it.

        Both are tuples, with None where no gradient is wanted. For a module of one input the hook
        may return another gradient for it.
        """
        return HookHandle(self, "before", observe_gradients(hook), True, prepend)

    # ----------------------------------------------------------------------- modes, conversion

    def train(self, mode: bool = True) -> "Module":
        """Set it and all parts to training (or, with False, to evaluation), and return self."""
        for module in self.modules():
            module.training = bool(mode)
        return self

    def eval(self) -> "Module":
        """Set it and all parts to evaluation, and return self."""
        return self.train(False)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients, or set them to zeros."""
        for p in self.parameters():
            if set_to_none or p.grad is None:
                p.grad = None
            else:
                p.grad.detach_().zero_()

    def requires_grad_(self, requires_grad: bool = True) -> "Module":
        """Freeze (False) or unfreeze all parameters, and return self."""
        for p in self.parameters():
            p.requires_grad = requires_grad
        return self

    def apply(self, function: Callable[["Module"], Any]) -> "Module":
        """Call `function` on every part and then on itself, and return self."""
        for child in self.children():
            child.apply(function)
        function(self)
        return self

    def to(self, *args, device=None, dtype=None, non_blocking: bool = False) -> "Module":
        """Convert its floating-point parameters and buffers to a dtype, and return self.

        Parameters
        ----------
        *args : dtype, device or Tensor
            As PyTorch takes them: `to(tinytorch.float64)`, `to("cpu")`, `to(other)`. The CPU is
            the only device.
        """
        for given in args:
            if given is None or isinstance(given, bool):  # non_blocking
                continue
            if isinstance(given, Tensor):
                dtype = given.dtype
            elif names_device(given):
                device = given
            else:
                dtype = given
        check_device(f"{type(self).__name__}.to", device)
        if dtype is None:
            return self
        dtype = to_dtype(dtype)
        if dtype.kind != "f":
            raise TypeError(
                f"{type(self).__name__}.to: expected a floating-point dtype, got {dtype}"
            )
        for tensor in (*self.parameters(), *self.buffers()):
            if tensor.dtype.kind == "f":
                tensor.data = np.asarray(tensor._data, dtype)
                tensor.grad = None if tensor.grad is None else Tensor(tensor.grad, dtype=dtype)
        return self

    def float(self) -> "Module":
        """Convert to float32."""
        return self.to(np.float32)

    def double(self) -> "Module":
        """Convert to float64."""
        return self.to(np.float64)

    def half(self) -> "Module":
        """Convert to float16."""
        return self.to(np.float16)

    def cpu(self) -> "Module":
        """The module itself: it is on the CPU."""
        return self

    def cuda(self, device=None) -> "Module":
        """Refused: the CPU is the only device."""
        return self.to("cuda")

    # ------------------------------------------------------------------------------- the state

    def state_dict(self, *, prefix: str = "", keep_vars: bool = False) -> dict[str, Tensor]:
        """All parameters and buffers by name: what training has made of the module.

        They share its memory, as in PyTorch: writing into them changes the module, and a later
        step changes them. `copy.deepcopy` keeps them as they are.

        Parameters
        ----------
        prefix : str
            What the names begin with, dot included.
        keep_vars : bool
            The tensors themselves, with what is recorded of them.
        """
        return {f"{prefix}{name}": t if keep_vars else t.detach() for name, t in self._state()}

    def _state(self):
        return self._entries(own_parameters, saved_buffers)

    def load_state_dict(self, state_dict, strict: bool = True) -> Keys:
        """Take the values of `state_dict` (Tensors or arrays, from PyTorch too).

        Parameters
        ----------
        state_dict : mapping of str to array_like
        strict : bool
            Whether keys may be missing or left over (False).

        Raises
        ------
        RuntimeError
            For keys that are missing or unknown, values of another shape, and values that are no
            real numbers, all of them listed; then nothing has been loaded.
        """
        own = dict(self._state())
        missing = [key for key in own if key not in state_dict]
        unexpected = [key for key in state_dict if key not in own]
        wrong = []
        if strict and missing:
            wrong.append(f"missing {', '.join(missing)}")
        if strict and unexpected:
            wrong.append(f"unexpected {', '.join(unexpected)}")
        values = {key: np.asarray(state_dict[key]) for key in own if key in state_dict}
        for key, value in values.items():
            if value.shape != own[key].shape:
                wrong.append(f"{key} has shape {value.shape}, expected {own[key].shape}")
            elif value.dtype.kind not in "fiub":
                wrong.append(f"{key} has dtype {value.dtype}")
        if wrong:
            raise RuntimeError(f"{type(self).__name__}.load_state_dict: {'; '.join(wrong)}")
        for key, value in values.items():
            write(own[key], value)
        return Keys(missing, unexpected)

    # -------------------------------------------------------------------------------- printing

    def extra_repr(self) -> str:
        """What is between the parentheses of a layer's `repr`."""
        return ""

    def __repr__(self):
        lines = [f"({name}): {child!r}" for name, child in self._parts()]
        if not lines:
            return f"{type(self).__name__}({self.extra_repr()})"
        inner = textwrap.indent("\n".join([self.extra_repr(), *lines]).lstrip("\n"), "  ")
        return f"{type(self).__name__}(\n{inner}\n)"


@contextmanager
def evaluating(module: Module):
    """A block in which `module` evaluates; afterwards every part is in its own mode again."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, mode in modes:
            part.training = mode
