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


# --------------------------------------------------------------------- layer normalization


class MyLayerNorm(Function):
    saves = ("x", "weight")

    def forward(self, x, weight, bias, *, normalized_shape, eps=1e-5):
        self.eps = eps
        x_hat, _ = self.normalized(x)
        return x_hat * weight + bias

    def normalized(self, x):
        sigma = np.sqrt(x.var(-1, keepdims=True) + self.eps)
        return (x - x.mean(-1, keepdims=True)) / sigma, sigma

    def apply(self, g):
        x, weight = self.saved_tensors
        x_hat, sigma = self.normalized(x)
        rows = tuple(range(g.ndim - 1))
        return self.dx(g, g * weight, x_hat, sigma), (g * x_hat).sum(rows), g.sum(rows)

    def dx(self, g, h, x_hat, sigma):
        D = g.shape[-1]
        h_sum, share = h.sum(-1, keepdims=True), (h * x_hat).sum(-1, keepdims=True)
        return (D * h - h_sum - x_hat * share) / (D * sigma)


def layer_norm(dx=None, **body):
    if dx:
        body["dx"] = lambda self, g, h, x_hat, sigma: dx(g, h, x_hat, sigma)
    return check(type("Mine", (MyLayerNorm,), body), "LayerNormBackward")


def mean(a):
    return a.mean(-1, keepdims=True)


def test_layer_norm_passes():
    assert layer_norm().passed is True


@pytest.mark.parametrize(
    ("dx", "phrase"),
    [
        (lambda g, h, x_hat, sigma: h / sigma, "takes mean and deviation for constants"),
        (lambda g, h, x_hat, sigma: (h - mean(h)) / sigma, "through the deviation"),
        (lambda g, h, x_hat, sigma: (h - x_hat * mean(h * x_hat)) / sigma, "− mean(h) is missing"),
        (lambda g, h, x_hat, sigma: h - mean(h) - x_hat * mean(h * x_hat), "not divided by σ"),
        (
            lambda g, h, x_hat, sigma: (g - mean(g) - x_hat * mean(g * x_hat)) / sigma,
            "what arrives at x̂ is h = g · weight",
        ),
        (lambda g, h, x_hat, sigma: g * 0, "is zero everywhere"),
    ],
)
def test_a_mistake_in_layer_norm_is_named(dx, phrase):
    answer = layer_norm(dx)
    assert answer.passed is False
    assert "The gradient of `x`" in answer.message and phrase in answer.message


def test_eps_beside_the_root():
    def normalized(self, x):
        sigma = x.std(-1, keepdims=True) + self.eps
        return (x - mean(x)) / sigma, sigma

    answer = layer_norm(normalized=normalized)
    assert answer.passed is False
    assert "made with eps outside the root" in answer.message and "D − 1" not in answer.message


def test_the_variance_over_one_less():
    def normalized(self, x):
        sigma = np.sqrt(x.var(-1, keepdims=True, ddof=1) + self.eps)
        return (x - mean(x)) / sigma, sigma

    answer = layer_norm(normalized=normalized)
    assert "with a variance over D − 1; it is over D" in answer.message


def test_the_weight_s_gradient_with_x():
    def apply(self, g):
        x, _ = self.saved_tensors
        rows = tuple(range(g.ndim - 1))
        return MyLayerNorm.apply(self, g)[0], (g * x).sum(rows), g.sum(rows)

    assert "The gradient of `weight` is Σ g · x" in layer_norm(apply=apply).message


def test_a_weight_s_gradient_that_was_not_summed():
    def apply(self, g):
        dx, _, db = MyLayerNorm.apply(self, g)
        return dx, g, db

    assert "sum over axis 0" in layer_norm(apply=apply).message


# -------------------------------------------------------------------------------- dropout


def dropout(rule, draw=lambda rng, x, p: rng.random(x.shape) >= p):
    def forward(self, x, *, p, rng):
        self.p, self.rng, self.kept = p, rng, draw(rng, x, p)
        return (x * self.kept / (1 - p)).astype(x.dtype)

    def apply(self, g):
        return (np.asarray(rule(self, g), g.dtype),)

    return check(type("MyDropout", (Function,), {"forward": forward, "apply": apply}))


def right(self, g):
    return g * self.kept / (1 - self.p)


def test_dropout_passes():
    assert dropout(right).passed is True


def test_dropout_may_draw_in_float32():
    assert dropout(right, lambda rng, x, p: rng.random(x.shape, np.float32) > p).passed is True


@pytest.mark.parametrize(
    ("rule", "phrase"),
    [
        (lambda self, g: g * (self.rng.random(g.shape) >= self.p) / (1 - self.p), "a new mask"),
        (lambda self, g: g * self.kept, "kept entries were divided by 1 − p"),
        (lambda self, g: g / (1 - self.p), "g / (1 − p) everywhere"),
        (lambda self, g: g * ~self.kept / (1 - self.p), "where the entry was dropped"),
        (lambda self, g: self.kept / (1 - self.p), "slope alone"),
        (lambda self, g: g, "g unchanged"),
    ],
)
def test_a_mistake_in_dropout_is_named(rule, phrase):
    answer = dropout(rule)
    assert answer.passed is False
    assert phrase in answer.message


def test_a_mask_the_other_way_around():
    answer = dropout(right, lambda rng, x, p: rng.random(x.shape) < p)
    assert "kept where that is at least p" in answer.message


def test_numbers_drawn_otherwise():
    answer = dropout(right, lambda rng, x, p: rng.binomial(1, 1 - p, x.shape))
    assert "draw with rng.random(x.shape), not with rng.binomial" in answer.message


# --------------------------------------------------------------------- batch normalization


class MyBatchNorm(Function):
    saves = ("x", "weight")

    def forward(self, x, weight, bias, *, mean=None, var=None, eps=1e-5):
        self.training = mean is None
        if self.training:
            mean, var = x.mean(0), x.var(0)
        self.sigma = np.sqrt(var + eps).astype(x.dtype)
        self.x_hat = ((x - mean) / self.sigma).astype(x.dtype)
        return self.x_hat * weight + bias

    def apply(self, g):
        _, weight = self.saved_tensors
        h = g * weight
        dx = self.in_training(h, self.x_hat, self.sigma) if self.training else h / self.sigma
        return dx, (g * self.x_hat).sum(0), g.sum(0)

    def in_training(self, h, x_hat, sigma):
        return (h - h.mean(0) - x_hat * (h * x_hat).mean(0)) / sigma


def batch_norm(in_training=None, **body):
    if in_training:
        body["in_training"] = lambda self, *args: in_training(*args)
    return check(type("Mine", (MyBatchNorm,), body), "BatchNormBackward")


def test_batch_norm_passes():
    assert batch_norm().passed is True


@pytest.mark.parametrize(
    ("in_training", "phrase"),
    [
        (lambda h, x_hat, sigma: h / sigma, "In evaluation this is the rule"),
        (lambda h, x_hat, sigma: (h - h.mean(0)) / sigma, "through the deviation"),
        (lambda h, x_hat, sigma: h - h.mean(0) - x_hat * (h * x_hat).mean(0), "not divided by σ"),
        (
            lambda h, x_hat, sigma: (h - mean(h) - x_hat * mean(h * x_hat)) / sigma,
            "as in layer normalization",
        ),
    ],
)
def test_a_mistake_in_batch_norm_is_named(in_training, phrase):
    answer = batch_norm(in_training)
    assert answer.passed is False
    assert phrase in answer.message


def test_the_rule_of_training_in_evaluation():
    def apply(self, g):
        self.training = True
        return MyBatchNorm.apply(self, g)

    answer = batch_norm(apply=apply)
    assert answer.passed is False
    assert "that of training" in answer.message and "(evaluation)" in answer.message


def test_evaluation_with_the_statistics_of_the_batch():
    def forward(self, x, weight, bias, *, mean=None, var=None, eps=1e-5):
        return MyBatchNorm.forward(self, x, weight, bias, eps=eps)

    answer = batch_norm(forward=forward)
    assert "made with mean and variance of this batch" in answer.message


@pytest.mark.parametrize(
    ("sigma", "phrase"),
    [
        (lambda x, eps: np.sqrt(x.var(0)) + eps, "with eps outside the root"),
        (lambda x, eps: np.sqrt(x.var(0)), "without eps"),
        (lambda x, eps: np.sqrt(x.var(0, ddof=1) + eps), "with a variance over N − 1"),
        (lambda x, eps: x.var(0) + eps, "divided by the variance"),
        (lambda x, eps: np.sqrt(x.var(1, keepdims=True) + eps), "at [0, 0]"),
    ],
)
def test_a_wrong_deviation_is_named(sigma, phrase):
    def forward(self, x, weight, bias, *, mean=None, var=None, eps=1e-5):
        return (x - x.mean(0)) / sigma(x, eps) * weight + bias

    answer = batch_norm(forward=forward)
    assert answer.passed is False
    assert "The result of `forward` is" in answer.message
    assert phrase in answer.message
    assert phrase.endswith("N − 1") or "N − 1" not in answer.message
