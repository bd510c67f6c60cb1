"""What the exercises on reductions say of right answers and of plausible wrong ones."""

import numpy as np
import pytest

from tinytorch.core.autograd import Function
from tinytorch.exercises import check


def reduction(operation, apply, keeps=("x",), result=None):
    """A reduction as a reader writes it; `apply` is given the node and g."""

    class Mine(Function):
        saves = keeps

        def forward(self, x, *, dim=None, keepdim=False, correction=1):
            self.dim = dim
            self.kept = x.sum(axis=dim, keepdims=True).shape
            self.n = np.ones_like(x).sum(axis=dim, keepdims=True) - correction
            more = {"ddof": correction} if operation in (np.var, np.std) else {}
            return (result or operation)(x, axis=dim, keepdims=keepdim, **more)

    Mine.apply = apply
    return check(Mine, f"{operation.__name__.capitalize()}Backward")


def back(self, g):
    x = self.next_functions[0]
    return g.reshape(self.kept) * np.ones(x.shape, x.dtype)


def judged(answer, *said):
    assert answer.passed is False, answer
    for phrase in said:
        assert phrase in answer.message


# ----------------------------------------------------------------------------------------- sum


def test_sum_passes():
    answer = reduction(np.sum, lambda self, g: (back(self, g),), keeps=())
    assert answer.passed
    assert "results of nothing" in answer.message
    assert "Gradients of gradients agree as well." in answer.message


@pytest.mark.parametrize(
    ("apply", "said"),
    [
        (lambda self, g: (g,), ["there is one number for each result", "copy g back"]),
        (lambda self, g: (g.reshape(self.kept),), ["shape (4, 1), `x` has (4, 4)", "copy g back"]),
        (
            lambda self, g: (np.broadcast_to(g, self.next_functions[0].shape),),
            ["laid along the wrong axis", "On a square"],
        ),
        (
            lambda self, g: (np.repeat(g, 4).reshape(4, 4),),
            ["laid along the wrong axis", "`dim=0`"],
        ),
        (lambda self, g: (g[:, None] + np.zeros((4, 4)),), ["laid along the wrong axis"]),
        (
            lambda self, g: (np.ones(self.next_functions[0].shape),),
            ["the slope alone: multiply by"],
        ),
        (
            lambda self, g: (np.expand_dims(g, self.dim) + np.zeros(self.next_functions[0].shape),),
            ["raises", "a whole matrix"],
        ),
        (lambda self, g: (back(self, g) / self.next_functions[0].shape[1],), ["rule of a mean"]),
    ],
)
def test_sum_names_the_mistake(apply, said):
    judged(reduction(np.sum, apply, keeps=()), *said)


def test_a_sum_whose_axis_is_forgotten_forward():
    judged(
        reduction(np.sum, lambda self, g: (g,), result=lambda x, axis, keepdims: x.sum()),
        "The result has shape (), and should have (4,)",
    )


# ----------------------------------------------------------------------------- maximum, minimum


def won(self):
    x, z = map(np.asarray, self.saved_tensors)
    return x == z.reshape(self.kept)


def share(self, g):
    winners = won(self)
    count = winners.sum(axis=self.dim, keepdims=True)
    return (g.reshape(self.kept) * (winners / count).astype(g.dtype),)


BEST = pytest.mark.parametrize("best", [np.max, np.min])


@BEST
def test_max_and_min_pass(best):
    answer = reduction(best, share, keeps=("x", "z"))
    assert answer.passed
    assert "ties" in answer.message


@BEST
@pytest.mark.parametrize(
    ("apply", "said"),
    [
        (lambda self, g: (back(self, g) * won(self),), "all of g for each of the entries that tie"),
        (
            lambda self, g: (
                back(self, g) * won(self) / won(self).sum(axis=self.dim, keepdims=True),
            ),
            "is float64, `x` is float32",
        ),
        (lambda self, g: (won(self),), "these are truth values"),
        (lambda self, g: (back(self, g),), "that is the rule of a sum"),
        (lambda self, g: (won(self) / won(self).sum(),), "g"),
        (lambda self, g: (g * won(self),), "laid along the wrong axis"),
    ],
)
def test_max_and_min_name_the_mistake(best, apply, said):
    judged(reduction(best, apply, keeps=("x", "z")), said)


def test_the_first_of_the_ties_is_the_rule_of_another_call():
    def apply(self, g):
        x = self.saved_tensors[0]
        if not isinstance(self.dim, int):
            return share(self, g)
        d = np.zeros_like(x)
        at = np.expand_dims(x.argmax(self.dim), self.dim)
        np.put_along_axis(d, at, g.reshape(self.kept), self.dim)
        return (d,)

    judged(
        reduction(np.max, apply, keeps=("x", "z")), "the first of the largest alone", "`max(dim)`"
    )


def test_min_with_the_forward_of_max():
    answer = reduction(np.min, share, keeps=("x", "z"), result=np.max)
    judged(answer, "The result of `forward` is ")


# ---------------------------------------------------------------------------------------- mean


def count(self):
    x = self.next_functions[0]
    return np.ones(x.shape).sum(axis=self.dim, keepdims=True)


def test_mean_passes():
    def apply(self, g):
        x = self.next_functions[0]
        ones = np.ones(x.shape, x.dtype)
        return (g.reshape(self.kept) * (ones / ones.sum(axis=self.dim, keepdims=True)),)

    assert reduction(np.mean, apply, keeps=()).passed


@pytest.mark.parametrize(
    ("apply", "said"),
    [
        (lambda self, g: (back(self, g),), "the undivided g"),
        (lambda self, g: (back(self, g) / self.saved_tensors[0].size,), "number of all entries"),
        (lambda self, g: (back(self, g) / len(self.saved_tensors[0]),), "how many results"),
        (lambda self, g: (back(self, g) / 2,), "2 times what it should be"),
        (lambda self, g: (g / count(self)[..., 0],), "copy g back"),
        (lambda self, g: (back(self, g) / count(self),), "every gradient has the dtype"),
        (lambda self, g: (np.broadcast_to(g, (4, 4)) / 4,), "laid along the wrong axis"),
    ],
)
def test_mean_names_the_mistake(apply, said):
    judged(reduction(np.mean, apply), said)


# ----------------------------------------------------------------------------------- logsumexp


def logsumexp(x, axis, keepdims):
    m = x.max(axis=axis, keepdims=True)
    z = np.log(np.exp(x - m).sum(axis=axis, keepdims=keepdims))
    return z + m.reshape(z.shape)


def softmax(self):
    x, z = self.saved_tensors
    return np.exp(x - z.reshape(self.kept))


def test_logsumexp_passes():
    answer = reduction(
        logsumexp, lambda self, g: (g.reshape(self.kept) * softmax(self),), keeps=("x", "z")
    )
    assert answer.passed
    assert "Gradients of gradients agree as well." in answer.message


@pytest.mark.parametrize(
    ("apply", "said"),
    [
        (
            lambda self, g: (back(self, g) * np.exp(self.saved_tensors[0]),),
            "one divided by the sum",
        ),
        (
            lambda self, g: (
                back(self, g)
                * np.exp(self.saved_tensors[0])
                / self.saved_tensors[1].reshape(self.kept),
            ),
            "divided by z",
        ),
        (lambda self, g: (softmax(self),), "multiply by the upstream gradient g"),
        (lambda self, g: (g * softmax(self),), "laid along the wrong axis"),
        (lambda self, g: (back(self, g) * np.log(softmax(self)),), "`np.exp` of it is missing"),
        (
            lambda self, g: (back(self, g) * np.exp(x := self.saved_tensors[0]) / np.exp(x).sum(),),
            "in its own row",
        ),
        (
            lambda self, g: (back(self, g) * softmax(self) * (1 - softmax(self)),),
            "that of a softmax",
        ),
    ],
)
def test_logsumexp_names_the_mistake(apply, said):
    judged(reduction(logsumexp, apply, keeps=("x", "z")), said)


def test_logsumexp_without_the_shift():
    answer = reduction(
        logsumexp,
        lambda self, g: (g.reshape(self.kept) * softmax(self),),
        keeps=("x", "z"),
        result=lambda x, axis, keepdims: np.log(np.exp(x).sum(axis=axis, keepdims=keepdims)),
    )
    judged(answer, "at [0] it is inf, and should be 1001.4", "Subtract the largest of the row")


# ----------------------------------------------------------------- variance, standard deviation


def deviation(self):
    x = self.saved_tensors[0]
    return x - x.mean(self.dim).reshape(self.kept)


def std(self, g):
    z = self.saved_tensors[1]
    flat = np.asarray(z) == 0
    return ((g * ~flat / (z + flat)).reshape(self.kept) / self.n * deviation(self),)


def test_var_and_std_pass():
    for answer in (
        reduction(np.var, lambda self, g: (g.reshape(self.kept) * (2 / self.n) * deviation(self),)),
        reduction(np.std, std, keeps=("x", "z")),
    ):
        assert answer.passed
        assert "no correction" in answer.message
        assert "Gradients of gradients agree as well." in answer.message


@pytest.mark.parametrize(
    ("apply", "said"),
    [
        (
            lambda self, g: (back(self, g) * 2 * self.saved_tensors[0] / self.n,),
            "take the mean off",
        ),
        (lambda self, g: (back(self, g) * deviation(self) / self.n,), "half of what it should be"),
        (lambda self, g: (back(self, g) * deviation(self) * 2,), "not divided by n"),
        (lambda self, g: (back(self, g) * deviation(self) * 2 / 4,), "divided by n, and forward"),
        (lambda self, g: (g * deviation(self) * 2 / self.n,), "laid along the wrong axis"),
        (lambda self, g: (2 / self.n * deviation(self),), "multiply by the upstream gradient"),
        (lambda self, g: (-back(self, g) * deviation(self) * 2 / self.n,), "the wrong sign"),
        (
            lambda self, g: (back(self, g) * 2 / self.n * (x := self.saved_tensors[0]) - x.mean(),),
            "The gradient of `x` is wrong",
        ),
    ],
)
def test_var_names_the_mistake(apply, said):
    judged(reduction(np.var, apply), said)


@pytest.mark.parametrize(
    ("apply", "said"),
    [
        (
            lambda self, g: (
                (g / self.saved_tensors[1]).reshape(self.kept) / self.n * deviation(self),
            ),
            "nan or infinite where all numbers are equal",
        ),
        (lambda self, g: (back(self, g) * 2 * deviation(self) / self.n,), "that of the variance"),
        (lambda self, g: (back(self, g) * deviation(self) / self.n,), "not divided by z"),
        (
            lambda self, g: (
                (g / self.saved_tensors[1]).reshape(self.kept) * 2 / self.n * deviation(self),
            ),
            "2 times what it should be",
        ),
    ],
)
def test_std_names_the_mistake(apply, said):
    judged(reduction(np.std, apply, keeps=("x", "z")), said)


def test_var_without_the_correction():
    answer = reduction(
        np.var,
        lambda self, g: (g,),
        result=lambda x, axis, keepdims, ddof: x.var(axis=axis, keepdims=keepdims),
    )
    judged(answer, "The result of `forward` is ")


# --------------------------------------------------------------------------------- running sum


def cumsum(apply):
    class MyCumsum(Function):
        def forward(self, x, *, dim):
            self.dim = dim
            return x.cumsum(dim)

    MyCumsum.apply = apply
    return check(MyCumsum)


def turned(self, g):
    return g[(slice(None),) * (self.dim % g.ndim) + (slice(None, None, -1),)]


def test_cumsum_passes():
    answer = cumsum(lambda self, g: (turned(self, turned(self, g).cumsum(self.dim)),))
    assert answer.passed
    assert "Gradients of gradients agree as well." in answer.message
    assert cumsum(lambda self, g: (g.sum(self.dim, keepdims=True) - g.cumsum(self.dim) + g,)).passed


@pytest.mark.parametrize(
    ("apply", "said"),
    [
        (lambda self, g: (g.cumsum(self.dim),), "the running sum from the front"),
        (lambda self, g: (g[::-1].cumsum()[::-1],), "shape (16,), `x` has (4, 4)"),
        (lambda self, g: (g[::-1].cumsum(0)[::-1],), "along axis 0; `dim` says"),
        (lambda self, g: (g[::-1].cumsum(self.dim)[::-1],), "`[::-1]` turns axis 0 around"),
        (lambda self, g: (turned(self, g.cumsum(self.dim)),), "turned around after"),
        (lambda self, g: (turned(self, g).cumsum(self.dim),), "not turned back"),
        (lambda self, g: (g.sum(self.dim, keepdims=True) - g.cumsum(self.dim),), "without its own"),
        (lambda self, g: (g,), "g as it came"),
        (
            lambda self, g: (g * np.flip(np.ones_like(g).cumsum(self.dim), self.dim % g.ndim),),
            "as in the prediction",
        ),
        (
            lambda self, g: (turned(self, turned(self, np.ones_like(g)).cumsum(self.dim)),),
            "multiply by the upstream gradient",
        ),
    ],
)
def test_cumsum_names_the_mistake(apply, said):
    judged(cumsum(apply), said)


# ------------------------------------------------------------------------------------- product


def others(self):
    x = self.saved_tensors[0]
    every = self.dim is None
    rows = x.reshape(-1) if every else x.swapaxes(self.dim, -1)
    own = np.eye(rows.shape[-1], dtype=x.dtype)
    left_out = (rows[..., None, :] * (1 - own) + own).prod(-1)
    return left_out.reshape(x.shape) if every else left_out.swapaxes(self.dim, -1)


def divided(self):
    x, z = self.saved_tensors
    return z.reshape(self.kept) / x


def test_prod_passes():
    answer = reduction(np.prod, lambda self, g: (g.reshape(self.kept) * others(self),))
    assert answer.passed
    assert "two factors of 0" in answer.message
    assert "Gradients of gradients agree as well." in answer.message


@pytest.mark.parametrize(
    ("apply", "said"),
    [
        (lambda self, g: (g.reshape(self.kept) * divided(self),), "is 0/0 there"),
        (
            lambda self, g: (
                np.where(self.saved_tensors[0] == 0, 0, g.reshape(self.kept) * divided(self)),
            ),
            "0 where `x` is 0. A factor of 0",
        ),
        (lambda self, g: ((g * self.saved_tensors[1]).reshape(self.kept),), "copy g back"),
        (lambda self, g: (back(self, g * self.saved_tensors[1]),), "g · z: `x` itself is in it"),
        (lambda self, g: (divided(self),), "multiply by the upstream gradient"),
        (lambda self, g: (g * divided(self),), "laid along the wrong axis"),
        (
            lambda self, g: (g.reshape(self.kept) * (x := self.saved_tensors[0]).prod() / x,),
            "the product of the whole array",
        ),
    ],
)
def test_prod_names_the_mistake(apply, said):
    judged(reduction(np.prod, apply, keeps=("x", "z")), said)
