"""Einstein summation: any product of arrays, summed over the letters that the result lacks."""

import string

import numpy as np

from ..engine.base import as_tensor
from ..engine.function import Function
from ..engine.numbers import is_array
from ..engine.unbroadcast import unbroadcast
from .shape import broadcast_to


class EinsumBackward(Function):
    """z = einsum(equation, a, b, …), such as "ij,jk->ik" for a matrix product.

    ∂L/∂a = an einsum again: g stands in for the input a, and the letters of a
    are those of the result; so for each input. Letters that this input alone
    has were summed away: g is copied.
    Keeps all inputs.
    Cost: 2 × the product of the sizes of all letters; as much back for each
    input.
    PyTorch: BmmBackward0.
    Source: the product rule, letter by letter.
    """

    saves = ("xs",)

    def forward(self, *xs, letters, output):
        self.letters, self.output = letters, output
        return _einsum(letters, output, xs)

    def apply(self, g):
        xs, letters = self.saved_tensors, self.letters
        grads = []
        for i, target in enumerate(self.next_functions):
            if target is None:
                grads.append(None)
                continue
            terms = [*letters[:i], self.output, *letters[i + 1 :]]
            factors = [*xs[:i], g, *xs[i + 1 :]]
            sizes = _sizes(terms, factors)
            found = "".join(c for c in letters[i] if c in sizes)
            d = _einsum(terms, found, factors)
            d = d.reshape(tuple(sizes.get(c, 1) for c in letters[i]))
            pairs = zip(d.shape, target.shape, strict=True)
            copied = tuple(n if m == 1 else m for m, n in pairs)
            grads.append(unbroadcast(broadcast_to(d, copied), target.shape))
        return tuple(grads)


def einsum(equation, *operands):
    """The products of the operands, summed over the letters that the result lacks.

    >>> import tinytorch as tt
    >>> tt.einsum("ij,jk->ik", tt.eye(2), tt.ones(2, 3)).shape
    (2, 3)
    """
    if not isinstance(equation, str):
        equation, operands = _spelled(equation, *operands)
    if len(operands) == 1 and isinstance(operands[0], (tuple, list)):
        operands = operands[0]
    xs = [as_tensor(x) for x in operands]
    letters, output = _parsed(equation, [x.shape for x in xs])
    for i, x in enumerate(xs):
        xs[i], letters[i] = _diagonal(x, letters[i])
    while len(xs) > 2:
        _contract(xs, letters, output)
    return _product(xs, letters, output)


def _product(xs, letters, output):
    """The operation itself; what meets a length of 1 and is summed away is summed beforehand.

    So an infinite g is multiplied with a sum, as in PyTorch, and not with each of its terms.
    """
    xs, letters = list(xs), list(letters)
    for c in sorted(set("".join(letters)) - set(output)):
        places = [(i, term.index(c)) for i, term in enumerate(letters) if c in term]
        if len(places) > 1 and [xs[i].shape[axis] != 1 for i, axis in places].count(True) == 1:
            for i, axis in places:
                xs[i] = xs[i].sum(axis).to(xs[i].dtype)
                letters[i] = letters[i].replace(c, "")
    return EinsumBackward.run(*xs, letters=letters, output=output)


def _contract(xs, letters, output):
    """Put the product of two of the operands in their place, those that come cheapest first."""
    arrays = [x._data for x in xs]
    path, _ = np.einsum_path(f"{','.join(letters)}->{output}", *arrays, optimize="greedy")
    i, j = sorted(path[1][:2]) if len(path[1]) > 1 else (0, 1)
    pair = letters[i] + letters[j]
    b, b_letters = xs.pop(j), letters.pop(j)
    a, a_letters = xs[i], letters[i]
    wanted = set(output).union(*letters[:i], *letters[i + 1 :])
    letters[i] = "".join(c for c in dict.fromkeys(pair) if c in wanted)
    xs[i] = _product([a, b], [a_letters, b_letters], letters[i])


def _spelled(*parts):
    """The equation and operands of the form (x, [0, 1], y, [1, 2], [0, 2]), numbers for letters."""
    names = string.ascii_letters

    def term(numbers):
        if not isinstance(numbers, (list, tuple)):
            raise TypeError(
                "einsum: expected an equation such as 'ij,jk->ik', or operands that each have a"
                f" list of numbers for their axes behind them; got {type(numbers).__name__}"
            )
        return "".join("..." if i is Ellipsis else names[i] for i in numbers)

    pairs = len(parts) // 2
    equation = ",".join(term(parts[2 * i + 1]) for i in range(pairs))
    if len(parts) % 2:
        equation += f"->{term(parts[-1])}"
    return equation, parts[0 : 2 * pairs : 2]


def _einsum(letters, output, xs):
    if is_array(xs[0]):
        # With its own planning, NumPy hands two operands to matrix multiplication where it can.
        return np.einsum(f"{','.join(letters)}->{output}", *xs, optimize=len(xs) > 1)
    return EinsumBackward.run(*xs, letters=letters, output=output)


def _sizes(letters, xs):
    """The length of each letter; 1 gives way to another, as in broadcasting."""
    sizes = {}
    for term, x in zip(letters, xs, strict=True):
        for c, n in zip(term, x.shape, strict=True):
            sizes[c] = n if sizes.get(c, 1) == 1 else sizes[c]
    return sizes


def _parsed(equation, shapes):
    """The letters of each operand and of the result, with "..." spelled out."""
    left, arrow, output = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(shapes):
        raise ValueError(
            f"einsum: {equation!r} names {len(terms)} operands, but {len(shapes)} were given"
        )
    spare = [c for c in string.ascii_letters if c not in equation]
    hidden, letters = 0, []
    for term, shape in zip(terms, shapes, strict=True):
        named = term.replace("...", "")
        extra = len(shape) - len(named)
        if not all(c in string.ascii_letters for c in named):
            raise ValueError(f"einsum: {equation!r}: only letters, '...', ',' and '->' are allowed")
        if extra < 0 or (extra and "..." not in term):
            raise ValueError(
                f"einsum: {equation!r}: {term!r} names {len(named)} axes, its operand has shape"
                f" {shape}"
            )
        hidden = max(hidden, extra)
        letters.append(term.replace("...", "".join(spare[26 - extra : 26])))
    if not arrow:
        seen = "".join(letters)
        output = "..." + "".join(sorted(c for c in set(left) & set(seen) if seen.count(c) == 1))
    output = output.replace("...", "".join(spare[26 - hidden : 26]))
    for c in output:
        if output.count(c) > 1 or c not in "".join(letters):
            raise ValueError(
                f"einsum: {equation!r}: {c!r} must stand in the result once, and in an operand"
            )
    sizes = {}
    for term, shape in zip(letters, shapes, strict=True):
        for c, n in zip(term, shape, strict=True):
            if n != 1 and sizes.setdefault(c, n) != n:
                raise ValueError(
                    f"einsum: {equation!r}: {c!r} has length {sizes[c]} in one operand and {n} in"
                    " another"
                )
    return letters, output


def _diagonal(x, letters):
    """A letter that an operand has twice is its diagonal: the operand with that letter once."""
    for c in letters:
        if letters.count(c) > 1:
            first = letters.index(c)
            second = letters.index(c, first + 1)
            axes = [i for i in range(x.ndim) if i not in (first, second)]
            x = x.permute(first, second, *axes)
            if x.shape[0] != x.shape[1]:
                raise ValueError(
                    f"einsum: {c!r} has lengths {x.shape[0]} and {x.shape[1]} in one operand"
                )
            i = np.arange(x.shape[0])
            return _diagonal(x[i, i], c + "".join(letters[k] for k in axes))
    return x, letters
