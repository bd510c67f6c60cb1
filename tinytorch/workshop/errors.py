"""What a command says when it cannot do what it was asked for."""


class Refusal(Exception):
    """A sentence for the reader, with the way out. Nothing was changed."""
