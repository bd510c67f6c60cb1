"""The kernel of a page: it runs cells in the browser's Python and tells what comes of them.

It speaks in messages, each a dict with a type: what a cell prints or shows, the error it ends with,
the answer of `check`, and what becomes of a live figure. `static/live/worker.js` passes them on.
"""

import ast
import base64
import builtins
import contextlib
import io
import itertools
import json
import linecache
import os
import pprint
import sys
import time
import tokenize
import traceback
import types
from pathlib import Path

MOST = 500_000  # characters that one cell may print: a page shows no more
BURST = 200  # messages a second before lines travel together
DEPTH = 400  # calls inside each other: more, and a browser's worker has no stack left for them
FRAMES = 8  # lines of the reader's own that a traceback shows at either end
SHOWN = ("text/markdown", "image/svg+xml", "image/png", "text/plain")
VIEW = "application/vnd.jupyter.widget-view+json"


class Printed(io.TextIOBase):
    """What takes the place of stdout or stderr: lines travel as they come."""

    def __init__(self, kernel, name):
        self.kernel, self.name, self.held = kernel, name, []
        self.second, self.sent, self.size = 0, 0, 0

    encoding = "utf-8"

    def writable(self):
        """Say that one can print here."""
        return True

    def write(self, text):
        """Take a piece of text; whole lines leave at once unless too many come."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        before, self.size = self.size, self.size + len(text)
        if self.size > MOST:
            text = text[: max(0, MOST - before)]
        if text:
            self.held.append(text)
        if "\n" in text or "\r" in text:
            self._leave()
        if before <= MOST < self.size:
            self.flush()
            self.kernel.post(type="cut", cell=self.kernel.cell, most=MOST)
        return len(text)

    def _leave(self):
        second = int(time.monotonic())
        if second != self.second:
            self.second, self.sent = second, 0
        if self.sent < BURST or sum(map(len, self.held)) > 8192:
            self.sent += 1
            self.flush()

    def flush(self):
        """Send what is held."""
        if self.held:
            text = "".join(self.held)
            self.held = []
            self.kernel.post(type="stream", cell=self.kernel.cell, name=self.name, text=text)

    def begin(self):
        """Count anew, for the next cell."""
        self.size = 0


class Kernel:
    """One Python of a page: a namespace, the cells run in it, the figures they showed."""

    def __init__(self, send):
        self.send = send
        self.cell = ""
        self.answer = None
        self.runs = itertools.count(1)
        self.ran = {}  # file name: cell; a name a run, so that old functions keep their lines
        self.figures = {}  # by model id: those a page shows
        self.owners = {}  # model id: the cell that showed it
        self.links = []
        self.main = types.ModuleType("__main__")
        self.main.__builtins__ = builtins
        self.out, self.err = Printed(self, "stdout"), Printed(self, "stderr")

    def post(self, **message):
        """Send a message to the page."""
        self.send(json.dumps(message))

    # What a cell is given

    def take_over(self, folder):
        """Become the Python of this process: its streams, `__main__`, `display`, no `input`."""
        sys.stdout, sys.stderr = self.out, self.err
        sys.modules["__main__"] = self.main
        builtins.display = self.display
        builtins.input = self.no_input
        os.environ["MPLBACKEND"] = "module://page_plots"
        if sys.platform == "emscripten":
            sys.setrecursionlimit(DEPTH)
        time.perf_counter = never_twice(time.perf_counter)
        time.process_time = never_twice(time.process_time)
        Path(folder).mkdir(parents=True, exist_ok=True)
        os.chdir(folder)

    @staticmethod
    def no_input(prompt="", /):
        """Say what to write in place of `input()`."""
        raise RuntimeError(
            "input(): a page's Python cannot wait for an answer. Put the value into the cell"
            f" instead of asking for it{f' ({prompt!s})' if prompt else ''}."
        )

    # Running

    def run(self, cell, code):
        """Run a cell as a notebook does, and say whether it ended without an error."""
        self.cell, self.answer = cell, None
        for printed in (self.out, self.err):
            printed.begin()
        name = f"<{cell}, run {next(self.runs)}>"
        self.ran[name] = cell
        linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
        right = True
        try:
            tree = ast.parse(code, name)
            last = None
            if tree.body and isinstance(tree.body[-1], ast.Expr) and not ends_silently(code):
                last = ast.Expression(tree.body.pop().value)
            space = vars(self.main)
            exec(compile(tree, name, "exec", dont_inherit=True), space)
            if last is not None:
                value = eval(compile(last, name, "eval", dont_inherit=True), space)
                if value is not None:
                    space["_"] = value
                    self.display(value)
        except BaseException as error:
            right = False
            self.fail(error, cell)
        with self.guarded(cell):
            self.show_plots()
        for printed in (self.out, self.err):
            printed.flush()
        if self.answer is not None:
            passed, message = self.answer.passed, str(self.answer)
            self.post(type="checked", cell=cell, passed=passed, message=message)
        return right

    @contextlib.contextmanager
    def guarded(self, cell):
        """Tell an error in what happens between cells, and go on."""
        before, self.cell = self.cell, cell
        try:
            yield
        except Exception as error:
            self.fail(error, cell)
        finally:
            for printed in (self.out, self.err):
                printed.flush()
            self.cell = before

    def fail(self, error, cell):
        """Tell an error, with the lines of the reader's that led to it."""
        for printed in (self.out, self.err):
            printed.flush()
        frames = traceback.extract_tb(error.__traceback__)
        lines = [
            {"cell": self.ran[f.filename], "line": f.lineno, "name": f.name, "code": f.line or ""}
            for f in frames
            if f.filename in self.ran
        ]
        if isinstance(error, SyntaxError) and error.filename in self.ran:
            place = {
                "cell": self.ran[error.filename],
                "line": error.lineno or 1,
                "name": "<module>",
            }
            lines.append(place | {"code": (error.text or "").strip()})
        if len(lines) > 2 * FRAMES:
            lines = [*lines[:FRAMES], {"left_out": len(lines) - 2 * FRAMES}, *lines[-FRAMES:]]
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        ours = any("/tinytorch/" in f.filename for f in frames)
        self.post(
            type="error",
            cell=cell,
            kind=type(error).__name__,
            message="\n".join([message, *getattr(error, "__notes__", [])])[:20_000],
            lines=lines,
            explained=ours or isinstance(error, AssertionError),
        )

    # Showing

    def display(self, *values, **_unused):
        """Show values as a notebook would: what a page can draw, else their text."""
        for value in values:
            self.out.flush()
            self.show(value)

    def show(self, value):
        """Send one value's representations."""
        if type(value).__name__ == "Answer" and hasattr(value, "passed"):
            self.answer = value
        bundle = representations(value)
        if VIEW in bundle:
            self.show_widget(value)
            return
        shown = {kind: bundle[kind] for kind in SHOWN if kind in bundle}
        self.post(type="display", cell=self.cell, data=shown)

    def show_plots(self):
        """Send the plots that are open, each as an image, and close them."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is None:
            return
        for number in pyplot.get_fignums():
            figure = pyplot.figure(number)
            file = io.BytesIO()
            figure.savefig(file, format="png", dpi=2 * figure.dpi, bbox_inches="tight")
            image = base64.b64encode(file.getvalue()).decode()
            self.post(
                type="display", cell=self.cell, data={"image/png": image, "text/plain": "a plot"}
            )
        pyplot.close("all")

    # Live figures

    def show_widget(self, value):
        """Send a figure, or a box of figures, and remember who shows it."""
        tree = value.tree()
        models = {}
        for model in value.models():
            self.figures[model.model_id] = model
            self.owners.setdefault(model.model_id, self.cell)
            models[model.model_id] = model.whole()
        self.post(type="figure", cell=self.cell, tree=tree, models=models)
        self.send_links()

    def send_links(self):
        """Send the links whose both ends a page shows."""
        for link in list(self.links):
            if all(end in self.figures for end in (link["source"][0], link["target"][0])):
                self.links.remove(link)
                self.post(type="link", **link)

    def link(self, source, target, both):
        """Link two traits in the page, now or when both figures are there."""
        ends = [[widget.model_id, trait] for widget, trait in (source, target)]
        self.links.append({"source": ends[0], "target": ends[1], "both": both})
        self.send_links()

    def changed(self, model, changes):
        """Tell the page what has changed in a figure that it shows."""
        if model in self.figures:
            self.post(type="changed", model=model, changes=changes)

    def moved(self, model, changes):
        """Take over what the reader has moved in the page; an error is told below its cell."""
        with self.guarded(self.owners.get(model, "")):
            self.figures[model].take(changes)
            self.show_plots()
        self.post(type="moved", model=model)


def never_twice(clock):
    """Return a clock that tells no time twice: a browser's ticks are up to a millisecond apart.

    What a chapter times may be over within a tick, and a time of zero is nothing to divide by.
    """
    told = -1.0

    def read():
        nonlocal told
        told = max(clock(), told + 1e-7)
        return told

    return read


def representations(value):
    """Return the kinds a value can be shown as, the plain text among them."""
    bundle = {}
    if callable(own := getattr(type(value), "_repr_mimebundle_", None)):
        found = own(value)
        bundle |= found[0] if isinstance(found, tuple) else found or {}
    for kind, method in (
        ("text/markdown", "_repr_markdown_"),
        ("image/svg+xml", "_repr_svg_"),
        ("image/png", "_repr_png_"),
    ):
        if kind not in bundle and callable(own := getattr(type(value), method, None)):
            found = own(value)
            if isinstance(found, bytes):
                found = base64.b64encode(found).decode()
            if found is not None:
                bundle[kind] = found
    bundle.setdefault("text/plain", pretty(value))
    return bundle


def pretty(value):
    """Return a value's text as a notebook prints it: long containers an item a line."""
    if isinstance(value, type):
        module = value.__module__
        return value.__qualname__ if module == "builtins" else f"{module}.{value.__qualname__}"
    if type(value) in (dict, list, set, tuple):
        return pprint.pformat(value, width=79, sort_dicts=False)
    return repr(value)


def ends_silently(code):
    """Say whether the last thing in a cell is a semicolon, which keeps its value unshown."""
    silent = False
    skipped = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER)
    with contextlib.suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type not in skipped:
                silent = token.string == ";"
    return silent


KERNEL: Kernel | None = None


def start(send, folder):
    """Make this Python the page's; `send` takes each message as JSON."""
    global KERNEL
    KERNEL = Kernel(send)
    KERNEL.take_over(folder)
    return KERNEL
