"""The exercise of a Backward chapter: the reader's own `Function`, compared with the package's.

A `RuleExercise` is data: the class it rebuilds, the samples to try, the mistakes it can name. The
judge is the same for all: it tries the samples in order, simplest first, and explains the first
thing that is wrong.
"""

import warnings
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..core import autograd
from ..core.autograd import Function, enable_grad, grad
from ..core.tensor import Tensor
from .answer import Answer, NotWritten, Wrong
from .diagnosis import quoted, same, summed_down
from .samples import Sample
from .trial import Trial, kind, parameters


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
                f"A subclass of `Function` is needed, and this is {kind(cls)}: begin with"
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
        n for n, x in zip(parameters(cls, len(inputs)), inputs, strict=False) if x.dtype.kind != "f"
    }
    kept = [name for name in cls.saves if name not in counts]  # indices are small
    all_of_them = len(parameters(exercise.reference, 0)) < len(needed)  # saves = ("xs",)
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
