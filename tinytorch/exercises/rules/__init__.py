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
)

PARTS = (
    arithmetic,
    selection,
    shape,
    indexing,
    reductions,
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
