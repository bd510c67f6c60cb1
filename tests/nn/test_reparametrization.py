"""Weights that are computed, first values by other names, and clipping in two steps."""

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import nn

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore:.torch.nn.utils.weight_norm. is deprecated")
rng = np.random.default_rng(4)
LAYERS = {
    "Linear": (lambda n: n.Linear(5, 4), (3, 5)),
    "Conv2d": (lambda n: n.Conv2d(4, 6, 3, groups=2), (2, 4, 5, 5)),
    "ConvTranspose2d": (lambda n: n.ConvTranspose2d(4, 6, 3), (2, 4, 5, 5)),
    "no bias": (lambda n: n.Linear(5, 4, bias=False), (3, 5)),
}
NORMS = {
    "weight": ("weight_norm", {}),
    "weight, other axis": ("weight_norm", {"dim": 1}),
    "weight, all": ("weight_norm", {"dim": None}),
    "spectral": ("spectral_norm", {}),
    "spectral, three steps": ("spectral_norm", {"n_power_iterations": 3}),
}


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("norm", NORMS)
def test_training_with_computed_weights(layer, norm):
    make, shape = LAYERS[layer]
    name, options = NORMS[norm]
    torch.manual_seed(0)
    theirs = getattr(torch.nn.utils, name)(make(torch.nn), **options)
    ours = getattr(nn.utils, name)(make(nn), **options)
    state = {k: v.detach().numpy().copy() for k, v in theirs.state_dict().items()}
    assert list(ours.state_dict()) == list(state)
    assert [n for n, _ in ours.named_parameters()] == [n for n, _ in theirs.named_parameters()]
    ours.load_state_dict(state)
    x = rng.normal(size=shape).astype(np.float32)
    found = []
    for t, module in ((tt, ours), (torch, theirs)):
        sgd, path = t.optim.SGD(module.parameters(), lr=0.05), []
        for _ in range(4):
            sgd.zero_grad()
            loss = (module(t.tensor(x)) * module(t.tensor(x)).sin()).mean()  # two calls
            loss.backward()
            sgd.step()
            path.append(loss.item())
        module.eval()
        end = module(t.tensor(x)).detach()
        getattr(t.nn.utils, f"remove_{name}")(module)
        np.testing.assert_allclose(module(t.tensor(x)).detach(), end, rtol=1e-4, atol=1e-5)
        found.append((path, end, module.state_dict()))
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=1e-3, atol=1e-4)
    assert found[0][2].keys() == found[1][2].keys()
    assert {n for n, _ in ours.named_parameters()} == {n for n, _ in theirs.named_parameters()}


def test_a_spectral_norm_is_one():
    tt.manual_seed(0)
    layer = nn.utils.spectral_norm(nn.Linear(6, 5), n_power_iterations=30)
    layer(tt.ones(1, 6))
    assert np.linalg.norm(np.asarray(layer.weight.detach()), 2) == pytest.approx(1, rel=1e-4)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda m: nn.utils.weight_norm(m, "w"), ValueError, "Linear has no parameter 'w'"),
        (lambda m: nn.utils.weight_norm(nn.utils.weight_norm(m)), RuntimeError, "computed already"),
        (lambda m: nn.utils.remove_weight_norm(m), ValueError, "'weight' of Linear is not comp"),
        (lambda m: nn.utils.remove_spectral_norm(m), ValueError, "is not computed"),
        (
            lambda m: nn.utils.spectral_norm(m, n_power_iterations=0),
            ValueError,
            "at least 1, got 0",
        ),
        (lambda m: nn.utils.skip_init(m), TypeError, "expected a class of modules"),
        (lambda m: nn.init.dirac_(m.weight), ValueError, "none of a convolution's weight"),
        (lambda m: nn.init.sparse_(m.weight, 1.5), ValueError, "a share in"),
        (lambda m: nn.utils.clip_grads_with_norm_(m.parameters(), -1, 1), ValueError, "negative"),
    ],
)
def test_what_is_refused(call, error, text):
    with pytest.raises(error, match=text):
        call(nn.Linear(3, 2))


@pytest.mark.parametrize("shape", [(6, 4, 3), (4, 6, 5, 2), (6, 2, 3, 4, 3), (2, 2, 1)])
@pytest.mark.parametrize("groups", [1, 2])
def test_windows_that_hand_on(shape, groups):
    ours = nn.init.dirac_(tt.ones(*shape), groups)
    theirs = torch.nn.init.dirac_(torch.ones(*shape), groups)
    assert np.array_equal(ours, theirs)


def test_sparse_columns():
    tt.manual_seed(0)
    w = nn.init.sparse_(tt.ones(50, 400), 0.33, std=0.5).data
    assert ((w == 0).sum(0) == 17).all()  # the share, rounded up
    assert len({tuple(column) for column in (w == 0).T}) > 390
    assert w[w != 0].std() == pytest.approx(0.5, rel=0.03)


OLDER = "constant dirac eye kaiming_normal kaiming_uniform normal orthogonal sparse uniform"


@pytest.mark.parametrize("name", [*OLDER.split(), "xavier_normal", "xavier_uniform"])
def test_older_names_of_initializers_warn(name):
    args = {"constant": (2.0,), "sparse": (0.5,)}.get(name, ())
    shape = (4, 4, 3) if name == "dirac" else (4, 4)
    tt.manual_seed(0)
    expected = getattr(nn.init, f"{name}_")(tt.ones(*shape), *args)
    tt.manual_seed(0)
    with pytest.warns(FutureWarning, match=f"nn.init.{name} is deprecated: use {name}_"):
        assert np.array_equal(getattr(nn.init, name)(tt.ones(*shape), *args), expected)


@pytest.mark.parametrize(
    "name", "uniform_ normal_ trunc_normal_ orthogonal_ xavier_uniform_ kaiming_normal_".split()
)
def test_initializers_draw_from_a_generator_of_ones_own(name):
    draw = getattr(nn.init, name)
    first, again = (
        draw(tt.ones(4, 3), generator=tt.Generator().manual_seed(5)).tolist() for _ in range(2)
    )
    assert first == again


@pytest.mark.parametrize("order", [2.0, 1.0, float("inf")])
def test_clipping_in_two_steps_as_in_pytorch(order):
    found = []
    for t in tt, torch:
        p = [t.tensor(x, requires_grad=True) for x in ([1.0, 2.0], [[3.0], [-4.0]])]
        sum((x * x).sum() for x in p).backward()
        norm = t.nn.utils.get_total_norm([x.grad for x in p], order)
        t.nn.utils.clip_grads_with_norm_(p, 1.5, norm)
        found.append([norm.item(), *(x.grad.tolist() for x in p)])
    assert found[0][0] == pytest.approx(found[1][0])
    for a, b in zip(found[0][1:], found[1][1:], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)
    p = nn.Linear(2, 2)
    p(tt.ones(1, 2)).sum().backward()
    with pytest.warns(FutureWarning, match="use clip_grad_norm_"):
        assert nn.utils.clip_grad_norm(p.parameters(), 1.0).item() > 1
    with pytest.raises(RuntimeError, match="get_total_norm: the norm of the gradients is nan"):
        nn.utils.get_total_norm([tt.tensor([float("nan")])], error_if_nonfinite=True)


def test_a_norm_too_large_for_float16_clips_all_the_same():
    p = tt.zeros(4, dtype=tt.float16, requires_grad=True)
    p.grad = tt.full((4,), 6e4, dtype=tt.float16)
    nn.utils.clip_grad_norm_(p, 1.0)
    np.testing.assert_allclose(p.grad, 0.5, rtol=1e-3)


def test_buffers_by_assignment():
    class Counted(nn.Module):
        def __init__(self):
            super().__init__()
            self.seen = nn.Buffer(tt.zeros(2))
            self.rest = nn.Buffer(tt.ones(1), persistent=False)

    module = Counted()
    assert [n for n, _ in module.named_buffers()] == ["seen", "rest"]
    assert list(module.state_dict()) == ["seen"] and not list(module.parameters())
    module.load_state_dict({"seen": tt.tensor([3.0, 4.0])})
    assert (module.seen + 1).tolist() == [4.0, 5.0]
    module.seen = nn.Buffer(tt.ones(3))
    assert module.state_dict()["seen"].shape == (3,)


def test_a_layer_that_leaves_the_random_numbers_alone():
    tt.manual_seed(1)
    expected = tt.rand(3).tolist()
    tt.manual_seed(1)
    layer = nn.utils.skip_init(nn.Linear, 3, out_features=2)
    assert layer.weight.shape == (2, 3) and tt.rand(3).tolist() == expected
