"""The exercises on shapes."""

EXERCISES = ()
