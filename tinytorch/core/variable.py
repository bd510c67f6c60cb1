"""`Variable`: the wrapper of the course's first edition, kept for code that uses it.

There, a Variable held a Tensor that held an array, and functions such as `multiply` recorded the
gradient. Today every Tensor records; a Variable is one whose `.data` is a Tensor, as it was.
"""

from .operations.arithmetic import AddBackward, DivBackward, MulBackward, SubBackward
from .tensor import Tensor

_tensor_data, _tensor_grad = Tensor.data, Tensor.grad


class Variable(Tensor):
    """A Tensor whose `data` and `grad` have one more layer around the array.

    >>> x, y = Variable(5.0), Variable(3.0)
    >>> z = multiply(x, y)
    >>> z.backward()
    >>> z.data.data.item(), x.grad.data.data.item()
    (15.0, 3.0)
    """

    __slots__ = ()
    _label = "Variable"

    def __init__(self, data, requires_grad=True, dtype=None):
        super().__init__(data, dtype=dtype)
        self.requires_grad = requires_grad and self.dtype.kind == "f"

    @property
    def size(self):
        return self._data.size  # a number, as the first edition had it

    @property
    def data(self):
        return Tensor._wrap(self._data)

    @data.setter
    def data(self, value):
        _tensor_data.fset(self, value)

    @property
    def grad(self):
        grad = _tensor_grad.__get__(self)
        if grad is None or isinstance(grad, Variable):
            return grad
        return Variable._wrap(grad._data, grad._node)

    @grad.setter
    def grad(self, value):
        _tensor_grad.__set__(self, value)


Variable.kind = Variable  # operations on it make more of it


def _variable(x):
    return x if isinstance(x, Variable) else Variable(x, requires_grad=False)


def add(a, b) -> Variable:
    """a + b of Variables, Tensors, arrays or numbers."""
    return AddBackward.run(_variable(a), _variable(b))


def subtract(a, b) -> Variable:
    """a - b."""
    return SubBackward.run(_variable(a), _variable(b))


def multiply(a, b) -> Variable:
    """a · b."""
    return MulBackward.run(_variable(a), _variable(b))


def divide(a, b) -> Variable:
    """a / b."""
    return DivBackward.run(_variable(a), _variable(b))


def enable_autograd() -> None:
    """Nothing: gradients are tracked by every Tensor, always. Kept so that old code runs."""
