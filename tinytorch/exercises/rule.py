"""The exercise of a Backward chapter: the reader's own `Function`, compared with the package's.

A `RuleExercise` is data: the class it rebuilds, the samples to try, the mistakes it can name. The
judge is the same for all: it tries the samples in order, simplest first, and explains the first
thing that is wrong.
"""

import dis
import inspect
import warnings
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..core import autograd
from ..core.autograd import Function, enable_grad, grad
from ..core.tensor import Tensor
from .answer import Answer, NotWritten, Wrong, nothing
from .diagnosis import (
    first_difference,
    misplaced,
    quoted,
    raised,
    same,
    summed_down,
    wrong_result,
    wrong_shape,
    wrong_values,
)
from .patterns import pattern, result_pattern
from .samples import Sample

#: What the engine keeps in a node once `forward` is done, under names that a reader may choose too.
TAKEN = {
    "shape": "the shape of the result",
    "dtype": "the dtype of the result",
    "order": "when the node was made",
}


@dataclass(frozen=True)
class Mistake:
    """A plausible wrong rule, and what a teacher says to whoever wrote it.

    Parameters
    ----------
    says : str
        What follows "The gradient of `a` is ". `{x}` stands for the name of the input, `{other}`
        for that of the other one.
    rule : callable
        From g, the inputs and parameters, the wrong gradients as a tuple; None for an input that it
        doesn't concern.
    """

    says: str
    rule: Callable


@dataclass(frozen=True)
class RuleExercise:
    """Rebuild a Backward class.

    Parameters
    ----------
    name : str
        The class of the package, such as "MulBackward": the reference for values and gradients.
    samples : sequence of Sample
        Simplest first.
    mistakes : sequence of Mistake
    results : sequence of Mistake
        What is wrong in `forward`: each `rule` makes the wrong result of inputs and parameters, and
        `says` follows "The result of `forward` is ".
    broadcasts : bool
        Whether the operation is elementwise with broadcasting, so that sums may be forgotten.
    copies : bool, optional
        Whether the result must have memory of its own; False where a view of the input would do,
        so that a copy gets a remark.
    reduces : bool
        Whether it makes one result of several entries, so that g has to be copied back to them.
    """

    name: str
    samples: Sequence[Sample]
    mistakes: Sequence[Mistake] = ()
    results: Sequence[Mistake] = ()
    broadcasts: bool = False
    copies: bool | None = None
    reduces: bool = False

    def __post_init__(self):
        self.reference  # noqa: B018 (taken now)

    @cached_property
    def reference(self):
        """The package's class with the methods it has at this moment.

        Whatever becomes of the package's class later, a reader's is not judged by it.
        """
        cls = getattr(autograd, self.name)
        body = {"forward": cls.forward, "apply": cls.apply, "__doc__": cls.__doc__}
        return type(self.name, (cls,), body | {"__module__": __name__})

    def shapes(self):
        """The shapes of the inputs of the first sample, and of its result."""
        trial = self.trial(self.reference, self.samples[0])
        return [x.shape for x in trial.inputs], trial.z.shape

    def mistaken(self, mistake):
        """A class that makes the mistake, with the forward of the package."""
        reference = self.reference

        def forward(self, *inputs, **params):
            self.inputs, self.params = inputs, deepcopy(params)
            return reference.forward(self, *inputs, **params)

        def apply(self, g):
            with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):
                found = mistake.rule(g, *self.inputs, **self.params)
            right = reference.apply(self, g)  # for an input that the mistake doesn't concern
            return tuple(
                r if d is None else summed_down(np.asarray(d), x.shape)
                for d, r, x in zip(found, right, self.inputs, strict=True)
            )

        forward.__wrapped__ = reference.forward  # whose signature it has
        return type("Mistaken", (reference,), {"forward": forward, "apply": apply})

    def judge(self, cls, seed=None) -> Answer:
        """Try the class on every sample, or on others like them, and explain the first failure."""
        if not (isinstance(cls, type) and issubclass(cls, Function)):
            return Answer(
                False,
                f"A subclass of `Function` is needed, and this is {_kind(cls)}: begin with"
                f" `class My{self.name}(Function):` and give `check` the class itself.",
            )
        right, remarks = {}, []  # what was right, once each and in order
        with warnings.catch_warnings(), np.errstate(all="ignore"), enable_grad():
            warnings.simplefilter("ignore")
            for number, sample in enumerate(self.samples):
                if seed is not None:
                    sample = sample.other(seed)
                trial = self.trial(cls, sample, number)
                try:
                    trial.run()
                except NotWritten as missing:
                    return Answer(None, str(missing))
                except Wrong as wrong:
                    said = f"{wrong}\n\nTried: {trial}."
                    if not sample.extra:
                        so_far = f" Right so far: {'; '.join(right)}." if right else ""
                        return Answer(False, said + so_far)
                    remarks.append(f"Beyond the exercise: {said}")
                else:
                    right[sample.about] = True
            return Answer(True, " ".join([self.praise(right), *self.remarks(cls), *remarks]))

    def trial(self, cls, sample, number=0):
        return Trial(self, cls, sample, number)

    def praise(self, right):
        """What is said of a class that agrees on all samples."""
        return f"Values and gradients agree with `{self.name}` on {', '.join(right)}."

    def remarks(self, cls):
        """What is worth a word about a class that is right."""
        return [
            _to_second_order(self, cls),
            *_too_much(self, cls),
            *_copied_in_vain(self, cls),
        ]


class Trial:
    """One class on one sample: `run` raises `Wrong` or `NotWritten` at the first thing amiss."""

    def __init__(self, exercise, cls, sample, number=0):
        self.exercise, self.cls, self.sample = exercise, cls, sample
        self.inputs, self.wanted = sample.arrays(), sample.wants()
        self.names = _parameters(exercise.reference, len(self.inputs))
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
        mine = _parameters(self.cls, len(self.inputs))
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
                f"`apply` returns {_kind(found)}, and the engine expects a tuple with one gradient"
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
            raise Wrong(f"The gradient of `{name}` is {_kind(d)}, and should be an array.")
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


def _to_second_order(exercise, cls):
    """A remark on gradients of gradients, where `apply` is called with Tensors."""
    sample = exercise.samples[0]
    try:
        mine, theirs = (_second_gradients(c, sample) for c in (cls, exercise.reference))
        agree = all(map(same, mine, theirs))
    except Exception:  # whatever the reader's code makes of Tensors
        agree = False
    if agree:
        return "Gradients of gradients agree as well."
    return (
        "Gradients of gradients do not: under `create_graph=True` the rule gets Tensors. Take the"
        " values from `saved_tensors`, and use operators and methods that Tensors share with"
        " arrays."
    )


def _second_gradients(cls, sample):
    leaves = [Tensor(x, want) for x, want in zip(sample.arrays(), sample.wants(), strict=True)]
    z = cls.run(*leaves, **deepcopy(sample.params))
    leaves = [x for x in leaves if x.requires_grad]
    first = grad(z * z * z, leaves, np.ones(z.shape), create_graph=True)
    total = sum((d * d).sum() for d in first)
    return [np.asarray(d) for d in grad(total, leaves)]


def _too_much(exercise, cls):
    """A remark where more is kept for the backward pass than the rule needs."""
    needed, inputs = exercise.reference.saves, exercise.samples[0].arrays()
    counts = {
        n
        for n, x in zip(_parameters(cls, len(inputs)), inputs, strict=False)
        if x.dtype.kind != "f"
    }
    kept = [name for name in cls.saves if name not in counts]  # indices are small
    all_of_them = len(_parameters(exercise.reference, 0)) < len(needed)  # saves = ("xs",)
    if all_of_them or len(kept) <= len(needed):
        return []
    enough = f"{len(needed)} would do" if needed else "the rule needs no values at all"
    return [f"It keeps {quoted(kept)} in memory until the backward pass, and {enough}."]


def _copied_in_vain(exercise, cls):
    """A remark where the result is a copy, and a view of the input would do."""
    if exercise.copies is not False:
        return []
    sample = exercise.samples[0]
    x = Tensor(sample.arrays()[0])
    if np.shares_memory(np.asarray(cls.run(x, **sample.params)._data), x._data):
        return []
    return ["The result is a copy; a view of the input has the same values and costs nothing."]


def _attributes(method, access):
    """The names of the attributes that a method stores, or loads."""
    code = inspect.unwrap(method).__code__
    return {i.argval for i in dis.get_instructions(code) if i.opname == f"{access}_ATTR"}


def _parameters(cls, inputs):
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


def _kind(thing):
    if isinstance(thing, type):
        return f"the class `{thing.__name__}`"
    if isinstance(thing, (np.ndarray, np.generic, Tensor)):
        return "a single array"
    return f"a `{type(thing).__name__}`"


def _count(n, what):
    return f"{n} {what}{'' if n == 1 else 's'}"
