"""Changes in place: `x.add_(y)`, `x.zero_()`, `x.uniform_()`, … as methods of Tensor.

What is not recorded writes into the memory of the tensor, which others may share. What is recorded
cannot: the values that were there are needed to go back. There the tensor takes the result of the
ordinary operation, values and node, in the place of its own; every rule still has the values it
saved. A tensor whose memory another one shows too is refused then, for that one would not follow.
"""

import numbers
import sys

import numpy as np

from ..engine.base import TensorBase, as_tensor
from ..engine.leaf import AccumulateGrad
from ..engine.modes import enable_grad, is_grad_enabled
from ..engine.numbers import builtin_kind
from ..engine.versions import record_write
from ..generator import rng
from .curves import curve
from .indexing import ScatterBackward, index_steps
from .selection import step_of, where, with_values
from .writing import array_of, write

# Operations with one result of the shape and dtype of self, or one that is given them: each is a
# method in place too, `x.exp_()`. Those that NumPy writes into an array itself are below.
ELSEWHERE = """
    abs absolute acos acosh addbmm addmm addmv addr arccos arccosh arcsin arcsinh arctan arctan2
    arctanh asin asinh atan atan2 atanh baddbmm bitwise_and bitwise_left_shift bitwise_not
    bitwise_or bitwise_right_shift bitwise_xor ceil clamp clamp_max clamp_min clip copysign cos
    cosh cumprod cumsum deg2rad erf erfc exp exp2 expm1 fix floor fmod frac gcd heaviside hypot
    index_put lcm ldexp log log10 log1p log2 logit masked_fill masked_scatter nan_to_num neg
    negative put rad2deg reciprocal relu renorm round rsqrt scatter_reduce sgn sigmoid sign sin
    sinc sinh sqrt square tan tanh tril triu trunc xlogy
""".split()
ANSWERS = """
    eq ge greater greater_equal gt le less less_equal logical_and logical_not logical_or
    logical_xor lt ne not_equal
""".split()
VIEWS = "squeeze swapaxes swapdims t transpose unsqueeze".split()


def _in_place(name, operation):
    """The method `name` that puts `operation(self, …)` in place."""

    def method(self, *args, **options):
        _refuse_leaf(name, self)
        inputs = (self, *args, *options.values())
        if is_grad_enabled() and any(isinstance(x, TensorBase) and x.requires_grad for x in inputs):
            return _become(name, self, operation(self, *args, **options))
        return write(name, self, operation(self, *args, **options)._data)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"`{name.strip('_')}`, in place."
    return method


def _arithmetic(name, ufunc, operation, scaled=False):
    """As `_in_place`, for a function of NumPy that can write into an array itself."""

    def method(self, other, *, alpha=1, **options):
        if scaled and alpha != 1:
            other = other * alpha
        _refuse_leaf(name, self)
        recorded = self.requires_grad or (isinstance(other, TensorBase) and other.requires_grad)
        if options or (recorded and is_grad_enabled()):
            z = operation(self, other, **options)
            return _become(name, self, z) if recorded else write(name, self, z._data)
        array = array_of(self)
        value = other._data if isinstance(other, TensorBase) else other
        try:
            ufunc(array, value, out=array, casting="same_kind")
        except (TypeError, ValueError) as error:
            raise builtin_kind(error)(
                f"{name}: into {self.dtype} of shape {self.shape}, from {np.shape(value)}: {error}"
            ) from None
        record_write(array)
        return self

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"`{name.strip('_')}`, in place."
    return method


def _of_method(name):
    """The method `name` that puts the result of the one without its "_" in place."""
    return _in_place(name, lambda x, *args, **options: getattr(x, name[:-1])(*args, **options))


def _answer(name):
    """The same of a question: 1 where the answer is yes, 0 elsewhere, with a gradient of 0."""

    def asked(x, *args):
        yes = getattr(x, name[:-1])(*args)._data.astype(x.dtype)
        return step_of(x, yes) if x.requires_grad else x.kind._wrap(yes)

    return _in_place(name, asked)


def _view(name):
    """The method `name` that gives the tensor another shape over the same memory."""

    def method(self, *args, **options):
        _refuse_leaf(name, self)
        with enable_grad():  # a view belongs to the graph, whatever the mode
            z = getattr(self, name[:-1])(*args, **options)
        if isinstance(self._node, AccumulateGrad):
            self.data = z.detach()
        else:
            self._data, self._node = z._data, z._node
        return self

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"`{name.strip('_')}`, in place: the values stay where they are."
    return method


def _refuse_leaf(name, x):
    if is_grad_enabled() and isinstance(x._node, AccumulateGrad):
        raise RuntimeError(
            f"{name}: the tensor requires a gradient, and would no longer be where that arrives;"
            " change it inside no_grad(), as an optimizer does, or its .data"
        )


def _become(name, x, z):
    """Let `x` be `z`: its values, and the node that made them."""
    if z.shape != x.shape:
        raise ValueError(f"{name}: a result of shape {z.shape} into shape {x.shape}")
    if z.dtype != x.dtype:
        z = z.to(x.dtype)
    if _is_shown_elsewhere(x._data):
        raise RuntimeError(
            f"{name}: the tensor shows the memory of another one, which would not follow while"
            " operations are recorded; write x = x + … (or *, …), or .clone() it first"
        )
    x._data, x._node = z._data, z._node
    return x


def _is_shown_elsewhere(array):
    """Whether anything but the tensor of `array` holds the memory that it is a view of."""
    owner = getattr(array, "base", None)
    return isinstance(owner, np.ndarray) and sys.getrefcount(owner) > _OWN_REFERENCES


def _own_references():
    """Calibrates the line above: what it counts for a view whose owner nobody else holds."""
    array = np.zeros(2)[:]
    owner = array.base
    return sys.getrefcount(owner)


_OWN_REFERENCES = _own_references()


def put(x, index, value) -> None:
    """x[index] = value, recorded: what was there loses its gradient, and `value` gets it."""
    _refuse_leaf("setitem", x)
    places = np.arange(x.numel()).reshape(x.shape)
    try:
        for step in index_steps(index):
            places = places[step]
        values = as_tensor(value).to(x.dtype).expand(places.shape).reshape(-1)
    except (ValueError, TypeError, IndexError) as error:
        raise builtin_kind(error)(f"setitem: on a tensor of shape {x.shape}: {error}") from None
    flat = np.ravel(places)
    if len(flat) != len(np.unique(flat)):  # of those written to one place, the last stays
        _, from_the_end = np.unique(flat[::-1], return_index=True)
        kept = len(flat) - 1 - from_the_end
        flat, values = flat[kept], values[kept]
    written = np.zeros(x.numel(), bool)
    written[flat] = True
    new = ScatterBackward.run(values, index=flat, shape=(x.numel(),)).reshape(x.shape)
    _become("setitem", x, where(written.reshape(x.shape), new, x))


def _filled(name, draw):
    """The method `name` that writes numbers which `draw(rng, shape, …)` gives."""

    def method(self, *args, generator=None, **options):
        _refuse_leaf(name, self)
        drawn = draw(rng(generator), self.shape, *args, **options)
        value = np.asarray(drawn).astype(self.dtype, copy=False)
        if self.requires_grad and is_grad_enabled():
            return _become(name, self, step_of(self, value))
        return write(name, self, value)

    method.__name__ = method.__qualname__ = name
    return method


class InPlace:
    """Changes in place as methods of Tensor."""

    __slots__ = ()

    def lerp(self, end, weight):
        """self + weight · (end - self): a step of that share from one to the other."""
        return lerp(self, end, weight)

    def apply_(self, callable):
        """Every element replaced by what a function of Python numbers returns for it, in place."""
        _refuse_leaf("apply_", self)
        values = [callable(x) for x in np.ravel(self._data).tolist()]
        return write("apply_", self, np.array(values, self.dtype).reshape(self.shape))

    add_ = _arithmetic("add_", np.add, lambda x, y: x + y, scaled=True)
    sub_ = _arithmetic("sub_", np.subtract, lambda x, y: x - y, scaled=True)
    mul_ = _arithmetic("mul_", np.multiply, lambda x, y: x * y)
    div_ = _arithmetic("div_", np.true_divide, lambda x, y, **k: x.div(y, **k))
    pow_ = _arithmetic("pow_", np.power, lambda x, y: x**y)
    remainder_ = _arithmetic("remainder_", np.mod, lambda x, y: x % y)
    floor_divide_ = _arithmetic("floor_divide_", np.floor_divide, lambda x, y: x // y)
    subtract_, multiply_, divide_, true_divide_ = sub_, mul_, div_, div_

    addcmul_ = _in_place("addcmul_", lambda x, a, b, value=1: x + value * (a * b))
    addcdiv_ = _in_place("addcdiv_", lambda x, a, b, value=1: x + value * (a / b))
    lerp_ = _in_place("lerp_", lambda x, end, weight: lerp(x, end, weight))

    uniform_ = _filled(
        "uniform_", lambda draw, shape, low=0.0, high=1.0: draw.uniform(low, high, shape)
    )
    normal_ = _filled(
        "normal_", lambda draw, shape, mean=0.0, std=1.0: draw.normal(mean, std, shape)
    )
    bernoulli_ = _filled("bernoulli_", lambda draw, shape, p=0.5: draw.random(shape) < _plain(p))
    random_ = _filled(
        "random_", lambda draw, shape, *ends: draw.integers(*(ends or (1 << 24,)), shape)
    )
    exponential_ = _filled(
        "exponential_", lambda draw, shape, lambd=1.0: draw.exponential(1 / lambd, shape)
    )
    geometric_ = _filled("geometric_", lambda draw, shape, p: draw.geometric(p, shape))
    cauchy_ = _filled(
        "cauchy_",
        lambda draw, shape, median=0.0, sigma=1.0: median + sigma * draw.standard_cauchy(shape),
    )
    log_normal_ = _filled(
        "log_normal_", lambda draw, shape, mean=1.0, std=2.0: draw.lognormal(mean, std, shape)
    )

    def zero_(self):
        """Zeros, in place."""
        return self.fill_(0)

    def fill_(self, value):
        """`value` everywhere, in place."""
        return self.copy_(value)

    def copy_(self, src, non_blocking=False):
        """The values of `src`, broadcast and in the dtype of self, in its place."""
        _refuse_leaf("copy_", self)
        wants = self.requires_grad or (isinstance(src, TensorBase) and src.requires_grad)
        if wants and is_grad_enabled():
            src = src if isinstance(src, TensorBase) else self.kind._wrap(np.asarray(src))
            new = src.to(self.dtype).expand(self.shape)
            if not self.requires_grad:
                return _become("copy_", self, new.clone())
            return _become("copy_", self, where(np.ones(self.shape, np.bool_), new, self))
        value = src._data if isinstance(src, TensorBase) else src
        return write("copy_", self, np.asarray(value).astype(self.dtype, copy=False))

    def detach_(self):
        """Cut this tensor itself from its graph, and return it."""
        self._node = None
        return self

    def __imod__(self, other):
        return self.remainder_(other) if _knows(other) else NotImplemented

    def __iand__(self, other):
        return self.bitwise_and_(other) if _knows(other) else NotImplemented

    def __ior__(self, other):
        return self.bitwise_or_(other) if _knows(other) else NotImplemented

    def __ixor__(self, other):
        return self.bitwise_xor_(other) if _knows(other) else NotImplemented

    def __ilshift__(self, other):
        return self.bitwise_left_shift_(other) if _knows(other) else NotImplemented

    def __irshift__(self, other):
        return self.bitwise_right_shift_(other) if _knows(other) else NotImplemented

    def __ifloordiv__(self, other):
        return self.floor_divide_(other) if _knows(other) else NotImplemented


for make, names in (_of_method, ELSEWHERE), (_answer, ANSWERS), (_view, VIEWS):
    for name in names:
        setattr(InPlace, f"{name}_", make(f"{name}_"))


def lerp(input, end, weight):
    """input + weight · (end - input): a step of that share from one to the other."""
    x, end = as_tensor(input), as_tensor(end)
    if not isinstance(weight, (TensorBase, numbers.Real)):
        raise TypeError(f"lerp: weight must be a number or a Tensor, got {type(weight).__name__}")
    if isinstance(weight, TensorBase):
        z = curve(lambda x, end, weight: x * (1 - weight) + end * weight, x, end, weight)
    else:
        z = x * (1 - weight) + end * weight
    share = _plain(weight)
    return with_values(z, (x._data + share * (end._data - x._data)).astype(z.dtype, copy=False))


def _plain(x):
    return x._data if isinstance(x, TensorBase) else x


def _knows(x):
    return isinstance(x, (TensorBase, np.ndarray, np.generic, int, float))
