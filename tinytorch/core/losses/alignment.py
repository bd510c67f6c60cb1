"""CTC: the loss of a sequence of labels whose places in a longer input are not known."""

import numpy as np

from ..engine.base import as_tensor
from ..engine.numbers import values_of
from ..operations.concatenation import cat, stack
from ..operations.selection import where
from ..tensor import Tensor
from .base import Loss


def ctc_loss(
    log_probs,
    targets,
    input_lengths,
    target_lengths,
    blank=0,
    reduction="mean",
    zero_infinity=False,
) -> Tensor:
    """-ln Σ P(path), over all paths that spell the target when repeats are joined and blanks left
    out.

    ::

        l = blank, y₁, blank, y₂, …, blank
        αₜ(s) = (αₜ₋₁(s) + αₜ₋₁(s-1) + αₜ₋₁(s-2)) pₜ(lₛ), the last one only where lₛ is a label
                and not the one before; all in logarithms
        loss = -ln (α(last) + α(last but one)) at the end of the input

    Parameters
    ----------
    log_probs : Tensor, (T, N, C) or (T, C)
        Logarithms of probabilities, as `log_softmax` gives them.
    targets : Tensor of int, (N, S), or all of them in one row
    input_lengths, target_lengths : sequence of int, (N,)
        How much of each row counts.
    blank : int
        The class that stands for nothing.
    reduction : {"mean", "sum", "none"}
        The mean is that of losses divided by the lengths of the targets.
    zero_infinity : bool
        0 in place of the infinite losses of targets too long for their input.

    Source: A. Graves et al., "Connectionist temporal classification" (2006).
    """
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"ctc: reduction must be 'mean', 'sum' or 'none', got {reduction!r}")
    p = as_tensor(log_probs)
    single = p.ndim == 2
    p = p.unsqueeze(1) if single else p
    long, short = (np.atleast_1d(values_of(n)) for n in (input_lengths, target_lengths))
    labels = _with_blanks(p, values_of(targets), long, short, blank)
    n, s = labels.shape
    rows = np.arange(n)
    emitted = p[:, rows[:, None], labels]  # (T, N, S), each label's probability at each time
    before = np.zeros((n, s), bool)  # where a path may come from two labels before
    before[:, 2:] = (labels[:, 2:] != blank) & (labels[:, 2:] != labels[:, :-2])
    reached = np.arange(s) < 2
    alpha = emitted[0].masked_fill(~reached, -np.inf)
    nothing = Tensor(np.full((n, 2), -np.inf, p.dtype))
    for t in range(1, len(p)):
        shifted = cat([nothing, alpha], 1)
        ways = [alpha, shifted[:, 1:-1], shifted[:, :-2].masked_fill(~before, -np.inf)]
        alpha = where((t < long)[:, None], _log_sum(ways) + emitted[t], alpha)
    ends = [alpha[rows, 2 * short], alpha[rows, np.maximum(2 * short - 1, 0)]]
    ends[1] = ends[1].masked_fill(short == 0, -np.inf)
    loss = -_log_sum(ends)
    if not long.all():  # of an empty input, where the empty target alone is certain
        loss = where(long > 0, loss, np.where(short > 0, np.inf, 0.0).astype(p.dtype))
    if zero_infinity:
        loss = loss.masked_fill(np.isposinf(values_of(loss)), 0.0)
    if reduction == "mean":
        return (loss / Tensor(np.maximum(short, 1).astype(p.dtype))).mean()
    loss = loss.squeeze(0) if single else loss
    return loss if reduction == "none" else loss.sum()


def _log_sum(terms):
    """ln Σ eˣ, with a gradient of 0 where all of them are -∞."""
    terms = stack(terms)
    dead = np.isneginf(values_of(terms)).all(0)
    return terms.masked_fill(dead, 0.0).logsumexp(0).masked_fill(dead, -np.inf)


def _with_blanks(p, y, long, short, blank):
    """Each target with blanks around its labels, (N, 2S + 1), after a look at all that is given."""
    if p.ndim != 3 or long.shape != short.shape or long.shape != (p.shape[1],):
        raise ValueError(
            f"ctc: log_probs {p.shape}, input_lengths {long.shape} and target_lengths"
            f" {short.shape} do not go together: expected (T, N, C), (N,) and (N,)"
        )
    times, n, classes = p.shape
    if not 0 <= blank < classes:
        raise ValueError(f"ctc: blank {blank} is not one of {classes} classes")
    if n and (long.min() < 0 or long.max() > times or short.min() < 0):
        raise ValueError(f"ctc: lengths must be from 0 to {times}, got {long} and {short}")
    most = int(short.max(initial=0))
    in_one_row = y.ndim == 1
    if in_one_row:
        if len(y) < short.sum():
            raise ValueError(f"ctc: {len(y)} targets, expected {short.sum()}")
        starts = np.cumsum(short) - short
    elif y.shape[0] != n or y.shape[1] < most:
        raise ValueError(f"ctc: targets {y.shape} do not hold {n} rows of {most}")
    labels = np.full((n, 2 * most + 1), blank)
    for i, count in enumerate(short):
        row = y[starts[i] : starts[i] + count] if in_one_row else y[i, :count]
        labels[i, 1 : 2 * count : 2] = row
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        raise ValueError(f"ctc: targets must be classes from 0 to {classes - 1}")
    return labels


class CTCLoss(Loss):
    """-ln Σ P(path) over all paths that spell the target; see `nn.functional.ctc_loss`."""

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False):
        super().__init__(reduction)
        self.blank, self.zero_infinity = blank, zero_infinity

    def forward(self, log_probs, targets, input_lengths, target_lengths):
        how = self.blank, self.reduction, self.zero_infinity
        return ctc_loss(log_probs, targets, input_lengths, target_lengths, *how)
