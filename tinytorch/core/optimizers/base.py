"""`Optimizer`, the base of all: groups of parameters, what is remembered of each, and a step."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import ClassVar

import numpy as np

from ..engine.modes import enable_grad
from ..engine.versions import record_write
from ..tensor import Tensor

# What a state of PyTorch, or an older one, may not say of its groups: the defaults then stay.
_NOT_ALWAYS_SAID = {"amsgrad", "decoupled_weight_decay", "maximize"}


class Optimizer:
    """The base: groups of parameters with their settings, and what is remembered of each.

    A subclass passes its settings on as `defaults` and defines `update`, or a `step` of its own.

    Parameters
    ----------
    params : iterable of Tensors, of (name, Tensor), or of dicts
        What to train: `model.parameters()`, `model.named_parameters()`, or groups such as
        ``{"params": head.parameters(), "lr": 0.1}`` with settings of their own.
    defaults : dict
        The settings of groups that do not say otherwise.

    Attributes
    ----------
    param_groups : list of dict
        ``"params"`` and the settings of each group; schedules write ``"lr"``.
    state : dict
        For each parameter the arrays that its steps carry over.
    names : dict
        What errors call each parameter.
    """

    numbers: ClassVar[dict] = {"step": int}  # what a state keeps as numbers, not as arrays

    def __init__(self, params, defaults: dict | None = None):
        self.defaults = dict(defaults or {})
        self.param_groups: list[dict] = []
        self.state: dict[Tensor, dict] = defaultdict(dict)
        self.names: dict[Tensor, str] = {}
        self._scratch: dict[tuple, tuple] = {}
        if isinstance(params, Iterable) and not isinstance(params, Tensor):
            params = list(params)
            grouped = params and isinstance(params[0], dict)
        else:
            grouped = False
        for group in params if grouped else [{"params": params}]:
            self.add_param_group(group)
        if not any(group["params"] for group in self.param_groups):
            raise ValueError(f"{type(self).__name__}: there are no parameters to train")

    def add_param_group(self, group: dict) -> None:
        """Train the parameters in ``group["params"]`` too, with the settings in `group`.

        A group may have entries of your own, such as a name.
        """
        name = type(self).__name__
        params = group["params"]
        params = [params] if isinstance(params, Tensor) and self.param_groups else params
        if isinstance(params, Tensor) or not isinstance(params, Iterable):
            raise TypeError(
                f"{name}: expected the parameters in a list, such as model.parameters(), got"
                f" {type(params).__name__}"
            )
        for key in group.keys() - self.defaults.keys() - {"params"}:
            if meant := get_close_matches(key, self.defaults, 1, 0.8):
                raise ValueError(f"{name}: a group has no setting {key!r}; it is {meant[0]!r}")
        taken = {p for g in self.param_groups for p in g["params"]}
        listed = []
        for i, p in enumerate(params):
            label, p = p if isinstance(p, tuple) else (f"parameter {i}", p)
            if not isinstance(p, Tensor) or p.dtype.kind != "f" or not p.is_leaf:
                raise TypeError(
                    f"{name}: {label} is not a leaf of floating-point numbers; optimizers change"
                    " tensors made with requires_grad=True, not results of operations"
                )
            if p in taken:
                raise ValueError(f"{name}: {label}, of shape {p.shape}, is there twice")
            taken.add(p)
            listed.append(p)
            self.names[p] = label
        settings = {**self.defaults, **group, "params": listed}
        self._check(settings)
        self.param_groups.append(settings)

    def _check(self, group):
        for key in ("lr", "weight_decay", "momentum", "momentum_decay", "eps", "rho", "lr_decay"):
            if not group.get(key, 0) >= 0:
                raise ValueError(
                    f"{type(self).__name__}: {key} must not be negative, got {group[key]}"
                )
        for beta in group.get("betas", ()):
            if not 0 <= beta < 1:
                raise ValueError(
                    f"{type(self).__name__}: betas must be in [0, 1), got {group['betas']}"
                )

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, so that the next `backward()` starts from nothing.

        Parameters
        ----------
        set_to_none : bool
            False leaves zeros instead: `step` then moves what has momentum or decays.
        """
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:
                    p.grad = None
                elif p.grad is not None:
                    p.grad.detach_().zero_()

    def step(self, closure: Callable[[], Tensor] | None = None):
        """Change every parameter that has a gradient by its rule.

        Those without one (no loss depended on them), and frozen ones (requires_grad=False), stay.

        Parameters
        ----------
        closure : callable, optional
            Called first: it computes the loss and its gradients, and returns the loss.

        Returns
        -------
        What `closure` returned, or None.

        Raises
        ------
        RuntimeError
            If a gradient has another shape than its parameter; then none has been changed.
        """
        loss = self._closed(closure) if closure is not None else None
        work = []
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None or not p.requires_grad:
                    continue
                g = getattr(p.grad, "_data", p.grad)
                if g.shape != p._data.shape:
                    raise RuntimeError(
                        f"{type(self).__name__}.step: {self.names[p]}, of shape {p.shape}, has a"
                        f" gradient of shape {g.shape}"
                    )
                work.append((p, g, group))
        for p, g, group in work:
            array = p._data
            if type(array) is not np.ndarray:  # a scalar, which NumPy keeps as a number
                p._data = array = np.asarray(array)
            key = array.shape, array.dtype
            scratch = self._scratch.get(key)
            if scratch is None:
                scratch = self._scratch[key] = np.empty_like(array), np.empty_like(array)
            if group.get("maximize"):
                g = np.negative(g)
            self.update(array, g, self.state[p], group, *scratch)
            record_write(array)
        return loss

    def _closed(self, closure):
        with enable_grad():
            return closure()

    def update(self, p, g, state, group, a, b):
        """Change the array `p` in place by its gradient `g`, with its `state` and its settings.

        `a` and `b` are arrays of the shape of `p` to compute in; `g` must stay as it is.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define update")

    def state_dict(self) -> dict:
        """Copies of the settings and of what is remembered, with parameters by number."""
        number = {p: i for i, p in enumerate(p for g in self.param_groups for p in g["params"])}
        return {
            "state": {number[p]: _shown(kept) for p, kept in self.state.items() if p in number},
            "param_groups": [
                {**group, "params": [number[p] for p in group["params"]]}
                for group in self.param_groups
            ],
        }

    def load_state_dict(self, state_dict: dict) -> None:
        """Continue where the optimizer that gave this `state_dict` was, here or in PyTorch.

        Raises
        ------
        ValueError
            If the groups, the numbers of parameters or the shapes differ; then nothing changed.
        """
        name = f"{type(self).__name__}.load_state_dict"
        if missing := {"state", "param_groups"} - set(state_dict):
            raise ValueError(f"{name}: not the state of an optimizer: it lacks {sorted(missing)}")
        params = [p for group in self.param_groups for p in group["params"]]
        groups = state_dict["param_groups"]
        sizes = [len(g["params"]) for g in groups]
        own = [len(g["params"]) for g in self.param_groups]
        if sizes != own:
            raise ValueError(f"{name}: groups of {sizes} parameters, expected {own}")
        for group in groups:
            if not group.keys() >= self.defaults.keys() - _NOT_ALWAYS_SAID:
                raise ValueError(
                    f"{name}: settings {sorted(group)}, expected those of {type(self).__name__}:"
                    f" {sorted(self.defaults)}"
                )
        numbers = [i for group in groups for i in group["params"]]
        places = dict(zip(numbers, params, strict=True))
        state = defaultdict(dict)
        for i, kept in state_dict["state"].items():
            if i not in places:
                raise ValueError(f"{name}: a state for parameter {i} of {len(params)}")
            p = places[i]
            state[p] = {key: self._loaded(name, p, key, value) for key, value in kept.items()}
        for own, group in zip(self.param_groups, groups, strict=True):
            own.update({key: value for key, value in group.items() if key != "params"})
        self.state = state

    def _loaded(self, name, p, key, value):
        """A value of a state as this package keeps it: numbers as numbers, else an own array."""
        if key in self.numbers:
            return self.numbers[key](value)
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        array = np.array(np.asarray(value), dtype=p.dtype)
        expected = self._shape(p, key)
        if array.shape != expected:
            raise ValueError(
                f"{name}: {key} of {self.names[p]} has shape {array.shape}, expected {expected}"
            )
        return array

    def _shape(self, p, key):
        """The shape of what is remembered of `p` under this name."""
        return p.shape

    def __repr__(self):
        lines = [
            f"  {i}: {len(g['params'])} parameters, "
            + ", ".join(f"{key}={value}" for key, value in g.items() if key != "params")
            for i, g in enumerate(self.param_groups)
        ]
        return "\n".join([f"{type(self).__name__}(", *lines, ")"])


def options(name: str, given: dict) -> None:
    """Check arguments that choose, in PyTorch, among ways to compute the same step.

    There is one way here, so `foreach`, `fused` and `capturable` make no difference.
    """
    if unknown := given.keys() - {"foreach", "fused", "capturable", "differentiable"}:
        raise TypeError(f"{name}: unexpected argument {', '.join(sorted(unknown))}")
    if given.get("differentiable"):
        raise NotImplementedError(
            f"{name}: differentiable=True is not here; write the step in Tensor operations, from"
            " tinytorch.autograd.grad(loss, params, create_graph=True)"
        )


def _shown(kept):
    """What a step keeps, as others may have it: copies, arrays as Tensors."""
    if isinstance(kept, dict):
        return {key: _shown(value) for key, value in kept.items()}
    if isinstance(kept, list):
        return [_shown(value) for value in kept]
    return Tensor(kept) if isinstance(kept, np.ndarray) else kept
