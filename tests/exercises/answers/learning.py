"""Answers to the exercises on learning, and to that on the engine of closures."""

import math

import numpy as np

from tinytorch.exercises.given.closures import Value as Number

from .registry import right, wrong

# ------------------------------------------------------------------------------------ optimizers


@wrong("sgd", "The step is 2 times what it should be")
def twice_the_rate(p, g, lr=0.1, weight_decay=0.0):
    return p - 2 * lr * (g + weight_decay * p)


@wrong("sgd", "not with its sign alone")
def sign_of_the_gradient(p, g, lr=0.1, weight_decay=0.0):
    return p - lr * np.sign(g + weight_decay * p)


@wrong("sgd", "do not divide by its length")
def of_length_1(p, g, lr=0.1, weight_decay=0.0):
    g = g + weight_decay * p
    return p - lr * g / np.linalg.norm(g)


@wrong("sgd", "not its size")
def decay_of_the_size(p, g, lr=0.1, weight_decay=0.0):
    return p - lr * (g + weight_decay * np.abs(p))


@wrong("sgd", "as it was before the step")
def decay_after_the_step(p, g, lr=0.1, weight_decay=0.0):
    p = p - lr * g
    return p - lr * weight_decay * p


@wrong("sgd", "changes `p` in place")
def in_the_same_memory(p, g, lr=0.1, weight_decay=0.0):
    p -= lr * (g + weight_decay * p)
    return p


@wrong("sgd", "`lr` is an argument")
def fixed_rate(p, g, lr=0.1, weight_decay=0.0):
    return p - 0.1 * (g + weight_decay * p)


@right("sgd")
def shrunk_first(p, g, lr=0.1, weight_decay=0.0):
    return (1 - lr * weight_decay) * p - lr * g


@right("sgd")
def as_a_list(p, g, lr=0.1, weight_decay=0.0):
    return np.array(p - lr * (g + weight_decay * p)).tolist()


@wrong("momentum", "It goes uphill")
def signs_of_v(p, g, v, t, lr=0.05, mu=0.9):
    v = mu * v - g
    return p - lr * v, v


@wrong("momentum", "yours has them exchanged")
def v_and_g_exchanged(p, g, v, t, lr=0.05, mu=0.9):
    v = v + mu * g
    return p - lr * v, v


@wrong("momentum", "in another order: return p, v")
def results_exchanged(p, g, v, t, lr=0.05, mu=0.9):
    v = mu * v + g
    return v, p - lr * v


@wrong("momentum", "corrected as in Adam")
def corrected_as_in_adam(p, g, v, t, lr=0.05, mu=0.9):
    v = mu * v + (1 - mu) * g
    return p - lr * v / (1 - mu**t), v


@wrong("momentum", "v has no effect")
def old_v_returned(p, g, v, t, lr=0.05, mu=0.9):
    return p - lr * (mu * v + g), v


@wrong("momentum", "v has no effect")
def v_alone_after_one(p, g, v, t, lr=0.05, mu=0.9):
    v = g if t > 1 else mu * v + g
    return p - lr * v, v


@wrong("momentum", "The gradient takes part twice")
def step_added_to_gradient(p, g, v, t, lr=0.05, mu=0.9):
    v = mu * v + g
    return p - lr * (g + v), v


@right("momentum")
def minus_v(p, g, v, t, lr=0.05, mu=0.9):
    new = v * mu
    new = new + g
    return (p + (-lr) * new, new)


@right("momentum")
def as_lists(p, g, v, t, lr=0.05, mu=0.9):
    v = np.add(np.multiply(mu, v), g)
    return [np.subtract(p, lr * v), v]


def adam_with(first=None, second=None, step=None):
    """Adam's step with one piece exchanged."""

    def work(p, g, m, v, t, lr=0.05, beta1=0.9, beta2=0.999, eps=1e-8):
        m = first(m, g, beta1) if first else beta1 * m + (1 - beta1) * g
        v = second(v, g, beta2) if second else beta2 * v + (1 - beta2) * g * g
        if step:
            return step(p, m, v, t, lr, beta1, beta2, eps), m, v
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        return p - lr * m_hat / (np.sqrt(v_hat) + eps), m, v

    return work


def _adam_wrongs():
    pieces = {
        ("only_m_is_corrected", "The bias of v is not corrected"): {
            "step": lambda p, m, v, t, lr, b1, b2, eps: (
                p - lr * (m / (1 - b1**t)) / (np.sqrt(v) + eps)
            )
        },
        ("only_v_is_corrected", "The bias of m is not corrected"): {
            "step": lambda p, m, v, t, lr, b1, b2, eps: (
                p - lr * m / (np.sqrt(v / (1 - b2**t)) + eps)
            )
        },
        ("betas_exchanged_in_m", "yours has them exchanged"): {
            "first": lambda m, g, b1: (1 - b1) * m + b1 * g
        },
        ("v_of_m", "it takes (1 − β₂) g²"): {"second": lambda v, g, b2: b2 * v + g * g},
        ("t_from_zero", "t counts from 1 already"): {
            "step": lambda p, m, v, t, lr, b1, b2, eps: (
                p - lr * (m / (1 - b1 ** (t + 1))) / (np.sqrt(v / (1 - b2 ** (t + 1))) + eps)
            )
        },
        ("largest_v", "v should become"): {"second": lambda v, g, b2: np.maximum(b2 * v, g * g)},
        ("uphill_adam", "It goes uphill"): {
            "step": lambda p, m, v, t, lr, b1, b2, eps: (
                p + lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps)
            )
        },
        ("g_in_place_of_m", "It is 10 times what it should be"): {"first": lambda m, g, b1: g},
        ("times_t", "m and v came back right: look at the step"): {
            "step": lambda p, m, v, t, lr, b1, b2, eps: (
                p - lr * (m / (1 - b1 * t)) / (np.sqrt(np.abs(v / (1 - b2 * t))) + eps)
            )
        },
    }
    for (name, said), how in pieces.items():
        work = adam_with(**how)
        work.__name__ = name
        wrong("adam", said)(work)


_adam_wrongs()


@wrong("adam", "added to √v it is divided along with it")
def rate_corrected_alone(p, g, m, v, t, lr=0.05, beta1=0.9, beta2=0.999, eps=1e-8):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    rate = lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
    return p - rate * m / (np.sqrt(v) + eps), m, v


@right("adam")
def rate_corrected(p, g, m, v, t, lr=0.05, beta1=0.9, beta2=0.999, eps=1e-8):
    """As the paper's remark has it: the corrections in the rate, and in ε."""
    m = m + (1 - beta1) * (g - m)
    v = v + (1 - beta2) * (g**2 - v)
    root = (1 - beta2**t) ** 0.5
    return p - lr * root / (1 - beta1**t) * m / (v**0.5 + eps * root), m, v


@right("adam")
def as_a_list_of_arrays(p, g, m, v, t, lr=0.05, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = np.average([m, g], 0, [beta1, 1 - beta1]), np.average([v, g * g], 0, [beta2, 1 - beta2])
    update = np.divide(m / (1 - pow(beta1, t)), eps + np.sqrt(v / (1 - pow(beta2, t))))
    return [np.asarray(p) - lr * update, m, v]


@wrong("schedule", "yours has one more")
def warm_up_after_one_more(step, peak, warmup, total):
    if step <= warmup:
        return peak * (step + 1) / (warmup + 1)
    return peak * (1 + np.cos(np.pi * min(1, (step - warmup) / (total - warmup)))) / 2


@wrong("schedule", "yours is one short")
def ends_one_step_early(step, peak, warmup, total):
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (1 + np.cos(np.pi * min(1, (step - warmup) / (total - 1 - warmup)))) / 2


@wrong("schedule", "The largest rate is `peak`")
def peak_forgotten(step, peak, warmup, total):
    if step < warmup:
        return (step + 1) / warmup
    return (1 + np.cos(np.pi * min(1, (step - warmup) / (total - warmup)))) / 2


@wrong("schedule", "take half of it")
def half_forgotten(step, peak, warmup, total):
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (1 + np.cos(np.pi * min(1, (step - warmup) / (total - warmup))))


@wrong("schedule", "has to fall")
def constant_after_warm_up(step, peak, warmup, total):
    return peak * min(1, (step + 1) / max(warmup, 1))


@wrong("schedule", "1 − cos rises")
def upside_down(step, peak, warmup, total):
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (1 - np.cos(np.pi * min(1, (step - warmup) / (total - warmup)))) / 2


@wrong("schedule", "a whole wave")
def whole_wave(step, peak, warmup, total):
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (1 + np.cos(2 * np.pi * min(1, (step - warmup) / (total - warmup)))) / 2


@right("schedule")
def by_minimum(step, peak, warmup, total):
    share = min(1.0, max(0.0, (step - warmup) / (total - warmup)))
    rise = (step + 1) / warmup if step < warmup else 1.0
    return peak * rise * math.cos(math.pi * share / 2) ** 2


@right("schedule")
def by_interpolation(step, peak, warmup, total):
    if step < warmup:
        return np.linspace(peak / warmup, peak, warmup)[step]
    if step < total:
        return np.float64(peak * 0.5 * (1 + math.cos((step - warmup) * math.pi / (total - warmup))))
    return 0


# --------------------------------------------------------------------------------------- clipping


def length(gradients):
    return math.sqrt(sum(float((g * g).sum()) for g in gradients))


@wrong("clip", "multiply by `limit` too")
def all_of_length_1(gradients, limit):
    n = length(gradients) or 1
    return [g / n if n > limit else g for g in gradients]


@wrong("clip", "the root of a mean of squares")
def of_the_mean(gradients, limit):
    n = np.sqrt(np.mean([float((g**2).mean()) for g in gradients]))
    return [g * (limit / n if n > limit else 1.0) for g in gradients]


@wrong("clip", "the largest entry is not the length")
def by_the_largest_entry(gradients, limit):
    n = max(np.abs(g).max() for g in gradients)
    return [g * (limit / n if n > limit else 1.0) for g in gradients]


@wrong("clip", "they were thrown away")
def lost_above(gradients, limit):
    n = length(gradients)
    return [g * 0 if n > limit else g for g in gradients]


@wrong("clip", "yours are 0.194 long, and should be 0.9")
def limit_forgotten_within(gradients, limit):
    n = length(gradients)
    return [g * min(1, limit / n) ** 2 if n else g for g in gradients]


@wrong("clip", "in the opposite direction")
def turned_around(gradients, limit):
    n = length(gradients)
    return [g * (-limit / n if n > limit else 1.0) for g in gradients]


@wrong("clip", "nothing was clipped")
def only_where_one_is_too_long(gradients, limit):
    n = length(gradients)
    long = any(np.linalg.norm(g) > limit for g in gradients)
    return [g * (limit / n) if long else g for g in gradients]


@wrong("clip", "one gradient for each")
def joined_into_one(gradients, limit):
    flat = np.concatenate([g.ravel() for g in gradients])
    n = np.linalg.norm(flat)
    return flat * (limit / n if n > limit else 1.0)


@wrong("clip", "changes the gradients in place")
def clipped_in_place(gradients, limit):
    n = length(gradients)
    for g in gradients:
        g *= min(1, limit / n) if n else 1
    return gradients


@wrong("clip", "a division by zero")
def divides_by_zero(gradients, limit):
    with np.errstate(all="ignore"):
        n = np.float64(length(gradients))
        return [g / n * min(n, limit) for g in gradients]


@right("clip")
def as_pytorch(gradients, limit):
    factor = min(1.0, limit / (length(gradients) + 1e-6))
    return tuple(factor * g for g in gradients)


@right("clip")
def by_one_vector(gradients, limit):
    flat = np.concatenate([np.ravel(g) for g in gradients])
    n = np.linalg.norm(flat)
    if n > limit:
        flat = flat * (limit / n)
    parts = np.split(flat, np.cumsum([np.size(g) for g in gradients])[:-1])
    return [part.reshape(np.shape(g)) for part, g in zip(parts, gradients, strict=True)]


# ------------------------------------------------------------------------------- the training loop


@wrong("training_step", "Each batch counts a third")
def equal_weights(model, optimizer, loss_fn, batches):
    optimizer.zero_grad()
    for inputs, target in batches:
        (loss_fn(model(inputs), target) * (1 / len(batches))).backward()
    optimizer.step()


@wrong("training_step", "Each batch counts as a whole")
def sum_of_losses(model, optimizer, loss_fn, batches):
    optimizer.zero_grad()
    for inputs, target in batches:
        loss_fn(model(inputs), target).backward()
    optimizer.step()


@wrong("training_step", "You step after every batch")
def step_for_each(model, optimizer, loss_fn, batches):
    for inputs, target in batches:
        optimizer.zero_grad()
        loss_fn(model(inputs), target).backward()
        optimizer.step()


@wrong("training_step", "Only the last batch counts")
def emptied_each_time(model, optimizer, loss_fn, batches):
    total = sum(len(target) for _, target in batches)
    for inputs, target in batches:
        optimizer.zero_grad()
        (loss_fn(model(inputs), target) * (len(target) / total)).backward()
    optimizer.step()


@wrong("training_step", "What was in .grad before")
def never_emptied(model, optimizer, loss_fn, batches):
    total = sum(len(target) for _, target in batches)
    for inputs, target in batches:
        (loss_fn(model(inputs), target) * (len(target) / total)).backward()
    optimizer.step()


@wrong("training_step", "The weights did not change")
def no_step(model, optimizer, loss_fn, batches):
    total = sum(len(target) for _, target in batches)
    optimizer.zero_grad()
    for inputs, target in batches:
        (loss_fn(model(inputs), target) * (len(target) / total)).backward()


@wrong("training_step", "finds no gradient")
def emptied_before_the_step(model, optimizer, loss_fn, batches):
    total = sum(len(target) for _, target in batches)
    for inputs, target in batches:
        (loss_fn(model(inputs), target) * (len(target) / total)).backward()
    optimizer.zero_grad()
    optimizer.step()


@wrong("training_step", "divide by the number of all, 12")
def weighted_by_size_alone(model, optimizer, loss_fn, batches):
    optimizer.zero_grad()
    for inputs, target in batches:
        (loss_fn(model(inputs), target) * len(target)).backward()
    optimizer.step()


@wrong("training_step", "sees the last loss alone")
def last_batch_alone(model, optimizer, loss_fn, batches):
    optimizer.zero_grad()
    loss = None
    for inputs, target in batches:
        loss = loss_fn(model(inputs), target)
    loss.backward()
    optimizer.step()


@right("training_step")
def one_loss(model, optimizer, loss_fn, batches):
    model.zero_grad()
    total = sum(len(y) for _, y in batches)
    loss = sum(loss_fn(model(x), y) * len(y) for x, y in batches) / total
    loss.backward()
    optimizer.step()


@right("training_step")
def gradients_divided(model, optimizer, loss_fn, batches):
    for p in model.parameters():
        p.grad = None
    rows = 0
    for x, y in batches:
        (loss_fn(model(x), y) * len(x)).backward()
        rows += len(x)
    for p in model.parameters():
        p.grad = p.grad / rows
    optimizer.step()


def looped(
    mean="samples", train=True, empty="before", epochs_of=lambda n: n, number=True, ahead=False
):
    """A training loop, right but for what is said."""

    def work(model, optimizer, loss_fn, batches, epochs):
        if train:
            model.train()
        losses = []
        for _ in range(epochs_of(epochs)):
            some, sizes = [], []
            for inputs, target in batches:
                if empty == "before":
                    optimizer.zero_grad()
                loss = loss_fn(model(inputs), target)
                loss.backward()
                optimizer.step()
                if empty == "after":
                    optimizer.zero_grad()
                if ahead:
                    loss = loss_fn(model(inputs), target)
                some.append(loss.item() if number else loss)
                sizes.append(len(target))
            if mean == "samples":
                losses.append(sum(a * n for a, n in zip(some, sizes, strict=True)) / sum(sizes))
            elif mean == "batches":
                losses.append(sum(some) / len(some))
            elif mean == "last":
                losses.append(some[-1])
            elif mean == "sum":
                losses.append(sum(some))
            elif mean == "each":
                losses += some
        return losses

    return work


def _loop_wrongs():
    for (name, said), how in {
        ("mean_of_means", "counts each batch alike"): {"mean": "batches"},
        ("last_loss", "the last batch alone"): {"mean": "last"},
        ("sum_over_batches", "the sum over the batches"): {"mean": "sum"},
        ("a_loss_for_each_batch", "one loss for each of the 3 epochs"): {"mean": "each"},
        ("mode_left", "call `model.train()`"): {"train": False},
        ("gradients_pile_up", "add up in .grad"): {"empty": None},
        ("emptied_after", "not only after the step"): {"empty": "after"},
        ("one_epoch_less", "6 steps were taken"): {"epochs_of": lambda n: n - 1},
        ("tensors", "holds its whole graph"): {"number": False},
        ("losses_after_the_step", "computed once more, after it"): {"ahead": True},
    }.items():
        work = looped(**how)
        work.__name__ = name
        wrong("training_loop", said)(work)


_loop_wrongs()


@right("training_loop")
def by_epochs(model, optimizer, loss_fn, batches, epochs):
    model.train(True)
    means = []
    while len(means) < epochs:
        total, rows = 0.0, 0
        for x, y in batches:
            for p in model.parameters():
                p.grad = None
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            total, rows = total + float(loss.data) * len(x), rows + len(x)
        means.append(total / rows)
    return means


@right("training_loop")
def emptied_first_and_after(model, optimizer, loss_fn, batches, epochs):
    model.train()
    optimizer.zero_grad()
    means = []
    for _ in range(epochs):
        weighted = []
        for x, y in batches:
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            model.zero_grad()
            weighted.append((loss.item(), len(y)))
        means.append(np.average(*np.transpose(weighted)[:1], weights=np.transpose(weighted)[1]))
    return means


# ------------------------------------------------------------------------------ the closure engine


def quotient(a_bar, b_bar, out=None):
    """A quotient whose two gradients are given."""

    def work(a, b):
        made = Number(a.data / b.data if out is None else out(a.data, b.data), (a, b))

        def send():
            a.collect(a_bar(made.grad, a.data, b.data))
            b.collect(b_bar(made.grad, a.data, b.data))

        made.send = send
        return made

    return work


def _quotient_wrongs():
    def a_right(g, a, b):
        return g / b

    def b_right(g, a, b):
        return -g * a / b**2

    for (name, said), work in {
        ("b_without_the_square", "by b², not by b"): quotient(a_right, lambda g, a, b: -g * a / b),
        ("a_times_b", "divided by b, not multiplied"): quotient(lambda g, a, b: g * b, b_right),
        ("no_upstream", "let g be `out.grad`"): quotient(
            lambda g, a, b: 1 / b, lambda g, a, b: -a / b**2
        ),
        ("b_without_a", "The factor a is missing"): quotient(a_right, lambda g, a, b: -g / b**2),
        ("upside_down_quotient", "It is b / a"): quotient(a_right, b_right, lambda a, b: b / a),
        ("exchanged", "the gradient of the other"): quotient(b_right, a_right),
        ("floor", "`//` rounds down"): quotient(a_right, b_right, lambda a, b: a // b),
        ("b_of_the_square_of_a", "a enters once, not squared"): quotient(
            a_right, lambda g, a, b: -g * a**2 / b**2
        ),
    }.items():
        work.__name__ = name
        wrong("divide", said)(work)


_quotient_wrongs()


@wrong("divide", "don't assign it")
def set_not_collected(a, b):
    out = Number(a.data / b.data, (a, b))

    def send():
        a.grad = out.grad / b.data
        b.grad = -out.grad * a.data / b.data**2

    out.send = send
    return out


@wrong("divide", "`collect` does it")
def added_by_hand(a, b):
    out = Number(a.data / b.data, (a, b))

    def send():
        a.grad += out.grad / b.data
        b.grad += -out.grad * a.data / b.data**2

    out.send = send
    return out


@wrong("divide", "let g be `out.grad`")
def sent_at_once(a, b):
    out = Number(a.data / b.data, (a, b))
    a.collect(np.ones_like(out.data) / b.data)
    b.collect(-a.data / b.data**2 * np.ones_like(out.data))
    return out


@wrong("divide", "must both be parents")
def without_inputs(a, b):
    out = Number(a.data / b.data)

    def send():
        a.collect(out.grad / b.data)
        b.collect(-out.grad * a.data / b.data**2)

    out.send = send
    return out


@wrong("divide", "is `send` attached")
def without_send(a, b):
    return Number(a.data / b.data, (a, b))


@right("divide")
def by_the_result(a, b):
    z = a.data / b.data
    out = Number(z, (a, b))

    def send():
        share = out.grad / b.data
        b.collect(-share * z)
        a.collect(share)

    out.send = send
    return out


@right("divide")
def by_products(a, b):
    one_over = Number(1 / b.data, (b,))
    one_over.send = lambda: b.collect(-one_over.grad * one_over.data**2)
    out = Number(a.data * one_over.data, (a, one_over))

    def send():
        a.collect(out.grad * one_over.data)
        one_over.collect(out.grad * a.data)

    out.send = send
    return out


@wrong("sgd", "Half of the decay is missing")
def half_of_the_decay(p, g, lr=0.1, weight_decay=0.0):
    return p - lr * g - 0.5 * lr * weight_decay * p


@wrong("momentum", "The rate is missing")
def step_without_rate(p, g, v, t, lr=0.05, mu=0.9):
    v = g + mu * v
    return p - v, v


@wrong("adam", "The rate is missing")
def adam_without_rate(p, g, m, v, t, lr=0.05, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    return p - m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@wrong("adam", "with the power t")
def corrections_that_stay(p, g, m, v, t, lr=0.05, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    return p - lr * (m / (1 - beta1)) / (np.sqrt(v / (1 - beta2)) + eps), m, v


def falling(share, last=lambda step, warmup: step < warmup):
    def rate(step, peak, warmup, total):
        if last(step, warmup):
            return peak * (step + 1) / warmup
        if step >= total:
            return 0.0
        return peak * 0.5 * (1 + np.cos(np.pi * share(step, warmup, total)))

    return rate


wrong("schedule", "divide by that, not by `total`")(falling(lambda s, w, n: (s - w) / n))
wrong("schedule", "a step ahead")(falling(lambda s, w, n: (s - w + 1) / (n - w)))
wrong("schedule", "on the way down already")(
    falling(lambda s, w, n: (s - w) / (n - w), lambda s, w: s <= w and w > 0)
)


@wrong("schedule", "from step `total` on, yours is `peak`")
def peak_after_the_end(step, peak, warmup, total):
    if step < warmup:
        return peak * (step + 1) / warmup
    if step >= total:
        return peak
    return peak * np.cos(np.pi * (step - warmup) / (total - warmup) / 2) ** 2


@wrong("clip", "the factor is turned over")
def longer_instead_of_shorter(gradients, limit):
    norm = sum((g * g).sum() for g in gradients) ** 0.5
    return [g * (norm / limit) if norm > limit else g for g in gradients]


@wrong("training_loop", "not once per epoch")
def cleared_once_per_epoch(model, optimizer, loss_fn, batches, epochs):
    model.train()
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad()
        seen = []
        for inputs, target in batches:
            loss = loss_fn(model(inputs), target)
            loss.backward()
            optimizer.step()
            seen.append(loss.item())
        losses.append(sum(seen) / len(seen))
    return losses


def weighted(share):
    def step(model, optimizer, loss_fn, batches):
        sizes = [len(target) for _, target in batches]
        optimizer.zero_grad()
        for (inputs, target), n in zip(batches, sizes, strict=True):
            (loss_fn(model(inputs), target) * share(n, sum(sizes))).backward()
        optimizer.step()

    return step


wrong("training_step", "7, 2 or 3 twelfths")(weighted(lambda n, all_of_them: 1 / all_of_them))
wrong("training_step", "turned over")(weighted(lambda n, all_of_them: all_of_them / n))
wrong("training_step", "square of its share")(
    weighted(lambda n, all_of_them: (n / all_of_them) ** 2)
)
