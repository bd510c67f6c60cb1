"""matplotlib's backend in a page: plots become images below the cell that drew them."""

import logging

import page_kernel
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # it lists fonts only once


class FigureManager(FigureManagerBase):
    """One open plot."""

    @classmethod
    def pyplot_show(cls, *, block=None):
        """Show all open plots, as `plt.show()` is asked to."""
        page_kernel.KERNEL.show_plots()


class FigureCanvas(FigureCanvasAgg):
    """What a plot is drawn on."""

    manager_class = FigureManager
