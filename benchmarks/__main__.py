"""Time one training step of every workload against hand-written NumPy and other engines.

    python -m benchmarks [--rounds 31] [--only mlp conv ...]

First all engines must agree on the loss and the gradients. Then they take turns in one process,
once with one thread and once with as many as the libraries choose; ratios are medians of paired
rounds. Fresh processes measure the peak memory of each, and what importing costs. PyTorch, HIPS
autograd and micrograd take part where they are installed (`pip install -e ".[parity]" autograd`).

Writes `tinytorch/data/benchmarks.json`, which a chapter of the book shows wherever it runs, and the
same as a table, `tinytorch/data/benchmarks.md`.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from . import fresh, report

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def main():
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--only", nargs="+", metavar="WORKLOAD", help="instead of all of them")
    parser.add_argument("--threads", type=int, help=argparse.SUPPRESS)  # what it starts itself with
    options = parser.parse_args()
    if options.threads is not None:
        from . import scalar_chain
        from .rounds import measure
        from .workloads import WORKLOADS

        result = {
            "workloads": measure(options.threads, options.rounds, options.only or list(WORKLOADS))
        }
        if options.threads == 1 and not options.only:
            sizes = scalar_chain.OPERATIONS
            result["scalar"] = {n: scalar_chain.measure(n, options.rounds) for n in sizes}
        print(json.dumps(result))
        return
    one, default = (_with_threads(threads, options) for threads in (1, 0))
    result = {
        "machine": report.machine(),
        "rounds": options.rounds,
        "one_thread": one["workloads"],
        "default_threads": default["workloads"],
        "peak_mib": fresh.peak_memory(list(one["workloads"])),
        "import_ms": fresh.import_time(),
        "scalar": one.get("scalar", {}),
    }
    table = report.table(result)
    print(table)
    record = Path(__file__).parents[1] / "tinytorch" / "data" / "benchmarks"
    text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
    record.with_suffix(".json").write_text(text, encoding="utf8")
    record.with_suffix(".md").write_text(table, encoding="utf8")


def _with_threads(threads, options):
    """The measurements of a process whose number of threads is set before NumPy loads."""
    command = [sys.executable, "-m", "benchmarks", "--threads", str(threads)]
    command += ["--rounds", str(options.rounds)]
    command += ["--only", *options.only] if options.only else []
    limits = {name: str(threads) for name in THREADS} if threads else {}
    output = subprocess.run(
        command, env={**os.environ, **limits}, check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    return json.loads(output.splitlines()[-1])


if __name__ == "__main__":
    main()
