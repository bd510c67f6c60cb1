"""Heavy cells do all their work on an ordinary machine, and say so where they do less."""

import pytest

from tinytorch import book


@pytest.mark.parametrize(
    ("slow", "work", "least", "done", "said"),
    [
        (1.0, 100, 1, 100, ""),
        (4.0, 100, 1, 25, "(matrix products are slow here: 25 of 100 rounds)\n"),
        (50.0, 100, 3, 3, "(matrix products are slow here: 3 of 100 rounds)\n"),
        (4.0, 2, 5, 2, ""),
    ],
)
def test_the_work_fits_the_machine(monkeypatch, capsys, slow, work, least, done, said):
    monkeypatch.setattr(book, "slowness", lambda: slow)
    assert book.scaled(work, "rounds", least) == done
    assert capsys.readouterr().out == said


def test_this_machine_is_measured_once():
    assert book.slowness() >= 1
    assert book.slowness() == book.slowness()
