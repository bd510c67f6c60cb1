"""What goes through the door of an operation: its operands, its result, and its errors."""

import numpy as np

from .dtypes import get_default_dtype

FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)


def is_array(x):
    """Whether a rule was given arrays (an ordinary pass) and not Tensors (`create_graph=True`)."""
    return isinstance(x, (np.ndarray, np.generic))


def plain(x):
    """The values of an array or a Tensor, to look at: a Tensor's are not lent for that."""
    return np.asarray(getattr(x, "_data", x))


def floating(x):
    """x as floats: NumPy alone would give the exponential of a byte, or a mask, in float16."""
    return x if x.dtype.kind == "f" else x.astype(get_default_dtype())


def settled(z, arrays):
    """A result as an array; what became float64 from numbers and integers alone is float32."""
    if not is_array(z):
        z = np.asarray(z)
    if z.dtype is not FLOAT64:
        return z
    for a in arrays:
        if getattr(a, "dtype", None) is FLOAT64:
            return z
    return z.astype(get_default_dtype())


def constant(x, node):
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


def explained(node, arrays, error):
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
