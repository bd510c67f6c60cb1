"""Schedules: PyTorch's paths, alone and together, and what they refuse."""

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import optim


def sgd(library=tt, groups=1, **settings):
    """An optimizer with `groups` parameters of different rates."""
    params = [library.tensor([1.0], requires_grad=True) for _ in range(groups)]
    return library.optim.SGD(
        [{"params": [p], "lr": 0.4 / (i + 1)} for i, p in enumerate(params)], lr=0.4, **settings
    )


def rates(optimizer):
    return [group["lr"] for group in optimizer.param_groups]


SCHEDULES = {
    "StepLR": {"step_size": 3, "gamma": 0.5},
    "MultiStepLR": {"milestones": [5, 2, 2], "gamma": 0.5},
    "ConstantLR": {"factor": 0.25, "total_iters": 3},
    "LinearLR": {"start_factor": 0.2, "total_iters": 5},
    "ExponentialLR": {"gamma": 0.9},
    "PolynomialLR": {"total_iters": 6, "power": 2.0},
    "CosineAnnealingLR": {"T_max": 4, "eta_min": 0.01},
    "CosineAnnealingWarmRestarts": {"T_0": 3, "T_mult": 2, "eta_min": 0.01},
    "LambdaLR": {"lr_lambda": lambda t: 1 / (1 + t)},
    "MultiplicativeLR": {"lr_lambda": lambda t: 0.5 + 0.01 * t},
    "OneCycleLR": {"max_lr": 1.0, "total_steps": 12, "cycle_momentum": False},
    "CyclicLR": {"base_lr": 0.1, "max_lr": 1.0, "step_size_up": 3, "cycle_momentum": False},
}
TWO_GROUPS = {
    "LambdaLR": {"lr_lambda": [lambda t: 0.5**t, lambda t: 1 + t]},
    "MultiplicativeLR": {"lr_lambda": [lambda t: 0.5, lambda t: 1.1]},
    "OneCycleLR": {"max_lr": [1.0, 0.5], "epochs": 4, "steps_per_epoch": 3, "three_phase": True},
    "CosineAnnealingLR": {"T_max": 5},
}


CYCLES = [
    {"step_size_up": 4},
    {"step_size_up": 4, "step_size_down": 7, "mode": "triangular2"},
    {"step_size_up": 3, "mode": "exp_range", "gamma": 0.97, "base_momentum": 0.7},
    {"step_size_up": 5, "scale_fn": lambda x: 1 / x, "max_momentum": [0.9, 0.95]},
    {"step_size_up": 5, "scale_fn": lambda x: 0.9**x, "scale_mode": "iterations"},
    {"step_size_up": 4, "cycle_momentum": False},
]


def pair(name, settings, **options):
    torch = pytest.importorskip("torch")
    for library in tt, torch:
        optimizer = sgd(library, **options)
        yield optimizer, getattr(library.optim.lr_scheduler, name)(optimizer, **settings)


@pytest.mark.filterwarnings("ignore:Detected call of")
@pytest.mark.parametrize(
    ("name", "settings", "groups"),
    [(n, s, 1) for n, s in SCHEDULES.items()] + [(n, s, 2) for n, s in TWO_GROUPS.items()],
)
def test_schedules_follow_pytorch(name, settings, groups):
    ours, theirs = pair(name, settings, groups=groups, momentum=0.5)
    for t in range(11):
        assert rates(ours[0]) == pytest.approx(rates(theirs[0]), rel=1e-12), t
        assert ours[1].get_last_lr() == rates(ours[0])
        for mine, its in zip(ours[0].param_groups, theirs[0].param_groups, strict=True):
            assert mine["momentum"] == pytest.approx(its["momentum"], rel=1e-12)
        ours[1].step()
        theirs[1].step()


@pytest.mark.filterwarnings("ignore:Detected call of")
@pytest.mark.parametrize("settings", CYCLES, ids=range(len(CYCLES)))
@pytest.mark.parametrize("kind", ["SGD", "Adam"])
def test_cycles_follow_pytorch_for_fifty_steps(settings, kind):
    torch = pytest.importorskip("torch")
    pair, key = [], "betas" if kind == "Adam" else "momentum"
    for library in tt, torch:
        params = [library.tensor([1.0], requires_grad=True) for _ in range(2)]
        momentum = {"momentum": 0.9} if kind == "SGD" else {}
        optimizer = getattr(library.optim, kind)([{"params": [p]} for p in params], **momentum)
        cyclic = library.optim.lr_scheduler.CyclicLR
        bounds = {"base_lr": [0.1, 0.02], "max_lr": 0.8}
        pair.append((optimizer, cyclic(optimizer, **bounds, **settings)))
    (ours, schedule), (theirs, its) = pair
    for t in range(50):
        if t == 23:  # each goes on in the state of the other
            state, other = schedule.state_dict(), its.state_dict()
            schedule.load_state_dict(other)
            its.load_state_dict(state)
        assert rates(ours) == pytest.approx(rates(theirs), rel=1e-9), t
        for mine, its_own in zip(ours.param_groups, theirs.param_groups, strict=True):
            assert mine[key] == pytest.approx(its_own[key], rel=1e-9)
        schedule.step()
        its.step()


@pytest.mark.filterwarnings("ignore:Detected call of")
@pytest.mark.parametrize("first", SCHEDULES)
@pytest.mark.parametrize("second", ["StepLR", "LinearLR", "CosineAnnealingLR", "MultiplicativeLR"])
def test_two_schedules_and_a_hand_compose_as_in_pytorch(first, second):
    torch = pytest.importorskip("torch")
    paths = []
    for library in tt, torch:
        optimizer, path = sgd(library), []
        both = [
            getattr(library.optim.lr_scheduler, name)(optimizer, **SCHEDULES[name])
            for name in (first, second)
        ]
        for t in range(9):
            path.append(rates(optimizer))
            if t == 4:
                optimizer.param_groups[0]["lr"] *= 3
            for schedule in both:
                schedule.step()
        paths.append(path)
    np.testing.assert_allclose(*paths, rtol=1e-9, atol=1e-15)


@pytest.mark.filterwarnings("ignore:Detected call of")
@pytest.mark.parametrize("kind", ["sequence", "chain", "nested"])
def test_schedules_of_schedules_follow_pytorch(kind):
    torch = pytest.importorskip("torch")
    paths = []
    for library in tt, torch:
        s, optimizer = library.optim.lr_scheduler, sgd(library)

        def make(s=s, optimizer=optimizer):
            up, down = s.LinearLR(optimizer, 0.1, total_iters=3), s.ExponentialLR(optimizer, 0.9)
            if kind == "chain":
                return s.ChainedScheduler([up, down])
            if kind == "nested":
                down = s.ChainedScheduler([down, s.StepLR(optimizer, 2)])
                return s.ChainedScheduler(
                    [s.SequentialLR(optimizer, [up, s.ExponentialLR(optimizer, 0.5)], [2]), down]
                )
            third = s.CosineAnnealingLR(optimizer, 3)
            return s.SequentialLR(optimizer, [up, down, third], milestones=[3, 6])

        schedule, path = make(), []
        for t in range(10):
            path.append(schedule.get_last_lr() + rates(optimizer))
            if t == 4:
                state, weights = schedule.state_dict(), optimizer.state_dict()
                schedule = make()
                optimizer.load_state_dict(weights)
                schedule.load_state_dict(state)
            schedule.step()
        paths.append(path)
    np.testing.assert_allclose(*paths, rtol=1e-9)


@pytest.mark.filterwarnings("ignore:Detected call of", "ignore:The epoch parameter")
@pytest.mark.parametrize("name", SCHEDULES)
def test_a_state_goes_on_here_and_in_pytorch(name):
    settings = SCHEDULES[name]
    ours, theirs = pair(name, settings)
    for _ in range(5):
        ours[1].step()
        theirs[1].step()
    groups = ours[0].state_dict()
    ours[1].step()
    for state in ours[1].state_dict() | {"last_epoch": 5}, theirs[1].state_dict(), None:
        again = sgd()
        if state is None:  # without a state: from the rates of the optimizer
            again.load_state_dict(groups)
            resumed = getattr(optim.lr_scheduler, name)(again, **settings, last_epoch=4)
        else:
            resumed = getattr(optim.lr_scheduler, name)(again, **settings)
            again.load_state_dict(groups)
            resumed.load_state_dict(state)
        assert resumed.last_epoch == 5
        resumed.step()
        assert rates(again) == pytest.approx(rates(ours[0]), rel=1e-12)


@pytest.mark.filterwarnings("ignore:The epoch parameter", "ignore:Detected call of")
def test_warm_restarts_take_parts_of_an_epoch():
    ours, theirs = pair("CosineAnnealingWarmRestarts", {"T_0": 2, "T_mult": 2})
    for t in np.arange(0, 8, 0.25):
        ours[1].step(t)
        theirs[1].step(t)
        assert rates(ours[0]) == pytest.approx(rates(theirs[0]), rel=1e-12), t


def test_last_epoch_goes_on_as_in_pytorch():
    for library in tt, pytest.importorskip("torch"):
        optimizer = sgd(library)
        schedule = library.optim.lr_scheduler.ExponentialLR
        with pytest.raises(KeyError, match="initial_lr"):
            schedule(optimizer, 0.5, last_epoch=3)
        optimizer.param_groups[0]["initial_lr"] = 1.0
        optimizer.param_groups[0]["lr"] = 0.125
        assert schedule(optimizer, 0.5, last_epoch=2).get_last_lr() == [0.125]


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_group_that_comes_later_is_scheduled(name):
    later_on = {"eta_min": 0.0} if "Cosine" in name else {}
    optimizer = sgd()
    schedule = getattr(optim.lr_scheduler, name)(optimizer, **{**SCHEDULES[name], **later_on})
    schedule.step()
    later = tt.tensor([1.0], requires_grad=True)
    optimizer.add_param_group({"params": [later], "lr": 8.0})
    before = rates(optimizer)
    for _ in range(3):
        schedule.step()
    after = rates(optimizer)
    assert schedule.get_last_lr() == after and after[0] != before[0]
    if name in ("OneCycleLR", "CyclicLR"):  # made for the groups there were
        assert after[1] == 8.0
    elif schedule.composes or name == "MultiplicativeLR":
        assert after[1] / before[1] == pytest.approx(after[0] / before[0])
    else:
        assert after[1] / 8.0 == pytest.approx(after[0] / 0.4)


def test_a_schedule_of_ones_own():
    class Root(optim.lr_scheduler.LRScheduler):
        def get_lr(self):
            return [base / (1 + self.last_epoch) ** 0.5 for base in self.base_lrs]

    optimizer = sgd()
    schedule = Root(optimizer)
    for _ in range(3):
        schedule.step()
    assert rates(optimizer) == [0.2]


PLATEAUS = [
    {"patience": 1},
    {"mode": "max", "patience": 0, "factor": 0.5},
    {"patience": 1, "cooldown": 2, "threshold": 0.1, "threshold_mode": "abs"},
    {"mode": "max", "patience": 1, "threshold": 0.3, "min_lr": 0.05},
]


@pytest.mark.parametrize("settings", PLATEAUS, ids=str)
def test_a_plateau_is_met_as_in_pytorch(settings):
    ours, theirs = pair("ReduceLROnPlateau", settings)
    losses = [3.0, 2.0, 2.0, 1.99, 2.5, float("nan"), 1.0, 1.0, 1.0, 1.0, 1.5, 0.99, 0.9, 0.9, 0.9]
    for t, loss in enumerate(losses):
        ours[1].step(tt.tensor(np.float64(loss)))
        theirs[1].step(loss)
        assert rates(ours[0]) == pytest.approx(rates(theirs[0]), rel=1e-12), t
        if t == 5:
            kept = theirs[1].state_dict()
            again = optim.lr_scheduler.ReduceLROnPlateau(ours[0])
            again.load_state_dict(kept)
            ours = ours[0], again


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda o: optim.lr_scheduler.StepLR(o, 0), "step_size must be at least 1"),
        (lambda o: optim.lr_scheduler.CosineAnnealingLR(o, 0), "T_max must be at least 1"),
        (lambda o: optim.lr_scheduler.LinearLR(o, 0.0), r"factors must be in \(0, 1\]"),
        (lambda o: optim.lr_scheduler.SequentialLR(o, [], [1]), "0 schedules need"),
        (lambda o: optim.lr_scheduler.StepLR(3, 1), "expected an optimizer, got int"),
        (lambda o: optim.lr_scheduler.LambdaLR(o, [abs, abs]), "a list of 2 for 1 groups"),
        (lambda o: optim.lr_scheduler.OneCycleLR(o, 1.0, epochs=2), "give total_steps, or epochs"),
        (lambda o: optim.lr_scheduler.OneCycleLR(o, 1.0, 9, pct_start=2), "pct_start must be in"),
        (
            lambda o: optim.lr_scheduler.CyclicLR(o, 0.1, 1, mode="up"),
            "must be one of 'triang",
        ),
        (lambda o: optim.lr_scheduler.CyclicLR(o, 0.1, 1, 3, 0), "must be positive, got 3 and 0"),
        (lambda o: optim.lr_scheduler.CyclicLR(optim.Rprop(o.param_groups), 0, 1), "nor betas"),
        (lambda o: optim.lr_scheduler.ReduceLROnPlateau(o, "low"), "mode must be 'min' or 'max'"),
        (lambda o: optim.lr_scheduler.ReduceLROnPlateau(o, factor=1.0), "factor must be below 1"),
        (
            lambda o: optim.lr_scheduler.ChainedScheduler([optim.lr_scheduler.StepLR(o, 1)], sgd()),
            "schedule 0 was made for another optimizer",
        ),
        (
            lambda o: optim.lr_scheduler.ChainedScheduler(
                [optim.lr_scheduler.ReduceLROnPlateau(o)]
            ),
            "is a ReduceLROnPlateau, which takes no plain step",
        ),
        (lambda o: optim.lr_scheduler.ChainedScheduler([]), "needs at least one schedule"),
    ],
)
def test_what_schedules_refuse(make, text):
    with pytest.raises((ValueError, TypeError), match=text):
        make(optim.SGD([tt.tensor([1.0], requires_grad=True)], lr=0.4))
