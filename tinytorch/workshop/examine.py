"""One check of one exercise in a process of its own: ``python -m tinytorch.workshop.examine``.

It runs the reader's file and judges one name of it. The verdict goes to a file, so that nothing the
reader's code prints is taken for it.
"""

import ast
import contextlib
import json
import linecache
import math
import os
import sys
import threading
import traceback
from pathlib import Path


def main() -> None:
    """Judge ``PATH NAME`` and write the verdict to ``OUT``, in ``MEGABYTES`` and ``SECONDS``.

    A number at the end is a seed for other samples.
    """
    path, name, out, megabytes = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4]
    seed = int(sys.argv[6]) if len(sys.argv) > 6 else None
    me, seconds = os.getpid(), float(sys.argv[5])
    limit(int(megabytes), seconds)
    from tinytorch.exercises import check  # before the reader's code can touch it

    from .files import pieces  # noqa: F401 (so that all imports are done)
    from .names import without_my

    sys.argv[:] = [str(path)]
    out.with_suffix(".begun").touch()
    last = threading.Timer(seconds + 1, os._exit, (1,))  # in case no one is there to end it
    last.daemon = True
    last.start()
    work, trouble = load(path, name)
    if work is None:
        verdict = {"passed": False, "message": trouble}
    else:
        try:
            answer = check(work, without_my(name), seed=seed)
            verdict = {"passed": answer.passed, "message": answer.message}
        except MemoryError:
            verdict = {"passed": False, "message": f"It needs more than {megabytes} MB of memory."}
        except BaseException as error:  # a check calls the reader's code, which may do anything
            verdict = {"passed": False, "message": ended(error)}
        if trouble:
            verdict["note"] = trouble
    if os.getpid() == me:  # not a copy of this process that the reader's code made
        part = out.with_suffix(".part")
        part.write_text(json.dumps(verdict), encoding="utf8")
        os.replace(part, out)
    with contextlib.suppress(Exception):
        sys.stdout.flush()
    os._exit(0)  # whatever threads are still running


def load(path: Path, name: str):
    """Run a file, statement by statement, and return what it calls `name`, and what went wrong.

    A statement that fails does not keep the others from running: a notebook is like that. The
    calls of `check` in it are left out.
    """
    from .files import pieces

    space = {"__name__": path.stem, "__file__": str(path), "__builtins__": __builtins__}
    sys.path.append(str(path.parent))
    troubles = []
    try:
        found = pieces(path)
    except (ValueError, OSError) as error:
        return None, f"{error}."
    for piece in found:
        if piece.tree is None:
            troubles.append(piece.trouble)
            continue
        lines = piece.source.splitlines(keepends=True)
        linecache.cache[piece.name] = (len(piece.source), None, lines, piece.name)
        for node in piece.tree.body:
            if _is_check(node):
                continue
            try:
                code = compile(ast.Module([node], []), piece.name, "exec")
                exec(code, space)
            except BaseException as error:  # SystemExit and KeyboardInterrupt too
                where = f"{Path(piece.name).name}, line {_line(error, piece.name, node)}"
                troubles.append(f"{where}: {ended(error)}")
    work = space.get(name)
    said = "; ".join(troubles)
    if work is None:
        said = f"`{name}` is not in {path.name}.{' ' + said if said else ''}"
    return work, said


def limit(megabytes: int, seconds: float) -> None:
    """Limit the memory, time and files of this process, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    wanted = {
        resource.RLIMIT_FSIZE: 64 << 20,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: math.ceil(seconds) + 1,  # where a thread gets no turn
    }
    if sys.platform == "linux":  # elsewhere, the address space says little
        wanted[resource.RLIMIT_AS] = megabytes << 20
    for which, size in wanted.items():
        _, hard = resource.getrlimit(which)
        size = size if hard == resource.RLIM_INFINITY else min(size, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(which, (size, size))


def ended(error: BaseException) -> str:
    """How the reader's code ended, as a sentence."""
    if isinstance(error, SystemExit):
        return "it calls `exit`."
    if isinstance(error, MemoryError):
        return "it needs more memory than a check has."
    said = f"{type(error).__name__}: {error}".strip(": ").splitlines()[0]
    return f"it raises `{said}`."


def _line(error, name, node):
    lines = [
        n for frame, n in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == name
    ]
    return lines[-1] if lines else node.lineno


def _is_check(node):
    """Whether a statement is a call of `check`, perhaps printed."""
    call = node.value if isinstance(node, ast.Expr) else None
    while isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
        if call.func.id == "check":
            return True
        call = call.args[0] if call.func.id in ("print", "display") and call.args else None
    return False


if __name__ == "__main__":
    main()
