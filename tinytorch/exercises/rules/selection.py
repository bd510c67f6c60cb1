"""The exercises on choosing between values."""

EXERCISES = ()
