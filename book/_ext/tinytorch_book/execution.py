"""All cores build the book: chapters run, are read and are written several at a time.

myst-nb runs a chapter as it is read, and may do so in one process only: its cache is a database.
What is run here, ahead of reading, is in the cache by then. Where cells fail, the build ends with
a few lines on each: chapter, line, cell and error.
"""

import atexit
import gc
import os
import re
import shutil
import signal
import subprocess
import time
import traceback
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from click import unstyle
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from myst_nb.core.read import create_nb_reader
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from sphinx.util.display import status_iterator

from .machine import memory, workers

LONGEST = 4  # lines of an error's message, and of the cell above the line that fails
STARTS = 3  # a kernel finds ports that are free, and takes them later: others may be quicker
STARTUP = 600  # s
IN_CELL = re.compile(r"^ *Cell In ?\[\d+\], line (\d+)", re.M)
IN_FILE = re.compile(r"^File (.+?):(\d+)(?:, in (\w[\w.<>]*))?", re.M)


def join_pieces(outputs):
    """Join what a cell printed and the kernel sent in pieces.

    A piece may end within a line, and myst-nb would break the line there: at random.
    """
    joined = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output["output_type"] == "stream" and output["name"] == last.get("name"):
            last["text"] += output["text"]
        else:
            joined.append(NotebookNode(output))
    return joined


@dataclass
class Chapter:
    """A chapter to run, and what came of it."""

    name: str
    path: Path
    notebook: NotebookNode
    cell: int = 0  # the one that runs, or ran last
    seconds: float = 0
    error: Exception | None = None
    kernel: subprocess.Popen | None = None

    def run(self, timeout):
        """Run the cells in a kernel of their own, in the chapter's folder."""
        began = time.monotonic()
        for _ in range(STARTS):
            self.error, client = None, self.client(timeout)
            try:
                client.execute()
            except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                self.error = error
            except RuntimeError as error:  # nbclient's word for a kernel that has not come up
                if self.kernel is not None:
                    raise
                atexit.unregister(client._cleanup_kernel)  # has run, and would fail a second time
                self.error = error
            if self.kernel is not None:
                break
        self.seconds = time.monotonic() - began
        for cell in self.notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = join_pieces(cell.outputs)
        return self

    def client(self, timeout):
        """Return a client that runs the cells, and tells how far it is."""
        client = NotebookClient(
            self.notebook,
            timeout=timeout,
            startup_timeout=STARTUP,
            record_timing=False,  # the cache compares cells, and times would be part of them
            resources={"metadata": {"path": str(self.path.parent)}},
            on_notebook_start=lambda notebook: self.note(kernel=client.km.provisioner.process),
            on_cell_start=lambda cell, cell_index: self.note(cell=cell_index),
        )
        return client

    def note(self, **what):
        """Keep what is known of the run, as the client tells it."""
        vars(self).update(what)

    def lines_of(self, cell):
        """Return the numbers in the file of the first line of a cell and of each of its code."""
        text = self.path.read_text(encoding="utf8").splitlines()
        fence = self.notebook.metadata["source_map"][cell]
        code = self.notebook.cells[cell].source.splitlines() or [""]
        first = next((i for i in range(fence, len(text)) if text[i] == code[0]), fence)
        return [first + 1 + i for i in range(len(code))]

    def explain(self, root):
        """Say in at most ten lines where the chapter fails, and why."""
        file = self.path.relative_to(root).as_posix()
        if self.kernel is None:
            yield f"{file}: no kernel starts for this chapter, at {STARTS} attempts: {self.error}"
            return
        cell = self.notebook.cells[self.cell]
        code, lines = cell.source.splitlines(), self.lines_of(self.cell)
        of_code = [c.cell_type == "code" for c in self.notebook.cells]
        trace = unstyle(getattr(self.error, "traceback", ""))
        failing = int((IN_CELL.findall(trace) or ["1"])[-1]) if trace else None
        at = lines[min(failing or 1, len(lines)) - 1]
        yield (
            f"{file}:{at}: "
            f"code cell {sum(of_code[: self.cell + 1])} of {sum(of_code)} {self.what_happened()}"
        )
        shown = range(max(0, failing - LONGEST), failing) if failing else range(min(2, len(code)))
        for i in shown:
            if i < len(code):
                yield f"  {'>' if i + 1 == failing else ' '} {code[i]}"
        if failing is None:
            return
        message = f"{self.error.ename}: {self.error.evalue}".splitlines()
        yield from message[:LONGEST]
        final = trace.rpartition("Traceback (most recent call last)")[2]
        if frames := IN_FILE.findall(final):
            file, line, function = frames[-1]
            yield f"  in {function or 'the module'}, {os.path.relpath(file, root)}:{line}"

    def what_happened(self):
        """Say in words how the cell ended."""
        match self.error:
            case CellTimeoutError():
                return "takes longer than execute: timeout in _config.yml allows"
            case DeadKernelError():
                code = self.kernel.returncode
                if code == -signal.SIGKILL:
                    return "has its kernel killed, as happens where memory runs out"
                by = signal.Signals(-code).name if code < 0 else f"exit code {code}"
                return f"ends its kernel ({by})"
        return "fails"


def to_run(env, cache, docnames):
    """Yield each chapter whose outputs are not in the cache."""
    for name in docnames:
        path = Path(env.doc2path(name))
        text = path.read_text(encoding="utf8")
        reader = create_nb_reader(path, env.myst_config, env.mystnb_config, text)
        if reader is None:  # a page without code
            continue
        notebook = reader.read(text)
        try:
            cache.match_cache_notebook(notebook)
        except KeyError:
            yield Chapter(name, path, notebook)


def run_together(app, env, docnames):
    """Run the chapters that have changed, as many at a time as the machine lets this process."""
    config = env.mystnb_config
    if config.execution_mode == "off":
        return
    cache = get_cache(config.execution_cache_path)
    reports = Path(app.outdir).parent / "reports"
    shutil.rmtree(reports, ignore_errors=True)
    chapters = list(to_run(env, cache, docnames))
    if not chapters:
        return
    at_a_time = min(workers(), len(chapters))
    with ThreadPoolExecutor(at_a_time) as pool:
        jobs = [pool.submit(chapter.run, config.execution_timeout) for chapter in chapters]
        failed = []
        for done in status_iterator(
            (job.result() for job in as_completed(jobs)),
            f"running chapters, {at_a_time} at a time ({memory() / 1e9:.1f} GB of memory)... ",
            length=len(chapters),
            stringify_func=lambda chapter: f"{chapter.name} ({chapter.seconds:.1f} s)",
        ):
            if done.error is not None:
                failed.append(done)
                continue
            bundle = CacheBundleIn(
                done.notebook, str(done.path), data={"execution_seconds": done.seconds}
            )
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    if failed:
        end(failed, Path(app.srcdir), reports)


def end(failed, root, reports):
    """End the build with what is wrong, and keep the whole tracebacks in files.

    Not by an exception, which Sphinx and Jupyter Book would follow with tracebacks of their own.
    """
    failed.sort(key=lambda chapter: chapter.name)
    said = []
    for chapter in failed:
        report = reports / f"{chapter.name}.log"
        report.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(traceback.format_exception(chapter.error))
        report.write_text(unstyle(text), encoding="utf8")
        said += [*chapter.explain(root), f"  more in {os.path.relpath(report, root)}", ""]
    count = "a chapter fails" if len(failed) == 1 else f"{len(failed)} chapters fail"
    print("", *said, f"The book is not built: {count}.", sep="\n", flush=True)
    raise SystemExit(1)


def one_thread_each():
    """Let kernels multiply matrices with one thread, as they share the cores."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def collect_seldom():
    """Search for garbage seldom: each search looks at the millions of objects that Sphinx holds."""
    gc.set_threshold(1_000_000, 50, 1000)


def read_together(app, config):
    """Let Sphinx read and write several pages at a time, too."""
    # One numbers sections once all pages are read, one serves LaTeX; neither declares itself safe.
    for name in ("sphinx_multitoc_numbering", "sphinx_jupyterbook_latex"):
        app.extensions[name].parallel_read_safe = True
    app.parallel = workers()


def setup(app):
    """Run before the files are read."""
    one_thread_each()
    collect_seldom()
    app.connect("config-inited", read_together)
    app.connect("env-before-read-docs", run_together)
