"""Jacobians, Hessians and products with them, made of backward passes.

A backward pass multiplies a Jacobian by a row from the left: v ↦ vᵀJ. Everything here is that
product, taken once for each row, or twice.
"""

import numpy as np

from ..engine.grad import grad
from ..engine.modes import enable_grad
from ..operations.concatenation import stack
from ..tensor import Tensor


def vjp(func, inputs, v=None, create_graph=False):
    """The outputs of `func`, and vᵀJ: one backward pass.

    Parameters
    ----------
    func : callable
        Takes the inputs, returns a Tensor or a tuple of them.
    inputs : Tensor or tuple of Tensors
    v : Tensor or tuple of Tensors, optional
        One for each output, of its shape. May be left out for a one-element output.
    create_graph : bool
        Make the results differentiable.

    Returns
    -------
    tuple
        (outputs, product), each a Tensor or a tuple as `func` and `inputs` are.

    Examples
    --------
    >>> import tinytorch as tt
    >>> _, product = tt.autograd.vjp(lambda x: x * x, tt.tensor([1.0, 2.0]), tt.tensor([1.0, 10.0]))
    >>> product
    tensor([ 2., 40.])
    """
    xs, outputs, single = _evaluated("vjp", func, inputs, create_graph)
    zs = _listed(outputs)
    product = _grad(zs, xs, None if v is None else _listed(v), create_graph)
    return _detached(outputs, create_graph), _as_given(product, single)


def jvp(func, inputs, v, create_graph=False):
    """The outputs of `func`, and J·v, how they change along v.

    vᵀJ is linear in its v, call it u there; differentiating u ↦ uᵀJ against v turns the product
    around. Two backward passes, no other rules.

    Parameters
    ----------
    func, inputs, create_graph
        As in `vjp`.
    v : Tensor or tuple of Tensors
        One for each input, of its shape.
    """
    xs, outputs, _ = _evaluated("jvp", func, inputs, create_graph)
    zs = _listed(outputs)
    us = [Tensor(np.zeros(z.shape, z.dtype), requires_grad=True) for z in zs]
    vs = _listed(v)
    if len(vs) != len(xs):
        raise ValueError(f"jvp: {len(xs)} inputs, but {len(vs)} directions v")
    with enable_grad():
        rows = _grad(zs, xs, us, True)
        reached = [(r, d) for r, d in zip(rows, vs, strict=True) if r.requires_grad]
        if reached:
            product = _grad([r for r, _ in reached], us, [d for _, d in reached], create_graph)
        else:
            product = [Tensor._wrap(np.zeros(z.shape, z.dtype)) for z in zs]
    return _detached(outputs, create_graph), _as_given(product, isinstance(outputs, Tensor))


def jacobian(func, inputs, create_graph=False):
    """∂(every output)/∂(every input), one backward pass for each output.

    Returns
    -------
    Tensor or tuple
        Of shape ``(*output.shape, *input.shape)``. For several inputs a tuple over
        them; for several outputs a tuple over outputs of these.

    Examples
    --------
    >>> import tinytorch as tt
    >>> tt.autograd.jacobian(lambda x: x * x, tt.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    xs, outputs, single = _evaluated("jacobian", func, inputs, create_graph)
    found = []
    for z in _listed(outputs):
        rows = []
        for index in np.ndindex(z.shape):
            g = np.zeros(z.shape, z.dtype)
            g[index] = 1
            unit = [Tensor._wrap(g)]
            rows.append(_grad([z], xs, unit, create_graph, retain_graph=True))
        of_input = [[row[i] for row in rows] for i in range(len(xs))]
        whole = [_stacked(r, z.shape, x) for r, x in zip(of_input, xs, strict=True)]
        found.append(_as_given(whole, single))
    return found[0] if isinstance(outputs, Tensor) else tuple(found)


def hessian(func, inputs, create_graph=False):
    """∂²(func)/∂(inputs)², the Jacobian of the gradient; `func` returns one number.

    Examples
    --------
    >>> import tinytorch as tt
    >>> tt.autograd.hessian(lambda x: (x**3).sum(), tt.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    single = isinstance(inputs, Tensor)

    def gradient(*xs):
        product = _grad([_number("hessian", func(*xs))], list(xs), None, True)
        return product[0] if single else tuple(product)

    return jacobian(gradient, inputs, create_graph)


def hvp(func, inputs, v, create_graph=False):
    """The value of `func`, and its Hessian times v: two backward passes, no Hessian.

    Parameters
    ----------
    func : callable
        Takes the inputs, returns one number.
    inputs, v : Tensor or tuple of Tensors
        The point and the direction, of equal shapes.

    Examples
    --------
    >>> import tinytorch as tt
    >>> tt.autograd.hvp(lambda x: (x**3).sum(), tt.tensor([1.0, 2.0]), tt.tensor([1.0, 1.0]))[1]
    tensor([ 6., 12.])
    """
    single = isinstance(inputs, Tensor)
    value = []

    def gradient(*xs):
        value.append(_number("hvp", func(*xs)))
        product = _grad(value, list(xs), None, True)
        return product[0] if single else tuple(product)

    _, product = vjp(gradient, inputs, v, create_graph)  # a Hessian is symmetric: vᵀH is H·v
    return _detached(value[0], create_graph), product


def _evaluated(name, func, inputs, create_graph):
    """The inputs as tensors to differentiate by, and what `func` makes of them."""
    single = isinstance(inputs, Tensor)
    given = [inputs] if single else list(inputs) if isinstance(inputs, (tuple, list)) else [inputs]
    for x in given:
        if not isinstance(x, Tensor):
            raise TypeError(
                f"{name}: inputs must be Tensors, got {type(x).__name__}; make one with"
                " tinytorch.tensor(...)"
            )
    with enable_grad():
        if create_graph:  # a clone stays connected, and is a node of its own
            xs = [x.clone() if x.requires_grad else x.detach().requires_grad_() for x in given]
        else:
            xs = [x.detach().requires_grad_() for x in given]
        outputs = func(*xs)
    for z in outputs if isinstance(outputs, (tuple, list)) else [outputs]:
        if not isinstance(z, Tensor):
            raise TypeError(f"{name}: func returned {type(z).__name__}, not a Tensor")
    return xs, outputs, single


def _grad(outputs, inputs, grad_outputs, create_graph, retain_graph=None):
    """`grad`, with zeros where an input, or all of them, had no influence."""
    pairs = [(z, None if grad_outputs is None else grad_outputs[i]) for i, z in enumerate(outputs)]
    pairs = [(z, g) for z, g in pairs if z.requires_grad]
    found = [None] * len(inputs)
    if pairs:
        with enable_grad():
            found = grad(
                [z for z, _ in pairs],
                inputs,
                [g for _, g in pairs],
                create_graph=create_graph,
                retain_graph=retain_graph,
                allow_unused=True,
            )
    return [
        Tensor._wrap(np.zeros(x.shape, x.dtype)) if d is None else d
        for d, x in zip(found, inputs, strict=True)
    ]


def _number(name, z):
    if not isinstance(z, Tensor) or z.numel() != 1:
        got = f"shape {z.shape}" if isinstance(z, Tensor) else type(z).__name__
        raise ValueError(f"{name}: func must return a Tensor of one element, got {got}")
    return z


def _stacked(rows, shape, x):
    if not rows:
        return Tensor._wrap(np.zeros((*shape, *x.shape), x.dtype))
    return stack(rows).reshape(*shape, *x.shape)


def _listed(values):
    return [values] if isinstance(values, Tensor) else list(values)


def _as_given(values, single):
    return values[0] if single else tuple(values)


def _detached(outputs, create_graph):
    if create_graph:
        return outputs
    if isinstance(outputs, Tensor):
        return outputs.detach()
    return tuple(z.detach() for z in outputs)
