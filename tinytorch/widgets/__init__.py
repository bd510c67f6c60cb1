"""The live figures of the book: one class and one small ES module a kind.

They need the optional package ``anywidget``; ``import tinytorch`` does not, so the classes are
imported when they are first asked for.
"""

from importlib import import_module

_KINDS = {
    "Curve": "curve",
    "Surface": "surface",
    "ArrayLens": "array_lens",
    "GraphStepper": "graph_stepper",
    "Check": "check",
    "Attention": "attention",
    "Training": "training",
    "DigitPad": "digit_pad",
    "Descent": "descent",
}
__all__ = list(_KINDS)


def __getattr__(name: str) -> type:
    if name not in _KINDS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = import_module(f"{__name__}.figures.{_KINDS[name]}")
    except ModuleNotFoundError as error:
        if error.name != "anywidget":
            raise
        raise ModuleNotFoundError(
            f"{name} needs the package anywidget: pip install anywidget",
            name="anywidget",
        ) from error
    return getattr(module, name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
