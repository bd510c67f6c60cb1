"""Stands in for matplotlib where its wheel is not to be had: takes every call, draws white."""


class Anything:
    """Whatever is asked of it, it is."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_arguments, **_options):
        return self

    def __getitem__(self, _key):
        return self

    def __setitem__(self, _key, _value):
        pass

    def __iter__(self):
        return iter((self,))
