"""The build takes as much of the machine as the process may use, and no more."""

import os
import subprocess
import sys

import pytest
from books import ROOT

GB = 10**9
STAT = "total_inactive_file 0\ninactive_file 0\n"


@pytest.fixture
def machine(extension, monkeypatch, tmp_path):
    """Return a function that lays out a machine's files, and the module that reads them."""
    import psutil
    from tinytorch_book import machine

    def lay(files, cpus=16, free=64 * GB):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        monkeypatch.setattr(os, "sched_getaffinity", lambda pid: range(cpus), raising=False)
        memory = type("Memory", (), {"available": free})
        monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
        return machine, tmp_path

    return lay


UNIFIED = "sys/fs/cgroup/user.slice/job/"


@pytest.mark.parametrize(
    ("files", "cpus", "expected"),
    [
        ({}, 16, 16),
        ({}, 1, 1),
        ({"proc/self/cgroup": "0::/user.slice/job\n", UNIFIED + "cpu.max": "max 100000"}, 16, 16),
        ({"proc/self/cgroup": "0::/user.slice/job\n", UNIFIED + "cpu.max": "250000 100000"}, 16, 3),
        ({"proc/self/cgroup": "0::/user.slice/job\n", UNIFIED + "cpu.max": "1000 100000"}, 16, 1),
        (  # an outer group has the say
            {
                "proc/self/cgroup": "0::/user.slice/job\n",
                UNIFIED + "cpu.max": "800000 100000",
                "sys/fs/cgroup/user.slice/cpu.max": "200000 100000",
            },
            16,
            2,
        ),
        (  # a container: the group's path is the host's, its files are at the top
            {"proc/self/cgroup": "0::/docker/1234\n", "sys/fs/cgroup/cpu.max": "100000 100000"},
            16,
            1,
        ),
        (
            {
                "proc/self/cgroup": "4:memory:/a\n3:cpu,cpuacct:/a\n",
                "sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "400000",
                "sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000",
            },
            16,
            4,
        ),
        (
            {
                "proc/self/cgroup": "3:cpu,cpuacct:/\n",
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
            },
            16,
            16,
        ),
    ],
)
def test_processors(machine, files, cpus, expected):
    module, root = machine(files, cpus)
    assert module.processors(root) == expected


@pytest.mark.parametrize(
    ("files", "free", "expected"),
    [
        ({}, 64 * GB, 16),
        ({}, 2 * GB, 2),
        ({}, GB // 4, 1),
        (
            {
                "proc/self/cgroup": "0::/job\n",
                "sys/fs/cgroup/job/memory.max": str(2 * GB),
                "sys/fs/cgroup/job/memory.current": str(GB),
                "sys/fs/cgroup/job/memory.stat": f"anon 5\ninactive_file {GB // 2}\n",
            },
            64 * GB,
            1,
        ),
        (
            {
                "proc/self/cgroup": "5:memory:/job\n",
                "sys/fs/cgroup/memory/job/memory.limit_in_bytes": str(3 * GB),
                "sys/fs/cgroup/memory/job/memory.usage_in_bytes": str(GB // 2),
                "sys/fs/cgroup/memory/job/memory.stat": STAT,
            },
            64 * GB,
            2,
        ),
    ],
)
def test_memory(machine, files, free, expected):
    module, root = machine(files, free=free)
    assert module.workers(root) == expected


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="a system without affinity")
def test_a_process_held_to_one_processor_runs_one_kernel():
    code = "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])\n"
    code += "from tinytorch_book.machine import workers; print(workers())"
    env = os.environ | {"PYTHONPATH": str(ROOT / "book" / "_ext")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.stdout == "1\n", done.stderr
