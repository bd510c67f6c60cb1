"""An engine in one file as a reader may write it, right or spoiled in one place."""

import numpy as np


def engine(order="counted", accumulate=True, sums=True, tanh=None, matmul=None, again=True):
    """A class like the reader's, right but for what is given."""

    def down(g, shape):
        if not sums:
            return g
        g = g.sum(tuple(range(g.ndim - len(shape))))
        return g.sum(tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True).reshape(shape)

    class MyTensor:
        def __init__(self, data, parents=(), rule=None):
            self.data, self.grad = np.asarray(data, dtype=float), None
            self.parents, self.rule = parents, rule

        def lifted(self, other):
            return other if isinstance(other, MyTensor) else MyTensor(other)

        def __add__(self, other):
            other = self.lifted(other)
            return MyTensor(self.data + other.data, (self, other), lambda g: (g, g))

        def __mul__(self, other):
            other = self.lifted(other)
            a, b = self.data, other.data
            return MyTensor(a * b, (self, other), lambda g: (g * b, g * a))

        def __truediv__(self, other):
            other = self.lifted(other)
            a, b = self.data, other.data
            return MyTensor(a / b, (self, other), lambda g: (g / b, -g * a / b**2))

        def __matmul__(self, other):
            a, b = self.data, other.data
            rule = matmul or (lambda g, a, b: (g @ b.T, a.T @ g))
            return MyTensor(a @ b, (self, other), lambda g: rule(g, a, b))

        def __neg__(self):
            return self * -1

        def __sub__(self, other):
            return self + -self.lifted(other)

        def __rsub__(self, other):
            return -self + other

        __radd__, __rmul__ = __add__, __mul__

        def relu(self):
            on = self.data > 0
            return MyTensor(self.data * on, (self,), lambda g: (g * on,))

        def tanh(self):
            z = np.tanh(self.data)
            return MyTensor(z, (self,), lambda g: (tanh(g, z) if tanh else g * (1 - z * z),))

        def exp(self):
            z = np.exp(self.data)
            return MyTensor(z, (self,), lambda g: (g * z,))

        def log(self):
            return MyTensor(np.log(self.data), (self,), lambda g: (g / self.data,))

        def sum(self, axis=None, keepdims=False):
            def rule(g):
                if axis is not None and not keepdims:
                    g = np.expand_dims(g, axis)
                return (np.broadcast_to(g, self.data.shape),)

            return MyTensor(self.data.sum(axis, keepdims=keepdims), (self,), rule)

        def backward(self):
            g = {self: np.ones_like(self.data)}
            for node in ORDERS[order](self):
                if not node.parents:
                    more = node.grad is not None and again
                    node.grad = node.grad + g[node] if more else g[node]
                    continue
                for parent, d in zip(node.parents, node.rule(g[node]), strict=True):
                    d = down(d, parent.data.shape)
                    g[parent] = g[parent] + d if parent in g and accumulate else d

    return MyTensor


def counted(root):
    waiting, stack, seen = {}, [root], {root}
    while stack:
        for parent in stack.pop().parents:
            waiting[parent] = waiting.get(parent, 0) + 1
            if parent not in seen:
                seen.add(parent)
                stack.append(parent)
    ready = [root]
    while ready:
        node = ready.pop()
        yield node
        for parent in node.parents:
            waiting[parent] -= 1
            if waiting[parent] == 0:
                ready.append(parent)


def depth_first(root):
    stack, seen = [root], set()
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            yield node
            stack += node.parents


def recursive(root):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(root)
    return reversed(order)


ORDERS = {"counted": counted, "depth first": depth_first, "recursive": recursive}
