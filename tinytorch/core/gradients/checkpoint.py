"""Checkpointing: forget what the forward pass made, and make it again when it is needed."""

import numpy as np

from ..engine.backward import propagate
from ..engine.function import Function
from ..engine.grad import segment
from ..engine.modes import enable_grad
from ..engine.numbers import is_array
from ..engine.versions import now
from ..generator import get_rng_state, set_rng_state
from ..tensor import Tensor


class CheckpointBackward(Function):
    """z = function(*inputs), of which nothing but the inputs is kept.

    ∂L/∂inputs: run the function again, this time with its graph, and pass g
    through that. One more forward pass of the function, for the memory of all
    its intermediate results. Keeps the inputs.
    Cost: the function's; the function once more and its rules back.
    PyTorch: CheckpointFunctionBackward.
    Source: T. Chen et al., "Training deep nets with sublinear memory cost"
    (2016).
    """

    saves = ("xs",)
    sets_dtype = True

    def forward(self, *xs, value, function, count, state):
        self.function, self.count, self.state = function, count, state
        return value

    def apply(self, g):
        again = isinstance(g, Tensor)
        inputs = self.saved_tensors[: self.count]
        sources = self.next_functions[self.count :]
        with enable_grad():
            if again:
                xs = [x.clone() if isinstance(x, Tensor) else x for x in inputs]
            else:
                pairs = zip(inputs, self.next_functions, strict=False)
                xs = [_leaf(x, wanted is not None) for x, wanted in pairs]
            before = get_rng_state()
            set_rng_state(self.state)  # the dropout of the first run
            try:
                z = self.function(*xs)
            finally:
                set_rng_state(before)
        nodes = [getattr(x, "_node", None) for x in xs] + list(sources)
        edge = {node for node in nodes if node is not None}
        within = segment(z._node, edge.__contains__)
        found = propagate({z._node: g}, again, again, edge, within)
        return tuple(found.get(node) for node in nodes)


def checkpoint(function, *inputs) -> Tensor:
    """`function(*inputs)`, without keeping what it computes on the way.

    The backward pass runs the function a second time. Gradients reach the
    inputs and whatever else it uses, such as the parameters of a layer.

    Parameters
    ----------
    function : callable
        Takes the inputs, returns one Tensor; the same each time it is called.
    *inputs : Tensor
        What it is called with.

    Examples
    --------
    >>> import tinytorch as tt
    >>> x = tt.tensor([1.0, 2.0], requires_grad=True)
    >>> tt.autograd.checkpoint(lambda x: (x * x).exp(), x).sum().backward()
    >>> x.grad
    tensor([  5.4366, 218.3926])
    """
    state, start = get_rng_state(), now()
    xs = [_without_past(x) for x in inputs]
    with enable_grad():
        z = function(*xs)
    if not isinstance(z, Tensor):
        kind = type(z).__name__
        raise TypeError(f"checkpoint: function returned {kind}, not a Tensor")
    own = {x._node for x in xs if isinstance(x, Tensor)}
    nodes = []
    if z.requires_grad:
        nodes = segment(z._node, lambda node: node.order < start)
    sources = [node for node in nodes if node.order < start and node not in own]
    # What else the function used becomes an input too: a place without data.
    stands_for = [_without_data(node) for node in sources]
    return CheckpointBackward.run(
        *inputs,
        *stands_for,
        value=z._data,
        function=function,
        count=len(inputs),
        state=state,
    )


def _without_past(x):
    """A Tensor as a leaf on the same array; anything else as it is."""
    return _leaf(x._data, x.requires_grad) if isinstance(x, Tensor) else x


def _without_data(node):
    """A Tensor with the node's shape and dtype, and no memory of its own."""
    return Tensor._wrap(np.broadcast_to(np.zeros((), node.dtype), node.shape), node)


def _leaf(x, requires_grad):
    if not is_array(x):  # a plain number, which may be an axis
        return x
    leaf = Tensor._wrap(x)
    leaf.requires_grad = requires_grad
    return leaf
