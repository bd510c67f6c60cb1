"""The exercises on layers: right answers as readers write them, and wrong ones."""

import numpy as np
import pytest

from tinytorch.core.autograd import Function
from tinytorch.exercises import check

# ------------------------------------------------------------------------------ embedding


def embedding(fill, forward=lambda self, weight, *, indices: weight[indices]):
    """Judge a rule that fills zeros of the table's shape: `fill(d, indices, g)`."""

    def keeping(self, weight, *, indices):
        self.indices = indices
        return forward(self, weight, indices=indices)

    def apply(self, g):
        d = np.zeros(self.next_functions[0].shape, g.dtype)
        other = fill(d, self.indices, g)
        return (d if other is None else other,)

    return check(type("MyEmbedding", (Function,), {"forward": keeping, "apply": apply}))


def last_wins(d, i, g):
    d[i] += g


def loop(d, i, g):
    for index, row in zip(i.reshape(-1), g.reshape(-1, d.shape[1]), strict=True):
        d[index] += row


def one_hot(d, i, g):
    return np.eye(len(d), dtype=g.dtype)[i.reshape(-1)].T @ g.reshape(-1, d.shape[1])


@pytest.mark.parametrize("fill", [loop, one_hot, lambda d, i, g: np.add.at(d, i, g)])
def test_an_embedding_passes(fill):
    answer = embedding(fill)
    assert answer.passed is True
    assert "rows that repeat" in answer.message


def test_one_hot_rows_are_their_own_second_derivative():
    assert "Gradients of gradients agree as well." in embedding(one_hot).message


@pytest.mark.parametrize(
    ("fill", "phrase"),
    [
        (last_wins, "`d[indices] += g`. `np.add.at(d, indices, g)` adds them all"),
        (lambda d, i, g: d.__setitem__(i, g), "that of the last place alone"),
        (lambda d, i, g: np.add.at(d, i, 1), "slope alone: multiply by the upstream gradient g"),
        (lambda d, i, g: g, "has shape (3, 3), `weight` has (5, 3)"),
        (lambda d, i, g: np.add.at(d, i, -g), "has the wrong sign"),
        (lambda d, i, g: None, "is zero everywhere"),
        (lambda d, i, g: d.__setitem__(slice(len(g)), g), "of the rows of g in their order"),
    ],
)
def test_a_mistake_in_the_embedding_is_named(fill, phrase):
    answer = embedding(fill)
    assert answer.passed is False
    assert phrase in answer.message


def test_the_columns_in_place_of_the_rows():
    answer = embedding(loop, lambda self, weight, *, indices: weight.T[indices % 3])
    assert "The result has shape (3, 5), and should have (3, 3)" in answer.message
