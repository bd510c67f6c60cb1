"""Linear algebra, as `torch.linalg` has it."""

from .core.linalg import (
    cholesky,
    det,
    eigh,
    inv,
    matrix_rank,
    norm,
    pinv,
    qr,
    solve,
    svd,
    svdvals,
    vector_norm,
)

__all__ = [
    "cholesky",
    "det",
    "eigh",
    "inv",
    "matrix_rank",
    "norm",
    "pinv",
    "qr",
    "solve",
    "svd",
    "svdvals",
    "vector_norm",
]
