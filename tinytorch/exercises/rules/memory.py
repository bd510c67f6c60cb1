"""The exercise on memory: a checkpoint, which is judged by what it forgets as well."""

import numpy as np

from ...core.autograd import Function, enable_grad, no_grad
from ...core.tensor import Tensor
from ..answer import Wrong
from ..diagnosis import same
from ..rule import Mistake, RuleExercise
from ..samples import Sample
from ..trial import Trial

KEEPS = (
    "The graph of the first run is still alive: {what}. Run the function inside `no_grad()`, return"
    " `.data`, and keep the function alone."
)


class Stretch:
    """A stretch of a network with a weight in it, that counts how often it runs."""

    def __init__(self, *shape, dtype=np.float64):
        self.weight = Tensor(np.random.default_rng(2).normal(size=shape).astype(dtype), True)
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        if not isinstance(x, Tensor):
            raise TypeError(f"function: expected a Tensor, got {type(x).__name__}")
        return (x * self.weight).tanh() * x

    def __deepcopy__(self, memo):
        return Stretch(*self.weight.shape, dtype=self.weight.dtype)

    def __repr__(self):
        return "a function of x and a weight"


class CheckpointBackward(Function):
    """z = f(x), the checkpoint of a function of one input.   ∂L/∂x = g · ∂f/∂x, by a second run.

    Keeps x alone.
    Cost: that of f; that of f and of its backward pass.
    PyTorch: CheckpointFunctionBackward.
    Source: T. Chen et al., "Training deep nets with sublinear memory cost" (2016).
    """

    saves = ("x",)

    def forward(self, x, *, function):
        self.function = function
        with no_grad():
            return function(Tensor(x))._data

    def apply(self, g):
        x = Tensor(self.saved_tensors[0], True)
        with enable_grad():
            self.function(x).backward(g)
        return (np.asarray(x.grad),)


class CheckpointExercise(RuleExercise):
    """Rebuild the checkpoint of a function of one input.

    It has to give the gradients of the input and of a weight inside, call the function once
    forward and once backward, and keep nothing of the first run but the input.
    """

    reference = CheckpointBackward

    def trial(self, cls, sample, number=0):
        return CheckpointTrial(self, cls, sample, number)

    def praise(self, right):
        return (
            "Input and weight get their gradients, and nothing is kept but the input; tried on"
            f" {', '.join(right)}."
        )

    def remarks(self, cls):
        return []


class CheckpointTrial(Trial):
    """One class on one sample, with an eye on the function that it is given."""

    @property
    def params(self):
        self.function = super().params["function"]  # the last one that was given away
        return {"function": self.function}

    def truth(self, g, inputs=None):
        found = super().truth(g, inputs)
        self.right_of_weight = np.asarray(self.function.weight.grad)
        return found

    def forward(self, leaves):
        z = super().forward(leaves)
        self.given = self.function
        self.forgotten(z._node)
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
        before, self.given.weight.grad = self.given.calls, None
        with no_grad():  # as in a backward pass
            found = super().apply(node, g)
        calls = self.given.calls - before
        if calls == 0:
            raise Wrong(KEEPS.format(what="`apply` did not call the function again"))
        if calls > 1:
            raise Wrong(f"`apply` calls the function {calls} times; once is enough.")
        return found

    def explained(self, error, method):
        said = super().explained(error, method)
        if "expected a Tensor" in str(error):
            if method == "forward":
                return f"{said} `forward` gets arrays: call the function on `tt.tensor(x)`."
            return f"{said} Saved values are arrays: make a Tensor of `x` first."
        if "requires no gradient" in str(error):
            return (
                f"{said} Two things are needed: the saved array as a leaf, `tt.tensor(x,"
                " requires_grad=True)`, and recording turned on for the second run, since the"
                " engine runs rules without: `with tt.enable_grad():`."
            )
        if "only a single number has a gradient" in str(error):
            return f"{said} Begin with the upstream gradient: `z.backward(g)`."
        if "'NoneType' object has no attribute" in str(error):
            return (
                f"{said} The `.grad` of the second input is None: is it a leaf that requires a"
                " gradient, and is it what the function was called with?"
            )
        return said

    def compare(self, i, d):
        super().compare(i, d)
        found = self.given.weight.grad
        if found is None:
            raise Wrong(
                "The weight inside the function got no gradient: `grad()` returns that of `x`"
                " alone. `backward(g)` reaches every leaf."
            )
        if same(np.asarray(found), self.right_of_weight):
            return
        if same(np.asarray(found), 2 * self.right_of_weight):
            raise Wrong("The weight inside got its gradient twice: run one backward pass.")
        raise Wrong("The gradient of the weight inside the function is wrong.")


def _of_ones(g, x, *, function):
    return CheckpointBackward(x, function=function).apply(np.ones_like(g))


CHECKPOINT = CheckpointExercise(
    "CheckpointBackward",
    (
        Sample("a matrix", ((3, 4),), params={"function": Stretch(3, 4)}),
        Sample("a weight shared by all rows", ((5, 3),), params={"function": Stretch(3)}),
        Sample("a single number", ((),), params={"function": Stretch()}),
        Sample("an empty batch", ((0, 3),), params={"function": Stretch(3)}),
        Sample(
            "float32",
            ((3, 4),),
            params={"function": Stretch(4, dtype=np.float32)},
            dtype=np.float32,
        ),
    ),
    (
        Mistake(
            "that of g = 1 everywhere: begin the second pass with what came from above,"
            " `z.backward(g)`.",
            _of_ones,
        ),
        Mistake("g unchanged: pass it through the function.", lambda g, x, *, function: (g,)),
    ),
)

EXERCISES = (CHECKPOINT,)
