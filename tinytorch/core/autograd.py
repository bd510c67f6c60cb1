"""The engine: `Function`, the graph it records, and the backward pass over it.

An operation is one class, with its formula (`forward`) beside its rule (`apply`). Running it
through `Function.run` leaves a node; nodes point to the nodes that made their inputs. `backward`
starts at the last node with ∂L/∂L = 1 and calls every node's rule once, newest first:

    grad_inputs = node.apply(grad_output)

Nodes are numbered as they are made, and an operation can only use what already exists, so the
numbers are a topological order and newest-first reaches a node after everything that used it.
"""

import weakref
from contextlib import ContextDecorator, contextmanager

from numpy import asarray, broadcast_to, float32, ndarray  # noqa: F401 (names of the doors)

from .door import Door, parameters
from .memory import lent, seal, tick
from .operands import FLOAT32, constant, explained, floating, settled  # noqa: F401

_new = object.__new__
_recording = True
_watcher = None


class Function:
    """One differentiable operation: a formula and the rule for its gradient.

    To define an operation, subclass it::

        class CubeBackward(Function):
            saves = ("x",)                  # inputs kept for the rule; "z" names the result

            def forward(self, x):           # on arrays
                return x * x * x

            def apply(self, g):             # g = ∂L/∂z
                (x,) = self.saved_tensors
                return (3 * g * x * x,)     # one gradient, or None, for each input

        cube = CubeBackward.run

    `run` computes and records. `CubeBackward(x)` builds the node alone, to look at
    or to `apply` by hand. Parameters that are not differentiated are passed by keyword.

    `apply` gets arrays in an ordinary backward pass and Tensors under `create_graph=True`; written
    with what both understand (`*`, `@`, `.sum`, `.reshape`, …), it is its own second derivative.

    Attributes
    ----------
    saved_tensors : tuple
        The values named in `saves`; None once a backward pass has freed the node.
    scratch
        What `forward` may leave for `apply` beside them, never seen by others; freed with them.
    next_functions : tuple
        For each input the node that made it, which knows the input's `shape` and `dtype`; None
        where no gradient is wanted, and a rule may return None.
    shape, dtype
        Those of the result, and so of the upstream gradient.
    """

    saves: tuple[str, ...] = ()
    fractions = False  # True where values are fractions: integers are then taken as floats
    hooks = None
    seals: dict = {}  # noqa: RUF012 (never written to; a node with seals gets its own)
    __slots__ = (
        "__dict__",
        "dtype",
        "mark",
        "next_functions",
        "order",
        "saved_tensors",
        "scratch",
        "shape",
    )

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.name = cls.__name__.removesuffix("Backward").lower()
        if not hasattr(cls.forward, "__code__"):
            kind = type(cls.forward).__name__
            raise TypeError(
                f"{cls.__name__}: forward must be a method, def forward(self, …), got {kind}"
            )
        if "run" in vars(cls):
            raise TypeError(
                f"{cls.__name__}: run belongs to the engine; write forward and apply, and put what"
                " goes around them into a function"
            )
        inputs, _ = parameters(cls.forward)
        names = [x.removeprefix("*") for x in inputs]
        unknown = [s for s in cls.saves if s not in names and s != "z"]
        if unknown:
            raise TypeError(
                f"{cls.__name__}: saves names {unknown[0]!r}, which is no input of forward"
                f" ({', '.join(names)}) and not 'z', its result"
            )
        cls._saved = [-1 if s == "z" else names.index(s) for s in cls.saves]
        if inputs != names and cls.saves:  # saves = ("xs",) for forward(self, *xs): all
            cls._saved = None
        cls.run = Door()

    def __new__(cls, *inputs, **params):
        """The node alone, built by hand: every gradient is wanted."""
        operands = [x if isinstance(x, Tensor) else Tensor(x) for x in inputs]
        for i, x in enumerate(operands):
            if x._node is None and x.dtype.kind == "f":
                operands[i] = Tensor._wrap(x._data).requires_grad_()
        with enable_grad():
            node = cls.run(*operands, **params)._node
        if node is None:
            raise TypeError(f"{cls.__name__}: integers have no gradients; give it floats")
        return node

    @classmethod
    def run(cls, *inputs, **params):
        """Compute the operation, and record it if a gradient may be wanted.

        This is the one door through which every operation goes. Each class has
        it written out for its own inputs as well (`door.py`): the same steps.
        """
        node = _new(cls)
        node.scratch = None
        kind, arrays, nodes = Tensor, [], []
        for x in inputs:
            if isinstance(x, Tensor):
                kind = kind if x._kind is Tensor else x._kind
                arrays.append(x._data)
                nodes.append(x._node)
            else:
                arrays.append(constant(x, node))
                nodes.append(None)
        if cls.fractions:
            arrays[0] = floating(arrays[0])
        try:
            z = settled(node.forward(*arrays, **params), arrays)
        except (ValueError, TypeError, IndexError, OverflowError) as error:
            raise explained(node, arrays, error) from error
        out = kind._wrap(z)
        if _recording and any(nodes) and z.dtype.kind == "f":
            node.next_functions = tuple(nodes)
            node.order = tick()
            node.mark = None
            node.shape, node.dtype = z.shape, z.dtype
            places = range(len(inputs)) if cls._saved is None else cls._saved
            node.saved_tensors = saved = tuple([*arrays, z][i] for i in places)
            if lent and saved:
                node.seals = seal(saved)
            out._node = node
        if _watcher is not None:
            _watcher("forward", node, inputs, out)
        return out

    def forward(self, *arrays, **params):
        """The formula, on arrays. Returns the array z."""
        raise NotImplementedError(f"{type(self).__name__} does not define forward")

    def apply(self, grad_output):
        """The rule: from g = ∂L/∂z, one gradient (or None) for each input, as a tuple."""
        raise NotImplementedError(f"{type(self).__name__} does not define apply")

    def _apply_on_tensors(self, g):
        """`apply` with the saved values as Tensors, so that the rule is itself recorded."""
        saved = self.saved_tensors
        sources = (*self.next_functions, self)
        places = self._saved or range(len(saved))
        self.saved_tensors = tuple(
            Tensor._wrap(value, sources[i]) if hasattr(value, "dtype") else value
            for value, i in zip(saved, places, strict=True)
        )
        try:
            return self.apply(g)
        finally:
            self.saved_tensors = saved

    def __repr__(self):
        return f"<{type(self).__name__}>"


class AccumulateGrad:
    """The end of a path: the leaf whose `.grad` collects what arrives.

    It refers to its tensor weakly, so that a leaf and its node are no cycle.
    """

    next_functions = ()
    saved_tensors = ()
    __slots__ = ("__weakref__", "dtype", "hooks", "mark", "order", "shape", "tensor")

    def __init__(self, tensor):
        self.tensor = weakref.ref(tensor)
        self.order = -1 - tick()  # older than any operation: leaves come last, in their order
        self.shape = tensor._data.shape
        self.dtype = tensor._data.dtype
        self.hooks = self.mark = None

    def __repr__(self):
        return "<AccumulateGrad>"


class HookHandle:
    """What `register_hook` returns: `remove()` takes the hook off."""

    def __init__(self, node, hook):
        if node.hooks is None:
            node.hooks = {}
        self._hooks, self._key = node.hooks, tick()
        node.hooks[self._key] = hook

    def remove(self):
        """Take the hook off; a second call does nothing."""
        self._hooks.pop(self._key, None)


def unbroadcast(grad, shape):
    """Undo a broadcast: sum `grad` down to `shape`.

    Broadcasting copies a value into several places, and what was copied collects the sum of the
    gradients of its copies. Axes that broadcasting put in front disappear; axes of length 1 that it
    stretched are summed to length 1. It is the one place where this happens.
    """
    try:
        if grad.shape == shape:
            return grad
    except AttributeError:  # a plain number, from a rule applied by hand
        return unbroadcast(asarray(grad), shape)
    front = grad.ndim - len(shape)
    if not grad.ndim:  # one g for all elements, from a rule applied by hand
        return broadcast_to(grad, shape)
    stretched = [i + front for i, n in enumerate(shape) if n == 1 and grad.shape[i + front] != 1]
    return grad.sum((*range(front), *stretched)).reshape(shape)


# ------------------------------------------------------------------------------- grad modes


def is_grad_enabled() -> bool:
    """Whether operations record themselves."""
    return _recording


class no_grad(ContextDecorator):
    """A `with` block, or decorated function, in which nothing is recorded."""

    _mode = False

    def __init__(self):
        self._before = []  # one entry for each time it was entered: calls may recurse

    def __enter__(self):
        global _recording
        self._before.append(_recording)
        _recording = self._mode

    def __exit__(self, *exception):
        global _recording
        _recording = self._before.pop()


class enable_grad(no_grad):
    """A `with` block, or decorated function, in which operations record, inside `no_grad` too."""

    _mode = True


class set_grad_enabled(no_grad):
    """Turn recording on or off, at once, and back at the end of a `with` block.

    >>> import tinytorch as tt
    >>> x = tt.tensor(2.0, requires_grad=True)
    >>> with tt.set_grad_enabled(False):
    ...     y = x * 3
    >>> y.requires_grad
    False
    """

    def __init__(self, mode: bool):
        super().__init__()
        self._mode = bool(mode)
        super().__enter__()
        self._entered = True  # the `with` that may follow finds it done

    def __call__(self, function):
        self.__exit__()  # as a decorator it takes effect in the calls alone
        self._entered = False
        return super().__call__(function)

    def __enter__(self):
        if self._entered:
            self._entered = False
        else:
            super().__enter__()


@contextmanager
def watch(callback):
    """Call `callback` at every step of the engine inside the block.

    After an operation: `callback("forward", node, inputs, output)`. After a rule, in the order of
    the backward pass: `callback("backward", node, grad_output, grad_inputs)`. Figures use it to
    show what the engine did.
    """
    global _watcher
    before, _watcher = _watcher, callback
    try:
        yield
    finally:
        _watcher = before


from .tensor import Tensor  # noqa: E402, I001 (its methods are Functions)
from .engine import backward, grad  # noqa: E402 (the pass over what is recorded here)
from .variable import Variable, add, divide, enable_autograd, multiply, subtract  # noqa: E402

__all__ = [
    "AccumulateGrad",
    "Function",
    "Variable",
    "add",
    "backward",
    "divide",
    "enable_autograd",
    "enable_grad",
    "grad",
    "is_grad_enabled",
    "multiply",
    "no_grad",
    "set_grad_enabled",
    "subtract",
    "unbroadcast",
    "watch",
]


def __getattr__(name):
    """The class of every operation, `core.autograd.MulBackward`; each lives beside its formula."""
    for operation in Function.__subclasses__():
        if operation.__name__ == name and operation.__module__.startswith(f"{__package__}."):
            return operation
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
