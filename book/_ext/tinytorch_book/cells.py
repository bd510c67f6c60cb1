"""A name for each code cell of a chapter that survives a rebuild.

An exercise is named after the class it asks for; any other cell after what is in it, so that a
cell keeps its name when others come before it. Notebooks, the page that runs Python and the
reader's record all use these names.
"""

import hashlib
import re

EXERCISE = re.compile(r"^check(?:_\w+)?\((\w+)", re.M)


def cell_ids(sources):
    """Return one id for each code cell of a chapter, given their sources in order.

    >>> cell_ids(["x = 1", "x = 1", "class MyMulBackward: ...\\ncheck(MyMulBackward)"])
    ['c-8ff436de', 'c-8ff436de-2', 'exercise-MyMulBackward']
    """
    seen, ids = {}, []
    for source in sources:
        source = source.strip()
        checked = EXERCISE.search(source)
        if checked and not checked[1].lower().endswith("solution"):
            name = f"exercise-{checked[1]}"
        else:
            name = f"c-{hashlib.sha256(source.encode()).hexdigest()[:8]}"
        seen[name] = seen.get(name, 0) + 1
        ids.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return ids
