"""How tensors are printed, and `set_printoptions`."""

import sys

import numpy as np

_PROFILES = {
    "default": {"precision": 4, "threshold": None, "edgeitems": None, "linewidth": None},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": sys.maxsize, "edgeitems": 3, "linewidth": 80},
}
_options = dict(_PROFILES["default"])  # what is None is NumPy's own


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Set how tensors are printed.

    Parameters
    ----------
    precision : int, optional
        How many digits there are after the point, at most; 4 at first.
    threshold : float, optional
        Tensors of more elements are shortened to their edges; `inf` for none.
    edgeitems : int, optional
        How many elements an edge has.
    linewidth : int, optional
        How many characters a line has.
    profile : str, optional
        Values for all of these: "default", "short" or "full".
    sci_mode : bool, optional
        True writes powers of ten, False none; None lets the numbers decide.

    Raises
    ------
    ValueError
        For a profile that is none of the three.

    Examples
    --------
    >>> import tinytorch as tt
    >>> tt.set_printoptions(precision=2, sci_mode=True)
    >>> tt.tensor([0.001, 12.0])
    tensor([1.00e-03, 1.20e+01])
    >>> tt.set_printoptions(profile="default")
    """
    if profile is not None:
        if profile not in _PROFILES:
            raise ValueError(
                f"set_printoptions: profile must be one of {', '.join(_PROFILES)}, got {profile!r}"
            )
        _options.update(_PROFILES[profile])
    given = {"precision": precision, "edgeitems": edgeitems, "linewidth": linewidth}
    if threshold is not None:
        given["threshold"] = sys.maxsize if threshold == np.inf else threshold
    _options.update({name: value for name, value in given.items() if value is not None})
    _options["sci_mode"] = sci_mode


def written(array, prefix):
    """The numbers of an array as text; its further lines are moved in by the length of `prefix`."""
    options = dict(_options)
    sci_mode, width = options.pop("sci_mode", None), options.pop("linewidth", None)
    if sci_mode is not None and array.dtype.kind == "f":
        options["formatter"] = {"float_kind": _aligned(array, sci_mode)}
    return np.array2string(array, separator=", ", prefix=prefix, max_line_width=width, **options)


def _aligned(array, sci_mode):
    spec = f".{_options['precision']}{'e' if sci_mode else 'f'}"
    width = max((len(format(x, spec)) for x in array.reshape(-1).tolist()), default=0)
    return lambda x: format(x, spec).rjust(width)
