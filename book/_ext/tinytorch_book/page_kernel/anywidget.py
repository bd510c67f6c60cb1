"""anywidget's class as a page's Python needs it: synced traits, told to the page when they change.

`tinytorch.widgets` asks no more of the real package; that one wants ipywidgets and IPython, which
are several megabytes and as many seconds in a browser.
"""

import base64
import contextlib
import itertools

import page_kernel
import traitlets

_numbers = itertools.count(1)


class AnyWidget(traitlets.HasTraits):
    """A model with synced traits and a module, `_esm`, that draws it."""

    _esm = ""
    _css = ""

    def __init__(self, **state):
        self.model_id = f"page-{next(_numbers)}"
        self._held, self._waiting, self._taken = 0, set(), {}
        super().__init__(**state)
        self.observe(self._told, names=list(self.keys))

    @property
    def keys(self):
        """The names of the synced traits."""
        return self.trait_names(sync=True)

    @contextlib.contextmanager
    def hold_sync(self):
        """Tell changes together, at the end."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
            self._tell()

    def take(self, changes):
        """Set what has been moved in the page, and tell it only what came out otherwise."""
        self._taken = dict(changes)
        try:
            with self.hold_sync():
                self._waiting |= changes.keys() & set(self.keys)
                for name, value in changes.items():
                    if name in self.keys:
                        setattr(self, name, value)
        finally:
            self._taken = {}

    def whole(self):
        """Return the state that a page draws, its bytes apart, with the module and the style."""
        state, buffers = _apart({name: getattr(self, name) for name in self.keys})
        return {"state": state, "buffers": buffers, "module": self._esm, "style": self._css}

    def tree(self):
        """Return the model's place among others: here, itself."""
        return self.model_id

    def models(self):
        """Return the models that are shown together."""
        return [self]

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {page_kernel.VIEW: {"model_id": self.model_id}, "text/plain": repr(self)}

    def _told(self, change):
        self._waiting.add(change["name"])
        self._tell()

    def _tell(self):
        if self._held or not self._waiting:
            return
        names, self._waiting = sorted(self._waiting), set()
        values = {name: getattr(self, name) for name in names}
        known = {n for n, v in values.items() if n in self._taken and self._taken[n] == v}
        state, buffers = _apart({n: v for n, v in values.items() if n not in known})
        if state or buffers:
            kernel = page_kernel.KERNEL
            kernel.changed(self.model_id, {"state": state, "buffers": buffers})


def _apart(values):
    """Split values into those that are JSON and those that are bytes."""
    state, buffers = {}, []
    for name, value in values.items():
        if isinstance(value, bytes | bytearray | memoryview):
            buffers.append({"path": [name], "data": base64.b64encode(value).decode()})
        else:
            state[name] = value
    return state, buffers
