"""The exercises on indexing and joining."""

EXERCISES = ()
