"""The milestones: each page trains, asserts what it shows, and judges the reader's work."""

import ast
import re

import numpy as np
import pytest
from chapters import ROOT, Chapter, names

from tinytorch import data, nn
from tinytorch.milestones import MILESTONES, carriers, cnn, mlp, perceptron, transformer, xor

PAGES = {name: Chapter(ROOT / "book" / "milestones" / f"{name}.md") for name in MILESTONES}
every_page = pytest.mark.parametrize("name", PAGES)


def losses(name):
    """The losses whose gradients the page follows, untrained."""
    images, labels = mlp.split()[1][:2]
    points, sides = perceptron.points().tensors
    four, either = data.xor().tensors
    tokens = data.reversal(2, 4).tensors[0].numpy()
    return {
        "perceptron": lambda: perceptron.perceptron_loss(perceptron.Perceptron()(points), sides),
        "xor": lambda: nn.BCEWithLogitsLoss()(xor.TwoLayers()(four), either),
        "mlp": lambda: nn.CrossEntropyLoss()(mlp.MLP()(images), labels),
        "cnn": lambda: nn.CrossEntropyLoss()(cnn.CNN()(images), labels),
        "transformer": lambda: transformer.next_token_loss(transformer.Reverser(), tokens),
    }[name]()


@every_page
def test_every_class_that_carried_the_gradient_is_linked(name):
    missing = [c for c in carriers(losses(name)) if f"[`{c}`](#{c})" not in PAGES[name].text]
    assert missing == []


@every_page
def test_it_has_the_arc_of_a_milestone(name):
    page = PAGES[name]
    year = MILESTONES[name][:4]
    assert re.search(
        rf"^\({name}\)=\n# Milestone: .*, {year}\n\n\*Before this: \[", page.text, re.M
    )
    arc = ["The model in a screenful", "Several seeds", "Build it"]
    starts = [page.section(heading)[0] for heading in arc]
    assert starts == sorted(starts)
    assert page.text.index("{admonition} Predict") < starts[0]
    assert "failed before it" in page.text
    assert any(cell.calls("source") for cell in page.cells_in(arc[0]))
    tables = [cell for cell in page.cells_in(arc[1]) if cell.calls("Summary")]
    asserts = [
        n for c in page.cells_in(arc[1]) for n in ast.walk(c.tree) if isinstance(n, ast.Assert)
    ]
    assert tables and len(asserts) >= 2
    assert (
        f"python -m tinytorch.milestones {name}"
        in page.text[page.text.index("{admonition} Keep") :]
    )


CHECKS = {  # name: (the check, what else it needs)
    "perceptron": ("check_rule",),
    "xor": ("check_weights",),
    "mlp": ("check_backward", "forward"),
    "cnn": ("check_field", "reach"),
    "transformer": ("check_weights",),
}


@pytest.mark.parametrize("name", CHECKS)
def test_stub_is_not_written_and_solution_is_right(name):
    space = names(f"milestones/{name}", *CHECKS[name])
    *_, stub, solution = (cell.code for cell in PAGES[name].cells)
    for code, passed in [(stub, None), (solution, True)]:
        *body, last = code.rstrip().splitlines()
        exec("\n".join(body), space)
        answer = eval(last, space)
        assert answer.passed is passed, str(answer)
    between = PAGES[name].text[PAGES[name].cells[-2].start : PAGES[name].cells[-1].start]
    assert len(re.findall(r"^:::\{dropdown\} Hint \d", between, re.M)) >= 2


def says(name, work, said):
    answer = names(f"milestones/{name}", *CHECKS[name])[CHECKS[name][0]](work)
    assert answer.passed is False
    assert said in str(answer)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (lambda w, b, x, t: (w + t * x, b + t), "The answer was right, so nothing changes"),
        (lambda w, b, x, t: (w, b), "this point has to change the weights"),
        (lambda w, b, x, t: w + t * x, "Return two things"),
        (
            lambda w, b, x, t: (w - t * x, b - t) if t * (w @ x + b) <= 0 else (w, b),
            "the sign is turned",
        ),
        (
            lambda w, b, x, t: (w + t * x, b) if t * (w @ x + b) <= 0 else (w, b),
            "The bias learns too",
        ),
        (
            lambda w, b, x, t: (w + x, b + 1) if t * (w @ x + b) <= 0 else (w, b),
            "The side is missing",
        ),
        (lambda w, b, x, t: (w, b + t * x), "`b` is one number"),
        (
            lambda w, b, x, t: (w + t * x, b + t) if t * (w @ x) <= 0 else (w, b),
            "Is `b` in your score?",
        ),
        (
            lambda w, b, x, t: (w + t * x, b + t) if t * (w @ x + b) < 0 else (w, b),
            "exactly 0 is no answer",
        ),
        (
            lambda w, b, x, t: (
                (w - (w @ x + b) * x, b - (w @ x + b)) if t * (w @ x + b) <= 0 else (w, b)
            ),
            "By how much is t alone",
        ),
        (
            lambda w, b, x, t: (w + t * x / 2, b + t / 2) if t * (w @ x + b) <= 0 else (w, b),
            "Your step is 0.5 t x",
        ),
        (
            lambda w, b, x, t: (w + t * x, b - t) if t * (w @ x + b) <= 0 else (w, b),
            "The new `b` is the old one plus t",
        ),
    ],
)
def test_the_perceptron_page_names_the_mistake(rule, said):
    says("perceptron", rule, said)


def test_a_rule_that_changes_its_arrays_in_place_is_right_too():
    def rule(w, b, x, t):
        if t * (w @ x + b) <= 0:
            w += t * x
            b += t
        return w, b

    assert names("milestones/perceptron", "check_rule")["check_rule"](rule).passed is True


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        (([[4, 4], [4, 4]], [-2, -6], [1, -1]), "Return four things"),
        (([4, 4], [-2, -6], [1, -1], -1), "`W` has shape (2,), not (2, 2)"),
        (([[4, 4], [4, 4]], [-2, -6], [1, -1], 1), "change `v` and `c`"),
        (([[4, 4], [4, 4]], [-2, -2], [1, -1], -1), "Both hidden units cut along the same line"),
        (([[4, 4], [4, -4]], [-20, -20], [1, -1], -1), "change `W` and `b`"),
        (([[4, 4], [4, 4]], [-2, -6], [0.01, -0.01], -0.01), "make the weights larger"),
    ],
)
def test_the_page_of_exclusive_or_names_the_mistake(weights, said):
    says("xor", lambda: weights, said)


def by_hand(x, h, probabilities, labels, W2, *, mean=True, gate=True, truth=1, sign=1):
    """The gradients of W1, b1, W2 and b2, or what a slip makes of them."""
    delta = sign * probabilities
    delta[np.arange(len(x)), labels] -= sign * truth
    delta /= len(x) if mean else 1
    below = delta @ W2
    below = below * {True: h > 0, False: 1, "h": h, "below": below > 0}[gate]
    return below.T @ x, below.sum(0), delta.T @ h, delta.sum(0)


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        ({"mean": False}, "7 times too large"),
        ({"gate": False}, "ignores the ReLU"),
        ({"gate": "h"}, "h itself as the gate"),
        ({"truth": 0}, "lacks the truth"),
        ({"sign": -1}, "has the wrong sign"),
        ({"gate": "below"}, "cut where the gradient is negative"),
    ],
)
def test_the_page_of_the_mlp_names_the_slip(slip, said):
    says("mlp", lambda *values: by_hand(*values, **slip), said)


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        (lambda W1, b1, W2, b2: (W1.T, b1, W2, b2), "(12, 64). Transpose it."),
        (lambda W1, b1, W2, b2: (W1, b1, W2.T, b2), "`W2` has shape (12, 10)"),
        (lambda W1, b1, W2, b2: (W1, b1, W2, np.ones((7, 10))), "Sum over the batch"),
        (lambda W1, b1, W2, b2: (W1, b1, W2, b2 / 7), "7 times too small"),
        (lambda W1, b1, W2, b2: (W1, 2 * b1, W2, b2), "`b1` differs from the engine's"),
        (lambda W1, b1, W2, b2: W1, "Return four gradients"),
    ],
)
def test_the_page_of_the_mlp_names_the_shape(turn, said):
    says("mlp", lambda *values: turn(*by_hand(*values)), said)


def seen(layers, step):
    """The width of a value by `step`, which goes on from layer to layer."""
    width, apart = 1, 1
    for kernel, stride in layers:
        width, apart = step(width, apart, kernel, stride)
    return width


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (lambda layers: 1 + sum(k - 1 for k, _ in layers), "further apart in the image"),
        (lambda layers: sum(k for k, _ in layers), "a layer adds its kernel size minus 1"),
        (lambda layers: np.prod([k for k, _ in layers], initial=1), "don't multiply"),
        (
            lambda layers: (
                1
                + sum(
                    (k - 1) * np.prod([s for _, s in layers[: i + 1]])
                    for i, (k, _) in enumerate(layers)
                )
            ),
            "not on itself",
        ),
        (lambda layers: 8, "sees 3 pixels in a row, yours 8"),
        (lambda layers: seen(layers, lambda w, apart, k, s: (w + k * apart, apart * s)), "counted"),
        (
            lambda layers: seen(layers, lambda w, apart, k, s: (w + (k - 1) * apart, apart + s)),
            "Strides multiply",
        ),
        (
            lambda layers: seen(layers, lambda w, apart, k, s: (w + (k - 1) * s, 1)),
            "not this layer's own",
        ),
        (
            lambda layers: seen(
                layers[::-1], lambda w, apart, k, s: (w + (k - 1) * apart, apart * s)
            ),
            "from the image on",
        ),
        (lambda layers: None, "Return one number"),
    ],
)
def test_the_page_of_the_cnn_names_the_mistake(field, said):
    says("cnn", field, said)


def softmax(scores, axis=1):
    with np.errstate(invalid="ignore"):
        e = np.exp(scores - scores.max(axis=axis, keepdims=True))
        return e / e.sum(axis=axis, keepdims=True)


def blind(scores, value=-np.inf, diagonal=0):
    return np.where(np.tri(len(scores), k=diagonal, dtype=bool), scores, value)


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        (lambda q, k: softmax(q @ k.T / np.sqrt(q.shape[1])), "the mask is missing"),
        (lambda q, k: softmax(blind(q @ k.T)), "not divided by √d"),
        (lambda q, k: blind(softmax(q @ k.T / np.sqrt(q.shape[1])), 0), "before the softmax"),
        (lambda q, k: softmax(blind(q @ k.T / np.sqrt(q.shape[1]), 0)), "use minus infinity"),
        (lambda q, k: softmax(blind(q @ k.T / np.sqrt(q.shape[1])), 0), "goes along each row"),
        (lambda q, k: softmax(blind(q @ k.T / np.sqrt(q.shape[1]), diagonal=-1)), "are nan"),
        (lambda q, k: softmax(blind(q @ k.T / q.shape[1])), "divide by its root"),
        (lambda q, k: softmax(blind(k @ q.T / np.sqrt(q.shape[1]))), "are exchanged"),
        (lambda q, k: softmax(blind(q @ k.T / np.sqrt(len(q)))), "not of the number of positions"),
        (lambda q, k: softmax(blind(q @ q.T / np.sqrt(q.shape[1]))), "compared with queries"),
        (lambda q, k: blind(np.exp(q @ k.T / np.sqrt(q.shape[1])), 0), "the sum of its row"),
        (lambda q, k: softmax(blind(q @ k.T / 3)), "differ by up to"),
        (lambda q, k: q @ k.T @ q, "yours (4, 16)"),
    ],
)
def test_the_page_of_the_transformer_names_the_mistake(weights, said):
    says("transformer", weights, said)
