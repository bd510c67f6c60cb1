"""Modes: whether operations record themselves, who watches, and whose rules stand in.

Each is a context variable, so that every thread has its own and starts with the defaults.
"""

import functools
import inspect
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import pairwise


class GradMode:
    """Whether operations record: what one block says, and the block around it.

    `bare` is a call of `set_grad_enabled` that no `with` took over.
    """

    __slots__ = ("bare", "enabled", "outer")

    def __init__(self, enabled, outer=None, bare=False):
        self.enabled, self.outer, self.bare = enabled, outer, bare


# that of the innermost open block
grad_mode = ContextVar("grad_mode", default=GradMode(True))  # noqa: B039 (never written to)
watchers = ContextVar("watchers", default=())
stand_ins = ContextVar("stand_ins", default={})  # noqa: B039 (never written to)

# The open blocks of `watch` and `using`, in all threads. While there is none, an operation need
# not ask.
intercepting = []


def is_grad_enabled() -> bool:
    """Whether operations record themselves, in this thread."""
    return grad_mode.get().enabled


class _Mode:
    """A `with` block, or decorated function or generator, in which recording is on or off.

    Blocks may overlap instead of nesting, as those of two generators do: the one entered last of
    those still open decides.
    """

    _mode = False

    def __new__(cls, function=None):
        self = object.__new__(cls)
        self._entered = []  # once for each time it was entered: calls may recurse
        return self if function is None else self(function)

    def __enter__(self):
        self._entered.append(_enter(self._mode))

    def __exit__(self, *exception):
        _leave(self._entered.pop())

    def __call__(self, function):
        if inspect.isclass(function):
            raise TypeError(
                f"{type(self).__name__}: it decorates functions and generators, not the class"
                f" {function.__name__}; decorate its methods"
            )
        if inspect.isgeneratorfunction(function):
            return _in_mode(function, self._mode)

        @functools.wraps(function)
        def wrapped(*args, **kwargs):
            block = _enter(self._mode)
            try:
                return function(*args, **kwargs)
            finally:
                _leave(block)

        return wrapped


class no_grad(_Mode):
    """A `with` block, or decorated function, in which nothing is recorded.

    >>> import tinytorch as tt
    >>> x = tt.tensor(2.0, requires_grad=True)
    >>> with tt.no_grad():
    ...     y = x * 3
    >>> y.requires_grad
    False
    """


class inference_mode(no_grad):
    """`no_grad`, by PyTorch's other name for it; `inference_mode(False)` does nothing."""

    def __new__(cls, mode=True):
        return super().__new__(cls, mode if callable(mode) else None)

    def __init__(self, mode=True):
        self._mode = is_grad_enabled() if mode is False else False


class enable_grad(_Mode):
    """A `with` block, or decorated function, in which operations record, inside `no_grad` too."""

    _mode = True


class set_grad_enabled(_Mode):
    """Turn recording on or off, at once, and back at the end of a `with` block.

    Inside a block of `no_grad` or `enable_grad` it holds until that block ends.

    >>> import tinytorch as tt
    >>> x = tt.tensor(2.0, requires_grad=True)
    >>> with tt.set_grad_enabled(False):
    ...     y = x * 3
    >>> y.requires_grad
    False
    """

    def __new__(cls, mode: bool):
        return super().__new__(cls)

    def __init__(self, mode: bool):
        self._mode = bool(mode)
        self._block = _enter(self._mode, bare=True)

    def __enter__(self):
        block, self._block = self._block, None
        if block is None:
            block = _enter(self._mode)
        block.bare = False  # now a block like any other
        self._entered.append(block)

    def __call__(self, function):
        if self._block is not None:  # as a decorator it takes effect in the calls alone
            _leave(self._block)
            self._block = None
        return super().__call__(function)


def _enter(enabled, bare=False):
    outer = grad_mode.get()
    if bare and outer.bare:  # it takes the place of the one before
        outer = outer.outer
    block = GradMode(enabled, outer, bare)
    grad_mode.set(block)
    return block


def _leave(block):
    """Close a block, and with it the bare calls inside it."""
    innermost = grad_mode.get()
    if innermost is block:  # always, where blocks nest
        grad_mode.set(block.outer)
        return
    inside, other = [], innermost  # those entered later and still open, innermost first
    while other is not None and other is not block:
        inside.append(other)
        other = other.outer
    if other is None:  # it was entered in another context
        return
    rest = [*(inner for inner in inside if not inner.bare), block.outer]
    for inner, outer in pairwise(rest):
        inner.outer = outer
    grad_mode.set(rest[0])


def _in_mode(function, mode):
    """A generator function whose body runs in `mode`, and whose caller does not."""

    def step(advance, *args):
        block = _enter(mode)
        try:
            return advance(*args)
        finally:
            _leave(block)

    @functools.wraps(function)
    def wrapped(*args, **kwargs):
        generator = function(*args, **kwargs)
        try:
            item = step(next, generator)
            while True:
                try:
                    sent = yield item
                except GeneratorExit:
                    step(generator.close)
                    raise
                except BaseException as error:
                    item = step(generator.throw, error)
                else:
                    item = step(generator.send, sent)
        except StopIteration as end:
            return end.value

    return wrapped


@contextmanager
def watch(callback):
    """Call `callback` at every step of the engine inside the block, in this thread.

    After an operation: `callback("forward", node, inputs, output)`. After a rule, in the order of
    the backward pass: `callback("backward", node, grad_output, grad_inputs)`. Figures use it to
    show what the engine did.
    """
    with intercept(watchers, (*watchers.get(), callback)):
        yield


@contextmanager
def intercept(variable, value):
    """Set `watchers` or `stand_ins` inside the block, and let operations know."""
    before = variable.set(value)
    intercepting.append(variable)
    try:
        yield
    finally:
        intercepting.remove(variable)
        variable.reset(before)
