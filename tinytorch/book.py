"""What the book's chapters use to show the package in itself."""

import inspect
import textwrap


class Source:
    """A piece of the package's source, which a notebook shows as highlighted code."""

    def __init__(self, code):
        self.code = code

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/markdown": f"```python\n{self.code}```", "text/plain": self.code}


def source(thing):
    """Show the source of a class or function as it is in the installed package.

    Parameters
    ----------
    thing : class or function
        What to show, for example ``MulBackward``.

    Returns
    -------
    Source
        Displayed by Jupyter as highlighted Python.
    """
    return Source(textwrap.dedent(inspect.getsource(thing)))
