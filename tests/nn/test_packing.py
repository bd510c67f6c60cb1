"""Packed sequences and recurrent layers that read them, beside PyTorch."""

import numpy as np
import pytest

import tinytorch as tt
from tinytorch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

torch = pytest.importorskip("torch")
from torch.nn.utils import rnn as theirs  # noqa: E402

BLOCK = np.random.default_rng(1).normal(size=(5, 3, 2))


def both(f):
    """The numbers that f gives with each library and its tools."""
    results = []
    for t, tools in ((tt, tt.nn.utils.rnn), (torch, theirs)):
        results.append([np.asarray(x.detach()) for x in f(t, tools)])
    return results


def same(f, tolerance=1e-12):
    ours, expected = both(f)
    assert len(ours) == len(expected)
    for a, b in zip(ours, expected, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("lengths", [[5, 3, 1], [2, 5, 2], [4, 4, 4]])
@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("options", [{}, {"padding_value": -1.0}, {"total_length": 7}])
def test_there_and_back(lengths, batch_first, options):
    def run(t, tools):
        x = t.tensor(BLOCK, requires_grad=True)
        block = x.transpose(0, 1) if batch_first else x
        packed = tools.pack_padded_sequence(block, lengths, batch_first, enforce_sorted=False)
        z, found = tools.pad_packed_sequence(packed, batch_first, **options)
        (z * z).sum().backward()
        return packed.data, packed.batch_sizes, packed.sorted_indices, z, found, x.grad

    same(run)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("lengths", [[5, 3, 1], [2, 5, 2]])
def test_recurrent_layers_stop_where_a_sequence_ends(kind, bidirectional, lengths):
    size = 2 * (1 + bidirectional), 3, 4
    states = [np.random.default_rng(i).normal(size=size) for i in range(1 + (kind == "LSTM"))]

    def run(t, tools):
        layer = getattr(t.nn, kind)(2, 4, num_layers=2, bidirectional=bidirectional).double()
        for i, p in enumerate(layer.parameters()):
            values = t.tensor(np.random.default_rng(i).normal(size=tuple(p.shape)))
            with t.no_grad():
                p.copy_(values)
        x = t.tensor(BLOCK, requires_grad=True)
        state = tuple(t.tensor(s) for s in states)
        state = state if kind == "LSTM" else state[0]
        packed = tools.pack_padded_sequence(x, lengths, enforce_sorted=False)
        output, last = layer(packed, state)
        z, _ = tools.pad_packed_sequence(output)
        last = last if isinstance(last, tuple) else (last,)
        (z.sum() + sum((s * s).sum() for s in last)).backward()
        return z, *last, x.grad, *(p.grad for p in layer.parameters())

    same(run, 1e-9)


def test_what_does_not_fit_is_refused():
    x = tt.ones(4, 2, 3)
    with pytest.raises(ValueError, match=r"lengths \[4, 5\] for a block of 4 steps"):
        pack_padded_sequence(x, [4, 5])
    with pytest.raises(RuntimeError, match="do not begin with the longest"):
        pack_padded_sequence(x, [2, 4])
    packed = pack_padded_sequence(x, [4, 2])
    assert isinstance(packed, PackedSequence)
    with pytest.raises(ValueError, match="total_length 3 is less than the longest, 4"):
        pad_packed_sequence(packed, total_length=3)
