"""From a wrong gradient to the mistake that made it.

Each way to be wrong leaves its own numbers: a gradient with the sign turned is exactly minus the
right one, one that forgot g is the slope alone. The functions here compare what the reader's rule
returned with what such mistakes return, and say the first that fits.
"""

import itertools
import linecache
import traceback
from pathlib import Path

import numpy as np

from ..core.autograd import Function, unbroadcast

# What a mistaken rule raises on inputs that it doesn't fit, such as `len` of a single number.
MISFITS = ValueError, IndexError, TypeError
PACKAGES = [str(Path(__file__).parents[1]), str(Path(np.__file__).parent)]


def same(found, right, scale=0.0):
    """Whether two arrays agree in shape and, up to rounding, in every number.

    `scale` is how large the terms were that they were made of. Where these cancel, what is left is
    a rounding error of their size, and it differs from one right form to another.
    """
    if found.shape != right.shape:
        return False
    return bool(_close(found, right, scale).all())


def _close(found, right, scale=0.0):
    rtol = {np.float16: 1e-2, np.float32: 1e-4}.get(right.dtype.type, 1e-8)
    atol = rtol * min(np.abs(right[np.isfinite(right)]).max(initial=0), 1)
    if scale and right.dtype.kind == "f":
        atol = max(atol, min(64 * np.finfo(right.dtype).eps * scale, rtol / 10))
    return np.isclose(found, right, rtol=rtol, atol=atol, equal_nan=True)


def wrong_shape(found, x, name, others):
    """Say how the shape of a gradient differs from that of its input, and what to do.

    `others` holds the names of the other inputs by their shapes.
    """
    said = f"The gradient of `{name}` has shape {found.shape}, `{name}` has {x.shape}"
    copied = _copied(x.shape, found.shape)
    if found.shape == ():
        return (
            f"{said}: it is a single number, {found:.4g}. Do not sum over axes along which `{name}`"
            " was not copied; every gradient has the shape of its input."
        )
    if copied:
        axes = _axes(copied)
        if all(found.shape[i] == 1 for i in copied):
            return f"{said}: {axes} of length 1 is left over; sum without `keepdims`."
        stretched = any(i >= found.ndim - x.ndim for i in copied)
        keep = " and keep the axis that has length 1" if stretched else ""
        return f"{said}: sum over {axes}{keep}. `unbroadcast(grad, {name}.shape)` does it."
    if found.size == x.size and _squeezed(found.shape) == _squeezed(x.shape):
        return f"{said}: an axis of length 1 went missing; sum with `keepdims=True`, or reshape."
    if found.ndim > 1 and found.shape == x.shape[::-1]:
        return f"{said}: it is transposed."
    if found.shape in others:
        other = others[found.shape]
        return (
            f"{said}: that is the shape of `{other}`. Each gradient gets the shape of its own"
            " input, and they are returned in the order of the inputs."
        )
    if _copied(found.shape, x.shape):
        return f"{said}: it was summed over axes along which `{name}` was not copied."
    return f"{said}. Every gradient has the shape of its input."


def misplaced(trial, i, found):
    """Name the mistake behind a gradient of the wrong shape, or None."""
    name, x = trial.names[i], trial.inputs[i]
    said = _planted(trial, i, found)
    return said and (
        f"The gradient of `{name}` has shape {found.shape}, `{name}` has {x.shape}: it is {said}"
    )


def wrong_result(trial, found):
    """Name the mistake behind a wrong result of the right shape, or None."""
    for mistake in trial.exercise.results:
        try:
            z = np.asarray(mistake.rule(*trial.inputs, **trial.params))
        except MISFITS:
            continue
        if np.isfinite(z).all() and same(found, z):  # ∞ and nan are alike whatever made them
            return f"The result of `forward` is {mistake.says}"
    return None


def wrong_values(trial, i, found):
    """Name the mistake behind a gradient of the right shape with wrong numbers, or None."""
    name, right = trial.names[i], trial.right[i]
    others = [j for j, wanted in enumerate(trial.wanted) if j != i and wanted]
    said = f"The gradient of `{name}`"
    if np.abs(found).max(initial=0) <= 1e-12 * np.abs(right).min(initial=1, where=right != 0):
        found = np.zeros_like(found)  # what is left of a cancellation
    if planted := _planted(trial, i, found):
        return f"{said} is {planted}"
    for j in others:
        if same(found, trial.right[j]):
            return (
                f"{said} is that of `{trial.names[j]}`: return the gradients in the order of the"
                " inputs."
            )
    if same(found, -right):
        return f"{said} has the wrong sign: it is minus what it should be."
    slope = trial.truth(np.ones_like(trial.g))[i]
    if same(found, slope):
        return f"{said} is the slope alone: multiply by the upstream gradient g (the chain rule)."
    if not found.any():
        return f"{said} is zero everywhere."
    if same(found, trial.inputs[i]) or same(found, trial.z):
        what = "input itself" if same(found, trial.inputs[i]) else "result z"
        return f"{said} is the {what}: g is not in it."
    if said_of_copies := _wrong_sum(trial, i, found):
        return f"{said} {said_of_copies}"
    if (
        found.ndim > 1
        and found.shape[-1] == found.shape[-2]
        and same(found.swapaxes(-1, -2), right)
    ):
        return f"{said} is transposed. The shape is square, so nothing else shows it."
    if same(found, trial.g):
        return f"{said} is g unchanged: the slope of z along `{name}` is missing."
    with np.errstate(all="ignore"):
        ratios = (found / right)[right != 0]
    if not found[right == 0].any() and _alike(ratios) and abs(ratios[0] - 1) > 0.01:
        return f"{said} is {ratios[0]:.4g} times what it should be, in every entry."
    return None


def _alike(ratios):
    """Whether several ratios are one and the same, which is not 0."""
    return ratios.size > 1 and ratios[0] != 0 and np.allclose(ratios, ratios[0], rtol=1e-4)


def first_difference(found, right, scale=0.0):
    """Where two arrays of one shape first differ: "at [0, 1] it is 2, and should be 3"."""
    index = tuple(int(i) for i in np.argwhere(~_close(found, right, scale))[0])
    where = f"at {list(index)} " if found.ndim else ""
    a, b = found[index], right[index]
    digits = 6 if f"{a:.6g}" != f"{b:.6g}" else 12
    return f"{where}it is {a:.{digits}g}, and should be {b:.{digits}g}"


def raised(error, method, names, cls, sample):
    """An exception in the reader's code, with the line it came from and what may be behind it."""
    while error.__cause__ is not None:  # the engine explains errors of forward
        error = error.__cause__
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    said = f"`{method}` raises `{what}`"
    line = readers_line(error)
    if line:
        said += f" in the line\n\n```python\n{line}\n```\n"
    hint = _behind(error, method, names, cls, line) or sample.hint
    return f"{said}\n{hint}".rstrip() if line else f"{said}. {hint}".rstrip()


def _behind(error, method, names, cls, line):
    """What a teacher guesses from an exception; empty where it speaks for itself."""
    said = str(error)
    if "saved_tensors" in line and "unpack" in said:
        kept = quoted(cls.saves) or "nothing"
        return f"`saved_tensors` holds what `saves` names, and it names {kept}."
    if isinstance(error, IndexError) and "saved_tensors" in line and "tuple index" in said:
        kept = quoted(cls.saves) or "nothing"
        return f"`saved_tensors` holds what `saves` names, and it names {kept}."
    if isinstance(error, TypeError) and "'tuple'" in said:
        return "`saved_tensors` is a tuple, even of one: unpack it, as in `(x,) = ...`."
    if isinstance(error, TypeError) and not line and "positional argument" in said:
        listed = dict.fromkeys(f"*{n[: n.index('[')]}" if "[" in n else n for n in names)
        takes = ", ".join(("self", *(listed if method == "forward" else "g")))
        return f"It is called as a method: `def {method}({takes}):`."
    if isinstance(error, AttributeError) and isinstance(error.obj, Function):
        return (
            f"Nothing is kept under the name `{error.name}`. Values that the rule needs are named"
            " in `saves` and come back in `self.saved_tensors`; the shapes of the inputs are those"
            " of `self.next_functions`."
        )
    if "truth value of an array" in said:
        return (
            "`if`, `and` and `max` ask for one truth value, and an array has one for each entry:"
            " compute with the whole array."
        )
    return ""


def quoted(names):
    """Names as a list in a sentence: "`a`, `b` and `z`"."""
    listed = [f"`{name}`" for name in names]
    return " and ".join(filter(None, (", ".join(listed[:-1]), *listed[-1:])))


def readers_line(error):
    """The deepest line that is neither the package's nor NumPy's: the reader's."""
    line = ""
    for frame, number in traceback.walk_tb(error.__traceback__):
        path = frame.f_code.co_filename
        if not any(path.startswith(package) for package in PACKAGES):
            line = linecache.getline(path, number).strip() or line
    return line


def _planted(trial, i, found):
    """What the exercise says of the mistake that gives exactly this gradient of input i."""
    name = trial.names[i]
    for mistake in trial.exercise.mistakes:
        d = _mistaken(mistake.rule, trial, i)
        if d is not None and same(found, d):
            other = next((n for n in trial.names if n != name), "")
            return mistake.says.format(x=name, other=other)
    return None


def _mistaken(rule, trial, i):
    """The gradient of input i that a mistaken rule gives; None where its shapes don't fit."""
    try:
        d = rule(trial.g, *trial.inputs, **trial.params)[i]
        return None if d is None else summed_down(np.asarray(d), trial.inputs[i].shape)
    except MISFITS:
        return None


def summed_down(d, shape):
    """`d` without the copies along which it is larger than `shape`; as it is where it has none."""
    return unbroadcast(d, shape) if d.ndim == 0 or _copied(shape, d.shape) else d


def _wrong_sum(trial, i, found):
    """What went wrong where an input that was broadcast collects its gradient."""
    x, shape = trial.inputs[i], trial.z.shape
    if not trial.exercise.broadcasts or x.shape == shape:
        return None
    full = trial.truth(trial.g, [np.broadcast_to(a, shape) for a in trial.inputs])[i]
    copied = _copied(x.shape, shape)
    if same(found * (full.size // max(x.size, 1)), trial.right[i]):
        return f"is the mean over {_axes(copied)}: a copied value collects the sum."
    for copy in (0, -1):
        at = tuple(copy if k in copied else slice(None) for k in range(full.ndim))
        if same(found.reshape(full[at].shape), full[at]):
            which = "first" if copy == 0 else "last"
            return f"is that of the {which} copy alone: sum over {_axes(copied)}."
    for axes in itertools.combinations(range(full.ndim), len(copied)):
        summed = full.sum(axes)
        if summed.size == found.size and same(found.reshape(summed.shape), summed):
            return (
                f"is summed over {_axes(axes)}, but `{trial.names[i]}` was copied along"
                f" {_axes(copied)}. On a square the shapes fit either way."
            )
    return None


def _copied(small, large):
    """The axes of `large` along which broadcasting copies `small`; none if it doesn't fit."""
    try:
        if np.broadcast_shapes(small, large) != large:
            return ()
    except ValueError:
        return ()
    front = len(large) - len(small)
    return tuple(i for i in range(len(large)) if i < front or small[i - front] != large[i])


def _axes(axes):
    if len(axes) == 1:
        return f"axis {axes[0]}"
    return f"axes {', '.join(map(str, axes[:-1]))} and {axes[-1]}"


def _squeezed(shape):
    return tuple(n for n in shape if n != 1)
