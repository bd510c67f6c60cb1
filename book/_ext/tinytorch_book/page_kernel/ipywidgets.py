"""The part of ipywidgets that puts live figures together: boxes and links."""

import page_kernel


class _Box:
    kind = "VBoxModel"

    def __init__(self, children=()):
        self.children = list(children)

    def tree(self):
        """Return the box as the page lays it out."""
        return {"box": self.kind, "children": [child.tree() for child in self.children]}

    def models(self):
        """Return the figures in it."""
        return [model for child in self.children for model in child.models()]

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {page_kernel.VIEW: {}, "text/plain": repr(self)}


class VBox(_Box):
    """Figures below one another."""


class HBox(_Box):
    """Figures side by side."""

    kind = "HBoxModel"


Box = VBox


def jslink(source, target):
    """Let two traits, each a pair of figure and name, follow each other in the page."""
    page_kernel.KERNEL.link(source, target, True)


def jsdlink(source, target):
    """Let the second trait follow the first in the page."""
    page_kernel.KERNEL.link(source, target, False)


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    raise ImportError(
        f"{name} of ipywidgets needs a notebook. In the page there are the figures of"
        " tinytorch.widgets, and HBox, VBox, jslink and jsdlink to put them together."
    )
