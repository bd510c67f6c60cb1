"""`torch.func`: each takes a function and returns the function of its derivative.

They nest: what one returns can be given to another, and is differentiated again.
"""

import functools

from ..engine import grad as engine
from ..engine.backward import reachable
from ..engine.base import TensorBase, as_tensor
from ..engine.modes import enable_grad
from . import derivatives
from .trees import flattened


def _of(name, func, argnums, differentiate):
    """The function of the derivative of `func` by the arguments `argnums`."""
    single = isinstance(argnums, int)
    places = (argnums,) if single else tuple(argnums)

    @functools.wraps(func)
    def derivative(*args, **kwargs):
        for i in places:
            if not -len(args) <= i < len(args):
                raise ValueError(f"{name}: argnums {i} is out of range for {len(args)} arguments")
        leaves = []
        rebuild = flattened([args[i] for i in places], leaves)

        def of_chosen(*xs):
            filled = list(args)
            for i, x in zip(places, rebuild(xs), strict=True):
                filled[i] = x
            return func(*filled, **kwargs)

        def nested(found):
            """What was found for the leaves, nested as the arguments are."""
            trees = rebuild(found)
            return trees[0] if single else tuple(trees)

        chosen = tuple(map(as_tensor, leaves))
        if single and len(leaves) == 1 and args[places[0]] is leaves[0]:
            return differentiate(of_chosen, chosen[0], lambda found: found)
        return differentiate(of_chosen, chosen, nested)

    return derivative


def _gradient(func, inputs, has_aux):
    """(gradients, value, what else `func` returned)."""
    single = isinstance(inputs, TensorBase)
    given = (inputs,) if single else inputs
    again = any(x.requires_grad for x in given)  # called by another transform, or by a training run
    with enable_grad():
        xs = [x.clone() if x.requires_grad else x.detach().requires_grad_() for x in given]
        returned = func(*xs)
        value, aux = returned if has_aux else (returned, None)
        if not isinstance(value, TensorBase) or value.ndim:
            got = value.shape if isinstance(value, TensorBase) else type(value).__name__
            raise ValueError(f"grad: the function must return a 0-d Tensor, got {got}")
        found = engine.grad(value, xs, create_graph=True, materialize_grads=True)
    if not again:
        reaches = _outside(value, xs)
        found = tuple(found if reaches else (d.detach() for d in found))
        value = value if reaches else value.detach()
    return (found[0] if single else tuple(found)), value, aux


def _outside(value, xs):
    """Whether the graph of `value` has leaves beside `xs`, which may want gradients too."""
    own = {x._node for x in xs}
    leaves = [node for node in reachable([value._node]) if not node.next_functions]
    return any(node not in own for node in leaves)


def grad(func, argnums=0, has_aux=False):
    """The function that returns ∂func/∂(its argument `argnums`).

    >>> import tinytorch as tt
    >>> from tinytorch.func import grad
    >>> grad(grad(lambda x: x**3))(tt.tensor(2.0)).item()
    12.0
    """

    def differentiate(of_chosen, inputs, nested):
        gradient, _, aux = _gradient(of_chosen, inputs, has_aux)
        return (nested(gradient), aux) if has_aux else nested(gradient)

    return _of("grad", func, argnums, differentiate)


def grad_and_value(func, argnums=0, has_aux=False):
    """The function that returns the gradient and the value, or (value, aux)."""

    def differentiate(of_chosen, inputs, nested):
        gradient, value, aux = _gradient(of_chosen, inputs, has_aux)
        return nested(gradient), ((value, aux) if has_aux else value)

    return _of("grad_and_value", func, argnums, differentiate)


def _matrix(name, func, argnums, take):
    def differentiate(of_chosen, inputs, nested):
        given = (inputs,) if isinstance(inputs, TensorBase) else inputs
        again = any(x.requires_grad for x in given)
        found = take(of_chosen, inputs, create_graph=again)
        if take is derivatives.hessian:
            return nested([nested(row) for row in found]) if given is inputs else found
        several = given is inputs and not isinstance(found[0], TensorBase)  # outputs
        return tuple(map(nested, found)) if several else nested(found)

    return _of(name, func, argnums, differentiate)


def jacrev(func, argnums=0):
    """The function of the Jacobian, of shape ``(*output.shape, *input.shape)``."""
    return _matrix("jacrev", func, argnums, derivatives.jacobian)


def jacfwd(func, argnums=0):
    """The same Jacobian. PyTorch goes forward for it; here it is made of backward passes too."""
    return _matrix("jacfwd", func, argnums, derivatives.jacobian)


def hessian(func, argnums=0):
    """The function of the Hessian; `func` returns one number."""
    return _matrix("hessian", func, argnums, derivatives.hessian)


def vjp(func, *primals):
    """The value of `func` at `primals`, and the function v ↦ vᵀJ.

    The second returns a tuple with one gradient for each primal, nested as that is.
    """
    leaves = []
    rebuild = flattened(list(primals), leaves)
    with enable_grad():
        xs = [as_tensor(x).detach().requires_grad_() for x in leaves]
        outputs = func(*rebuild(xs))
    listed = []
    shaped = flattened(outputs, listed)

    def product(*cotangents):
        given = []
        flattened(list(cotangents), given)
        found = engine.grad(listed, xs, given, retain_graph=True, materialize_grads=True)
        return tuple(rebuild(found))

    return shaped([z.detach() for z in listed]), product


def jvp(func, primals, tangents):
    """The value of `func` at `primals`, and J · tangents."""
    leaves, directions, shape = [], [], []
    rebuild = flattened(list(primals), leaves)
    flattened(list(tangents), directions)

    def of_leaves(*xs):
        listed = []
        shape[:] = [flattened(func(*rebuild(xs)), listed)]
        return tuple(listed)

    values, products = derivatives.jvp(
        of_leaves, tuple(map(as_tensor, leaves)), tuple(map(as_tensor, directions))
    )
    return shape[0](values), shape[0](products)


def linearize(func, *primals):
    """The value of `func` at `primals`, and the function v ↦ J · v.

    PyTorch keeps the steps of the calculation; here each call of the second goes through them
    again.
    """

    def product(*tangents):
        return jvp(func, primals, tangents)[1]

    return func(*primals), product
