"""The exercises on losses."""

EXERCISES = ()
