"""The exercises on layers."""

EXERCISES = ()
