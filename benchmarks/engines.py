"""What runs the workloads: NumPy by hand, `tinytorch`, PyTorch, HIPS autograd.

An engine turns a workload into `step()`, which computes the value and all gradients of one
training step, updates the parameters if the workload says so, and returns value and gradients.
"""

import sys

import numpy as np

LEARNING_RATE = 1e-3


class ByHand:
    """No engine: the gradients of `by_hand.py`."""

    title = "NumPy by hand"

    def __init__(self, threads):
        pass

    def step(self, workload, params, data):
        params = [p.copy() for p in params]

        def step():
            value, grads = workload.by_hand(params, data)
            if workload.updates:
                for p, g in zip(params, grads, strict=True):
                    p -= LEARNING_RATE * g
            return value, grads

        return step


class TinyTorch:
    title = "tinytorch"

    def __init__(self, threads):
        import tinytorch

        self.t = tinytorch

    def tensor(self, array, **options):
        return self.t.tensor(array, **options)

    def update(self, params):
        with self.t.no_grad():
            for p in params:
                p -= LEARNING_RATE * p.grad

    def step(self, workload, params, data):
        params = [self.tensor(p, requires_grad=True) for p in params]
        data = {k: self.tensor(v) if hasattr(v, "dtype") else v for k, v in data.items()}
        F = self.t.nn.functional

        def step():
            for p in params:
                p.grad = None
            value = workload.formula(F, params, data)
            value.backward(data.get("upstream"))
            if workload.updates:
                self.update(params)
            return value, [p.grad for p in params]

        return step


class PyTorch(TinyTorch):
    title = "PyTorch"

    def __init__(self, threads):
        import torch

        if threads:
            torch.set_num_threads(threads)
        self.t = torch

    def update(self, params):
        with self.t.no_grad():
            for p in params:
                p.add_(p.grad, alpha=-LEARNING_RATE)


class Autograd:
    """HIPS autograd: NumPy's functions traced, for those workloads that take few lines of them."""

    title = "HIPS autograd"

    def __init__(self, threads):
        import autograd.numpy
        from autograd import make_vjp

        self.np, self.make_vjp = autograd.numpy, make_vjp

    def step(self, workload, params, data):
        params = [p.copy() for p in params]
        upstream = data.get("upstream", np.float32(1))
        gradients_at = self.make_vjp(lambda p: workload.formula(self, p, data))

        def step():
            gradients, value = gradients_at(params)
            grads = gradients(upstream)
            if workload.updates:
                for p, g in zip(params, grads, strict=True):
                    p -= LEARNING_RATE * g
            return value, grads

        return step

    def relu(self, x):
        return self.np.maximum(x, 0)

    def linear(self, x, weight, bias):
        return x @ weight.T + bias

    def cross_entropy(self, scores, target):
        shifted = scores - self.np.max(scores, axis=1, keepdims=True)
        total = self.np.sum(self.np.exp(shifted), axis=1)
        return self.np.mean(self.np.log(total) - shifted[np.arange(len(target)), target])

    def embedding(self, indices, weight):
        return weight[indices]

    def conv2d(self, x, weight, bias, padding):
        n, _, h, w = x.shape
        out, _, k, _ = weight.shape
        around = ((0, 0), (0, 0), (padding, padding), (padding, padding))
        x = self.np.pad(x, around, "constant")
        h, w = h + 2 * padding - k + 1, w + 2 * padding - k + 1
        places = [x[:, :, i : i + h, j : j + w] for i in range(k) for j in range(k)]
        columns = self.np.reshape(self.np.stack(places, axis=2), (n, -1, h * w))
        z = self.np.matmul(self.np.reshape(weight, (out, -1)), columns)
        return self.np.reshape(z, (n, out, h, w)) + bias[:, None, None]


ENGINES = {"by_hand": ByHand, "tinytorch": TinyTorch, "pytorch": PyTorch, "autograd": Autograd}


def installed(threads):
    """The engines that can be imported, in order, by name."""
    engines = {}
    for name, kind in ENGINES.items():
        try:
            engines[name] = kind(threads)
        except ImportError:
            print(f"{kind.title}: not installed, left out", file=sys.stderr)
    return engines


def verify(workload, steps):
    """Raise unless all engines agree on the value and the gradients of their first step."""
    reference = None
    for name, step in steps.items():
        value, grads = step()
        found = [_plain(value), *map(_plain, grads)]
        if reference is None:
            reference = found
        for i, (mine, other) in enumerate(zip(reference, found, strict=True)):
            scale = max(np.abs(mine).max(), 1e-6)
            if mine.shape != other.shape or not np.abs(mine - other).max() <= 1e-4 * scale:
                what = f"gradient {i - 1}" if i else "value"
                raise AssertionError(f"{workload.title}: {name} has another {what} than by hand")


def _plain(x):
    return np.array(x.detach() if hasattr(x, "detach") else x)
