"""All cores build the book: chapters run, are read and are written several at a time.

myst-nb runs a chapter as it is read, and may do so in one process only: its cache is a database.
What is run here, ahead of reading, is in the cache by then. A chapter that fails is left out:
myst-nb runs it once more and reports it in its own words.
"""

import os
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.read import create_nb_reader
from sphinx.util.display import status_iterator


def one_thread_each():
    """Let kernels multiply matrices with one thread, as they share the cores."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def to_run(env, cache, docnames):
    """Yield the path and the notebook of each chapter whose outputs are not in the cache."""
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
            yield path, notebook


def run_together(app, env, docnames):
    """Run the chapters that have changed, as many at a time as there are cores."""
    config = env.mystnb_config
    cache = get_cache(config.execution_cache_path)

    def run(path, notebook):
        done = single_nb_execution(
            notebook, str(path.parent), config.execution_timeout, allow_errors=False
        )
        return path, done

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(run, *job) for job in to_run(env, cache, docnames)]
        results = (job.result() for job in as_completed(jobs))
        for path, done in status_iterator(
            results,
            "running chapters... ",
            length=len(jobs),
            stringify_func=lambda result: f"{result[0].stem} ({result[1].time:.1f} s)",
        ):
            if done.err is None:
                seconds = {"execution_seconds": done.time}
                cache.cache_notebook_bundle(
                    CacheBundleIn(done.nb, str(path), data=seconds),
                    check_validity=False,
                    overwrite=True,
                )


def read_together(app, config):
    """Let Sphinx read and write several pages at a time, too."""
    # One numbers sections once all pages are read, one serves LaTeX; neither declares itself safe.
    for name in ("sphinx_multitoc_numbering", "sphinx_jupyterbook_latex"):
        app.extensions[name].parallel_read_safe = True
    app.parallel = os.cpu_count()


def setup(app):
    """Run before the files are read."""
    one_thread_each()
    app.connect("config-inited", read_together)
    app.connect("env-before-read-docs", run_together)
