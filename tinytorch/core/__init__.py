"""The library itself, in the modules of the course: each operation beside its gradient rule."""

from . import autograd as _autograd  # noqa: F401 (first: all others need Function)
