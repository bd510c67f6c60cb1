"""`Tensor`: an array that remembers where it came from.

`data` is the NumPy array, `grad` what `backward()` collected, `grad_fn` the node of the operation
that made it. Its operators and methods stand beside their rules, in `operations`; here they are
put together.
"""

import numbers
import sys

import numpy as np

from .conversions import Conversions, to_dtype
from .device import check_device
from .engine import base
from .engine.base import TensorBase
from .engine.gradients import Gradients
from .engine.leaf import AccumulateGrad
from .engine.modes import is_grad_enabled
from .engine.numbers import builtin_kind, get_default_dtype, refuse_special
from .engine.versions import record_write, returned, share
from .interop import Interop
from .missing import LeftOut
from .operations.activations import Activations
from .operations.arithmetic import Arithmetic
from .operations.assignment import Assignment
from .operations.combining import Combining
from .operations.comparison import Comparison
from .operations.concatenation import Concatenation
from .operations.draws import Draws
from .operations.elementary import Elementary
from .operations.extremes import Extrema
from .operations.in_place import InPlace, put
from .operations.indexing import Indexing, index_steps
from .operations.integers import Integers
from .operations.inverses import Inverses
from .operations.linear_algebra import LinearAlgebra
from .operations.matmul import Products
from .operations.matrices import Matrices
from .operations.memory import Memory
from .operations.ordering import Ordering
from .operations.placing import Placing
from .operations.power import Powers
from .operations.predicates import Predicates
from .operations.reduction import Reductions
from .operations.remainders import Remainders
from .operations.repeating import Repeating
from .operations.replacing import Replacing
from .operations.selection import Selection
from .operations.shape import Shape
from .operations.signs import Signs
from .operations.sorting import Sorting
from .operations.stacking import Stacking
from .operations.statistics import Statistics
from .operations.summaries import Summaries
from .printing import written
from .values import values


def _as_array(data, dtype=None):
    """An array of the caller's numbers, always a copy: float32 from Python floats, else as
    given.
    """
    if isinstance(data, (list, tuple)):
        data = [x._data if isinstance(x, Tensor) else x for x in data]
    refuse_special("tensor", data)
    try:
        array = np.array(data, dtype=dtype)
    except (ValueError, TypeError) as error:
        raise type(error)(
            f"tensor: cannot make an array of {type(data).__name__}: {error}"
        ) from None
    if dtype is None and not _has_dtype(data):
        if array.dtype == np.float64:
            array = array.astype(get_default_dtype())
        elif array.dtype.kind == "i":
            array = array.astype(np.int64)  # NumPy's own integer has 32 bits on some platforms
    if array.dtype.kind not in "fiub":
        raise TypeError(
            f"tensor: dtype {array.dtype} is not supported; use real floats, integers or booleans"
        )
    return array if array.ndim else array[()]


def _has_dtype(data):
    """Whether `data` brought a dtype of its own (NumPy) or took NumPy's default (Python
    numbers).
    """
    if isinstance(data, (list, tuple)):
        return any(_has_dtype(x) for x in data)
    return not isinstance(data, numbers.Number) or isinstance(data, np.generic)


class Tensor(
    Arithmetic,
    Powers,
    Assignment,
    Elementary,
    Activations,
    Products,
    Shape,
    Indexing,
    Concatenation,
    Stacking,
    Selection,
    Reductions,
    Extrema,
    Comparison,
    Integers,
    Predicates,
    Sorting,
    Summaries,
    Repeating,
    Placing,
    Replacing,
    LinearAlgebra,
    Matrices,
    Remainders,
    Inverses,
    Signs,
    Combining,
    Statistics,
    Ordering,
    Memory,
    Conversions,
    InPlace,
    Draws,
    Interop,
    Gradients,
    LeftOut,
):
    """An n-dimensional array of numbers that can be differentiated.

    Parameters
    ----------
    data : array_like
        Numbers, nested lists, a NumPy array or a Tensor; copied. Python floats become float32, a
        NumPy array keeps its dtype.
    requires_grad : bool
        Whether operations on it are recorded, so that `backward()` fills its `grad`.
    dtype : numpy dtype, optional
        Convert to this dtype.

    Attributes
    ----------
    data : numpy.ndarray
        The values. Writing to them is noticed: `backward()` refuses if a rule still needed the
        old ones.
    grad : Tensor or None
        ∂L/∂self, of the shape and dtype of self, summed over all calls of `backward()`; leaves
        only.
    grad_fn : Function or None
        The node of the operation that made it; None for a leaf.

    Raises
    ------
    TypeError
        For data that are no real numbers, and for integers that are to require gradients.

    Examples
    --------
    >>> import tinytorch as tt
    >>> x = tt.Tensor([1.0, 2.0, 3.0], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4., 6.])
    """

    __slots__ = ()

    def __init__(self, data, requires_grad=False, dtype=None):
        array = _as_array(data._data if isinstance(data, Tensor) else data, dtype)
        if requires_grad and dtype is None and array.dtype.kind == "i" and not _has_dtype(data):
            array = array.astype(get_default_dtype())  # Python's integers, of which none was meant
        self._data = array
        self._node = None
        self._grad = None
        if requires_grad:
            self.requires_grad = True

    # ------------------------------------------------------------------------------ values

    @property
    def data(self):
        return values(self._lent())

    @data.setter
    def data(self, value):
        temporary = sys.getrefcount(value) <= _HELD_BY_NOBODY
        if isinstance(value, TensorBase):
            value, temporary = value._data, True
        elif isinstance(value, np.ndarray):
            value = returned(value)
            if value is self._data:  # x.data += 1 arrives here, changed
                record_write(value)
                return
        array = np.asarray(value)
        if array.dtype.kind not in "fiub":
            raise TypeError(f"data: dtype {array.dtype} is not supported; use real numbers")
        if self._node is not None and not self.is_leaf:
            raise RuntimeError(
                f"data: this tensor is the result of {type(self._node).__name__}; assigning to it"
                " would not reach its gradient. Use .detach() first"
            )
        if self._node is not None and array.dtype.kind != "f":
            array = array.astype(self._data.dtype)  # integers for a leaf that requires gradients
        if array is value and not (temporary and array.base is None):
            share(array)
        self._data = array
        if self._node is not None and (array.shape, array.dtype) != (
            self._node.shape,
            self._node.dtype,
        ):
            self._node = AccumulateGrad(self)  # a graph that used the old values keeps its leaf

    def item(self):
        """The one number of a one-element tensor, as a Python number."""
        if self._data.size != 1:
            raise ValueError(f"item: the tensor has shape {self.shape}, not one element")
        return self._data.item()

    def tolist(self):
        """The values as nested lists of Python numbers."""
        return self._data.tolist()

    def copy(self):
        """A NumPy copy of the values, so that `x.grad.copy()` is an array of its own."""
        return np.array(self._data)

    def detach(self):
        """The same values outside the graph; shares their memory."""
        if type(self._data) is not np.ndarray:  # a scalar has no memory to share
            self._data = np.asarray(self._data)
        return self.kind._wrap(self._data)

    def __setitem__(self, index, value):
        if is_grad_enabled() and (
            self._node is not None or (isinstance(value, Tensor) and value.requires_grad)
        ):
            put(self, index, value)
            return
        if type(self._data) is not np.ndarray:
            self._data = np.asarray(self._data)
        if isinstance(value, Tensor):
            value = value._data
        *steps, last = index_steps(index)
        place = self._data
        try:
            for step in steps:
                place = place[step]
            place[last] = value
        except (ValueError, TypeError, IndexError) as error:
            raise builtin_kind(error)(
                f"setitem: on a tensor of shape {self.shape}: {error}"
            ) from None
        record_write(self._data)

    def __reduce__(self):
        """For `copy` and `pickle`: a leaf with values of its own."""
        if not self.is_leaf:
            raise RuntimeError(
                f"copy: this tensor is the result of {type(self._node).__name__}, and a copy would"
                " leave the graph; use .clone() to stay in it, or .detach()"
            )
        return _restored, (type(self), np.array(self._data), self.requires_grad, self.grad)

    # ------------------------------------------------------------------------------- shape

    @property
    def shape(self):
        return self._data.shape

    @property
    def dtype(self):
        return self._data.dtype

    @property
    def ndim(self):
        return self._data.ndim

    def dim(self):
        """The number of axes."""
        return self._data.ndim

    def numel(self):
        """The number of elements."""
        return self._data.size

    def size(self, dim=None):
        """The shape, or the length of axis `dim`."""
        return self._data.shape if dim is None else self._data.shape[dim]

    def __len__(self):
        if not self.ndim:
            raise TypeError("len: a 0-d tensor has no length")
        return len(self._data)

    def __iter__(self):
        if not self.ndim:
            raise TypeError("iter: a 0-d tensor has no elements to go through")
        return (self[i] for i in range(len(self)))

    # ------------------------------------------------------------------------- conversions

    def __bool__(self):
        if self._data.size != 1:
            raise ValueError(
                f"bool: a tensor of shape {self.shape} is neither true nor false; compare one"
                " element, or use .data.any() or .data.all()"
            )
        return bool(self._data)

    def __float__(self):
        return float(self.item())

    def __int__(self):
        return int(self.item())

    def __format__(self, spec):
        return super().__format__(spec) if self.ndim else format(self.item(), spec)

    def __index__(self):
        if self._data.dtype.kind not in "iu" or self._data.size != 1:
            raise TypeError(
                f"index: a tensor of dtype {self.dtype} and shape {self.shape} is not an index;"
                " use a single integer"
            )
        return int(self._data.item())

    # --------------------------------------------------------------------------- printing

    def __repr__(self):
        text = written(np.asarray(self._data), f"{self._label}(")
        notes = []
        if not self._data.size and self.ndim > 1:
            notes.append(f"size={self.shape}")
        if self.dtype not in (get_default_dtype(), np.int64, np.bool_):
            notes.append(f"dtype={self.dtype}")
        if self.grad_fn is not None:
            notes.append(f"grad_fn={self.grad_fn!r}")
        elif self.requires_grad:
            notes.append("requires_grad=True")
        return f"{self._label}({', '.join([text, *notes])})"

    _label = "tensor"


base.Tensor = Tensor.kind = Tensor  # operations make Tensors, of Parameters too


class _Held:
    """Calibrates the next line: how many references a setter sees to a value nobody keeps."""

    value = property(fset=lambda self, value: self.count.append(sys.getrefcount(value)))

    def __init__(self):
        self.count = []
        self.value = np.zeros(1)


_HELD_BY_NOBODY = _Held().count[0]


def _restored(kind, array, requires_grad, grad):
    self = kind._wrap(array if array.ndim else array[()])
    self.requires_grad, self.grad = requires_grad, grad
    return self


def tensor(data, dtype=None, requires_grad=False, device=None) -> Tensor:
    """Make a Tensor from a copy of `data`: numbers, nested lists, an array or a Tensor.

    >>> import tinytorch as tt
    >>> tt.tensor([[1, 2], [3, 4]]).shape
    (2, 2)
    """
    check_device("tensor", device)
    made = Tensor(data, dtype=None if dtype is None else to_dtype(dtype))
    made.requires_grad = requires_grad
    return made


def from_numpy(array) -> Tensor:
    """Make a Tensor that shares the memory of a NumPy array: what changes one changes the other."""
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiub":
        raise TypeError(
            f"from_numpy: expected an array of real numbers, got {type(array).__name__}"
            f"{f' of {array.dtype}' if isinstance(array, np.ndarray) else ''}"
        )
    return Tensor._wrap(share(np.asarray(array)))


def from_dlpack(source) -> Tensor:
    """Make a Tensor that shares the memory of another library's tensor on the CPU."""
    return from_numpy(np.from_dlpack(source))
