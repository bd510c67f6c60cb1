"""Wrong results of losses that are means over all entries."""

from ...rule import Mistake


def wrong_means(each, *others):
    """Wrong results of a mean over all entries; `each` makes what it is the mean of.

    `others` are pairs of what is said and of what makes the wrong result.
    """
    return (
        *(Mistake(said, wrong) for said, wrong in others),
        Mistake(
            "a sum: a mean divides by the number of entries.",
            lambda input, target, **params: each(input, target, **params).sum(),
        ),
        Mistake(
            "divided by the number of rows; the mean is over all entries.",
            lambda input, target, **params: each(input, target, **params).sum() / len(input),
        ),
        Mistake(
            "half of what it should be.",
            lambda input, target, **params: each(input, target, **params).mean() / 2,
        ),
        Mistake(
            "twice what it should be.",
            lambda input, target, **params: each(input, target, **params).mean() * 2,
        ),
        Mistake(
            "minus what it should be: a loss falls as the prediction gets better.",
            lambda input, target, **params: -each(input, target, **params).mean(),
        ),
    )
