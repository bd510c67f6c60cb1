"""The engine: `Function`, the graph it records, and the backward pass over it.

An operation is one class, with its formula (`forward`) beside its rule (`apply`). Running it
through `Function.run` leaves a node; nodes point to the nodes that made their inputs. `backward`
starts at the last node with ∂L/∂L = 1 and calls every node's rule once, newest first:

    grad_inputs = node.apply(grad_output)

Nodes are numbered as they are made, and an operation can only use what already exists, so the
numbers are a topological order and newest-first reaches a node after everything that used it.
"""

import inspect
import weakref
from contextlib import ContextDecorator, contextmanager
from operator import itemgetter

import numpy as np

from .dtypes import get_default_dtype
from .memory import ledger, seal, tick

_FLOAT32, _FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
_ARRAYS = (np.float32, np.ndarray)
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
    _pick = staticmethod(lambda values: ())
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
        parameters = list(inspect.signature(cls.forward).parameters.values())[1:]
        names = [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
        unknown = [s for s in cls.saves if s not in names and s != "z"]
        if unknown:
            raise TypeError(
                f"{cls.__name__}: saves names {unknown[0]!r}, which is no input of forward"
                f" ({', '.join(names)}) and not 'z', its result"
            )
        cls._saved = at = [-1 if s == "z" else names.index(s) for s in cls.saves]
        if at and any(p.kind is p.VAR_POSITIONAL for p in parameters):  # saves = ("xs",): all
            cls._saved, cls._pick = None, staticmethod(lambda values: tuple(values[:-1]))
        elif len(at) == 1:  # itemgetter gives a tuple for two places and more
            cls._pick = staticmethod(lambda values, i=at[0]: (values[i],))
        elif at:
            cls._pick = itemgetter(*at)

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

        This is the one door: every operation is computed and recorded here,
        and nowhere else.
        """
        self = _new(cls)
        kind, arrays, nexts = Tensor, [], []
        self.scratch = None
        for x in inputs:
            if type(x) is Tensor:
                arrays.append(x._data)
                nexts.append(x._node)
            elif isinstance(x, Tensor):
                kind = kind if x._kind is Tensor else x._kind
                arrays.append(x._data)
                nexts.append(x._node)
            else:
                arrays.append(_constant(x, self))
                nexts.append(None)
        if self.fractions and arrays[0].dtype is not _FLOAT32:
            arrays[0] = _floating(arrays[0])
        try:
            z = self.forward(*arrays, **params) if params else self.forward(*arrays)
        except (ValueError, TypeError, IndexError, OverflowError) as error:
            raise _explained(self, arrays, error) from error
        if type(z) not in _ARRAYS or z.dtype is not _FLOAT32:
            z = _settled(z, arrays)
        dtype = z.dtype
        out = _new(kind)
        out._data = z
        out.grad = None
        if _recording and any(nexts) and (dtype is _FLOAT32 or dtype.kind == "f"):
            self.next_functions = tuple(nexts)
            self.order = tick()
            self.mark = None
            self.shape = z.shape
            self.dtype = dtype
            arrays.append(z)
            self.saved_tensors = saved = self._pick(arrays)
            if ledger and saved:
                self.seals = seal(saved)
            out._node = self
        else:
            out._node = None
        if _watcher is not None:
            _watcher("forward", self, inputs, out)
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
        self.saved_tensors = tuple(
            Tensor._wrap(value, sources[i]) if hasattr(value, "dtype") else value
            for value, i in zip(saved, self._saved or range(len(saved)), strict=True)
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


def is_array(x):
    """Whether a rule was given arrays (an ordinary pass) and not Tensors (`create_graph=True`)."""
    return isinstance(x, (np.ndarray, np.generic))


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
        return unbroadcast(np.asarray(grad), shape)
    front = grad.ndim - len(shape)
    if not grad.ndim:  # one g for all elements, from a rule applied by hand
        return np.broadcast_to(grad, shape)
    stretched = [i + front for i, n in enumerate(shape) if n == 1 and grad.shape[i + front] != 1]
    return grad.sum((*range(front), *stretched)).reshape(shape)


def _floating(x):
    """x as floats: NumPy alone would give the exponential of a byte, or a mask, in float16."""
    return x if x.dtype.kind == "f" else x.astype(get_default_dtype())


def _settled(z, arrays):
    """A result as an array; what became float64 from numbers and integers alone is float32."""
    if not is_array(z):
        z = np.asarray(z)
    if z.dtype is not _FLOAT64:
        return z
    for a in arrays:
        if getattr(a, "dtype", None) is _FLOAT64:
            return z
    return z.astype(get_default_dtype())


def _constant(x, node):
    """An operand that is no Tensor. Python numbers stay raw: they take the dtype they meet."""
    if type(x) in (int, float, bool):
        return x
    if isinstance(x, float):  # numpy.float64 is a Python float, and as weak as one
        return float(x)
    if isinstance(x, (np.ndarray, np.generic)) and x.dtype.kind in "fiub":
        return np.array(x) if node.saves else x  # the caller may go on to change theirs
    raise TypeError(
        f"{node.name}: expected Tensors, NumPy arrays or numbers, got {type(x).__name__};"
        " make it a tensor with tinytorch.tensor(...)"
    )


def _explained(node, arrays, error):
    """The error of an operation, with its name and the shapes of its operands."""
    if str(error).startswith(f"{node.name}:"):
        return error
    shapes = [np.shape(a) for a in arrays]
    if "broadcast" in str(error) and len(shapes) == 2:
        pairs = list(zip(reversed(shapes[0]), reversed(shapes[1]), strict=False))
        m, n = next(((m, n) for m, n in pairs if m != n and 1 not in (m, n)), (None, None))
        if m is not None:
            return ValueError(
                f"{node.name}: shapes {shapes[0]} and {shapes[1]} do not broadcast: from the right,"
                f" {m} meets {n} and neither is 1; line the axes up with reshape or unsqueeze"
            )
    given = " and ".join(str(s) for s in shapes)
    return plain_kind(error)(f"{node.name}: on shapes {given}: {error}")


def plain_kind(error):
    """The plain kind of an error: NumPy's own subclasses can't be made from a text."""
    kinds = IndexError, OverflowError, TypeError, ValueError
    return next(kind for kind in kinds if isinstance(error, kind))


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
