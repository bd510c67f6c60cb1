"""``tito``: start a module, check it, complete it, and put it to use."""

import sys

import click

from . import around, classroom, exchange, exercising, own_rules, show  # noqa: F401 (commands)
from .command import tito
from .errors import Refusal


def main(arguments: list[str] | None = None) -> None:
    """Run tito; what it refuses is a sentence, and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a console may lack letters of the formulas
            stream.reconfigure(errors="replace")
    try:
        code = tito.main(arguments, prog_name="tito", standalone_mode=False)
    except Refusal as refusal:
        show.say(str(refusal), err=True)
        code = 1
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        show.say("\nStopped. Your files are as they were.", err=True)
        code = 130
    except BrokenPipeError:  # whoever read the output has seen enough
        sys.stderr.close()
        code = 0
    sys.exit(code)
