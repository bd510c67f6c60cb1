"""The exercises on reductions."""

EXERCISES = ()
