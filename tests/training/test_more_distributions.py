"""More distributions: probabilities, gradients, draws and divergences as in PyTorch."""

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import distributions

torch = pytest.importorskip("torch")
TWO = {"loc": [0.5, -2.0], "scale": [1.0, 0.3]}
MATRIX = np.array([[2.0, 0.3, -0.2], [0.3, 1.0, 0.4], [-0.2, 0.4, 0.7]])
TRIANGLE = np.linalg.cholesky(MATRIX)
K = np.array([[0.0, 3.0, 1.0], [2.0, 0.0, 1.0]])
CASES = {
    "Laplace": (TWO, [[0.7, -3.0], [0.1, 2.0]]),
    "Gumbel": (TWO, [0.7, -3.0]),
    "Cauchy": (TWO, [0.7, -3.0]),
    "LogNormal": (TWO, [0.7, 3.0]),
    "Exponential": ({"rate": [0.5, 3.0]}, [0.0, 2.0]),
    "HalfNormal": ({"scale": [0.5, 3.0]}, [0.25, 2.0]),
    "Geometric": ({"probs": [0.2, 0.9, 1.0]}, [[3.0, 1.0, 0.0]]),
    "Geometric, logits": ({"logits": [-3.0, 0.0, 4.0]}, K),
    "Poisson": ({"rate": [0.5, 4.0, 1.0]}, K),
    "Binomial": ({"probs": [0.2, 0.9, 0.5], "total_count": 5}, K),
    "Binomial, logits": ({"logits": [-2.0, 0.5, 30.0], "total_count": 3}, K),
    "OneHotCategorical": ({"logits": [[0.5, -1.0, 2.0], [0.0, 3.0, 1.0]]}, [[0, 0, 1], [1, 0, 0]]),
    "OneHotCategorical, probs": ({"probs": [[0.2, 0.5, 0.3]]}, [[0, 1.0, 0]]),
    "MultivariateNormal": (
        {"loc": [0.5, 1.0, -1.0], "covariance_matrix": MATRIX},
        [[0.0, 1.0, 2.0], [0.5, 1.0, -1.0]],
    ),
    "MultivariateNormal, precision": (
        {"loc": [[0.5, 1.0, -1.0], [0, 0, 0]], "precision_matrix": MATRIX},
        [0.0, 1.0, 2.0],
    ),
    "MultivariateNormal, scale": (
        {"loc": [0.5, 1.0, -1.0], "scale_tril": np.stack([TRIANGLE, 2 * TRIANGLE])},
        [0.0, 1.0, 2.0],
    ),
}
FUNCTIONS = {
    "log_prob": lambda d, value: d.log_prob(value),
    "entropy": lambda d, value: d.entropy(),
    "mean": lambda d, value: d.mean,
    "variance": lambda d, value: d.variance,
    "stddev": lambda d, value: d.stddev,
    "mode": lambda d, value: d.mode + 0.0 * value,
    "cdf": lambda d, value: d.cdf(value),
    "logits": lambda d, value: d.logits * d.probs,
    "support": lambda d, value: d.enumerate_support() * 1.0,
    "covariance": lambda d, value: d.covariance_matrix + d.precision_matrix.detach(),
}


def made(t, case, given):
    name = case.split(", ")[0]
    leaves = {
        key: value if key == "total_count" else t.tensor(np.array(value, float), requires_grad=True)
        for key, value in given.items()
    }
    tensors = [x for key, x in leaves.items() if key != "total_count"]
    return getattr(t.distributions, name)(**leaves), tensors


def same(found):
    for ours, theirs in zip(*found, strict=True):
        ours, theirs = (np.zeros(()) if x is None else np.asarray(x) for x in (ours, theirs))
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-10)


def there(case, function):
    """Whether PyTorch has it."""
    given, value = CASES[case]
    try:
        FUNCTIONS[function](made(torch, case, given)[0], torch.tensor(np.array(value, float)))
    except (NotImplementedError, AttributeError):
        return False
    return True


PAIRS = [(case, function) for case in CASES for function in FUNCTIONS if there(case, function)]


@pytest.mark.parametrize(("case", "function"), PAIRS)
def test_values_and_gradients(case, function):
    given, value = CASES[case]
    found = []
    for t in tt, torch:
        d, leaves = made(t, case, given)
        z = FUNCTIONS[function](d, t.tensor(np.array(value, float)))
        if z.requires_grad:
            finite = np.isfinite(np.asarray(z.detach()))
            z[t.tensor(finite)].sum().backward()
        found.append([z.detach(), *(x.grad for x in leaves)])
    same(found)


@pytest.mark.parametrize(
    ("case", "p", "q"),
    [
        ("Laplace", TWO, {"loc": [0.0], "scale": [2.0]}),
        ("Exponential", {"rate": [0.5, 3.0]}, {"rate": [1.0, 0.1]}),
        ("HalfNormal", {"scale": [0.5, 3.0]}, {"scale": [1.0, 0.1]}),
        ("LogNormal", TWO, {"loc": [0.0], "scale": [2.0]}),
        ("Poisson", {"rate": [0.5, 3.0]}, {"rate": [1.0, 0.1]}),
        ("Geometric", {"probs": [0.5, 0.3]}, {"probs": [0.1, 0.9]}),
        ("OneHotCategorical", {"probs": [0.5, 0.3, 0.2]}, {"logits": [0.0, 1.0, 2.0]}),
        (
            "MultivariateNormal",
            {"loc": [0.5, 1.0, -1.0], "covariance_matrix": MATRIX},
            {"loc": [[0.0, 0, 0], [1, 1, 1]], "scale_tril": 2 * TRIANGLE},
        ),
    ],
)
def test_divergences(case, p, q):
    found = []
    for t in tt, torch:
        (first, a), (second, b) = (made(t, case, given) for given in (p, q))
        z = t.distributions.kl_divergence(first, second)
        z.sum().backward()
        found.append([z.detach(), *(x.grad for x in a + b)])
    same(found)


@pytest.mark.parametrize("case", [c for c in CASES if c != "Cauchy"])
def test_draws_have_their_mean_and_variance(case):
    tt.manual_seed(0)
    d, leaves = made(tt, case, CASES[case][0])
    draws = d.sample((40_000,))
    assert draws.shape == (40_000, *d.batch_shape, *d.event_shape) and not draws.requires_grad
    assert draws.dtype == np.float64
    mean, variance = (np.asarray(x.detach()) for x in (d.mean, d.variance))
    error = 6 * np.sqrt(variance / 40_000) + 1e-12
    assert (np.abs(draws.data.mean(0) - mean) <= error).all()
    if case != "LogNormal":
        np.testing.assert_allclose(draws.data.var(0), variance, rtol=0.12, atol=1e-9)
    if d.has_rsample:
        d.rsample((7,)).sum().backward()
        assert all(x.grad is not None for x in leaves)
    assert d.sample().shape == (*d.batch_shape, *d.event_shape)
    assert case.split(",")[0] in repr(d)


TRANSFORMS = {
    "tanh": lambda d: d.TanhTransform(cache_size=1),
    "exp": lambda d: [d.ExpTransform()],
    "sigmoid": lambda d: d.SigmoidTransform(),
    "softplus": lambda d: d.SoftplusTransform(),
    "affine": lambda d: [d.AffineTransform(2.0, -3.0), d.TanhTransform()],
    "composed": lambda d: d.ComposeTransform([d.AffineTransform(0.1, 0.5), d.TanhTransform()]),
    "inverse": lambda d: d.ExpTransform().inv,
}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_transformed_distributions(name):
    found = []
    for t in tt, torch:
        d = t.distributions
        loc, scale = (t.tensor(np.array(x), requires_grad=True) for x in ([1.5, 2.5], [0.3, 0.2]))
        base = d.LogNormal(loc, scale) if name == "inverse" else d.Normal(loc, scale)
        z = d.TransformedDistribution(base, TRANSFORMS[name](d))
        assert tuple(z.batch_shape) == (2,) and tuple(z.event_shape) == ()
        y = z.rsample((3,))
        assert tuple(y.shape) == (3, 2)
        log_p = z.log_prob(t.tensor(np.array([0.25, 0.75])))
        log_p.sum().backward()
        found.append([log_p.detach(), loc.grad, scale.grad])
    same(found)


def test_a_flow_over_vectors():
    found = []
    for t in tt, torch:
        d = t.distributions
        base = d.MultivariateNormal(t.zeros(3).double(), t.tensor(MATRIX))
        shift = t.tensor([1.0, 2.0, 3.0]).double()
        flow = d.TransformedDistribution(base, [d.AffineTransform(shift, 2.0), d.ExpTransform()])
        whole = d.TransformedDistribution(
            d.Independent(d.Normal(t.zeros(2, 3).double(), 1.0), 1),
            d.AffineTransform(shift, 2 * shift, event_dim=1),
        )
        y = t.tensor(np.array([[1.0, 2.0, 3.0], [0.5, 0.1, 4.0]]))
        found.append([flow.log_prob(y), whole.log_prob(y)])
        assert tuple(flow.event_shape) == (3,) and tuple(whole.batch_shape) == (2,)
    same(found)


def test_a_squashed_policy_undoes_its_own_draw_exactly():
    tt.manual_seed(0)
    d = distributions
    loc = tt.tensor([30.0, -40.0], requires_grad=True)  # whose tanh is 1 and -1
    policy = d.TransformedDistribution(d.Normal(loc, 1.0), [d.TanhTransform(cache_size=1)])
    action = policy.rsample()
    log_p = policy.log_prob(action).sum()
    log_p.backward()
    assert np.isfinite(log_p.item()) and np.isfinite(loc.grad).all()
    assert abs(action.detach()).tolist() == [1.0, 1.0]


def test_mixtures():
    found = []
    for t in tt, torch:
        d = t.distributions
        logits, loc = (
            t.tensor(np.array(x), requires_grad=True)
            for x in ([[0.1, 0.5, -1.0], [0.0, 1.0, 2.0]], [[0.0, 2.0, 5.0], [1.0, -1.0, 0.0]])
        )
        parts = d.Normal(loc, t.tensor(np.array([1.0, 0.5, 2.0])))
        mixture = d.MixtureSameFamily(d.Categorical(logits=logits), parts)
        value = t.tensor(np.array([0.5, 1.5]))
        log_p = mixture.log_prob(value)
        log_p.sum().backward()
        vectors = d.MixtureSameFamily(
            d.Categorical(t.ones(3).double()),
            d.Independent(d.Normal(loc.detach().T, 1.0), 1),
        )
        values = [log_p, mixture.mean, mixture.variance, mixture.cdf(value)]
        values += [vectors.log_prob(t.ones(2).double()), vectors.mean, vectors.variance]
        found.append([*(v.detach() for v in values), logits.grad, loc.grad])
        assert tuple(mixture.sample((4,)).shape) == (4, 2)
        assert tuple(vectors.sample((4,)).shape) == (4, 2)
    same(found)
    tt.manual_seed(0)
    d = distributions
    mixture = d.MixtureSameFamily(
        d.Categorical(tt.tensor([0.25, 0.75])), d.Normal(tt.tensor([-5.0, 5.0]), 0.1)
    )
    assert (mixture.sample((8_000,)).data > 0).mean() == pytest.approx(0.75, abs=0.02)


def test_draws_of_classes_that_carry_gradients():
    tt.manual_seed(0)
    logits = tt.tensor([0.5, 1.0, -1.0], requires_grad=True)
    d = distributions.OneHotCategoricalStraightThrough(logits=logits)
    draw = d.rsample()
    np.testing.assert_allclose(sorted(draw.tolist()), [0, 0, 1], atol=1e-6)
    (draw * tt.tensor([1.0, 2.0, 3.0])).sum().backward()
    expected, logits.grad = logits.grad, None
    (logits.softmax(-1) * tt.tensor([1.0, 2.0, 3.0])).sum().backward()
    np.testing.assert_allclose(expected, logits.grad, rtol=1e-5)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda d: d.Laplace(0.0, 0.0), "Laplace: scale must be positive, got 0"),
        (lambda d: d.Exponential(-1.0), "Exponential: rate must be positive, got -1"),
        (lambda d: d.Exponential(1.0).log_prob(-1.0), "value must not be negative, got -1"),
        (lambda d: d.HalfNormal(1.0).log_prob(-1.0), "HalfNormal: value must not be negative"),
        (lambda d: d.Geometric(0.0), r"probs must be in \(0, 1\], got 0"),
        (lambda d: d.Geometric(0.5).log_prob(0.5), "whole numbers from 0, got 0.5"),
        (lambda d: d.Poisson(-1.0), "rate must not be negative"),
        (lambda d: d.Poisson(1.0).log_prob(tt.ones(1).requires_grad_()), "has no gradient"),
        (lambda d: d.Binomial(2, 0.5).log_prob(3), "from 0 up to total_count, got 3"),
        (lambda d: d.Binomial(2.5, 0.5), "total_count must be whole numbers, got 2.5"),
        (lambda d: d.OneHotCategorical(tt.ones(2)).log_prob(tt.ones(2)), "values must be one-hot"),
        (lambda d: d.MultivariateNormal(tt.zeros(2)), "give one of covariance_matrix"),
        (lambda d: d.MultivariateNormal(tt.zeros(2), tt.eye(3)), r"expected \(…, K\) and"),
        (lambda d: d.MultivariateNormal(tt.zeros(2), -tt.eye(2)), "positive definite, got -1"),
        (lambda d: d.MultivariateNormal(tt.zeros(2), scale_tril=tt.ones(2, 2)), "lower triangle"),
        (lambda d: d.TransformedDistribution(d.Normal(0.0, 1.0), [abs]), "must be Transforms, got"),
        (lambda d: d.TanhTransform(cache_size=2), "cache_size must be 0 or 1, got 2"),
        (
            lambda d: d.MixtureSameFamily(d.Categorical(tt.ones(2)), d.Normal(tt.zeros(3), 1.0)),
            "2 classes choose among components",
        ),
    ],
)
def test_what_distributions_refuse(make, text):
    with pytest.raises(ValueError, match=text):
        make(distributions)
