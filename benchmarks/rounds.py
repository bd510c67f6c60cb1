"""The clock: engines take turns, and the ratios of neighbors in time are what counts.

A machine speeds up and slows down, and others use it. In every round each engine runs for some
milliseconds, in an order that rotates; a ratio is the median over the rounds of one engine's time
divided by the hand-written code's in that same round.
"""

import gc
import statistics
import time

import numpy as np

from .engines import installed, verify
from .workloads import WORKLOADS


def measure(threads, rounds, names):
    """Milliseconds a step and ratios to the code by hand, for every workload and engine.

    With one thread the clock is that of the processor, which stands still while others use it;
    else it is the wall's.
    """
    clock = time.process_time if threads == 1 else time.perf_counter
    engines = installed(threads)
    results = {}
    for name in names:
        workload = WORKLOADS[name]
        params, data = workload.make(np.random.default_rng(0))
        steps = {
            e: engine.step(workload, params, data)
            for e, engine in engines.items()
            if not (workload.methods and e == "autograd")
        }
        verify(workload, steps)
        results[name] = _compared(_take_turns(steps, clock, rounds))
    return results


def _take_turns(steps, clock, rounds, long_enough=0.02):
    order = list(steps)
    seconds = {name: [] for name in order}
    times = {}
    for name, step in steps.items():
        once = _seconds(step, 3, clock)
        times[name] = max(1, round(long_enough / max(once, 1e-6)))
    for _ in range(rounds):
        order.append(order.pop(0))
        for name in order:
            gc.collect()
            seconds[name].append(_seconds(steps[name], times[name], clock))
    return seconds


def _seconds(step, times, clock):
    start = clock()
    for _ in range(times):
        step()
    return (clock() - start) / times


def _compared(seconds):
    by_hand = seconds["by_hand"]
    return {
        name: {
            "ms": round(statistics.median(own) * 1e3, 4),
            "ratio": round(statistics.median(a / b for a, b in zip(own, by_hand, strict=True)), 3),
        }
        for name, own in seconds.items()
    }
