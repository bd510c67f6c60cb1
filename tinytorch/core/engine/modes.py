"""Modes: whether operations record themselves, who watches, and whose rules stand in.

Each is a context variable, so that every thread has its own and starts with the defaults.
"""

import functools
import inspect
from contextlib import contextmanager
from contextvars import ContextVar

recording = ContextVar("recording", default=True)
watchers = ContextVar("watchers", default=())
stand_ins = ContextVar("stand_ins", default={})  # noqa: B039 (never written to)

# The open blocks of `watch` and `using`, in all threads. While there is none, an operation need
# not ask.
intercepting = []

_open_blocks = ContextVar("open_blocks", default=())  # of no_grad and its like, in this thread


def is_grad_enabled() -> bool:
    """Whether operations record themselves, in this thread."""
    return recording.get()


class _Mode:
    """A `with` block, or decorated function or generator, in which recording is on or off.

    Blocks may overlap instead of nesting, as those of two generators do: the one entered last of
    those still open decides.
    """

    _mode = False

    def __new__(cls, function=None):
        self = super().__new__(cls)
        return self if function is None else self(function)

    def __init__(self):
        self._entered = []  # once for each time it was entered: calls may recurse

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
        super().__init__()
        self._mode = recording.get() if mode is False else False


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
        return object.__new__(cls)

    def __init__(self, mode: bool):
        super().__init__()
        self._mode = bool(mode)
        self._block = _enter(self._mode, bare=True)

    def __enter__(self):
        block, self._block = self._block, None
        if block is None:
            block = _enter(self._mode)
        block.bare = False
        self._entered.append(block)

    def __call__(self, function):
        if self._block is not None:  # as a decorator it takes effect in the calls alone
            _leave(self._block)
            self._block = None
        return super().__call__(function)


class _Block:
    """One open block. `bare` is a call of `set_grad_enabled` that no `with` took over."""

    def __init__(self, mode, bare):
        self.mode, self.bare = mode, bare


_PASS = {mode: _Block(mode, False) for mode in (False, True)}


def begin(mode):
    """Open a block for a backward pass; returns what `end` takes.

    A `with no_grad()` would take as long as the pass over a small graph.
    """
    before = _open_blocks.get(), recording.get()
    _open_blocks.set((*before[0], _PASS[mode]))
    recording.set(mode)
    return before


def end(before):
    """Close the block of a backward pass."""
    _open_blocks.set(before[0])
    recording.set(before[1])


def _enter(mode, bare=False):
    blocks, block = _open_blocks.get(), _Block(mode, bare)
    if bare and blocks and blocks[-1].bare:
        blocks = blocks[:-1]
    _set_open((*blocks, block))
    return block


def _leave(block):
    """Close a block; bare calls inside it end with it."""
    blocks = _open_blocks.get()
    if block in blocks:
        i = blocks.index(block)
        _set_open((*blocks[:i], *(later for later in blocks[i + 1 :] if not later.bare)))


def _set_open(blocks):
    _open_blocks.set(blocks)
    recording.set(blocks[-1].mode if blocks else True)


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
