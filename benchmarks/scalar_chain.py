"""The cost of one scalar operation, forward and backward, beside micrograd and PyTorch.

A chain of v = tanh(v * w + b), three operations a link, in one process and one thread; the engines
take turns, and the median of the rounds counts. Run it with `python benchmarks/scalar_chain.py`;
engines that are not installed are left out.
"""

import argparse
import gc
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
        import math

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


def microseconds(leaf, backward, links):
    """Forward and backward time an operation."""
    gc.collect()
    w, b, v = leaf(0.9), leaf(0.1), leaf(0.5)
    start = time.perf_counter()
    for _ in range(links):
        v = (v * w + b).tanh()
    middle = time.perf_counter()
    backward(v)
    end = time.perf_counter()
    return (middle - start) / (3 * links) * 1e6, (end - middle) / (3 * links) * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--operations", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=31)
    options = parser.parse_args()
    links = options.operations // 3
    engines = {}
    for name, make in ENGINES.items():
        try:
            engines[name] = make()
        except ImportError:
            print(f"{name}: not installed")
    sys.setrecursionlimit(10 * links + 10_000)  # micrograd sorts by recursion; the others don't
    rounds = {name: [] for name in engines}
    for _ in range(options.rounds):
        for name, engine in engines.items():
            rounds[name].append(microseconds(*engine, links))
    print(f"{options.operations} operations, µs an operation, median of {options.rounds} rounds")
    print(f"{'':10} {'forward':>8} {'backward':>8} {'both':>8} {'best':>8}")
    for name, times in rounds.items():
        forward, backward = (statistics.median(t[i] for t in times) for i in (0, 1))
        both = statistics.median(map(sum, times))
        print(f"{name:10} {forward:8.2f} {backward:8.2f} {both:8.2f} {min(map(sum, times)):8.2f}")


if __name__ == "__main__":
    main()
