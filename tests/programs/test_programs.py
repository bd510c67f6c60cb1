"""Programs as a user of PyTorch writes them run here with only the imports changed.

Each runs twice: as it stands, with PyTorch, and with `import torch` read as `import tinytorch as
torch`. What both print must agree, and so must every tensor and module that they leave.
"""

from pathlib import Path

import pytest
from shared import compare_names, compare_text, one_stream, run, translated

PROGRAMS = sorted((Path(__file__).parent / "sources").glob("*.py"))
TOLERANCE = 2e-3  # float32, some steps of training on


@pytest.fixture
def torch():
    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the arrays are small
    yield torch
    torch.set_num_threads(threads)


@pytest.mark.filterwarnings(
    "ignore:Converting a tensor with requires_grad=True to a scalar",
    "ignore:enable_nested_tensor is True",
)
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_runs_and_gives_the_same_results(path, torch):
    ours, names = run(path, "tinytorch")
    with one_stream(torch):
        theirs, others = run(path, "torch")
    compare_text(ours, theirs, TOLERANCE)
    assert theirs.count("\n") > 1
    compare_names(names, others, torch, TOLERANCE)


def test_only_the_imports_are_changed():
    source = """import torch
import torch.nn as nn
from torch import optim
def f():
    import torch
    return torch.ones(1)  # import torch
"""
    assert (
        translated(source)
        == """import tinytorch as torch
import tinytorch.nn as nn
from tinytorch import optim
def f():
    import tinytorch as torch
    return torch.ones(1)  # import torch
"""
    )


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("loss 0.5\n", "loss 0.6\n"),
        ("loss 0.5\n", "less 0.5\n"),
        ("loss 0.5\n", "loss 0.5 0.5\n"),
        ("loss 0.5\n", "loss 0.5\nloss 0.5\n"),
        ("loss nan\n", "loss 0.5\n"),
    ],
)
def test_what_differs_is_seen(ours, theirs):
    compare_text(ours, ours, 1e-3)
    with pytest.raises((AssertionError, ValueError)):
        compare_text(ours, theirs, 1e-3)


def test_there_are_many():
    assert len(PROGRAMS) >= 45
