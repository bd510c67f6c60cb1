"""`Function`: an operation is a formula and the rule for its gradient; running it leaves a node.

Nodes point to the nodes that made their inputs. The backward pass starts at the last node with
∂L/∂L = 1 and calls every node's rule once, newest first:

    grad_inputs = node.apply(grad_output)

Nodes are numbered as they are made, and an operation can only use what already exists, so the
numbers are a topological order and newest-first reaches a node after everything that used it.
"""

import functools
import inspect
from operator import itemgetter

from numpy import ndarray

from . import base
from .base import TensorBase, as_tensor
from .by_hand import by_hand
from .modes import enable_grad, grad_mode, intercepting, stand_ins, watchers
from .numbers import FLOAT32, as_float, as_operand, as_result, explained, promoted, wrapped
from .static import adapt
from .versions import borrowed, checksums, now
from .written_out import WRITTEN_OUT

_new = object.__new__


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
    intermediate
        What `forward` may leave for `apply` beside them; freed with them.
    next_functions : tuple
        For each input the node that made it, which knows the input's `shape` and `dtype`; None
        where no gradient is wanted, and a rule may return None.
    shape, dtype
        Those of the result, and so of the upstream gradient.
    """

    saves: tuple[str, ...] = ()
    int_to_float = False  # True where values are fractions: integers are then taken as floats
    elementwise = False  # True where operands of two dtypes are promoted, as in PyTorch
    sets_dtype = False  # True where a parameter says the dtype of the result
    hooks = intermediate = None
    sources = None  # the nodes of the saved values, if they are not the inputs' and this one
    checksums: dict = {}  # noqa: RUF012 (never written to; a node with checksums gets its own)
    __slots__ = (
        "__dict__",
        "dtype",
        "next_functions",
        "order",
        "reached_by",
        "saved_tensors",
        "shape",
    )

    @classmethod
    def run(cls, *inputs, **params):
        """Compute the operation, and record it if a gradient may be wanted.

        This is the one way into the graph. For one input, two and three the same steps are written
        out (`run_one`, `run_two`, `run_three`).
        """
        if intercepting and cls in stand_ins.get():
            return stand_ins.get()[cls].run(*inputs, **params)
        node, arrays, nodes = _new(cls), [], []
        Tensor = kind = base.Tensor
        for x in inputs:
            if isinstance(x, TensorBase):
                array, source = x._data, x._node
                if x.kind is not Tensor:
                    kind = x.kind
            else:
                array, source = as_operand(x, node), None
            arrays.append(array)
            nodes.append(source)
        if cls.int_to_float:
            arrays[0] = as_float(arrays[0])
        if cls.elementwise:
            arrays = promoted(arrays)
        try:
            z = node.forward(*arrays, **params)
            if type(z) is not ndarray or z.dtype is not FLOAT32:
                z = z if cls.sets_dtype else as_result(z, arrays)
        except (ValueError, TypeError, IndexError, OverflowError) as error:
            if type(error) is OverflowError and (fitting := wrapped(inputs)):
                return cls.run(*fitting, **params)
            raise explained(node, arrays, error) from error
        out = _new(kind)
        out._data = z
        out._grad = out._node = None
        if any(nodes) and z.dtype.kind == "f" and grad_mode.get().enabled:
            out._node = node.record(tuple(nodes), (*arrays, z))
        if intercepting:
            for watcher in watchers.get():
                watcher("forward", node, inputs, out)
        return out

    def record(self, nodes, values):
        """Make the node part of the graph: where gradients go, and what the rule needs."""
        z = values[-1]
        self.next_functions = nodes
        self.order = now()
        self.reached_by = None
        self.shape, self.dtype = z.shape, z.dtype
        self.saved_tensors = saved = self._pick_saved(values)
        if borrowed and saved:
            self.checksums = checksums(saved)
        return self

    def forward(self, *arrays, **params):
        """The formula, on arrays. Returns the array z."""
        raise NotImplementedError(f"{type(self).__name__} does not define forward")

    def apply(self, grad_output):
        """The rule: from g = ∂L/∂z, one gradient (or None) for each input, as a tuple."""
        raise NotImplementedError(f"{type(self).__name__} does not define apply")

    def apply_to_tensors(self, g):
        """`apply` with the saved values as Tensors, so that the rule is itself recorded."""
        saved = self.saved_tensors
        sources = self.sources or (*self.next_functions, self)
        places = self._saved_places or range(len(saved))
        self.saved_tensors = tuple(
            base.Tensor._wrap(value, sources[i]) if hasattr(value, "dtype") else value
            for value, i in zip(saved, places, strict=True)
        )
        try:
            return self.apply(g)
        finally:
            self.saved_tensors = saved

    def __new__(cls, *inputs, **params):
        """The node alone, built by hand: every gradient is wanted."""
        operands = [as_tensor(x) for x in inputs]
        for i, x in enumerate(operands):
            if x._node is None and x._data.dtype.kind == "f":
                operands[i] = base.Tensor._wrap(x._data).requires_grad_()
        with enable_grad():
            node = cls.run(*operands, **params)._node
        if node is None:
            raise TypeError(f"{cls.__name__}: integers have no gradients; give it floats")
        node.apply = functools.partial(by_hand, node, node.apply)
        return node

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.name = cls.__name__.removesuffix("Backward").lower()
        if isinstance(vars(cls).get("forward"), staticmethod):
            adapt(cls, Function.record)
        if not inspect.isfunction(cls.forward):
            kind = type(cls.forward).__name__
            raise TypeError(
                f"{cls.__name__}: forward must be a method, def forward(self, …), got {kind}"
            )
        if "run" in vars(cls):
            raise TypeError(
                f"{cls.__name__}: run belongs to the engine; write forward and apply, and put what"
                " goes around them into a function"
            )
        names, any_number = _arguments(cls.forward)
        unknown = [s for s in cls.saves if s not in names and s != "z"]
        if unknown:
            raise TypeError(
                f"{cls.__name__}: saves names {unknown[0]!r}, which is no input of forward"
                f" ({', '.join(names)}) and not 'z', its result"
            )
        all_of_them = any_number and cls.saves  # saves = ("xs",) for forward(self, *xs)
        places = [-1 if s == "z" else names.index(s) for s in cls.saves]
        cls._saved_places = None if all_of_them else places
        cls._pick_saved = staticmethod(_picker(cls._saved_places))
        run_any = functools.partial(Function.run.__func__, cls)
        written_out = WRITTEN_OUT.get(len(names))
        if (
            any_number
            or cls.sets_dtype
            or (len(names) > 2 and (cls.elementwise or cls.int_to_float))
        ):
            written_out = None
        cls.run = staticmethod(written_out(cls, run_any) if written_out else run_any)

    def __repr__(self):
        return f"<{type(self).__name__}>"


def _arguments(forward):
    """The names of the inputs of a formula, and whether they are any number (`*xs`)."""
    arguments = list(inspect.signature(forward).parameters.values())[1:]
    names = [p.name for p in arguments if p.kind not in (p.KEYWORD_ONLY, p.VAR_KEYWORD)]
    return names, any(p.kind is p.VAR_POSITIONAL for p in arguments)


def _picker(places):
    """A function that takes the values at `places` out of a tuple, as a tuple; None: all but z."""
    if places is None:
        return itemgetter(slice(0, -1))
    if len(places) == 1:
        (i,) = places
        return itemgetter(slice(i, i + 1 or None))
    return itemgetter(*places) if places else itemgetter(slice(0))
