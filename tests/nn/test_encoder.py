"""PyTorch's own attention and encoder, with its weights, beside ours."""

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import nn

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:torch")
rng = np.random.default_rng(0)
BATCH, HEADS, T, S, D = 3, 2, 4, 5, 6
PADDING = np.array([[False] * 5, [False] * 3 + [True] * 2, [True] + [False] * 4])
HIDDEN = np.triu(np.ones((T, S), bool), 2)
MASKS = {
    "none": {},
    "hidden": {"attn_mask": HIDDEN},
    "padding": {"key_padding_mask": PADDING},
    "both": {"attn_mask": HIDDEN, "key_padding_mask": PADDING[[0, 1, 1]]},
    "added": {"attn_mask": rng.normal(size=(T, S)).astype(np.float32)},
    "added, padding": {
        "attn_mask": rng.normal(size=(T, S)).astype(np.float32),
        "key_padding_mask": np.where(PADDING, -np.inf, 0).astype(np.float32),
    },
    "by head": {"attn_mask": rng.random((BATCH * HEADS, T, S)) > 0.7},
}
MASKS["by head"]["attn_mask"][..., 0] = False


def pair(make):
    torch.manual_seed(0)
    ours, theirs = make(nn), make(torch.nn)
    state = {name: value.numpy() for name, value in theirs.state_dict().items()}
    assert list(ours.state_dict()) == list(state)
    ours.load_state_dict(state)
    return ours, theirs


def both(ours, theirs, arrays, options, call):
    results = []
    for t, module in ((tt, ours), (torch, theirs)):
        inputs = [t.tensor(x, requires_grad=True) for x in arrays]
        given = {k: t.tensor(v) if hasattr(v, "dtype") else v for k, v in options.items()}
        z = call(module, inputs, given)
        z = z if isinstance(z, tuple) else (z,)
        sum((part * part).sum() for part in z if part is not None).backward()
        grads = [x.grad for x in inputs]
        results.append([*z, *grads, *(p.grad for p in module.parameters())])
    for i, (a, b) in enumerate(zip(*results, strict=True)):
        if b is None:
            assert a is None
        else:
            np.testing.assert_allclose(
                a.detach().data, b.detach().numpy(), rtol=2e-4, atol=5e-5, err_msg=str(i)
            )


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("weights", [True, False])
def test_attention(mask, weights):
    ours, theirs = pair(lambda n: n.MultiheadAttention(D, HEADS, batch_first=weights))
    shapes = [(BATCH, n, D) if weights else (n, BATCH, D) for n in (T, S, S)]
    arrays = [rng.normal(size=shape).astype(np.float32) for shape in shapes]
    both(
        ours,
        theirs,
        arrays,
        {**MASKS[mask], "need_weights": weights, "average_attn_weights": mask != "both"},
        lambda m, x, o: m(*x, **o),
    )


def test_one_sequence():
    ours, theirs = pair(lambda n: n.MultiheadAttention(D, HEADS, bias=False))
    arrays = [rng.normal(size=(n, D)).astype(np.float32) for n in (T, S, S)]
    both(ours, theirs, arrays, {"key_padding_mask": PADDING[1]}, lambda m, x, o: m(*x, **o))


@pytest.mark.parametrize("norm_first", [True, False])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_encoder(norm_first, activation):
    def make(n):
        layer = n.TransformerEncoderLayer(
            D, HEADS, 7, 0.0, activation, batch_first=True, norm_first=norm_first
        )
        kwargs = {} if n is nn else {"enable_nested_tensor": False}
        return n.TransformerEncoder(layer, 2, n.LayerNorm(D), **kwargs)

    ours, theirs = pair(make)
    x = rng.normal(size=(BATCH, S, D)).astype(np.float32)
    options = {
        "mask": np.triu(np.ones((S, S), bool), 1),
        "src_key_padding_mask": PADDING[[0, 1, 1]],
    }
    both(ours, theirs, [x], options, lambda m, x, o: m(*x, **o))


def test_a_causal_encoder_reads_no_further():
    layer = nn.TransformerEncoderLayer(D, HEADS, 7, batch_first=True).eval()
    x = tt.tensor(rng.normal(size=(1, S, D)).astype(np.float32), requires_grad=True)
    z = layer(x, is_causal=True)[:, 2]
    (z * tt.arange(D)).sum().backward()  # the sum of a normalized row is constant
    assert x.grad.data[0, :3].any() and not x.grad.data[0, 3:].any()
    with pytest.raises(ValueError, match="activation must be 'relu', 'gelu' or a function"):
        nn.TransformerEncoderLayer(D, HEADS, activation="tan")


SOME = np.triu(np.ones((T, T), bool), 1)
READING = {
    "none": {},
    "causal": {"tgt_mask": np.where(SOME, -np.inf, 0).astype(np.float32)},
    "said to be causal": {"tgt_mask": SOME, "tgt_is_causal": True},
    "padded": {
        "src_key_padding_mask": PADDING,
        "memory_key_padding_mask": PADDING,
        "tgt_key_padding_mask": np.array([[False] * 4, [False] * 4, [False] * 3 + [True]]),
        "tgt_mask": SOME,
    },
    "memory": {"memory_mask": HIDDEN, "src_mask": np.triu(np.ones((S, S), bool), 2)},
}


@pytest.mark.parametrize("masks", READING)
@pytest.mark.parametrize(
    "options",
    [
        {"batch_first": True, "activation": "gelu"},
        {"norm_first": True, "bias": False},
        {"norm_first": True, "batch_first": True},
        {},
    ],
    ids=str,
)
def test_transformer(masks, options):
    def make(n):
        return n.Transformer(D, HEADS, 2, 2, 7, 0.0, **options)

    ours, theirs = pair(make)
    first = options.get("batch_first")
    shapes = [(BATCH, n, D) if first else (n, BATCH, D) for n in (S, T)]
    arrays = [rng.normal(size=shape).astype(np.float32) for shape in shapes]
    both(ours, theirs, arrays, READING[masks], lambda m, x, o: m(*x, **o))


def test_a_transformer_of_single_sequences_and_its_mask():
    ours, theirs = pair(lambda n: n.Transformer(D, HEADS, 1, 1, 7, 0.0))
    arrays = [rng.normal(size=(n, D)).astype(np.float32) for n in (S, T)]
    both(ours, theirs, arrays, {}, lambda m, x, o: m(*x))
    masks = [n.Transformer.generate_square_subsequent_mask(4) for n in (nn, torch.nn)]
    assert masks[0].dtype == np.float32 and np.array_equal(masks[0], masks[1])
    double = nn.Transformer(D, HEADS, 1, 1, 7, dtype=tt.float64, device="cpu")
    assert {p.dtype for p in double.parameters()} == {np.dtype(np.float64)}
    with pytest.raises(ValueError, match=r"tgt \(4, 2, 6\) must have one batch \(axis 1\)"):
        ours(tt.ones(5, 3, D), tt.ones(4, 2, D))
    with pytest.raises(ValueError, match="must be d_model 6"):
        ours(tt.ones(5, 3, D), tt.ones(4, 3, D + 1))


def test_a_transformer_starts_as_in_pytorch():
    for (name, p), (other, q) in zip(
        nn.Transformer(64, 2, 1, 1, 96).named_parameters(),
        torch.nn.Transformer(64, 2, 1, 1, 96).named_parameters(),
        strict=True,
    ):
        assert name == other and p.shape == tuple(q.shape)
        a, b = np.asarray(p.detach()), q.detach().numpy()
        if b.std() == 0:
            assert np.array_equal(a, b), name
        else:
            assert a.std() == pytest.approx(b.std(), rel=0.25), name
            assert np.abs(a).max() == pytest.approx(np.abs(b).max(), rel=0.15), name


def test_a_decoder_of_layers_of_ones_own_kind():
    class Layer(nn.Module):
        def __init__(self):
            super().__init__()
            self.bias = nn.Parameter(tt.zeros(D))

        def forward(self, tgt, memory, **masks):
            return tgt + memory.mean(0) + self.bias

    decoder = nn.TransformerDecoder(Layer(), 3)
    z = decoder(tt.zeros(T, BATCH, D), tt.ones(S, BATCH, D))
    assert np.array_equal(z.detach(), np.full((T, BATCH, D), 3.0))
    assert len(list(decoder.parameters())) == 3
