"""What importing the package changes in the process that imports it."""

import gc

import numpy as np


def tune_process():
    """Make long graphs and large arrays cheap: two settings of the process, set once, at import.

    **Garbage.** A graph is many small objects without a cycle among them. Python's cycle collector
    finds nothing there, yet walks all of it each time it has grown by a quarter: half the time of
    a long chain. Unless the program chose thresholds of its own, it is asked to look at young
    objects less often, and at all of them rarely.

    **Memory.** A training step frees large arrays and asks for as many again. glibc gives freed
    memory back to the system each time, which hands it out anew page by page: up to half of a
    step. It keeps blocks of the size of the largest that was ever freed, so one of 8 MiB is freed,
    untouched. Larger ones, such as the gradient of a table of words, stay with the system, whose
    zeros take no memory till written.
    """
    if gc.get_threshold()[0] in (700, 2000):  # Python's own, by version
        gc.set_threshold(20_000, 25, 100)
    np.empty(1 << 23, np.uint8)
