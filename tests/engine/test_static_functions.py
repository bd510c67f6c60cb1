"""Functions in PyTorch's form: static forward(ctx, …) and backward(ctx, …), in both libraries."""

import gc
import weakref

import numpy as np
import pytest

import tinytorch as tt


def made(library):
    class Cube(library.autograd.Function):
        @staticmethod
        def forward(ctx, x, scale):
            ctx.save_for_backward(x)
            ctx.scale = scale
            return scale * x**3

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * 3 * ctx.scale * x**2, None

    class Exp(library.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            z = x.exp()
            ctx.save_for_backward(z)
            return z

        @staticmethod
        def backward(ctx, g):
            (z,) = ctx.saved_tensors
            return g * z

    class Product(library.autograd.Function):
        @staticmethod
        def forward(a, b):
            return a * b

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx, g):
            a, b = ctx.saved_tensors
            to_a, to_b = ctx.needs_input_grad
            return g * b if to_a else None, g * a if to_b else None

    class Identity(library.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.view_as(x)

        @staticmethod
        def backward(ctx, g):
            return -g

    return Cube, Exp, Product, Identity


USES = {
    "cube": lambda f, x, y: f[0].apply(x, 2.0),
    "exp": lambda f, x, y: f[1].apply(x) * y,
    "product": lambda f, x, y: f[2].apply(x, y),
    "product with one gradient": lambda f, x, y: f[2].apply(x, y.detach()) + y,
    "identity": lambda f, x, y: f[3].apply(x * y),
    "chain": lambda f, x, y: f[1].apply(f[0].apply(x * y, 0.1)) + f[2].apply(x, x),
}


@pytest.mark.parametrize("name", USES)
def test_gradients_to_order_two_follow_pytorch(name):
    torch = pytest.importorskip("torch")
    found = []
    for library in tt, torch:
        functions = made(library)
        x = library.tensor(np.array([0.5, -1.0, 2.0]), requires_grad=True)
        y = library.tensor(np.array([1.5, 0.25, -0.5]), requires_grad=True)
        z = USES[name](functions, x, y)
        grads = library.autograd.grad(
            z.sum(), (x, y), create_graph=True, allow_unused=True, materialize_grads=True
        )
        total = sum((g * g).sum() for g in grads)
        second = [None, None]
        if total.requires_grad:
            second = library.autograd.grad(total, (x, y), allow_unused=True)
        z = USES[name](functions, x, y)
        z.sum().backward()
        found.append([z.detach(), *(g.detach() for g in grads), *second, x.grad, y.grad])
    for ours, theirs in zip(*found, strict=True):
        if ours is None or theirs is None:
            assert not np.any(np.asarray(0 if ours is None else ours.detach()))
            assert not np.any(np.asarray(0 if theirs is None else theirs.detach()))
        else:
            np.testing.assert_allclose(ours.detach(), theirs.detach(), rtol=1e-9)


def test_what_is_saved_is_watched_and_freed():
    cube = made(tt)[0].apply
    x = tt.tensor([1.0, 2.0], requires_grad=True)
    h = x * 1.0
    z = cube(h, 1.0).sum()
    with tt.no_grad():
        h.mul_(2)
    with pytest.raises(RuntimeError, match="changed in place"):
        z.backward()
    h = x * 1.0
    gone = weakref.ref(h)
    z = cube(h, 1.0).sum()
    del h
    z.backward()
    gc.collect()
    assert gone() is None
    with pytest.raises(RuntimeError, match="retain_graph"):
        z.backward()


def test_mistakes_are_named():
    Cube, *_ = made(tt)

    class Few(Cube):
        @staticmethod
        def backward(ctx, g):
            return g

        @staticmethod
        def forward(ctx, x, scale):
            return x * scale

    class Numbers(Cube):
        @staticmethod
        def forward(ctx, x, scale):
            return 3.0

        @staticmethod
        def backward(ctx, g):
            return g, None

    x = tt.tensor([1.0], requires_grad=True)
    with pytest.raises(ValueError, match="must return 2 values, one for each argument of forward"):
        Few.apply(x, 2.0).backward()
    with pytest.raises(TypeError, match="forward must return one Tensor, got float"):
        Numbers.apply(x, 2.0)
    with pytest.raises(TypeError, match="with a static forward goes a static backward"):

        class Half(tt.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x

    with pytest.raises(TypeError, match="expected Tensors, got int; keep other things as"):

        class Kept(tt.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(3)
                return x

            @staticmethod
            def backward(ctx, g):
                return g

        Kept.apply(x)


def test_arguments_of_grad_and_the_old_wrapper():
    x, y = (tt.tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    dx, dy = tt.autograd.grad((x * x).sum(), (x, y), only_inputs=True, materialize_grads=True)
    assert dx.tolist() == [2.0, 4.0] and dy.tolist() == [0.0, 0.0]
    with pytest.raises(NotImplementedError, match="only_inputs must be True"):
        tt.autograd.grad(x.sum(), x, only_inputs=False)
    assert tt.autograd.Variable(x) is x
    v = tt.autograd.Variable(tt.ones(2), requires_grad=True)
    (v * 3).sum().backward()
    assert v.grad.tolist() == [3.0, 3.0] and type(v) is tt.Tensor
