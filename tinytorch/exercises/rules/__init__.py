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
    reductions,
    selection,
    shape,
)

PARTS = (
    arithmetic,
    selection,
    shape,
    indexing,
    reductions,
    matmul,
    activations,
    losses,
    layers,
    images,
    attention,
    memory,
)
EXERCISES = {exercise.name: exercise for part in PARTS for exercise in part.EXERCISES}
