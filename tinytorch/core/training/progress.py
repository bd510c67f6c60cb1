"""A progress bar in a terminal or a notebook, and nothing anywhere else."""

import builtins
import sys


class Quiet:
    """The bar that is not there."""

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass

    def update(self, n=1):
        """Do nothing."""

    def set_description(self, text):
        """Do nothing."""

    def set_postfix_str(self, text, refresh=True):
        """Do nothing."""


def bar(total: int | None, show: bool | None = None):
    """A tqdm bar of `total` steps, or `Quiet`.

    Parameters
    ----------
    total : int or None
        None where it is not known.
    show : bool, optional
        By default the bar appears in a terminal and in a notebook, if tqdm is installed. The
        environment variable TQDM_DISABLE=1 turns it off.
    """
    if show is None:
        show = _in_notebook() or sys.stderr.isatty()
    if show:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            return Quiet()
        return tqdm(total=total, leave=False)
    return Quiet()


def _in_notebook():
    get_ipython = getattr(builtins, "get_ipython", None)  # IPython puts it there
    return get_ipython is not None and type(get_ipython()).__name__ == "ZMQInteractiveShell"
