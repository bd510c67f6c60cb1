"""`tinytorch.func` beside `torch.func`: batches of functions, and modules as functions."""

import importlib

import numpy as np
import pytest

import tinytorch as tt

torch = pytest.importorskip("torch")

_rng = np.random.default_rng(3)
A, B = _rng.normal(size=(3, 4)), _rng.normal(size=(3, 4))
W, X, Y = _rng.normal(size=(4, 2)), _rng.normal(size=(5, 4)), _rng.normal(size=(5, 2))


def of(t):
    return importlib.import_module(f"{t.__name__}.func")


def loss(w, x, y):
    return ((x @ w - y) ** 2).sum()


MAPPED = {
    "rows": lambda t, f, a, b: f.vmap(lambda x, y: x @ y)(a, b),
    "in torch too": lambda t, f, a, b: t.vmap(lambda x, y: x @ y)(a, b),
    "columns": lambda t, f, a, b: f.vmap(lambda x, y: x * y.sum(), 1, 1)(a, b),
    "last": lambda t, f, a, b: f.vmap(lambda x, y: x - y, (-1, None), -1)(a, b[:, 0]),
    "whole": lambda t, f, a, b: f.vmap(lambda x, y: y @ x, (0, None))(a, b),
    "a number": lambda t, f, a, b: f.vmap(lambda x, n: x * n, (0, None))(a, 2),
    "several": lambda t, f, a, b: list(f.vmap(lambda x, y: (x, x * y), 0, (0, 1))(a, b)),
    "dict": lambda t, f, a, b: f.vmap(lambda d: d["x"] * d["y"][0])({"x": a, "y": (b,)}),
    "dict, axes": lambda t, f, a, b: f.vmap(lambda d: d["y"] @ d["x"], ({"x": 0, "y": None},))(
        {"x": a, "y": b}
    ),
    "results": lambda t, f, a, b: (lambda d: [d["s"], *d["xy"]])(
        f.vmap(lambda x, y: {"s": x.sum(), "xy": [x, y]}, out_dims={"s": 0, "xy": [1, 0]})(a, b)
    ),
    "nested": lambda t, f, a, b: f.vmap(f.vmap(lambda x, y: x * y + x), (0, 0))(a, b),
    "outer": lambda t, f, a, b: f.vmap(lambda x: f.vmap(lambda y: x @ y)(b))(a),
    "keywords": lambda t, f, a, b: f.vmap(lambda x, *, k: x * k)(a, k=3),
    "constant": lambda t, f, a, b: f.vmap(lambda x: t.ones(2))(a),
    "of a gradient": lambda t, f, a, b: f.vmap(f.grad(lambda x: (x**3).sum()))(a),
    "a gradient of it": lambda t, f, a, b: f.grad(
        lambda x: f.vmap(lambda r, s: (r * s).sum() ** 2)(x, b).sum()
    )(a),
    "a hessian of it": lambda t, f, a, b: f.hessian(
        lambda x: f.vmap(lambda r: r.sum() ** 3)(x).sum()
    )(a[:2, :2]),
    "jacobian rows": lambda t, f, a, b: f.vmap(f.jacrev(lambda x: x.sin()))(a),
    "same draws": lambda t, f, a, b: f.vmap(lambda x: x * 0 + t.rand(4), randomness="same")(a).var(
        0
    ),
    "chunks": lambda t, f, a, b: f.vmap(lambda x: x * 2, chunk_size=2)(a),
    "linearize": lambda t, f, a, b: f.linearize(lambda x: x.sin() * x, a)[1](b),
    "linearize, value": lambda t, f, a, b: f.linearize(lambda x: x.sin(), a)[0],
    "lengths": lambda t, f, a, b: f.vmap(lambda x, y: x)(a, b[:2]),
    "a number mapped": lambda t, f, a, b: f.vmap(lambda x, n: x * n)(a, 2),
    "nothing mapped": lambda t, f, a, b: f.vmap(lambda x: x, None)(a),
    "axes": lambda t, f, a, b: f.vmap(lambda x, y: x, (0,))(a, b),
    "no axis": lambda t, f, a, b: f.vmap(lambda x: x)(a[0, 0]),
    "far axis": lambda t, f, a, b: f.vmap(lambda x: x, 2)(a),
    "returns a number": lambda t, f, a, b: f.vmap(lambda x: (x, 2))(a),
    "axes of results": lambda t, f, a, b: f.vmap(lambda x: (x, x), 0, (0,))(a),
    "draws": lambda t, f, a, b: f.vmap(lambda x: x + t.rand(4))(a),
}


@pytest.mark.filterwarnings("ignore:.torch.jit", "ignore:Attempted to insert")
@pytest.mark.parametrize("name", MAPPED)
def test_a_function_of_a_batch(name):
    results = []
    for t in tt, torch:
        try:
            z = MAPPED[name](t, of(t), t.tensor(A), t.tensor(B))
        except (ValueError, RuntimeError) as error:
            z = type(error)
        results.append(z if isinstance(z, (list, type)) else [z])
    found, expected = results
    if isinstance(expected, type):
        assert found is expected
        return
    for x, y in zip(found, expected, strict=True):
        assert x.shape == tuple(y.shape) and str(x.dtype) in str(y.dtype)
        np.testing.assert_allclose(x.data, y.numpy(), rtol=1e-10, atol=1e-12)


def test_a_refused_draw_leaves_the_random_numbers_as_they_were():
    tt.manual_seed(3)
    expected = tt.rand(2).tolist()
    tt.manual_seed(3)
    with pytest.raises(RuntimeError, match="randomness='different'"):
        tt.vmap(lambda x: x * tt.rand(1))(tt.ones(2))
    assert tt.rand(2).tolist() == expected
    z = tt.vmap(lambda x: x * tt.rand(2), randomness="different")(tt.ones(2))
    assert z[0].tolist() != z[1].tolist()
    with pytest.raises(ValueError, match="must be 'error', 'different' or 'same', got 'any'"):
        tt.vmap(abs, randomness="any")


NESTED = {
    "grad": lambda f, p: f.grad(lambda p: (p["w"] * p["b"][0]).sum() + p["b"][1].sum() ** 2)(p),
    "grad of two": lambda f, p: f.grad(lambda p, b: (p["w"] * b[0]).sum(), (0, 1))(p, p["b"]),
    "value": lambda f, p: f.grad_and_value(lambda p: (p["w"] * p["b"][0]).sum())(p),
    "aux": lambda f, p: f.grad(lambda p: (p["w"].sum() ** 2, {"w": p["w"]}), has_aux=True)(p),
    "jacrev": lambda f, p: f.jacrev(lambda p: p["w"] * p["b"][0])(p),
    "jacrev of two": lambda f, p: f.jacrev(lambda p: (p["w"] ** 2, p["b"][0] * p["w"]))(p),
    "hessian": lambda f, p: f.hessian(lambda p: (p["w"] * p["b"][0]).sum() ** 2)(p),
    "vjp": lambda f, p: f.vjp(lambda p: p["w"] * p["b"][0], p)[1](p["w"]),
    "vjp of two": lambda f, p: f.vjp(lambda p: {"x": p["w"] ** 2, "y": p["b"][1]}, p)[1](
        {"x": p["w"], "y": p["b"][0]}
    ),
    "jvp": lambda f, p: f.jvp(lambda p: {"x": p["w"] * p["b"][0], "y": p["b"][1]}, (p,), (p,)),
    "grad of a grad": lambda f, p: f.grad(
        lambda p: f.grad(lambda p: (p["w"] ** 3).sum() * p["b"][0].sum())(p)["w"].sum()
    )(p),
}


@pytest.mark.parametrize("name", NESTED)
def test_arguments_that_are_nested(name):
    def leaves(z):
        if isinstance(z, dict):
            return [(key, *leaf) for key in sorted(z) for leaf in leaves(z[key])]
        if isinstance(z, (tuple, list)):
            return [(i, *leaf) for i, part in enumerate(z) for leaf in leaves(part)]
        return [(tuple(z.shape), z.detach().tolist())]

    found, expected = (
        leaves(NESTED[name](of(t), {"w": t.tensor(A[0]), "b": [t.tensor(A[1]), t.tensor(B[0])]}))
        for t in (tt, torch)
    )
    for a, b in zip(found, expected, strict=True):
        assert a[:-1] == b[:-1]
        np.testing.assert_allclose(a[-1], b[-1], rtol=1e-10)


def test_gradients_of_every_sample():
    found = []
    for t in tt, torch:
        f = of(t)
        w, x, y = map(t.tensor, (W, X, Y))
        found.append(f.vmap(f.grad(loss), in_dims=(None, 0, 0))(w, x, y))
        found.append(f.vmap(loss, (None, 0, 0))(w.requires_grad_(), x, y))
        (d,) = t.autograd.grad(found[-1].sum(), w)
        found.append(d)
    for a, b in zip(found[:3], found[3:], strict=True):
        np.testing.assert_allclose(a.detach().data, b.detach().numpy(), rtol=1e-10)


def model(t):
    class Net(t.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = t.nn.Sequential(t.nn.Linear(4, 3), t.nn.Tanh(), t.nn.Linear(3, 3))
            self.more = t.nn.ParameterList([t.nn.Parameter(t.ones(3))])
            self.norm = t.nn.BatchNorm1d(3)
            self.out = t.nn.Linear(3, 3, bias=False)
            self.out.weight = self.body[2].weight

        def forward(self, x, scale=1.0):
            return self.out(self.norm(self.body(x) * self.more[0])) * scale

    return Net().double()


def pair():
    ours, theirs = model(tt), model(torch)
    theirs.load_state_dict({k: torch.tensor(v.data) for k, v in ours.state_dict().items()})
    return (tt, ours), (torch, theirs)


def test_a_module_called_with_other_parameters():
    """Two steps of descent that are differentiated through, and nothing of the module changed."""
    found = []
    for t, net in pair():
        f, x = of(t), t.tensor(X)
        before = {name: p.detach().tolist() for name, p in net.named_parameters()}
        own = fast = dict(net.named_parameters())
        buffers = {name: b.clone() for name, b in net.named_buffers()}
        for _ in range(2):
            z = f.functional_call(net, (fast, buffers), (x,), {"scale": 2.0})
            grads = t.autograd.grad((z**2).mean(), list(fast.values()), create_graph=True)
            fast = {name: p - 0.1 * g for (name, p), g in zip(fast.items(), grads, strict=True)}
        final = f.functional_call(net, (fast, buffers), x)
        (final.sum() + (final**2).sum()).backward()
        assert {name: p.detach().tolist() for name, p in net.named_parameters()} == before
        assert all(dict(net.named_parameters())[name] is p for name, p in own.items())
        assert net.norm.running_mean.tolist() == [0, 0, 0]
        assert buffers["norm.running_mean"].tolist() != [0, 0, 0]
        found.append([final.detach(), *(p.grad for p in own.values())])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(np.asarray(a.data), b.numpy(), rtol=1e-8, atol=1e-12)


STRANGE = {
    "unknown": lambda f, net, x, w: f.functional_call(net, {"nothing": w}, x),
    "unknown, strict": lambda f, net, x, w: f.functional_call(net, {"nothing": w}, x, strict=True),
    "missing, strict": lambda f, net, x, w: f.functional_call(
        net, {"out.weight": w}, x, strict=True
    ),
    "twice": lambda f, net, x, w: f.functional_call(net, ({"out.weight": w}, {"out.weight": w}), x),
    "no dict": lambda f, net, x, w: f.functional_call(net, ("out.weight",), x),
    "tied": lambda f, net, x, w: f.functional_call(net, {"out.weight": w}, x),
    "tied, other name": lambda f, net, x, w: f.functional_call(net, {"body.2.weight": w}, x),
    "untied": lambda f, net, x, w: f.functional_call(
        net, {"out.weight": w}, (x,), tie_weights=False
    ),
    "tied, both": lambda f, net, x, w: f.functional_call(
        net, {"out.weight": w, "body.2.weight": w}, x
    ),
    "tied, two": lambda f, net, x, w: f.functional_call(
        net, {"out.weight": w, "body.2.weight": w + 1}, x
    ),
}


@pytest.mark.parametrize("name", STRANGE)
def test_names_and_ties(name):
    results = []
    for t, net in pair():
        try:
            z = STRANGE[name](of(t), net.eval(), t.tensor(X), t.tensor(np.eye(3) * 2))
            results.append(z.detach())
        except (ValueError, RuntimeError) as error:
            results.append(type(error))
    found, expected = results
    if isinstance(expected, type):
        assert found is expected
    else:
        np.testing.assert_allclose(found.data, expected.numpy(), rtol=1e-10)


def test_a_module_whose_call_fails_has_its_own_parameters_again():
    net = tt.nn.Linear(2, 3)
    own = net.weight
    with pytest.raises(ValueError, match="does not fit weight"):
        of(tt).functional_call(net, {"weight": tt.ones(3, 5)}, tt.ones(1, 2))
    assert net.weight is own
    with pytest.raises(TypeError, match="functional_call: expected tensors, got list"):
        of(tt).functional_call(net, {"weight": [1.0]}, tt.ones(1, 2))


def test_an_ensemble_of_models_in_one_call():
    found = []
    rows = _rng.normal(size=(3, 2, 4)), _rng.normal(size=(3, 2))
    for t in tt, torch:
        f, models = of(t), [t.nn.Linear(4, 2).double() for _ in range(3)]
        for net, w, b in zip(models, *rows, strict=True):
            net.load_state_dict({"weight": t.tensor(w), "bias": t.tensor(b)})
        params, buffers = f.stack_module_state(models)
        assert buffers == {} and all(p.is_leaf and p.requires_grad for p in params.values())

        def call(p, b, x, f=f, net=models[0]):
            return f.functional_call(net, (p, b), (x,))

        z = f.vmap(call, (0, 0, None))(params, buffers, t.tensor(X))
        (z**2).sum().backward()
        found.append([z.detach(), params["weight"].grad, params["bias"].grad])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(np.asarray(a.data), b.numpy(), rtol=1e-10)


@pytest.mark.parametrize("t", [tt, torch], ids=["tinytorch", "torch"])
def test_models_that_are_not_alike_have_no_common_state(t):
    for models in ([], [t.nn.Linear(1, 1), t.nn.Tanh()], [t.nn.Tanh(), t.nn.Tanh().eval()]):
        with pytest.raises(RuntimeError):
            of(t).stack_module_state(models)
