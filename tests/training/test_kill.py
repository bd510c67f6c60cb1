"""Kill a training run at random moments: it goes on from a whole checkpoint, to the same end."""

import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tinytorch.core import saving

SCRIPT = Path(__file__).with_name("killed_run.py")


def start(path, output):
    run = subprocess.Popen(
        [sys.executable, SCRIPT, path, output], stdout=subprocess.PIPE, text=True
    )
    assert run.stdout.readline() == "ready\n"
    return run


@pytest.mark.slow
def test_twenty_kills(tmp_path):
    began = time.monotonic()
    assert start(tmp_path / "whole.ckpt", tmp_path / "whole.npy").wait() == 0
    expected = np.load(tmp_path / "whole.npy")
    took = time.monotonic() - began
    moments, seen = random.Random(0), set()
    for i in range(20):
        path, output = tmp_path / f"{i}.ckpt", tmp_path / f"{i}.npy"
        run = start(path, output)
        try:
            run.wait(moments.uniform(0, took))
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()
        run.stdout.close()
        if path.exists():
            seen.add(saving.load(path)["epoch"])
        resumed = start(path, output)
        assert resumed.wait() == 0
        resumed.stdout.close()
        assert np.array_equal(np.load(output), expected), f"kill {i}"
    assert len(seen) > 3, "the kills all fell on the same epoch"
