"""Layers that learn the size of their input from the first batch."""

import copy

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import nn


def network():
    return nn.Sequential(
        nn.LazyConv2d(4, 3, padding=1),
        nn.LazyBatchNorm2d(),
        nn.ReLU(),
        nn.LazyConvTranspose2d(2, 2, stride=2),
        nn.Flatten(),
        nn.LazyLinear(5),
        nn.LazyBatchNorm1d(),
    )


def test_the_first_batch_makes_ordinary_layers():
    net = network().train()
    z = net(tt.ones(3, 2, 4, 4))
    assert z.shape == (3, 5)
    kinds = [nn.Conv2d, nn.BatchNorm2d, nn.ReLU, nn.ConvTranspose2d, nn.Flatten, nn.Linear]
    assert [type(m) for m in net] == [*kinds, nn.BatchNorm1d]
    assert net[0].weight.shape == (4, 2, 3, 3) and net[5].in_features == 2 * 8 * 8
    z.sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    copy.deepcopy(net).load_state_dict(net.state_dict())
    assert net[-1].num_batches_tracked.item() == 1


def test_before_that_nothing_can_be_read():
    net = network()
    for read in (net.parameters, net.state_dict, lambda: net.load_state_dict({}), net.zero_grad):
        with pytest.raises(RuntimeError, match="LazyConv2d: it has no parameters before"):
            read()
    assert len(list(net.modules())) == 8 and net.to("cpu") is net
    assert "LazyLinear(5)" in repr(net)


def test_modes_and_hooks_stay():
    seen = []
    layer = nn.LazyLinear(2, bias=False).eval()
    layer.register_forward_hook(lambda m, x, z: seen.append(z.shape))
    layer(tt.ones(3, 4))
    assert not layer.training and seen == [(3, 2)] and layer.bias is None
    with pytest.raises(ValueError, match=r"LazyConv1d: an input of shape \(3,\) has no size"):
        nn.LazyConv1d(2, 3)(tt.ones(3))


def test_parameters_as_one_vector():
    layer = nn.Linear(2, 3)
    vector = nn.utils.parameters_to_vector(layer.parameters())
    assert vector.shape == (9,) and vector.requires_grad
    nn.utils.vector_to_parameters(np.arange(9.0), layer.parameters())
    assert layer.weight.tolist() == [[0, 1], [2, 3], [4, 5]] and layer.bias.tolist() == [6, 7, 8]
    with pytest.raises(ValueError, match=r"have 9 numbers, the vector has shape \(3,\)"):
        nn.utils.vector_to_parameters(np.ones(3), layer.parameters())


def test_sequences_in_one_block():
    one, two = tt.ones(3, 2, requires_grad=True), tt.ones(1, 2)
    block = nn.utils.rnn.pad_sequence([one, two], batch_first=True, padding_value=-1.0)
    assert block[1].tolist() == [[1, 1], [-1, -1], [-1, -1]]
    assert nn.utils.rnn.pad_sequence([one, two]).shape == (3, 2, 2)
    assert nn.utils.rnn.pad_sequence([tt.tensor([1, 2]), tt.tensor([3])]).dtype == np.int64
    block.sum().backward()
    assert one.grad.tolist() == [[1, 1]] * 3
    with pytest.raises(ValueError, match="at least one sequence"):
        nn.utils.rnn.pad_sequence([])


def test_more_initial_distributions():
    w = tt.empty(4, 6)
    q = nn.init.orthogonal_(w, gain=2.0).data
    np.testing.assert_allclose(q @ q.T, 4 * np.eye(4), atol=1e-5)
    q = nn.init.orthogonal_(tt.empty(6, 2, 2)).data.reshape(6, 4)
    np.testing.assert_allclose(q.T @ q, np.eye(4), atol=1e-5)
    assert nn.init.eye_(w).tolist() == np.eye(4, 6).tolist()
    x = nn.init.trunc_normal_(tt.empty(10_000), std=0.02, a=-0.03, b=0.04).data
    assert x.min() >= -0.03 and x.max() <= 0.04 and x.max() > 0.039 and 0.012 < x.std() < 0.018
    for call, text in (
        (lambda: nn.init.eye_(tt.empty(2)), "expected a matrix"),
        (lambda: nn.init.orthogonal_(tt.empty(2)), "two axes or more"),
        (lambda: nn.init.trunc_normal_(w, a=1, b=0), "expected a < b"),
        (lambda: nn.init.trunc_normal_(w, a=9, b=10), "more than 4 std away"),
    ):
        with pytest.raises(ValueError, match=text):
            call()
