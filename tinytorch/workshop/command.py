"""``tito`` itself, and what its commands have in common."""

import inspect

import click

from .. import __version__ as version
from . import show
from .catalog import modules
from .names import module as module_named


class Group(click.Group):
    """A group of commands that also knows them by their unique beginnings."""

    def resolve_command(self, ctx, args):
        if args and self.get_command(ctx, args[0]) is None:
            begun = [name for name in self.list_commands(ctx) if name.startswith(args[0])]
            if len(begun) == 1:
                args = [begun[0], *args[1:]]
            elif inside := self.groups_with(args[0]):
                args = [*inside, *args] if len(inside) == 1 else args
        return super().resolve_command(ctx, args)

    def groups_with(self, name):
        """The groups in this one that have such a command: `tito serve` is `tito book serve`."""
        return [
            key for key, inner in self.commands.items() if name in getattr(inner, "commands", ())
        ]


def example(*lines):
    """Add examples to a command's help, as they are typed."""
    text = "\n\n\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)

    def add(function):
        function.__doc__ = inspect.cleandoc(function.__doc__) + text
        return function

    return add


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version, prog_name="tito")
@click.pass_context
@example("tito init my-tinytorch", "cd my-tinytorch", "tito module start arithmetic", "tito test")
def tito(ctx):
    """Build the engine of TinyTorch yourself: exercises, checks, and what they are good for.

    The exercises are those of the book. They live in a folder of your own.
    """
    ctx.color = show.colors()


class ModuleName(click.ParamType):
    """The name of a module: the book's, its beginning, or the course's."""

    name = "name"

    def convert(self, value, param, ctx):
        found, said = module_named(value, modules())
        if said:
            show.say(said)
        return modules()[found]

    def shell_complete(self, ctx, param, incomplete):
        return [
            click.shell_completion.CompletionItem(m.name, help=m.title)
            for m in modules().values()
            if m.name.startswith(incomplete)
        ]


MODULE = ModuleName()
