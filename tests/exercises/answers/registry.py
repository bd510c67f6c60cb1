"""Where answers to exercises are entered, with what is to be said of the wrong ones."""

WRONG, RIGHT = {}, {}


def wrong(name, said):
    """Enter an answer to the exercise `name` that fails, and words of what is said of it."""

    def enter(work):
        WRONG[f"{name}: {work.__name__}"] = name, work, said
        return work

    return enter


def right(name):
    """Enter an answer to the exercise `name` that passes."""

    def enter(work):
        RIGHT[f"{name}: {work.__name__}"] = name, work
        return work

    return enter
