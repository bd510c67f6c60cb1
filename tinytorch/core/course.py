"""The course's names: there, a layer or a loss stands in the module of its operation.

Here it stands in a module of its own, since a Module needs Tensor and Tensor needs the operations.
The modules of the operations send on to it whoever asks them for it.
"""

from importlib import import_module

_MOVED = {
    "activations": {
        "activation_layers": ("ReLU", "Sigmoid", "Tanh", "Softmax", "GELU"),
    },
}


def moved(module: str, name: str):
    """What `name` of `module` is today; the `__getattr__` of the modules above."""
    for source, names in _MOVED[module.rpartition(".")[2]].items():
        if name in names:
            return getattr(import_module(f".{source}", __package__), name)
    raise AttributeError(f"module {module!r} has no attribute {name!r}")
