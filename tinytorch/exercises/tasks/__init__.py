"""The exercises on the engine and on learning, a module a topic."""

from . import (
    broadcasting,
    closures,
    descent,
    differences,
    gradient,
    loop,
    one_file,
    optimizers,
    passes,
    recording,
)

PARTS = (
    gradient,
    descent,
    recording,
    passes,
    broadcasting,
    differences,
    optimizers,
    loop,
    closures,
    one_file,
)
TASKS = {task.name: task for part in PARTS for task in part.TASKS}
