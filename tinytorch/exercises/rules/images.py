"""The exercises on images."""

from . import convolution, pooling, unfolding

EXERCISES = *unfolding.EXERCISES, *convolution.EXERCISES, *pooling.EXERCISES
