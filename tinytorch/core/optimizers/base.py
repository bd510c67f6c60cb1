"""`Optimizer`, the base of all: groups of parameters, what is remembered of each, and a step."""

from collections.abc import Iterable
from sys import getrefcount

import numpy as np

from .. import memory
from ..tensor import Tensor


def _own_references():
    """What `getrefcount` says of an array that one object and one local name hold."""
    holder = [np.empty(0)]
    array = holder[0]
    return getrefcount(array)


_OWN_REFERENCES = _own_references()


class Optimizer:
    """The base: groups of parameters with their settings, and what is remembered of each.

    Parameters
    ----------
    params : iterable of Tensors, of (name, Tensor), or of dicts
        What to train: `model.parameters()`, `model.named_parameters()`, or groups such as
        ``{"params": head.parameters(), "lr": 0.1}`` with settings of their own.
    **defaults
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

    def __init__(self, params, **defaults):
        self.defaults = defaults
        self.param_groups: list[dict] = []
        self.state: dict[Tensor, dict] = {}
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
        """Train the parameters in ``group["params"]`` too, with the settings in `group`."""
        name = type(self).__name__
        params = group["params"]
        if isinstance(params, Tensor) or not isinstance(params, Iterable):
            raise TypeError(
                f"{name}: expected the parameters in a list, such as model.parameters(), got"
                f" {type(params).__name__}"
            )
        unknown = group.keys() - self.defaults.keys() - {"params"}
        if unknown:
            raise ValueError(f"{name}: a group has no setting {', '.join(sorted(unknown))}")
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
        for key in ("lr", "weight_decay", "momentum", "eps"):
            if not group.get(key, 0) >= 0:
                raise ValueError(
                    f"{type(self).__name__}: {key} must not be negative, got {group[key]}"
                )
        for beta in group.get("betas", ()):
            if not 0 <= beta < 1:
                raise ValueError(
                    f"{type(self).__name__}: betas must be in [0, 1), got {group['betas']}"
                )

    def zero_grad(self) -> None:
        """Forget the gradients, so that the next `backward()` starts from nothing."""
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def step(self) -> None:
        """Change every parameter by its rule. Frozen ones (requires_grad=False) stay.

        Raises
        ------
        RuntimeError
            If a parameter has no gradient; then none has been changed.
        """
        work = []
        for group in self.param_groups:
            for p in group["params"]:
                if p._node is None:
                    continue
                g = getattr(p.grad, "_data", p.grad)
                if g is None or g.shape != p._data.shape:
                    raise RuntimeError(self._missing(p))
                work.append((p, g, group))
        if not work:
            raise RuntimeError(f"{type(self).__name__}.step: all parameters are frozen")
        for p, g, group in work:
            array = p._data
            if type(array) is not np.ndarray:  # a scalar, which NumPy keeps as a number
                p._data = array = np.asarray(array)
            key = array.shape, array.dtype
            scratch = self._scratch.get(key)
            if scratch is None:
                scratch = self._scratch[key] = np.empty_like(array), np.empty_like(array)
            state = self.state.get(p)
            if state is None:
                state = self.state[p] = {}
            self.update(array, g, state, group, *scratch)
            # Whoever looked at p.data and let go of it again need not be watched: a checksum of all
            # weights at every step costs more than the step.
            borrowed = getrefcount(array) > _OWN_REFERENCES
            memory.written(array, borrowed)

    def _missing(self, p):
        where = f"{type(self).__name__}.step: {self.names[p]}, of shape {p.shape}, has"
        if p.grad is not None:
            return f"{where} a gradient of shape {p.grad.shape}"
        return (
            f"{where} no gradient; call loss.backward() first. If the loss does not depend on it,"
            " freeze it with requires_grad_(False)"
        )

    def update(self, p, g, state, group, a, b):
        """Change the array `p` in place by its gradient `g`, with its `state` and its settings.

        `a` and `b` are arrays of the shape of `p` to compute in; `g` must stay as it is.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define update")

    def state_dict(self) -> dict:
        """Copies of the settings and of what is remembered, with parameters by number."""
        number = {p: i for i, p in enumerate(p for g in self.param_groups for p in g["params"])}
        return {
            "state": {number[p]: _copied(kept) for p, kept in self.state.items()},
            "param_groups": [
                {**group, "params": [number[p] for p in group["params"]]}
                for group in self.param_groups
            ],
        }

    def load_state_dict(self, state_dict: dict) -> None:
        """Continue where the optimizer that gave this `state_dict` was.

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
            if group.keys() - {"initial_lr"} != self.defaults.keys() | {"params"}:
                raise ValueError(
                    f"{name}: settings {sorted(group)}, expected those of {type(self).__name__}:"
                    f" {sorted(self.defaults)}"
                )
        state = {}
        for i, kept in state_dict["state"].items():
            p = params[int(i)]
            for key, value in kept.items():
                if np.ndim(value) and np.shape(value) != p.shape:
                    raise ValueError(
                        f"{name}: {key} of {self.names[p]} has shape {np.shape(value)},"
                        f" expected {p.shape}"
                    )
            state[p] = _copied(kept)
        for own, group in zip(self.param_groups, groups, strict=True):
            own.update({key: value for key, value in group.items() if key != "params"})
        self.state = state

    def __repr__(self):
        lines = [
            f"  {i}: {len(g['params'])} parameters, "
            + ", ".join(f"{key}={value}" for key, value in g.items() if key != "params")
            for i, g in enumerate(self.param_groups)
        ]
        return "\n".join([f"{type(self).__name__}(", *lines, ")"])


def _copied(kept):
    return {k: np.array(v) if isinstance(v, np.ndarray) else v for k, v in kept.items()}
