"""The exercise on memory: a checkpoint, which is judged by what it forgets as well."""

import warnings
from dataclasses import dataclass

import numpy as np

from ...core.autograd import Function, enable_grad, no_grad
from ...core.gradients.checkpoint import CheckpointBackward, checkpoint
from ...core.tensor import Tensor
from ..answer import Answer, nothing
from ..diagnosis import first_difference, raised, same
from ..rule import NotWritten, Wrong
from ..samples import Sample

KEEPS = (
    "The graph of the first run is still alive: {what}. Run the function inside `no_grad()`, return"
    " `.data`, and keep the function alone."
)


@dataclass(frozen=True)
class CheckpointExercise:
    """Rebuild the checkpoint of a function of one input.

    It has to give the gradients of the input and of a weight inside, call the function once
    forward and once backward, and keep nothing of the first run but the input.
    """

    name: str
    samples: tuple[Sample, ...]
    mistakes: tuple = ()
    reference: type = CheckpointBackward

    def shapes(self):
        """The shapes of the inputs of the first sample, and of its result."""
        x, _ = self.samples[0].arrays()
        return [x.shape], x.shape

    def judge(self, cls, seed=None) -> Answer:
        """Try the class on every sample, or on others like them, and explain the first failure."""
        if not (isinstance(cls, type) and issubclass(cls, Function)):
            return Answer(
                False, f"A subclass of `Function` is needed: `class My{self.name}(Function):`."
            )
        with warnings.catch_warnings(), np.errstate(all="ignore"), enable_grad():
            warnings.simplefilter("ignore")
            for sample in self.samples:
                try:
                    Run(cls, sample if seed is None else sample.other(seed)).judge()
                except NotWritten as missing:
                    return Answer(None, str(missing))
                except Wrong as wrong:
                    return Answer(False, f"{wrong}\n\nTried: {sample.about}.")
        tried = ", ".join(sample.about for sample in self.samples)
        return Answer(
            True,
            f"Input and weight get their gradients, and nothing is kept but the input; tried on"
            f" {tried}.",
        )


class Run:
    """One class on one sample."""

    def __init__(self, cls, sample):
        self.cls, self.sample, self.calls = cls, sample, 0
        self.x, self.weight = sample.arrays()

    def judge(self):
        x, W = Tensor(self.x, True), Tensor(self.weight, True)
        right = (x * W).tanh() * x
        g = np.array(np.random.default_rng(1).normal(size=right.shape), right.dtype)
        right.backward(g)
        self.right, self.right_W = np.asarray(x.grad), np.asarray(W.grad)

        W = Tensor(self.weight, True)

        def function(x):
            self.calls += 1
            if not isinstance(x, Tensor):
                raise TypeError(f"function: expected a Tensor, got {type(x).__name__}")
            return (x * W).tanh() * x

        z = self.forward(function, right)
        self.forgotten(z._node)
        if self.cls is CheckpointBackward:  # for which the weight is an input, too
            found, W.grad = z._node.apply(g)
        else:
            found = self.apply(z._node, g)
        self.compare(found, W, g)

    def forward(self, function, right):
        x = Tensor(self.x, True)
        try:
            if self.cls is CheckpointBackward:
                z = checkpoint(function, x)
            else:
                z = self.cls.run(x, function=function)
        except NotImplementedError:
            raise NotWritten("Fill in `forward` and `apply`, then run the cell again.") from None
        except Exception as error:
            said = raised(error, "forward", ["x"], self.cls, self.sample)
            if self.calls and "expected a Tensor" in said:
                said += " `forward` gets arrays: call the function on `tt.tensor(x)`."
            raise Wrong(said) from error
        if z._data.dtype == object and z._data.shape == () and nothing(z._data.item()):
            raise NotWritten("`forward` returns nothing: let it return the result, z.")
        if z._data.dtype == object:
            raise Wrong("`forward` must return an array: the `.data` of what the function gives.")
        if not same(np.asarray(z._data), right._data):
            raise Wrong("The result of `forward` is not what the function returns.")
        if z._node is None:
            raise Wrong("The result is not recorded.")
        return z

    def forgotten(self, node):
        """Nothing of the first run may be kept: no Tensor with a past, no array but the input."""
        kept = [*vars(node).values(), node.intermediate]
        for value in [y for v in kept for y in (v if isinstance(v, (list, tuple)) else [v])]:
            if isinstance(value, Tensor) and value.grad_fn is not None:
                raise Wrong(KEEPS.format(what="the node holds a Tensor with a `grad_fn`"))
        if "z" in self.cls.saves:
            raise Wrong("`saves` names z; the rule needs the input, and makes z again.")

    def apply(self, node, g):
        before = self.calls
        with no_grad():  # as in a backward pass
            try:
                found = node.apply(g)
            except NotImplementedError:
                raise NotWritten("`forward` is right. Now fill in `apply`.") from None
            except Exception as error:
                raise Wrong(self.explained(error)) from error
        if nothing(found):
            raise NotWritten("`forward` is right. `apply` returns nothing yet.")
        if type(found) is not tuple or len(found) != 1:
            raise Wrong("`apply` returns a tuple of one gradient, that of `x`: `return (grad,)`.")
        if self.calls == before:
            raise Wrong(KEEPS.format(what="`apply` did not call the function again"))
        if self.calls > before + 1:
            raise Wrong(f"`apply` calls the function {self.calls - before} times; once is enough.")
        return found[0]

    def explained(self, error):
        said = raised(error, "apply", ["x"], self.cls, self.sample)
        if "requires no gradient" in str(error):
            said += (
                " Two things are needed: the saved array as a leaf, `tt.tensor(x,"
                " requires_grad=True)`, and recording turned on for the second run, since the"
                " engine runs rules without: `with tt.enable_grad():`."
            )
        elif "only a single number has a gradient" in str(error):
            said += " Begin with the upstream gradient: `z.backward(g)`."
        elif "'NoneType' object has no attribute" in str(error):
            said += (
                " The `.grad` of the second input is None: is it a leaf that requires a gradient,"
                " and is it what the function was called with?"
            )
        elif "expected a Tensor" in str(error):
            said += " Saved values are arrays: make a Tensor of `x` first."
        return said

    def compare(self, d, W, g):
        d = d if d is None else np.asarray(d)
        if d is None or d.dtype == object:
            raise Wrong("The gradient of `x` is missing: return the `.grad` of the second input.")
        if d.shape != self.x.shape:
            raise Wrong(f"The gradient of `x` has shape {d.shape}, `x` has {self.x.shape}.")
        if not same(d, self.right):
            if same(d, self.slope()):
                raise Wrong(
                    "The gradient of `x` is that of g = 1 everywhere: begin the second pass with"
                    " what came from above, `z.backward(g)`."
                )
            if same(d, g):
                raise Wrong("The gradient of `x` is g unchanged: pass it through the function.")
            raise Wrong(f"The gradient of `x` is wrong: {first_difference(d, self.right)}.")
        if W.grad is None:
            raise Wrong(
                "The weight inside the function got no gradient: `grad()` returns that of `x`"
                " alone. `backward(g)` reaches every leaf."
            )
        if not same(np.asarray(W.grad), self.right_W):
            if same(np.asarray(W.grad), 2 * self.right_W):
                raise Wrong("The weight inside got its gradient twice: run one backward pass.")
            raise Wrong("The gradient of the weight inside the function is wrong.")
        if d.dtype != self.x.dtype:
            raise Wrong(f"The gradient of `x` is {d.dtype}, `x` is {self.x.dtype}.")

    def slope(self):
        x = Tensor(self.x, True)
        z = (x * Tensor(self.weight)).tanh() * x
        z.backward(np.ones(z.shape))
        return np.asarray(x.grad)


CHECKPOINT = CheckpointExercise(
    "CheckpointBackward",
    (
        Sample("a matrix", ((3, 4), (3, 4))),
        Sample("a weight shared by all rows", ((5, 3), (3,))),
        Sample("a single number", ((), ())),
        Sample("an empty batch", ((0, 3), (3,))),
        Sample("float32", ((3, 4), (4,)), dtype=np.float32),
    ),
)

EXERCISES = (CHECKPOINT,)
