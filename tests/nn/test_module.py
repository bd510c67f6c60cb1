"""Modules: what they find in themselves, their state, and what they refuse."""

import copy
import pickle

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 4)
        self.rest = nn.Sequential(nn.Linear(4, 4), nn.ModuleList([nn.Linear(4, 2, bias=False)]))
        self.scale = nn.Parameter(np.ones(2, np.float32))
        self.register_buffer("seen", np.zeros(2, np.float32))
        self.constant = tt.tensor([1.0, 2.0])  # neither trained nor saved

    def forward(self, x):
        return self.rest[1][0](self.rest[0](self.first(x))) * self.scale


NAMES = [
    "scale",
    "first.weight",
    "first.bias",
    "rest.0.weight",
    "rest.0.bias",
    "rest.1.0.weight",
]


def test_parameters_are_found_by_name_in_every_container():
    net = Net()
    assert [name for name, _ in net.named_parameters()] == NAMES
    assert [p.shape for p in net.parameters()] == [(2,), (4, 3), (4,), (4, 4), (4,), (2, 4)]
    assert [name for name, _ in net.named_buffers()] == ["seen"]
    assert [name for name, _ in net.named_children()] == ["first", "rest"]
    assert [name for name, _ in net.named_modules()] == [
        "",
        "first",
        "rest",
        "rest.0",
        "rest.1",
        "rest.1.0",
    ]


def test_what_is_replaced_or_removed_is_no_longer_found():
    net = Net()
    net.first = nn.Linear(3, 4, bias=False)
    net.scale = None
    del net.rest
    assert [name for name, _ in net.named_parameters()] == ["first.weight"]


def test_shared_parts_are_counted_once_and_saved_under_each_name():
    shared = nn.Linear(2, 2)
    model = nn.Sequential(shared, shared)
    assert len(model.parameters()) == 2
    assert list(model.state_dict()) == ["0.weight", "0.bias", "1.weight", "1.bias"]


def test_results_of_parameters_are_plain_tensors():
    p = nn.Parameter([1.0, 2.0])
    for result in (p + 1, 1 + p, p.sum(), p.detach(), p > 1, p[0]):
        assert type(result) is tt.Tensor
    assert p.requires_grad and p.is_leaf


def test_train_and_eval_reach_every_part():
    net = Net()
    assert not any(m.training for m in net.eval().modules())
    assert all(m.training for m in net.train().modules())


def test_zero_grad_freezing_and_apply():
    net = Net()
    net(tt.tensor([[1.0, 2.0, 3.0]])).sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())
    net.first.requires_grad_(False)
    assert sum(p.requires_grad for p in net.parameters()) == 4
    visited = []
    net.apply(lambda m: visited.append(type(m).__name__))
    assert visited == ["Linear", "Linear", "Linear", "ModuleList", "Sequential", "Net"]


def test_conversion_keeps_integers_and_reaches_buffers():
    net = Net()
    net.register_buffer("count", np.array(3))
    net.double()
    assert {p.dtype for p in net.parameters()} == {np.dtype(np.float64)}
    assert net.seen.dtype == np.float64 and net.count.dtype.kind == "i"
    net(tt.tensor(np.ones((1, 3)))).sum().backward()
    assert net.first.weight.grad.dtype == np.float64


def test_state_goes_round_and_is_a_copy():
    one, two = Net(), Net()
    one.seen.data += 7
    state = one.state_dict()
    assert sorted(state) == sorted([*NAMES, "seen"])
    two.load_state_dict(state)
    for name, value in two.state_dict().items():
        assert np.array_equal(value, state[name]), name
    two.scale.data += 1
    assert state["scale"].tolist() == [1.0, 1.0]


def test_loading_keeps_dtype_and_takes_arrays_of_any_order():
    layer = nn.Linear(3, 2)
    weight = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    layer.load_state_dict({"weight": weight, "bias": [1, 2]})
    assert layer.weight.dtype == np.float32
    assert layer.weight.tolist() == weight.tolist() and layer.bias.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda s: s.pop("first.bias"), "Net.load_state_dict: missing first.bias"),
        (lambda s: s.update(more=1), "unexpected more"),
        (
            lambda s: s.update({"first.weight": np.zeros((3, 4))}),
            r"first.weight has shape \(3, 4\), expected \(4, 3\)",
        ),
        (lambda s: s.update(scale=np.array(["a", "b"])), "scale has dtype <U1"),
    ],
)
def test_a_wrong_state_is_refused_whole(change, text):
    net = Net()
    before = net.state_dict()
    wrong = {name: value.data * 0 + 5 for name, value in before.items()}
    change(wrong)
    with pytest.raises(RuntimeError, match=text):
        net.load_state_dict(wrong)
    for name, value in net.state_dict().items():
        assert np.array_equal(value, before[name]), name


def test_strict_false_loads_what_fits_and_tells_the_rest():
    net = Net()
    told = net.load_state_dict({"scale": np.array([3.0, 4.0]), "other": 1}, strict=False)
    assert net.scale.tolist() == [3.0, 4.0]
    assert told.unexpected_keys == ["other"] and "first.bias" in told.missing_keys


def test_loading_between_forward_and_backward_is_noticed():
    layer = nn.Linear(2, 2)
    x = tt.tensor([[1.0, 2.0]], requires_grad=True)
    loss = layer(x).sum()
    layer.load_state_dict({"weight": np.zeros((2, 2)), "bias": np.zeros(2)})
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


def test_copies_are_independent_and_trainable():
    net = Net()
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert type(twin.scale) is nn.Parameter
        twin(tt.tensor([[1.0, 2.0, 3.0]])).sum().backward()
        assert all(p.grad is not None for p in twin.parameters())
        assert all(p.grad is None for p in net.parameters())
        twin.scale.data += 1
        assert net.scale.tolist() == [1.0, 1.0]


def test_a_tensor_in_the_place_of_a_parameter_is_refused():
    layer = nn.Linear(2, 1)
    weight = layer.weight
    with pytest.raises(TypeError, match=r"Linear\.weight: it is a parameter, and a Tensor in its"):
        layer.weight = tt.ones(1, 2)
    assert layer.weight is weight
    layer.weight, layer.bias = nn.Parameter(np.ones((1, 2))), None
    assert layer.parameters() == [layer.weight]


def test_containers_count_slice_and_refuse_what_is_no_module():
    model = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 4), nn.Linear(4, 5))
    assert len(model) == 3 and len(model[1:]) == 2 and type(model[1:]) is nn.Sequential
    assert model[-1].out_features == 5 and [m.in_features for m in model] == [2, 3, 4]
    with pytest.raises(TypeError, match="Sequential: expected modules, got function"):
        nn.Sequential(nn.Linear(2, 3), lambda x: x)


def test_sequential_takes_names():
    model = nn.Sequential({"first": nn.Linear(2, 3), "second": nn.Linear(3, 1)})
    assert list(model.state_dict())[:2] == ["first.weight", "first.bias"]
    assert model(tt.tensor([[1.0, 2.0]])).shape == (1, 1)


def test_repr_shows_the_tree():
    assert repr(nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.Linear(3, 1, bias=False)))) == (
        "Sequential(\n"
        "  (0): Linear(in_features=2, out_features=3, bias=True)\n"
        "  (1): Sequential(\n"
        "    (0): Linear(in_features=3, out_features=1, bias=False)\n"
        "  )\n"
        ")"
    )


def test_a_module_without_forward_says_so():
    with pytest.raises(NotImplementedError, match="Empty does not define forward"):
        type("Empty", (nn.Module,), {})()(1)
