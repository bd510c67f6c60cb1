"""Who may have changed what in place: how a change between forward and backward is noticed.

A rule such as ∂L/∂a = g · b is right only while `b` still holds what it held in the forward pass.
Most arrays can't change: no code outside the engine has them. Two kinds can:

- arrays *written* through a Tensor (`x[0] = 5`, `x.data += 1`): the time of the last write is kept;
- arrays *borrowed* by the caller (`x.data`, `x.numpy()`): while the caller holds one, or a view of
  it, the nodes that save it keep a checksum, to be compared in the backward pass.

Time is the counter that also numbers the nodes, so "written after the node was made" is one
comparison. Once the borrowed array is gone, an operation costs what it did before.
"""

import itertools
import weakref
import zlib

import numpy as np

now = itertools.count().__next__  # the time: every node, every write takes the next number

borrowed: set[int] = set()  # the owners of memory that somebody outside the engine holds
_watched: dict[int, "_Watched"] = {}  # by the id of the array that owns the memory
_last_change = -1  # when something was last written, or a borrowed array given back


class _Watched:
    """What is known about the memory of one array."""

    __slots__ = ("alive", "before", "for_good", "loans", "written")

    def __init__(self, owner):
        key = id(owner)
        self.alive = weakref.ref(owner, lambda _: _forget(key))
        self.written = -1
        self.loans = {}  # weak references to the borrowed arrays, by their id
        self.for_good = False
        self.before = []  # (time, checksum) when it was lent: what older nodes had saved


def _forget(key):
    _watched.pop(key, None)
    borrowed.discard(key)


def _watch(owner):
    found = _watched.get(id(owner))
    if found is None:
        found = _watched[id(owner)] = _Watched(owner)
    return found


def _owner(array):
    """The array that owns the memory of `array`, which may be a view, or borrowed."""
    while array.base is not None:
        base = array.base.obj if type(array.base) is memoryview else array.base
        if not isinstance(base, np.ndarray):
            break
        array = base
    return array


def _checksum(owner):
    return zlib.crc32(np.ascontiguousarray(owner.T if owner.flags.f_contiguous else owner))


def lend(array):
    """An array of the same memory for the caller, who may write to it unseen.

    Its base is a memoryview, so that NumPy keeps it as the base of every view made of it: it lives
    as long as the last of them, and when it dies nobody can write any more.
    """
    owner = _owner(array)
    watched = _watch(owner)
    if watched.for_good:
        return array
    for reference in watched.loans.values():
        lent = reference()
        if lent is not None and lent.base.obj is array:  # still out
            return lent
    _note_loan(owner, watched)
    lent = np.asarray(memoryview(array))
    key = id(owner)
    reference = weakref.ref(lent, lambda reference: _given_back(key, reference))
    watched.loans[id(reference)] = reference
    return lent


def share(array):
    """Note that `array` is the caller's own, who may write to it at any time; returns it."""
    owner = _owner(array)
    watched = _watch(owner)
    _note_loan(owner, watched)
    watched.for_good = True
    return array


def returned(array):
    """The engine's own array behind a borrowed one, or `array` itself."""
    base = array.base
    if isinstance(base, np.ndarray) and type(base.base) is memoryview:  # a view of a borrowed one
        base = base.base
    if type(base) is memoryview:
        lent = base.obj
        if type(lent) is np.ndarray and (lent.shape, lent.strides) == (array.shape, array.strides):
            return lent
    return np.asarray(array)


def _note_loan(owner, watched):
    """Keep a checksum for the nodes that have saved it by now; later ones keep their own."""
    if id(owner) in borrowed:
        return
    borrowed.add(id(owner))
    checksum = _checksum(owner)
    if watched.before and watched.before[-1][1] == checksum:
        watched.before.pop()
    watched.before.append((now(), checksum))


def _given_back(key, reference):
    global _last_change
    watched = _watched.get(key)
    if watched is None or watched.loans.pop(id(reference), None) is None:
        return
    if not watched.loans and not watched.for_good:
        borrowed.discard(key)
        _last_change = now()


def record_write(array):
    """Note that `array` was just changed in place through its Tensor."""
    global _last_change
    owner = array if array.base is None else _owner(array)
    watched = _watched.get(id(owner)) or _watch(owner)
    watched.written = _last_change = now()


def unchanged_since(time):
    """Whether nothing can have changed after `time`."""
    return not borrowed and _last_change < time


def checksums(saved):
    """Checksums of those arrays among `saved` that somebody outside holds, by position."""
    found = {}
    for i, array in enumerate(saved):
        if type(array) is np.ndarray:
            owner = _owner(array)
            if id(owner) in borrowed:
                found[i] = _checksum(owner)
    return found


def first_changed(node):
    """Position of the first saved array of a node that was changed since, or None."""
    for i, array in enumerate(node.saved_tensors):
        if type(array) is not np.ndarray:
            continue
        owner = _owner(array)
        watched = _watched.get(id(owner))
        if watched is None:
            continue
        if watched.written > node.order:
            return i
        before = node.checksums.get(i)
        if before is None:  # not borrowed then; what it held when it was lent afterwards
            later = (checksum for time, checksum in watched.before if time > node.order)
            before = next(later, None)
        if before is not None and before != _checksum(owner):
            return i
    return None
