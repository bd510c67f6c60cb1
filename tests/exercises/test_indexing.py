"""The exercises on indexing and joining, as readers write them."""

import numpy as np
import pytest

from tinytorch.core.autograd import Function
from tinytorch.exercises import check


def mine(name, forward, apply):
    return check(type("Mine", (Function,), {"forward": forward, "apply": apply}), name)


def read(self, x, *, index):
    self.index, self.shape_of_x = index, x.shape
    return x[index]


def reading(apply, forward=read):
    return mine("SliceBackward", forward, apply)


def added(self, g):
    d = np.zeros(self.shape_of_x, g.dtype)
    np.add.at(d, self.index, g)
    return d


def written(self, g):
    d = np.zeros(self.shape_of_x, g.dtype)
    d[self.index] = g
    return d


def added_in_place(self, g):
    d = np.zeros(self.shape_of_x, g.dtype)
    d[self.index] += g
    return d


def ones_added(self, g):
    return added(self, np.ones_like(g))


def whole(self, g):
    return np.resize(g, self.shape_of_x) if g.size else np.zeros(self.shape_of_x)


def in_float64(self, g):
    d = np.zeros(self.shape_of_x)
    np.add.at(d, self.index, g)
    return d


def test_slice_is_right():
    answer = reading(lambda self, g: (added(self, g),))
    assert answer.passed is True
    assert "`x[[0, 0, 1]]`" in answer.message


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (written, "the last one wins"),
        (added_in_place, "`d[index] += g` keep the last alone"),
        (ones_added, "the slope alone"),
        (lambda self, g: g, "in the shape of the result"),
        (whole, "is wrong: at [0] it is"),
        (in_float64, "is float64, `x` is float32"),
        (lambda self, g: added(self, g) * 0, "is zero everywhere"),
        (lambda self, g: -added(self, g), "wrong sign"),
    ],
)
def test_slice_names_the_mistake(rule, said):
    answer = reading(lambda self, g: (rule(self, g),))
    assert answer.passed is False
    assert said in answer.message


def test_slice_needs_the_index():
    answer = reading(
        lambda self, g: (g * self.index,), forward=lambda self, x, *, index: np.array(x[index])
    )
    assert "Nothing is kept under the name `index`" in answer.message


def test_slice_by_another_index():
    answer = reading(added, forward=lambda self, x, *, index: x[:2])
    assert "should" in answer.message and answer.passed is False


def put(self, x, *, index, shape):
    self.index, self.there = index, shape
    z = np.zeros(shape, x.dtype)
    np.add.at(z, index, x)
    return z


def put_once(self, x, *, index, shape):
    self.index = index
    z = np.zeros(shape, x.dtype)
    z[index] = x
    return z


@pytest.mark.parametrize(
    ("forward", "apply", "said"),
    [
        (put, lambda self, g: (g[self.index],), "Right. "),
        (put_once, lambda self, g: (g[self.index],), "The result of `forward` is wrong"),
        (put, lambda self, g: (g,), "read from it what is at `index`"),
    ],
)
def test_scatter(forward, apply, said):
    assert said in str(mine("ScatterBackward", forward, apply))


def places(index, dim):
    grid = list(np.indices(index.shape))
    grid[dim] = index
    return tuple(grid)


def gather(self, x, *, dim, index):
    self.places, self.shape_of_x, self.dim, self.index = places(index, dim), x.shape, dim, index
    return x[self.places]


def gather_added(self, g):
    d = np.zeros(self.shape_of_x, g.dtype)
    np.add.at(d, self.places, g)
    return d


def gather_put(self, g):
    d = np.zeros(self.shape_of_x, g.dtype)
    np.put_along_axis(d, self.index, g, self.dim)
    return d


def gather_whole_row(self, g):
    return np.broadcast_to(g, self.shape_of_x)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (gather_added, "Right. "),
        (gather_put, "the last one wins"),
        (gather_whole_row, "in every place of the row"),
        (lambda self, g: g, "in the shape of `index`"),
        (lambda self, g: gather_added(self, np.ones_like(g)), "the slope alone"),
    ],
)
def test_gather(rule, said):
    assert said in str(mine("GatherBackward", gather, lambda self, g: (rule(self, g),)))


def test_gather_along_the_wrong_axis():
    def forward(self, x, *, dim, index):
        return np.take_along_axis(x, index, 0)

    answer = mine("GatherBackward", forward, lambda self, g: (g,))
    assert answer.passed is False


def join(self, *xs, dim=0):
    self.dim, self.ends = dim, np.cumsum([x.shape[dim] for x in xs])
    return np.concatenate(xs, dim)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (lambda self, g: tuple(np.split(g, self.ends[:-1], self.dim)), "Right. "),
        (lambda self, g: tuple(np.split(g, self.ends[:-1])), "cut along axis 0"),
        (lambda self, g: (g,) * len(self.ends), "all of g"),
        (lambda self, g: tuple(np.array_split(g, len(self.ends), self.dim)), "equal parts"),
        (lambda self, g: (g,), "one for each, in their order"),
        (lambda self, g: np.split(g, self.ends[:-1], self.dim), "expects a tuple"),
        (lambda self, g: tuple(np.split(g, self.ends[:-1], self.dim)[::-1]), "`xs[0]`"),
    ],
)
def test_cat(rule, said):
    assert said in str(mine("CatBackward", join, rule))


def test_cat_of_two_only():
    def forward(self, a, b, *, dim=0):
        self.n, self.dim = a.shape[dim], dim
        return np.concatenate([a, b], dim)

    def apply(self, g):
        return tuple(np.split(g, [self.n], self.dim))

    answer = mine("CatBackward", forward, apply)
    assert "positional arguments but" in answer.message
    assert "`def forward(self, *xs):`" in answer.message
