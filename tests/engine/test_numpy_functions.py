"""NumPy's own functions on Tensors: each records, or refuses, or has nothing to lose."""

import inspect

import numpy as np
import pytest

import tinytorch as tt
from tinytorch.core.interop import FUNCTIONS, WITHOUT_GRADIENT


def leaf(*shape):
    return tt.tensor(np.arange(1.0, np.prod(shape) + 1).reshape(shape), requires_grad=True)


RECORDED = {
    "dot": (lambda x: np.dot(x, x.T), (2, 3)),
    "dot of vectors": (lambda x: np.dot(x, np.ones(3)), (3,)),
    "vdot": (lambda x: np.vdot(x, x), (2, 3)),
    "inner": (lambda x: np.inner(x, x), (2, 3)),
    "outer": (lambda x: np.outer(x, [1.0, 2.0]), (3,)),
    "squeeze": (lambda x: np.squeeze(x), (1, 3)),
    "expand_dims": (lambda x: np.expand_dims(x, 1), (2, 3)),
    "swapaxes": (lambda x: np.swapaxes(x, 0, 1), (2, 3)),
    "ravel": (lambda x: np.ravel(x), (2, 3)),
    "broadcast_to": (lambda x: np.broadcast_to(x, (2, 3)), (3,)),
    "average": (lambda x: np.average(x), (2, 3)),
    "average, weights": (lambda x: np.average(x, axis=0, weights=[1.0, 3.0]), (2, 3)),
    "norm": (lambda x: np.linalg.norm(x), (2, 3)),
    "norm over an axis": (lambda x: np.linalg.norm(x, axis=1), (2, 3)),
    "vstack": (lambda x: np.vstack([x, x]), (3,)),
    "hstack": (lambda x: np.hstack([x, np.ones((2, 1))]), (2, 3)),
    "split": (lambda x: np.split(x, [1])[1], (3,)),
    "copy": (lambda x: np.copy(x), (3,)),
    "tril": (lambda x: np.tril(x), (3, 3)),
}


@pytest.mark.parametrize("name", RECORDED)
def test_it_is_recorded_with_the_value_of_numpy(name):
    function, shape = RECORDED[name]
    x = leaf(*shape)
    z = function(x)
    assert isinstance(z, tt.Tensor) and z.requires_grad
    np.testing.assert_allclose(z.data, function(x.data), rtol=1e-12)
    assert tt.autograd.gradcheck(function, x)
    assert isinstance(function(x.detach()), (np.ndarray, np.generic, tt.Tensor))


def public_functions():
    for module in (np, np.linalg, np.fft):
        for name in sorted(dir(module)):
            function = getattr(module, name)
            if not name.startswith("_") and type(function).__name__ == "_ArrayFunctionDispatcher":
                yield f"{module.__name__}.{name}", function


def ways_to_call(function, x, path):
    """The lists of arguments to try: x where arrays go, a path where a file does."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:  # a function in C, before NumPy 2.4
        return [[x] * many for many in (1, 2, 3)]
    names = [
        p.name
        for p in parameters
        if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    return [[path if name in ("file", "fname", "fp") else x for name in names] or [x]]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "function"), list(public_functions()))
def test_no_function_loses_a_gradient_without_a_word(name, function, tmp_path):
    """Called with one Tensor where arrays go, it records, refuses, or answers without floats."""
    x = leaf(3, 3)
    for given in ways_to_call(function, x, str(tmp_path / "x")):
        try:
            z = function(*given)
        except Exception:
            continue  # refused, by us or by NumPy: nothing is lost without a word
        if function not in WITHOUT_GRADIENT:
            parts = z if isinstance(z, (tuple, list)) else [z]
            assert all(isinstance(part, tt.Tensor) and part.requires_grad for part in parts), name


def test_the_way_out_is_said():
    x = leaf(3)
    with pytest.raises(
        TypeError, match=r"numpy\.median: .* use an operation of tinytorch, or \.det"
    ):
        np.median(x)
    with pytest.raises(TypeError, match=r"numpy\.tile"):
        np.tile(x, 2)
    with pytest.raises(TypeError, match=r"numpy\.sum: .*'dtype' .* not recorded"):
        np.sum(x, dtype=np.float32)
    assert np.median(x.detach()) == 2 and np.median(x.data) == 2
    with tt.no_grad():
        assert np.median(x) == 2


def test_every_function_is_known_once():
    assert not FUNCTIONS.keys() & WITHOUT_GRADIENT
