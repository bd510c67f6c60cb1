"""NumPy's names of arguments, which PyTorch takes too: `axis` is `dim`, `keepdims` is `keepdim`."""

from functools import wraps

from .writing import write_into


def by_numpy_names(function):
    """The function, with `axis=` and `keepdims=` as other names, and `dtype=` to compute in."""

    @wraps(function)
    def named(*args, **options):
        if options:
            for name, other in ("dim", "axis"), ("keepdim", "keepdims"):
                if other in options:
                    options[name] = options.pop(other)
            if "dtype" in options:
                dtype = options.pop("dtype")
                if dtype is not None:
                    result = function(args[0].to(dtype), *args[1:], **options)
                    return result.to(dtype)  # sums of small integers come as int64
        return function(*args, **options)

    return named


def with_out(function):
    """The function, with `out=`: a tensor that the result is written into, and `alpha=` of sums."""

    @wraps(function)
    def written(*args, out=None, **options):
        if "alpha" in options and len(args) == 2:
            alpha = options.pop("alpha")
            args = (args[0], args[1] * alpha)
        result = function(*args, **options)
        if out is None:
            return result
        if result.requires_grad or out.requires_grad:
            raise RuntimeError(
                f"{function.__name__}: out= would lose the gradient; bind the result to a name"
            )
        return write_into(function.__name__, out, result)

    return written
