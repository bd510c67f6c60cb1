"""What the course's own code imports, where it imports it from."""

import importlib
import inspect
import subprocess
import sys

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import nn
from tinytorch.core import autograd

FUNCTIONAL = tt.nn.functional
NAMES = {  # where the course has it, and what it is here
    "activations.ReLU": nn.ReLU,
    "activations.Sigmoid": nn.Sigmoid,
    "activations.Tanh": nn.Tanh,
    "activations.Softmax": nn.Softmax,
    "activations.GELU": nn.GELU,
    "layers.Linear": nn.Linear,
    "layers.Dense": nn.Linear,
    "losses.MSELoss": nn.MSELoss,
    "losses.BinaryCrossEntropyLoss": nn.BCELoss,
    "losses.CrossEntropyLoss": nn.CrossEntropyLoss,
    "spatial.Conv2d": nn.Conv2d,
    "spatial.MaxPool2d": nn.MaxPool2d,
    "spatial.Conv2dBackward": autograd.Conv2dBackward,
    "spatial.MaxPool2dBackward": autograd.MaxPool2dBackward,
    "embeddings.Embedding": nn.Embedding,
    "attention.scaled_dot_product_attention": FUNCTIONAL.scaled_dot_product_attention,
    "attention.MultiHeadAttention": nn.MultiHeadAttention,
    "transformer.TransformerBlock": nn.TransformerBlock,
    "transformer.GPT": nn.GPT,
    "training.MeanSquaredError": nn.MSELoss,
    "training.BinaryCrossEntropy": nn.BCELoss,
    "training.CrossEntropy": nn.CrossEntropyLoss,
    "optimizers.SGD": tt.optim.SGD,
    "optimizers.Adam": tt.optim.Adam,
}
OWN = {"training": "Trainer", "dataloader": "Dataset TensorDataset DataLoader"}
X = tt.tensor([[0.2, 0.9], [0.5, 0.4]])
IMAGE = tt.ones(1, 1, 4, 4)
CALLS = {  # arguments of the class, those of a call, and the shape of the result
    "activations.ReLU": ([], [X], (2, 2)),
    "activations.Sigmoid": ([], [X], (2, 2)),
    "activations.Tanh": ([], [X], (2, 2)),
    "activations.Softmax": ([-1], [X], (2, 2)),
    "activations.GELU": ([], [X], (2, 2)),
    "layers.Linear": ([2, 3], [X], (2, 3)),
    "layers.Dense": ([2, 3], [X], (2, 3)),
    "losses.MSELoss": ([], [X, X], ()),
    "losses.BinaryCrossEntropyLoss": ([], [X, X], ()),
    "losses.CrossEntropyLoss": ([], [X, tt.tensor([0, 1])], ()),
    "spatial.Conv2d": ([1, 2, 3], [IMAGE], (1, 2, 2, 2)),
    "spatial.MaxPool2d": ([2], [IMAGE], (1, 1, 2, 2)),
    "embeddings.Embedding": ([5, 3], [tt.tensor([[0, 4]])], (1, 2, 3)),
    "attention.MultiHeadAttention": ([4, 2], [tt.ones(1, 3, 4)], (1, 3, 4)),
    "transformer.GPT": ([5, 4, 1, 2], [tt.tensor([[0, 4]])], (1, 2, 5)),
}
SIGNATURES = {
    "activations.Softmax": "dim",
    "activations.GELU": "approximate",
    "layers.Linear": "in_features out_features bias",
    "layers.Dense": "in_features out_features bias",
    "losses.MSELoss": "reduction",
    "losses.BinaryCrossEntropyLoss": "weight reduction",
    "losses.CrossEntropyLoss": "weight ignore_index reduction label_smoothing",
    "losses.log_softmax": "x dim",
    "spatial.Conv2d": "in_channels out_channels kernel_size stride padding dilation groups bias",
    "spatial.MaxPool2d": "kernel_size stride padding dilation",
    "embeddings.Embedding": "num_embeddings embedding_dim padding_idx",
}


def course(name):
    module, _, attribute = name.partition(".")
    return getattr(importlib.import_module(f"tinytorch.core.{module}"), attribute)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_the_course_is_the_thing_itself(name):
    module, _, attribute = name.partition(".")
    found = vars(importlib.import_module(f"tinytorch.core.{module}"))
    assert found[attribute] is NAMES[name]  # there, not sent for when it is asked for


def test_what_is_only_there():
    for module, names in OWN.items():
        for name in names.split():
            assert inspect.isclass(course(f"{module}.{name}")), name


@pytest.mark.parametrize("name", CALLS)
def test_it_runs_as_the_course_calls_it(name):
    made, given, shape = CALLS[name]
    assert course(name)(*made)(*given).shape == shape


@pytest.mark.parametrize("name", SIGNATURES)
def test_its_parameters_have_the_names_the_course_gives_them(name):
    found = list(inspect.signature(course(name)).parameters)
    wanted = SIGNATURES[name].split()
    assert found[: len(wanted)] == wanted


def test_log_softmax_has_a_default_axis():
    log_softmax = course("losses.log_softmax")
    expected = X.data - np.log(np.exp(X.data).sum(-1, keepdims=True))
    np.testing.assert_allclose(log_softmax(X).data, expected, rtol=1e-6)
    np.testing.assert_array_equal(log_softmax(X, dim=-1).data, log_softmax(X).data)
    np.testing.assert_allclose(np.exp(log_softmax(X, dim=0).data).sum(0), 1, rtol=1e-6)


def test_the_rules_of_images_can_be_made_by_hand():
    w = course("spatial.Conv2dBackward")
    node = w(IMAGE, tt.ones(1, 1, 3, 3), 0, stride=1, padding=0, dilation=1, groups=1)
    dx, dw, db = node.apply(np.ones((1, 1, 2, 2), np.float32))
    assert dx.shape == IMAGE.shape and dw.shape == (1, 1, 3, 3) and db is None


def test_variables_flow_through_layers_and_losses():
    from tinytorch.core.activations import ReLU
    from tinytorch.core.autograd import Variable
    from tinytorch.core.layers import Dense
    from tinytorch.core.losses import MSELoss
    from tinytorch.core.optimizers import SGD

    layer = Dense(3, 1)
    assert layer.weights is layer.weight
    x = Variable(np.ones((2, 3), np.float32))
    loss = MSELoss()(ReLU()(layer(x)) + layer(x), Variable(np.zeros((2, 1), np.float32)))
    assert type(loss) is Variable and type(loss.detach()) is Variable
    loss.backward()
    before = layer.weight.tolist()
    SGD(layer.parameters(), lr=0.1).step()
    assert layer.weight.tolist() != before and x.grad.data.data.shape == (2, 3)


def test_what_trains_is_imported_when_it_is_asked_for():
    code = """
import sys, inspect, numpy  # NumPy imports inspect itself from 2.2 on
before = set(sys.modules)
import tinytorch as tt
new = sys.modules.keys() - before
others = {name for name in new if name.partition(".")[0] != "tinytorch"}
light = {"_bisect", "_heapq", "_string", "bisect", "copy", "dataclasses", "difflib", "gc"}
light |= {"heapq", "string", "zlib"}
assert others <= light, f"import tinytorch imports {others - light} beside NumPy"
later = {"nn", "optim", "data", "core.optimizers", "core.training", "core.transformer"}
assert not {f"tinytorch.{name}" for name in later} & new
for name in tt.autograd.__all__:
    assert name in dir(tt.autograd) and hasattr(tt.autograd, name), name
tt.nn.Linear, tt.optim.SGD, tt.data.digits, tt.save
assert {"nn", "optim", "data", "save", "load"} <= set(dir(tt))
for module in (tt, tt.autograd):
    try:
        module.nothing
    except AttributeError as error:
        assert "has no attribute 'nothing'" in str(error)
    else:
        raise AssertionError(module)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
