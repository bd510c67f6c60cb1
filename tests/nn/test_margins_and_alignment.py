"""Margin losses and CTC beside PyTorch's: values, gradients, corners and refusals."""

import numpy as np
import pytest

import tinytorch as tt

torch = pytest.importorskip("torch")
rng = np.random.default_rng(5)
T, N, C, S = 9, 4, 5, 3
SCORES = rng.normal(size=(T, N, C))
TARGETS = np.array([[1, 1, 2], [3, 4, 1], [2, 1, 1], [4, 4, 4]])
CTC = {
    "all": ([9, 9, 9, 9], [3, 3, 3, 3], {}),
    "uneven": ([9, 7, 5, 8], [3, 2, 1, 3], {}),
    "too long": ([9, 2, 4, 4], [3, 3, 3, 3], {"zero_infinity": True}),
    "impossible": ([9, 2, 4, 4], [3, 3, 3, 3], {"reduction": "none"}),
    "empty targets": ([9, 9, 1, 9], [0, 3, 0, 1], {"reduction": "none"}),
    "empty inputs": ([9, 0, 0, 9], [1, 2, 0, 1], {"reduction": "none"}),
    "sum": ([9, 9, 9, 9], [3, 1, 2, 3], {"reduction": "sum"}),
    "another blank": ([9, 9, 9, 8], [2, 3, 2, 1], {"blank": 3}),
}


@pytest.mark.parametrize("name", CTC)
@pytest.mark.parametrize("one_row", [False, True])
def test_ctc_as_in_pytorch(name, one_row):
    long, short, options = CTC[name]
    y = np.where(TARGETS == options.get("blank", 0), 0, TARGETS)
    y = np.concatenate([row[:n] for row, n in zip(y, short, strict=True)]) if one_row else y
    found = []
    for t in tt, torch:
        x = t.tensor(SCORES, requires_grad=True)
        lengths = [t.tensor(n) for n in (long, short)]
        loss = t.nn.functional.ctc_loss(x.log_softmax(2), t.tensor(y), *lengths, **options)
        kept = loss[t.isfinite(loss.detach())] if loss.ndim else loss
        (kept * kept).sum().backward()
        found.append([np.asarray(loss.detach()), np.asarray(x.grad)])
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-9)
    live = np.isfinite(found[1][1])
    assert np.isfinite(found[0][1]).all()  # PyTorch's are nan where a loss is infinite
    np.testing.assert_allclose(found[0][1][live], found[1][1][live], rtol=1e-7, atol=1e-12)


def test_ctc_is_the_sum_over_all_paths_and_has_second_derivatives():
    from itertools import product

    x = SCORES[:4, 0, :3]
    p = np.exp(x) / np.exp(x).sum(1, keepdims=True)
    total = 0.0
    for path in product(range(3), repeat=4):
        joined = [a for a, b in zip(path, (None, *path[:-1]), strict=True) if a != b and a]
        total += np.prod(p[range(4), path]) if joined == [1, 1] else 0
    log_p = tt.tensor(np.log(p), requires_grad=True)
    loss = tt.nn.CTCLoss(reduction="sum")(log_p, tt.tensor([1, 1]), (4,), (2,))
    assert loss.item() == pytest.approx(-np.log(total), rel=1e-12)

    def f(x):
        return tt.nn.functional.ctc_loss(x.log_softmax(-1), tt.tensor([1, 1]), (4,), (2,))

    tt.autograd.gradcheck(f, (tt.tensor(x, requires_grad=True),))
    tt.autograd.gradgradcheck(f, (tt.tensor(x, requires_grad=True),))


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda f, x: f.ctc_loss(x, tt.tensor([[1, 2]]), (9,), (2,)), "do not go together"),
        (lambda f, x: f.ctc_loss(x, tt.tensor([[7]] * 4), [9] * 4, [1] * 4), "classes from 0 to 4"),
        (lambda f, x: f.ctc_loss(x, tt.tensor([[1]] * 4), [9] * 4, [2] * 4), "4 rows of 2"),
        (lambda f, x: f.ctc_loss(x, tt.tensor([1, 1]), [9] * 4, [1] * 4), "2 targets, expected 4"),
        (lambda f, x: f.ctc_loss(x, tt.tensor([[1]] * 4), [10] * 4, [1] * 4), "from 0 to 9"),
        (lambda f, x: f.ctc_loss(x, tt.tensor([[1]] * 4), [9] * 4, [1] * 4, 5), "blank 5 is not"),
        (lambda f, x: f.multi_margin_loss(x[0], tt.tensor([0, 1, 9, 0])), "9 is not one of 5"),
        (lambda f, x: f.multi_margin_loss(x[0], tt.tensor([0, 1])), "do not go together"),
        (lambda f, x: f.multi_margin_loss(x[0], tt.tensor([0] * 4), p=3), "p must be 1 or 2, got"),
        (lambda f, x: f.multilabel_margin_loss(x[0], tt.tensor([[0]] * 4)), "must have the shape"),
        (lambda f, x: f.multilabel_margin_loss(x[0], tt.tensor([[-2] * 5] * 4)), "-2 is not one"),
        (lambda f, x: f.multilabel_soft_margin_loss(x, x[0]), "broadcasting"),
    ],
)
def test_what_is_refused(call, text):
    with pytest.raises(ValueError, match=text):
        call(tt.nn.functional, tt.tensor(SCORES).log_softmax(2))


MODULES = {
    "SoftMarginLoss": ({}, lambda t: (t.tensor(SCORES[0]), t.tensor(np.sign(SCORES[1])))),
    "MultiMarginLoss": (
        {"p": 2, "margin": 0.5},
        lambda t: (t.tensor(SCORES[0]), t.tensor([0, 1, 2, 4])),
    ),
    "MultiLabelMarginLoss": (
        {"reduction": "sum"},
        lambda t: (t.tensor(SCORES[0, 0]), t.tensor([3, 0, -1, 0, 1])),
    ),
    "MultiLabelSoftMarginLoss": (
        {"weight": [1.0, 2, 3, 4, 5]},
        lambda t: (t.tensor(SCORES[0]), t.tensor((SCORES[1] > 0) * 1.0)),
    ),
    "TripletMarginWithDistanceLoss": (
        {"distance_function": lambda a, b: abs(a - b).sum(-1), "margin": 2.0, "swap": True},
        lambda t: tuple(t.tensor(x) for x in SCORES[:3]),
    ),
    "CTCLoss": (
        {"blank": 2},
        lambda t: (t.tensor(SCORES), t.tensor([[1, 1]] * 4), t.tensor([9] * 4), t.tensor([2] * 4)),
    ),
}


@pytest.mark.parametrize("name", MODULES)
def test_modules_as_in_pytorch(name):
    options, inputs = MODULES[name]
    found = []
    for t in tt, torch:
        given = {k: t.tensor(v).double() if k == "weight" else v for k, v in options.items()}
        found.append(float(getattr(t.nn, name)(**given)(*inputs(t))))
    assert found[0] == pytest.approx(found[1], rel=1e-9)
