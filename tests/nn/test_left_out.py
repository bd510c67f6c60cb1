"""What does not count is left out: what stands there reaches neither a value nor a gradient."""

import numpy as np
import pytest

import tinytorch as tt

F = tt.nn.functional
NAN, INF = np.nan, np.inf
SPOILED = [[0.1, 0.7, 0.2], [NAN, INF, -INF], [0.3, 0.3, 0.4], [-INF, 0.0, NAN]]
TARGET = np.array([1, -100, 0, -100])


def of_the_rest(loss, spoiled, keep, **options):
    """Value, gradient and second gradient with the spoiled rows, and without them."""
    results = []
    for rows in (slice(None), keep):
        x = tt.tensor(np.array(spoiled)[rows], requires_grad=True)
        z = loss(x, rows, **options)
        (d,) = tt.autograd.grad(z, x, create_graph=True)
        (plain,) = tt.autograd.grad(z, x, retain_graph=True)
        np.testing.assert_array_equal(plain.data, d.data)
        (dd,) = tt.autograd.grad((d * d).sum(), x)
        results.append((z.data, d.data, dd.data))
    (z, d, dd), expected = results
    dropped = np.setdiff1d(np.arange(len(spoiled)), keep)
    assert not d[dropped].any() and not dd[dropped].any()
    for found, value in zip((z, d[keep], dd[keep]), expected, strict=True):
        np.testing.assert_allclose(found, value, rtol=1e-12)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_ignored_rows_of_cross_entropy(reduction, smoothing):
    options = {"reduction": reduction, "label_smoothing": smoothing}
    of_the_rest(
        lambda x, rows: F.cross_entropy(x, TARGET[rows], **options), SPOILED, np.array([0, 2])
    )


def test_rows_of_cross_entropy_whose_class_weighs_nothing():
    target, weight = np.array([1, 2, 0, 2]), np.array([1.0, 2.0, 0.0])
    of_the_rest(lambda x, rows: F.cross_entropy(x, target[rows], weight), SPOILED, np.array([0, 2]))


@pytest.mark.parametrize("options", [{}, {"weight": np.array([1.0, 2.0, 0.0])}])
def test_rows_of_nll_loss(options):
    target = np.array([1, 2, 0, 2]) if options else TARGET

    def loss(x, rows):  # squared, for a second derivative
        return F.nll_loss(x, target[rows], **options) ** 2

    of_the_rest(loss, SPOILED, np.array([0, 2]))


@pytest.mark.parametrize("name", ["binary_cross_entropy", "binary_cross_entropy_with_logits"])
def test_terms_of_binary_losses_that_weigh_nothing(name):
    p = np.array([0.2, NAN, 0.7, INF])
    t = np.array([0.0, 1.0, 1.0, NAN])
    weight = np.array([1.0, 0.0, 3.0, 0.0])
    of_the_rest(
        lambda x, rows: getattr(F, name)(x, t[rows], weight[rows], "sum"), p, np.array([0, 2])
    )


def test_a_zero_weight_beside_an_infinite_score_costs_nothing():
    x = tt.tensor(np.array([[0.5, -INF, 0.1]]), requires_grad=True)
    weight = np.array([1.0, 0.0, 1.0])
    z = F.cross_entropy(x, np.array([[0.5, 0.25, 0.25]]), weight)
    z.backward()
    assert np.isfinite(z.item()) and np.isfinite(x.grad.data).all()
    z = F.cross_entropy(x, np.array([0]), weight, label_smoothing=0.1)
    z.backward()
    assert np.isfinite(z.item()) and np.isfinite(x.grad.data).all()


def test_an_ignored_row_gets_none_of_an_infinite_gradient():
    for loss in (F.nll_loss, F.cross_entropy):
        x = tt.tensor(np.zeros((4, 3)), requires_grad=True)
        loss(x, TARGET, reduction="none").backward(np.array([1.0, INF, 1.0, -INF]))
        assert not x.grad.data[[1, 3]].any() and np.isfinite(x.grad.data).all()


def test_a_batch_that_is_all_ignored_has_no_mean_and_no_gradient():
    for loss in (F.nll_loss, F.cross_entropy):
        x = tt.tensor(np.array(SPOILED), requires_grad=True)
        z = loss(x, np.full(4, -100))
        z.backward()
        assert np.isnan(z.item()) and not x.grad.data.any()


@pytest.mark.parametrize("create_graph", [False, True])
def test_the_padding_row_of_an_embedding_gets_nothing_of_an_infinite_gradient(create_graph):
    w = tt.tensor(np.ones((4, 2)), requires_grad=True)
    z = F.embedding(np.array([1, 3, 3]), w, padding_idx=-1)
    g = np.array([[1.0, 2.0], [INF, NAN], [-INF, 1.0]])
    (d,) = tt.autograd.grad(z, w, g, create_graph=create_graph)
    np.testing.assert_array_equal(d.data, [[0, 0], [1, 2], [0, 0], [0, 0]])


@pytest.mark.parametrize(
    "loss",
    [
        lambda x, w: F.cross_entropy(x, np.array([[0.2, 0.8]]), w),
        lambda x, w: F.cross_entropy(x, np.array([1]), w, label_smoothing=0.1),
        lambda x, w: F.nll_loss(x, np.array([1]), w, reduction="sum"),
        lambda x, w: F.binary_cross_entropy(x, x.data * 0.5, w),
        lambda x, w: F.binary_cross_entropy_with_logits(x, x.data * 0.5, w),
        lambda x, w: F.binary_cross_entropy_with_logits(x, x.data * 0.5, pos_weight=w),
    ],
)
@pytest.mark.parametrize("kind", [np.array, tt.tensor])
def test_weights_changed_after_the_loss_do_not_change_its_gradient(loss, kind):
    def gradient(change):
        x = tt.tensor(np.array([[0.3, 0.6]]), requires_grad=True)
        w = kind(np.array([1.0, 2.0]))
        z = loss(x, w)
        if change:
            w[:] = 77.0
        z.backward()
        return x.grad.data

    np.testing.assert_array_equal(gradient(True), gradient(False))


def test_targets_changed_after_the_loss_do_not_change_its_gradient():
    x = tt.tensor(np.array([[0.3, 0.6]]), requires_grad=True)
    t = tt.tensor(np.array([1]))
    z = F.nll_loss(x, t)
    t[:] = 0
    z.backward()
    np.testing.assert_array_equal(x.grad.data, [[0, -1]])
