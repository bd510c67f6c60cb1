"""The exercises on memory."""

EXERCISES = ()
