"""Five networks that made history, small enough to train while you wait.

Each module holds one of them: the model, its data, and `train`, which runs one seed and returns a
`Run`. The book's pages train with these functions as they are built; so does the shell::

    python -m tinytorch.milestones
    python -m tinytorch.milestones cnn --seeds 3
"""

from .results import Experiment, Run, Summary, carriers, median

MILESTONES = {
    "perceptron": "1957: one neuron learns to tell two digits apart",
    "xor": "1969: what one layer cannot do, and two can",
    "mlp": "1986: a hidden layer reads handwritten digits",
    "cnn": "1998: shared weights read them better, with fewer parameters",
    "transformer": "2017: attention reverses sequences and writes text",
}

__all__ = ["MILESTONES", "Experiment", "Run", "Summary", "carriers", "median"]
