"""The exercises on images."""

EXERCISES = ()
