"""Optimizers: from gradients to the next values of the parameters.

Each is one class with its formula in the docstring and the same formula, step by step on arrays,
in `update`. The arrays are changed in place: a step makes no new ones but scratch space, which it
keeps.
"""

import math
from collections.abc import Iterable
from sys import getrefcount

import numpy as np

from . import memory
from .tensor import Tensor


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


class SGD(Optimizer):
    """Stochastic gradient descent: θ ← θ - η g.

    With weight decay λ, momentum μ and dampening τ::

        g ← g + λθ
        v ← μv + (1 - τ) g      (v = g at the first step)
        θ ← θ - ηv              or, with Nesterov momentum, θ - η (g + μv)

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float
        The learning rate η.
    momentum, dampening, weight_decay : float
    nesterov : bool

    Source: I. Sutskever et al., "On the importance of initialization and momentum in deep
    learning" (2013), in PyTorch's form, where η multiplies v.
    """

    def __init__(
        self, params, lr=1e-3, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False
    ):
        super().__init__(
            params,
            lr=lr,
            momentum=momentum,
            dampening=dampening,
            weight_decay=weight_decay,
            nesterov=nesterov,
        )

    def _check(self, group):
        super()._check(group)
        if group["nesterov"] and (not group["momentum"] or group["dampening"]):
            raise ValueError("SGD: nesterov needs a momentum and no dampening")

    def update(self, p, g, state, group, a, b):
        momentum = group["momentum"]
        if group["weight_decay"]:
            g = np.add(np.multiply(p, group["weight_decay"], out=a), g, out=a)
        if momentum:
            v = state.get("momentum_buffer")
            if v is None:
                v = state["momentum_buffer"] = np.array(g)
            else:
                v *= momentum
                v += g if not group["dampening"] else (1 - group["dampening"]) * g
            g = np.add(np.multiply(v, momentum, out=b), g, out=b) if group["nesterov"] else v
        p -= np.multiply(g, group["lr"], out=a)


class Adam(Optimizer):
    """Adam: steps of about η, whatever the size of the gradients.

    ::

        g ← g + λθ
        m ← β₁m + (1 - β₁) g                the mean of the gradients
        v ← β₂v + (1 - β₂) g²               the mean of their squares
        θ ← θ - η m̂ / (√v̂ + ε)              with m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ)

    The hats undo that m and v start at 0.

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float
        The learning rate η.
    betas : (float, float)
        How much of the two means is kept at each step.
    eps : float
        Keeps the division finite.
    weight_decay : float
        λ, added to the gradient; `AdamW` takes it from the weights instead.

    Source: D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization" (2015).
    """

    decoupled = False

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=tuple(betas), eps=eps, weight_decay=weight_decay)

    def update(self, p, g, state, group, a, b):
        lr, eps, decay = group["lr"], group["eps"], group["weight_decay"]
        beta1, beta2 = group["betas"]
        if not state:
            state.update(step=0, exp_avg=np.zeros_like(p), exp_avg_sq=np.zeros_like(p))
        m, v = state["exp_avg"], state["exp_avg_sq"]
        t = state["step"] = state["step"] + 1
        if decay and self.decoupled:
            p *= 1 - lr * decay
        elif decay:
            g = np.add(np.multiply(p, decay, out=a), g, out=a)
        m *= beta1
        m += np.multiply(g, 1 - beta1, out=b)
        v *= beta2
        v += np.multiply(np.multiply(g, 1 - beta2, out=b), g, out=b)
        root = np.sqrt(v, out=a)
        root /= math.sqrt(1 - beta2**t)
        root += eps
        step = np.divide(m, root, out=a)
        p -= np.multiply(step, lr / (1 - beta1**t), out=a)


class AdamW(Adam):
    """Adam with decoupled weight decay: θ ← θ - ηλθ before the step of `Adam`, whose gradient
    stays what it is, so that large gradients do not shrink the decay.

    Parameters
    ----------
    params, lr, betas, eps
        As `Adam`.
    weight_decay : float
        λ.

    Source: I. Loshchilov and F. Hutter, "Decoupled weight decay regularization" (2019).
    """

    decoupled = True

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)


class RMSprop(Optimizer):
    """RMSprop: each gradient divided by its own recent size.

    ::

        g ← g + λθ
        v ← αv + (1 - α) g²                 v - ḡ² if centered, with ḡ ← αḡ + (1 - α) g
        d = g / (√v + ε)
        θ ← θ - ηd                          or, with momentum, b ← μb + d and θ ← θ - ηb

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr, alpha, eps, weight_decay, momentum : float
        η, α, ε, λ, μ.
    centered : bool
        Divide by the standard deviation of the gradient instead.

    Source: T. Tieleman and G. Hinton, "Neural networks for machine learning", lecture 6.5 (2012).
    """

    def __init__(
        self,
        params,
        lr=1e-2,
        alpha=0.99,
        eps=1e-8,
        weight_decay=0.0,
        momentum=0.0,
        centered=False,
    ):
        super().__init__(
            params,
            lr=lr,
            alpha=alpha,
            eps=eps,
            weight_decay=weight_decay,
            momentum=momentum,
            centered=centered,
        )

    def update(self, p, g, state, group, a, b):
        alpha = group["alpha"]
        if not state:
            kept = ["square_avg"] + ["momentum_buffer"] * bool(group["momentum"])
            kept += ["grad_avg"] * bool(group["centered"])
            state.update({key: np.zeros_like(p) for key in kept})
        if group["weight_decay"]:
            g = np.add(np.multiply(p, group["weight_decay"], out=a), g, out=a)
        v = state["square_avg"]
        v *= alpha
        v += np.multiply(np.multiply(g, 1 - alpha, out=b), g, out=b)
        root = v
        if group["centered"]:
            mean = state["grad_avg"]
            mean *= alpha
            mean += np.multiply(g, 1 - alpha, out=b)
            root = np.subtract(v, np.multiply(mean, mean, out=b), out=b)
        root = np.sqrt(root, out=b)
        root += group["eps"]
        step = np.divide(g, root, out=b)
        if group["momentum"]:
            buffer = state["momentum_buffer"]
            buffer *= group["momentum"]
            buffer += step
            step = buffer
        p -= np.multiply(step, group["lr"], out=a)


def _copied(kept):
    return {k: np.array(v) if isinstance(v, np.ndarray) else v for k, v in kept.items()}
