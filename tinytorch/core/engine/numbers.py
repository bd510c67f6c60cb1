"""What goes into an operation and comes out: operands, dtypes, the result, and its errors."""

import numpy as np

BITS = {2: np.int16, 4: np.int32, 8: np.int64}  # integers of as many bytes as a float
FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
_default = FLOAT32


def get_default_dtype() -> np.dtype:
    """The dtype of tensors made from Python floats: float32 unless set otherwise."""
    return _default


def set_default_dtype(dtype) -> None:
    """Make tensors of Python floats have `dtype`, a floating-point one.

    Raises
    ------
    TypeError
        For dtypes that hold no fractions.
    """
    global _default
    dtype = np.dtype(dtype)
    if dtype.kind != "f":
        raise TypeError(f"set_default_dtype: expected a floating-point dtype, got {dtype}")
    _default = dtype


def is_array(x):
    """Whether a rule was given arrays (an ordinary pass) and not Tensors (`create_graph=True`)."""
    return isinstance(x, (np.ndarray, np.generic))


def values_of(x):
    """The values of an array or a Tensor, to look at and not to write to."""
    return np.asarray(getattr(x, "_data", x))


def chosen(g, mask):
    """g · mask, of arrays, and an exact 0 where the mask is 0: 0 · ∞ would be no 0.

    A product with the mask takes a tenth of the time of `np.where`. Of booleans it is one with the
    bits of g, read as an integer, which times 0 is 0. Of others it is wrong only where g is
    infinite or NaN, which the sum of its squares tells.
    """
    if mask.dtype.kind == "b":
        return (g.view(BITS[g.itemsize]) * mask).view(g.dtype)
    d = g * mask
    flat = d.reshape(-1)
    if np.isnan(flat @ flat):
        return np.where(mask, d, d.dtype.type(0))
    return d


def as_float(x):
    """x as floats: NumPy alone would give the exponential of a byte, or a mask, in float16."""
    return x if x.dtype.kind == "f" else x.astype(get_default_dtype())


def as_float32(x):
    """float16 as float32, in which squares and long sums fit; else x. Of arrays and Tensors."""
    if x.dtype != np.float16:
        return x
    return x.astype(np.float32) if is_array(x) else x.to(np.float32)


def as_operand(x, node):
    """An input that is no Tensor. Python numbers stay so: they take the dtype they meet."""
    if type(x) in (int, float, bool):
        return x
    if isinstance(x, float):  # numpy.float64 is a Python float, and as weak as one
        return float(x)
    if isinstance(x, (np.ndarray, np.generic)) and x.dtype.kind in "fiub":
        refuse_special(node.name, x)
        return np.array(x) if node.saves else np.asarray(x)  # the caller may go on to change theirs
    raise TypeError(
        f"{node.name}: expected Tensors, NumPy arrays or numbers, got {type(x).__name__};"
        " make it a tensor with tinytorch.tensor(...)"
    )


def refuse_special(name, array):
    """Refuse arrays that are more than their numbers: they would be taken for plain ones."""
    if isinstance(array, np.ma.MaskedArray):
        raise TypeError(
            f"{name}: a masked array would lose its mask; give array.filled(value), or the mask to"
            " tinytorch.where"
        )
    if isinstance(array, np.matrix):
        raise TypeError(
            f"{name}: a numpy.matrix multiplies differently; give numpy.asarray(matrix)"
        )


def as_result(z, operands):
    """A result as an array; float64 only where an operand is, or where forward asked for it.

    NumPy makes float64 of integers that are divided, and of integers beside float32. PyTorch, and
    this package, take the dtype of the floats, and the default dtype where there are none.
    """
    if not is_array(z):
        z = np.asarray(z)
    if z.dtype is not FLOAT64:
        return z
    dtypes = [a.dtype for a in operands if hasattr(a, "dtype")]
    floats = [dtype for dtype in dtypes if dtype.kind == "f"]
    if FLOAT64 in floats or (floats and not any(dtype.kind in "iu" for dtype in dtypes)):
        return z
    return z.astype(max(floats, default=get_default_dtype()))


def promoted(operands):
    """Operands of an elementwise operation in the dtype that PyTorch gives them.

    Arrays with axes decide, unless a 0-d array is of a higher kind (floats over integers over
    booleans). Python numbers stay as they are, and adapt.
    """
    arrays = [a for a in operands if is_array(a)]
    if len({a.dtype for a in arrays}) < 2:
        return operands
    dtype = None
    for group in ([a.dtype for a in arrays if a.ndim], [a.dtype for a in arrays if not a.ndim]):
        if not group:
            continue
        if any(d.kind == "f" for d in group):  # integers take the dtype of the floats beside them
            group = [d for d in group if d.kind == "f"]
        own = np.result_type(*group)
        if dtype is None or (own.kind == "f" and dtype.kind != "f") or dtype.kind == "b":
            dtype = own
    return [a.astype(dtype) if is_array(a) and a.dtype != dtype else a for a in operands]


def promoted_to_float(operands):
    """The same, of a function whose values are fractions: integers alone become floats."""
    if not any(a.dtype.kind == "f" for a in operands):
        operands = [as_float(a) for a in operands]
    return promoted(operands)


def wrapped(inputs):
    """The inputs, with Python integers as arrays of the others' integers: -1 as the byte 255."""
    dtypes = [x.dtype for x in inputs if getattr(x, "dtype", FLOAT32).kind in "iu"]
    if dtypes and any(type(x) is int and -(2**63) <= x < 2**63 for x in inputs):
        dtype = np.result_type(*dtypes)
        return [np.asarray(x).astype(dtype) if type(x) is int else x for x in inputs]


def explained(node, operands, error):
    """The error of an operation, with its name and the shapes of its operands."""
    if str(error).startswith(f"{node.name}:"):
        return error
    shapes = [np.shape(a) for a in operands]
    if "broadcast" in str(error) and len(shapes) == 2:
        pairs = list(zip(reversed(shapes[0]), reversed(shapes[1]), strict=False))
        m, n = next(((m, n) for m, n in pairs if m != n and 1 not in (m, n)), (None, None))
        if m is not None:
            return ValueError(
                f"{node.name}: shapes {shapes[0]} and {shapes[1]} do not broadcast: from the right,"
                f" {m} meets {n} and neither is 1; line the axes up with reshape or unsqueeze"
            )
    given = " and ".join(str(s) for s in shapes)
    return builtin_kind(error)(f"{node.name}: on shapes {given}: {error}")


def builtin_kind(error):
    """The built-in class of an error: NumPy's own subclasses can't be made from a text."""
    kinds = IndexError, OverflowError, TypeError, ValueError
    return next(kind for kind in kinds if isinstance(error, kind))
