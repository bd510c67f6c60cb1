"""Linear algebra, as `torch.linalg` has it."""

from .core.linalg import *
from .core.linalg import __all__

_NOT_HERE = {
    "eig": "its results are complex, and numbers are real here; eigh is for symmetric matrices",
    "eigvals": "its results are complex, and numbers are real here; eigvalsh is for symmetric ones",
    "lu": "solve and det eliminate by themselves",
    "lu_factor": "solve and det eliminate by themselves",
    "lu_solve": "solve and det eliminate by themselves",
    "householder_product": "qr returns Q itself",
}


def __getattr__(name):
    if name in _NOT_HERE:
        raise AttributeError(f"tinytorch.linalg has no {name}: {_NOT_HERE[name]}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
