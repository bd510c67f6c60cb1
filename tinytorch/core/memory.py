"""Who may have changed what: how a change between forward and backward is noticed.

A rule such as ∂L/∂a = g · b is right only while `b` still holds what it held in the forward pass.
Most arrays can't change: nobody outside the engine has them. The ledger lists the few that can:

- arrays *written* through a Tensor (`x[0] = 5`, `x.data += 1`), with the time of the last write;
- arrays *lent* to the caller (`x.data`, `x.numpy()`, `tt.from_numpy(array)`), with a checksum.

Time is the counter that also numbers the nodes, so "written after the node was made" is one
comparison. A program that lends nothing, and updates its parameters before the next forward pass,
pays for no more than one such comparison in a backward pass.
"""

import itertools
import weakref
import zlib

import numpy as np

tick = itertools.count().__next__

ledger: dict[int, "_Entry"] = {}
lent: set[int] = set()  # those in the ledger that have a checksum
_last_write = -1


class _Entry:
    __slots__ = ("alive", "checksum", "written")

    def __init__(self, owner):
        key = id(owner)
        self.alive = weakref.ref(owner, lambda _: _forget(key))
        self.written = -1
        self.checksum = None


def _forget(key):
    ledger.pop(key, None)
    lent.discard(key)


def _owner(array):
    """The array that owns the memory of `array`, which may be a view."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _checksum(owner):
    return zlib.crc32(np.ascontiguousarray(owner.T if owner.flags.f_contiguous else owner))


def _entry(owner):
    entry = ledger.get(id(owner))
    if entry is None:
        entry = ledger[id(owner)] = _Entry(owner)
    return entry


def lend(array):
    """Note that the caller can now write to `array` unseen, and return it."""
    owner = _owner(array)
    entry = _entry(owner)
    if entry.checksum is None:
        entry.checksum = _checksum(owner)
        lent.add(id(owner))
    return array


def written(array, borrowed=True):
    """Note that `array` was just changed in place through its Tensor.

    `borrowed` is False where nobody outside can hold it any more: it is no longer watched.
    """
    global _last_write
    owner = _owner(array)
    entry = _entry(owner)
    entry.written = _last_write = tick()
    if entry.checksum is not None:  # lent, and perhaps still in the borrower's hands
        entry.checksum = _checksum(owner) if borrowed else None
        if not borrowed:
            lent.discard(id(owner))


def untouched_since(time):
    """Whether nothing can have changed after `time`."""
    return not lent and _last_write < time


def seal(saved):
    """Checksums of those arrays among `saved` that somebody outside holds, by position."""
    seals = {}
    for i, array in enumerate(saved):
        if type(array) is np.ndarray:
            owner = _owner(array)
            entry = ledger.get(id(owner))
            if entry is not None and entry.checksum is not None:
                seals[i] = _checksum(owner)
    return seals


def changed(saved, since, seals):
    """Position of the first array in `saved` that changed after time `since`, or None."""
    for i, array in enumerate(saved):
        if type(array) is not np.ndarray:
            continue
        owner = _owner(array)
        entry = ledger.get(id(owner))
        if entry is None:
            continue
        before = seals.get(i, entry.checksum)
        if entry.written > since or (before is not None and before != _checksum(owner)):
            return i
    return None
