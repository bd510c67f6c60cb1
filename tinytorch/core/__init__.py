"""The library itself, in the modules of the course: each operation beside its gradient rule."""

from . import tensor as _tensor  # noqa: F401  (first: everything else needs Tensor)
