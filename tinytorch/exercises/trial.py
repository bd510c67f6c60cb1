"""A reader's `Function` on one sample, step by step, and what is said of the first thing amiss."""

import dis
import inspect
from copy import deepcopy
from functools import cached_property

import numpy as np

from ..core.tensor import Tensor
from .answer import NotWritten, Wrong, nothing
from .diagnosis import (
    first_difference,
    misplaced,
    raised,
    same,
    wrong_result,
    wrong_shape,
    wrong_values,
)
from .patterns import pattern, result_pattern

#: What the engine keeps in a node once `forward` is done, under names that a reader may choose too.
TAKEN = {
    "shape": "the shape of the result",
    "dtype": "the dtype of the result",
    "order": "when the node was made",
}


class Trial:
    """One class on one sample: `run` raises `Wrong` or `NotWritten` at the first thing amiss."""

    def __init__(self, exercise, cls, sample, number=0):
        self.exercise, self.cls, self.sample = exercise, cls, sample
        self.inputs, self.wanted = sample.arrays(), sample.wants()
        self.names = parameters(exercise.reference, len(self.inputs))
        self.z = np.asarray(exercise.reference.run(*self.leaves(), **self.params)._data)
        g = np.random.default_rng(1).normal(size=self.z.shape)
        if self.z.ndim == 0 and number % 2:  # a single g has to be of either sign, and above 0.5
            g = -2 * g
        if sample.upstream is not None:
            g = np.full(self.z.shape, sample.upstream)
        self.g = np.array(g, self.z.dtype)
        self.right = self.truth(self.g)

    def __str__(self):
        shapes = " and ".join(
            f"`{name}` of shape {x.shape}" for name, x in zip(self.names, self.inputs, strict=True)
        )
        params = "".join(
            f", `{name}={value.tolist() if isinstance(value, np.ndarray) else value}`"
            for name, value in self.params.items()
        )
        return f"{shapes}{params} ({self.sample.about})"

    @property
    def params(self):
        """The parameters, anew: a source of random numbers starts again at every call."""
        return deepcopy(self.sample.params)

    def leaves(self):
        return [Tensor(x, want) for x, want in zip(self.inputs, self.wanted, strict=True)]

    def truth(self, g, inputs=None):
        """The gradients by the package's own rule."""
        inputs = self.inputs if inputs is None else inputs
        node = self.exercise.reference(*inputs, **self.params)
        return [np.asarray(d) for d in node.apply(g)]

    def run(self):
        mine = parameters(self.cls, len(self.inputs))
        if len(mine) == len(self.names):
            self.names = mine
        leaves = self.leaves()
        z = self.forward(leaves)
        result, g = np.array(z._data), self.g.copy()
        for name, leaf, x in zip(self.names, leaves, self.inputs, strict=True):
            self.untouched("forward", f"its input `{name}`", leaf._data, x)
        try:
            self.backward(leaves, z, result, g)
        except Wrong:
            if said := self.overwritten(leaves):
                raise Wrong(said) from None
            raise

    def backward(self, leaves, z, result, g):
        """Compare what the reader's rule makes of g, twice."""
        found = self.apply(z._node, g)
        self.untouched("apply", "g, which other rules still get", g, self.g)
        for name, leaf, x in zip(self.names, leaves, self.inputs, strict=True):
            self.untouched("apply", f"`{name}`, which other rules still need", leaf._data, x)
        self.untouched("apply", "the result z, which the next rule needs", z._data, result)
        for i, d in self.those_wanted(found):
            self.compare(i, d)
        for i, d in self.those_wanted(self.apply(z._node, g)):
            if not self.agrees(i, np.asarray(d)):
                raise Wrong(
                    f"A second call of `apply` gives another gradient of `{self.names[i]}`: it"
                    " changes what it keeps."
                )

    def overwritten(self, leaves):
        """What is said where `forward` keeps something under a name that the engine uses itself."""
        stored, used = _attributes(self.cls.forward, "STORE"), _attributes(self.cls.apply, "LOAD")
        mine = {}

        def remember(node, name, value):
            mine.setdefault(name, value)  # the reader's: forward comes first
            super(watched, node).__setattr__(name, value)

        watched = type(self.cls.__name__, (self.cls,), {"__setattr__": remember})
        node = watched.run(*leaves, **self.params)._node
        for name in TAKEN.keys() & stored & used:
            if not np.array_equal(mine[name], getattr(node, name)):
                return (
                    f"`forward` stores something in `self.{name}`, and afterward the engine keeps"
                    f" {TAKEN[name]} there, so that `apply` finds {getattr(node, name)}. Choose"
                    f" another name, such as `self.my_{name}`."
                )
        return None

    def those_wanted(self, gradients):
        return [(i, d) for i, d in enumerate(gradients) if self.wanted[i]]

    def forward(self, leaves):
        """The reader's result, recorded, after a comparison with the reference."""
        try:
            z = self.cls.run(*leaves, **self.params)
        except NotImplementedError:
            raise NotWritten("Fill in `forward` and `apply`, then run the cell again.") from None
        except Exception as error:
            raise Wrong(self.explained(error, "forward")) from error
        found = np.asarray(z._data)
        if found.dtype == object and found.shape == () and nothing(found.item()):
            raise NotWritten("`forward` returns nothing: let it return the result, z.")
        if found.dtype.kind not in "fiub":
            raise Wrong("`forward` does not return an array of numbers.")
        if found.shape != self.z.shape:
            raise Wrong(f"The result has shape {found.shape}, and should have {self.z.shape}.")
        if found.dtype != self.z.dtype:
            if any(x.dtype != self.z.dtype for x in self.inputs):
                raise Wrong(f"The result is {found.dtype}, and should be {self.z.dtype}.")
            raise Wrong(
                f"The result is {found.dtype}, the inputs are {self.z.dtype}: `forward` must keep"
                " the dtype."
            )
        if not same(self.rounded(found), self.z):
            if said := wrong_result(self, found):
                raise Wrong(said)
            if said := result_pattern(self, found):
                raise Wrong(f"The result of `forward` is {said} {self.sample.hint}".rstrip())
            said = f"The result of `forward` is wrong: {first_difference(found, self.z)}."
            raise Wrong(f"{said} {self.sample.hint}".rstrip())
        if self.exercise.copies and np.shares_memory(found, leaves[0]._data):
            raise Wrong(
                f"The result shares the memory of `{self.names[0]}`: writing to one changes the"
                " other. Return a copy."
            )
        return z

    def rounded(self, found):
        """A result with 0 for what a cancellation has left where it should be 0."""
        if found.dtype.kind != "f":
            return found
        scale = max([1.0, *map(_largest, self.inputs)])
        tiny = np.abs(found) <= 64 * np.finfo(found.dtype).eps * scale
        return np.where((self.z == 0) & tiny, self.z, found)

    def apply(self, node, g):
        """What the reader's rule returns, once it is a tuple with a gradient for each input."""
        try:
            found = node.apply(g)
        except NotImplementedError:
            torch = "; PyTorch calls it `backward`" if hasattr(self.cls, "backward") else ""
            raise NotWritten(f"`forward` is right. Now fill in `apply`{torch}.") from None
        except Exception as error:
            raise Wrong(self.explained(error, "apply")) from error
        n = len(self.inputs)
        listed = found if type(found) is tuple else (found,)
        if all(map(nothing, listed)):
            raise NotWritten("`forward` is right. `apply` returns nothing yet.")
        if type(found) is not tuple:
            comma = "; for a single input, `return (grad,)`, with a comma" if n == 1 else ""
            raise Wrong(
                f"`apply` returns {kind(found)}, and the engine expects a tuple with one gradient"
                f" for each input{comma}."
            )
        if len(found) != n:
            raise Wrong(
                f"`apply` returns {_count(len(found), 'gradient')} for {_count(n, 'input')}: one"
                " for each, in their order, or None where none is wanted."
            )
        return found

    def explained(self, error, method):
        """What is said of an exception in the reader's code."""
        return raised(error, method, self.names, self.cls, self.sample)

    def compare(self, i, d):
        """Hold the gradient of input i against the right one."""
        name, x, right = self.names[i], self.inputs[i], self.right[i]
        if nothing(d):
            raise Wrong(f"The gradient of `{name}` is missing: `apply` returns `{d}` for it.")
        if not isinstance(d, (np.ndarray, np.generic, int, float, Tensor)):
            raise Wrong(f"The gradient of `{name}` is {kind(d)}, and should be an array.")
        d = np.asarray(d)
        if d.shape != x.shape:
            if said := misplaced(self, i, d):
                raise Wrong(said)
            if self.exercise.reduces and d.size == self.g.size != x.size:
                raise Wrong(
                    f"The gradient of `{name}` has shape {d.shape}, `{name}` has {x.shape}: there"
                    " is one number for each result. Every entry that went into a result needs one;"
                    " copy g back along the reduced axes."
                )
            raise Wrong(wrong_shape(d, x, name, self.shapes_of_others(i)))
        if d.dtype.kind == "b":
            raise Wrong(
                f"The gradient of `{name}` is {d.dtype}, `{name}` is {x.dtype}: these are truth"
                " values, and g is not in them. Multiply g by them."
            )
        if d.dtype != x.dtype:
            raise Wrong(
                f"The gradient of `{name}` is {d.dtype}, `{name}` is {x.dtype}: every gradient has"
                " the dtype of its input."
            )
        if not self.agrees(i, d):
            # a g of ∞ makes many mistakes alike, and the sample's own hint is for the one it tests
            said = wrong_values(self, i, d) if self.sample.upstream is None else None
            if said is None and (found := pattern(self, i, d)):
                said = f"The gradient of `{name}` is {found} {self.sample.hint}".rstrip()
            if said is None:
                differs = first_difference(d, right, self.scale)
                said = f"The gradient of `{name}` is wrong: {differs}."
                said = f"{said} {self.sample.hint}".rstrip()
            raise Wrong(said)

    @cached_property
    def scale(self):
        """How large a term may be that a gradient is made of."""
        return _largest(self.g) * max([1.0, *map(_largest, self.inputs)])

    def agrees(self, i, d):
        return same(d, self.right[i], self.scale)

    def shapes_of_others(self, i):
        pairs = zip(self.names, self.inputs, strict=True)
        return {x.shape: name for name, x in pairs if name != self.names[i]}

    def untouched(self, method, what, now, before):
        if not np.array_equal(now, before, equal_nan=True):
            raise Wrong(
                f"`{method}` changes {what}, in place. Compute a new array (`a * b`, not `a *= b`)."
            )


def _attributes(method, access):
    """The names of the attributes that a method stores, or loads."""
    code = inspect.unwrap(method).__code__
    return {i.argval for i in dis.get_instructions(code) if i.opname == f"{access}_ATTR"}


def parameters(cls, inputs):
    """The names of the inputs of `forward`, which come before its keyword-only parameters."""
    names = []
    for p in list(inspect.signature(cls.forward).parameters.values())[1:]:
        if p.kind is p.VAR_POSITIONAL:  # *xs: xs[0], xs[1], …
            names += [f"{p.name}[{i}]" for i in range(inputs - len(names))]
        elif p.kind not in (p.KEYWORD_ONLY, p.VAR_KEYWORD):
            names.append(p.name)
    return names


def _largest(x):
    """The largest finite absolute value of an array; 0 where there are no numbers."""
    x = np.asarray(x)
    if x.dtype.kind not in "fiu":
        return 0.0
    return float(np.abs(x[np.isfinite(x)]).max(initial=0))


def kind(thing):
    """What a thing is, in words: the class `C`, a single array, a `list`."""
    if isinstance(thing, type):
        return f"the class `{thing.__name__}`"
    if isinstance(thing, (np.ndarray, np.generic, Tensor)):
        return "a single array"
    return f"a `{type(thing).__name__}`"


def _count(n, what):
    return f"{n} {what}{'' if n == 1 else 's'}"
