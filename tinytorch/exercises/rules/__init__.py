"""The exercises: one record a class, in a module a part of the book."""

from . import (
    activations,
    arithmetic,
    attention,
    images,
    indexing,
    layers,
    losses,
    matmul,
    memory,
    products,
    reductions,
    selection,
    shape,
    softmax,
    variance,
)

PARTS = (
    arithmetic,
    selection,
    shape,
    indexing,
    reductions,
    variance,
    products,
    matmul,
    activations,
    softmax,
    losses,
    layers,
    images,
    attention,
    memory,
)
EXERCISES = {exercise.name: exercise for part in PARTS for exercise in part.EXERCISES}
