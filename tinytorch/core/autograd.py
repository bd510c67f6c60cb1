"""The engine: `Function`, the graph it records, and the backward pass over it.

An operation is one class, with its formula (`forward`) beside its rule (`apply`). Running it through
`Function.run` leaves a node; nodes point to the nodes that made their inputs. `backward` starts at the
last node with ∂L/∂L = 1 and calls every node's rule once, newest first:

    grad_inputs = node.apply(grad_output)

Nodes are numbered as they are made, and an operation can only use what already exists, so the
numbers are a topological order and newest-first reaches a node after everything that used it.
"""

import importlib
import inspect
import weakref
from contextlib import ContextDecorator, contextmanager

import numpy as np

from . import memory
from .tensor import DEFAULT_DTYPE, Tensor

_FLOAT64 = np.dtype(np.float64)
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
    next_functions : tuple
        For each input the node that made it, or None where no gradient is wanted.
    needs : tuple
        For each input whether its gradient is wanted: a rule may return None where it is not.
    shape, dtype
        Those of the result, and so of the upstream gradient.
    """

    saves: tuple[str, ...] = ()
    hooks = None
    retained = None
    seals: dict = {}  # noqa: RUF012 (never written to; a node with seals gets its own)
    __slots__ = (
        "__dict__",
        "__weakref__",
        "dtype",
        "needs",
        "next_functions",
        "order",
        "saved_tensors",
        "shape",
    )

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.name = cls.__name__.removesuffix("Backward").lower()
        names = list(inspect.signature(cls.forward).parameters)[1:]
        unknown = [s for s in cls.saves if s not in names and s != "z"]
        if unknown:
            raise TypeError(
                f"{cls.__name__}: saves names {unknown[0]!r}, which is no input of forward"
                f" ({', '.join(names)}) and not 'z', its result"
            )
        cls._saved = tuple(-1 if s == "z" else names.index(s) for s in cls.saves)

    def __init__(self, *inputs, **params):
        operands = [x if isinstance(x, Tensor) else Tensor(x) for x in inputs]
        arrays = [x._data for x in operands]
        z = self._evaluate(arrays, params)
        self._record(arrays, tuple(x._node for x in operands), z)
        self.needs = tuple(x._data.dtype.kind == "f" for x in operands)

    @classmethod
    def run(cls, *inputs, **params):
        """Compute the operation, and record it if a gradient may be wanted through it."""
        node = cls.__new__(cls)
        kind, arrays, nexts = Tensor, [], []
        for x in inputs:
            if type(x) is Tensor:
                arrays.append(x._data)
                nexts.append(x._node)
            elif isinstance(x, Tensor):
                kind = type(x)
                arrays.append(x._data)
                nexts.append(x._node)
            else:
                arrays.append(_constant(x, cls))
                nexts.append(None)
        z = node._evaluate(arrays, params)
        if _recording and any(nexts) and z.dtype.kind == "f":
            node.needs = nexts = tuple(nexts)
            node._record(arrays, nexts, z)
            out = kind._wrap(z, node)
        else:
            out = kind._wrap(z)
        if _watcher is not None:
            _watcher("forward", node, inputs, out)
        return out

    def _evaluate(self, arrays, params):
        try:
            z = self.forward(*arrays, **params)
        except (ValueError, TypeError, IndexError) as error:
            raise _explained(self, arrays, error) from error
        try:
            if z.dtype is not _FLOAT64:
                return z
        except AttributeError:  # a plain number
            z = np.asarray(z)
        for a in arrays:
            if getattr(a, "dtype", None) is _FLOAT64:
                return z
        return z.astype(DEFAULT_DTYPE)  # numbers and integers became floats: float32, as in PyTorch

    def _record(self, arrays, next_functions, z):
        self.next_functions = next_functions
        self.order = memory.tick()
        self.shape = z.shape
        self.dtype = z.dtype
        arrays.append(z)
        self.saved_tensors = saved = tuple([arrays[i] for i in self._saved])
        if saved and memory.any_outside():
            self.seals = memory.seal(saved)

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
            for value, i in zip(saved, self._saved, strict=True)
        )
        try:
            return self.apply(g)
        finally:
            self.saved_tensors = saved

    def _free(self):
        self.saved_tensors = None
        self.next_functions = ()
        if self.__dict__:
            self.__dict__.clear()

    def __repr__(self):
        return f"<{type(self).__name__}>"


class AccumulateGrad:
    """The end of a path: the leaf whose `.grad` collects what arrives.

    It refers to its tensor weakly, so that a leaf and its node are no cycle.
    """

    next_functions = ()
    saved_tensors = ()
    retained = None
    order = -1  # older than any operation: leaves come last
    __slots__ = ("__weakref__", "dtype", "hooks", "shape", "tensor")

    def __init__(self, tensor):
        self.tensor = weakref.ref(tensor)
        self.shape = tensor._data.shape
        self.dtype = tensor._data.dtype
        self.hooks = None

    def __repr__(self):
        return "<AccumulateGrad>"


class HookHandle:
    """What `register_hook` returns: `remove()` takes the hook off."""

    def __init__(self, node, hook):
        node.hooks = node.hooks or {}
        node.hooks[id(self)] = hook
        self._node = node

    def remove(self):
        """Take the hook off; a second call does nothing."""
        (self._node.hooks or {}).pop(id(self), None)


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
    if front < 0:  # the rule came with less than the result has: a scalar g, applied by hand
        return np.broadcast_to(grad, shape)
    stretched = [i + front for i, n in enumerate(shape) if n == 1 and grad.shape[i + front] != 1]
    return grad.sum((*range(front), *stretched)).reshape(shape)


# ---------------------------------------------------------------------------- the backward pass


def backward(
    tensors, grad_tensors=None, retain_graph=None, create_graph=False, inputs=None
) -> None:
    """Add ∂(sum of `tensors`·`grad_tensors`)/∂leaf to the `.grad` of every leaf.

    Parameters
    ----------
    tensors : Tensor or sequence of Tensors
        Where the pass starts.
    grad_tensors : array, Tensor or sequence of them, optional
        The upstream gradient g of each, of its shape. May be left out for one-element tensors.
    retain_graph : bool, optional
        Keep the graph for another pass. Default: the value of `create_graph`.
    create_graph : bool
        Record the pass itself, so that gradients can be differentiated again.
    inputs : Tensor or sequence of Tensors, optional
        Accumulate into these alone.

    Raises
    ------
    RuntimeError
        Nothing to differentiate, a missing or misshapen gradient, a graph already freed, or a saved value
        changed in place. No `.grad` is touched in any of these cases.
    """
    roots = _roots("backward", _listed(tensors), grad_tensors, create_graph)
    wanted = None
    if inputs is not None:
        wanted = {_node_of("backward", i, x): x for i, x in enumerate(_listed(inputs))}
    grads = _propagate(roots, retain_graph, create_graph, wanted)
    given = {id(g) for g in roots.values()}
    for node, g in grads.items():
        tensor = wanted[node] if wanted is not None else node.tensor()
        if tensor is not None and g is not None:
            _accumulate(tensor, g, given)


def grad(
    outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False, allow_unused=False
) -> tuple:
    """∂(sum of `outputs`·`grad_outputs`)/∂`inputs`, as a tuple; no `.grad` is touched.

    Parameters
    ----------
    outputs, inputs : Tensor or sequence of Tensors
    grad_outputs : array, Tensor or sequence of them, optional
        The upstream gradient of each output. May be left out for one-element outputs.
    retain_graph, create_graph : bool
        As in `backward`.
    allow_unused : bool
        Return None for an input that the outputs don't depend on, instead of raising.

    Examples
    --------
    >>> import tinytorch as tt
    >>> x = tt.tensor(3.0, requires_grad=True)
    >>> (dx,) = tt.autograd.grad(x**3, x, create_graph=True)
    >>> (ddx,) = tt.autograd.grad(dx, x)
    >>> dx.item(), ddx.item()
    (27.0, 18.0)
    """
    inputs = _listed(inputs)
    nodes = [_node_of("grad", i, x) for i, x in enumerate(inputs)]
    roots = _roots("grad", _listed(outputs), grad_outputs, create_graph)
    if not allow_unused:
        reached = set(_reachable(roots))
        for i, node in enumerate(nodes):
            if node not in reached:
                raise RuntimeError(
                    f"grad: the outputs do not depend on inputs[{i}]"
                    f" (shape {inputs[i].shape}); pass allow_unused=True to get None for it"
                )
    grads = _propagate(roots, retain_graph, create_graph, set(nodes))
    given = {id(g) for g in roots.values()}
    found = []
    for node in nodes:
        g = grads.get(node)
        if g is None and not allow_unused:
            g = np.zeros(node.shape, node.dtype)
        found.append(g if g is None or isinstance(g, Tensor) else Tensor._wrap(_owned(g, given)))
    return tuple(found)


def _propagate(roots, retain_graph, create_graph, wanted=None):
    """Run the pass. Returns the gradient at every leaf reached, or at the `wanted` nodes."""
    if retain_graph is None:
        retain_graph = create_graph
    order = _reachable(roots)
    _check(order)
    order.sort(key=_order)  # taken from the end: newest first
    useful = None
    if wanted is not None:
        useful = set(wanted)
        for node in order:
            if not useful.isdisjoint(node.next_functions):
                useful.add(node)
    grads, found = dict(roots), {}
    with np.errstate(all="ignore"), set_grad_enabled(create_graph):
        while order:
            node = order.pop()
            g = grads.pop(node, None)
            if g is None:
                continue
            if node.hooks:
                g = _run_hooks(node, g)
            if node.retained is not None:
                _retain(node, g)
            if node.order < 0 or (wanted is not None and node in wanted):
                if wanted is None or node in wanted:
                    found[node] = g
                if node.order < 0:
                    continue
            rule = node._apply_on_tensors if create_graph else node.apply
            results = rule(g)
            nexts = node.next_functions
            if type(results) is not tuple or len(results) != len(nexts):
                raise _bad_rule(node, results)
            if _watcher is not None:
                _watcher("backward", node, g, results)
            for target, d in zip(nexts, results):  # noqa: B905 (lengths were just compared)
                if target is None or d is None:
                    continue
                if useful is not None and target not in useful:
                    continue
                try:
                    fits = d.dtype is target.dtype and d.shape == target.shape
                except AttributeError:
                    fits = False
                if not fits:
                    d = _fitted(node, nexts.index(target), d, target)
                if target in grads:
                    d = grads[target] + d
                grads[target] = d
            if not retain_graph:
                node._free()
    return found


def _order(node):
    return node.order


def _reachable(roots):
    """Every node that a gradient could reach from `roots`, each once; a stack, no recursion."""
    seen = dict.fromkeys(roots)
    stack = list(seen)
    while stack:
        for node in stack.pop().next_functions:
            if node is not None and node not in seen:
                seen[node] = None
                stack.append(node)
    return list(seen)


def _check(nodes):
    """Refuse, before anything is touched, a graph that was freed or whose saved values changed."""
    outside = memory.any_outside()
    for node in nodes:
        saved = node.saved_tensors
        if saved is None:
            raise RuntimeError(
                f"backward: the graph behind {type(node).__name__} was freed by an earlier"
                " backward(); pass retain_graph=True to that one, or run the forward pass again"
            )
        if outside and saved:
            i = memory.changed(saved, node.order, node.seals)
            if i is not None:
                raise RuntimeError(
                    f"backward: {type(node).__name__} saved {node.saves[i]!r}, of shape"
                    f" {saved[i].shape}, and it was changed in place since; change a copy"
                    " (x.data.copy()), or make the change after backward()"
                )


def _roots(name, tensors, grads, create_graph):
    """Where the pass starts, and with which gradient: {node: g}."""
    if grads is None:
        grads = [None] * len(tensors)
    elif len(tensors) == 1 and not (isinstance(grads, (tuple, list)) and len(grads) == 1):
        grads = [grads]
    if len(grads) != len(tensors):
        raise RuntimeError(f"{name}: {len(tensors)} tensors, but {len(grads)} gradients for them")
    roots = {}
    for tensor, g in zip(tensors, grads, strict=True):
        if not isinstance(tensor, Tensor):
            raise TypeError(f"{name}: expected a Tensor, got {type(tensor).__name__}")
        node, data = tensor._node, tensor._data
        if node is None:
            raise RuntimeError(
                f"{name}: the tensor of shape {data.shape} and dtype {data.dtype} requires no"
                " gradient; make what it comes from with requires_grad=True, outside no_grad(),"
                " from operations that can be differentiated"
            )
        if g is None:
            if data.size != 1:
                raise RuntimeError(
                    f"{name}: the tensor has shape {data.shape}, and only a single number has a"
                    " gradient of its own; reduce it (.sum(), .mean()) or pass a gradient of that shape"
                )
            g = data.dtype.type(1) if data.ndim == 0 else np.ones(data.shape, data.dtype)
        elif not isinstance(g, Tensor):
            g = Tensor(g, dtype=data.dtype)._data
        elif not create_graph:
            g = g._data
        if g.shape != data.shape:
            raise RuntimeError(
                f"{name}: the gradient has shape {g.shape}, the tensor {data.shape}; they must be equal"
            )
        if g.dtype != data.dtype:
            g = g.astype(data.dtype) if not isinstance(g, Tensor) else g.to(data.dtype)
        if create_graph and not isinstance(g, Tensor):
            g = Tensor._wrap(g)
        roots[node] = roots[node] + g if node in roots else g
    return roots


def _node_of(name, i, tensor):
    if not isinstance(tensor, Tensor) or tensor._node is None:
        raise RuntimeError(
            f"{name}: inputs[{i}] requires no gradient; make it with requires_grad=True"
        )
    return tensor._node


def _listed(tensors):
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def _fitted(node, i, d, target):
    """Give the gradient of input i the dtype of its input; refuse another shape."""
    if not isinstance(d, Tensor):
        d = np.asarray(d)
    if d.shape != target.shape:
        raise RuntimeError(
            f"{type(node).__name__}.apply: the gradient of input {i} has shape {d.shape}, the input"
            f" has {target.shape}; if the forward pass broadcast it, return unbroadcast(grad, shape)"
        )
    if d.dtype != target.dtype:
        d = d.to(target.dtype) if isinstance(d, Tensor) else d.astype(target.dtype)
    return d


def _bad_rule(node, results):
    got = f"{len(results)} gradients" if type(results) is tuple else type(results).__name__
    return TypeError(
        f"{type(node).__name__}.apply: expected a tuple with one gradient or None for each of the"
        f" {len(node.next_functions)} inputs, got {got}"
    )


def _accumulate(tensor, g, given):
    if tensor.grad is not None:
        old = tensor.grad
        tensor.grad = old + g if isinstance(g, Tensor) else Tensor._wrap(old._data + g)
    elif isinstance(g, Tensor):
        tensor.grad = g
    else:
        tensor.grad = Tensor._wrap(_owned(g, given))


def _owned(g, given):
    """`g`, or a copy of it if the array may be someone else's: a view, or given out before."""
    if type(g) is np.ndarray:
        if g.base is not None or not g.flags.writeable or id(g) in given:
            return g.copy()
        given.add(id(g))
    return g


def _run_hooks(node, g):
    for hook in list(node.hooks.values()):
        new = hook(g if isinstance(g, Tensor) else Tensor._wrap(g))
        if new is not None:
            wrapped = isinstance(g, Tensor)
            g = new if wrapped else Tensor(new, dtype=node.dtype)._data
            if g.shape != node.shape:
                raise RuntimeError(
                    f"hook on {type(node).__name__}: it returned a gradient of shape {g.shape}"
                    f" for one of {node.shape}"
                )
    return g


def _retain(node, g):
    tensor = node.retained()
    if tensor is not None:
        _accumulate(tensor, g if isinstance(g, Tensor) else np.copy(g), set())


def _constant(x, cls):
    """An operand that is no Tensor. Python numbers stay raw: they take the dtype they meet."""
    if type(x) in (int, float, bool):
        return x
    if isinstance(x, float):  # numpy.float64 is a Python float, and as weak as one
        return float(x)
    if isinstance(x, (np.ndarray, np.generic)) and x.dtype.kind in "fiub":
        return x
    raise TypeError(
        f"{cls.name}: expected Tensors, NumPy arrays or numbers, got {type(x).__name__};"
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
    return type(error)(f"{node.name}: on shapes {given}: {error}")


# ------------------------------------------------------------------------------- grad modes


def is_grad_enabled() -> bool:
    """Whether operations record themselves."""
    return _recording


class set_grad_enabled(ContextDecorator):
    """Turn recording on or off, at once, and back at the end of a `with` block.

    >>> import tinytorch as tt
    >>> x = tt.tensor(2.0, requires_grad=True)
    >>> with tt.set_grad_enabled(False):
    ...     y = x * 3
    >>> y.requires_grad
    False
    """

    def __init__(self, mode: bool):
        global _recording
        self._mode, self._before = mode, _recording
        _recording = mode

    def __call__(self, function):
        global _recording
        _recording = self._before  # as a decorator it takes effect in the calls alone
        return super().__call__(function)

    def __enter__(self):
        global _recording
        self._before, _recording = (
            (self._before, self._mode) if _recording == self._mode else (_recording, self._mode)
        )

    def __exit__(self, *exception):
        global _recording
        _recording = self._before


class no_grad(ContextDecorator):
    """A `with` block, or decorated function, in which nothing is recorded."""

    _mode = False

    def __enter__(self):
        global _recording
        self._stack = [*getattr(self, "_stack", ()), _recording]
        _recording = self._mode

    def __exit__(self, *exception):
        global _recording
        _recording = self._stack.pop()


class enable_grad(no_grad):
    """A `with` block, or decorated function, in which operations record, inside `no_grad` too."""

    _mode = True


@contextmanager
def watch(callback):
    """Call `callback` at every step of the engine inside the block.

    After an operation: `callback("forward", node, inputs, output)`. After a rule, in the order of the
    backward pass: `callback("backward", node, grad_output, grad_inputs)`. Figures use it to show
    what the engine did.
    """
    global _watcher
    before, _watcher = _watcher, callback
    try:
        yield
    finally:
        _watcher = before


_HOMES = ("arithmetic", "matmul", "reduction", "shape", "indexing", "activations")


def __getattr__(name):
    """Every operation's class is importable from here, as in the course; it lives beside its formula."""
    if name.endswith("Backward") or name == "gradcheck":
        for home in (*_HOMES, "gradcheck"):
            module = importlib.import_module(f"{__package__}.{home}")
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
