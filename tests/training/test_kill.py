"""Kill a training run at random moments: it goes on from a whole checkpoint, to the same end."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tinytorch.core.training import saving

SCRIPT = Path(__file__).with_name("killed_run.py")

ENV = os.environ | {"PYTHONPATH": str(SCRIPT.parents[2])}


def run(path, output, seconds=None):
    """Train, for so many seconds after the imports at most. Returns whether it came to the end."""
    with subprocess.Popen(
        [sys.executable, SCRIPT, path, output], stdout=subprocess.PIPE, text=True, env=ENV
    ) as process:
        assert process.stdout.readline() == "ready\n"
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return False
    assert process.returncode == 0
    return True


@pytest.mark.slow
def test_twenty_kills(tmp_path):
    """Runs one after the other, each killed again and again until it is through."""
    expected = tmp_path / "expected.npy"
    began = time.monotonic()
    run(tmp_path / "whole", expected)
    span = time.monotonic() - began
    moments, kills, epochs, done = random.Random(0), 0, set(), 0
    path, output = tmp_path / "run", tmp_path / "run.npy"
    while kills < 20 or path.exists():
        if run(path, output, moments.uniform(0, span / 3) if kills < 20 else None):
            assert np.array_equal(np.load(output), np.load(expected))
            path.unlink()
            done += 1
        else:
            kills += 1
            if path.exists():
                epochs.add(saving.load(path)["epoch"])
    assert done and len(epochs) > 5, "the kills all fell on the same epochs"
