"""The measurements as a table, and the machine they were made on."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .workloads import WORKLOADS

GOALS = {  # of the time by hand
    "mlp": 1.10,
    "large_mlp": 1.03,
    "conv": 1.03,
    "cnn": 1.10,
    "transformer": 1.05,
    "embedding": 1.02,
}
ENGINES = ("tinytorch", "pytorch", "autograd")


def machine():
    """Processor, cores, system and versions."""
    packages = {}
    for name in ("numpy", "torch", "autograd", "micrograd"):
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "packages": packages,
    }


def _processor():
    info = Path("/proc/cpuinfo")
    for line in info.read_text().splitlines() if info.exists() else ():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def table(result):
    """Markdown."""
    m = result["machine"]
    packages = ", ".join(f"{name} {v}" for name, v in m["packages"].items())
    lines = [
        f"{m['processor']}, {m['cores']} cores, {m['system']}; Python {m['python']}, {packages};"
        f" medians of {result['rounds']} paired rounds.",
    ]
    for key, title in (("one_thread", "One thread"), ("default_threads", "Default threads")):
        lines += ["", *_workloads(title, result[key], result["peak_mib"])]
    lines += ["", *_scalars(result["scalar"])] if result["scalar"] else []
    own, numpy = result["import_ms"]["tinytorch"], result["import_ms"]["numpy"]
    lines += ["", f"`import tinytorch`: {own} ms, of which NumPy {numpy} ms."]
    return "\n".join(lines) + "\n"


def _workloads(title, times, peaks):
    yield f"| {title} | by hand, ms | tinytorch, × | goal, × | PyTorch, × | autograd, × | peak, × |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for name, engines in times.items():
        ratios = [f"{engines[e]['ratio']:.2f}" if e in engines else "–" for e in ENGINES]
        ratios.insert(1, f"{GOALS[name]:.2f}")
        peak = "–"
        if name in peaks:
            peak = f"{peaks[name]['tinytorch'] / max(peaks[name]['by_hand'], 0.1):.2f}"
        cells = [WORKLOADS[name].title, f"{engines['by_hand']['ms']:.3f}", *ratios, peak]
        yield f"| {' | '.join(cells)} |"


def _scalars(scalar):
    engines = next(iter(scalar.values()))
    yield f"| Scalar operations, forward and backward, µs each | {' | '.join(engines)} |"
    yield f"| --- {'| --- ' * len(engines)}|"
    for n, times in scalar.items():
        cells = [f"{times[name]:.2f}" if name in times else "–" for name in engines]
        yield f"| {int(n):,} | {' | '.join(cells)} |"
