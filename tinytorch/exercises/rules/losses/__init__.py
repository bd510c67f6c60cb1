"""The exercises on losses, a module for each kind."""

from . import binary, classification, regression

EXERCISES = classification.EXERCISES + regression.EXERCISES + binary.EXERCISES
