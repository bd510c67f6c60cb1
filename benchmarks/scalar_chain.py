"""The cost of one scalar operation, forward and backward, beside micrograd and PyTorch.

A chain of v = tanh(v * w + b), three operations a link, in one process and one thread; the engines
take turns, and the median of the rounds counts. Steps follow one another as in training, so that
what one leaves to the garbage collector is paid for by another. The numbers are such that no
gradient underflows: arithmetic below the smallest normal number would be timed instead. Engines
that are not installed are left out.
"""

import gc
import math
import statistics
import sys
import time


def tinytorch_engine():
    import tinytorch as tt

    return lambda x: tt.tensor(x, requires_grad=True), lambda v: v.backward()


def pytorch_engine():
    import torch

    torch.set_num_threads(1)
    return lambda x: torch.tensor(x, requires_grad=True), lambda v: v.backward()


def micrograd_engine():
    from micrograd.engine import Value

    def tanh(self):  # micrograd has relu alone; written as its own operations are
        t = math.tanh(self.data)
        out = Value(t, (self,), "tanh")

        def backward():
            self.grad += (1 - t * t) * out.grad

        out._backward = backward
        return out

    Value.tanh = tanh
    return Value, lambda v: v.backward()


OPERATIONS = (2_000, 10_000, 1_000_000)  # a million is for tinytorch alone: micrograd recurses
ENOUGH = 100_000  # operations in a row: garbage is then collected within the time

ENGINES = {
    "tinytorch": tinytorch_engine,
    "micrograd": micrograd_engine,
    "PyTorch": pytorch_engine,
}


def measure(operations, rounds):
    """Microseconds an operation for each engine."""
    links, steps = operations // 3, max(1, ENOUGH // operations)
    engines = {}
    for name, make in ENGINES.items():
        if operations > ENOUGH and name != "tinytorch":
            continue
        try:
            engines[name] = make()
        except ImportError:
            continue
    sys.setrecursionlimit(10 * ENOUGH)
    times = {name: [] for name in engines}
    for _ in range(rounds if operations <= ENOUGH else 3):
        for name, engine in engines.items():
            gc.collect()
            times[name].append(_microseconds(*engine, links, steps))
    return {name: round(statistics.median(own), 3) for name, own in times.items()}


def _microseconds(leaf, backward, links, steps):
    w, b = leaf(1.0), leaf(0.0)
    start = time.process_time()
    for _ in range(steps):
        v = leaf(0.1)
        for _ in range(links):
            v = (v * w + b).tanh()
        backward(v)
    return (time.process_time() - start) / (3 * links * steps) * 1e6
