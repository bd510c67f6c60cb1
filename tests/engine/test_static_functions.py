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
    with pytest.raises(TypeError, match="must return a Tensor, or a tuple with Tensors, got float"):
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


# ------------------------------------------------------------------------- several outputs


def several(library, materialize=True):
    """A function with two outputs that have gradients, one of another dtype, and one that has none.

    What `backward` was given is in its list `seen`.
    """

    class Several(library.autograd.Function):
        seen = []  # noqa: RUF012

        @staticmethod
        def forward(ctx, x, y, k):
            total, product = x + y, (x * y * k).to(library.float64)
            positive = (x > 0).to(library.int64)
            ctx.save_for_backward(x, y, product)
            ctx.k = k
            ctx.mark_non_differentiable(positive)
            ctx.set_materialize_grads(materialize)
            return total, product, positive

        @staticmethod
        def backward(ctx, g, h, i):
            Several.seen.append([d if d is None else d.detach().tolist() for d in (g, h, i)])
            x, y, product = ctx.saved_tensors
            d_x = d_y = 0 * product.to(x.dtype)
            if h is not None:
                d_x = d_x + h.to(x.dtype) * y * ctx.k
                d_y = d_y + h.to(x.dtype) * product.to(x.dtype) / y
            if g is not None:
                d_x, d_y = d_x + g, d_y + g
            return d_x, d_y, None

    return Several


OUTPUTS = {
    "all": lambda a, b, c: (a * b).sum() + (a * c).sum(),
    "the first": lambda a, b, c: (a**2).sum(),
    "the second": lambda a, b, c: (b**2).sum(),
    "one of them twice": lambda a, b, c: (b * b.exp()).sum(),
}


@pytest.mark.parametrize("materialize", [True, False])
@pytest.mark.parametrize("name", OUTPUTS)
def test_several_outputs_follow_pytorch(name, materialize):
    torch = pytest.importorskip("torch")
    found = []
    for library in tt, torch:
        function = several(library, materialize)
        x = library.tensor(np.array([0.5, -1.0, 2.0], np.float32), requires_grad=True)
        y = library.tensor(np.array([1.5, 0.25, -0.5], np.float32), requires_grad=True)
        outputs = function.apply(x, y, 2.0)
        flags = [z.requires_grad for z in outputs]
        loss = OUTPUTS[name](*outputs)
        (d,) = library.autograd.grad(loss, x, create_graph=True)
        second = library.autograd.grad((d * d).sum(), (x, y))
        OUTPUTS[name](*function.apply(x, y, 2.0)).backward()
        values = [*outputs, d, *second, x.grad, y.grad]
        found.append((flags, function.seen, [np.asarray(z.detach()) for z in values]))
    (flags, seen, ours), (their_flags, their_seen, theirs) = found
    assert flags == their_flags == [True, True, False]
    assert seen == [
        [z if z is None else pytest.approx(z, rel=1e-5) for z in call] for call in their_seen
    ]
    for a, b in zip(ours, theirs, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=1e-5)


def test_outputs_that_are_no_tensors_and_inputs_that_come_back():
    class Split(tt.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x, "name", x * 2

        @staticmethod
        def backward(ctx, g, name, h):
            assert name is None
            return g + 2 * h

    x = tt.tensor([1.0, 2.0], requires_grad=True)
    same, name, twice = Split.apply(x)
    assert name == "name" and same is not x
    with tt.no_grad():
        same += 1
    assert x.tolist() == [1, 2]
    (same * twice).sum().backward()
    assert x.grad.tolist() == [2 * 1 + 2 * 2, 2 * 2 + 2 * 3]
    with tt.no_grad():
        assert not any(z.requires_grad for z in Split.apply(x)[::2])


def test_once_differentiable():
    from tinytorch.autograd.function import once_differentiable

    class Cube(tt.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        @once_differentiable
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return g * tt.tensor(3 * x.numpy() ** 2)

    x = tt.tensor([1.0, 2.0], requires_grad=True)
    Cube.apply(x).sum().backward()
    assert x.grad.tolist() == [3, 12]
    (d,) = tt.autograd.grad(Cube.apply(x).sum(), x, create_graph=True)
    assert d.tolist() == [3, 12]
    with pytest.raises(RuntimeError, match="cannot be differentiated again"):
        (d.sum() + x.sum()).backward()
