"""Arguments of layers that PyTorch's programs pass: dtypes, devices, and running statistics."""

import inspect

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import nn

torch = pytest.importorskip("torch")
rng = np.random.default_rng(6)
LAYERS = {
    "BatchNorm1d": (3,),
    "BatchNorm2d": (3,),
    "BatchNorm3d": (3,),
    "Bilinear": (3, 2, 4),
    "Conv1d": (3, 4, 2),
    "Conv2d": (3, 4, 2),
    "Conv3d": (3, 4, 2),
    "ConvTranspose1d": (3, 4, 2),
    "ConvTranspose2d": (3, 4, 2),
    "Embedding": (5, 3),
    "GRU": (3, 4),
    "GRUCell": (3, 4),
    "GroupNorm": (2, 4),
    "LSTM": (3, 4),
    "LSTMCell": (3, 4),
    "LayerNorm": (3,),
    "Linear": (3, 4),
    "MultiheadAttention": (4, 2),
    "PReLU": (3,),
    "RMSNorm": (3,),
    "RNN": (3, 4),
    "RNNCell": (3, 4),
    "Transformer": (4, 2, 1, 1, 5),
    "TransformerDecoderLayer": (4, 2, 5),
    "TransformerEncoderLayer": (4, 2, 5),
}


@pytest.mark.filterwarnings("ignore:enable_nested_tensor is True")
@pytest.mark.parametrize("name", LAYERS)
def test_layers_are_made_in_a_dtype_on_the_cpu(name):
    ours = getattr(nn, name)(*LAYERS[name], device="cpu", dtype=tt.float64)
    theirs = getattr(torch.nn, name)(*LAYERS[name], device="cpu", dtype=torch.float64)
    state = theirs.state_dict()
    assert list(ours.state_dict()) == list(state)
    for key, value in ours.state_dict().items():
        assert value.shape == tuple(state[key].shape), key
        assert value.dtype == np.asarray(state[key]).dtype, key
    with pytest.raises(RuntimeError, match="is not there"):
        getattr(nn, name)(*LAYERS[name], device="cuda")


@pytest.mark.parametrize(
    "name", ["BatchNorm2d", "GroupNorm", "InstanceNorm2d", "LayerNorm", "MultiheadAttention"]
)
def test_arguments_have_pytorchs_order(name):
    ours, theirs = (
        [
            key
            for key, p in inspect.signature(getattr(library, name)).parameters.items()
            if p.kind is p.POSITIONAL_OR_KEYWORD
        ]
        for library in (nn, torch.nn)
    )
    assert ours == theirs


@pytest.mark.parametrize("name", ["InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"])
@pytest.mark.parametrize("affine", [False, True])
def test_running_statistics_of_instances(name, affine):
    shape = (4, 3, 5, 2, 3)[: 2 + int(name[-2])]
    found = []
    for t, n in ((tt, nn), (torch, torch.nn)):
        draw, seen = np.random.default_rng(3), []
        layer = getattr(n, name)(3, 1e-4, 0.3, affine, True)
        for _ in range(3):
            x = t.tensor(draw.normal(2, 3, size=shape).astype(np.float32), requires_grad=True)
            layer(x).sin().sum().backward()
            seen.append(x.grad)
        layer.eval()
        x = t.tensor(draw.normal(size=shape).astype(np.float32), requires_grad=True)
        z = layer(x)
        z.sin().sum().backward()
        seen += [z.detach(), x.grad, *layer.state_dict().values()]
        found.append([list(layer.state_dict()), [np.asarray(s) for s in seen]])
    assert found[0][0] == found[1][0]
    for a, b in zip(found[0][1], found[1][1], strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_instances_by_given_statistics():
    x, mean, var = rng.normal(size=(2, 3, 4)), rng.normal(size=3), rng.uniform(1, 2, 3)
    a, b = (
        t.nn.functional.instance_norm(
            *(t.tensor(v) for v in (x, mean, var)), use_input_stats=False, eps=1e-3
        )
        for t in (tt, torch)
    )
    np.testing.assert_allclose(a, b, rtol=1e-9)


@pytest.mark.parametrize("name", ["BatchNorm2d", "GroupNorm", "InstanceNorm2d"])
def test_norms_without_a_bias(name):
    args = {"GroupNorm": (1, 3), "InstanceNorm2d": (3, 1e-5, 0.1, True)}.get(name, (3,))
    layer = getattr(nn, name)(*args, bias=False)
    assert layer.bias is None and layer.weight.shape == (3,)
    assert layer(tt.tensor(rng.normal(size=(2, 3, 4, 4)))).shape == (2, 3, 4, 4)


def test_what_attention_does_without():
    for options in {"add_bias_kv": True}, {"add_zero_attn": True}, {"kdim": 5}:
        with pytest.raises(NotImplementedError, match="MultiheadAttention: "):
            nn.MultiheadAttention(4, 2, **options)
    assert nn.MultiheadAttention(4, 2, kdim=4, vdim=4).embed_dim == 4


def test_adam_takes_its_decay_from_the_weights_on_request():
    found = []
    for t in tt, torch:
        p = t.tensor([1.0, -2.0], requires_grad=True)
        adam = t.optim.Adam([p], lr=0.1, weight_decay=0.2, decoupled_weight_decay=True)
        for _ in range(5):
            adam.zero_grad()
            (p * p).sum().backward()
            adam.step()
        found.append(p.tolist())
    assert found[0] == pytest.approx(found[1], rel=1e-5)
