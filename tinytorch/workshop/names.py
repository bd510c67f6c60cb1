"""Names as people type them: whole, begun, the course's, or nearly right."""

import re
from difflib import get_close_matches

from .errors import Refusal

# The course's module folders, old and new, without their numbers: there, a number came and went.
COURSE = {
    "tensor": "engine",
    "autograd": "engine",
    "dense": "matmul",
    "networks": "matmul",
    "cnn": "layers",
    "spatial": "layers",
    "convolutions": "layers",
    "normalization": "layers",
    "embeddings": "layers",
    "attention": "layers",
    "transformer": "layers",
    "transformers": "layers",
    "optimizers": "learning",
    "training": "learning",
}
ABSENT = (
    "setup introduction dataloader tokenization tinygpt profiling acceleration quantization"
    " compression kernels caching kvcaching memoization precision benchmarking mlops capstone"
    " competition"
).split()


def module(typed: str, known) -> tuple[str, str]:
    """The module that is meant, and a sentence where the name is the course's; else ''.

    Raises
    ------
    Refusal
        With the nearest name, where there is none.
    """
    if typed in known:
        return typed, ""
    number, word = re.fullmatch(r"(\d*)[_-]?(.*)", typed.strip().lower()).groups()
    word = word.replace("-", "_")
    if number and word in known:
        return word, f"{typed} is the course's name; here it is the module {word}."
    if word in COURSE:
        meant = COURSE[word]
        return meant, f"{typed} is the course's name; its exercises are in the module {meant} here."
    if word in ABSENT:
        raise Refusal(
            f"{typed} is a module of the course that has no exercises here. The modules are"
            f" {', '.join(known)}."
        )
    return one_of(word or typed, known, "module"), ""


def one_of(typed: str, known, what: str) -> str:
    """The one name that begins as typed; capitals do not matter."""
    lower = {name.lower(): name for name in known}
    if typed.lower() in lower:
        return lower[typed.lower()]
    begun = [name for key, name in lower.items() if typed and key.startswith(typed.lower())]
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise Refusal(f"{typed!r} begins several {what}s: {', '.join(begun)}.")
    near = get_close_matches(typed.lower(), lower, n=1, cutoff=0.4)
    meant = f" Is it {lower[near[0]]}?" if near else ""
    if not near and len(lower) < 20:
        meant = f" There are {', '.join(known)}."
    raise Refusal(f"There is no {what} {typed!r}.{meant}")


def exercise(typed: str, known) -> str:
    """The exercise that is meant: MulBackward by mul, Mul, MyMulBackward or MulBackward."""
    word = without_my(typed.strip())
    whole = {key.lower(): key for key in known}
    for name in (word.lower(), f"{word.lower()}backward"):
        if name in whole:
            return whole[name]
    return one_of(word, known, "exercise")


def without_my(name: str) -> str:
    """MulBackward for MyMulBackward, clip for my_clip."""
    return re.sub(r"^[Mm]y(_|(?=[A-Z]))", "", name)
