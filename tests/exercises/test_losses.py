"""The exercises on losses: right answers as readers write them, and wrong ones."""

import numpy as np
import pytest

from tinytorch.core.autograd import Function
from tinytorch.exercises import check


def written(forward, apply, saves):
    body = {
        "saves": saves,
        "forward": forward,
        "apply": lambda self, g: apply(self, g, *self.saved_tensors),
    }
    return type("Mine", (Function,), body)


def rows(t):
    return np.arange(len(t)), t


def softmax(x):
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def onehot(t, x):
    return np.eye(x.shape[1], dtype=x.dtype)[t]


# ----------------------------------------------------------------------------- likelihood


def nll(apply, forward=lambda self, x, t: -x[rows(t)].mean(), saves=("x", "t")):
    return check(written(forward, apply, saves), "NLLBackward")


def test_nll_by_assignment():
    def apply(self, g, t):
        d = np.zeros(self.next_functions[0].shape, g.dtype)
        d[rows(t)] = -g / len(t)
        return d, None

    answer = nll(apply, lambda self, x, t: -x[rows(t)].mean(), ("t",))
    assert answer.passed is True
    assert "It keeps" not in answer.message  # class numbers are small


def test_nll_that_keeps_the_input_is_told_so():
    answer = nll(lambda self, g, x, t: (-g * onehot(t, x) / len(t), None))
    assert answer.passed is True
    assert "It keeps `x` in memory" in answer.message
    assert "no values at all" in answer.message


@pytest.mark.parametrize(
    ("apply", "phrase"),
    [
        (lambda self, g, x, t: (-g * onehot(t, x), None), "that of a sum"),
        (lambda self, g, x, t: (g * onehot(t, x) / len(t), None), "has the wrong sign"),
        (lambda self, g, x, t: (-onehot(t, x) / len(t), None), "slope alone"),
        (lambda self, g, x, t: ((softmax(x) - onehot(t, x)) * g / len(t), None), "log-prob"),
        (lambda self, g, x, t: (-g / len(t) * np.ones_like(x), None), "in every column"),
        (lambda self, g, x, t: (-g * np.ones(len(t)) / len(t), None), "has shape (4,)"),
        (lambda self, g, x, t: (-g * onehot(t, x) / len(t),), "1 gradient for 2 inputs"),
    ],
)
def test_a_mistake_in_the_likelihood_is_named(apply, phrase):
    answer = nll(apply)
    assert answer.passed is False
    assert phrase in answer.message


def test_a_sum_in_place_of_a_mean():
    answer = nll(lambda self, g, x, t: (x, None), lambda self, x, t: -x[rows(t)].sum())
    assert (
        "The result of `forward` is a sum over the rows: the loss is their mean" in answer.message
    )


# ------------------------------------------------------------------------- cross-entropy


def logs(x):
    return np.log(softmax(x))


def stable(self, x, t):
    x = x - x.max(1, keepdims=True)
    return (np.log(np.exp(x).sum(1)) - x[rows(t)]).mean()


def cross_entropy(apply, forward=stable, saves=("x", "t")):
    return check(written(forward, apply, saves), "CrossEntropyBackward")


def test_cross_entropy_by_subtraction():
    def apply(self, g, x, t):
        d = softmax(x)
        d[rows(t)] -= 1
        return d * g / len(t), None

    assert cross_entropy(apply).passed is True


def test_cross_entropy_with_what_forward_left():
    def forward(self, x, t):
        self.p = softmax(x)
        return stable(self, x, t)

    def apply(self, g, t):
        return (self.p - onehot(t, self.p)) * (g / len(t)), None

    assert cross_entropy(apply, forward, ("t",)).passed is True


def test_scores_that_overflow():
    def forward(self, x, t):
        return (np.log(np.exp(x).sum(1)) - x[rows(t)]).mean()

    answer = cross_entropy(
        lambda self, g, x, t: ((softmax(x) - onehot(t, x)) * g / len(t), None), forward
    )
    assert answer.passed is False
    assert "exp(1e4) overflows. Subtract the largest score of each row" in answer.message
    assert "scores far from zero" in answer.message


def test_a_logarithm_of_zero_is_no_overflow():
    answer = cross_entropy(
        lambda self, g, x, t: ((softmax(x) - onehot(t, x)) * g / len(t), None),
        lambda self, x, t: -np.log(softmax(x)[rows(t)]).mean(),
    )
    assert answer.passed is False
    assert "Nothing overflows here" in answer.message
    assert "overflows. Subtract" not in answer.message


@pytest.mark.parametrize(
    ("forward", "phrase"),
    [
        (lambda self, x, t: -logs(x)[rows(t)].sum(), "is a sum over the rows"),
        (lambda self, x, t: -logs(x)[rows(t)].sum() / x.size, "divided by the number of entries"),
        (lambda self, x, t: -logs(x)[:, t].mean(), "takes the columns of *all* targets"),
        (lambda self, x, t: logs(x)[rows(t)].mean(), "without the minus"),
        (lambda self, x, t: -softmax(x)[rows(t)].mean(), "their logarithm is missing"),
    ],
)
def test_a_wrong_cross_entropy_is_named(forward, phrase):
    def apply(self, g, x, t):
        return g * (softmax(x) - onehot(t, x)), None

    answer = cross_entropy(apply, forward)
    assert answer.passed is False
    assert "The result of `forward` is " in answer.message
    assert phrase in answer.message


@pytest.mark.parametrize(
    ("forward", "phrase"),
    [
        (lambda self, x, t: -x[:, t].mean(), "takes the columns of *all* targets from every row"),
        (lambda self, x, t: x[rows(t)].mean(), "without the minus"),
        (lambda self, x, t: -x[rows(t)].sum() / x.size, "divided by the number of entries"),
    ],
)
def test_a_wrong_likelihood_is_named(forward, phrase):
    answer = nll(lambda self, g, x, t: (-g * onehot(t, x) / len(t), None), forward)
    assert answer.passed is False
    assert phrase in answer.message


@pytest.mark.parametrize(
    ("apply", "phrase"),
    [
        (lambda self, g, x, t: (g * (softmax(x) - onehot(t, x)), None), "that of a sum"),
        (lambda self, g, x, t: (g * (softmax(x) - onehot(t, x)) / x.size, None), "entries"),
        (lambda self, g, x, t: (g * softmax(x) / len(t), None), "the softmax alone"),
        (lambda self, g, x, t: (-g * onehot(t, x) / len(t), None), "still to come"),
        (lambda self, g, x, t: (g * (onehot(t, x) - softmax(x)) / len(t), None), "wrong sign"),
        (lambda self, g, x, t: (g * (softmax(x) / len(t) - onehot(t, x)), None), "in one term"),
        (lambda self, g, x, t: ((softmax(x) - onehot(t, x)) / len(t), None), "slope alone"),
        (lambda self, g, x, t: (g * (x - onehot(t, x)) / len(t), None), "scores themselves"),
    ],
)
def test_a_mistake_in_the_cross_entropy_is_named(apply, phrase):
    answer = cross_entropy(apply)
    assert answer.passed is False
    assert phrase in answer.message


# ------------------------------------------------------------------------- squared error


def mse(apply, forward=lambda self, y, t: ((y - t) ** 2).mean(), saves=("y", "t")):
    return check(written(forward, apply, saves), "MSEBackward")


def of_both(slope):
    """A rule for both inputs from what a reader took for the slope of the first."""
    return lambda self, g, y, t: (slope(g, y - t), -slope(g, y - t))


def test_mse_passes():
    assert mse(of_both(lambda g, d: g * 2 * d / d.size)).passed is True


def test_mse_that_leaves_out_a_target_without_gradient_passes():
    def apply(self, g, y, t):
        d = 2 * g * (y - t) / y.size
        return d, -d if self.next_functions[1] else None

    assert mse(apply).passed is True


@pytest.mark.parametrize(
    ("apply", "phrase"),
    [
        (of_both(lambda g, d: g * d / d.size), "twice the difference"),
        (of_both(lambda g, d: 2 * g * d), "that of a sum"),
        (of_both(lambda g, d: g * d), "the 2 of the square and the 1/n of the mean"),
        (of_both(lambda g, d: 2 * g * d / len(d)), "divided by the number of rows"),
        (of_both(lambda g, d: g * np.sign(d) / d.size), "that of |d|"),
        (of_both(lambda g, d: -2 * g * d / d.size), "slope along the input is +2 d / n"),
        (of_both(lambda g, d: 2 * d / d.size), "slope alone"),
        (lambda self, g, y, t: (2 * g * (y - t) / y.size,) * 2, "gradient of `t` is the same as"),
        (of_both(lambda g, d: 2 * g * d.mean()), "it is a single number"),
    ],
)
def test_a_mistake_in_mse_is_named(apply, phrase):
    answer = mse(apply)
    assert answer.passed is False
    assert phrase in answer.message


# ----------------------------------------------------------------- binary cross-entropy


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def entropy(self, p, t):
    return -(t * np.log(p) + (1 - t) * np.log(1 - p)).mean()


def bce(slope, forward=entropy):
    rule = lambda self, g, p, t: (g * slope(p, t), None)  # noqa: E731
    return check(written(forward, rule, ("p", "t")), "BCEBackward")


def logits(slope, forward=lambda self, x, t: (np.logaddexp(0, -x) + (1 - t) * x).mean()):
    rule = lambda self, g, x, t: (g * slope(x, t), None)  # noqa: E731
    return check(written(forward, rule, ("x", "t")), "BCEWithLogitsBackward")


def test_bce_in_two_parts_passes():
    assert bce(lambda p, t: (-t / p + (1 - t) / (1 - p)) / p.size).passed is True


def test_bce_with_logits_passes():
    assert logits(lambda x, t: (sigmoid(x) - t) / x.size).passed is True


@pytest.mark.parametrize(
    ("slope", "phrase"),
    [
        (lambda p, t: (p - t) / p.size, "which is that with respect to the score"),
        (lambda p, t: (p - t) / (p * (1 - p)), "that of a sum"),
        (lambda p, t: -t / p / p.size, "the part of the yes alone"),
        (lambda p, t: (t - p) / (p * (1 - p)) / p.size, "the wrong sign"),
        (lambda p, t: (-t / p - (1 - t) / (1 - p)) / p.size, "ln(1 − p) falls as p grows"),
    ],
)
def test_a_mistake_in_bce_is_named(slope, phrase):
    answer = bce(slope)
    assert answer.passed is False
    assert phrase in answer.message


@pytest.mark.parametrize(
    ("slope", "phrase"),
    [
        (lambda x, t: sigmoid(x) - t, "that of a sum"),
        (lambda x, t: (x - t) / x.size, "the sigmoid is missing"),
        (lambda x, t: (t - sigmoid(x)) / x.size, "the wrong sign"),
        (lambda x, t: sigmoid(x) / x.size, "the target is to be subtracted"),
        (lambda x, t: (sigmoid(x) - t) * sigmoid(x) * sigmoid(-x) / x.size, "already"),
    ],
)
def test_a_mistake_in_bce_with_logits_is_named(slope, phrase):
    answer = logits(slope)
    assert answer.passed is False
    assert phrase in answer.message


def test_the_logarithm_of_a_sigmoid_that_was_rounded():
    answer = logits(
        lambda x, t: (sigmoid(x) - t) / x.size, lambda self, x, t: entropy(self, sigmoid(x), t)
    )
    assert answer.passed is False
    assert "scores of ±1e4" in answer.message and "`np.logaddexp(0, -x)`" in answer.message


# --------------------------------------------------------------- absolute error, Huber's loss


def l1(slope):
    forward = lambda self, y, t: np.abs(y - t).mean()  # noqa: E731
    return check(written(forward, of_both(slope), ("y", "t")), "L1Backward")


def huber(slope):
    def forward(self, y, t, *, delta=1.0):
        self.delta = delta
        d = np.abs(y - t)
        return np.where(d <= delta, d * d / 2, delta * (d - delta / 2)).mean()

    def apply(self, g, y, t):
        d = slope(g, y - t, self.delta)
        return d, -d

    return check(written(forward, apply, ("y", "t")), "HuberBackward")


def test_l1_and_huber_pass():
    assert l1(lambda g, d: g * np.sign(d) / d.size).passed is True
    assert huber(lambda g, d, delta: g * np.clip(d, -delta, delta) / d.size).passed is True


@pytest.mark.parametrize(
    ("slope", "phrase"),
    [
        (lambda g, d: g * np.sign(d), "that of a sum"),
        (lambda g, d: 2 * g * d / d.size, "that of the squared error"),
        (lambda g, d: g / d.size * np.ones_like(d), "left of 0 an absolute value falls"),
        (lambda g, d: g * (2 * (d >= 0) - 1).astype(d.dtype) / d.size, "1 where both are equal"),
        (lambda g, d: -g * np.sign(d) / d.size, "slope along the input is sign(d)"),
        (lambda g, d: np.sign(d) / d.size, "slope alone"),
        (lambda g, d: g * (d / np.abs(d)) / d.size, "`np.sign` is 0 there"),
    ],
)
def test_a_mistake_in_l1_is_named(slope, phrase):
    answer = l1(slope)
    assert answer.passed is False
    assert phrase in answer.message


@pytest.mark.parametrize(
    ("slope", "phrase"),
    [
        (lambda g, d, delta: g * np.clip(d, -delta, delta), "that of a sum"),
        (lambda g, d, delta: g * d / d.size, "not clamped"),
        (lambda g, d, delta: g * d * (np.abs(d) <= delta) / d.size, "0 beyond ±delta"),
        (lambda g, d, delta: g * np.clip(d, -1, 1) / d.size, "clamped to ±1, whatever delta is"),
        (lambda g, d, delta: 2 * g * np.clip(d, -delta, delta) / d.size, "twice the right value"),
        (
            lambda g, d, delta: g * np.where(np.abs(d) <= delta, d, np.sign(d)) / d.size,
            "whatever delta is",
        ),
    ],
)
def test_a_mistake_in_huber_is_named(slope, phrase):
    answer = huber(slope)
    assert answer.passed is False
    assert phrase in answer.message


@pytest.mark.parametrize(
    ("total", "phrase"),
    [
        (np.sum, "a sum: a mean divides by the number of entries"),
        (lambda e: e.sum() / (len(e) if e.ndim else 1), "divided by the number of rows"),
        (lambda e: e.mean() / 2, "half of what it should be"),
        (lambda e: e.mean() * 2, "twice what it should be"),
        (lambda e: -e.mean(), "a loss falls as the prediction gets better"),
    ],
)
def test_a_wrong_mean_is_named(total, phrase):
    def nothing(*arguments):
        return 0.0

    for answer in (
        mse(lambda self, g, y, t: (y, t), lambda self, y, t: total((y - t) ** 2)),
        bce(nothing, lambda self, p, t: total(-t * np.log(p) - (1 - t) * np.log(1 - p))),
        logits(nothing, lambda self, x, t: total(np.logaddexp(0, -x) + (1 - t) * x)),
    ):
        assert answer.passed is False
        assert "The result of `forward` is " in answer.message
        assert phrase in answer.message
