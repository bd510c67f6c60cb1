"""`vmap`: a function of one sample as a function of a batch."""

import functools

from ..engine.base import TensorBase
from ..generator import get_rng_state, set_rng_state
from ..operations.concatenation import stack
from ..operations.shape import checked_dims
from .trees import flattened


def vmap(func, in_dims=0, out_dims=0, randomness="error", *, chunk_size=None):
    """The function that calls `func` for every slice along an axis, and stacks what it returns.

    PyTorch computes all slices at once; here they are computed one after the other, with the same
    results and gradients. What broadcasts over a batch axis is faster without `vmap`.

    Parameters
    ----------
    func : callable
        Takes tensors without the batch axis, in tuples, lists and dicts too; returns tensors.
    in_dims : int, None, or as the arguments are nested
        The axis to go along, of all arguments or of each; None gives an argument whole.
    out_dims : int, None, or as the results are nested
        Where the results have the batch axis; None for what does not depend on the slice.
    randomness : {"error", "different", "same"}
        What random numbers the calls draw: none are allowed, each its own, or all the same.
    chunk_size : int, optional
        Accepted: slices are computed one after the other.

    Returns
    -------
    callable
        Keyword arguments are given to each call as they are.

    Raises
    ------
    ValueError
        For axes that do not exist or differ in length, for arguments to go along that are no
        tensors, and for results that are none.
    RuntimeError
        If `func` draws random numbers and `randomness` is "error".

    Examples
    --------
    >>> import tinytorch as tt
    >>> from tinytorch.func import grad, vmap
    >>> w, xs = tt.tensor([1.0, 2.0]), tt.tensor([[1.0, 0.0], [3.0, 1.0]])
    >>> vmap(grad(lambda w, x: (w @ x) ** 2), in_dims=(None, 0))(w, xs)
    tensor([[ 2.,  0.],
            [30., 10.]])
    """
    if randomness not in ("error", "different", "same"):
        raise ValueError(
            f"vmap: randomness must be 'error', 'different' or 'same', got {randomness!r}"
        )

    @functools.wraps(func)
    def mapped(*args, **kwargs):
        given, sliced = [], {}
        rebuild = flattened(args, given)
        axes = _spread("in_dims", in_dims, args)
        for i, (x, axis) in enumerate(zip(given, axes, strict=True)):
            if axis is not None:
                sliced[i] = _slices(x, axis)
        lengths = sorted({len(xs) for xs in sliced.values()})
        if len(lengths) != 1 or not lengths[0]:
            what = f"lengths {lengths} differ" if len(lengths) > 1 else "there is nothing"
            raise ValueError(f"vmap: {what} along the axes to map over, in_dims {in_dims}")
        found, before = [], get_rng_state()
        for k in range(lengths[0]):
            if randomness == "same":
                set_rng_state(before)
            inputs = [sliced[i][k] if i in sliced else x for i, x in enumerate(given)]
            found.append(func(*rebuild(inputs), **kwargs))
            if randomness == "error" and get_rng_state() != before:
                set_rng_state(before)
                raise RuntimeError(
                    "vmap: the function draws random numbers; say randomness='different' or 'same',"
                    " or draw them before"
                )
        return _stacked(found, out_dims)

    return mapped


def _spread(name, dims, tree):
    """An axis for every leaf of `tree`: `dims` is one for all, or nested as the tree is."""
    if isinstance(tree, dict):
        keys, kind = list(tree), dict
    elif isinstance(tree, (tuple, list)):
        keys, kind = range(len(tree)), (tuple, list)
    else:
        keys, kind = None, ()
    if dims is None or isinstance(dims, int):
        if keys is None:
            return [dims]
        return [axis for key in keys for axis in _spread(name, dims, tree[key])]
    alike = isinstance(dims, kind) and len(dims) == len(tree)
    if not alike or (kind is dict and dims.keys() != tree.keys()):
        raise ValueError(f"vmap: {name} {dims!r} is not nested as what it is for")
    return [axis for key in keys for axis in _spread(name, dims[key], tree[key])]


def _slices(x, axis):
    if not isinstance(x, TensorBase):
        raise ValueError(
            f"vmap: in_dims is {axis} for a {type(x).__name__}, which has no axes; use None there"
        )
    if not x.ndim:
        raise ValueError(f"vmap: in_dims is {axis} for a tensor without axes; use None there")
    try:
        (axis,) = checked_dims("vmap", x.shape, (axis,))
    except IndexError as error:
        raise ValueError(str(error)) from None
    return x.unbind(axis)


def _stacked(found, out_dims):
    """The results of all calls as one, nested as each is."""
    columns = []
    for result in found:
        leaves = []
        rebuild = flattened(result, leaves)
        columns.append(leaves)
    joined = []
    for axis, leaves in zip(
        _spread("out_dims", out_dims, found[0]), zip(*columns, strict=True), strict=True
    ):
        if axis is None:
            joined.append(leaves[0])
            continue
        for z in leaves:
            if not isinstance(z, TensorBase):
                raise ValueError(
                    f"vmap: the function must return tensors, got {type(z).__name__}; use None in"
                    " out_dims for what is none"
                )
        joined.append(stack(list(leaves), axis))
    return rebuild(joined)
