"""How a tensor lies in memory: addresses and steps, windows over it, and what kind of numbers."""

import numpy as np

from ..engine.base import as_tensor
from ..engine.unbroadcast import unbroadcast
from .shape import checked_dims, transpose


def is_floating_point(input) -> bool:
    """Whether the dtype is a floating-point one."""
    return input.dtype.kind == "f"


def is_signed(input) -> bool:
    """Whether the dtype has negative numbers."""
    return input.dtype.kind in "fi"


def is_complex(input) -> bool:
    """False: numbers are real here."""
    return False


def is_conj(input) -> bool:
    """False: numbers are real here."""
    return False


def is_nonzero(input) -> bool:
    """Whether the one element of a tensor is not 0."""
    if input.numel() != 1:
        raise ValueError(f"is_nonzero: expected one element, got shape {input.shape}")
    return bool(input)


def is_same_size(input, other) -> bool:
    """Whether both have the same shape."""
    return input.shape == other.shape


def conj(input):
    """The complex conjugate: of real numbers, the tensor itself."""
    return as_tensor(input)


real = resolve_conj = resolve_neg = conj_physical = conj


def adjoint(input):
    """The last two axes exchanged, of real numbers the same as `mT`."""
    return transpose(input, -2, -1) if as_tensor(input).ndim else input


def t(input):
    """A matrix transposed; a vector as it is."""
    return as_tensor(input).t()


def ravel(input):
    """All elements, row by row."""
    return as_tensor(input).reshape(-1)


def clone(input, *, memory_format=None):
    """A copy that gradients flow through."""
    return as_tensor(input).clone()


def detach(input):
    """The same values outside the graph; shares their memory."""
    return as_tensor(input).detach()


def as_strided(input, size, stride, storage_offset=0):
    """Element (i, j, …) from the place `storage_offset` + i · stride[0] + j · stride[1] + … .

    The places count the elements of `input`, row by row. The result is a copy, not a view; places
    may repeat, and their gradients add up.
    """
    x = as_tensor(input)
    if not x.is_contiguous():
        raise ValueError("as_strided: the tensor is not contiguous; call .contiguous() first")
    if len(size) != len(stride):
        raise ValueError(f"as_strided: size {size} and stride {stride} differ in length")
    places = np.full((), storage_offset)
    for n, step in zip(size, stride, strict=True):
        places = places[..., None] + step * np.arange(n)
    if places.size and places.max() >= x.numel():
        raise IndexError(f"as_strided: place {places.max()} of {x.numel()} elements")
    return x.reshape(-1)[places]


class Memory:
    """The same as methods of Tensor, and questions."""

    __slots__ = ()

    is_floating_point, is_signed, is_complex, is_conj = (
        *(is_floating_point, is_signed, is_complex, is_conj),
    )
    is_nonzero, is_same_size, conj, conj_physical = is_nonzero, is_same_size, conj, conj
    resolve_conj, resolve_neg, adjoint, as_strided = conj, conj, adjoint, as_strided

    def ndimension(self) -> int:
        """The number of axes."""
        return self.ndim

    def element_size(self) -> int:
        """The bytes of one element."""
        return self.dtype.itemsize

    @property
    def itemsize(self):
        return self.dtype.itemsize

    @property
    def nbytes(self):
        return self._data.nbytes

    def stride(self, dim=None):
        """How many elements lie between neighbors, along each axis or along `dim`."""
        steps = tuple(n // self.dtype.itemsize for n in self._data.strides)
        if dim is None:
            return steps
        (axis,) = checked_dims("stride", self.shape, (dim,))
        return steps[axis]

    def data_ptr(self) -> int:
        """The address of the first element, by which views tell whose memory they show."""
        if type(self._data) is not np.ndarray:
            self._data = np.asarray(self._data)
        return self._data.ctypes.data

    def storage_offset(self) -> int:
        """How many elements lie before the first one in the memory that it is a view of."""
        owner = self._data
        while isinstance(getattr(owner, "base", None), np.ndarray):
            owner = owner.base
        if owner is self._data:
            return 0
        return (self.data_ptr() - owner.ctypes.data) // self.dtype.itemsize

    def get_device(self) -> int:
        """-1, PyTorch's number of the CPU."""
        return -1

    def pin_memory(self, device=None):
        """The tensor itself: there is no GPU that its memory is copied to."""
        return self

    def is_pinned(self, device=None) -> bool:
        """False: there is no GPU that memory is copied to."""
        return False

    def unfold(self, dimension, size, step=1):
        """Windows of `size` along an axis, one every `step`: their elements are a new last axis."""
        if not self.ndim:
            return self.reshape(1)[:size]
        (axis,) = checked_dims("unfold", self.shape, (dimension,))
        n = self.shape[axis]
        if not 0 <= size <= n or step < 1:
            raise ValueError(
                f"unfold: no windows of {size}, one every {step}, along axis {axis} of {self.shape}"
            )
        places = np.arange(0, n - size + 1, step)[:, None] + np.arange(size)
        return self[(*(slice(None),) * axis, places)].movedim(axis + 1, -1)

    def sum_to_size(self, *size):
        """Summed to a shape that broadcasts to its own."""
        size = tuple(size[0]) if len(size) == 1 and isinstance(size[0], (tuple, list)) else size
        front = self.ndim - len(size)
        fits = front >= 0 and all(
            n in (1, m) for n, m in zip(size, self.shape[front:], strict=True)
        )
        if not fits:
            raise ValueError(f"sum_to_size: {size} does not broadcast to {self.shape}")
        return unbroadcast(self, size)

    def new(self, *args):
        """PyTorch's old constructor: numbers yet to be written, or of a list, in its dtype."""
        if len(args) == 1 and not isinstance(args[0], (int, np.integer)):
            return self.new_tensor(args[0])
        return self.new_empty(*(args or (0,)))

    def char(self):
        """As int8."""
        return self.to(np.int8)

    def bfloat16(self):
        """Refused: NumPy has no bfloat16."""
        raise RuntimeError("bfloat16: NumPy has no bfloat16; use .half() or .float()")
