"""The kinds of figures, each a class in Python beside its module for the page."""
