"""Engines in one file: of closures, with a tape, and spoiled ones."""

import numpy as np

from .registry import right, wrong


def down(g, shape):
    lead = g.ndim - len(shape)
    axes = (*range(lead), *(lead + i for i, n in enumerate(shape) if n == 1))
    return g.sum(axes).reshape(shape)


class Closures:
    """An engine of closures: each result knows how to send its gradient on."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = np.array(data, float), None, parents
        self.send = None

    @classmethod
    def of(cls, x):
        return x if isinstance(x, cls) else cls(x)

    def collect(self, g):
        g = down(
            np.broadcast_to(g, np.broadcast_shapes(np.shape(g), self.data.shape)), self.data.shape
        )
        self.grad = g if self.grad is None else self.grad + g

    def made(self, data, parents, send):
        out = type(self)(data, parents)
        out.send = lambda: send(out.grad)
        return out

    def __add__(self, other):
        other = self.of(other)

        def send(g):
            self.collect(g)
            other.collect(g)

        return self.made(self.data + other.data, (self, other), send)

    def __mul__(self, other):
        other = self.of(other)

        def send(g):
            self.collect(g * other.data)
            other.collect(g * self.data)

        return self.made(self.data * other.data, (self, other), send)

    def __pow__(self, n):
        return self.made(
            self.data**n, (self,), lambda g: self.collect(g * n * self.data ** (n - 1))
        )

    def __matmul__(self, other):
        def send(g):
            self.collect(g @ other.data.T)
            other.collect(self.data.T @ g)

        return self.made(self.data @ other.data, (self, other), send)

    def __neg__(self):
        return self.made(-self.data, (self,), lambda g: self.collect(-g))

    def __sub__(self, other):
        return self + (-self.of(other))

    def __rsub__(self, other):
        return self.of(other) - self

    def __truediv__(self, other):
        return self * self.of(other) ** -1

    __radd__, __rmul__ = __add__, __mul__

    def relu(self):
        return self.made(
            np.maximum(self.data, 0), (self,), lambda g: self.collect(np.where(self.data > 0, g, 0))
        )

    def tanh(self):
        z = np.tanh(self.data)
        return self.made(z, (self,), lambda g: self.collect(g * (1 - z**2)))

    def exp(self):
        z = np.exp(self.data)
        return self.made(z, (self,), lambda g: self.collect(g * z))

    def log(self):
        return self.made(np.log(self.data), (self,), lambda g: self.collect(g / self.data))

    def sum(self, axis=None, keepdims=False):
        def send(g):
            if axis is not None and not keepdims:
                g = np.expand_dims(g, axis)
            self.collect(np.broadcast_to(g, self.data.shape))

        return self.made(self.data.sum(axis=axis, keepdims=keepdims), (self,), send)

    def order(self):
        found, done, stack = [], set(), [(self, False)]
        while stack:
            value, back = stack.pop()
            if back:
                found.append(value)
            elif value not in done:
                done.add(value)
                stack.append((value, True))
                stack += [(parent, False) for parent in value.parents]
        return found[::-1]

    def backward(self):
        order = self.order()
        for value in order:
            if value.parents:
                value.grad = None
        self.collect(np.ones_like(self.data))
        for value in order:
            if value.send:
                value.send()


right("Tensor")(Closures)


def changed(name, **methods):
    """The engine of closures with other methods."""
    cls = type("MyTensor", (Closures,), methods)
    cls.__name__ = name
    return cls


def _minus_forgets(self, other):
    other = self.of(other)

    def send(g):
        self.collect(g)
        other.collect(g)

    return self.made(self.data - other.data, (self, other), send)


def _matmul_swapped(self, other):
    def send(g):
        self.collect((other.data @ g.T).T)
        other.collect((g.T @ self.data).T * 2)

    return self.made(self.data @ other.data, (self, other), send)


def _relu_of_g(self):
    return self.made(np.maximum(self.data, 0), (self,), lambda g: self.collect(np.maximum(g, 0)))


def _log_of_result(self):
    z = np.log(self.data)
    return self.made(z, (self,), lambda g: self.collect(g / z))


def _sum_as_mean(self, axis=None, keepdims=False):
    def send(g):
        if axis is not None and not keepdims:
            g = np.expand_dims(g, axis)
        self.collect(np.broadcast_to(g, self.data.shape) / self.data.size)

    return self.made(self.data.sum(axis=axis, keepdims=keepdims), (self,), send)


def _keepdims_forgotten(self, axis=None, keepdims=False):
    return Closures.sum(self, axis, False)


def _from_result(self):
    for value in (order := self.order()):
        if value.parents:
            value.grad = None
    self.collect(self.data)
    for value in order:
        if value.send:
            value.send()


def _creation(self):
    """Level by level: a value may run before all has come in."""
    level = [self]
    self.grad = np.ones_like(self.data)
    while level:
        for value in level:
            if value.send:
                value.send()
        level = list(dict.fromkeys(p for value in level for p in value.parents))


def _plain_result(self, other):
    other = self.of(other)
    return self.data * other.data


def _rsub_turned(self, other):
    return self - other


def _divide_alone(self, other):
    other = self.of(other)
    return self.made(self.data / other.data, (self, other), lambda g: self.collect(g / other.data))


for _name, _methods, _said in (
    ("difference_without_minus", {"__sub__": _minus_forgets}, "The sign is wrong"),
    ("products_twice", {"__matmul__": _matmul_swapped}, "2 times what it should be"),
    ("relu_of_the_gradient", {"relu": _relu_of_g}, "`a.relu()`: the gradient"),
    ("log_of_the_result", {"log": _log_of_result}, "`a.log()`: the gradient"),
    ("sum_as_a_mean", {"sum": _sum_as_mean}, "`a.sum()`: the gradient"),
    ("keepdims_forgotten", {"sum": _keepdims_forgotten}, "`a.sum(1, keepdims=True)`: the result"),
    ("from_the_loss", {"backward": _from_result}, "not with the result"),
    ("level_by_level", {"backward": _creation}, "is each node called once"),
    (
        "an_array_comes_back",
        {"__mul__": _plain_result, "__rmul__": _plain_result},
        "every operation returns a",
    ),
    ("numbers_on_the_left", {"__rsub__": _rsub_turned}, "`1 - a`: the result"),
    ("denominator_forgotten", {"__truediv__": _divide_alone}, "`.grad` of input 2 is None"),
):
    wrong("Tensor", _said)(changed(_name, **_methods))


class Tape:
    """An engine with one tape: what was computed last is undone first."""

    tape: list = []  # noqa: RUF012

    def __init__(self, data):
        self.data, self.grad = np.asarray(data, dtype=float), None

    def record(self, data, *pairs):
        out = Tape(data)
        Tape.tape.append((out, [(x, rule) for x, rule in pairs if isinstance(x, Tape)]))
        return out

    def __add__(self, other):
        return self.record(self.data + _d(other), (self, lambda g: g), (other, lambda g: g))

    def __sub__(self, other):
        return self.record(self.data - _d(other), (self, lambda g: g), (other, lambda g: -g))

    def __rsub__(self, other):
        return self.record(other - self.data, (self, lambda g: -g))

    def __neg__(self):
        return 0 - self

    def __mul__(self, other):
        a, b = self.data, _d(other)
        return self.record(a * b, (self, lambda g: g * b), (other, lambda g: g * a))

    def __truediv__(self, other):
        a, b = self.data, _d(other)
        return self.record(a / b, (self, lambda g: g / b), (other, lambda g: -g * a / b**2))

    def __matmul__(self, other):
        a, b = self.data, _d(other)
        return self.record(a @ b, (self, lambda g: g @ b.T), (other, lambda g: a.T @ g))

    __radd__, __rmul__ = __add__, __mul__

    def relu(self):
        return self.record(self.data.clip(0), (self, lambda g: g * (self.data > 0)))

    def tanh(self):
        z = np.tanh(self.data)
        return self.record(z, (self, lambda g: g * (1 - z * z)))

    def exp(self):
        z = np.exp(self.data)
        return self.record(z, (self, lambda g: g * z))

    def log(self):
        x = self.data
        return self.record(np.log(x), (self, lambda g: g / x))

    def sum(self, axis=None, keepdims=False):
        def rule(g):
            return np.zeros_like(self.data) + (
                g if axis is None or keepdims else np.expand_dims(g, axis)
            )

        return self.record(np.sum(self.data, axis, keepdims=keepdims), (self, rule))

    def backward(self):
        held, made = {id(self): np.ones_like(self.data)}, {id(out) for out, _ in Tape.tape}
        for out, pairs in reversed(Tape.tape):
            g = held.pop(id(out), None)
            if g is None:
                continue
            for x, rule in pairs:
                d = rule(g)
                d = down(
                    np.broadcast_to(d, np.broadcast_shapes(d.shape, x.data.shape)), x.data.shape
                )
                if id(x) in made:
                    held[id(x)] = held[id(x)] + d if id(x) in held else d
                else:
                    x.grad = d if x.grad is None else x.grad + d
        Tape.tape.clear()


def _d(x):
    return x.data if isinstance(x, Tape) else x


right("Tensor")(Tape)
