"""The same weights, the same batch: every layer beside PyTorch's, in training and evaluation."""

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import nn

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:torch")

rng = np.random.default_rng(0)


def floats(*shape):
    return rng.normal(size=shape).astype(np.float32)


LAYERS = {  # name: (make, input)
    "Linear": (lambda n: n.Linear(5, 3), floats(4, 5)),
    "Linear-3d-no-bias": (lambda n: n.Linear(5, 3, bias=False), floats(2, 4, 5)),
    "Conv2d": (lambda n: n.Conv2d(3, 4, 3), floats(2, 3, 8, 7)),
    "Conv2d-options": (
        lambda n: n.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 2), dilation=2, groups=2),
        floats(2, 4, 9, 8),
    ),
    "Conv2d-same": (lambda n: n.Conv2d(2, 2, 3, padding="same", bias=False), floats(2, 2, 5, 5)),
    "MaxPool2d": (lambda n: n.MaxPool2d(2), floats(2, 3, 7, 8)),
    "MaxPool2d-overlapping": (lambda n: n.MaxPool2d(3, stride=2, padding=1), floats(2, 3, 7, 8)),
    "AvgPool2d": (lambda n: n.AvgPool2d(3, 2, 1), floats(2, 3, 7, 8)),
    "AvgPool2d-inside": (
        lambda n: n.AvgPool2d(3, 2, 1, count_include_pad=False),
        floats(2, 3, 7, 8),
    ),
    "Flatten": (lambda n: n.Flatten(), floats(2, 3, 4)),
    "Embedding": (lambda n: n.Embedding(7, 4, padding_idx=2), rng.integers(0, 7, (3, 5))),
    "LayerNorm": (lambda n: n.LayerNorm(6), floats(2, 5, 6) * 3 + 7),
    "LayerNorm-2-axes": (lambda n: n.LayerNorm((5, 6), eps=1e-3), floats(2, 5, 6)),
    "LayerNorm-plain": (lambda n: n.LayerNorm(6, elementwise_affine=False), floats(2, 6)),
    "BatchNorm1d": (lambda n: n.BatchNorm1d(4), floats(6, 4) * 2 + 5),
    "BatchNorm1d-3d": (lambda n: n.BatchNorm1d(4, momentum=None), floats(6, 4, 3)),
    "BatchNorm2d": (lambda n: n.BatchNorm2d(3, momentum=0.3), floats(4, 3, 5, 2)),
    "BatchNorm2d-untracked": (
        lambda n: n.BatchNorm2d(3, track_running_stats=False),
        floats(4, 3, 5, 2),
    ),
    "Dropout-none": (lambda n: n.Dropout(0.0), floats(3, 4)),
    "Dropout-all": (lambda n: n.Dropout(1.0), floats(3, 4)),
    "ReLU": (lambda n: n.ReLU(), floats(3, 4)),
    "LeakyReLU": (lambda n: n.LeakyReLU(0.2), floats(3, 4)),
    "Sigmoid": (lambda n: n.Sigmoid(), floats(3, 4) * 30),
    "Tanh": (lambda n: n.Tanh(), floats(3, 4)),
    "GELU": (lambda n: n.GELU(), floats(3, 4)),
    "GELU-tanh": (lambda n: n.GELU("tanh"), floats(3, 4)),
    "SiLU": (lambda n: n.SiLU(), floats(3, 4)),
    "Softplus": (lambda n: n.Softplus(2.0), floats(3, 4)),
    "Softmax": (lambda n: n.Softmax(dim=1), floats(3, 4) * 20),
    "LogSoftmax": (lambda n: n.LogSoftmax(dim=0), floats(3, 4)),
}


def alike(ours, theirs, name="output", rtol=1e-4, atol=2e-6):
    ours = np.asarray(ours.detach() if isinstance(ours, tt.Tensor) else ours)
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol, atol, err_msg=name)


def pair(make):
    """Our layer and PyTorch's, with PyTorch's weights in both."""
    torch.manual_seed(0)
    ours, theirs = make(nn), make(torch.nn)
    state = {name: value.numpy() for name, value in theirs.state_dict().items()}
    assert list(ours.state_dict()) == list(state)
    ours.load_state_dict(state)
    return ours, theirs


def compare(ours, theirs, x, run_ours=None, run_theirs=None):
    """Output, gradient of the input and of every parameter, and buffers."""
    a = tt.tensor(x, requires_grad=x.dtype.kind == "f")
    b = torch.tensor(x, requires_grad=x.dtype.kind == "f")
    y = (run_ours or ours)(a)
    z = (run_theirs or theirs)(b)
    alike(y, z)
    g = np.random.default_rng(1).normal(size=y.shape).astype(np.float32)
    ours.zero_grad()
    theirs.zero_grad()
    if z.requires_grad:
        y.backward(g)
        z.backward(torch.tensor(g))
    if a.requires_grad:
        alike(a.grad, b.grad, "gradient of the input", atol=2e-5)
    for (name, p), q in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        alike(p.grad, q.grad, f"gradient of {name}", atol=5e-5)
    for (name, p), q in zip(ours.named_buffers(), theirs.buffers(), strict=True):
        alike(p, q, name)


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
def test_layer(name, training):
    make, x = LAYERS[name]
    ours, theirs = pair(make)
    for layer in (ours, theirs):
        layer.train()
    if not training:  # with statistics that a batch has left behind
        ours(tt.tensor(x)), theirs(torch.tensor(x))
        ours.eval(), theirs.eval()
    compare(ours, theirs, x)
    compare(ours, theirs, x)


classes = rng.integers(0, 4, (5, 3))
LOSSES = {  # name: (make, output, target)
    "MSELoss": (lambda n, t: n.MSELoss(), floats(5, 3), floats(5, 3)),
    "MSELoss-sum": (lambda n, t: n.MSELoss(reduction="sum"), floats(5, 3), floats(5, 3)),
    "L1Loss": (lambda n, t: n.L1Loss(), floats(5, 3), floats(5, 3)),
    "HuberLoss": (lambda n, t: n.HuberLoss(delta=0.5), floats(5, 3), floats(5, 3)),
    "BCELoss": (lambda n, t: n.BCELoss(), rng.random((5, 3), np.float32), floats(5, 3) > 0),
    "BCEWithLogitsLoss": (
        lambda n, t: n.BCEWithLogitsLoss(pos_weight=t([1.0, 2.0, 0.5])),
        floats(5, 3) * 20,
        floats(5, 3) > 0,
    ),
    "NLLLoss": (lambda n, t: n.NLLLoss(), floats(5, 4), classes[:, 0]),
    "CrossEntropyLoss": (lambda n, t: n.CrossEntropyLoss(), floats(5, 4) * 10, classes[:, 0]),
    "CrossEntropyLoss-options": (
        lambda n, t: n.CrossEntropyLoss(
            weight=t([1.0, 2.0, 0.5, 3.0]), ignore_index=1, label_smoothing=0.1
        ),
        floats(5, 4, 3),
        classes,
    ),
    "CrossEntropyLoss-probabilities": (
        lambda n, t: n.CrossEntropyLoss(),
        floats(5, 4),
        rng.dirichlet(np.ones(4), 5).astype(np.float32),
    ),
}


@pytest.mark.parametrize("name", LOSSES)
def test_loss(name):
    make, output, target = LOSSES[name]
    target = target.astype(np.float32) if target.dtype == bool else target
    a = tt.tensor(output, requires_grad=True)
    b = torch.tensor(output, requires_grad=True)
    y = make(nn, lambda w: np.array(w, np.float32))(a, tt.tensor(target))
    z = make(torch.nn, torch.tensor)(b, torch.tensor(target))
    alike(y, z)
    y.backward()
    z.backward()
    alike(a.grad, b.grad)


MASKS = {
    "plain": (None, None),
    "causal": (np.tril(np.ones((6, 6), bool)), None),
    "padding": (np.arange(6) < np.array([4, 6])[:, None, None, None], True),
}


@pytest.mark.parametrize("mask", MASKS)
def test_attention(mask):
    allowed, padding = MASKS[mask]
    theirs = torch.nn.MultiheadAttention(8, 2, batch_first=True)
    ours = nn.MultiHeadAttention(8, 2)
    ours.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    options = {}
    if padding:
        options["key_padding_mask"] = torch.tensor(~allowed[:, 0, 0])
    elif allowed is not None:
        options["attn_mask"] = torch.tensor(~allowed)

    def reference(x):
        return theirs(x, x, x, need_weights=False, **options)[0]

    x = floats(2, 6, 8)
    for need in (False, True):

        def run(x, need=need):
            z = ours(x, mask=allowed, need_weights=need)
            return z[0] if need else z

        compare(ours, theirs, x, run, reference)
    _, weights = ours(tt.tensor(x), mask=allowed, need_weights=True)
    seen = theirs(*[torch.tensor(x)] * 3, average_attn_weights=False, **options)[1]
    alike(weights, seen)


def test_attention_across_sequences():
    theirs = torch.nn.MultiheadAttention(8, 2, batch_first=True)
    ours = nn.MultiHeadAttention(8, 2)
    ours.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    memory = floats(2, 9, 8)
    compare(
        ours,
        theirs,
        floats(2, 6, 8),
        lambda x: ours(x, tt.tensor(memory)),
        lambda x: theirs(x, torch.tensor(memory), torch.tensor(memory))[0],
    )


def test_transformer_block():
    theirs = torch.nn.TransformerEncoderLayer(
        8,
        2,
        32,
        dropout=0.0,
        activation=lambda x: torch.nn.functional.gelu(x, approximate="tanh"),
        batch_first=True,
        norm_first=True,
    )
    ours = nn.TransformerBlock(8, 2, is_causal=False)
    names = {"ln1": "norm1", "ln2": "norm2", "mlp.0": "linear1", "mlp.2": "linear2"}
    names["attention"] = "self_attn"
    state = {}
    for name in ours.state_dict():
        start = next(s for s in names if name.startswith(s + "."))
        state[name] = theirs.state_dict()[names[start] + name[len(start) :]].numpy()
    ours.load_state_dict(state)
    x = floats(2, 6, 8)
    alike(ours(tt.tensor(x)), theirs(torch.tensor(x)))


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda n: n.Linear(50, 400), None),
        (lambda n: n.Conv2d(8, 64, 5, groups=2), None),
        (lambda n: n.Embedding(100, 200), None),
    ],
)
def test_initial_distributions(make, shape):
    torch.manual_seed(0)
    tt.core.random.manual_seed(0)
    for p, q in zip(make(nn).parameters(), make(torch.nn).parameters(), strict=True):
        a, b = np.sort(np.array(p.detach()).ravel()), np.sort(q.detach().numpy().ravel())
        assert a.shape == b.shape
        spread = b.std()
        grid = np.linspace(0.02, 0.98, 25)
        gap = np.abs(np.quantile(a, grid) - np.quantile(b, grid)).max()
        assert gap < spread * 6 / np.sqrt(len(a)) + 0.02 * spread
        assert abs(a).max() <= abs(b).max() * 1.25
