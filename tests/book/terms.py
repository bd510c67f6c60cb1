"""Where the terms of the glossary stand in a chapter, linked and not."""

import re

from chapters import glossary

# Also words of every day, which mean the term only sometimes (and a thing leaves).
EVERYDAY = {"accumulation", "attention", "graph", "in place", "kernel", "padding", "rule"}
EVERYDAY |= {"batch", "gradient", "loss", "scatter", "stride", "view"}
PLURALS = {"leaf": "leaf", "leaves": None, "batch": "batch(?:es)?"}


def occurrences(term):
    """A pattern for the term, in the plural too."""
    words = PLURALS.get(term, rf"{re.escape(term)}(?:e?s)?")
    return words and rf"(?<![\w-]){words}(?![\w-])".replace(r"\ ", r"\s+")


def first_link(chapter, term):
    """Where the chapter first links the term; behind its end if nowhere."""
    link = rf"\{{term\}}`(?:{re.escape(term)}|[^`]*<{re.escape(term)}>)`"
    found = re.search(link.replace(r"\ ", r"\s+"), chapter.text, re.I)
    return found.start() if found else len(chapter.text)


def unlinked(chapter):
    """The terms that a chapter uses before it links them, and where."""
    found = []
    for term in glossary():
        if term in EVERYDAY or occurrences(term) is None:
            continue
        flags = 0 if term == "VJP" else re.I
        plain = re.search(occurrences(term), chapter.running_text, flags)
        if plain and plain.start() < first_link(chapter, term):
            found.append((term, plain.start()))
    return found
