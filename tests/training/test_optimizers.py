"""Optimizers: their formulas by hand, PyTorch's paths, and what they refuse."""

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import nn, optim
from tinytorch.core import memory
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


def test_a_parameter_without_gradient_is_named_and_nothing_moves():
    a, b = (tt.tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    adam = optim.Adam([("a", a), ("b", b)])
    (a * a).sum().backward()
    with pytest.raises(RuntimeError, match=r"Adam.step: b, of shape \(2,\), has no gradient"):
        adam.step()
    assert a.tolist() == [1.0, 2.0] and not adam.state


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
        (lambda p: optim.SGD([{"params": [p], "rate": 1}]), ValueError, "no setting rate"),
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
    assert memory.ledger[id(p._data)].checksum is None
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


SCHEDULES = [
    ("StepLR", {"step_size": 3, "gamma": 0.5}),
    ("ExponentialLR", {"gamma": 0.9}),
    ("CosineAnnealingLR", {"T_max": 8, "eta_min": 0.01}),
    ("LinearLR", {"start_factor": 0.2, "total_iters": 5}),
    ("LambdaLR", {"lr_lambda": lambda t: 1 / (1 + t)}),
]


@pytest.mark.parametrize(("name", "settings"), SCHEDULES, ids=[name for name, _ in SCHEDULES])
def test_schedules_follow_pytorch_and_resume(name, settings):
    torch = pytest.importorskip("torch")
    sgd = optim.SGD([tt.tensor([1.0], requires_grad=True)], lr=0.4)
    theirs = torch.optim.SGD([torch.tensor([1.0], requires_grad=True)], lr=0.4)
    schedule = getattr(optim.lr_scheduler, name)(sgd, **settings)
    reference = getattr(torch.optim.lr_scheduler, name)(theirs, **settings)
    for t in range(8):
        assert schedule.get_last_lr() == pytest.approx(reference.get_last_lr(), rel=1e-12), t
        theirs.step()
        schedule.step()
        reference.step()
    again = optim.SGD([tt.tensor([1.0], requires_grad=True)], lr=9.0)
    resumed = getattr(optim.lr_scheduler, name)(again, **settings)
    resumed.load_state_dict(schedule.state_dict())
    schedule.step()
    resumed.step()
    assert again.param_groups[0]["lr"] == sgd.param_groups[0]["lr"]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda o: optim.lr_scheduler.StepLR(o, 0), "step_size must be at least 1"),
        (lambda o: optim.lr_scheduler.CosineAnnealingLR(o, 0), "T_max must be at least 1"),
        (lambda o: optim.lr_scheduler.LinearLR(o, 0.0), r"factors must be in \(0, 1\]"),
        (lambda o: optim.lr_scheduler.SequentialLR(o, [], [1]), "0 schedules need"),
        (lambda o: optim.lr_scheduler.StepLR(3, 1), "expected an optimizer, got int"),
    ],
)
def test_what_schedules_refuse(make, text):
    with pytest.raises((ValueError, TypeError), match=text):
        make(optim.SGD([tt.tensor([1.0], requires_grad=True)], lr=0.4))
