"""Gradient checking: the rule against the limit it claims to be.

The derivative is a limit of difference quotients, so nudging an input by ±ε and looking at the
result is a second, independent way to every gradient. Where both agree over awkward shapes, the
rule is right.
"""

import numpy as np

from ..engine.grad import grad
from ..engine.modes import enable_grad
from ..tensor import Tensor


class GradcheckError(AssertionError):
    """The analytic gradient and the finite difference disagree."""


def gradcheck(function, inputs, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True) -> bool:
    """Compare the gradients of `function` with central differences (f(x + ε) - f(x - ε)) / 2ε.

    Every element of every input that requires gradients is nudged, and the whole Jacobian is
    compared: ``|analytic - numerical| ≤ atol + rtol · |numerical|``.

    Parameters
    ----------
    function : callable
        Takes the inputs, returns a Tensor or a tuple of Tensors.
    inputs : Tensor or sequence of Tensors
        float64: the difference of two close float32 numbers has hardly a digit left.
    eps : float
        The nudge, in units of the inputs.
    atol, rtol : float
        Absolute and relative tolerance.
    raise_exception : bool
        Raise at the first disagreement, or return False.

    Returns
    -------
    bool
        True when all elements agree.

    Raises
    ------
    GradcheckError
        Naming the input, the index and both values.
    ValueError
        When no input requires gradients, or one that does is not float64.

    Examples
    --------
    >>> import numpy as np, tinytorch as tt
    >>> x = tt.tensor(np.array([0.5, -1.0]), requires_grad=True)
    >>> tt.autograd.gradcheck(lambda x: x * x, x)
    True

    Notes
    -----
    The truncation error falls with ε², the rounding error rises with 1/ε; in float64 they meet near
    ε = 6e-6 (Nocedal and Wright, Numerical Optimization, 2nd ed., section 8.1).
    """
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    _refuse_unfit(inputs)
    try:
        _compare(function, inputs, eps, atol, rtol)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(function, inputs, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True) -> bool:
    """`gradcheck` of the gradient of `function`: its second derivatives, through
    `create_graph=True`.

    The upstream gradients are inputs of the check too, filled by a fixed seed.
    """
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    _refuse_unfit(inputs)
    rng = np.random.default_rng(0)
    with enable_grad():
        outputs = _outputs(function, inputs)
    upstream = [
        Tensor(rng.normal(size=z.shape), requires_grad=True) if z.dtype.kind == "f" else None
        for z in outputs
    ]
    gs = [g for g in upstream if g is not None]

    def gradient(*args):
        xs, gs = args[: len(inputs)], args[len(inputs) :]
        zs = [z for z in _outputs(function, xs) if z.requires_grad]
        wanted = [x for x in xs if x.requires_grad]
        found = grad(zs, wanted, gs, create_graph=True, allow_unused=True)
        return tuple(d for d in found if d is not None)

    return gradcheck(gradient, [*inputs, *gs], eps, atol, rtol, raise_exception)


def numerical_jacobian(function, inputs, i, eps=1e-6):
    """∂(outputs of `function`)/∂inputs[i] by central differences: one (n_out, n_in) array per
    output.
    """
    x = inputs[i]
    base, columns = np.array(x._data), []
    for index in np.ndindex(base.shape):
        values = []
        for step in (eps, -eps):
            nudged = base.copy()
            nudged[index] += step
            with enable_grad(), np.errstate(all="ignore"):
                args = [*inputs[:i], _leaf_like(x, nudged), *inputs[i + 1 :]]
                values.append([np.array(z._data) for z in _outputs(function, args)])
        columns.append([(up - down) / (2 * eps) for up, down in zip(*values, strict=True)])
    if not columns:
        with enable_grad():
            return [np.zeros((z.numel(), 0)) for z in _outputs(function, inputs)]
    return [
        np.stack([column[k].reshape(-1) for column in columns], axis=1)
        for k in range(len(columns[0]))
    ]


def analytic_jacobian(output, x):
    """∂output/∂x by one backward pass for each element of the output: (n_out, n_in)."""
    jacobian = np.zeros((output.numel(), x.numel()))
    for row, index in enumerate(np.ndindex(output.shape)):
        g = np.zeros(output.shape, output.dtype)
        g[index] = 1
        (d,) = grad(output, x, g, retain_graph=True, allow_unused=True)
        if d is not None:
            jacobian[row] = d._data.reshape(-1)
    return jacobian


def _compare(function, inputs, eps, atol, rtol):
    outputs = _outputs(function, inputs)
    checked = [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]
    for i in checked:
        numerical = numerical_jacobian(function, inputs, i, eps)
        for k, z in enumerate(outputs):
            if z.dtype.kind != "f":
                continue
            n = numerical[k]
            a = analytic_jacobian(z, inputs[i]) if z.requires_grad else np.zeros_like(n)
            with np.errstate(invalid="ignore"):
                wrong = ~np.isclose(a, n, rtol=rtol, atol=atol, equal_nan=True)
            if wrong.any():
                row, column = np.argwhere(wrong)[0]
                at = tuple(int(j) for j in np.unravel_index(column, inputs[i].shape))
                to = tuple(int(j) for j in np.unravel_index(row, z.shape))
                raise GradcheckError(
                    f"gradcheck: ∂output{f' {k}' if len(outputs) > 1 else ''}{list(to)}/∂input"
                    f" {i}{list(at)}: the backward pass gives {a[row, column]:.6g}, the finite"
                    f" difference {n[row, column]:.6g}; {int(wrong.sum())} of {wrong.size} elements"
                    " disagree"
                )


def _outputs(function, inputs):
    result = function(*inputs)
    outputs = list(result) if isinstance(result, (tuple, list)) else [result]
    for z in outputs:
        if not isinstance(z, Tensor):
            raise TypeError(f"gradcheck: the function returned {type(z).__name__}, not a Tensor")
    return outputs


def _leaf_like(x, array):
    leaf = type(x)._wrap(array if array.ndim else array[()])
    leaf.requires_grad = x.requires_grad
    return leaf


def _refuse_unfit(inputs):
    checked = [x for x in inputs if isinstance(x, Tensor) and x.requires_grad]
    if not checked:
        raise ValueError(
            "gradcheck: no input requires a gradient; make one with requires_grad=True"
        )
    for x in checked:
        if x.dtype != np.float64:
            raise ValueError(
                f"gradcheck: an input has dtype {x.dtype}; differences of close numbers need"
                " float64: tinytorch.tensor(numpy_array, dtype=float, requires_grad=True)"
            )
