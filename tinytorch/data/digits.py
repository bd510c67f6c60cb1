"""Handwritten digits, 8×8 pixels, from the UCI repository."""

from pathlib import Path

import numpy as np

from ..core.dataloader import TensorDataset

_TRAIN = 1437  # of 1,797: four fifths


def digits(train: bool = True) -> TensorDataset:
    """Images of handwritten digits: 1,437 to train on, 360 others to test on.

    The split follows the order of the file: its last fifth, 360 images, is for testing.

    Parameters
    ----------
    train : bool
        Which of the two parts.

    Returns
    -------
    TensorDataset
        Of images (n, 1, 8, 8), float32 from 0 (paper) to 1 (ink), and labels (n,), int64 from 0
        to 9.

    Source: E. Alpaydin and C. Kaynak, "Optical recognition of handwritten digits", UCI Machine
    Learning Repository (1998), doi:10.24432/C50P49, license CC BY 4.0; the test set of the
    original, as scikit-learn ships it, with the pixel counts 0 to 16 divided by 16.

    Examples
    --------
    >>> from tinytorch.data import digits
    >>> image, label = digits()[0]
    >>> image.shape, label.item()
    ((1, 8, 8), 0)
    """
    with np.load(Path(__file__).with_name("digits.npz"), allow_pickle=False) as file:
        images, labels = file["images"], file["labels"]
    part = slice(None, _TRAIN) if train else slice(_TRAIN, None)
    scaled = images[part, None].astype(np.float32) / 16
    return TensorDataset(scaled, labels[part].astype(np.int64))
