"""From a wrong gradient to what it has in common with the right one.

A mistake that no exercise has recorded still leaves a trace: the right numbers in other places, a
factor too many, half of the entries right. The functions here look for such traces, which hold for
any rule, and say the first that fits.
"""

import itertools

import numpy as np

from .diagnosis import MISFITS, first_difference, same


def pattern(trial, i, found):
    """What follows "The gradient of `x` is ", or None where no trace is found."""
    right = trial.right[i]
    finite = np.isfinite(right).all() and np.isfinite(found).all()
    if right.size < 2 or not finite or trial.sample.upstream is not None:
        return None
    with np.errstate(all="ignore"):
        for look in (_of_another_g, _factors, _moved, _along_an_axis, _regions, _nearly):
            if said := look(trial, i, found):
                return said
    return None


def result_pattern(trial, found):
    """What follows "The result of `forward` is ", or None where no trace is found."""
    right = trial.z
    if right.size < 2 or right.dtype.kind != "f":
        return None
    if not (np.isfinite(right).all() and np.isfinite(found).all()):
        return None
    if not found.any():
        return "zero everywhere."
    for name, x in zip(trial.names, trial.inputs, strict=True):
        if x.dtype.kind == "f" and _is(found, x, right):
            return f"the input `{name}` as it is."
    with np.errstate(all="ignore"):
        ratio = (found / right)[right != 0]
        if not found[right == 0].any() and np.allclose(ratio, ratio[0], rtol=1e-4):
            if abs(ratio[0] + 1) < 1e-4:
                return "minus what it should be."
            return f"{ratio[0]:.4g} times what it should be, in every entry."
        for made, what in (
            (np.abs(right), "the absolute value of what it should be."),
            (right * right, "the square of what it should be."),
            (np.sqrt(right), "the root of what it should be."),
            (1 / right, "one divided by what it should be."),
            (np.exp(right), "e to the power of what it should be."),
            (np.log(right), "the logarithm of what it should be."),
            (np.maximum(right, 0), "0 where it should be negative."),
            (1 - right, "1 minus what it should be."),
            (np.floor(right), "rounded down to a whole number."),
            (np.round(right), "rounded to a whole number."),
        ):
            if _is(found, made, right):
                return what
    difference = found - right
    if np.ptp(difference) <= 1e-6 * abs(difference.flat[0]):
        return f"off by the same number everywhere, {difference.flat[0]:.4g}."
    return (
        _another_operation(trial, found)
        or _in_other_places(found, right)
        or _where_it_is_wrong(trial, found)
        or _let_through(trial, found)
    )


OF_ONE = {
    "|{}|": np.abs,
    "−{}": np.negative,
    "{}²": np.square,
    "√{}": np.sqrt,
    "e^{}": np.exp,
    "ln {}": np.log,
    "1 / {}": np.reciprocal,
    "sin {}": np.sin,
    "cos {}": np.cos,
    "tanh {}": np.tanh,
    "σ({})": lambda x: 1 / (1 + np.exp(-x)),
    "max({}, 0)": lambda x: np.maximum(x, 0),
    "min({}, 0)": lambda x: np.minimum(x, 0),
}
OF_TWO = {
    "{} + {}": np.add,
    "{} − {}": np.subtract,
    "{} · {}": np.multiply,
    "{} / {}": np.divide,
    "{} to the power {}": np.power,
    "max({}, {})": np.maximum,
    "min({}, {})": np.minimum,
}


def _another_operation(trial, found):
    """The name of an operation that makes this result of the same inputs."""
    pairs = zip(trial.names, trial.inputs, strict=True)
    numbers = {name: x for name, x in pairs if x.dtype.kind == "f" and x.shape == found.shape}
    with np.errstate(all="ignore"):
        for names, table in ((1, OF_ONE), (2, OF_TWO)):
            for chosen in itertools.permutations(numbers, names):
                for said, operation in table.items():
                    if _is(found, operation(*(numbers[n] for n in chosen)), trial.z):
                        return f"{said.format(*chosen)}, which is another operation."
    return None


def _let_through(trial, found):
    """Which entries of an input came through and should not, or should and did not."""
    right = trial.z
    wrong = ~np.isclose(found, right, rtol=1e-4, atol=1e-12)
    pairs = zip(trial.names, trial.inputs, strict=True)
    values = {name: x for name, x in pairs if x.dtype.kind == "f" and x.shape == found.shape}
    for name, x in values.items():
        here, due = wrong & (found == x), wrong & (right == x)
        if not np.array_equal(wrong, here | due):
            continue
        if due.any() and np.array_equal(found[due & ~here], 0 * right[due & ~here]):
            cut = f"0 where `{name}` should come through"
            return f"{cut}, and `{name}` where it should not." if here.any() else f"{cut}."
        if not due.any():
            return f"`{name}` as it is where it should not be: {first_difference(found, right)}."
    for (one, x), (other, y) in itertools.permutations(values.items(), 2):
        if np.array_equal(found == y, right == x) and np.array_equal(found == x, right == y):
            return (
                f"`{one}` where it should be `{other}`, and `{other}` where it should be `{one}`."
            )
    return None


def _where_it_is_wrong(trial, found):
    """Where the wrong entries of a result lie, if a property of an input tells them apart."""
    wrong = ~np.isclose(found, trial.z, rtol=1e-4, atol=1e-12)
    if wrong.all():
        return None
    for name, x in zip(trial.names, trial.inputs, strict=True):
        if x.shape != wrong.shape or x.dtype.kind != "f":
            continue
        masks = {
            f"`{name}` is negative": x < 0,
            f"`{name}` is positive": x > 0,
            f"`{name}` is 0": x == 0,
            f"|`{name}`| is above 1": abs(x) > 1,
            f"|`{name}`| is below 1": abs(x) < 1,
        }
        for where, mask in masks.items():
            if np.array_equal(mask, wrong):
                there = first_difference(np.where(mask, found, trial.z), trial.z)
                return f"right but where {where}: there {there}."
    return None


def _is(found, candidate, right):
    """Whether `found` is this wrong gradient, and it differs from the right one."""
    candidate = np.asarray(candidate)
    if candidate.shape != right.shape or not np.isfinite(candidate).all():
        return False
    return same(found, candidate.astype(right.dtype)) and not same(candidate, right)


def _of_another_g(trial, i, found):
    """The right rule, applied to something else than g."""
    g, right = trial.g, trial.right[i]
    others = [
        (np.abs(g), "made with |g|: g counts with its sign."),
        (g * g, "made with g²: the upstream gradient is a factor once."),
        (np.sign(g), "made with the sign of g: its size counts, too."),
        (np.maximum(g, 0), "0 where g is negative: g passes with either sign."),
        (np.exp(g), "made with e^g: the forward pass is not applied to g."),
    ]
    if g.ndim:
        others += [
            (np.full_like(g, g.mean()), "made with the mean of g: each entry counts for itself."),
            (np.full_like(g, g.sum()), "made with the sum of g: each entry counts for itself."),
        ]
        for axis in range(g.ndim):
            others.append((np.flip(g, axis), f"made with g turned around along axis {axis}."))
    if g.shape == trial.z.shape:
        others += [
            (g * trial.z, "made with g · z: the result is a factor too many."),
            (g + trial.z, "made with g + z: nothing is to be added to g."),
            (g + 1, "made with g + 1: nothing is to be added to g."),
            (trial.z, "made with the result z in the place of g: g is not in it."),
        ]
    for other, says in others:
        if np.isfinite(other).all() and _is(found, trial.truth(other.astype(g.dtype))[i], right):
            return says
    return None


def _factors(trial, i, found):
    """A wrong use of the slope, where each result depends on one entry of the input."""
    g, right, x, z = trial.g, trial.right[i], trial.inputs[i], trial.z
    slope = trial.truth(np.ones_like(g))[i]
    name = trial.names[i]
    if x.dtype.kind != "f":
        return None
    known = {f"`{name}`": x}
    if x.shape == z.shape:
        known |= {"the result z": z, "g": g}
    for other, y in zip(trial.names, trial.inputs, strict=True):
        if other != name and y.shape == x.shape and y.dtype.kind == "f":
            known[f"`{other}`"] = y
    for what, y in known.items():
        for candidate, says in (
            (right * y, f"right but for a factor {what} too many."),
            (right / y, f"right but for {what}, by which it is divided on top."),
            (right + y, f"right but for {what}, which is added on top."),
            (right - y, f"right but for {what}, which is subtracted on top."),
        ):
            if _is(found, candidate, right):
                return says
    if _is(found, np.abs(right), right):
        return "its own absolute value: the sign is lost."
    if x.shape != z.shape or not same(g * slope, right):  # not entry by entry
        return None
    tries = [
        (g / slope, "g divided by the slope: multiply by it."),
        (slope / g, "the slope divided by g: multiply the two."),
        (g + slope, "the sum of g and the slope: multiply them."),
        (g - slope, "the difference of g and the slope: multiply them."),
        (g * slope * slope, "made with the square of the slope: it is a factor once."),
        (g * np.abs(slope), "made with the size of the slope: it counts with its sign."),
        (g * np.sign(slope), "g with the sign of the slope: its size is missing."),
        (g * (slope != 0), "g wherever the slope is not 0: its size is missing."),
        (g * np.sqrt(slope), "made with the root of the slope."),
        (g * (1 - slope), "g times 1 − slope: that is what does *not* pass."),
        (g * (1 + slope), "g too large: g itself has been added to g times the slope."),
        (np.maximum(right, 0), "0 where it should be negative: nothing cuts off a gradient."),
    ]
    tries += [(g * y, f"g times {what}, where the slope belongs.") for what, y in known.items()]
    tries += [
        (g / y, f"g divided by {what}, where the slope belongs.") for what, y in known.items()
    ]
    for candidate, says in tries:
        if _is(found, candidate, right):
            return says
    places = [
        (z, "the result z"),
        (-x, f"−`{name}`"),
        (np.abs(x), f"|`{name}`|"),
        (2 * x, f"2 · `{name}`"),
        (x / 2, f"`{name}` / 2"),
        (g, "g"),
        (g * x, f"g · `{name}`"),
        (x + 1, f"`{name}` + 1"),
        (x - 1, f"`{name}` − 1"),
    ]
    for place, what in places:
        inputs = [*trial.inputs]
        inputs[i] = place.astype(x.dtype)
        try:
            candidate = trial.truth(g, inputs)[i]
        except MISFITS:
            continue
        if _is(found, candidate, right):
            return f"made with the slope at {what}: it is to be taken at `{name}`."
    return None


def _moved(trial, i, found):
    return _in_other_places(found, trial.right[i])


def _in_other_places(found, right):
    """The right numbers in other places."""
    for axis in range(right.ndim):
        if _is(found, np.flip(right, axis), right):
            return f"in reverse order along axis {axis}."
        for by in (1, -1):
            if _is(found, np.roll(right, by, axis), right):
                return f"shifted by one place along axis {axis}."
    if right.ndim > 1 and _is(found, right.reshape(right.shape, order="F"), right):
        return "read column by column: the numbers are right and stand in other places."
    for axes in itertools.permutations(range(right.ndim)):
        if _is(found, right.transpose(axes), right):
            return "right but for the order of its axes."
        if right.ndim > 1 and _is(found, right.transpose(axes).reshape(right.shape), right):
            return "made of the right numbers in other places: they were reshaped, not moved back."
    if same(np.sort(found, axis=None), np.sort(right, axis=None)):
        return "made of the right numbers, and they stand in other places."
    return None


def _along_an_axis(trial, i, found):
    """What is wrong in the same way all along an axis."""
    g, right = trial.g, trial.right[i]
    if np.ptp(found) <= 1e-6 * abs(found.flat[0]):
        for made, what in ((g.sum(), "the sum"), (g.mean(), "the mean"), (g.max(), "the largest")):
            if np.isclose(found.flat[0], made):
                return f"{what} of g, everywhere: each entry has a gradient of its own."
    difference = found - right
    if np.abs(difference - difference.flat[0]).max() <= 1e-6 * abs(difference.flat[0]):
        return f"off by the same number everywhere, {difference.flat[0]:.4g}."
    for axis in range(right.ndim):
        n = right.shape[axis]
        if n < 2:
            continue
        for at, which in ((0, "first"), (-1, "last")):
            one = np.zeros_like(right)
            place = tuple(at if k == axis else slice(None) for k in range(right.ndim))
            one[place] = right[place]
            if _is(found, one, right):
                return f"0 but for the {which} entry along axis {axis}."
            if _is(found, right - one, right):
                return f"0 for the {which} entry along axis {axis}, and right elsewhere."
            if _is(found, np.broadcast_to(right.take([at], axis), right.shape), right):
                return f"that of the {which} entry along axis {axis}, for all of them."
        for made, what in (
            (right.mean(axis, keepdims=True), "the mean"),
            (right.sum(axis, keepdims=True), "the sum"),
        ):
            if _is(found, np.broadcast_to(made, right.shape), right):
                return f"{what} along axis {axis} of what it should be, for every entry."
            if _is(found, right - made, right):
                return f"right but for {what} along axis {axis}, which is taken off."
        if _is(found, right.cumsum(axis), right):
            return f"added up along axis {axis}: each entry contains those before it."
        ratio = found / right
        if np.isfinite(ratio).all() and right.ndim > 1:
            line = ratio.take([0], axis)
            if np.allclose(ratio, line, rtol=1e-4) and not np.allclose(line, line.flat[0], 1e-4):
                other = "row" if axis == right.ndim - 1 else "column"
                where = f"each {other}" if right.ndim == 2 else "each line"
                return _regions(trial, i, found) or (
                    f"right but for a factor that {where} has to itself, such as"
                    f" {line.flat[0]:.4g}:"
                    f" it is the same all along axis {axis}."
                )
    return None


def _nearly(trial, i, found):
    """Right in its first digits: something small is in it that does not belong there."""
    right = trial.right[i]
    off = np.abs(found - right).max() / np.abs(right).max()
    if right.dtype != np.float64 or not 1e-6 < off < 0.01:
        return None
    return (
        f"right up to {100 * off:.1g} percent: a small number is added somewhere, or a constant has"
        " too few digits."
    )


def _regions(trial, i, found):
    """Where the wrong entries lie, if a property of the input or of g tells them apart."""
    g, right, x, z, name = trial.g, trial.right[i], trial.inputs[i], trial.z, trial.names[i]
    wrong = ~np.isclose(found, right, rtol=1e-4, atol=1e-12)
    if not wrong.any() or wrong.all():
        return None
    masks = [(x < 0, f"`{name}` is negative"), (x > 0, f"`{name}` is positive")]
    masks += [(x == 0, f"`{name}` is 0"), (abs(x) > 1, f"|`{name}`| is above 1")]
    masks += [(abs(x) < 1, f"|`{name}`| is below 1")]
    if g.shape == x.shape:
        masks += [(g < 0, "g is negative"), (g > 0, "g is positive")]
        masks += [(z < 0, "the result is negative"), (z > 0, "the result is positive")]
    for other, y in zip(trial.names, trial.inputs, strict=True):
        if other != name and y.shape == x.shape and y.dtype.kind == "f":
            masks += [(x < y, f"`{name}` is smaller than `{other}`")]
            masks += [(x > y, f"`{name}` is larger than `{other}`")]
            masks += [(x == y, f"`{name}` and `{other}` are equal")]
            masks += [(y < 0, f"`{other}` is negative"), (y > 0, f"`{other}` is positive")]
            masks += [(y == 0, f"`{other}` is 0")]
    masks += [(right < 0, "it should be negative"), (right > 0, "it should be positive")]
    masks += [(right == 0, "it should be 0"), (right != 0, "it should not be 0")]
    for mask, where in masks:
        if np.array_equal(mask, wrong):
            of_g = g[mask] if g.shape == x.shape else None
            return f"right but where {where}: there it is {_what(found[mask], right[mask], of_g)}."
    return None


def _what(found, right, g):
    """How the entries of one region differ."""
    if not found.any():
        return "0"
    if right.any() and np.allclose(found, -right):
        return "of the wrong sign"
    for of, name in ((g, "g"), (right, "what it should be")):
        if of is not None and of.all():
            ratio = found / of
            if np.allclose(ratio, ratio.flat[0], rtol=1e-4):
                if of is g and abs(ratio.flat[0]) == 1:
                    return "g" if ratio.flat[0] > 0 else "−g"
                return f"{ratio.flat[0]:.4g} times {name}"
    return f"{found.flat[0]:.4g}, say, where it should be {right.flat[0]:.4g}"
