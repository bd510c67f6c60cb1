"""Fonts, of which none is needed."""

from . import Anything

fontManager = Anything()
