"""`TensorBase`: all that the engine needs of a Tensor.

The engine knows no operation, and a Tensor is made of operations. What both share is here: an
array, the node that made it, and a gradient. `core/tensor.py` adds the rest.
"""

Tensor: type  # set by core/tensor.py: what the engine wraps its results in


class TensorBase:
    """An array, the node of the operation that made it, and the gradient collected for it."""

    __slots__ = ("__weakref__", "_data", "_grad", "_node")

    kind: type  # what operations on it make: Tensor, for every subclass but Variable

    @classmethod
    def _wrap(cls, array, node=None):
        """A Tensor around `array` itself: how the engine makes its results."""
        self = cls.__new__(cls)
        self._data = array
        self._node = node
        self._grad = None
        return self


def as_tensor(x):
    """`x` itself if it is a Tensor, else a Tensor of its numbers."""
    return x if isinstance(x, TensorBase) else Tensor(x)  # noqa: F821 (bound by core/tensor.py)
