"""Run tito, and have it ended: ``python killed.py LINES FILES EXERCISES COMMAND…``.

It ends after so many LINES of the workshop's FILES, such as folder.py; of all of them if it is "".
EXERCISES is a file like that which a wheel has of the book. Where it comes to its end, the number
of lines is printed.
"""

import os
import signal
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tinytorch.workshop import catalog
from tinytorch.workshop.cli import main


class After:
    """From now on, end this process as soon as `lines` lines of files in `folder` have run.

    With 0 lines it is not ended; `seen` counts them. Functions named in `waiting` run as often as
    it takes, and are not counted.
    """

    def __init__(self, lines, folder, waiting=()):
        self.lines, self.folder, self.waiting, self.seen = lines, str(folder), waiting, 0
        threading.settrace(self.called)
        sys.settrace(self.called)

    def called(self, frame, event, arg):
        code = frame.f_code
        if code.co_filename.startswith(self.folder) and code.co_name not in self.waiting:
            return self.counted
        return None

    def counted(self, frame, event, arg):
        self.seen += event == "line"
        if self.seen == self.lines:
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
        return self.counted


lines, files, built, *command = sys.argv[1:]
if {"start", "reset"} & set(command):
    import nbformat  # noqa: F401 (takes longer than all the rest)
catalog.BUILT = Path(built)
catalog.modules()  # importing and reading are not counted
moment = After(int(lines), Path(catalog.__file__).parent / files, waiting=["_waited"])
try:
    main(command)
finally:
    sys.settrace(None)
    print(f"came to its end in {moment.seen} lines")
