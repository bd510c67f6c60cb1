"""Five models that made history, trained small; the book's pages run them in full."""

import subprocess
import sys

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import nn
from tinytorch.milestones import (
    MILESTONES,
    Run,
    Summary,
    cnn,
    median,
    mlp,
    perceptron,
    transformer,
    xor,
)
from tinytorch.milestones.__main__ import main

TEXT = transformer.Text(["The loss falls, and the weights follow. " * 4] * 20)


def few_sequences(seed, **options):
    return transformer.train_reversal(seed, steps=100, length=4, **options)


def few_letters(seed, **options):
    return transformer.train_language(seed, steps=40, text=TEXT, **options)


RUNS = {  # name: (train, measure, least)
    "perceptron": (perceptron.train, "points right, %", 100),
    "logistic": (perceptron.train_logistic, "loss drop, %", 90),
    "xor": (xor.train, "loss drop, %", 99.9),
    "mlp": (mlp.train, "right on held-out digits, %", 97),
    "cnn": (lambda seed, **o: cnn.train(seed, epochs=2, **o), "right on held-out digits, %", 94),
    "reversal": (few_sequences, "held-out sequences reversed, %", 95),
    "language": (few_letters, "… that changed", 17),
}


@pytest.mark.parametrize("name", RUNS)
def test_it_learns_and_every_parameter_moves(name):
    train, measure, least = RUNS[name]
    seen = []

    def watch(step, model, numbers):
        state = {key: value.copy() for key, value in model.state_dict().items()}
        seen.append((state, nn.gradient_flow(model)))

    run = train(1, watch=watch)
    assert run[measure] >= least, run.measures
    parameters = dict(run.model.named_parameters())
    if name not in ("reversal", "language"):  # they count by themselves
        assert any(flow.share == 1 for _, flow in seen)
        for key, value in parameters.items():
            assert any(not np.array_equal(value.data, state[key]) for state, _ in seen), key
    else:
        assert run["… that received a gradient"] == run["… that changed"] == len(parameters)


def test_a_seed_repeats_its_run():
    one, two, other = (xor.train(seed, steps=20) for seed in (3, 3, 4))
    assert one.history == two.history != other.history


def test_one_layer_cannot_learn_exclusive_or():
    run = xor.train_one_layer(0)
    assert run["last loss"] == pytest.approx(np.log(2), abs=1e-5)


def test_the_split_holds_out_digits_that_are_nowhere_else():
    known, held = mlp.split()
    assert (len(known), len(held)) == (1437, 360)
    images, labels = (t.numpy() for t in held.tensors)
    assert set(labels) == set(range(10))
    both = {image.tobytes() for image in known.tensors[0].numpy()}
    assert sum(image.tobytes() in both for image in images) == 0


@pytest.mark.parametrize(("down", "right"), [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -2), (3, -1)])
def test_a_shift_moves_the_ink_and_loses_what_leaves(down, right):
    image = np.arange(1.0, 65).reshape(1, 1, 8, 8)
    moved = mlp.shifted(image, down, right)
    for i, j in np.ndindex(8, 8):
        inside = 0 <= i - down < 8 and 0 <= j - right < 8
        assert moved[0, 0, i, j] == (image[0, 0, i - down, j - right] if inside else 0)


def test_the_text_and_its_baselines():
    assert TEXT.decode(TEXT.known[:9]) == "The loss "
    assert TEXT.decode(TEXT.encode("loss")) == "loss"
    assert len(TEXT.known) == 9 * len(TEXT.held) + 8  # eighteen paragraphs, and two
    letters = np.bincount(TEXT.known, minlength=len(TEXT.letters)) + 1
    by_hand = -np.log((letters / letters.sum())[TEXT.held[1:]]).mean()
    assert TEXT.unigram_loss() == pytest.approx(by_hand)
    assert 0 < TEXT.bigram_loss() < TEXT.unigram_loss()


def test_the_loss_of_no_knowledge_is_that_of_guessing():
    tt.manual_seed(0)
    model = nn.GPT(len(TEXT.letters), 8, 1, 1, transformer.WINDOW)
    for p in model.parameters():
        p.data[...] = 0
    guessing = np.log(len(TEXT.letters))
    assert transformer.held_out_loss(model, TEXT) == pytest.approx(guessing, rel=1e-5)


def test_the_table_gives_median_and_range():
    runs = [
        Run(i, None, {"right, %": r, "epochs": e})
        for i, (r, e) in enumerate([(99, 3), (97.5, 5), (98, 4)])
    ]
    assert median(runs, "right, %") == 98
    table = Summary({"one": runs, "two": runs[:1]})
    assert table._repr_markdown_().splitlines() == [
        "| median (least to most) | one, 3 seeds | two, 1 seed |",
        "| --- | --- | --- |",
        "| right, % | 98.00 (97.50 to 99.00) | 99.00 |",
        "| epochs | 4 (3 to 5) | 3 |",
    ]


def test_the_command_lists_the_milestones(capsys):
    main([])
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == list(MILESTONES)


@pytest.mark.parametrize("arguments", [["lenet"], ["xor", "--seeds", "0"], ["xor", "--seeds", "x"]])
def test_the_command_refuses_what_it_does_not_know(arguments, capsys):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "usage: python -m tinytorch.milestones" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["xor", "mlp"])
def test_the_command_runs_without_a_display(name, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    command = [sys.executable, "-m", "tinytorch.milestones", name, "--seeds", "2"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "seed 1, " in done.stdout  # progress
    assert "median (least to most)" in done.stdout
