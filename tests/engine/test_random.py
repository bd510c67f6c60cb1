"""Random numbers: their distributions, their seeds, and what they refuse."""

import numpy as np
import pytest

import tinytorch as tt

WEIGHTS = tt.tensor([0.0, 1.0, 3.0, 0.0, 4.0, 0.0])

DRAWS = {
    "rand": lambda **g: tt.rand(2, 3, **g),
    "randn": lambda **g: tt.randn((2, 3), **g),
    "rand_size": lambda **g: tt.rand(size=(2, 3), **g),
    "randint": lambda **g: tt.randint(100, (6,), **g),
    "randint_low": lambda **g: tt.randint(low=5, high=99, size=(6,), **g),
    "randperm": lambda **g: tt.randperm(20, **g),
    "rand_like": lambda **g: tt.rand_like(tt.ones(6), **g),
    "randn_like": lambda **g: tt.randn_like(tt.ones(6), **g),
    "randint_like": lambda **g: tt.randint_like(tt.ones(6), 99, **g),
    "normal": lambda **g: tt.normal(0, 1, (6,), **g),
    "normal_means": lambda **g: tt.normal(tt.zeros(6), 2.0, **g),
    "bernoulli": lambda **g: tt.bernoulli(tt.full((40,), 0.5), **g),
    "multinomial": lambda **g: tt.multinomial(WEIGHTS, 3, **g),
    "multinomial_again": lambda **g: tt.multinomial(WEIGHTS, 30, replacement=True, **g),
}


@pytest.mark.parametrize("name", DRAWS)
def test_a_draw_follows_its_seed_and_its_generator(name):
    draw = DRAWS[name]
    tt.manual_seed(3)
    first, second = draw().tolist(), draw().tolist()
    assert first != second
    tt.manual_seed(3)
    own = tt.Generator().manual_seed(3)
    assert draw(generator=own).tolist() == first
    assert draw().tolist() == first, "a draw from a generator of one's own touched the package's"
    state = own.get_state()
    assert draw(generator=own).tolist() == second
    assert draw(generator=own.set_state(state)).tolist() == second


def test_generators_know_their_seed():
    g = tt.Generator()
    assert g.manual_seed(-5) is g and g.initial_seed() == -5
    assert g.seed() == g.initial_seed() != -5
    a = tt.rand(3, generator=g.clone_state()).tolist()
    assert tt.rand(3, generator=g).tolist() == a
    assert tt.manual_seed(4) is tt.default_generator and tt.initial_seed() == 4
    assert tt.seed() == tt.initial_seed()
    with pytest.raises(ValueError, match="only the CPU is there, got device 'cuda'"):
        tt.Generator("cuda")
    with pytest.raises(TypeError, match=r"expected a tinytorch.Generator, got int"):
        tt.rand(2, generator=3)


def test_shapes_and_dtypes():
    twos = tt.ones((2, 2), dtype=tt.float64)
    assert tt.rand_like(twos).dtype == tt.randn_like(twos).dtype == np.float64
    assert tt.randn_like(twos, dtype=tt.float32).dtype == np.float32
    assert tt.randint_like(twos, 9).dtype == np.float64
    assert tt.rand(2, requires_grad=True).requires_grad
    assert tt.normal(twos, 1.0).dtype == np.float64
    assert tt.normal(2, 3, size=(1, 4)).dtype == np.float32
    assert tt.normal(tt.zeros(3, 1), tt.ones(2)).shape == (3, 2)
    assert tt.bernoulli(twos).dtype == np.float64 and tt.bernoulli(twos, 0.0).data.sum() == 0
    assert tt.multinomial(WEIGHTS, 2).dtype == np.int64
    assert tt.multinomial(tt.ones(5, 4), 2).shape == (5, 2)
    assert tt.empty(2, 3).shape == (2, 3) and tt.empty(2).dtype == np.float32
    assert tt.empty((2,), dtype=tt.int64).dtype == tt.empty_like(tt.arange(3)).dtype == np.int64


def test_means_and_spreads():
    tt.manual_seed(0)
    draws = tt.normal(tt.tensor([-5.0, 5.0]).expand(20_000, 2), tt.tensor([1.0, 3.0])).data
    np.testing.assert_allclose(draws.mean(0), [-5, 5], atol=0.1)
    np.testing.assert_allclose(draws.std(0), [1, 3], atol=0.1)
    chances = tt.tensor([0.0, 0.2, 1.0]).expand(20_000, 3)
    np.testing.assert_allclose(tt.bernoulli(chances).data.mean(0), [0, 0.2, 1], atol=0.02)


def test_multinomial_draws_by_weight():
    tt.manual_seed(0)
    again = tt.multinomial(WEIGHTS.expand(2, 6), 40_000, True)
    for row in again.data:
        np.testing.assert_allclose(
            np.bincount(row, minlength=6) / 40_000, WEIGHTS.data / 8, atol=0.01
        )
    # without replacement: the first has the chances of the weights, the second those of the rest
    pairs = np.array([tt.multinomial(WEIGHTS, 2).tolist() for _ in range(8_000)])
    assert (pairs[:, 0] != pairs[:, 1]).all() and set(pairs.ravel()) == {1, 2, 4}
    np.testing.assert_allclose((pairs[:, 0] == 4).mean(), 1 / 2, atol=0.02)
    np.testing.assert_allclose(((pairs == [4, 2]).all(1)).mean(), 1 / 2 * 3 / 4, atol=0.02)
    every = tt.multinomial(WEIGHTS, 3)
    assert sorted(every.tolist()) == [1, 2, 4]


@pytest.mark.parametrize(
    ("draw", "text"),
    [
        (lambda: tt.multinomial(tt.tensor([1.0, -1.0]), 1), "finite and not negative"),
        (lambda: tt.multinomial(tt.tensor([1.0, float("nan")]), 1), "finite and not negative"),
        (
            lambda: tt.multinomial(tt.tensor([0.0, 0.0]), 1, True),
            "a row that has 0 weights above 0",
        ),
        (lambda: tt.multinomial(WEIGHTS, 4), "4 draws without replacement from a row that has 3"),
        (lambda: tt.multinomial(tt.arange(3), 1), "got a tensor of int64"),
        (lambda: tt.multinomial(tt.ones(1, 1, 1), 1), r"shape \(1, 1, 1\)"),
        (lambda: tt.bernoulli(tt.tensor([1.5])), r"must be in \[0, 1\]"),
        (lambda: tt.bernoulli(tt.tensor([1])), "expected probabilities, got a tensor of int64"),
        (lambda: tt.normal(0.0, -1.0, (2,)), "std must not be negative, got -1"),
        (lambda: tt.randint(5), "size is missing"),
    ],
)
def test_what_cannot_be_drawn(draw, text):
    with pytest.raises((ValueError, TypeError), match=text):
        draw()
