"""The exercises: one record a class, in a module a part of the book."""

from . import (
    activations,
    arithmetic,
    attention,
    convolution,
    indexing,
    layers,
    losses,
    matmul,
    memory,
    pooling,
    products,
    reductions,
    selection,
    shape,
    softmax,
    unfolding,
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
    unfolding,
    convolution,
    pooling,
    attention,
    memory,
)
EXERCISES = {exercise.name: exercise for part in PARTS for exercise in part.EXERCISES}
