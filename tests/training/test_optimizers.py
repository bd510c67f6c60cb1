"""Optimizers: their formulas by hand, PyTorch's paths, and what they refuse."""

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import nn, optim
from tinytorch.core.engine import versions
from tinytorch.nn.utils import clip_grad_norm_, clip_grad_value_

SETTINGS = [
    ("SGD", {"lr": 0.05}),
    ("SGD", {"lr": 0.05, "momentum": 0.9}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.05}),
    ("Adam", {"lr": 0.05, "betas": (0.7, 0.9), "eps": 1e-3, "weight_decay": 0.1}),
    ("AdamW", {"lr": 0.05, "weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.05}),
    ("RMSprop", {"lr": 0.05, "alpha": 0.9, "momentum": 0.5, "weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.05, "momentum": 0.5, "centered": True}),
    ("SGD", {"lr": 0.01, "momentum": 0.5, "weight_decay": 0.1, "maximize": True}),
    ("Adam", {"lr": 0.05, "amsgrad": True}),
    ("Adam", {"lr": 0.01, "weight_decay": 0.1, "maximize": True}),
    ("AdamW", {"lr": 0.05, "amsgrad": True, "maximize": True}),
    ("RMSprop", {"lr": 0.01, "maximize": True}),
    ("Adagrad", {"lr": 0.1}),
    (
        "Adagrad",
        {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.5},
    ),
    ("Adadelta", {}),
    ("Adadelta", {"lr": 0.5, "rho": 0.8, "weight_decay": 0.1, "maximize": True}),
    ("NAdam", {"lr": 0.05}),
    ("NAdam", {"lr": 0.05, "weight_decay": 0.1, "momentum_decay": 0.1}),
    ("NAdam", {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True}),
    ("RAdam", {"lr": 0.05}),
    ("RAdam", {"lr": 0.05, "betas": (0.8, 0.9), "weight_decay": 0.1}),
    ("RAdam", {"lr": 0.05, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True}),
    ("Adamax", {"lr": 0.05}),
    ("Adamax", {"lr": 0.05, "betas": (0.7, 0.9), "weight_decay": 0.1, "maximize": True}),
    ("Rprop", {}),
    ("Rprop", {"lr": 0.1, "etas": (0.4, 1.3), "step_sizes": (1e-3, 0.2)}),
    ("Rprop", {"step_sizes": (1e-3, 0.02), "maximize": True}),
    ("ASGD", {"lr": 0.02}),
    ("ASGD", {"lr": 0.02, "lambd": 0.1, "alpha": 0.9, "t0": 3, "weight_decay": 0.1}),
    ("ASGD", {"lr": 0.01, "maximize": True}),
    ("Adafactor", {"lr": 0.05}),
    ("Adafactor", {"beta2_decay": -0.5, "eps": (1e-4, 1e-2), "d": 1.5, "weight_decay": 0.1}),
    ("Adafactor", {"maximize": True}),
]
IDS = [f"{name}-{'-'.join(settings)}" for name, settings in SETTINGS]


def leaves(dtype=np.float32):
    rng = np.random.default_rng(0)
    shapes = (3, 4), (5,), (), (0,)
    return [tt.tensor(rng.normal(size=s).astype(dtype), requires_grad=True) for s in shapes]


def loss_of(params):
    """A curved valley, so that the gradients change as the parameters do."""
    a, b, c, _ = params
    return (a * a).sum() * 3 + ((b - 1) * (b + a[0, 0])).sum() + c * c * c * c


def run(params, optimizer, steps):
    for _ in range(steps):
        optimizer.zero_grad()
        loss_of(params).backward()
        params[3].grad = tt.tensor(np.zeros(0, params[3].dtype))
        optimizer.step()


@pytest.mark.parametrize(("name", "settings"), SETTINGS, ids=IDS)
def test_thirty_steps_follow_pytorch(name, settings):
    torch = pytest.importorskip("torch")
    params = leaves()
    twins = [torch.tensor(np.array(p), requires_grad=True) for p in params]
    ours = getattr(optim, name)(params, **settings)
    theirs = getattr(torch.optim, name)(twins, **settings)
    for _ in range(30):
        run(params, ours, 1)
        theirs.zero_grad()
        loss_of(twins).backward()
        theirs.step()
    for p, twin in zip(params, twins, strict=True):
        np.testing.assert_allclose(np.asarray(p.detach()), twin.detach(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("name", "settings"), SETTINGS, ids=IDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_parameters_keep_their_dtype_and_gradients_their_values(name, settings, dtype):
    params = leaves(dtype)
    optimizer = getattr(optim, name)(params, **settings)
    run(params, optimizer, 2)
    loss_of(params).backward()
    before = [p.grad.copy() for p in params[:3]]
    optimizer.step()
    for p, g in zip(params, before, strict=False):
        assert p.dtype == dtype and p.is_leaf and p.requires_grad
        assert np.array_equal(p.grad, g)


@pytest.mark.parametrize(("name", "settings"), SETTINGS, ids=IDS)
def test_state_resumes_bit_for_bit(name, settings):
    whole = leaves()
    run(whole, getattr(optim, name)(whole, **settings), 10)
    first = leaves()
    optimizer = getattr(optim, name)(first, **settings)
    run(first, optimizer, 4)
    second = [tt.tensor(p.detach(), requires_grad=True) for p in first]
    resumed = getattr(optim, name)(second, lr=1.0)
    resumed.load_state_dict(optimizer.state_dict())
    run(first, optimizer, 6)  # what it does later must not reach the copy
    run(second, resumed, 6)
    for a, b, c in zip(whole, first, second, strict=True):
        assert np.array_equal(a, b) and np.array_equal(a, c)


def test_groups_have_settings_of_their_own():
    a, b = (tt.tensor([1.0], requires_grad=True) for _ in range(2))
    sgd = optim.SGD([{"params": [a]}, {"params": [b], "lr": 1.0}], lr=0.1)
    (a + b).backward()
    sgd.step()
    assert a.tolist() == [pytest.approx(0.9)] and b.tolist() == [0.0]
    c = tt.tensor([1.0], requires_grad=True)
    sgd.add_param_group({"params": [c], "momentum": 0.5})
    assert [g["momentum"] for g in sgd.param_groups] == [0, 0, 0.5]


def test_frozen_parameters_stay_and_need_no_gradient():
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    sgd = optim.SGD(model.parameters(), lr=0.1)
    model[0].requires_grad_(False)
    before = model[0].weight.tolist(), model[1].weight.tolist()
    model(tt.tensor([[1.0, 2.0]])).sum().backward()
    sgd.step()
    assert model[0].weight.tolist() == before[0] and model[1].weight.tolist() != before[1]


def test_a_parameter_without_gradient_is_passed_over():
    a, b = (tt.tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    adam = optim.AdamW([a, b], weight_decay=0.5)
    (a * a).sum().backward()
    adam.step()
    assert a.tolist() != [1.0, 2.0] and b.tolist() == [1.0, 2.0]
    assert list(adam.state) == [a]
    adam.zero_grad(set_to_none=False)
    assert a.grad.tolist() == [0.0, 0.0] and b.grad is None
    before = a.tolist()
    adam.step()  # a gradient of zeros: the momentum goes on, and the weights decay
    assert a.tolist() != before
    adam.zero_grad()
    assert a.grad is None
    adam.step()


def test_a_gradient_of_another_shape_is_named_and_nothing_moves():
    a, b = (tt.tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    sgd = optim.SGD([("a", a), ("b", b)])
    a.grad, b.grad = tt.ones(2), tt.ones(2)
    b.data = np.ones(3, np.float32)  # of another shape than its gradient
    with pytest.raises(RuntimeError, match=r"SGD.step: b, of shape \(3,\), has a gradient of"):
        sgd.step()
    assert a.tolist() == [1.0, 2.0]


def test_a_closure_is_called_first_with_the_graph_recorded():
    p = tt.tensor([2.0], requires_grad=True)
    sgd = optim.SGD([p], lr=0.25)

    def closure():
        sgd.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    with tt.no_grad():
        assert sgd.step(closure).item() == 4.0
    assert p.tolist() == [1.0]


def test_an_optimizer_of_ones_own():
    class Halved(optim.Optimizer):
        def __init__(self, params, lr=0.1):
            super().__init__(params, dict(lr=lr))

        @tt.no_grad()
        def step(self, closure=None):
            for group in self.param_groups:
                for p in group["params"]:
                    state = self.state[p]
                    state["steps"] = state.get("steps", 0) + 1
                    p.data -= group["lr"] / 2 * p.grad.data

    p = tt.tensor([1.0], requires_grad=True)
    own = Halved([p], lr=1.0)
    (3 * p).sum().backward()
    own.step()
    assert p.tolist() == [-0.5] and own.state_dict()["state"] == {0: {"steps": 1}}


def test_groups_carry_what_is_ones_own():
    a, b = (tt.tensor([1.0], requires_grad=True) for _ in range(2))
    sgd = optim.SGD([{"params": [a], "name": "head"}], lr=0.1, foreach=False, fused=None)
    sgd.add_param_group({"params": b, "name": "body", "lr_scale": 0.5})
    assert [g["name"] for g in sgd.param_groups] == ["head", "body"]
    assert sgd.state_dict()["param_groups"][1]["lr_scale"] == 0.5
    with pytest.raises(NotImplementedError, match="differentiable=True is not here"):
        optim.Adam([a], differentiable=True)
    with pytest.raises(TypeError, match="Adagrad: unexpected argument speed"):
        optim.Adagrad([a], speed=3)


def as_torch(torch, value):
    if isinstance(value, dict):
        return {key: as_torch(torch, v) for key, v in value.items()}
    if isinstance(value, list):
        return [as_torch(torch, v) for v in value]
    return torch.from_numpy(value.copy()) if isinstance(value, tt.Tensor) else value


@pytest.mark.parametrize(("name", "settings"), SETTINGS, ids=IDS)
@pytest.mark.parametrize("direction", ["from", "into"])
def test_a_state_goes_on_in_the_other_library(name, settings, direction):
    torch = pytest.importorskip("torch")
    params = leaves(np.float64)
    twins = [torch.tensor(np.array(p.detach()), requires_grad=True) for p in params]

    def steps(optimizer, params, n):
        for _ in range(n):
            optimizer.zero_grad()
            loss_of(params).backward()
            optimizer.step()

    ours, theirs = getattr(optim, name), getattr(torch.optim, name)
    whole = theirs(twins, **settings)
    begun = ours(params, **settings)
    steps(whole, twins, 5)
    steps(begun, params, 5)
    if direction == "from":
        other = ours(params, lr=9.0)
        other.load_state_dict(whole.state_dict())
        steps(other, params, 5)
        end = params
    else:
        end = [torch.tensor(np.array(p.detach()), requires_grad=True) for p in params]
        other = theirs(end, lr=9.0)
        other.load_state_dict(as_torch(torch, begun.state_dict()))
        steps(other, end, 5)
    steps(whole, twins, 5)
    rtol = 1e-6 if name in ("NAdam", "ASGD") else 1e-9  # PyTorch keeps single numbers in float32
    for p, twin in zip(end, twins, strict=True):
        np.testing.assert_allclose(np.asarray(p.detach()), twin.detach(), rtol=rtol, atol=1e-12)


def valley(params):
    x, y = params
    return (1 - x) ** 2 + 20 * ((y - x * x) ** 2).sum()


LBFGS = [
    {"lr": 0.1, "max_iter": 7},
    {"lr": 0.2, "history_size": 3, "max_iter": 8},
    {"line_search_fn": "strong_wolfe"},
    {"line_search_fn": "strong_wolfe", "max_iter": 9, "max_eval": 5},
    {"line_search_fn": "strong_wolfe", "history_size": 2, "lr": 3.0},
]


@pytest.mark.parametrize("settings", LBFGS, ids=str)
def test_lbfgs_follows_pytorch_and_resumes(settings):
    torch = pytest.importorskip("torch")
    starts = np.float64(-1.2), np.array([1.0, 2.0, -0.5])
    runs = []
    for library in tt, torch:
        params = [library.tensor(np.array(s), requires_grad=True) for s in starts]
        lbfgs = library.optim.LBFGS(params, **settings)

        def closure(params=params, calls=[], lbfgs=lbfgs):  # noqa: B006
            lbfgs.zero_grad()
            loss = valley(params)
            loss.backward()
            return loss

        path = []
        for i in range(6):
            if i == 3:
                state = lbfgs.state_dict()
                lbfgs = library.optim.LBFGS(params)
                lbfgs.load_state_dict(state)
            loss = lbfgs.step(closure)
            path.append([loss.item(), *np.concatenate([np.ravel(p.detach()) for p in params])])
        runs.append((path, lbfgs.state_dict()["state"][0]))
    np.testing.assert_allclose(runs[0][0], runs[1][0], rtol=1e-6, atol=1e-9)
    assert runs[0][1]["func_evals"] == runs[1][1]["func_evals"]
    assert runs[0][1]["n_iter"] == runs[1][1]["n_iter"]
    again = tt.optim.LBFGS([tt.tensor(np.array(s), requires_grad=True) for s in starts])
    again.load_state_dict(lbfgs.state_dict())  # PyTorch's
    assert again.state_dict()["state"][0].keys() >= {"d", "t", "old_dirs", "ro", "H_diag"}


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda p: optim.SGD([]), ValueError, "SGD: there are no parameters"),
        (lambda p: optim.SGD(p), TypeError, "expected the parameters in a list"),
        (lambda p: optim.SGD([p * 2]), TypeError, "parameter 0 is not a leaf"),
        (lambda p: optim.SGD([p, p]), ValueError, "parameter 1, of shape .* is there twice"),
        (lambda p: optim.SGD([p], lr=-1), ValueError, "lr must not be negative, got -1"),
        (lambda p: optim.SGD([p], lr=float("nan")), ValueError, "lr must not be negative"),
        (lambda p: optim.SGD([p], nesterov=True), ValueError, "nesterov needs a momentum"),
        (lambda p: optim.Adam([p], betas=(0.9, 1)), ValueError, r"betas must be in \[0, 1\)"),
        (lambda p: optim.Rprop([p], etas=(1.2, 0.5)), ValueError, "etas must be below and above 1"),
        (lambda p: optim.Adafactor([p], d=0.5), ValueError, "d at least 1, got -0.8 and 0.5"),
        (lambda p: optim.NAdam([p], momentum_decay=-1), ValueError, "momentum_decay must not be"),
        (lambda p: optim.SGD([{"params": [p], "momentem": 1}]), ValueError, "it is 'momentum'"),
        (lambda p: optim.LBFGS([p], line_search_fn="wolfe"), ValueError, "or 'strong_wolfe', got"),
        (lambda p: optim.LBFGS([{"params": [p]}, {"params": []}]), ValueError, "only one group"),
        (lambda p: optim.SGD([tt.tensor([1])]), TypeError, "not a leaf of floating-point"),
    ],
)
def test_what_optimizers_refuse(make, error, text):
    with pytest.raises(error, match=text):
        make(tt.tensor([1.0], requires_grad=True))


def test_a_foreign_state_is_refused_whole():
    p, q = (tt.tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    ours = optim.Adam([p])
    p.grad = tt.tensor([1.0, 1.0])
    ours.step()
    kept = ours.state_dict()
    for other, text in [
        (optim.Adam([p, q]), r"groups of \[1\] parameters, expected \[2\]"),
        (optim.SGD([p]), "expected those of SGD"),
        (optim.Adam([tt.tensor([1.0], requires_grad=True)]), r"exp_avg of .* has shape \(2,\)"),
    ]:
        before = other.state_dict()
        with pytest.raises(ValueError, match=text):
            other.load_state_dict(kept)
        assert other.state_dict() == before


def test_what_is_no_state_of_an_optimizer_is_refused_by_name():
    sgd = optim.SGD([tt.tensor([1.0], requires_grad=True)])
    before = sgd.state_dict()
    with pytest.raises(ValueError, match=r"^SGD.load_state_dict: .* lacks \['param_groups', 'st"):
        sgd.load_state_dict({"weight": np.ones(3)})
    assert sgd.state_dict() == before


def test_a_step_between_forward_and_backward_is_noticed():
    p = tt.tensor([1.0, 2.0], requires_grad=True)
    sgd = optim.SGD([p], lr=0.1)
    loss = (p * p).sum()
    loss.backward(retain_graph=True)
    sgd.step()
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


def test_a_look_at_the_data_is_watched_for_as_long_as_it_lasts():
    p = tt.tensor([1.0, 2.0], requires_grad=True)
    sgd = optim.SGD([p], lr=0.1)
    held = p.data
    for _ in range(2):
        sgd.zero_grad()
        (p * p).sum().backward()
        sgd.step()
    assert held.tolist() == p.tolist()  # what is held follows, as in PyTorch
    loss = (p * p).sum()
    held[0] = 5
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()
    del held, loss
    sgd.step()
    assert id(p._data) not in versions.borrowed
    loss = (p * p).sum()
    p.data[0] = 5
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


def test_clipping_by_norm_keeps_the_direction():
    a, b = (tt.tensor(np.zeros(n, np.float32), requires_grad=True) for n in (1, 2))
    a.grad, b.grad = tt.tensor([3.0]), tt.tensor([0.0, 4.0])
    assert clip_grad_norm_([a, b], 1.0).item() == 5.0
    np.testing.assert_allclose(np.concatenate([a.grad, b.grad]), [0.6, 0, 0.8], rtol=1e-5)
    assert clip_grad_norm_([a, b], 10.0).item() == pytest.approx(1.0)
    assert a.grad.item() == pytest.approx(0.6)


@pytest.mark.parametrize("norm_type", [1, 2, 3.5, float("inf"), "inf", 0.5])
def test_clipping_by_other_norms_follows_pytorch(norm_type):
    torch = pytest.importorskip("torch")
    gradients = [np.array([3.0, -4.0]), np.array([[0.5], [12.0]]), np.zeros(0), np.float64(-2.0)]
    params = [tt.tensor(np.zeros_like(g), requires_grad=True) for g in gradients]
    twins = [torch.zeros(np.shape(g), dtype=torch.float64, requires_grad=True) for g in gradients]
    for p, twin, g in zip(params, twins, gradients, strict=True):
        p.grad, twin.grad = tt.tensor(g), torch.tensor(g)
    if norm_type in (float("inf"), "inf"):  # of no numbers there PyTorch has no largest
        del twins[2]
        del params[2]
    ours = clip_grad_norm_(params, 2.5, norm_type)
    theirs = torch.nn.utils.clip_grad_norm_(twins, 2.5, norm_type)
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-12)
    for p, twin in zip(params, twins, strict=True):
        np.testing.assert_allclose(p.grad, twin.grad, rtol=1e-9)


def test_a_gradient_that_two_parameters_share_is_clipped_once():
    a, b = (tt.tensor([0.0, 0.0], requires_grad=True) for _ in range(2))
    a.grad = b.grad = tt.tensor([3.0, 4.0])
    assert clip_grad_norm_([a, b], 5 / 2**0.5).item() == pytest.approx(5 * 2**0.5)
    np.testing.assert_allclose(a.grad, [1.5, 2.0], rtol=1e-5)


def test_clipping_survives_what_overflows_float32():
    p = tt.tensor([0.0, 0.0], requires_grad=True)
    p.grad = tt.tensor(np.array([3e30, 4e30], np.float32))
    assert clip_grad_norm_([p], 1.0).item() == pytest.approx(5e30)
    np.testing.assert_allclose(p.grad, [0.6, 0.8], rtol=1e-5)
    p.grad = tt.tensor([float("nan"), 1.0])
    with pytest.raises(RuntimeError, match="norm of the gradients is nan"):
        clip_grad_norm_([p], 1.0, error_if_nonfinite=True)


def test_clipping_by_value():
    p = tt.tensor([0.0, 0.0, 0.0], requires_grad=True)
    p.grad = tt.tensor([-3.0, 0.5, 2.0])
    clip_grad_value_([p], 1.0)
    assert p.grad.tolist() == [-1.0, 0.5, 1.0]
    with pytest.raises(ValueError, match="must not be negative"):
        clip_grad_value_([p], -1.0)
