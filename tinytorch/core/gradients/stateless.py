"""Modules as functions of their parameters: `functional_call`, and the states of many in one."""

from contextlib import contextmanager

from ..engine.base import TensorBase
from ..module import Module
from ..operations.concatenation import stack
from ..parts import Parameter, own_buffers, own_parameters


def functional_call(
    module, parameter_and_buffer_dicts, args=None, kwargs=None, *, tie_weights=True, strict=False
):
    """Call a module with other parameters and buffers than its own, which stay as they are.

    Parameters
    ----------
    module : Module
    parameter_and_buffer_dicts : dict of str to Tensor, or a tuple of them
        By the names of `named_parameters()` and `named_buffers()`. What is not named is the
        module's own. Gradients go to these tensors, and on to what they were computed of.
    args : any or tuple
        What the module is called with: a tuple of arguments, or a single one.
    kwargs : dict, optional
    tie_weights : bool
        Whether a tensor that the module uses in several places is replaced in all of them.
    strict : bool
        Whether all names must be there, and no others.

    Returns
    -------
    What the module returns.

    Raises
    ------
    ValueError
        For a name that is in two of the dicts, and for two tensors in one tied place.
    RuntimeError
        Under `strict`, for names that are missing or unknown.

    Examples
    --------
    A step of gradient descent that can be differentiated, as in MAML:

    >>> import tinytorch as tt
    >>> from tinytorch.func import functional_call
    >>> model, x = tt.nn.Linear(2, 1), tt.ones(3, 2)
    >>> own = dict(model.named_parameters())
    >>> loss = functional_call(model, own, x).square().mean()
    >>> grads = tt.autograd.grad(loss, list(own.values()), create_graph=True)
    >>> fast = {name: p - 0.1 * g for (name, p), g in zip(own.items(), grads)}
    >>> functional_call(model, fast, x).shape
    (3, 1)
    """
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    with _replaced(module, _joined(parameter_and_buffer_dicts), tie_weights, strict):
        return module(*args, **(kwargs or {}))


def _joined(dicts):
    dicts = [dicts] if isinstance(dicts, dict) else list(dicts)
    if not all(isinstance(d, dict) for d in dicts):
        raise ValueError("functional_call: expected a dict of tensors by name, or a tuple of them")
    joined = {}
    for d in dicts:
        if repeated := joined.keys() & d.keys():
            raise ValueError(f"functional_call: {sorted(repeated)} are in more than one dict")
        joined |= d
    return joined


@contextmanager
def _replaced(module, tensors, tie_weights, strict):
    """A block in which the named tensors stand in the places of the module's own."""
    places = {}  # by name: the module, its attribute, and what is there
    for prefix, part in module.named_modules(remove_duplicate=False):
        for kind in own_parameters, own_buffers:
            for name, tensor in kind(part):
                places[f"{prefix}.{name}" if prefix else name] = part, name, tensor
    tied = {}
    for name, (_, _, tensor) in places.items():
        tied.setdefault(id(tensor) if tie_weights else name, []).append(name)
    groups = {name: names for names in tied.values() for name in names}
    chosen = {}
    for name, tensor in tensors.items():
        for other in groups.get(name, ()):
            if chosen.setdefault(other, tensor) is not tensor and other in tensors:
                if tensors[other] is not tensors[name]:
                    raise ValueError(
                        f"functional_call: {groups[name]} are one tensor of the module, and got"
                        " several; give one, or tie_weights=False"
                    )
    unknown, missing = tensors.keys() - places.keys(), places.keys() - chosen.keys()
    if strict and (unknown or missing):
        raise RuntimeError(
            f"functional_call: unknown names {sorted(unknown)}, missing names {sorted(missing)}"
        )
    try:
        for name, tensor in chosen.items():
            part, attribute, own = places[name]
            vars(part)[attribute] = _in_place_of(own, tensor)
        yield
    finally:
        for part, attribute, own in places.values():
            vars(part)[attribute] = own


def _in_place_of(own, tensor):
    """The tensor; in the place of a parameter as one, for modules find parameters by their kind."""
    if not isinstance(own, Parameter) or isinstance(tensor, Parameter):
        return tensor
    if not isinstance(tensor, TensorBase):
        raise TypeError(f"functional_call: expected tensors, got {type(tensor).__name__}")
    return Parameter._wrap(tensor._data, tensor._node)


def stack_module_state(models):
    """The parameters and the buffers of models of one kind, each stacked along a new first axis.

    Parameters
    ----------
    models : list of Module
        All of one class, and all in training or all in evaluation.

    Returns
    -------
    tuple of dict
        The parameters by name, leaves that require gradients as the models' own do, and the
        buffers: what `vmap` of a `functional_call` goes over.

    Raises
    ------
    RuntimeError
        Without models, for models of several classes, and for some in training, some not.
    """
    models = list(models)
    if not models:
        raise RuntimeError("stack_module_state: expected at least one model")
    if len({type(m) for m in models}) > 1 or len({m.training for m in models}) > 1:
        raise RuntimeError("stack_module_state: models of one class and one mode are needed")
    states = []
    for named in Module.named_parameters, Module.named_buffers:
        rows = [dict(named(m)) for m in models]
        states.append(
            {
                name: stack([row[name].detach() for row in rows]).requires_grad_(
                    rows[0][name].requires_grad
                )
                for name in rows[0]
            }
        )
    return tuple(states)
