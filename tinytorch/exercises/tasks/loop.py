"""A training step on several batches, and the training loop."""

import numpy as np

from ...core.module import Module, Parameter
from ...core.tensor import Tensor
from ..answer import NotWritten, Wrong, nothing
from ..task import Mistake, Task

RATE = 0.1
START = np.array([0.5, -1.0, 0.25, 0.1])  # three weights and a bias
LEFT = 5.0  # what is in .grad when the reader's function is called
SIZES = np.array([7, 2, 3])


def data(seed=0):
    """Three batches of different sizes: as Tensors, and whole as arrays."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(12, 3)), rng.normal(size=(12, 1))
    cuts = [(0, 7), (7, 9), (9, 12)]
    return [(Tensor(X[a:b]), Tensor(y[a:b])) for a, b in cuts], [(X[a:b], y[a:b]) for a, b in cuts]


class Linear(Module):
    """A straight line that remembers in which mode it was called."""

    def __init__(self):
        super().__init__()
        self.weight = Parameter(START[:3].copy())
        self.bias = Parameter(START[3:].copy())
        self.modes = []
        for p in self.parameters():
            p.grad = Tensor(np.full(p.shape, LEFT))

    def forward(self, x):
        self.modes.append(self.training)
        return (x * self.weight).sum(1).reshape(-1, 1) + self.bias

    def numbers(self):
        return np.concatenate([p.data for p in self.parameters()])


class Descent:
    """Gradient descent, as optimizers are used."""

    def __init__(self, model):
        self.params, self.steps = list(model.parameters()), 0

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    def step(self):
        self.steps += 1
        for p in self.params:
            if p.grad is None:
                raise Wrong(
                    "`optimizer.step()` finds no gradient: call `backward()` first, and"
                    " `zero_grad()` before that."
                )
            p.data -= RATE * p.grad.data


def mse(prediction, target):
    """The mean of the squared differences."""
    return ((prediction - target) ** 2).mean()


def slopes(w, X, y):
    """The loss of a batch and its gradient, by hand."""
    error = X @ w[:3] + w[3] - y[:, 0]
    return (error**2).mean(), np.append(2 * X.T @ error, 2 * error.sum()) / len(y)


def step_trial(mine, seed=0):
    """Compare with one step on all samples at once, and name what differs."""
    batches, arrays = data(seed)
    model = Linear()
    optimizer = Descent(model)
    mine(model, optimizer, mse, batches)
    found, shares = model.numbers(), SIZES / 12
    by_batch = [slopes(START, X, y)[1] for X, y in arrays]

    def after(weights, left=0.0):
        return START - RATE * (sum(s * g for s, g in zip(weights, by_batch, strict=True)) + left)

    right = after(shares)
    if np.allclose(found, right):
        if optimizer.steps > 1:
            raise Wrong(f"The weights are right, after {optimizer.steps} steps: take one.")
        return "The same step as on all twelve samples at once."
    left = "What was in .grad before took part: clear it first."
    alone = (
        "Only the last batch counts: zero_grad() inside the loop throws the others away, and a"
        " backward() after it sees the last loss alone."
    )
    for says, wrong in [
        ("The weights did not change: call `backward()` and `optimizer.step()`.", START),
        *[(left, after(weights, LEFT)) for weights in (shares, [1, 1, 1], [1 / 3] * 3, SIZES)],
        ("Each batch counts as a whole: weight it by its share of the samples.", after([1, 1, 1])),
        (
            "Each batch counts a third, but they hold 7, 2 and 3 samples: weight by the samples.",
            after([1 / 3] * 3),
        ),
        (
            "Each batch counts by its number of samples: divide by the number of all, 12.",
            after(SIZES),
        ),
        (
            "Each batch is divided by its number of samples, and its loss is a mean already: weight"
            " it by its share of them.",
            after(1 / SIZES),
        ),
        (
            "Each batch is divided by the number of all samples, 12, and its loss is a mean"
            " already: weight it by its share, 7, 2 or 3 twelfths.",
            after([1 / 12] * 3),
        ),
        (
            "The shares are turned over: a batch of n of the 12 samples counts n / 12.",
            after(12 / SIZES),
        ),
        (
            "The shares are turned over: a batch of n of the 12 samples counts n / 12.",
            after(12 / SIZES / 3),
        ),
        (
            "Each batch counts by the square of its share: multiply by it once.",
            after(shares**2),
        ),
        *[(alone, after([0, 0, share])) for share in (1, 1 / 3, 3 / 12, 3)],
        ("Only the first batch counts: go over all of them.", after([1, 0, 0])),
        ("Only the first batch counts: go over all of them.", after([7 / 12, 0, 0])),
    ]:
        if np.allclose(found, wrong):
            raise Wrong(says)
    if optimizer.steps > 1:
        raise Wrong("You step after every batch: one step, after all of them.")
    if np.allclose(found - START, START - right):
        raise Wrong("It goes uphill.")
    raise Wrong(f"The weights became {found.round(3)}, and should be {right.round(3)}.")


def step_like(share=lambda n, total: n / total, clear="first", step="last"):
    """A training step, right but for what is said."""

    def train(model, optimizer, loss_fn, batches):
        total = sum(len(target) for _, target in batches)
        if clear == "first":
            optimizer.zero_grad()
        for inputs, target in batches:
            if clear == "each":
                optimizer.zero_grad()
            (loss_fn(model(inputs), target) * share(len(target), total)).backward()
            if step == "each":
                optimizer.step()
        if step == "last":
            optimizer.step()

    return train


EPOCHS = 3


def loop_trial(mine, seed=0):
    """Compare the weights and the losses of three epochs."""
    batches, arrays = data(seed)
    model = Linear()
    model.eval()
    optimizer = Descent(model)
    losses = mine(model, optimizer, mse, batches, EPOCHS)
    if nothing(losses):
        raise NotWritten("It returns nothing yet: return the mean loss of each epoch, in a list.")
    w, seen = descended(arrays)
    means = np.average(seen, axis=1, weights=SIZES)
    if not np.allclose(model.numbers(), w):
        raise Wrong(_which_loop(model.numbers(), optimizer.steps, arrays, w))
    if not all(model.modes):
        raise Wrong(
            "The model came in `eval()` mode, and stayed in it: call `model.train()` before you"
            " train, for dropout and normalization."
        )
    if not isinstance(losses, list | tuple) or len(losses) != EPOCHS:
        raise Wrong(f"Return a list with one loss for each of the {EPOCHS} epochs.")
    if any(isinstance(loss, Tensor) for loss in losses):
        raise Wrong("The losses are Tensors, and each holds its whole graph: add up `loss.item()`.")
    try:
        losses = np.array(losses, float)
    except (TypeError, ValueError):
        raise Wrong(
            "The list holds something else than plain numbers: add up `loss.item()`."
        ) from None
    for says, wrong in [
        (
            "The mean loss counts each batch alike, but they hold 7, 2 and 3 samples: weight by the"
            " samples.",
            seen.mean(1),
        ),
        ("That is the sum over the samples: divide by their number.", means * 12),
        ("That is the sum over the batches: a mean over the samples is asked for.", seen.sum(1)),
        ("That is the loss of the last batch alone: take the mean over the epoch.", seen[:, -1]),
        ("That is the loss of the first batch alone: take the mean over the epoch.", seen[:, 0]),
        (
            "The loss is that of before the step: yours is computed once more, after it.",
            np.average(descended(arrays, after=True)[1], axis=1, weights=SIZES),
        ),
        (
            "The total goes on from epoch to epoch: begin each epoch at 0.",
            np.cumsum(means) / np.arange(1, EPOCHS + 1),
        ),
        ("The total goes on from epoch to epoch: begin each epoch at 0.", np.cumsum(means)),
    ]:
        if losses.shape == means.shape and np.allclose(losses, wrong):
            raise Wrong(says)
    if losses.shape != means.shape or not np.allclose(losses, means):
        raise Wrong(f"The mean losses are {losses.round(4)}, and should be {means.round(4)}.")
    return "Three epochs on three batches: the weights and the mean losses agree."


def descended(arrays, left=None, held=0.0, after=False, fresh=False):
    """The weights after all epochs and the loss of each batch, by hand.

    `left` is in the gradient of the first step; the share `held` of each gradient stays in the
    next, of a `fresh` epoch from 0. The loss is that of before the step, or of `after` it.
    """
    w, losses, before = START, [], 0.0 if left is None else left
    for _ in range(EPOCHS):
        before = 0.0 if fresh else before
        for X, y in arrays:
            loss, g = slopes(w, X, y)
            w, before = w - RATE * (before + g), held * (before + g)
            losses.append(slopes(w, X, y)[0] if after else loss)
    return w, np.reshape(losses, (EPOCHS, -1))


def _which_loop(found, steps, arrays, right):
    if np.allclose(found, START):
        return "The weights did not change: call `backward()` and `optimizer.step()`."
    n = len(arrays) * EPOCHS
    if steps != n:
        return f"{steps} steps were taken, and there are {n} batches in {EPOCHS} epochs: one each."
    for left in (LEFT, None):
        if np.allclose(found, descended(arrays, left, held=1.0)[0]):
            return (
                "The gradients of all batches add up in .grad: call zero_grad() before backward()."
            )
    if np.allclose(found, descended(arrays, held=1.0, fresh=True)[0]):
        return (
            "The gradients of an epoch add up in .grad: call zero_grad() for each batch, not once"
            " per epoch."
        )
    if np.allclose(found, descended(arrays, LEFT)[0]):
        return (
            "What was in .grad before took part in the first step: call zero_grad() before"
            " backward(), not only after the step."
        )
    return f"The weights became {found.round(3)}, and should be {right.round(3)}."


def loop_like(clear=True, train=True, mean="samples", item=True, step="batch", keep=True):
    """A training loop, right but for what is said."""

    def fit(model, optimizer, loss_fn, batches, epochs):
        if train:
            model.train()
        losses = []
        for _ in range(epochs):
            total = count = 0
            for inputs, target in batches:
                if clear:
                    optimizer.zero_grad()
                loss = loss_fn(model(inputs), target)
                loss.backward()
                if step == "batch":
                    optimizer.step()
                n = len(target) if mean != "batches" else 1
                total, count = total + (loss.item() if item else loss.detach()) * n, count + n
            if step == "epoch":
                optimizer.step()
            losses.append(total / (1 if mean == "sum" else count))
        return losses if keep else losses[-1:]

    return fit


TASKS = (
    Task(
        "training_step",
        "my_training_step(model, optimizer, loss_fn, batches)",
        step_trial,
        (
            Mistake("call `backward()` and `optimizer.step()`", step_like(step="never")),
            Mistake("What was in .grad before took part", step_like(clear="never")),
            Mistake("Each batch counts as a whole", step_like(share=lambda n, total: 1)),
            Mistake("Each batch counts a third", step_like(share=lambda n, total: 1 / 3)),
            Mistake("Only the last batch counts", step_like(clear="each")),
            Mistake("You step after every batch", step_like(clear="each", step="each")),
            Mistake("It goes uphill", step_like(share=lambda n, total: -n / total)),
        ),
    ),
    Task(
        "training_loop",
        "my_training_loop(model, optimizer, loss_fn, batches, epochs)",
        loop_trial,
        (
            Mistake("call zero_grad() before backward()", loop_like(clear=False)),
            Mistake("call `model.train()`", loop_like(train=False)),
            Mistake("counts each batch alike", loop_like(mean="batches")),
            Mistake("each holds its whole graph", loop_like(item=False)),
            Mistake("steps were taken", loop_like(step="epoch")),
            Mistake("call `backward()` and `optimizer.step()`", loop_like(step="never")),
            Mistake("That is the sum over the samples", loop_like(mean="sum")),
            Mistake("one loss for each", loop_like(keep=False)),
        ),
    ),
)
