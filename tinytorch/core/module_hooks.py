"""Hooks of modules: what is called before and after `forward`, and when gradients have passed."""

import itertools

from .engine.modes import is_grad_enabled
from .tensor import Tensor

_numbers = itertools.count()


class HookHandle:
    """What registering a hook returns: `remove()` takes the hook off, as does leaving a `with`."""

    def __init__(self, module, when, hook, with_kwargs, first):
        self.id = next(_numbers)
        self._hooks = module._hooks if module._hooks is not None else {"before": {}, "after": {}}
        hooks = {self.id: (hook, with_kwargs)}
        others = self._hooks[when]
        self._hooks[when] = {**hooks, **others} if first else {**others, **hooks}
        self._when = when
        module._hooks = self._hooks

    def remove(self) -> None:
        """Take the hook off; a second call does nothing."""
        hooks = self._hooks[self._when]
        self._hooks[self._when] = {k: hook for k, hook in hooks.items() if k != self.id}

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.remove()


def call_with_hooks(module, inputs, kwargs):
    """`module.forward`, with the hooks around it."""
    watched = []
    for hook, with_kwargs in module._hooks["before"].values():
        if isinstance(hook, observe_gradients):
            inputs, gradients = hook.enter(module, inputs)
            watched.append(gradients)
            continue
        new = hook(module, inputs, kwargs) if with_kwargs else hook(module, inputs)
        if new is not None and with_kwargs:
            inputs, kwargs = new
        elif new is not None:
            inputs = new if isinstance(new, tuple) else (new,)
    output = module.forward(*inputs, **kwargs)
    for hook, with_kwargs in module._hooks["after"].values():
        given = (inputs, kwargs, output) if with_kwargs else (inputs, output)
        new = hook(module, *given)
        output = output if new is None else new
    for gradients in watched:
        gradients.leave(output)
    return output


class observe_gradients:
    """A hook on the gradients of a module's inputs and outputs."""

    def __init__(self, hook):
        self.hook = hook

    def enter(self, module, inputs):
        """Copies of the inputs, so that what others make of them is not counted."""
        if not is_grad_enabled():
            return inputs, _Gradients(self.hook, module, ())
        copies = tuple(
            x.clone() if isinstance(x, Tensor) and x.requires_grad else x for x in inputs
        )
        return copies, _Gradients(self.hook, module, copies)


class _Gradients:
    """The gradients of one call, until all have come and the hook can have them."""

    def __init__(self, hook, module, inputs):
        self.hook, self.module = hook, module
        self.inputs = [None] * len(inputs)
        self.waiting = 0
        for i, x in enumerate(inputs):
            if isinstance(x, Tensor) and x.requires_grad:
                self.waiting += 1
                x.register_hook(lambda g, i=i: self.arrived(i, g))

    def leave(self, output):
        """Watch the outputs, which are known now."""
        outputs = output if isinstance(output, (tuple, list)) else (output,)
        self.outputs = [None] * len(outputs)
        for i, z in enumerate(outputs):
            if isinstance(z, Tensor) and z.requires_grad:
                z.register_hook(lambda g, i=i: self.came_back(i, g))

    def came_back(self, i, g):
        self.outputs[i] = g
        if not self.waiting:  # no input wants a gradient: the outputs are all there is to see
            self.hook(self.module, tuple(self.inputs), tuple(self.outputs))

    def arrived(self, i, g):
        self.inputs[i] = g
        self.waiting -= 1
        if self.waiting:
            return None
        new = self.hook(self.module, tuple(self.inputs), tuple(self.outputs))
        if new is None:
            return None
        return new[i] if isinstance(new, tuple) else new
