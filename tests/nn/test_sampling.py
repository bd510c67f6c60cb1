"""Samples of images, distances of pairs, volumes and drawn activations beside PyTorch's."""

import math

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import nn

torch = pytest.importorskip("torch")
F = nn.functional
rng = np.random.default_rng(8)
IMAGE = rng.normal(size=(2, 3, 5, 4))
WIDE = rng.uniform(-2.7, 2.7, size=(2, 6, 5, 2))
CORNERS = np.array([[[[-1, -1], [1, 1], [0, 0], [-3, 5.5], [1, -1.25], [0.2, 2]]]] * 2, float)


def gradients(t, call, *arrays):
    xs = [t.tensor(x, requires_grad=True) for x in arrays]
    z = call(t.nn.functional, *xs)
    weights = np.random.default_rng(1).normal(size=tuple(z.shape))
    (z * t.tensor(weights)).sum().backward()
    return [np.asarray(y.detach()) for y in (z, *(x.grad for x in xs))]


def compare(call, *arrays):
    for a, b in zip(*(gradients(t, call, *arrays) for t in (tt, torch)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("grid", [WIDE, CORNERS], ids=["wide", "corners"])
@pytest.mark.parametrize("corners", [False, True])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("mode", ["bilinear", "nearest"])
def test_samples_of_images(grid, corners, padding, mode):
    if mode == "nearest" and grid is CORNERS and not corners:
        grid = CORNERS + 1e-3  # which of two equally near pixels is rounding

    def call(f, x, g):
        return f.grid_sample(x, g, mode, padding, corners)

    compare(call, IMAGE, grid)


@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
def test_samples_have_gradients_to_second_order(padding):
    x = tt.tensor(IMAGE[:1, :1], requires_grad=True)
    g = tt.tensor(WIDE[:1, :2, :2], requires_grad=True)

    def sampled(x, g):
        return F.grid_sample(x, g, padding_mode=padding, align_corners=False)

    tt.autograd.gradcheck(sampled, (x, g))
    tt.autograd.gradgradcheck(sampled, (x, g))


def test_a_spatial_transformer():
    theta = np.array([[[0.8, -0.3, 0.1], [0.2, 0.9, -0.2]], [[1.0, 0, 0], [0, 1, 0]]])

    def call(f, theta, x):
        grid = f.affine_grid(theta, x.shape, align_corners=False)
        return f.grid_sample(x, grid, align_corners=False)

    compare(call, theta, IMAGE)
    same = F.affine_grid(tt.tensor(theta[1:]), (1, 3, 5, 4))
    z = F.grid_sample(tt.tensor(IMAGE[1:]), same)
    np.testing.assert_allclose(z, IMAGE[1:], atol=1e-12)


ROWS = np.array([[0.0, 1.0, 2.0], [0.5, -1.0, 2.0], [0.5, -1.0, 2.0], [3.0, 0.0, -1.0]])


@pytest.mark.parametrize("p", [2.0, 1.0, 3.0, 0.0, np.inf, 1.5])
def test_distances_of_all_pairs(p):
    tied = 0.25 * (p == np.inf)  # where two are largest, PyTorch gives each all of the gradient
    compare(
        lambda f, x: f.pdist(x, p), ROWS[[0, 1, 3]] + tied * np.arange(9).reshape(3, 3) ** 2 / 9
    )
    a, b = (t.nn.functional.pdist(t.tensor(ROWS), p) for t in (tt, torch))  # two rows are equal
    np.testing.assert_allclose(a, b, rtol=1e-12)
    x = tt.tensor(ROWS, requires_grad=True)
    F.pdist(x, p).sum().backward()
    assert np.isfinite(x.grad).all()


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda x: F.grid_sample(x, x, mode="bicubic"), ValueError, "mode must be 'bilinear' or"),
        (lambda x: F.grid_sample(x, x, padding_mode="wrap"), ValueError, "padding_mode must be"),
        (lambda x: F.grid_sample(x, x), ValueError, "expected an input .* and a grid"),
        (lambda x: F.grid_sample(x, tt.ones(2, 1, 1, 2)), TypeError, "is float64, grid float32"),
        (lambda x: F.affine_grid(x, (1, 1, 2, 2)), ValueError, "affine_grid: theta"),
        (lambda x: F.pdist(x), ValueError, r"pdist: expected rows \(N, M\)"),
        (lambda x: F.pixel_unshuffle(x, 2), ValueError, "no multiples of 2"),
        (lambda x: F.channel_shuffle(x, 2), ValueError, "do not divide into 2 groups"),
        (lambda x: F.softshrink(x, -1), ValueError, "lambd must not be negative"),
        (lambda x: F.hardshrink(tt.arange(3)), TypeError, "hardshrink: expected floating"),
        (lambda x: F.rrelu(x, 0.5, 0.1), ValueError, "lower must not be above upper"),
        (lambda x: F.alpha_dropout(x, 1.5, True), ValueError, "alpha_dropout: p must be a prob"),
        (lambda x: F.dropout1d(x), ValueError, r"dropout1d: expected sequences \(N, C, L\)"),
        (lambda x: F.dropout3d(x[0]), ValueError, "dropout3d: expected volumes"),
        (lambda x: F.relu_(x.requires_grad_()), RuntimeError, "write over a leaf"),
        (lambda x: F.bilinear(x, x, tt.ones(2, 3, 3)), ValueError, "do not go together"),
        (lambda x: F.local_response_norm(x[0, 0], 2), ValueError, "three axes, got"),
        (lambda x: nn.ReflectionPad1d(1)(x), ValueError, "ReflectionPad1d: expected 1 axes"),
        (lambda x: nn.Softmax2d()(x[0, 0]), ValueError, r"expected \(N, C, H, W\)"),
        (lambda x: nn.Bilinear(0, 1, 1), ValueError, "in1_features must be at least 1"),
    ],
)
def test_what_is_refused(call, error, text):
    with pytest.raises(error, match=text):
        call(tt.tensor(IMAGE))


IN_PLACE = {
    "relu_": (),
    "leaky_relu_": (0.3,),
    "elu_": (0.5,),
    "celu_": (0.5,),
    "selu_": (),
    "hardtanh_": (-0.5, 0.4),
    "threshold_": (0.1, -2.0),
    "rrelu_": (),
}


@pytest.mark.parametrize("name", IN_PLACE)
def test_in_place_forms(name):
    def call(f, x):
        y = x * 2
        assert getattr(f, name)(y, *IN_PLACE[name]) is y
        return y

    compare(call, IMAGE)


def test_slopes_are_drawn_for_each_element():
    tt.manual_seed(0)
    x = tt.tensor(np.where(rng.random(40_000) < 0.5, -1.0, 2.0), requires_grad=True)
    layer = nn.RReLU(0.1, 0.4)
    z = layer(x)
    z.sum().backward()
    low = x.data < 0
    slopes = -z.detach().data[low]
    assert slopes.min() >= 0.1 and slopes.max() <= 0.4
    assert slopes.mean() == pytest.approx(0.25, abs=2e-3)
    assert slopes.std() == pytest.approx(0.3 / math.sqrt(12), rel=0.02)
    assert np.array_equal(x.grad.data[low], slopes) and set(x.grad.data[~low]) == {1.0}
    assert layer.eval()(tt.tensor(-1.0)).item() == pytest.approx(-0.25)


def test_a_gumbel_softmax_draws_classes_by_their_probabilities():
    tt.manual_seed(0)
    p = np.array([0.1, 0.6, 0.3])
    logits = tt.tensor(np.tile(np.log(p), (20_000, 1)), requires_grad=True)
    hard = F.gumbel_softmax(logits, tau=0.7, hard=True)
    assert np.isclose(hard.detach().data, np.round(hard.detach().data)).all()
    np.testing.assert_allclose(hard.detach().data.mean(0), p, atol=0.015)
    tt.manual_seed(3)
    soft = F.gumbel_softmax(logits, tau=0.7)
    np.testing.assert_allclose(soft.detach().data.sum(-1), 1)
    (soft * tt.tensor(p)).sum().backward()
    expected, logits.grad = logits.grad, None
    tt.manual_seed(3)
    (F.gumbel_softmax(logits, tau=0.7, hard=True) * tt.tensor(p)).sum().backward()
    np.testing.assert_allclose(logits.grad, expected)  # straight through
    columns = F.gumbel_softmax(logits.detach().T, hard=True, dim=0).sum(0)
    np.testing.assert_allclose(columns, 1)
    with pytest.warns(UserWarning, match="eps has no effect"):
        F.gumbel_softmax(logits, eps=1e-3)


def test_alpha_dropout_keeps_mean_and_variance():
    tt.manual_seed(0)
    x = tt.randn(200_000)
    z = nn.AlphaDropout(0.3)(x).data
    assert z.mean() == pytest.approx(0, abs=0.01) and z.std() == pytest.approx(1, abs=0.01)
    dropped = np.isclose(z, np.min(z[np.isclose(z, np.median(z[z < -0.9]))]), atol=1e-5).mean()
    torch.manual_seed(0)
    theirs = torch.nn.functional.alpha_dropout(torch.zeros(50_000), 0.3, True).numpy()
    ours = F.alpha_dropout(tt.zeros(50_000), 0.3, True).data
    np.testing.assert_allclose(np.unique(ours), np.unique(theirs), rtol=1e-6)
    assert (ours == ours.min()).mean() == pytest.approx(0.3, abs=0.01) and dropped < 0.35
    features = F.feature_alpha_dropout(tt.zeros(200, 50, 3, 2), 0.3, True).data
    assert (features == features[:, :, :1, :1]).all()
    assert (features == features.min()).mean() == pytest.approx(0.3, abs=0.03)
    assert np.array_equal(F.alpha_dropout(x, 1.0, True), np.zeros_like(x))
    assert nn.AlphaDropout(0.3).eval()(x) is x


@pytest.mark.parametrize(("name", "shape"), [("1d", (50, 40, 6)), ("3d", (50, 40, 2, 3, 2))])
def test_whole_channels_are_left_out(name, shape):
    tt.manual_seed(0)
    z = getattr(nn, f"Dropout{name}")(0.25)(tt.ones(*shape)).data
    flat = z.reshape(*shape[:2], -1)
    assert (flat == flat[:, :, :1]).all() and set(np.unique(flat)) == {0, np.float32(4 / 3)}
    assert (flat == 0).mean() == pytest.approx(0.25, abs=0.03)
    assert getattr(F, f"dropout{name}")(tt.ones(*shape[1:]), 0.25).shape == shape[1:]


MODULES = {
    "Threshold": ((0.1, 7.0), IMAGE),
    "Hardshrink": ((0.3,), IMAGE),
    "Softshrink": ((0.3,), IMAGE),
    "Tanhshrink": ((), IMAGE),
    "Softmax2d": ((), IMAGE),
    "PixelUnshuffle": ((2,), IMAGE[:, :, :4]),
    "ChannelShuffle": ((3,), IMAGE),
    "LPPool1d": ((2, 2), np.abs(IMAGE[0])),
    "LPPool2d": ((3, 2, 1), np.abs(IMAGE)),
    "LocalResponseNorm": ((2, 0.5), IMAGE),
    "AdaptiveMaxPool1d": ((3,), IMAGE[0]),
    "UpsamplingNearest2d": ((None, 2), IMAGE),
    "UpsamplingBilinear2d": (((7, 9),), IMAGE),
    "ZeroPad1d": ((2,), IMAGE[0]),
    "ConstantPad1d": (((1, 2), 3.5), IMAGE[0]),
    "ReflectionPad1d": (((1, 2),), IMAGE[0]),
    "ReplicationPad1d": ((3,), IMAGE[0]),
    "CircularPad1d": (((1, 2),), IMAGE[0]),
    "CircularPad2d": (((1, 2, 2, 0),), IMAGE),
    "ZeroPad3d": ((1,), IMAGE[None]),
    "ConstantPad3d": (((1, 0, 2, 1, 0, 1), -1.0), IMAGE[None]),
    "ReflectionPad3d": ((1,), IMAGE[None]),
    "ReplicationPad3d": (((1, 0, 2, 1, 0, 1),), IMAGE[None]),
    "CircularPad3d": (((1, 0, 2, 1, 0, 1),), IMAGE[None]),
    "MaxPool3d": ((2,), IMAGE[None]),
    "AvgPool3d": ((2, 1, 1), IMAGE[None]),
    "AdaptiveAvgPool3d": (((2, 3, 1),), IMAGE[None]),
    "AdaptiveMaxPool3d": ((2,), IMAGE),
    "InstanceNorm3d": ((2,), IMAGE[None]),
}


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.filterwarnings("ignore::UserWarning:torch")
def test_modules(name):
    args, x = MODULES[name]
    ours, theirs = (getattr(t.nn, name)(*args)(t.tensor(x.copy())) for t in (tt, torch))
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
    assert name in repr(getattr(nn, name)(*args))


LAYERS = {
    "Conv3d": ((2, 4, (2, 3, 1)), {"padding": 1, "padding_mode": "circular"}, (3, 2, 4, 5, 4)),
    "ConvTranspose1d": ((4, 6, 3), {"stride": 2, "groups": 2}, (3, 4, 5)),
    "BatchNorm3d": ((2,), {}, (3, 2, 4, 5, 4)),
    "InstanceNorm3d": ((2,), {"affine": True}, (3, 2, 4, 5, 4)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers_with_weights(name):
    args, options, shape = LAYERS[name]
    theirs = getattr(torch.nn, name)(*args, **options)
    ours = getattr(nn, name)(*args, **options)
    ours.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    assert list(ours.state_dict()) == list(theirs.state_dict())
    x = rng.normal(size=shape).astype(np.float32)
    found = []
    for t, layer in ((tt, ours), (torch, theirs)):
        leaf = t.tensor(x, requires_grad=True)
        z = layer(leaf)
        (z * z).sum().backward()
        found.append([z, leaf.grad, *(p.grad for p in layer.parameters())])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a.detach().data, b.detach().numpy(), rtol=1e-3, atol=2e-4)
    if f"Lazy{name}" in dir(torch.nn):
        lazy = getattr(nn, f"Lazy{name}")(*args[1:], **options)
        assert lazy(tt.tensor(x)).shape == tuple(found[1][0].shape) and type(lazy) is type(ours)


@pytest.mark.parametrize(
    ("name", "args"),
    [("Bilinear", (30, 20, 40)), ("Conv3d", (8, 9, 3)), ("ConvTranspose1d", (8, 40, 5))],
)
def test_layers_start_as_in_pytorch(name, args):
    for p, q in zip(
        getattr(nn, name)(*args).parameters(),
        getattr(torch.nn, name)(*args).parameters(),
        strict=True,
    ):
        a, b = np.asarray(p.detach()), q.detach().numpy()
        assert a.shape == b.shape
        assert np.abs(a).max() == pytest.approx(np.abs(b).max(), rel=0.12)
        assert a.std() == pytest.approx(b.std(), rel=0.4)


def test_the_bilinear_layer():
    theirs = torch.nn.Bilinear(3, 2, 4)
    ours = nn.Bilinear(3, 2, 4)
    ours.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    x, y = (rng.normal(size=(5, n)).astype(np.float32) for n in (3, 2))
    a, b = ours(tt.tensor(x), tt.tensor(y)), theirs(torch.tensor(x), torch.tensor(y))
    np.testing.assert_allclose(a.detach(), b.detach().numpy(), rtol=1e-5, atol=1e-6)
    assert nn.Bilinear(3, 2, 4, bias=False).bias is None


@pytest.mark.parametrize("name", ["upsample", "upsample_nearest", "upsample_bilinear"])
def test_older_names_warn(name):
    with pytest.warns(UserWarning, match=f"{name} is deprecated: use interpolate"):
        ours = getattr(F, name)(tt.tensor(IMAGE), scale_factor=2)
    with pytest.warns(UserWarning):
        theirs = getattr(torch.nn.functional, name)(torch.tensor(IMAGE), scale_factor=2)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)
