"""The exercises on indexing and joining."""

import numpy as np

from ..rule import Mistake, RuleExercise
from ..samples import Sample

REPEATED = (
    "An element that was picked twice gets both gradients: `np.add.at(d, index, g)` adds, `d[index]"
    " = g` and `d[index] += g` keep the last alone."
)


def _written(g, shape, index):
    d = np.zeros(shape, g.dtype)
    d[index] = g
    return d


def _added(g, shape, index):
    d = np.zeros(shape, g.dtype)
    np.add.at(d, index, g)
    return d


def _averaged(g, x, *, index):
    times = _added(np.ones_like(g), x.shape, index)
    return (_added(g, x.shape, index) / np.maximum(times, 1),)


def _in_order_of_z(g, x, *, index):
    return (g if g.shape == x.shape else _added(g, x.shape, index),)


def _from_the_left(g, x, *, index):
    d = np.zeros(x.shape, g.dtype)
    n = min(g.size, d.size)
    d.flat[:n] = g.flat[:n]
    return (d,)


def _picks(about, shape, index, **more):
    return Sample(about, (shape,), params={"index": index}, **more)


TWICE = np.array([0, 0, 1])
MASK = np.array([True, False, True, False])

SLICE = RuleExercise(
    "SliceBackward",
    (
        _picks("`x[1:3]`", (5,), slice(1, 3)),
        _picks("`x[2]`", (4, 3), 2),
        _picks("`x[:, -1]`", (4, 3), (slice(None), -1)),
        _picks("`x[::-1]`", (5,), slice(None, None, -1)),
        _picks("`x[..., ::2]`", (2, 5), (..., slice(None, None, 2))),
        _picks("`x[:, None]`", (4,), (slice(None), None)),
        _picks("`x[[0, 0, 1]]`", (4, 3), TWICE, hint=REPEATED),
        _picks("pairs picked twice", (4, 3), (TWICE, TWICE + 1), hint=REPEATED),
        _picks("a mask", (4, 3), MASK),
        _picks("`x[2:2]`", (5,), slice(2, 2)),
        _picks("`x[()]`", (), ()),
        _picks("float32", (4, 3), TWICE, dtype=np.float32),
    ),
    (
        Mistake(
            "what is left when the places picked twice are written twice: the last one wins. "
            + REPEATED,
            lambda g, x, *, index: (_written(g, x.shape, index),),
        ),
        Mistake(
            "g in the order of the result. Element 0 of the result was not element 0 of `{x}`: put"
            " g at `index`.",
            _in_order_of_z,
        ),
        Mistake(
            "g laid out from the left. Element 0 of the result was not element 0 of `{x}`: put g at"
            " `index`.",
            _from_the_left,
        ),
        Mistake(
            "the mean over the times an element was picked. Each pick carries its own part of the"
            " loss, and they add.",
            _averaged,
        ),
        Mistake(
            "g as it came, in the shape of the result. The gradient of `{x}` has a place for each"
            " of its elements, 0 where nothing was picked.",
            lambda g, x, *, index: (g,),
        ),
    ),
)

SCATTER = RuleExercise(
    "ScatterBackward",
    (
        Sample("a range", ((2,),), params={"index": slice(1, 3), "shape": (5,)}),
        Sample("one row", ((3,),), params={"index": 2, "shape": (4, 3)}),
        Sample("a column", ((4,),), params={"index": (slice(None), -1), "shape": (4, 3)}),
        Sample("places named twice", ((3,),), REPEATED, params={"index": TWICE, "shape": (4,)}),
        Sample("a mask", ((2, 3),), params={"index": MASK, "shape": (4, 3)}),
        Sample("nothing", ((0,),), params={"index": slice(2, 2), "shape": (5,)}),
        Sample(
            "float32", ((3,),), REPEATED, params={"index": TWICE, "shape": (4,)}, dtype=np.float32
        ),
    ),
    (
        Mistake(
            "g as it came, in the shape of the result: read from it what is at `index`.",
            lambda g, x, *, index, shape: (g,),
        ),
        Mistake(
            "g divided by how many entries share its place. Each of them is in the sum with factor"
            " 1.",
            lambda g, x, *, index, shape: (
                (g / np.maximum(_added(np.ones(x.shape), shape, index), 1))[index],
            ),
        ),
        Mistake(
            "taken from the front of g. `{x}` is in the result at `index`: read g there.",
            lambda g, x, *, index, shape: (g.reshape(-1)[: x.size].reshape(x.shape),),
        ),
    ),
)


def _cut(g, starts, xs, dim):
    """Pieces of g of the lengths of xs, from `starts`."""
    g = np.moveaxis(g, dim, 0)
    lengths = [x.shape[dim] for x in xs]
    return tuple(
        np.moveaxis(g[start : start + n], 0, dim) for start, n in zip(starts, lengths, strict=True)
    )


def _from_the_front(g, *xs, dim=0):
    return _cut(g, [0] * len(xs), xs, dim)


def _in_reverse(g, *xs, dim=0):
    ends = np.cumsum([x.shape[dim] for x in xs[::-1]])
    return _cut(
        g, [end - x.shape[dim] for end, x in zip(ends, xs[::-1], strict=True)][::-1], xs, dim
    )


def _in_equal_parts(g, *xs, dim=0):
    return tuple(np.array_split(g, len(xs), axis=dim))


def _along_the_first_axis(g, *xs, dim=0):
    ends = np.cumsum([x.shape[dim] for x in xs])
    return tuple(np.split(g, ends[:-1]))


CAT = RuleExercise(
    "CatBackward",
    (
        Sample("two vectors", ((2,), (3,))),
        Sample("columns beside columns", ((4, 2), (4, 3)), params={"dim": 1}),
        Sample("the last axis as -1", ((2, 3, 1), (2, 3, 2)), params={"dim": -1}),
        Sample("three of equal size", ((3, 3), (3, 3), (3, 3)), params={"dim": 1}),
        Sample("one alone", ((2, 3),)),
        Sample("an empty one among them", ((2, 3), (0, 3), (1, 3))),
        Sample("float32", ((4, 2), (4, 3)), params={"dim": 1}, dtype=np.float32),
        Sample(
            "an input without gradient",
            ((2,), (3,)),
            "Its entry in `next_functions` is None: keep the lengths in `forward`, where every"
            " input is at hand.",
            wanted=(False, True),
        ),
    ),
    (
        Mistake(
            "cut along axis 0, and the inputs were joined along `dim`.",
            _along_the_first_axis,
        ),
        Mistake(
            "all of g. Each input gets the part of g at its place in the result.",
            lambda g, *xs, dim=0: (g,) * len(xs),
        ),
        Mistake(
            "the piece that begins at the front of g. `{x}` begins where the inputs before it end.",
            _from_the_front,
        ),
        Mistake(
            "cut from g in reverse order: the first input comes first.",
            _in_reverse,
        ),
        Mistake(
            "one of equal parts of g, and the inputs differ in length along `dim`.",
            _in_equal_parts,
        ),
    ),
)


def _places(index, dim):
    places = list(np.indices(index.shape))
    places[dim] = index
    return tuple(places)


def _in_the_whole_row(g, x, *, dim, index):
    if g.shape[dim] == 1:
        return (np.broadcast_to(g, x.shape),)
    return (_added(g, x.shape, _places(index, dim)),)


def _along(about, shape, index, dim, **more):
    return Sample(about, (shape,), params={"dim": dim, "index": np.array(index)}, **more)


GATHER = RuleExercise(
    "GatherBackward",
    (
        _along("one pick per row", (4, 3), [[2], [0], [1], [1]], 1),
        _along("along axis 0", (4, 3), [[3, 0, 1]], 0),
        _along(
            "the last axis as -1",
            (2, 2, 3),
            [[[0, 2], [1, 1]], [[2, 0], [0, 1]]],
            -1,
            hint=REPEATED,
        ),
        _along("picked twice", (3, 4), [[1, 1, 0], [2, 2, 2], [3, 0, 3]], 1, hint=REPEATED),
        _along("more picks than there are values", (2, 2), [[0, 1, 0, 1], [1, 1, 1, 1]], 1),
        _along("no picks", (3, 4), np.zeros((3, 0), int), 1),
        _along("float32", (4, 3), [[2], [0], [1], [1]], 1, dtype=np.float32),
        _along("fewer rows than x has", (4, 3), [[2], [0]], 1, extra=True),
    ),
    (
        Mistake(
            "g as it came, in the shape of `index`. The gradient of `{x}` has a place for each of"
            " its entries.",
            lambda g, x, *, dim, index: (g,),
        ),
        Mistake(
            "what is left when the places picked twice are written twice: the last one wins. "
            + REPEATED,
            lambda g, x, *, dim, index: (_written(g, x.shape, _places(index, dim)),),
        ),
        Mistake(
            "the mean over the times an entry was picked. Each pick carries its own part of the"
            " loss, and they add.",
            lambda g, x, *, dim, index: _averaged(g, x, index=_places(index, dim)),
        ),
        Mistake(
            "g in every place of the row. Only the value that was picked is in the result; the"
            " others get 0.",
            _in_the_whole_row,
        ),
    ),
)

EXERCISES = CAT, SLICE, SCATTER, GATHER
