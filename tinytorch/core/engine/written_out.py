"""`Function.run` written out for one input, two and three.

Its loop and lists take longer than the arithmetic of a small tensor. These are the same steps, one
after the other. What is no Tensor or plain number, and what fails, is left to `Function.run`.
"""

from numpy import float32, ndarray

from . import base
from .base import as_tensor
from .modes import grad_mode, intercepting
from .numbers import FLOAT32, as_result
from .versions import borrowed, checksums, now

_new = object.__new__


def run_one(cls, run_any):
    """`run` for one input."""
    pick_saved, saves_z, int_to_float = cls._pick_saved, cls.saves == ("z",), cls.int_to_float

    def run(x, /, **params):
        Tensor = base.Tensor
        if type(x) is not Tensor and not (isinstance(x, Tensor) and x.kind is Tensor):
            return run_any(as_tensor(x), **params)
        if intercepting:
            return run_any(x, **params)
        array, source = x._data, x._node
        if int_to_float and array.dtype.kind != "f":
            return run_any(x, **params)
        node = _new(cls)
        try:
            z = node.forward(array, **params)
        except Exception:
            return run_any(x, **params)  # fails again, and explains
        if type(z) is float32:  # a number; asking it for shape and dtype takes longer
            shape, dtype = (), FLOAT32
        else:
            if type(z) is not ndarray or z.dtype is not FLOAT32:
                z = as_result(z, (array,))
            shape, dtype = z.shape, z.dtype
        out = _new(Tensor)
        out._data = z
        out._grad = out._node = None
        if source and (dtype is FLOAT32 or dtype.kind == "f") and grad_mode.get().enabled:
            out._node = node
            node.next_functions = (source,)
            node.order = now()
            node.reached_by = None
            node.shape = shape
            node.dtype = dtype
            node.saved_tensors = saved = (z,) if saves_z else pick_saved((array, z))
            if borrowed and saved:
                node.checksums = checksums(saved)
        return out

    run.__qualname__ = f"{cls.__qualname__}.run"
    return run


def run_two(cls, run_any):
    """`run` for two inputs."""
    pick_saved, int_to_float = cls._pick_saved, cls.int_to_float
    saves_nothing, saves_inputs = not cls.saves, cls._saved_places == [0, 1]
    elementwise = cls.elementwise

    def run(a, b, /, **params):
        Tensor = base.Tensor
        if type(a) is Tensor or (isinstance(a, Tensor) and a.kind is Tensor):
            array_a, node_a = a._data, a._node
        elif type(a) is float or type(a) is int:
            array_a, node_a = a, None
        else:
            return run_any(a, b, **params)
        if type(b) is Tensor or (isinstance(b, Tensor) and b.kind is Tensor):
            array_b, node_b = b._data, b._node
        elif type(b) is float or type(b) is int:
            array_b, node_b = b, None
        else:
            return run_any(a, b, **params)
        if intercepting or int_to_float:
            return run_any(a, b, **params)
        node, arrays = _new(cls), (array_a, array_b)
        try:
            z = node.forward(*arrays, **params)
        except Exception:
            return run_any(a, b, **params)  # fails again, and explains
        if type(z) is float32:
            shape, dtype = (), FLOAT32
        else:
            both = array_a is not a and array_b is not b  # no numbers, which adapt
            if elementwise and both and array_a.dtype is not array_b.dtype:
                return run_any(a, b, **params)  # which promotes them
            if type(z) is not ndarray or z.dtype is not FLOAT32:
                z = as_result(z, arrays)
            shape, dtype = z.shape, z.dtype
        out = _new(Tensor)
        out._data = z
        out._grad = out._node = None
        recorded = (node_a or node_b) and (dtype is FLOAT32 or dtype.kind == "f")
        if recorded and grad_mode.get().enabled:
            out._node = node
            node.next_functions = (node_a, node_b)
            node.order = now()
            node.reached_by = None
            node.shape = shape
            node.dtype = dtype
            if saves_nothing:
                node.saved_tensors = ()
                return out
            node.saved_tensors = saved = arrays if saves_inputs else pick_saved((*arrays, z))
            if borrowed:
                node.checksums = checksums(saved)
        return out

    run.__qualname__ = f"{cls.__qualname__}.run"
    return run


def run_three(cls, run_any):
    """`run` for three inputs, all of them Tensors."""

    def run(a, b, c, /, **params):
        try:
            tensors = a.kind is b.kind is c.kind is base.Tensor
        except AttributeError:  # an array or a number
            tensors = False
        if intercepting or not tensors:
            return run_any(a, b, c, **params)
        node, arrays = _new(cls), (a._data, b._data, c._data)
        try:
            z = node.forward(*arrays, **params)
        except Exception:
            return run_any(a, b, c, **params)  # fails again, and explains
        if type(z) is not ndarray or z.dtype is not FLOAT32:
            z = as_result(z, arrays)
        out = _new(base.Tensor)
        out._data = z
        out._grad = out._node = None
        sources = (a._node, b._node, c._node)
        if any(sources) and z.dtype.kind == "f" and grad_mode.get().enabled:
            out._node = node.record(sources, (*arrays, z))
        return out

    run.__qualname__ = f"{cls.__qualname__}.run"
    return run


WRITTEN_OUT = {1: run_one, 2: run_two, 3: run_three}
