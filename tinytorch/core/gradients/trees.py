"""Tensors in nested tuples, lists and dicts, such as the parameters of a model by name."""


def flattened(tree, leaves):
    """Put the leaves of nested tuples, lists and dicts into a list; returns what rebuilds them."""
    if isinstance(tree, dict):
        parts = {name: flattened(part, leaves) for name, part in tree.items()}
        return lambda values: {name: part(values) for name, part in parts.items()}
    if isinstance(tree, (tuple, list)):
        parts = [flattened(part, leaves) for part in tree]
        make = type(tree)._make if hasattr(tree, "_fields") else type(tree)
        return lambda values: make([part(values) for part in parts])
    place = len(leaves)
    leaves.append(tree)
    return lambda values: values[place]
