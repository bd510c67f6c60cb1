"""The cost of one scalar operation, forward and backward, beside micrograd and PyTorch.

A chain of v = tanh(v * w + b), three operations a link, in one process and one thread; the engines
take turns, and the median of the rounds counts. Engines that are not installed are left out.
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


ENGINES = {
    "tinytorch": tinytorch_engine,
    "micrograd": micrograd_engine,
    "PyTorch": pytorch_engine,
}


def measure(operations, rounds):
    """Microseconds an operation for each engine."""
    links = operations // 3
    engines = {}
    for name, make in ENGINES.items():
        try:
            engines[name] = make()
        except ImportError:
            continue
    sys.setrecursionlimit(10 * links + 10_000)  # micrograd sorts by recursion; the others don't
    times = {name: [] for name in engines}
    for _ in range(rounds):
        for name, engine in engines.items():
            times[name].append(_microseconds(*engine, links))
    return {name: round(statistics.median(own), 3) for name, own in times.items()}


def _microseconds(leaf, backward, links):
    gc.collect()
    w, b, v = leaf(0.9), leaf(0.1), leaf(0.5)
    start = time.process_time()
    for _ in range(links):
        v = (v * w + b).tanh()
    backward(v)
    return (time.process_time() - start) / (3 * links) * 1e6
