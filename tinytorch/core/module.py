"""`Module`: layers and models as objects that know their parameters.

A module is an ordinary object. What it registers is what stands in its attributes: a `Parameter`
is a parameter, a `Module` a part, and `register_buffer` names the arrays that belong to the state
without being trained. Nothing is kept twice, so nothing can disagree.
"""

import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from . import memory
from .tensor import Tensor


class Parameter(Tensor):
    """A tensor that a module trains: it requires a gradient and is found by `parameters()`.

    Parameters
    ----------
    data : array_like or Tensor
        The first values; copied.
    requires_grad : bool
        False freezes it: it stays in the state, and optimizers leave it alone.
    """

    __slots__ = ()

    def __init__(self, data, requires_grad=True):
        super().__init__(data, requires_grad=requires_grad)

    def __repr__(self):
        return f"Parameter containing:\n{super().__repr__()}"


class Keys(NamedTuple):
    """What `load_state_dict(strict=False)` left out."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Module:
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
    _buffers: tuple[str, ...] = ()

    def forward(self, *inputs, **kwargs):
        """Compute the output. Every subclass writes its own."""
        raise NotImplementedError(f"{type(self).__name__} does not define forward")

    def __call__(self, *inputs, **kwargs):
        return self.forward(*inputs, **kwargs)

    def __setattr__(self, name, value):
        if isinstance(vars(self).get(name), Parameter) and not (
            value is None or isinstance(value, Parameter)
        ):
            raise TypeError(
                f"{type(self).__name__}.{name}: it is a parameter, and a {type(value).__name__} in"
                " its place would not be trained; assign a Parameter, or the values to its .data"
            )
        super().__setattr__(name, value)

    # --------------------------------------------------------------------- what it is made of

    def register_buffer(self, name: str, value) -> None:
        """Keep `value` (an array, a Tensor or None) as state that is saved but not trained."""
        setattr(self, name, value if value is None or isinstance(value, Tensor) else Tensor(value))
        if name not in self._buffers:
            self._buffers = (*self._buffers, name)

    def register_parameter(self, name: str, value: Parameter | None) -> None:
        """The same as `self.name = value`."""
        setattr(self, name, value)

    def add_module(self, name: str, module: "Module | None") -> None:
        """The same as `self.name = module`, for names that are no identifiers."""
        setattr(self, name, module)

    def named_children(self) -> Iterator[tuple[str, "Module"]]:
        """The parts it is directly made of, with their names."""
        return ((name, m) for name, m in vars(self).items() if isinstance(m, Module))

    def children(self) -> Iterator["Module"]:
        """The parts it is directly made of."""
        return (module for _, module in self.named_children())

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, "Module"]]:
        """Itself and all parts, each once, with their dotted names; a module before its parts."""
        seen = set()
        for name, module in self._places(prefix):
            if module not in seen:
                seen.add(module)
                yield name, module

    def modules(self) -> Iterator["Module"]:
        """Itself and all parts, each once."""
        return (module for _, module in self.named_modules())

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """The parameters, each once, with their dotted names."""
        return _once(self._entries(_own_parameters))

    def parameters(self) -> list[Parameter]:
        """The parameters, each once, in the order of `named_parameters()`."""
        return [p for _, p in self.named_parameters()]

    def named_buffers(self) -> Iterator[tuple[str, Tensor]]:
        """The buffers, each once, with their dotted names."""
        return _once(self._entries(_own_buffers))

    def buffers(self) -> list[Tensor]:
        """The buffers, each once."""
        return [b for _, b in self.named_buffers()]

    def _places(self, prefix=""):
        """(dotted name, module) for every place a module stands in: shared ones repeatedly."""
        yield prefix, self
        for name, child in self.named_children():
            yield from child._places(f"{prefix}.{name}" if prefix else name)

    def _entries(self, *kinds):
        for prefix, module in self._places():
            for kind in kinds:
                for name, tensor in kind(module):
                    yield f"{prefix}.{name}" if prefix else name, tensor

    # ----------------------------------------------------------------------- modes, conversion

    def train(self, mode: bool = True) -> "Module":
        """Set it and all parts to training (or, with False, to evaluation), and return self."""
        for module in self.modules():
            module.training = bool(mode)
        return self

    def eval(self) -> "Module":
        """Set it and all parts to evaluation, and return self."""
        return self.train(False)

    def zero_grad(self) -> None:
        """Forget the gradients collected so far."""
        for p in self.parameters():
            p.grad = None

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

    def to(self, dtype) -> "Module":
        """Convert its floating-point parameters and buffers to `dtype`, and return self."""
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

    # ------------------------------------------------------------------------------- the state

    def state_dict(self) -> dict[str, Tensor]:
        """Copies of all parameters and buffers by name: what training has made of the module."""
        return {name: Tensor(t) for name, t in self._entries(_own_parameters, _own_buffers)}

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
        own = dict(self._entries(_own_parameters, _own_buffers))
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
        """What stands between the parentheses of a layer's `repr`."""
        return ""

    def __repr__(self):
        lines = [f"({name}): {child!r}" for name, child in self.named_children()]
        if not lines:
            return f"{type(self).__name__}({self.extra_repr()})"
        inner = textwrap.indent("\n".join([self.extra_repr(), *lines]).lstrip("\n"), "  ")
        return f"{type(self).__name__}(\n{inner}\n)"


def write(tensor: Tensor, value) -> None:
    """Write `value` into the array of `tensor`, where the engine can notice it."""
    if type(tensor._data) is not np.ndarray:  # a scalar, which NumPy keeps as a number
        tensor._data = np.asarray(tensor._data)
    tensor._data[...] = value
    memory.written(tensor._data)


def _own_parameters(module):
    return [(name, p) for name, p in vars(module).items() if isinstance(p, Parameter)]


def _own_buffers(module):
    named = ((name, getattr(module, name)) for name in module._buffers)
    return [(name, value) for name, value in named if value is not None]


def _once(entries):
    seen = set()
    for name, tensor in entries:
        if tensor not in seen:
            seen.add(tensor)
            yield name, tensor


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


# ---------------------------------------------------------------------------------- containers


class _Numbered(Module):
    """Modules by number: "0", "1", … are their names."""

    def __init__(self, modules=()):
        super().__init__()
        for module in modules:
            self.append(module)

    def append(self, module: Module):
        """Add a module at the end, and return self."""
        if not isinstance(module, Module):
            raise TypeError(
                f"{type(self).__name__}: expected modules, got {type(module).__name__};"
                " an operation such as relu has a module of its own (ReLU())"
            )
        self.add_module(str(len(self)), module)
        return self

    def __len__(self):
        return sum(1 for _ in self.children())

    def __iter__(self):
        return self.children()

    def __getitem__(self, index):
        modules = list(self.children())
        return type(self)._of(modules[index]) if isinstance(index, slice) else modules[index]


class Sequential(_Numbered):
    """Modules in a row, each given the output of the one before.

    >>> from tinytorch import nn
    >>> nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))
    Sequential(
      (0): Linear(in_features=2, out_features=8, bias=True)
      (1): ReLU()
      (2): Linear(in_features=8, out_features=1, bias=True)
    )
    """

    def __init__(self, *modules: Module):
        if len(modules) == 1 and isinstance(modules[0], dict):
            super().__init__()
            for name, module in modules[0].items():
                self.add_module(name, module)
        else:
            super().__init__(modules)

    @classmethod
    def _of(cls, modules):
        return cls(*modules)

    def forward(self, x):
        for module in self.children():
            x = module(x)
        return x


class ModuleList(_Numbered):
    """A list of modules whose parameters are found; a plain list would hide them."""

    @classmethod
    def _of(cls, modules):
        return cls(modules)
