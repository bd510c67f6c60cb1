"""What only a fresh process can tell: peak memory of a training step, time of an import."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

_PEAK = """
import sys
import tempfile
from pathlib import Path
import numpy as np
from benchmarks.engines import ENGINES
from benchmarks.workloads import WORKLOADS

def mib(what):
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(what):
            return int(line.split()[1]) / 1024

workload, engine = WORKLOADS[sys.argv[1]], ENGINES[sys.argv[2]](1)
imported = mib("VmRSS:")
params, data = workload.make(np.random.default_rng(0))
step = engine.step(workload, params, data)
for _ in range(5):
    step()
print(mib("VmHWM:") - imported)
"""

_IMPORT = """
import time
start = time.process_time()
import {}
print(time.process_time() - start)
"""


def peak_memory(names):
    """MiB at the peak of five steps over what imports take, by workload and engine."""
    if not Path("/proc/self/status").exists():  # Linux tells; others not
        return {}
    return {
        name: {engine: round(_run(_PEAK, name, engine), 1) for engine in ("by_hand", "tinytorch")}
        for name in names
    }


def import_time(rounds=20):
    """Milliseconds of the processor to import NumPy alone and `tinytorch`, in turns.

    With one BLAS thread: others spin a while once they are made, which is 50 ms more or less.
    """
    times = {"numpy": [], "tinytorch": []}
    with tempfile.TemporaryDirectory() as folder:  # compiled once, as after an installation
        compiled = {**os.environ, "PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        compiled |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        for _ in range(1 + rounds):
            for name, own in times.items():
                own.append(_run(_IMPORT.format(name), env=compiled) * 1e3)
    return {name: round(statistics.median(own[1:]), 1) for name, own in times.items()}


def _run(code, *arguments, env=None):
    command = [sys.executable, "-c", code, *arguments]
    output = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output)
