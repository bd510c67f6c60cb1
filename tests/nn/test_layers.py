"""Layers on their own: second order, modes, and what they refuse."""

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import nn
from tinytorch.autograd import gradcheck, gradgradcheck
from tinytorch.core.random import manual_seed


def numbers(*shape):
    return tt.tensor(np.random.default_rng(0).normal(size=shape), requires_grad=True)


SECOND = {
    "LayerNorm": (lambda: nn.LayerNorm(4), (3, 4)),
    "BatchNorm1d": (lambda: nn.BatchNorm1d(3), (4, 3)),
    "BatchNorm2d": (lambda: nn.BatchNorm2d(2), (2, 2, 2, 2)),
    "Conv2d": (lambda: nn.Conv2d(2, 2, 2, stride=2, padding=1, groups=2), (2, 2, 3, 3)),
    "MultiHeadAttention": (lambda: nn.MultiHeadAttention(4, 2), (2, 3, 4)),
    "TransformerBlock": (lambda: nn.TransformerBlock(2, 1, mlp_ratio=1), (1, 2, 2)),
}


@pytest.mark.parametrize("name", SECOND)
def test_first_and_second_order(name):
    make, shape = SECOND[name]
    manual_seed(0)
    layer = make().double()
    names = [n for n, _ in layer.named_parameters()]

    def f(x, *params):
        for parameter, values in zip(names, params, strict=True):
            *path, last = parameter.split(".")
            module = layer
            for step in path:
                module = getattr(module, step)
            vars(module)[last] = values  # the door takes a Parameter alone
        return layer(x)

    inputs = (numbers(*shape), *(tt.tensor(p, requires_grad=True) for p in layer.parameters()))
    assert gradcheck(f, inputs)
    assert gradgradcheck(f, inputs)


def test_dropout_drops_in_training_alone_and_keeps_the_mean():
    manual_seed(0)
    layer, x = nn.Dropout(0.25), tt.tensor(np.ones((100, 100), np.float32), requires_grad=True)
    z = layer(x)
    assert sorted(set(z.detach().data.ravel().tolist())) == [0.0, pytest.approx(4 / 3)]
    assert z.mean().item() == pytest.approx(1, abs=0.03)
    z.sum().backward()
    assert np.array_equal(x.grad, z.detach())
    assert np.array_equal(layer.eval()(x).detach(), x.detach())


def test_batch_norm_of_a_frozen_batch_uses_what_it_remembers():
    layer = nn.BatchNorm1d(2)
    x = tt.tensor([[1.0, 2.0], [3.0, 6.0]])
    layer(x)
    assert layer.running_mean.tolist() == pytest.approx([0.2, 0.4])
    assert layer.running_var.tolist() == pytest.approx([0.9 + 0.1 * 2, 0.9 + 0.1 * 8])
    assert layer.num_batches_tracked.item() == 1
    layer.eval()(x)
    assert layer.num_batches_tracked.item() == 1


def test_padding_row_of_an_embedding_never_learns():
    layer = nn.Embedding(4, 3, padding_idx=1)
    layer(tt.tensor([[1, 2], [1, 2]])).sum().backward()
    assert layer.weight[1].tolist() == [0, 0, 0]
    assert layer.weight.grad.tolist() == [[0] * 3, [0] * 3, [2] * 3, [0] * 3]


def test_sinusoidal_positions_rotate():
    table = nn.SinusoidalPositions(50, 8).table.data
    assert table[0].tolist() == [0, 1] * 4
    assert table[3, 0] == pytest.approx(np.sin(3)) and table[3, 1] == pytest.approx(np.cos(3))
    products = table @ table.T
    np.testing.assert_allclose(np.diag(products, 5), products[0, 5], rtol=1e-5)
    layer = nn.SinusoidalPositions(50, 7)  # an odd width
    assert layer(tt.tensor(np.zeros((2, 3, 7), np.float32))).shape == (2, 3, 7)
    assert layer.state_dict() == {} and layer.parameters() == []


x = tt.tensor(np.zeros((2, 3), np.float32))
REFUSED = [
    (
        lambda: nn.Linear(4, 2)(x),
        ValueError,
        r"linear: input \(2, 3\) does not fit weight \(2, 4\)",
    ),
    (lambda: nn.Conv2d(3, 4, 2, groups=2), ValueError, "3 input and 4 output channels"),
    (lambda: nn.Conv2d(3, 4, 2)(x), ValueError, "conv2d: .*2, 3"),
    (lambda: nn.BatchNorm1d(4)(x), ValueError, r"BatchNorm1d: .* expected \(N, 4\)"),
    (lambda: nn.BatchNorm2d(3)(x), ValueError, r"BatchNorm2d: .* expected \(N, 3, H, W\)"),
    (lambda: nn.BatchNorm1d(3)(x[:1]), ValueError, "batchnorm: .* 1 value for each channel"),
    (lambda: nn.LayerNorm(4)(x), ValueError, "layernorm: normalized_shape"),
    (lambda: nn.Dropout(1.5), ValueError, "Dropout: p must be a probability"),
    (lambda: nn.Embedding(4, 2)(tt.tensor([4])), IndexError, "embedding: index 4 is out of range"),
    (lambda: nn.Embedding(4, 2)(tt.tensor([1.0])), TypeError, "indices must be integers"),
    (lambda: nn.LearnedPositions(2, 3)(tt.tensor(np.zeros((1, 3, 3)))), ValueError, "T up to 2"),
    (lambda: nn.MultiHeadAttention(5, 2), ValueError, "embed_dim 5 does not divide into 2 heads"),
    (lambda: nn.MultiHeadAttention(4, 2)(x), ValueError, r"query has shape \(2, 3\), expected"),
    (
        lambda: nn.MultiHeadAttention(4, 2)(
            tt.tensor(np.zeros((2, 3, 4))), mask=np.ones((2, 3, 3), bool)
        ),
        ValueError,
        r"mask has shape \(2, 3, 3\), and could be one per sample or one per head",
    ),
    (
        lambda: nn.TransformerBlock(4, 2)(
            tt.tensor(np.zeros((1, 2, 4))), mask=np.ones((2, 2), bool)
        ),
        ValueError,
        "mask or is_causal, not both",
    ),
    (lambda: nn.MSELoss(reduction="max"), ValueError, "reduction must be 'mean', 'sum' or 'none'"),
    (lambda: nn.MSELoss()(tt.tensor([[1.0]] * 4), tt.tensor([1.0] * 4)), ValueError, r"\(4, 1\)"),
    (lambda: nn.L1Loss()(tt.tensor([[1.0]] * 4), tt.tensor([1.0] * 4)), ValueError, r"\(4, 1\)"),
    (lambda: nn.BCELoss()(tt.tensor([[0.5]] * 4), tt.tensor([1.0] * 4)), ValueError, r"\(4, 1\)"),
    (
        lambda: nn.BCEWithLogitsLoss()(tt.tensor([[0.5]] * 4), tt.tensor([1.0] * 4)),
        ValueError,
        r"\(4, 1\)",
    ),
    (lambda: nn.CrossEntropyLoss()(x, tt.tensor([0, 3])), (ValueError, IndexError), "3"),
    (lambda: nn.CrossEntropyLoss()(x, tt.tensor([0, -1])), (ValueError, IndexError), "-1"),
    (lambda: nn.CrossEntropyLoss()(x, tt.tensor([[0], [1]])), ValueError, r"\(2, 1\)"),
    (lambda: nn.init.xavier_uniform_(tt.tensor([1.0])), ValueError, "at least two axes"),
    (lambda: nn.init.kaiming_normal_(x, mode="fan"), ValueError, "mode must be"),
    (lambda: nn.init.calculate_gain("elu"), ValueError, "'elu' is not one of"),
]


@pytest.mark.parametrize(("act", "error", "text"), REFUSED)
def test_what_layers_refuse(act, error, text):
    with pytest.raises(error, match=text):
        act()


@pytest.mark.parametrize(
    ("fill", "std"),
    [
        (lambda w: nn.init.xavier_normal_(w, gain=2.0), 2 * np.sqrt(2 / (200 + 300))),
        (nn.init.xavier_uniform_, np.sqrt(2 / (200 + 300))),
        (lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu"), np.sqrt(2 / 200)),
        (lambda w: nn.init.kaiming_uniform_(w, mode="fan_out"), np.sqrt(2 / 300)),
        (lambda w: nn.init.normal_(w, 0, 0.3), 0.3),
        (lambda w: nn.init.uniform_(w, -1, 1), np.sqrt(1 / 3)),
        (lambda w: nn.init.constant_(w, 3.0), 0),
    ],
)
def test_initializers_have_the_spread_they_promise(fill, std):
    w = nn.Parameter(np.zeros((300, 200), np.float32))
    assert fill(w) is w and w.requires_grad
    assert w.detach().data.std() == pytest.approx(std, rel=0.02, abs=1e-6)


def test_gradient_flow_shows_what_was_reached():
    model = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
    model[1].weight.requires_grad_(False)
    model(tt.tensor([[1.0, 2.0]])).sum().backward()
    flow = nn.gradient_flow(model)
    assert flow.norms["1.weight"] is None and flow.norms["1.bias"] == 1.0
    assert flow.share == 0.75 and "3/4 received a gradient" in str(flow)


# ---------------------------------------------------------------------------- the linear layer


def test_a_linear_layer_is_one_node_and_its_gradient_lies_as_its_weight():
    layer = nn.Linear(3, 4)
    z = layer(tt.tensor(np.ones((2, 5, 3), np.float32)))
    assert [type(n).__name__ for n in tt.autograd.graph(z).nodes] == [
        "LinearBackward",
        "AccumulateGrad",
        "AccumulateGrad",
    ]
    z.sum().backward()
    assert layer.weight.grad.data.flags.c_contiguous


@pytest.mark.parametrize(
    ("x", "weight", "bias", "dtype"),
    [
        ("f4", "f4", "f8", "f8"),
        ("f8", "f4", "f4", "f8"),
        ("i8", "f4", "f4", "f4"),
        ("i8", "i8", "f4", "f4"),
        ("i8", "i8", "i8", "i8"),
    ],
)
def test_a_linear_layer_mixes_dtypes_as_its_parts_do(x, weight, bias, dtype):
    x, weight, bias = (
        tt.tensor(np.arange(1, n + 1).reshape(shape).astype(kind))
        for n, shape, kind in ((6, (2, 3), x), (12, (4, 3), weight), (4, 4, bias))
    )
    z = tt.nn.functional.linear(x, weight, bias)
    assert z.dtype == dtype == (x @ weight.T + bias).dtype
    assert np.array_equal(z, x @ weight.T + bias)


@pytest.mark.parametrize("shape", [(0, 3, 8), (2, 0, 8), (0, 0, 8)])
@pytest.mark.parametrize("need_weights", [False, True])
def test_attention_of_an_empty_batch(shape, need_weights):
    layer = nn.MultiHeadAttention(8, 2)
    x = tt.zeros(shape, requires_grad=True)
    z = layer(x, need_weights=need_weights, is_causal=True)
    z, weights = z if need_weights else (z, None)
    assert z.shape == shape and (weights is None or weights.shape == (shape[0], 2, *shape[1:2] * 2))
    z.sum().backward()
    assert x.grad.shape == shape and not layer.in_proj_weight.grad.data.any()


@pytest.mark.parametrize("shape", [(0, 3), (2, 0), (0, 0)])
def test_a_language_model_of_an_empty_batch(shape):
    model = nn.GPT(5, 8, 2, 2, max_seq_len=4)
    z = model(np.zeros(shape, np.int64))
    assert z.shape == (*shape, 5)
    z.sum().backward()
    assert all(p.grad is None or not p.grad.data.any() for p in model.parameters())


@pytest.mark.parametrize("boolean", [False, True])
def test_the_second_derivative_of_attention_where_a_row_may_attend_to_nothing(boolean):
    mask = np.array([[True, False], [False, False]])
    mask = mask if boolean else np.where(mask, 0.0, -np.inf)
    inputs = [
        tt.tensor(x, requires_grad=True) for x in np.random.default_rng(0).normal(size=(3, 2, 3))
    ]
    z = tt.nn.functional.scaled_dot_product_attention(*inputs, attn_mask=mask)
    recorded = tt.autograd.grad((z * z).sum(), inputs, create_graph=True)
    plain = tt.autograd.grad((z * z).sum(), inputs, retain_graph=True)
    for a, b in zip(recorded, plain, strict=True):
        np.testing.assert_allclose(a.data, b.data, atol=1e-12)
    seconds = tt.autograd.grad(sum((d * d).sum() for d in recorded), inputs)
    assert all(np.isfinite(d.data).all() for d in seconds)
    assert not seconds[0].data[1].any()


# ------------------------------------------------------------------- as PyTorch's programs use them


def test_an_embedding_of_given_rows():
    table = np.array([[1.0, 2.0], [3.0, 4.0]])
    layer = nn.Embedding.from_pretrained(table)
    table[:] = 0
    assert layer(np.array([1])).tolist() == [[3, 4]] and not layer.weight.requires_grad
    assert list(layer.state_dict()) == ["weight"] and layer.num_embeddings == 2
    layer = nn.Embedding.from_pretrained(tt.ones(3, 2), freeze=False, padding_idx=1)
    layer(np.array([0, 1])).sum().backward()
    assert layer.weight.grad.tolist() == [[1, 1], [0, 0], [0, 0]]
    with pytest.raises(ValueError, match=r"expected a table .* got shape \(2,\)"):
        nn.Embedding.from_pretrained(np.ones(2))
    with pytest.raises(ValueError, match="padding_idx 5 is not one of the 3 rows"):
        nn.Embedding(3, 2, padding_idx=5)


def test_one_hot():
    one_hot = tt.nn.functional.one_hot
    assert one_hot(np.array([[1], [0]])).tolist() == [[[0, 1]], [[1, 0]]]
    assert one_hot(tt.tensor([2]), 4).tolist() == [[0, 0, 1, 0]]
    assert one_hot(tt.tensor([2])).dtype == np.int64
    assert one_hot(np.zeros((0, 2), int), num_classes=3).shape == (0, 2, 3)
    for x, n, error, text in (
        ([0.5], -1, TypeError, "expected integers"),
        ([3], 3, ValueError, "numbers from 3 to 3 for 3 classes"),
        ([-1], -1, ValueError, "numbers from -1 to -1"),
        (np.zeros(0, int), -1, ValueError, "give num_classes"),
    ):
        with pytest.raises(error, match=text):
            one_hot(np.array(x), n)


def test_bags_of_nothing_are_zeros():
    bag = nn.functional.embedding_bag
    w = tt.ones(3, 2, requires_grad=True)
    for mode in ("mean", "sum", "max"):
        z = bag(np.array([1, 2]), w, np.array([0, 0, 2]), mode)
        assert z.tolist() == [[0, 0], [2, 2] if mode == "sum" else [1, 1], [0, 0]]
    z = bag(np.array([[1, 1]]), w, padding_idx=1)
    z.sum().backward()
    assert z.tolist() == [[0, 0]] and not w.grad.data.any()
    for call, text in (
        (lambda: bag(np.array([1]), w), "expected"),
        (lambda: bag(np.array([1]), w, np.array([1])), "offsets must rise from 0"),
        (lambda: bag(np.array([[1]]), w, mode="min"), "mode must be"),
        (lambda: bag(np.array([[1]]), w, per_sample_weights=w), "are for mode='sum'"),
    ):
        with pytest.raises(ValueError, match=text):
            call()


def test_whole_channels_are_dropped():
    manual_seed(0)
    x = tt.ones(50, 4, 3, 2, requires_grad=True)
    z = nn.Dropout2d(0.25)(x)
    per_channel = z.data.reshape(200, 6)
    assert ((per_channel == per_channel[:, :1]).all(axis=1)).all()
    assert set(np.unique(per_channel).tolist()) == {0.0, np.float32(1 / 0.75).item()}
    z.sum().backward()
    np.testing.assert_array_equal(x.grad.data, z.data)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: nn.GroupNorm(2, 3), "3 channels do not divide into 2 groups"),
        (lambda: nn.functional.group_norm(tt.ones(2, 3), 2), "do not divide into 2 groups"),
        (lambda: nn.InstanceNorm2d(3)(tt.ones(2, 3, 4)), "expected 4 axes with 3 channels"),
        (lambda: nn.functional.instance_norm(tt.ones(2, 3, 1)), "has one value for each channel"),
        (lambda: nn.functional.rms_norm(tt.ones(2, 3), 2), "is not the end of the input's shape"),
        (lambda: nn.RNN(2, 3, nonlinearity="sin"), "must be 'tanh' or 'relu'"),
        (lambda: nn.LSTM(2, 3)(tt.ones(4, 2, 5)), r"expected \(T, N, 2\)"),
        (lambda: nn.LSTM(2, 3)(tt.ones(0, 2, 2)), "have no steps"),
        (lambda: nn.LSTM(2, 3)(tt.ones(4, 2, 2), tt.ones(1, 2, 3)), "expected 2 initial states of"),
        (lambda: nn.GRUCell(2, 3)(tt.ones(2, 2), tt.ones(2, 4)), "expected 1 initial state of"),
        (lambda: nn.GRUCell(2, 3)(tt.ones(2, 4)), r"expected \(N, 2\)"),
        (lambda: nn.Conv2d(2, 2, 3, padding_mode="mirror"), "padding_mode must be"),
        (lambda: nn.Conv2d(2, 2, 3, padding="same", padding_mode="reflect"), "needs padding in"),
        (lambda: nn.ConvTranspose2d(1, 1, 2, padding_mode="reflect"), "must be 'zeros'"),
        (lambda: nn.functional.prelu(tt.ones(2, 3), tt.ones(2)), "one for each of the 3 channels"),
        (lambda: nn.functional.glu(tt.ones(2, 3)), "does not divide into halves"),
        (lambda: nn.functional.hardtanh(tt.ones(2), 1, 0), "min_val must be below max_val"),
        (lambda: nn.functional.dropout2d(tt.ones(2)), "expected images"),
        (lambda: nn.functional.smooth_l1_loss(1.0, 1.0, beta=-1), "beta must not be negative"),
        (lambda: nn.functional.kl_div(tt.ones(2), tt.ones(2), "all"), "reduction must be"),
        (lambda: nn.KLDivLoss("all"), "KLDivLoss: reduction must be 'mean', 'batchmean', 'sum' or"),
        (lambda: nn.functional.normalize(tt.ones(2, 2), p=-1), "p must be positive"),
        (
            lambda: nn.functional.cosine_similarity(tt.ones(2), tt.ones(3)),
            r"shapes \(2,\) and \(3,\) do not broadcast",
        ),
        (
            lambda: nn.functional.cosine_embedding_loss(tt.ones(2, 3), tt.ones(2, 3), tt.zeros(2)),
            "target must be 1 or -1",
        ),
        (
            lambda: nn.functional.cosine_embedding_loss(tt.ones(2, 3), tt.ones(2, 3), tt.ones(3)),
            "pairs and a target of shape",
        ),
        (lambda: nn.functional.hinge_embedding_loss(tt.ones(2), tt.zeros(2)), "must be 1 or -1"),
        (
            lambda: nn.functional.gaussian_nll_loss(tt.ones(2), tt.ones(2), tt.ones(2) * -1),
            "var must not be negative",
        ),
    ],
)
def test_what_else_is_refused(make, text):
    with pytest.raises(ValueError, match=text):
        make()


def test_layers_are_made_in_a_dtype():
    for layer in (
        nn.Linear(2, 2, dtype=tt.float64),
        nn.Conv2d(1, 1, 2, device="cpu", dtype=np.float64),
        nn.Embedding(2, 2, dtype=np.float64),
    ):
        assert {p.dtype for p in layer.parameters()} == {np.dtype(np.float64)}


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 3, 4), (2, 3, 4, 2)])
def test_a_softmax_without_an_axis_takes_that_of_pytorch_and_says_so(name, shape):
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(0).normal(size=shape)
    with pytest.warns(UserWarning, match=f"{name}: no dim was given"):
        found = getattr(tt.nn.functional, name)(tt.tensor(x))
    with pytest.warns(UserWarning, match="Implicit dimension choice"):
        expected = getattr(torch.nn.functional, name)(torch.tensor(x))
    np.testing.assert_allclose(found.data, expected.numpy(), rtol=1e-12)


def test_a_softmax_in_another_dtype():
    assert tt.nn.functional.softmax(tt.ones(3), 0, dtype=tt.float64).dtype == np.float64
