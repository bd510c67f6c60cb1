"""`using`: a reader's class stands in for a rule of the package."""

import difflib
import functools
import inspect

from .function import Function
from .modes import intercept, stand_ins


class using:
    """A `with` block, or decorated function, in which your classes replace the package's rules.

    Every operator, layer and loss that would run a rule of the package runs the class of that
    name instead, forward and backward, in this thread. Blocks nest: the inner one decides.

    Parameters
    ----------
    *classes : subclasses of Function
        Each named after the rule it replaces, with or without "My": `MyMulBackward`.
    **by_name : subclasses of Function
        For a class of any other name: `MulBackward=Times`.

    Raises
    ------
    ValueError
        For a name that is no rule of the package; the nearest is named.
    TypeError
        For what is no subclass of `Function`.

    Examples
    --------
    >>> import tinytorch as tt
    >>> class MyMulBackward(tt.autograd.Function):
    ...     saves = ("a", "b")
    ...     def forward(self, a, b):
    ...         return a * b
    ...     def apply(self, g):
    ...         a, b = self.saved_tensors
    ...         return g * b, g * a
    >>> x = tt.tensor(3.0, requires_grad=True)
    >>> with tt.autograd.using(MyMulBackward):
    ...     y = x * x
    >>> y.grad_fn
    <MyMulBackward>
    """

    def __init__(self, *classes, **by_name):
        given = [(_named(cls).removeprefix("My"), cls) for cls in classes] + list(by_name.items())
        self._rules = {}
        for name, cls in given:
            _named(cls)
            rule = _find(name)
            if rule in self._rules:
                raise ValueError(f"using: two classes for {name}, {cls.__name__} is the second")
            self._rules[rule] = fitted(cls, rule)
        self._open = []

    def __enter__(self):
        block = intercept(stand_ins, {**stand_ins.get(), **self._rules})
        block.__enter__()
        self._open.append(block)

    def __exit__(self, *exception):
        self._open.pop().__exit__(*exception)

    def __call__(self, function):
        @functools.wraps(function)
        def wrapped(*args, **kwargs):
            with self:
                return function(*args, **kwargs)

        return wrapped


def rules() -> dict[str, type]:
    """The rules of the package by name: every operation it has."""
    found, package = {}, __name__.partition(".")[0]
    waiting = list(Function.__subclasses__())
    for cls in waiting:
        waiting += cls.__subclasses__()
        if cls.__module__.startswith(f"{package}.core."):
            found[cls.__name__] = cls
    return found


def _named(cls):
    if not (isinstance(cls, type) and issubclass(cls, Function)):
        raise TypeError(f"using: expected subclasses of Function, got {cls!r}")
    return cls.__name__


def _find(name):
    known = rules()
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0)[0]
    raise ValueError(f"using: the package has no rule {name!r}; the nearest is {near!r}")


def fitted(cls: type, rule: type) -> type:
    """The reader's class, called with all parameters of the package's `rule`.

    A class of one's own may do with less than the package has: a loss without weights, a pool
    without a divisor of its own. Such a parameter is dropped where it is at its default; anything
    else is refused.
    """
    mine = inspect.signature(cls.forward)
    more = [
        p
        for p in inspect.signature(rule.forward).parameters.values()
        if p.kind is p.KEYWORD_ONLY and p.name not in mine.parameters
    ]
    if not more:
        return cls

    def forward(self, *inputs, **params):
        for p in more:
            value = params.pop(p.name, p.default)
            if value is not p.default and value != p.default:
                raise TypeError(
                    f"{cls.__name__}: forward has no {p.name}, and here it is {value!r}; leave it"
                    " out, or take the package's rule"
                )
        return cls.forward(self, *inputs, **params)

    forward.__signature__ = mine.replace(parameters=[*mine.parameters.values(), *more])
    return type(cls.__name__, (cls,), {"forward": forward})
