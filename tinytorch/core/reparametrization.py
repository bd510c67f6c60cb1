"""Weights computed before every call: by length and direction, or divided by their norm."""

from .distances import normalize
from .engine.modes import no_grad
from .generator import get_rng_state, rng, set_rng_state
from .module import Module, Parameter, write
from .spatial import ConvTranspose1d, ConvTranspose2d
from .tensor import Tensor


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Train the length and the direction of a weight: w = g · v / ‖v‖.

    In place of the parameter `name` come ``name_g`` and ``name_v``; w is computed from them before
    every call.

    Parameters
    ----------
    module : Module
        Changed, and returned.
    name : str
    dim : int, optional
        The axis along which each entry has a length of its own; None for one of all numbers.

    Source: T. Salimans and D. Kingma, "Weight normalization" (2016).
    """
    _refuse_twice("weight_norm", module, name)
    w = _taken("weight_norm", module, name)
    axes = None
    if dim is not None and dim != -1:
        axes = tuple(i for i in range(w.ndim) if i != dim % w.ndim)
    module.register_parameter(f"{name}_g", Parameter(_length(w.detach(), axes)))
    module.register_parameter(f"{name}_v", Parameter(w.detach()))
    return _computed(module, name, _WeightNorm(name, axes))


def remove_weight_norm(module: Module, name: str = "weight") -> Module:
    """Make what `weight_norm` computes a parameter again."""
    return _removed("weight_norm", module, name, _WeightNorm, ("g", "v"))


def spectral_norm(
    module: Module,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Module:
    """Divide a weight by its largest singular value: w / (uᵀ w v), so that it stretches nothing.

    u and v are buffers, ``name_u`` and ``name_v``, which come closer to the singular vectors at
    every call in training: v ← wᵀu / ‖wᵀu‖, u ← wv / ‖wv‖. The parameter is ``name_orig``.

    Parameters
    ----------
    module : Module
        Changed, and returned.
    name : str
    n_power_iterations : int
        How many such steps are taken at each call.
    eps : float
        The least length to divide by.
    dim : int, optional
        The axis of the outputs: by default 0, of transposed convolutions 1. The others are joined.

    Source: T. Miyato et al., "Spectral normalization for generative adversarial networks" (2018).
    """
    if n_power_iterations < 1:
        raise ValueError(
            f"spectral_norm: n_power_iterations must be at least 1, got {n_power_iterations}"
        )
    _refuse_twice("spectral_norm", module, name)
    if dim is None:
        dim = 1 if isinstance(module, (ConvTranspose1d, ConvTranspose2d)) else 0
    w = _taken("spectral_norm", module, name)
    made = _SpectralNorm(name, n_power_iterations, eps, dim)
    module.register_parameter(f"{name}_orig", w)
    for part, n in zip("uv", made.matrix(w).shape, strict=True):
        start = Tensor(rng().normal(size=n).astype(w.dtype))
        module.register_buffer(f"{name}_{part}", normalize(start, dim=0, eps=eps))
    return _computed(module, name, made, w.detach().clone())


def remove_spectral_norm(module: Module, name: str = "weight") -> Module:
    """Make what `spectral_norm` computes a parameter again."""
    return _removed("spectral_norm", module, name, _SpectralNorm, ("u", "v", "orig"))


class _WeightNorm:
    """A hook: w = g · v / ‖v‖."""

    def __init__(self, name, axes):
        self.name, self.axes = name, axes

    def __call__(self, module, inputs):
        setattr(module, self.name, self.weight(module))

    def weight(self, module):
        g, v = (getattr(module, f"{self.name}_{part}") for part in "gv")
        return v * (g / _length(v, self.axes))


class _SpectralNorm:
    """A hook: w / (uᵀ w v), with u and v that have come closer to singular vectors."""

    def __init__(self, name, steps, eps, dim):
        self.name, self.steps, self.eps, self.dim = name, steps, eps, dim

    def __call__(self, module, inputs):
        if module.training:
            w, u, v = self.parts(module)
            with no_grad():
                for _ in range(self.steps):
                    v_now = normalize(w.T @ u, dim=0, eps=self.eps)
                    u = normalize(w @ v_now, dim=0, eps=self.eps)
            write(v, v_now._data)
            write(getattr(module, f"{self.name}_u"), u._data)
        setattr(module, self.name, self.weight(module))

    def weight(self, module):
        w, u, v = self.parts(module)
        u, v = u.clone(), v.clone()  # which the next call changes
        return getattr(module, f"{self.name}_orig") / (u @ (w @ v))

    def parts(self, module):
        w, u, v = (getattr(module, f"{self.name}_{part}") for part in ("orig", "u", "v"))
        return self.matrix(w), u, v

    def matrix(self, w):
        return w.movedim(self.dim, 0).reshape(w.shape[self.dim], -1)


def _length(v, axes):
    """‖v‖ over these axes, kept at length 1; of all numbers without any."""
    return v.norm() if axes is None else v.norm(2, axes, keepdim=True)


def _hooks_of(module, name, kind):
    before = (module._hooks or {"before": {}})["before"]
    return [
        (i, hook) for i, (hook, _) in before.items() if isinstance(hook, kind) and hook.name == name
    ]


def _refuse_twice(what, module, name):
    if _hooks_of(module, name, (_WeightNorm, _SpectralNorm)):
        raise RuntimeError(f"{what}: {name!r} is computed already; remove that first")


def _taken(what, module, name):
    """The parameter `name`, which is then no part of the module any more."""
    w = vars(module).get(name)
    if not isinstance(w, Parameter):
        raise ValueError(f"{what}: {type(module).__name__} has no parameter {name!r}")
    if not w.ndim:
        raise ValueError(f"{what}: {name!r} is a number; it takes a weight with axes")
    delattr(module, name)
    return w


def _computed(module, name, hook, first=None):
    setattr(module, name, hook.weight(module) if first is None else first)
    module.register_forward_pre_hook(hook)
    return module


def _removed(what: str, module: Module, name: str, kind: type, parts: tuple) -> Module:
    found = _hooks_of(module, name, kind)
    if not found:
        raise ValueError(f"remove_{what}: {name!r} of {type(module).__name__} is not computed")
    (number, hook), *_ = found
    with no_grad():
        w = hook.weight(module)
    before = module._hooks["before"]
    module._hooks["before"] = {i: other for i, other in before.items() if i != number}
    for part in parts:
        delattr(module, f"{name}_{part}")
    module._buffers = tuple(b for b in module._buffers if hasattr(module, b))
    delattr(module, name)
    module.register_parameter(name, Parameter(w.detach()))
    return module


def skip_init(module_cls: type[Module], *args, **kwargs) -> Module:
    """`module_cls(*args, **kwargs)`, which leaves the random numbers to come as they were.

    In PyTorch its parameters are not written at all; here they have their usual first values.
    """
    if not (isinstance(module_cls, type) and issubclass(module_cls, Module)):
        raise TypeError(f"skip_init: expected a class of modules, got {module_cls!r}")
    state = get_rng_state()
    try:
        return module_cls(*args, **kwargs)
    finally:
        set_rng_state(state)
