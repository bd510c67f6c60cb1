"""One stream of random numbers for two libraries, and what a program leaves behind.

In the run with PyTorch, every function that draws is replaced by one that draws as TinyTorch does,
in the same order. So both start from the same weights and see the same noise, whatever a program
does between, and a program needs no line that a user would not write.
"""

import contextlib
import io
import math
import re
from pathlib import Path

import numpy as np

import tinytorch as tt
from tinytorch.core import samplers

IMPORT = re.compile(r"^(\s*)(import|from) torch\b", re.MULTILINE)
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|\bnan\b|\binf\b")


def translated(source: str) -> str:
    """The program with its imports of torch changed, and nothing else."""

    def change(match):
        space, kind = match[1], match[2]
        rest = source[match.end() : source.find("\n", match.end())]
        whole = kind == "import" and not rest.strip()
        return f"{space}{kind} tinytorch{' as torch' if whole else ''}"

    text = IMPORT.sub(change, source)
    # `import torch.nn as nn` binds no name `torch`, and neither does the translation
    assert not re.search(r"^\s*(import|from) torch\b", text, re.MULTILINE)
    return text


def run(path: Path, library: str) -> tuple[str, dict]:
    """What the program prints, and the names it leaves, run with this library."""
    source = path.read_text(encoding="utf-8")
    if library == "tinytorch":
        source = translated(source)
    tt.manual_seed(0)
    names = {"__name__": "__main__", "__file__": str(path)}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(source, str(path), "exec"), names)
    return printed.getvalue(), names


def compare_text(ours: str, theirs: str, rtol: float) -> None:
    """The same words in the same order, and numbers that agree."""
    theirs = re.sub(r"torch\.Size\(\[(.*?)\]\)", r"(\1)", theirs)
    ours = re.sub(r"\((\d+),\)", r"(\1)", ours)
    for line, (a, b) in enumerate(zip(ours.splitlines(), theirs.splitlines(), strict=True), 1):
        words = [NUMBER.sub("#", text).split() for text in (a, b)]
        assert words[0] == words[1], f"line {line}: {a!r} is not {b!r}"
        numbers = [[float(n) for n in NUMBER.findall(text)] for text in (a, b)]
        for x, y in zip(*numbers, strict=True):
            close = math.isclose(x, y, rel_tol=rtol, abs_tol=rtol) or (x != x and y != y)
            assert close, f"line {line}: {x} is not {y}, in {a!r} and {b!r}"


def compare_names(ours: dict, theirs: dict, torch, rtol: float) -> int:
    """Tensors and modules of one name hold the same values; returns how many were compared."""
    compared = 0
    for name, value in theirs.items():
        if isinstance(value, torch.Tensor):
            pairs = [(ours[name], value)]
        elif isinstance(value, torch.nn.Module):
            mine, its = ours[name].state_dict(), value.state_dict()
            pairs = [(mine[key], its[key]) for key in its if key in mine]
            assert set(its) - set(mine) <= {k for k in its if "num_batches" in k}, name
        else:
            continue
        for a, b in pairs:
            a, b = np.asarray(a.detach()), np.asarray(b.detach())
            assert a.shape == b.shape, name
            assert a.dtype.kind == b.dtype.kind, (name, a.dtype, b.dtype)
            np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol, err_msg=name)
            compared += 1
    return compared


@contextlib.contextmanager
def one_stream(torch):
    """PyTorch drawing as TinyTorch does, in a with block."""
    changed = []

    def change(owner, name, value):
        changed.append((owner, name, vars(owner).get(name, change)))
        setattr(owner, name, value)

    def here(tensor):
        return tt.tensor(np.asarray(tensor.detach()))

    def drawing(function):
        def draw(*args, device=None, dtype=None, requires_grad=False, **options):
            like = any(isinstance(a, torch.Tensor) for a in args)
            args = [here(a) if isinstance(a, torch.Tensor) else a for a in args]
            if like and dtype is not None:
                options["dtype"] = str(dtype).removeprefix("torch.")
            drawn = torch.from_numpy(np.array(function(*args, **options).data))
            if dtype is None and drawn.is_floating_point() and not like:
                dtype = torch.get_default_dtype()
            return drawn.to(dtype or drawn.dtype).requires_grad_(requires_grad)

        return draw

    def filling(draw):
        def fill(self, *args, generator=None, **options):
            with torch.no_grad():
                values = draw(tt.core.generator.rng(generator), tuple(self.shape), *args, **options)
                return self.copy_(torch.from_numpy(np.asarray(values)))

        return fill

    class Shuffled(torch.utils.data.RandomSampler):
        def __init__(self, data_source, replacement=False, num_samples=None, generator=None):
            self.data_source = data_source
            if generator is None and not replacement and num_samples is None:
                seed = int(tt.core.generator.rng().integers(2**32))
                self.own = samplers.EpochSampler(data_source, seed)
            else:
                self.own = samplers.RandomSampler(data_source, replacement, num_samples, generator)

        def __iter__(self):
            return iter(self.own)

        def __len__(self):
            return len(self.own)

    def dropout(input, p=0.5, training=True, inplace=False):
        if not training or p == 0:
            return input
        kept = tt.core.generator.rng().random(tuple(input.shape), np.float32) >= p
        return input * torch.from_numpy(kept.astype(np.float32)) * (1 / (1 - p))

    for name in "rand randn randint randperm rand_like randn_like randint_like normal".split():
        change(torch, name, drawing(getattr(tt, name)))
    for name in "bernoulli", "multinomial":
        change(torch, name, drawing(getattr(tt, name)))
        change(torch.Tensor, name, drawing(getattr(tt, name)))
    uniform = filling(lambda draw, size, low=0.0, high=1.0: draw.uniform(low, high, size))
    normal = filling(lambda draw, size, mean=0.0, std=1.0: draw.normal(mean, std, size))
    change(torch.Tensor, "uniform_", uniform)
    change(torch.Tensor, "normal_", normal)
    change(torch, "manual_seed", tt.manual_seed)
    change(torch, "Generator", tt.Generator)
    change(torch.nn.functional, "dropout", dropout)
    change(torch.utils.data.dataloader, "RandomSampler", Shuffled)
    change(torch.utils.data.dataset, "randperm", torch.randperm)
    try:
        yield
    finally:
        for owner, name, value in reversed(changed):
            if value is change:
                delattr(owner, name)
            else:
                setattr(owner, name, value)
