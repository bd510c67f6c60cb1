"""The exercises on the engine and on learning, a module a topic."""

from . import (
    broadcasting,
    clipping,
    closures,
    descent,
    differences,
    gradient,
    hooks,
    loop,
    one_file,
    optimizers,
    passes,
    recording,
    schedule,
)

PARTS = (
    gradient,
    descent,
    recording,
    passes,
    hooks,
    broadcasting,
    differences,
    optimizers,
    schedule,
    clipping,
    loop,
    closures,
    one_file,
)
TASKS = {task.name: task for part in PARTS for task in part.TASKS}
