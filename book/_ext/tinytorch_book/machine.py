"""What this process may use of the machine: how many kernels that is.

`os.cpu_count()` counts all processors, also those that a container, a batch system or `taskset`
keeps from this process; and with little memory, one kernel for each processor is too many.
"""

import math
import os
from pathlib import Path

import psutil

WORKER = 900_000_000  # bytes: the largest process that reads pages; a kernel takes half of it


def groups(controller, root):
    """Yield the folders of this process's control groups (version 1 or 2), innermost first."""
    mounted = root / "sys" / "fs" / "cgroup"
    try:
        lines = (root / "proc" / "self" / "cgroup").read_text(encoding="utf8").splitlines()
    except OSError:  # not Linux
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        base = mounted / controller if controllers else mounted
        inner = base / path.lstrip("/")
        for folder in (inner, *inner.parents):
            yield folder
            if folder == base:
                break


def numbers(file):
    """Return the words of a group's file, or nothing where there is no such file."""
    try:
        return file.read_text(encoding="utf8").split()
    except OSError:
        return []


def processors(root=Path("/")):
    """Return how many processors this process may use: affinity and the quota of its groups."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux only
    allowed = [len(affinity(0)) if affinity else os.cpu_count() or 1]
    for group in groups("cpu", root):
        quota = numbers(group / "cpu.max") or [
            *numbers(group / "cpu.cfs_quota_us"),
            *numbers(group / "cpu.cfs_period_us"),
        ]
        if len(quota) == 2 and quota[0] not in ("max", "-1"):
            allowed.append(math.ceil(int(quota[0]) / int(quota[1])))
    return max(1, min(allowed))


def memory(root=Path("/")):
    """Return the bytes of memory that this process may still take."""
    free = [psutil.virtual_memory().available]
    for group in groups("memory", root):
        for limit, used, cache in (
            ("memory.max", "memory.current", "inactive_file"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ):
            (most,) = numbers(group / limit) or ["max"]
            if most != "max":
                (taken,) = numbers(group / used)
                stat = numbers(group / "memory.stat")
                kept = dict(zip(stat[::2], stat[1::2], strict=True)).get(cache, 0)
                free.append(int(most) - int(taken) + int(kept))  # what is cached is given back
    return max(0, min(free))


def workers(root=Path("/")):
    """Return how many chapters can run, or pages be read, at a time."""
    return max(1, min(processors(root), memory(root) // WORKER))
