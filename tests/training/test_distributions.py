"""Distributions: probabilities and gradients as in PyTorch, and draws by their formula."""

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import distributions

LOGITS = np.array([[0.5, -1.0, 2.0], [0.0, 3.0, -np.inf]])
PROBS = np.array([[0.2, 0.5, 0.3], [0.0, 3.0, 1.0]])
CHANCES = np.array([0.0, 0.3, 1.0])

CASES = {
    "normal": ("Normal", {"loc": np.array([0.5, -2.0]), "scale": np.array([1.0, 0.3])}, 0.7),
    "normal_columns": (
        "Normal",
        {"loc": np.array([[0.5], [1.0]]), "scale": np.array([1.0, 2.0, 3.0])},
        np.array([0.0, 1.0, -1.0]),
    ),
    "categorical_logits": ("Categorical", {"logits": LOGITS}, np.array([2, 0])),
    "categorical_probs": ("Categorical", {"probs": PROBS}, np.array([1, 2])),
    "categorical_many": ("Categorical", {"logits": LOGITS[0]}, np.array([[0, 1], [2, 2]])),
    "categorical_one": ("Categorical", {"logits": LOGITS}, np.array(1)),
    "bernoulli_logits": ("Bernoulli", {"logits": np.array([-3.0, 40.0])}, np.array([1.0, 0.0])),
    "bernoulli_probs": ("Bernoulli", {"probs": CHANCES}, np.array([0.0, 1.0, 1.0])),
}


def made(library, name, parameters):
    tensors = {n: library.tensor(v, requires_grad=True) for n, v in parameters.items()}
    return getattr(library.distributions, name)(**tensors), list(tensors.values())


def value_of(library, value):
    return library.tensor(np.asarray(value))


FUNCTIONS = {
    "log_prob": lambda d, value: d.log_prob(value),
    "entropy": lambda d, value: d.entropy(),
    "mean": lambda d, value: d.probs * 3 if hasattr(d, "logits") else d.mean,
    "spread": lambda d, value: d.logits if d.has_enumerate_support else d.variance + d.stddev,
    "cdf": lambda d, value: d.logits * 2 if hasattr(d, "logits") else d.cdf(value),
}


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("case", CASES)
def test_values_and_gradients_follow_pytorch(case, function):
    torch = pytest.importorskip("torch")
    name, parameters, value = CASES[case]
    found = []
    for library in tt, torch:
        d, tensors = made(library, name, parameters)
        out = FUNCTIONS[function](d, value_of(library, value))
        finite = np.isfinite(np.asarray(out.detach()))
        out[library.tensor(finite)].sum().backward()
        found.append([out.detach(), *(t.grad for t in tensors)])
    for ours, theirs in zip(*found, strict=True):
        assert (ours is None) == (theirs is None)
        if ours is None:
            continue
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "p", "q"),
    [
        ("Normal", {"loc": [0.5, 1.0], "scale": [1.0, 2.0]}, {"loc": 0.0, "scale": 1.0}),
        ("Categorical", {"logits": LOGITS[:1]}, {"probs": [0.2, 0.3, 0.5]}),
        ("Categorical", {"probs": PROBS}, {"logits": [1.0, 2.0, 3.0]}),
        ("Bernoulli", {"probs": CHANCES}, {"logits": [0.1, 2.0, -1.0]}),
    ],
)
def test_divergences_follow_pytorch(name, p, q):
    torch = pytest.importorskip("torch")
    found = []
    for library in tt, torch:
        first, a = made(library, name, {n: np.array(v) for n, v in p.items()})
        second, b = made(library, name, {n: np.array(v) for n, v in q.items()})
        out = library.distributions.kl_divergence(first, second)
        out.sum().backward()
        found.append([out.detach(), *(t.grad for t in a + b)])
    for ours, theirs in zip(*found, strict=True):
        assert (ours is None) == (theirs is None)
        if ours is None:
            continue
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


def test_a_divergence_is_infinite_where_the_other_excludes():
    d = distributions
    sure = d.Categorical(logits=tt.tensor([0.0, -np.inf]))
    fair = d.Categorical(logits=tt.tensor([0.0, 0.0]))
    assert d.kl_divergence(fair, sure).item() == np.inf
    assert d.kl_divergence(sure, fair).item() == pytest.approx(np.log(2))
    assert d.kl_divergence(sure, sure).item() == 0
    with pytest.raises(NotImplementedError, match="of Categorical and Normal; there is one for"):
        d.kl_divergence(fair, d.Normal(0.0, 1.0))


def test_draws():
    tt.manual_seed(0)
    normal = distributions.Normal(tt.tensor([-2.0, 2.0]), tt.tensor([1.0, 3.0]))
    draws = normal.sample((20_000,))
    assert draws.shape == (20_000, 2) and not draws.requires_grad
    np.testing.assert_allclose(draws.data.mean(0), [-2, 2], atol=0.1)
    np.testing.assert_allclose(draws.data.std(0), [1, 3], atol=0.1)
    logits = tt.tensor(np.log([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]]), requires_grad=True)
    classes = distributions.Categorical(logits=logits)
    draws = classes.sample((5_000, 2))
    assert draws.shape == (5_000, 2, 2) and draws.dtype == np.int64
    for row, chances in enumerate([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]]):
        counts = np.bincount(draws.data[..., row].ravel(), minlength=3)
        np.testing.assert_allclose(counts / 10_000, chances, atol=0.02)
    assert classes.sample().shape == (2,) and classes.sample((0,)).shape == (0, 2)
    coins = distributions.Bernoulli(tt.tensor([0.0, 0.3, 1.0], requires_grad=True))
    np.testing.assert_allclose(coins.sample((9_000,)).data.mean(0), [0, 0.3, 1], atol=0.02)
    assert coins.sample([4]).shape == (4, 3)


def test_a_policy_gradient_and_a_draw_that_carries_gradients():
    tt.manual_seed(0)
    logits = tt.tensor([0.0, 0.0, 0.0], requires_grad=True)
    policy = distributions.categorical.Categorical(logits=logits)
    action = policy.sample()
    (-policy.log_prob(action)).backward()
    expected = np.full(3, 1 / 3)
    expected[action.item()] -= 1
    np.testing.assert_allclose(logits.grad, expected, rtol=1e-6)
    mean, spread = (tt.tensor([v], requires_grad=True) for v in (1.0, 2.0))
    draw = distributions.normal.Normal(mean, spread).rsample()
    draw.sum().backward()
    assert mean.grad.item() == 1
    assert spread.grad.item() == pytest.approx((draw.item() - 1) / 2)
    with pytest.raises(NotImplementedError, match=r"Categorical.rsample: its draws jump"):
        policy.rsample()


def test_what_is_around():
    d = distributions
    assert repr(d.Normal(0.0, 1.0)) == "Normal(loc: 0.0, scale: 1.0)"
    assert repr(d.Categorical(tt.ones(2, 3))) == "Categorical(probs: (2, 3))"
    assert d.Categorical(tt.ones(2, 3)).enumerate_support().tolist() == [[0, 0], [1, 1], [2, 2]]
    assert d.Categorical(tt.ones(2, 3)).enumerate_support(expand=False).shape == (3, 1)
    assert d.Bernoulli(0.5).enumerate_support().tolist() == [0.0, 1.0]
    assert d.Categorical(logits=tt.tensor([1.0, 5.0, 2.0])).mode.item() == 1
    assert d.Normal(tt.zeros(3), 2).batch_shape == (3,) and d.Normal(0, 1).mode.item() == 0


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda d: d.Normal(0.0, -1.0), "Normal: scale must be positive, got -1"),
        (lambda d: d.Normal(0.0, float("nan")), "scale must be positive, got nan"),
        (
            lambda d: d.Normal(tt.zeros(2), tt.ones(3)),
            r"loc \(2,\), scale \(3,\) do not go together",
        ),
        (lambda d: d.Categorical(), "give probs or logits, one of them"),
        (lambda d: d.Categorical(tt.ones(2), tt.ones(2)), "give probs or logits, one of them"),
        (lambda d: d.Categorical(tt.tensor([0.5, -0.5])), "probs must not be negative, got -0.5"),
        (lambda d: d.Categorical(tt.zeros(2)), "probs must not all be 0"),
        (lambda d: d.Categorical(0.5), "needs an axis of classes, got a number"),
        (lambda d: d.Categorical(logits=tt.tensor([float("nan")])), "logits must be numbers"),
        (lambda d: d.Categorical(tt.ones(2)).log_prob(tt.tensor(2)), "from 0 to 1, got 2"),
        (lambda d: d.Categorical(tt.ones(2)).log_prob(tt.tensor(-1)), "from 0 to 1, got -1"),
        (lambda d: d.Bernoulli(1.5), r"probs must be in \[0, 1\], got 1.5"),
        (lambda d: d.Bernoulli(0.5).log_prob(tt.tensor([0.0, 0.3])), "must be 0 or 1, got 0.3"),
    ],
)
def test_what_distributions_refuse(make, text):
    with pytest.raises(ValueError, match=text):
        make(distributions)


def test_checks_can_be_left_out():
    d = distributions
    assert d.Bernoulli(0.5, validate_args=False).log_prob(0.3).item() == pytest.approx(np.log(0.5))
    d.Normal(0.0, -1.0, validate_args=False)


def test_uniform_and_independent_as_pytorch():
    torch = pytest.importorskip("torch")
    found = []
    for t in (tt, torch):
        d = t.distributions
        low = t.tensor([0.0, -1.0], requires_grad=True)
        wide, narrow = d.Uniform(low, 4.0), d.Uniform(low + 0.5, 2.0)
        both = d.Independent(narrow, 1)
        values = t.tensor([0.75, 1.5])
        kept = (
            *(wide.mean, wide.variance, wide.stddev, wide.entropy(), wide.cdf(values)),
            *(narrow.log_prob(values), both.log_prob(values), both.entropy()),
            *(d.kl_divergence(narrow, wide), d.kl_divergence(wide, narrow)),
            d.kl_divergence(both, d.Independent(wide, 1)),
        )
        t.manual_seed(0)
        draws = wide.rsample((5000,))
        draws.sum().backward()
        shares = low.grad / 5000  # of the distance from the other end: a half
        assert draws.shape == (5000, 2) and -1 <= draws.min().item() <= draws.max().item() <= 4
        assert abs(float(shares[0]) - 0.5) < 0.03
        assert tuple(both.sample((3,)).shape) == (3, 2) and tuple(both.event_shape) == (2,)
        for refused in (
            lambda d=d: d.Uniform(2.0, 1.0),
            lambda d=d, t=t: d.Uniform(0.0, 1.0).log_prob(t.tensor(3.0)),
            lambda d=d: d.Independent(d.Normal(0.0, 1.0), 1),
        ):
            with pytest.raises(ValueError):
                refused()
        found.append([x.detach().numpy() for x in kept])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)
