"""What a checker says of a reader's work."""

from dataclasses import dataclass

HEADINGS = {True: "Right.", False: "Not yet.", None: "Not written yet."}


@dataclass(frozen=True)
class Answer:
    """The answer of `check`: what is right or wrong, in sentences a teacher would say.

    Attributes
    ----------
    passed : bool or None
        None where there is nothing to judge yet, as in a stub.
    message : str
        Light Markdown, which a notebook shows as such.
    """

    passed: bool | None
    message: str

    def __bool__(self):
        return self.passed is True

    def __str__(self):
        return f"{HEADINGS[self.passed]} {self.message}"

    __repr__ = __str__

    def _repr_markdown_(self):
        return f"**{HEADINGS[self.passed]}** {self.message}"


class Wrong(Exception):
    """What is wrong, in a sentence."""


class NotWritten(Exception):
    """What is still to be filled in."""


def nothing(value) -> bool:
    """Whether a function that should return something has not been written to its end."""
    return value is None or value is ...
