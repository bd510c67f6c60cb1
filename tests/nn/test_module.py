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


# ------------------------------------------------------------------- as PyTorch's programs use them


def test_parameters_are_a_list_and_next_takes_one_after_the_other():
    one, two = nn.Linear(2, 3), nn.Linear(3, 1, bias=False)
    assert one.parameters() + two.parameters() == [one.weight, one.bias, two.weight]
    assert sum((m.parameters() for m in (one, two)), []) == one.parameters() + two.parameters()  # noqa: RUF017 (as programs do)
    assert [*one.parameters(), *two.parameters()] == one.parameters() + two.parameters()
    parameters = one.parameters()
    assert next(parameters) is one.weight and next(parameters) is one.bias
    assert next(parameters, None) is None
    assert list(parameters) == [one.weight, one.bias] and len(parameters) == 2
    assert next(one.parameters()).dtype == np.float32
    assert next(nn.BatchNorm1d(2).buffers()).shape == (2,)
    assert copy.deepcopy(parameters)[0].tolist() == one.weight.tolist()


def test_names_with_prefix_without_parts_and_in_each_place():
    net = Net()
    assert [name for name, _ in net.named_parameters(prefix="net")] == [f"net.{n}" for n in NAMES]
    assert [name for name, _ in net.named_parameters(recurse=False)] == ["scale"]
    assert net.parameters(recurse=False) == [net.scale]
    assert [n for n, _ in net.named_buffers("a", recurse=False)] == ["a.seen"]
    shared = nn.Linear(2, 2, bias=False)
    twice = nn.Sequential(shared, shared)
    assert [n for n, _ in twice.named_parameters(remove_duplicate=False)] == [
        "0.weight",
        "1.weight",
    ]
    assert [n for n, _ in twice.named_modules(remove_duplicate=False)] == ["", "0", "1"]
    assert [n for n, _ in twice.named_modules(prefix="m")] == ["m", "m.0"]
    memo = {shared}
    assert [n for n, _ in twice.named_modules(memo)] == [""] and twice in memo


def test_parts_by_their_dotted_names():
    net = Net()
    assert net.get_submodule("rest.1.0") is net.rest[1][0] and net.get_submodule("") is net
    assert net.get_parameter("rest.0.bias") is net.rest[0].bias
    assert net.get_buffer("seen") is net.seen
    for call, text in (
        (lambda: net.get_submodule("rest.7"), "Net has no part 'rest.7'"),
        (lambda: net.get_parameter("rest"), "Net has no parameter 'rest'"),
        (lambda: net.get_buffer("scale"), "Net has no buffer 'scale'"),
    ):
        with pytest.raises(AttributeError, match=text):
            call()


def test_a_buffer_that_is_not_saved_follows_the_module_but_not_its_state():
    net = nn.Module()
    net.register_buffer("mask", np.ones(3), persistent=False)
    net.register_buffer("mean", np.zeros(2))
    assert [n for n, _ in net.named_buffers()] == ["mask", "mean"]
    assert list(net.state_dict()) == ["mean"]
    net.load_state_dict({"mean": np.ones(2)})
    net.float()
    assert net.mask.dtype == np.float32 and net.mean.tolist() == [1, 1]
    net.register_buffer("mask", np.ones(3))
    assert list(net.state_dict()) == ["mask", "mean"]
    net.mean = net.mean * 2
    assert net.state_dict()["mean"].tolist() == [2, 2]
    with pytest.raises(TypeError, match=r"Module.mean: it is a buffer, and takes a Tensor or None"):
        net.mean = np.zeros(2)


@pytest.mark.parametrize(
    ("register", "error", "text"),
    [
        (lambda m: m.register_buffer("a.b", None), KeyError, "text without a dot, got 'a.b'"),
        (lambda m: m.register_buffer("", None), KeyError, "text without a dot"),
        (lambda m: m.add_module("forward", None), KeyError, "'forward' is already an attribute"),
        (lambda m: m.register_parameter("w", tt.ones(1)), TypeError, "expected a Parameter"),
        (lambda m: m.add_module("w", np.tanh), TypeError, "expected modules, got ufunc"),
    ],
)
def test_what_cannot_be_registered(register, error, text):
    with pytest.raises(error, match=text):
        register(nn.Module())


@pytest.mark.parametrize(
    ("convert", "dtype"),
    [
        (lambda m: m.to(tt.float64), np.float64),
        (lambda m: m.to("cpu", tt.float64), np.float64),
        (lambda m: m.to(device="cpu", dtype=np.float16), np.float16),
        (lambda m: m.to(tt.tensor(np.ones(1))), np.float64),
        (lambda m: m.to("cpu", non_blocking=True), np.float32),
        (lambda m: m.to("cpu:0"), np.float32),
        (lambda m: m.to("float64"), np.float64),
        (lambda m: m.half(), np.float16),
        (lambda m: m.double(), np.float64),
        (lambda m: m.double().float(), np.float32),
        (lambda m: m.cpu(), np.float32),
    ],
)
def test_conversions(convert, dtype):
    net = Net()
    assert convert(net) is net
    assert {t.dtype for t in [*net.parameters(), *net.buffers()]} == {np.dtype(dtype)}
    assert net(tt.tensor(np.ones((1, 3), dtype))).dtype == dtype


def test_other_devices_and_dtypes_are_refused():
    for convert in (lambda m: m.to("cuda"), lambda m: m.cuda(), lambda m: m.to(device="mps")):
        with pytest.raises(
            RuntimeError, match="is not there: this library computes with NumPy, on the CPU"
        ):
            convert(nn.Linear(1, 1))
    with pytest.raises(RuntimeError, match="'cuda' is not there"):
        nn.Linear(2, 2, device="cuda")
    with pytest.raises(TypeError, match=r"Linear.to: expected a floating-point dtype, got int64"):
        nn.Linear(1, 1).to(tt.int64)


def test_zero_grad_to_zeros_writes_into_the_gradient():
    layer = nn.Linear(2, 1)
    layer(tt.ones(1, 2)).sum().backward()
    layer.bias.grad = None
    kept = layer.weight.grad
    layer.zero_grad(set_to_none=False)
    assert layer.weight.grad.tolist() == [[0, 0]] == kept.tolist() and layer.bias.grad is None


def test_forward_hooks_see_and_change_what_goes_through():
    layer, seen = nn.Linear(2, 2), []
    x = tt.ones(1, 2)
    plain = layer(x)

    def before(module, inputs):
        seen.append(("before", module, inputs))
        return inputs[0] * 2  # one input without its tuple

    def after(module, inputs, output):
        seen.append(("after", module, inputs))
        return output + 1

    handles = layer.register_forward_pre_hook(before), layer.register_forward_hook(after)
    z = layer(x)
    np.testing.assert_allclose(z.data, layer.forward(x * 2).data + 1)
    assert [s[0] for s in seen] == ["before", "after"] and seen[0][1] is layer
    assert seen[0][2][0] is x and seen[1][2][0].tolist() == [[2, 2]]
    for handle in handles:
        handle.remove()
        handle.remove()
    np.testing.assert_array_equal(layer(x).data, plain.data)
    with layer.register_forward_hook(lambda *given: None):
        np.testing.assert_array_equal(layer(x).data, plain.data)


def test_hooks_in_their_order_and_with_keyword_arguments():
    class Scaled(nn.Module):
        def forward(self, x, by=1):
            return x * by

    module, order = Scaled(), []
    module.register_forward_hook(lambda m, x, z: order.append("second"))
    module.register_forward_hook(lambda m, x, z: order.append("first"), prepend=True)
    module.register_forward_hook(lambda m, x, kw, z: order.append(kw), with_kwargs=True)
    module.register_forward_pre_hook(lambda m, x, kw: (x, {"by": kw["by"] + 1}), with_kwargs=True)
    assert module(tt.ones(1), by=2).tolist() == [3]
    assert order == ["first", "second", {"by": 3}]


def test_backward_hooks_see_the_share_of_their_module():
    torch = pytest.importorskip("torch")
    results = []
    for t in (tt, torch):
        layer, seen = t.nn.Linear(2, 2), []
        with t.no_grad():
            layer.weight[...] = t.tensor([[1.0, 2.0], [3.0, 4.0]])
        layer.register_full_backward_hook(
            lambda m, before, after, seen=seen: seen.extend([*before, *after])
        )
        x = t.tensor([[1.0, 2.0]], requires_grad=True)
        (layer(x) * 2 + x * 100).sum().backward()
        results.append([np.asarray(v) for v in (*seen, x.grad, layer.weight.grad)])
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b)


def test_a_backward_hook_may_change_the_gradient_of_its_input():
    layer = nn.Linear(2, 2)
    handle = layer.register_full_backward_hook(lambda m, before, after: (before[0] * 0 + 7,))
    x = tt.ones(1, 2, requires_grad=True)
    layer(x).sum().backward()
    assert x.grad.tolist() == [[7, 7]]
    with tt.no_grad():
        assert layer(x).requires_grad is False
    seen = []
    handle.remove()
    layer.register_full_backward_hook(lambda m, before, after: seen.append((before, after)))
    layer(x.detach()).sum().backward()  # no gradient for the input: the outputs' is all there is
    assert seen[0][0] == (None,) and seen[0][1][0].tolist() == [[1, 1]]


def test_modules_by_name():
    heads = nn.ModuleDict({"a": nn.Linear(2, 1)})
    heads["b"] = nn.ReLU()
    heads.update([("c", nn.Linear(1, 1, bias=False))])
    assert list(heads) == list(heads.keys()) == ["a", "b", "c"] and len(heads) == 3
    assert [n for n, _ in heads.named_parameters()] == ["a.weight", "a.bias", "c.weight"]
    assert "b" in heads and heads["b"] is dict(heads.items())["b"] and heads.get("z") is None
    assert heads.pop("b").__class__ is nn.ReLU and [*heads.values()] == [heads["a"], heads["c"]]
    del heads["a"]
    with pytest.raises(KeyError, match="a"):
        del heads["a"]
    with pytest.raises(KeyError, match="'keys' is already an attribute"):
        heads["keys"] = nn.ReLU()
    heads.clear()
    assert not len(heads)


def test_parameters_in_a_list_and_by_name():
    class Sums(nn.Module):
        def __init__(self):
            super().__init__()
            self.weights = nn.ParameterList([nn.Parameter([1.0]), tt.ones(2)])
            self.named = nn.ParameterDict({"k": np.zeros(3, np.float32)})

    model = Sums()
    model.weights.append(nn.Parameter([4.0]))
    model.weights += [np.ones(1, np.float32)]
    names = [f"weights.{i}" for i in range(4)]
    assert [n for n, _ in model.named_parameters()] == [*names, "named.k"]
    assert all(p.requires_grad and type(p) is nn.Parameter for p in model.parameters())
    assert len(model.weights) == 4 and model.weights[-1].tolist() == [1.0]
    assert sum(w.sum() for w in model.weights).item() == 8
    assert list(model.state_dict()) == [*names, "named.k"]
    assert len(model.weights[1:3]) == 2 and model.named["k"].shape == (3,)
    model.weights[0] = nn.Parameter([9.0])
    assert model.weights[0].item() == 9
    assert "(1): Parameter of shape (2,)" in repr(model)


def test_lists_of_modules_change_as_lists_do():
    for kind in (nn.ModuleList, lambda ms: nn.Sequential(*ms)):
        parts = [nn.Linear(i, i) for i in range(1, 6)]
        row = kind(parts[:2])
        row.insert(1, parts[2])
        row.extend([parts[3]])
        assert list(row) == [parts[0], parts[2], parts[1], parts[3]]
        row[1] = parts[4]
        del row[0]
        assert row.pop() is parts[3] and list(row) == [parts[4], parts[1]]
        assert [n for n, _ in row.named_children()] == ["0", "1"]
        assert list(row + [parts[0]]) == [parts[4], parts[1], parts[0]] and len(row) == 2  # noqa: RUF005 (as programs do)
        row += [parts[0]]
        assert len(row) == 3
        with pytest.raises(IndexError, match="there are 3, and none with number 3"):
            row[3]
    named = nn.Sequential({"a": nn.ReLU(), "b": nn.Tanh()})
    assert [n for n, _ in named[1:].named_children()] == ["b"]


def test_state_dict_with_prefix_and_the_tensors_themselves():
    layer = nn.Linear(1, 1, bias=False)
    state = layer.state_dict(prefix="net.", keep_vars=True)
    assert list(state) == ["net.weight"] and state["net.weight"] is layer.weight
