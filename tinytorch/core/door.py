"""The door of an operation, written out for its own inputs.

`Function.run` takes inputs of any number and kind, and its loops and lists take more time than the
arithmetic of a small tensor. So each class gets its own `run` when it is first used, much as a
dataclass gets its `__init__`: the same steps line by line, for inputs that are Tensors or plain
numbers. Whatever else comes, and whatever fails, goes through `Function.run`.
"""

import functools
import sys

_STEPS = """\
def door(_cls, _plain):
    def run({signature}):
        if _watcher is not None:
            return _plain({given})
{operands}
        _node = _new(_cls)
        _node.scratch = None
        try:
            z = _node.forward({values})
        except Exception:
            return _plain({given})  # fails again, and explains
        if type(z) is float32:
            shape, dtype = (), FLOAT32
        else:
            if type(z) is not ndarray or z.dtype is not FLOAT32:
                z = settled(z, ({arrays},))
            shape, dtype = z.shape, z.dtype
        out = _new(Tensor)
        out._data = z
        out.grad = None
        if _recording and ({any_node}) and (dtype is FLOAT32 or dtype.kind == "f"):
            _node.next_functions = ({nodes},)
            _node.order = tick()
            _node.mark = None
            _node.shape = shape
            _node.dtype = dtype
            _node.saved_tensors = saved = ({saved})
            if lent and saved:
                _node.seals = seal(saved)
            out._node = _node
        else:
            out._node = None
        return out
    return run
"""

_OPERAND = """\
        if type({x}) is Tensor or (isinstance({x}, Tensor) and {x}._kind is Tensor):
            {x}_data, {x}_node = {x}._data, {x}._node
        elif type({x}) is float or type({x}) is int:
            {x}_data, {x}_node = {x}, None
        else:
            return _plain({given})
"""

_FRACTIONS = """\
        if not isinstance({x}, Tensor) or {x}_data.dtype.kind != "f":
            return _plain({given})
"""

_ANY_INPUTS, _ANY_PARAMETERS = 0x04, 0x08  # the flags of code that takes *xs, and **params


def parameters(forward):
    """The names of the inputs of a formula, with "*xs" for any number, and of its parameters."""
    code = getattr(forward, "__wrapped__", forward).__code__
    count, names = code.co_argcount, code.co_varnames
    last = count + code.co_kwonlyargcount
    variadic = [f"*{names[last]}"] if code.co_flags & _ANY_INPUTS else []
    return [*names[1:count], *variadic], names[count:last]


def steps(cls):
    """The text of the door of an operation."""
    inputs, params = parameters(cls.forward)
    by_name = [f"{p}={p}" for p in params]
    given = ", ".join([*inputs, *by_name])
    operands = "".join(_OPERAND.format(x=x, given=given) for x in inputs)
    if cls.fractions:
        operands += _FRACTIONS.format(x=inputs[0], given=given)
    return _STEPS.format(
        signature=", ".join([*inputs, "/", *(["*", *params] if params else ())]),
        given=given,
        operands=operands.rstrip(),
        values=", ".join([*(f"{x}_data" for x in inputs), *by_name]),
        arrays=", ".join(f"{x}_data" for x in inputs),
        nodes=", ".join(f"{x}_node" for x in inputs),
        any_node=" or ".join(f"{x}_node" for x in inputs),
        saved="".join("z, " if name == "z" else f"{name}_data, " for name in cls.saves),
    )


class Door:
    """`run` of an operation, until it is first asked for."""

    def __get__(self, node, cls):
        engine = sys.modules[f"{__package__}.autograd"]
        run = functools.partial(engine.Function.run.__func__, cls)
        if not cls.forward.__code__.co_flags & (_ANY_INPUTS | _ANY_PARAMETERS):
            made = {}
            exec(compile(steps(cls), f"{__file__}, {cls.__name__}", "exec"), vars(engine), made)
            run = made["door"](cls, run)
            run.__defaults__ = cls.forward.__defaults__
            run.__kwdefaults__ = cls.forward.__kwdefaults__
            run.__name__, run.__qualname__ = "run", f"{cls.__qualname__}.run"
        cls.run = staticmethod(run)
        return run
