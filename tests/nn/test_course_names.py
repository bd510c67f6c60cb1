"""What the course's own code imports, where it imports it from."""

import importlib
import subprocess
import sys

import numpy as np
import pytest

NAMES = {
    "activations": "ReLU Sigmoid Tanh Softmax GELU",
    "layers": "Linear Dense",
    "losses": "MSELoss BinaryCrossEntropyLoss CrossEntropyLoss log_softmax",
    "spatial": "Conv2d MaxPool2d Conv2dBackward MaxPool2dBackward",
    "embeddings": "Embedding",
    "attention": "scaled_dot_product_attention MultiHeadAttention",
    "transformer": "TransformerBlock GPT",
    "training": "Trainer MeanSquaredError CrossEntropy BinaryCrossEntropy",
    "optimizers": "SGD Adam",
    "dataloader": "Dataset TensorDataset DataLoader",
}


@pytest.mark.parametrize("module", NAMES)
def test_names(module):
    found = importlib.import_module(f"tinytorch.core.{module}")
    for name in NAMES[module].split():
        assert callable(getattr(found, name)), name


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
import sys, numpy
before = set(sys.modules)
import tinytorch as tt
new = sys.modules.keys() - before
others = {name for name in new if name.partition(".")[0] != "tinytorch"}
light = {"_bisect", "_string", "bisect", "gc", "string", "zlib"}
assert others <= light, f"import tinytorch imports {others - light} beside NumPy"
later = {"nn", "optim", "data", "core.gradcheck", "core.derivatives", "core.graph", "core.anomaly"}
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
