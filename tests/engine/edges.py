"""Inputs at the edge for any row of the table of operations, and a row run on them by a library."""

from itertools import pairwise

import numpy as np
from layouts import stretched, strided
from torch import from_numpy
from torch import tensor as theirs
from torch.nn.attention import SDPBackend, sdpa_kernel

import tinytorch as tt

FLOATS = {"float16": np.float16, "float32": np.float32}


def is_float(x):
    return isinstance(x, np.ndarray) and x.dtype.kind == "f"


def changed(inputs, i, x):
    return (*inputs[:i], x, *inputs[i + 1 :])


def each(inputs, change):
    """The inputs with one floating array changed, for each that the change is for."""
    for i, x in enumerate(inputs):
        if is_float(x) and (new := change(x)) is not None:
            yield changed(inputs, i, np.asarray(new))


def every(inputs, change):
    yield tuple(np.asarray(change(x)) if is_float(x) else x for x in inputs)


def with_values(*values):
    """A change that puts special numbers at both ends, where there is room for ordinary ones."""

    def change(x):
        if not x.size:
            return None
        x = x.copy()
        x.flat[0] = values[0]
        x.flat[-1] = values[-1]
        return x

    return change


def emptied(inputs):
    """Every length in turn made 0, in all inputs that have an axis of it."""
    lengths = {n for x in inputs if isinstance(x, np.ndarray) for n in x.shape if n}
    for length in sorted(lengths):
        cut = [
            x[tuple(slice(0) if n == length else slice(None) for n in x.shape)]
            if isinstance(x, np.ndarray)
            else x
            for x in inputs
        ]
        yield tuple(cut)


def broadcast(inputs):
    """One input at a time without its first axis, and with a first axis of length 1."""
    if sum(map(is_float, inputs)) > 1:
        yield from each(inputs, lambda x: x[0] if x.ndim and len(x) else None)
        yield from each(inputs, lambda x: x[:1] if x.ndim and len(x) > 1 else None)


def repeated(inputs):
    """The same array in two places."""
    places = [i for i, x in enumerate(inputs) if is_float(x)]
    for i, j in pairwise(places):
        if inputs[i].shape == inputs[j].shape:
            yield changed(inputs, j, inputs[i])
    if len(places) == 1:
        yield inputs


INPUTS = {
    "plain": lambda xs: iter([xs]),
    "nan": lambda xs: each(xs, with_values(np.nan)),
    "inf": lambda xs: each(xs, with_values(np.inf)),
    "-inf": lambda xs: each(xs, with_values(-np.inf)),
    "inf and -inf": lambda xs: each(xs, with_values(np.inf, -np.inf)),
    "0": lambda xs: each(xs, np.zeros_like),
    "-0": lambda xs: each(xs, lambda x: -np.zeros_like(x)),
    "all 0": lambda xs: every(xs, np.zeros_like),
    "huge": lambda xs: each(xs, lambda x: 1e30 * x),
    "tiny": lambda xs: each(xs, lambda x: 1e-30 * x),
    "infinite g": lambda xs: iter([xs]),
    "nan g": lambda xs: iter([xs]),
    "constant g": lambda xs: iter([xs]),
    "float16": lambda xs: iter([xs]),
    "float32": lambda xs: iter([xs]),
    "strided": lambda xs: every(xs, strided),
    "stretched": lambda xs: every(xs, stretched),
    "0-d": lambda xs: every(xs, lambda x: np.array(x.flat[0] if x.size else 0.5)),
    "empty": emptied,
    "broadcast": broadcast,
    "repeated": repeated,
}


def of(t, x, dtype):
    """An input or parameter in a library; floating arrays as leaves in `dtype`."""
    if not isinstance(x, np.ndarray):
        return x
    x = x.astype(dtype, copy=False) if x.dtype.kind == "f" else x
    if t is tt:
        return tt.from_numpy(x).requires_grad_(x.dtype.kind == "f")
    return theirs(x.copy()).requires_grad_(x.dtype.kind == "f")


def run(t, row, case_params, inputs, column):
    """{name: array} of the value, the gradients, and the gradients of a sum of those."""
    dtype = FLOATS.get(column, np.float64)
    xs = [of(t, x, dtype) for x in inputs]
    if column == "repeated":
        seen = {}
        xs = [seen.setdefault(id(x), y) for x, y in zip(inputs, xs, strict=True)]
    leaves = list({id(x): x for x in xs if getattr(x, "requires_grad", False)}.values())
    params = {k: v.astype(dtype) if is_float(v) else v for k, v in case_params.items()}
    call = row.call if t is tt else getattr(row, "torch", None) or row.call
    with sdpa_kernel(SDPBackend.MATH):
        z = call(t, *xs, **params)
        if column == "repeated":
            z = z * 2 + call(t, *xs, **params) * z
    rng = np.random.default_rng(5)

    def weights(like, special=None):
        g = np.asarray(rng.normal(size=tuple(like.shape)))
        if special is not None and g.size:
            g.flat[::2] = special
        return (tt.tensor(g) if t is tt else from_numpy(g)).to(like.dtype)

    named = {"value": z}
    special = {"infinite g": np.inf, "nan g": np.nan}.get(column)
    g = weights(z, special).requires_grad_(column != "constant g")
    options = {"allow_unused": True, "retain_graph": True}
    plain = t.autograd.grad([z], leaves, [g], **options)
    recorded = t.autograd.grad([z], leaves, [g], create_graph=True, **options)
    hs = [weights(x) for x in leaves]
    terms = [(d * h).sum() for d, h in zip(recorded, hs, strict=True) if d is not None]
    terms = [term for term in terms if term.requires_grad]
    wanted = [*leaves, g] if g.requires_grad else leaves
    second = [None] * len(wanted)
    if terms:
        total = sum(terms[1:], terms[0])
        try:
            second = t.autograd.grad([total], wanted, allow_unused=True)
        except (RuntimeError, NotImplementedError) as error:
            if t is tt or "not implemented" not in str(error):
                raise
            second = []  # PyTorch has none
    for kind, ds in (("", plain), ("recorded ", recorded), ("second ", second)):
        named |= {f"{kind}gradient {i}": d for i, d in enumerate(ds)}
    arrays = {name: None if x is None else numbers(x) for name, x in named.items()}
    if column == "constant g":
        arrays["can be differentiated again"] = np.array(bool(terms))
    return arrays


def numbers(x):
    return np.asarray(x.data if isinstance(x, tt.Tensor) else x.detach().numpy(force=True))
