"""Leaves, long chains, and the order of a pass, for tests of the engine."""

import time

import numpy as np

import tinytorch as tt


def leaf(data, dtype=np.float64):
    return tt.tensor(np.array(data, dtype), requires_grad=True)


def visits(loss, **options):
    """The nodes whose rule a pass called, in that order."""
    seen = []

    def look(event, node, *_):
        if event == "backward":
            seen.append(node)

    with tt.autograd.watch(look):
        loss.backward(**options)
    return seen


def chain(n):
    x = leaf(1.0)
    start = time.thread_time()
    y = x
    for _ in range(n):
        y = y * 1.0
    y.backward()
    spent = time.thread_time() - start
    assert x.grad.item() == 1.0
    return spent / n
