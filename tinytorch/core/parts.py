"""What a module is made of: its parameters, buffers and parts, found in its attributes.

A module is an ordinary object. What it registers is what its attributes hold: a `Parameter`
is a parameter, a `Module` a part, and `register_buffer` names the arrays that belong to the state
without being trained. Nothing is kept twice, so nothing can disagree.
"""

from collections.abc import Iterator

import numpy as np

from .engine.versions import record_write
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

    def __deepcopy__(self, memo):
        """A parameter of its own with the same values, and no gradient yet."""
        memo[id(self)] = copy = type(self)(self, self.requires_grad)
        return copy

    def __repr__(self):
        return f"Parameter containing:\n{super().__repr__()}"


class Buffer(Tensor):
    """A tensor that belongs to the state of a module without being trained, by being assigned.

    Parameters
    ----------
    data : array_like or Tensor
        The first values; copied.
    persistent : bool
        Whether it is saved with the parameters.
    """

    __slots__ = ("persistent",)

    def __init__(self, data, persistent: bool = True):
        super().__init__(data)
        self.persistent = persistent


class Parameters(list):
    """What `parameters()` returns: a list, of which `next()` takes one after the other as well.

    Lists can be added, counted and gone through again; PyTorch's programs also ask for
    `next(model.parameters())`.
    """

    def __init__(self, tensors):
        super().__init__(tensors)
        self._rest = iter(self)

    def __next__(self):
        return next(self._rest)


class Parts:
    """The tree of a module: what `Module` knows of its own attributes and those of its parts."""

    _buffers: tuple[str, ...] = ()
    _not_saved: frozenset[str] = frozenset()

    def __setattr__(self, name, value):
        if isinstance(vars(self).get(name), Parameter) and not (
            value is None or isinstance(value, Parameter)
        ):
            raise TypeError(
                f"{type(self).__name__}.{name}: it is a parameter, and a {type(value).__name__} in"
                " its place would not be trained; assign a Parameter, or the values to its .data"
            )
        if name in self._buffers and not (value is None or isinstance(value, Tensor)):
            raise TypeError(
                f"{type(self).__name__}.{name}: it is a buffer, and takes a Tensor or None, got"
                f" {type(value).__name__}"
            )
        if isinstance(value, Buffer) and name not in self._buffers:
            self._buffers = (*self._buffers, name)
            if not value.persistent:
                self._not_saved = self._not_saved | {name}
        super().__setattr__(name, value)

    def register_buffer(self, name: str, value, persistent: bool = True) -> None:
        """Keep `value` (an array, a Tensor or None) as state that is not trained.

        It is saved with the parameters, unless `persistent` is False.
        """
        value = value if value is None or isinstance(value, Tensor) else Tensor(value)
        setattr(self, _checked_name(self, name), value)
        if name not in self._buffers:
            self._buffers = (*self._buffers, name)
        self._not_saved = self._not_saved - {name} if persistent else self._not_saved | {name}

    def register_parameter(self, name: str, value: Parameter | None) -> None:
        """The same as `self.name = value`, for names that are no identifiers."""
        if not (value is None or isinstance(value, Parameter)):
            raise TypeError(
                f"{type(self).__name__}.{name}: expected a Parameter, got {type(value).__name__}"
            )
        setattr(self, _checked_name(self, name), value)

    def add_module(self, name: str, module: "Parts | None") -> None:
        """The same as `self.name = module`, for names that are no identifiers."""
        if not (module is None or isinstance(module, Parts)):
            raise TypeError(
                f"{type(self).__name__}: expected modules, got {type(module).__name__};"
                " an operation such as relu has a module of its own (ReLU())"
            )
        setattr(self, _checked_name(self, name), module)

    register_module = add_module

    def named_children(self) -> Iterator[tuple[str, "Parts"]]:
        """The parts it is directly made of, each once, with their names."""
        return _once(self._parts())

    def _parts(self):
        """(name, part) for every place a part is in."""
        return ((name, m) for name, m in vars(self).items() if isinstance(m, Parts))

    def children(self) -> Iterator["Parts"]:
        """The parts it is directly made of."""
        return (module for _, module in self.named_children())

    def named_modules(
        self, memo=None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, "Parts"]]:
        """Itself and all parts, each once, with their dotted names; a module before its parts.

        Parameters
        ----------
        memo : set, optional
            Modules to leave out; those that were found are added to it.
        prefix : str
            What the names begin with.
        remove_duplicate : bool
            False names a module that is used in several places in each of them.
        """
        return _once(self._places(prefix), remove_duplicate, memo)

    def modules(self) -> Iterator["Parts"]:
        """Itself and all parts, each once."""
        return (module for _, module in self.named_modules())

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """The parameters, each once, with their dotted names.

        Parameters
        ----------
        prefix : str
            What the names begin with.
        recurse : bool
            False: only its own, not those of its parts.
        remove_duplicate : bool
            False names a parameter that is used in several places in each of them.
        """
        return _once(
            self._entries(own_parameters, prefix=prefix, recurse=recurse), remove_duplicate
        )

    def parameters(self, recurse: bool = True) -> Parameters:
        """The parameters, each once, in the order of `named_parameters()`."""
        return Parameters(p for _, p in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """The buffers, each once, with their dotted names; as `named_parameters`."""
        return _once(self._entries(own_buffers, prefix=prefix, recurse=recurse), remove_duplicate)

    def buffers(self, recurse: bool = True) -> Parameters:
        """The buffers, each once."""
        return Parameters(b for _, b in self.named_buffers(recurse=recurse))

    def get_submodule(self, target: str) -> "Parts":
        """The part with a dotted name; "" is the module itself."""
        return self._found(target, Parts, "part")

    def get_parameter(self, target: str) -> Parameter:
        """The parameter with a dotted name."""
        return self._found(target, Parameter, "parameter")

    def get_buffer(self, target: str) -> Tensor:
        """The buffer with a dotted name."""
        module, _, name = target.rpartition(".")
        if name not in self.get_submodule(module)._buffers:
            raise AttributeError(f"{type(self).__name__} has no buffer {target!r}")
        return self._found(target, Tensor, "buffer")

    def _found(self, target, kind, what):
        found = self
        for name in target.split(".") if target else ():
            found = getattr(found, name, None)
        if not isinstance(found, kind):
            raise AttributeError(f"{type(self).__name__} has no {what} {target!r}")
        return found

    def _places(self, prefix=""):
        """(dotted name, module) for every place a module is in: shared ones repeatedly."""
        yield prefix, self
        for name, child in self._parts():
            yield from child._places(f"{prefix}.{name}" if prefix else name)

    def _refuse_to_be_read(self):
        """Raise if it has no parameters yet, which would be left out without a word."""

    def _entries(self, *kinds, prefix="", recurse=True):
        for place, module in self._places(prefix) if recurse else [(prefix, self)]:
            module._refuse_to_be_read()
            for kind in kinds:
                for name, tensor in kind(module):
                    yield f"{place}.{name}" if place else name, tensor


def write(tensor: Tensor, value) -> None:
    """Write `value` into the array of `tensor`, where the engine can notice it."""
    if type(tensor._data) is not np.ndarray:  # a scalar, which NumPy keeps as a number
        tensor._data = np.asarray(tensor._data)
    tensor._data[...] = value
    record_write(tensor._data)


def own_parameters(module):
    return [(name, p) for name, p in vars(module).items() if isinstance(p, Parameter)]


def own_buffers(module):
    named = ((name, getattr(module, name, None)) for name in module._buffers)
    return [(name, value) for name, value in named if value is not None]


def saved_buffers(module):
    return [entry for entry in own_buffers(module) if entry[0] not in module._not_saved]


def _once(entries, remove_duplicate=True, seen=None):
    """The entries (name, thing), each thing under its first name alone."""
    seen = set() if seen is None else seen
    for name, thing in entries:
        if not remove_duplicate or thing not in seen:
            seen.add(thing)
            yield name, thing


def _checked_name(module, name):
    """A name for a part, which must not hide what all modules have."""
    if not isinstance(name, str) or not name or "." in name:
        raise KeyError(f"{type(module).__name__}: a name is text without a dot, got {name!r}")
    if hasattr(type(module), name) and getattr(type(module), name) is not None:
        raise KeyError(f"{type(module).__name__}: {name!r} is already an attribute of the class")
    return name
