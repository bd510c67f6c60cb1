"""All cores build the book: chapters run, are read and are written several at a time.

myst-nb runs a chapter as it is read, and may do so in one process only: its cache is a database.
What is run here, ahead of reading, is in the cache by then. If chapters fail, all of them are named
with the errors of their cells, and the build ends.
"""

import gc
import os
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.read import create_nb_reader
from sphinx.errors import SphinxError
from sphinx.util import logging
from sphinx.util.display import status_iterator

logger = logging.getLogger(__name__)


def one_thread_each():
    """Let kernels multiply matrices with one thread, as they share the cores."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def to_run(env, cache, docnames):
    """Yield the name, path and notebook of each chapter whose outputs are not in the cache."""
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
            yield name, path, notebook


def run_together(app, env, docnames):
    """Run the chapters that have changed, as many at a time as there are cores."""
    config = env.mystnb_config
    cache = get_cache(config.execution_cache_path)

    def run(name, path, notebook):
        done = single_nb_execution(
            notebook, str(path.parent), config.execution_timeout, allow_errors=False
        )
        return name, path, done

    chapters = list(to_run(env, cache, docnames))
    if not chapters:
        return
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(run, *chapter) for chapter in chapters]
        results = (job.result() for job in as_completed(jobs))
        failed = []
        for name, path, done in status_iterator(
            results,
            "running chapters... ",
            length=len(chapters),
            stringify_func=lambda result: f"{result[0]} ({result[2].time:.1f} s)",
        ):
            if done.err is not None:
                logger.error("a cell fails:\n%s", done.exc_string, location=name)
                failed.append(name)
                continue
            bundle = CacheBundleIn(done.nb, str(path), data={"execution_seconds": done.time})
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    if failed:
        raise SphinxError(f"chapters with a cell that fails: {', '.join(failed)}")


def collect_seldom():
    """Search for garbage seldom: each search looks at the millions of objects that Sphinx holds."""
    gc.set_threshold(1_000_000, 50, 1000)


def read_together(app, config):
    """Let Sphinx read and write several pages at a time, too."""
    # One numbers sections once all pages are read, one serves LaTeX; neither declares itself safe.
    for name in ("sphinx_multitoc_numbering", "sphinx_jupyterbook_latex"):
        app.extensions[name].parallel_read_safe = True
    app.parallel = os.cpu_count()


def setup(app):
    """Run before the files are read."""
    one_thread_each()
    collect_seldom()
    app.connect("config-inited", read_together)
    app.connect("env-before-read-docs", run_together)
