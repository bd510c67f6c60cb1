"""Containers: modules and parameters in rows and under names, where `parameters()` finds them."""

from collections.abc import Iterable, Iterator, Mapping

from .module import Module, Parameter
from .tensor import Tensor


class _Numbered(Module):
    """Parts by number: "0", "1", … are their names."""

    def __init__(self, parts=()):
        super().__init__()
        self.extend(parts)

    def _entries_of(self):
        return dict(self._parts())

    def _add(self, name, part):
        self.add_module(name, part)

    def append(self, part):
        """Add one at the end, and return self."""
        self._add(str(len(self)), part)
        return self

    def extend(self, parts: Iterable):
        """Add several at the end, and return self."""
        for part in list(parts):
            self.append(part)
        return self

    def insert(self, index: int, part) -> None:
        """Put one before the one with number `index`."""
        parts = list(self)
        parts.insert(index, part)
        self._renumber(parts)

    def pop(self, index: int = -1):
        """Take one out, and return it."""
        part = self[index]
        del self[index]
        return part

    def _renumber(self, parts):
        for name in self._entries_of():
            delattr(self, name)
        self.extend(parts)

    def _name(self, index):
        names = list(self._entries_of())
        try:
            return names[index]
        except IndexError:
            raise IndexError(
                f"{type(self).__name__}: there are {len(names)}, and none with number {index}"
            ) from None

    def __len__(self):
        return len(self._entries_of())

    def __iter__(self):
        return iter(self._entries_of().values())

    def __getitem__(self, index):
        if isinstance(index, slice):
            return type(self)(*self._arguments(list(self._entries_of().items())[index]))
        return getattr(self, self._name(index))

    def __setitem__(self, index, part):
        self._add(self._name(index), part)

    def __delitem__(self, index):
        parts = list(self)
        del parts[index]
        self._renumber(parts)

    def __iadd__(self, parts):
        return self.extend(parts)

    def __add__(self, others):
        return type(self)(*self._arguments(enumerate([*self, *others])))

    @staticmethod
    def _arguments(entries):
        """What the class is made with, of entries (name, part)."""
        return ([part for _, part in entries],)


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
        if len(modules) == 1 and isinstance(modules[0], Mapping):
            super().__init__()
            for name, module in modules[0].items():
                self.add_module(name, module)
        else:
            super().__init__(modules)

    @staticmethod
    def _arguments(entries):
        return ({str(name): part for name, part in entries},)

    def forward(self, x):
        for module in self.children():
            x = module(x)
        return x


class ModuleList(_Numbered):
    """A list of modules whose parameters are found; a plain list would hide them."""


class _OfParameters:
    """The entries are parameters; arrays and Tensors become parameters."""

    def _entries_of(self):
        return {name: p for name, p in vars(self).items() if isinstance(p, Parameter)}

    def _add(self, name, part):
        self.register_parameter(name, _parameter(part))

    def extra_repr(self):
        return _listed(self._entries_of())


class ParameterList(_OfParameters, _Numbered):
    """A list of parameters that are found; a plain list would hide them.

    Arrays and Tensors become parameters.
    """


class _Named(Module):
    """Parts by name, as in a dict."""

    def __init__(self, parts=None):
        super().__init__()
        self.update(parts or {})

    def _entries_of(self):
        return dict(self._parts())

    def _add(self, name, part):
        self.add_module(name, part)

    def update(self, parts) -> None:
        """Add the parts of a mapping, or of pairs (name, part)."""
        for name, part in parts.items() if hasattr(parts, "items") else parts:
            self[name] = part

    def keys(self) -> Iterator[str]:
        """The names."""
        return self._entries_of().keys()

    def values(self):
        """The parts."""
        return self._entries_of().values()

    def items(self):
        """Pairs (name, part)."""
        return self._entries_of().items()

    def get(self, name: str, default=None):
        """The part of that name, or `default`."""
        return self._entries_of().get(name, default)

    def pop(self, name: str):
        """Take a part out, and return it."""
        part = self[name]
        del self[name]
        return part

    def clear(self) -> None:
        """Take all parts out."""
        for name in list(self):
            del self[name]

    def __getitem__(self, name):
        return self._entries_of()[name]

    def __setitem__(self, name, part):
        self._add(name, part)

    def __delitem__(self, name):
        delattr(self, name if name in self else self._missing(name))

    def _missing(self, name):
        raise KeyError(name)

    def __contains__(self, name):
        return name in self._entries_of()

    def __len__(self):
        return len(self._entries_of())

    def __iter__(self):
        return iter(self._entries_of())


class ModuleDict(_Named):
    """A dict of modules whose parameters are found; a plain dict would hide them.

    >>> from tinytorch import nn
    >>> heads = nn.ModuleDict({"digit": nn.Linear(8, 10), "parity": nn.Linear(8, 2)})
    >>> list(heads), len(heads.parameters())
    (['digit', 'parity'], 4)
    """


class ParameterDict(_OfParameters, _Named):
    """A dict of parameters that are found; arrays and Tensors become parameters."""


def _parameter(part):
    if isinstance(part, Parameter):
        return part
    return Parameter(part.detach() if isinstance(part, Tensor) else part)


def _listed(entries):
    return "\n".join(f"({name}): Parameter of shape {p.shape}" for name, p in entries.items())
