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
    "Softmin": (lambda n: n.Softmin(1), floats(3, 4)),
    **{
        name: (lambda n, name=name: getattr(n, name)(), floats(5, 4) * 4)
        for name in (
            *("ELU", "CELU", "SELU", "ReLU6", "Hardtanh"),
            *("Hardsigmoid", "Hardswish", "Mish", "Softsign", "LogSigmoid"),
        )
    },
    "ELU-alpha": (lambda n: n.ELU(0.3), floats(3, 4)),
    "CELU-alpha": (lambda n: n.CELU(0.3), floats(3, 4)),
    "Hardtanh-bounds": (lambda n: n.Hardtanh(-0.2, 0.7), floats(3, 4)),
    "PReLU": (lambda n: n.PReLU(), floats(3, 4)),
    "PReLU-channels": (lambda n: n.PReLU(4, 0.1), floats(3, 4, 2)),
    "GLU": (lambda n: n.GLU(1), floats(3, 4, 2)),
    "Identity": (lambda n: n.Identity(54, unused=1), floats(3, 4)),
    "Unflatten": (lambda n: n.Unflatten(1, (2, 3)), floats(3, 6, 2)),
    "Conv1d": (lambda n: n.Conv1d(4, 6, 3, stride=2, padding=1, groups=2), floats(2, 4, 9)),
    "Conv1d-same": (lambda n: n.Conv1d(2, 3, 4, padding="same"), floats(2, 2, 7)),
    "Conv1d-circular": (
        lambda n: n.Conv1d(2, 3, 3, padding=2, padding_mode="circular"),
        floats(2, 2, 7),
    ),
    "Conv2d-reflect": (
        lambda n: n.Conv2d(2, 3, 3, padding=(1, 2), padding_mode="reflect"),
        floats(2, 2, 5, 6),
    ),
    "ConvTranspose2d": (
        lambda n: n.ConvTranspose2d(4, 6, (3, 2), 2, 1, (1, 0), groups=2, dilation=(1, 2)),
        floats(2, 4, 5, 6),
    ),
    "ConvTranspose2d-one": (lambda n: n.ConvTranspose2d(3, 2, 4, bias=False), floats(3, 1, 1)),
    "MaxPool2d-ceil": (lambda n: n.MaxPool2d(2, ceil_mode=True), floats(2, 3, 7, 9)),
    "AvgPool2d-ceil": (lambda n: n.AvgPool2d(3, 2, ceil_mode=True), floats(2, 3, 8, 10)),
    "MaxPool1d": (lambda n: n.MaxPool1d(3, 2, 1), floats(2, 3, 8)),
    "AvgPool1d": (lambda n: n.AvgPool1d(3, ceil_mode=True), floats(2, 3, 8)),
    "AdaptiveAvgPool2d": (lambda n: n.AdaptiveAvgPool2d((3, None)), floats(2, 3, 7, 5)),
    "AdaptiveAvgPool2d-one": (lambda n: n.AdaptiveAvgPool2d(1), floats(2, 3, 7, 5)),
    "AdaptiveMaxPool2d": (lambda n: n.AdaptiveMaxPool2d(2), floats(2, 3, 7, 5)),
    "AdaptiveAvgPool1d": (lambda n: n.AdaptiveAvgPool1d(3), floats(2, 3, 7)),
    "ZeroPad2d": (lambda n: n.ZeroPad2d((1, 0, 2, 3)), floats(2, 3, 4, 5)),
    "ConstantPad2d": (lambda n: n.ConstantPad2d(2, 3.5), floats(2, 3, 4, 5)),
    "ReflectionPad2d": (lambda n: n.ReflectionPad2d(2), floats(2, 3, 4, 5)),
    "ReplicationPad2d": (lambda n: n.ReplicationPad2d((1, 2, 3, 0)), floats(2, 3, 4, 5)),
    "Upsample": (lambda n: n.Upsample(scale_factor=3), floats(2, 3, 4, 5)),
    "Upsample-bilinear": (
        lambda n: n.Upsample(scale_factor=2, mode="bilinear", align_corners=True),
        floats(2, 3, 4, 5),
    ),
    "PixelShuffle": (lambda n: n.PixelShuffle(3), floats(2, 18, 4, 5)),
    "Unfold": (lambda n: n.Unfold(2, stride=2), floats(2, 3, 4, 5)),
    "Fold": (lambda n: n.Fold((4, 5), 2), floats(2, 8, 12)),
    "GroupNorm": (lambda n: n.GroupNorm(2, 6), floats(2, 6, 4, 3) * 2 + 1),
    "GroupNorm-plain": (lambda n: n.GroupNorm(3, 6, affine=False), floats(2, 6)),
    "InstanceNorm2d": (lambda n: n.InstanceNorm2d(3, affine=True), floats(2, 3, 4, 5)),
    "InstanceNorm1d": (lambda n: n.InstanceNorm1d(3), floats(2, 3, 5)),
    "RMSNorm": (lambda n: n.RMSNorm((3, 4)), floats(2, 3, 4)),
    "RMSNorm-eps": (lambda n: n.RMSNorm(4, 1e-3, elementwise_affine=False), floats(2, 3, 4)),
    "Dropout2d-none": (lambda n: n.Dropout2d(0.0), floats(3, 4, 2, 2)),
    "Dropout2d-all": (lambda n: n.Dropout2d(1.0), floats(3, 4, 2, 2)),
    "EmbeddingBag": (lambda n: n.EmbeddingBag(7, 4), rng.integers(0, 7, (3, 5))),
    "EmbeddingBag-sum": (
        lambda n: n.EmbeddingBag(7, 4, mode="sum", padding_idx=2),
        rng.integers(0, 4, (3, 5)),
    ),
    "EmbeddingBag-max": (
        lambda n: n.EmbeddingBag(7, 4, mode="max"),
        rng.permutation(6).reshape(2, 3),
    ),
    "Sequential-inplace": (
        lambda n: n.Sequential(
            n.Linear(5, 4), n.ReLU(inplace=True), n.Linear(4, 4), n.LeakyReLU(0.2, inplace=True)
        ),
        floats(3, 5),
    ),
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


for reduction in ("mean", "sum", "none"):
    options = {"reduction": reduction}
    LOSSES |= {
        f"SmoothL1Loss-{reduction}": (
            lambda n, t, o=options: n.SmoothL1Loss(beta=0.6, **o),
            floats(5, 3),
            floats(5, 3),
        ),
        f"KLDivLoss-{reduction}": (
            lambda n, t, o=options: n.KLDivLoss(**o),
            np.log(rng.dirichlet(np.ones(4), 5)).astype(np.float32),
            np.eye(4, dtype=np.float32)[[0, 1, 2, 3, 0]],
        ),
        f"PoissonNLLLoss-{reduction}": (
            lambda n, t, o=options: n.PoissonNLLLoss(full=True, **o),
            floats(5, 3),
            rng.poisson(2.0, (5, 3)).astype(np.float32),
        ),
        f"HingeEmbeddingLoss-{reduction}": (
            lambda n, t, o=options: n.HingeEmbeddingLoss(0.7, **o),
            floats(5, 3),
            np.where(floats(5, 3) > 0, 1, -1).astype(np.float32),
        ),
    }
LOSSES |= {
    "SmoothL1Loss-0": (lambda n, t: n.SmoothL1Loss(beta=0), floats(5, 3), floats(5, 3)),
    "KLDivLoss-batchmean": (
        lambda n, t: n.KLDivLoss(reduction="batchmean", log_target=True),
        np.log(rng.dirichlet(np.ones(4), 5)).astype(np.float32),
        np.log(rng.dirichlet(np.ones(4), 5)).astype(np.float32),
    ),
    "PoissonNLLLoss-rates": (
        lambda n, t: n.PoissonNLLLoss(log_input=False),
        rng.random((5, 3), np.float32),
        rng.poisson(2.0, (5, 3)).astype(np.float32),
    ),
}


def beside(call, *shapes, signs=0):
    """A function of both libraries on the same inputs: value and all gradients."""
    results = []
    arrays = [floats(*shape) for shape in shapes]
    if signs:
        arrays[-1] = np.sign(arrays[-1])
    for t in (tt, torch):
        inputs = [t.tensor(x) for x in arrays]
        leaves = [x.requires_grad_() for x in (inputs[:-1] if signs else inputs)]
        z = call(t.nn, *inputs)
        (z * z).sum().backward()
        results.append([z, *(x.grad for x in leaves)])
    for a, b in zip(*results, strict=True):
        alike(a, b, rtol=2e-4, atol=1e-5)


BESIDE = {
    "normalize": (lambda n, x: n.functional.normalize(x), (4, 3)),
    "normalize-1": (lambda n, x: n.functional.normalize(x, p=1, dim=0), (4, 3)),
    "normalize-3": (lambda n, x: n.functional.normalize(x, p=3.0, dim=-1), (4, 3)),
    "normalize-inf": (lambda n, x: n.functional.normalize(x, p=float("inf")), (4, 3)),
    "normalize-zeros": (lambda n, x: n.functional.normalize(x * 0), (4, 3)),
    "cosine_similarity": (lambda n, x, y: n.functional.cosine_similarity(x, y), (4, 3), (4, 3)),
    "cosine_similarity-all": (
        lambda n, x, y: n.CosineSimilarity(-1)(x.unsqueeze(1), y.unsqueeze(0)),
        (4, 3),
        (5, 3),
    ),
    "pairwise_distance": (lambda n, x, y: n.functional.pairwise_distance(x, y), (4, 3), (4, 3)),
    "PairwiseDistance": (lambda n, x, y: n.PairwiseDistance(1, keepdim=True)(x, y), (4, 3), (3,)),
    "triplet": (lambda n, *x: n.TripletMarginLoss()(*x), (4, 3), (4, 3), (4, 3)),
    "triplet-swap": (
        lambda n, *x: n.TripletMarginLoss(0.5, p=1, swap=True, reduction="none")(*x),
        (4, 3),
        (4, 3),
        (4, 3),
    ),
    "gaussian_nll": (
        lambda n, x, y, v: n.GaussianNLLLoss(full=True)(x, y, v * v),
        (4, 3),
        (4, 3),
        (4, 3),
    ),
    "gaussian_nll-one": (
        lambda n, x, y, v: n.GaussianNLLLoss(reduction="none")(x, y, v * v),
        (4, 3),
        (4, 3),
        (4, 1),
    ),
    "embedding_bag-offsets": (
        lambda n, w, s: n.functional.embedding_bag(
            (torch if n is torch.nn else tt).tensor([1, 2, 0, 2, 1]),
            w,
            (torch if n is torch.nn else tt).tensor([0, 2, 2]),
            mode="sum",
            per_sample_weights=s,
        ),
        (4, 3),
        (5,),
    ),
    "dropout-inplace": (
        lambda n, x: n.Dropout(0.0, inplace=True)(n.functional.relu(x * 1, inplace=True)),
        (4, 3),
    ),
}
SIGNED = {
    "margin_ranking": (lambda n, *x: n.MarginRankingLoss(0.1)(*x), (5,), (5,), (5,)),
    "cosine_embedding": (lambda n, *x: n.CosineEmbeddingLoss(0.2)(*x), (5, 3), (5, 3), (5,)),
    "cosine_embedding-one": (lambda n, *x: n.CosineEmbeddingLoss()(*x), (3,), (3,), ()),
}


@pytest.mark.parametrize("name", BESIDE)
def test_function(name):
    beside(*BESIDE[name])


@pytest.mark.parametrize("name", SIGNED)
def test_loss_of_pairs(name):
    beside(*SIGNED[name], signs=1)


RECURRENT = {
    "RNN": (lambda n: n.RNN(4, 3), (5, 2, 4)),
    "RNN-relu": (lambda n: n.RNN(4, 3, 2, "relu", bias=False, batch_first=True), (2, 5, 4)),
    "LSTM": (lambda n: n.LSTM(4, 3, 2, batch_first=True), (2, 5, 4)),
    "LSTM-both": (lambda n: n.LSTM(4, 3, 2, bidirectional=True), (5, 2, 4)),
    "LSTM-single": (lambda n: n.LSTM(4, 3), (5, 4)),
    "GRU": (lambda n: n.GRU(4, 3, 2, bidirectional=True), (5, 2, 4)),
    "RNNCell": (lambda n: n.RNNCell(4, 3), (2, 4)),
    "RNNCell-relu": (lambda n: n.RNNCell(4, 3, nonlinearity="relu"), (4,)),
    "LSTMCell": (lambda n: n.LSTMCell(4, 3, bias=False), (2, 4)),
    "GRUCell": (lambda n: n.GRUCell(4, 3), (2, 4)),
}


@pytest.mark.parametrize("name", RECURRENT)
def test_recurrent(name):
    make, shape = RECURRENT[name]
    ours, theirs = pair(make)
    x = floats(*shape)
    a, b = tt.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    state = states = None
    for _ in range(2):  # from zeros, then from where that ended
        first, second = ours(a, state), theirs(b, states)
        state, states = (first, second) if "Cell" in name else (first[1], second[1])
        for y, z in zip(flat(first), flat(second), strict=True):
            alike(y, z)
    sum((y * y).sum() for y in flat(first)).backward()
    sum((z * z).sum() for z in flat(second)).backward()
    alike(a.grad, b.grad, atol=2e-5)
    for (key, p), q in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        alike(p.grad, q.grad, f"gradient of {key}", atol=5e-5)


def flat(result):
    if not isinstance(result, tuple):
        return [result]
    return [x for part in result for x in flat(part)]


@pytest.mark.parametrize("name", LOSSES)
def test_loss(name):
    make, output, target = LOSSES[name]
    target = target.astype(np.float32) if target.dtype == bool else target
    a = tt.tensor(output, requires_grad=True)
    b = torch.tensor(output, requires_grad=True)
    y = make(nn, lambda w: np.array(w, np.float32))(a, tt.tensor(target))
    z = make(torch.nn, torch.tensor)(b, torch.tensor(target))
    alike(y, z)
    y.sum().backward()
    z.sum().backward()
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
