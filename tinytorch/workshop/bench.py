"""Checks in processes of their own, with limits: the parent's side."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SECONDS = 20.0
STARTUP_SECONDS = 60.0  # for Python and its imports, on a busy machine
MEGABYTES = 2048
PACKAGE = Path(__file__).parents[2]
SHOWN = 4000  # characters of what the reader's code prints


@dataclass(frozen=True)
class Verdict:
    """What became of one exercise.

    Attributes
    ----------
    passed : bool or None
        None where nothing is written yet.
    message : str
        What a teacher would say, in light Markdown.
    printed : str
        What the reader's code printed, or its end.
    note : str
        What went wrong elsewhere in the file.
    """

    passed: bool | None
    message: str
    printed: str = ""
    note: str = ""

    @property
    def word(self) -> str:
        return {True: "right", False: "not yet", None: "not written"}[self.passed]


_running: set[subprocess.Popen] = set()


def judge(
    path: Path, name: str, seconds=SECONDS, megabytes=MEGABYTES, apart=False, seed=None
) -> Verdict:
    """Judge the exercise `name` as `path` has it, in a process of its own.

    A seed asks for other samples than the ones a reader can see. With `apart`, the process has no
    network and its descendants end with it, where the system allows it.
    """
    with tempfile.TemporaryDirectory(prefix="tito-", ignore_cleanup_errors=True) as scratch:
        out, printed = Path(scratch, "verdict.json"), Path(scratch, "printed")
        command = [sys.executable, "-P", "-m", "tinytorch.workshop.examine"]
        command += [str(path), name, str(out), str(megabytes), str(seconds)]
        command += [] if seed is None else [str(seed)]
        if apart and can_be_apart():
            command = [*APART, *command]
        with open(printed, "wb") as sink:
            process = _started(command, path.parent, sink)
            _running.add(process)
            try:
                code = _waited(process, out.with_suffix(".begun"), seconds)
            except subprocess.TimeoutExpired:
                code = None
            finally:
                _end(process)
                _running.discard(process)
        text = printed.read_bytes()[-SHOWN:].decode("utf8", "replace").strip()
        if out.exists():
            read = json.loads(out.read_text(encoding="utf8"))
            return Verdict(read["passed"], read["message"], text, read.get("note", ""))
        if code is None:
            said = f"It did not end within {seconds:g} s: is there a loop that never ends?"
        elif code in (-signal.SIGTERM, -getattr(signal, "SIGKILL", 9), 137):
            said = "The system ended it; it may have needed too much memory."
        elif code == -getattr(signal, "SIGXFSZ", 0):
            said = "It wrote more than 64 MB."
        else:
            said = f"It ended Python before it was judged (exit code {code})."
            if "MemoryError" in text:
                said = f"It needs more than {megabytes} MB of memory."
        return Verdict(False, said, text)


def _waited(process, begun, seconds):
    """Wait for the process; its time begins when its imports are done, however slow they are."""
    end = time.monotonic() + STARTUP_SECONDS
    while not begun.exists() and time.monotonic() < end:
        try:
            return process.wait(0.02)
        except subprocess.TimeoutExpired:
            continue
    return process.wait(seconds)


def judge_all(jobs, seconds=SECONDS, megabytes=MEGABYTES, apart=False, seed=None):
    """Judge pairs of path and name, as many at a time as there are cores; yields in order."""
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        yield from pool.map(lambda job: judge(*job, seconds, megabytes, apart, seed), jobs)
    finally:  # at Ctrl+C too: what still runs is ended
        pool.shutdown(wait=False, cancel_futures=True)
        for process in list(_running):
            _end(process)
        pool.shutdown(wait=True)


def environment() -> dict[str, str]:
    """The environment of a child: it finds this very package, and computes with one thread."""
    inherited = dict(os.environ, PYTHONIOENCODING="utf8", OPENBLAS_NUM_THREADS="1")
    inherited["PYTHONDONTWRITEBYTECODE"] = "1"
    if PACKAGE.name not in ("site-packages", "dist-packages"):
        more = inherited.get("PYTHONPATH")
        inherited["PYTHONPATH"] = f"{PACKAGE}{os.pathsep + more if more else ''}"
    return inherited


APART = ["unshare", "--user", "--map-root-user", "--net", "--pid", "--fork", "--kill-child"]


@cache
def can_be_apart() -> bool:
    """Whether the system lets a process have no network and a family of its own."""
    try:
        return subprocess.run([*APART, "true"], capture_output=True, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _started(command, folder, sink):
    group = {"start_new_session": True}
    if os.name == "nt":
        group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=sink,
        stderr=subprocess.STDOUT,
        **group,
    )


def _end(process):
    """End the process with all that it started."""
    if os.name == "nt":
        tree = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(tree, capture_output=True, check=False)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
