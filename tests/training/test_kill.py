"""Kill a training run at random moments: it goes on from a whole checkpoint, to the same end.

A moment is a number of calls, which is the same on a fast machine and on a busy one. Half of the
moments are while a checkpoint is written: else few would be.
"""

import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tinytorch.core.training import saving

SCRIPT = Path(__file__).with_name("killed_run.py")

ENV = os.environ | {"PYTHONPATH": str(SCRIPT.parents[2])}


def run(*arguments):
    """Train; return how many calls it took to the end, or nothing where it was killed before."""
    command = [sys.executable, SCRIPT, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=ENV)
    assert done.returncode in (0, 9), done.stderr
    return int(done.stdout) if done.returncode == 0 else None


@pytest.mark.slow
@pytest.mark.parametrize("module", ["tinytorch", "tinytorch.core.training.saving"])
def test_ten_kills(tmp_path, module):
    """Runs one after the other, each killed again and again until it is through."""
    expected = tmp_path / "expected.npy"
    whole = run(tmp_path / "whole", expected, module)
    moments, kills, epochs, done = random.Random(0), 0, set(), 0
    path, output = tmp_path / "run", tmp_path / "run.npy"
    while kills < 10 or path.exists():
        moment = [moments.randrange(1, whole // 3)] if kills < 10 else []
        if run(path, output, module, *moment) is not None:
            assert np.array_equal(np.load(output), np.load(expected))
            path.unlink()
            done += 1
        else:
            kills += 1
            if path.exists():
                epochs.add(saving.load(path)["epoch"])
    assert done and len(epochs) > 5, "the kills all fell on the same epochs"
