"""Data sets, loaders and tokenizers."""

from collections import namedtuple
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import data
from tinytorch.core.random import manual_seed
from tinytorch.core.tokenizers import BPETokenizer, CharTokenizer

BOOK = Path(__file__).parents[2] / "book"


def numbers(loader):
    return [batch[0].tolist() for batch in loader]


def test_loader_gives_every_sample_once_in_order():
    loader = data.DataLoader(data.TensorDataset(np.arange(7), np.arange(7) * 2), batch_size=3)
    batches = list(loader)
    assert len(loader) == 3 and [b[0].tolist() for b in batches] == [[0, 1, 2], [3, 4, 5], [6]]
    assert [b[1].tolist() for b in batches] == [[0, 2, 4], [6, 8, 10], [12]]


def test_drop_last_leaves_out_the_smaller_batch():
    loader = data.DataLoader(data.TensorDataset(np.arange(7)), batch_size=3, drop_last=True)
    assert len(loader) == 2 and numbers(loader) == [[0, 1, 2], [3, 4, 5]]


def test_shuffling_follows_the_seed_and_the_epoch():
    samples = data.TensorDataset(np.arange(20))
    one, two = (data.DataLoader(samples, 6, shuffle=True, seed=3) for _ in range(2))
    first, second = numbers(one), numbers(one)
    assert first != second
    assert sorted(chain(*first)) == sorted(chain(*second)) == list(range(20))
    two.set_epoch(1)
    assert numbers(two) == second
    assert numbers(data.DataLoader(samples, 6, shuffle=True, seed=4)) != first


def test_shuffling_without_a_seed_follows_manual_seed():
    samples = data.TensorDataset(np.arange(20))
    orders = []
    for _ in range(2):
        manual_seed(5)
        orders.append(numbers(data.DataLoader(samples, 6, shuffle=True)))
    assert orders[0] == orders[1]


def test_a_batch_is_no_view_of_the_data():
    samples = data.TensorDataset(np.zeros(4, np.float32))
    (batch,) = next(iter(data.DataLoader(samples, 4)))
    batch.data += 1
    assert samples[0][0].item() == 0


class Pairs(data.Dataset):
    def __len__(self):
        return 5

    def __getitem__(self, i):
        return {"x": np.full(2, i, np.float32), "name": str(i), "y": (i, i / 2)}


def test_samples_of_any_structure_are_collated():
    batch = next(iter(data.DataLoader(Pairs(), 3)))
    assert batch["x"].shape == (3, 2) and batch["x"].dtype == np.float32
    assert batch["name"] == ["0", "1", "2"]
    assert batch["y"][0].dtype.kind == "i" and batch["y"][1].tolist() == [0.0, 0.5, 1.0]
    assert batch["y"][1].dtype == np.float32
    sums = data.DataLoader([1, 2, 3], 3, collate_fn=sum)
    assert list(sums) == [6]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: data.DataLoader([], 2), "the data set is empty"),
        (lambda: data.DataLoader([1], 0), "batch_size must be a positive integer, got 0"),
        (lambda: data.TensorDataset(np.zeros(3), np.zeros(4)), r"shapes \(3,\), \(4,\)"),
        (lambda: data.TensorDataset(3.0), r"shapes \(\)"),
        (lambda: data.random_split([1, 2, 3], [1, 1]), "do not divide 3 samples"),
        (lambda: data.random_split([1, 2, 3], [4, -1]), "do not divide 3 samples"),
        (
            lambda: list(data.DataLoader([np.zeros(2), np.zeros(3)], 2)),
            r"samples of shapes \[\(2,\), \(3,\)\] do not stack",
        ),
    ],
)
def test_what_loading_refuses(make, text):
    with pytest.raises(ValueError, match=text):
        make()


def test_random_split_divides_by_counts_and_shares():
    samples = data.TensorDataset(np.arange(10))
    for lengths, sizes in [([7, 3], [7, 3]), ([0.75, 0.25], [8, 2]), ([1 / 3] * 3, [4, 3, 3])]:
        parts = data.random_split(samples, lengths, seed=1)
        assert [len(p) for p in parts] == sizes
        assert sorted(p[i][0].item() for p in parts for i in range(len(p))) == list(range(10))
    again = data.random_split(samples, [7, 3], seed=1)[1]
    assert numbers(data.DataLoader(again, 3)) == [
        [p[0].item() for p in data.random_split(samples, [7, 3], seed=1)[1]]
    ]


# ------------------------------------------------------------------------------- bundled data


def test_digits_are_whole_and_divided():
    train, test = data.digits(), data.digits(train=False)
    assert (len(train), len(test)) == (1437, 360)
    images, labels = train.tensors
    assert images.shape == (1437, 1, 8, 8) and images.dtype == np.float32
    assert (images.data.min(), images.data.max()) == (0, 1) and labels.dtype == np.int64
    counts = np.bincount(np.concatenate([labels.data, test.tensors[1].data]))
    assert counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert round(float(images.data.sum() + test.tensors[0].data.sum()) * 16) == 561718


def test_synthetic_data_follow_the_seed():
    for make in (data.moons, data.spirals, data.reversal, data.sorting):
        one, two, other = make(50, seed=1), make(50, seed=1), make(50, seed=2)
        assert np.array_equal(one.tensors[0], two.tensors[0])
        assert not np.array_equal(one.tensors[0], other.tensors[0])
        assert len(one) == 50
    x, y = data.reversal(5).tensors
    assert np.array_equal(x.data[:, ::-1], y)
    x, y = data.sorting(5).tensors
    assert np.array_equal(np.sort(x, axis=1), y)
    assert data.xor().tensors[1].data.ravel().tolist() == [0, 1, 1, 0]
    assert np.bincount(data.spirals(30, classes=3).tensors[1]).tolist() == [10, 10, 10]
    with pytest.raises(ValueError, match="spirals: 2 points are too few for 3 classes"):
        data.spirals(2)


def test_the_book_is_what_a_reader_hears(tmp_path):
    source = """---
kernel: x
---

(label)=
# Title

A sum of [two terms](#x) makes a {term}`graph`, and one {term}`leaf <leaf>` more.
Here $x = 1$ stands. Another sentence that is kept: it has no formula in it.

```{code-cell} python
x = "Never heard, though it is long enough to be a sentence of its own"
```

$$
y = x
$$ (eq-y)

:::{admonition} Keep
:class: keep
"""
    said = "A sum of two terms makes a graph, and one leaf more."
    said += " Another sentence that is kept: it has no formula in it.\n"
    (tmp_path / "b").mkdir()
    for place in ("a.md", "b/c.md"):
        (tmp_path / place).write_text(source, encoding="utf-8")
    assert data.book_text(tmp_path) == 2 * said
    (tmp_path / "none").mkdir()
    with pytest.raises(FileNotFoundError, match="no chapters"):
        data.book_text(tmp_path / "none")


def test_the_text_that_comes_with_the_package_is_this_book():
    kept, now = (set(data.book_text(at).splitlines()) for at in (None, BOOK))
    assert len(kept & now) > 0.5 * len(kept), "make it anew with keep()"


# --------------------------------------------------------------------------------- tokenizers

TEXTS = [
    "",
    " ",
    "the cat sat on the mat",
    "a\n\n\tb  c ",
    "größer ✓ 中文 🙂",
    "\x00\r\n",
    "ééé",
    "\ud800 a \udfff",
]


@pytest.mark.parametrize("text", TEXTS)
def test_byte_pairs_lose_nothing(text):
    trained = BPETokenizer.train("the theme of the thesis: größer größe", 280)
    assert trained.decode(trained.encode(text)) == text
    assert CharTokenizer(text).decode(CharTokenizer(text).encode(text)) == text


def test_byte_pairs_are_deterministic_and_shorten():
    text = "the theme of the thesis is the thing " * 3
    one, two = BPETokenizer.train(text, 270), BPETokenizer.train(text, 270)
    assert one.merges == two.merges and one.vocab_size == 270
    assert one.pieces[256] == b"th"
    assert BPETokenizer.train("zy zy ab ab", 257).pieces[256] == b" a"  # the smallest of equals
    assert len(one.encode(text)) < len(text) / 2
    assert BPETokenizer(one.merges).encode(text) == one.encode(text)
    assert BPETokenizer.train("ab", 300).vocab_size == 256  # nothing occurs twice


@pytest.mark.parametrize(
    ("act", "text"),
    [
        (lambda: CharTokenizer("ab").encode("abc"), "'c' was not in the text"),
        (lambda: CharTokenizer("ab").decode([2]), "token 2 is out of range for 2 tokens"),
        (lambda: CharTokenizer("ab").decode([-1]), "token -1 is out of range"),
        (lambda: BPETokenizer().decode([256]), "token 256 is out of range"),
        (lambda: BPETokenizer.train("ab", 100), "at least 256"),
        (lambda: BPETokenizer([(0, 256)]), "uses a token not yet made"),
    ],
)
def test_what_tokenizers_refuse(act, text):
    with pytest.raises(ValueError, match=text):
        act()


def test_decoding_takes_tensors():
    assert CharTokenizer("ab").decode(tt.tensor([1, 0])) == "ba"


# ------------------------------------------------------------------- as in torch.utils.data


def order(loader):
    return [int(i) for batch in loader for i in np.ravel(batch)]


class Stream(tt.utils.data.IterableDataset):
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return iter(range(self.n))


class Counted(Stream):
    def __len__(self):
        return self.n


def test_samplers_decide_the_order():
    u, numbers = tt.utils.data, list(range(10))
    assert order(u.DataLoader(numbers, 3, sampler=[4, 4, 1, 0])) == [4, 4, 1, 0]
    assert [b.tolist() for b in u.DataLoader(numbers, batch_sampler=[[1, 2], [3]])] == [[1, 2], [3]]
    loader = u.DataLoader(
        numbers, 4, sampler=u.SubsetRandomSampler([2, 3, 5, 7, 9]), drop_last=True
    )
    assert len(loader) == 1 and set(order(loader)) < {2, 3, 5, 7, 9}
    assert order(u.DataLoader(numbers, 4, sampler=u.SequentialSampler(numbers))) == numbers
    once = u.RandomSampler(numbers, num_samples=25)
    assert len(once) == 25 and sorted(list(once)[:20]) == sorted([*numbers, *numbers])
    again = list(u.RandomSampler(numbers, replacement=True, num_samples=1000))
    assert set(again) == set(numbers) and type(again[0]) is int
    manual_seed(0)
    weighted = u.WeightedRandomSampler([0.0, 1.0, 3.0], 4000)
    assert np.bincount(list(weighted)) / 4000 == pytest.approx([0, 0.25, 0.75], abs=0.03)
    assert sorted(u.WeightedRandomSampler([1, 0, 2.0], 2, replacement=False)) == [0, 2]
    batches = u.BatchSampler(u.SequentialSampler(numbers), 4, drop_last=False)
    assert list(batches) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]] and len(batches) == 3


def test_a_generator_draws_the_order_and_the_parts():
    u, numbers = tt.utils.data, list(range(20))

    def drawn():
        g = tt.Generator().manual_seed(7)
        loader = u.DataLoader(numbers, 6, shuffle=True, generator=g)
        return order(loader), order(loader), [list(p) for p in u.random_split(numbers, [15, 5], g)]

    first = drawn()
    manual_seed(1)
    before = tt.get_rng_state()
    assert drawn() == first and first[0] != first[1]
    assert tt.get_rng_state() == before
    assert sorted(first[2][0] + first[2][1]) == numbers


def test_streams_are_batched_as_they_come():
    u = tt.utils.data
    assert [b.tolist() for b in u.DataLoader(Stream(5), 2)] == [[0, 1], [2, 3], [4]]
    assert [b.tolist() for b in u.DataLoader(Stream(5), 2, drop_last=True)] == [[0, 1], [2, 3]]
    assert list(u.DataLoader(Stream(3), None)) == [0, 1, 2]
    assert len(u.DataLoader(Counted(5), 2)) == 3 and len(u.DataLoader(Counted(5), None)) == 5
    assert order(u.DataLoader(Stream(2) + Stream(3), 4)) == [0, 1, 0, 1, 2]
    with pytest.raises(TypeError, match="Stream has no length"):
        len(u.DataLoader(Stream(5), 2))
    assert u.get_worker_info() is None


def test_without_batches_samples_come_one_by_one():
    pairs = [(np.zeros(2), 1), (np.ones(2), 0)]
    (x, y), (_, z) = tt.utils.data.DataLoader(pairs, batch_size=None)
    assert type(x) is tt.Tensor and x.shape == (2,) and (y, z) == (1, 0)
    assert len(tt.utils.data.DataLoader(pairs, batch_size=None)) == 2


def test_data_sets_are_joined():
    u = tt.utils.data
    both = u.TensorDataset(np.arange(3)) + u.TensorDataset(np.arange(10, 12))
    assert len(both) == 5 and [both[i][0].item() for i in range(-1, 4)] == [11, 0, 1, 2, 10]
    with pytest.raises(IndexError, match="index 5 is out of range for 5 samples"):
        both[5]
    assert order(u.DataLoader(both, 2)) == [0, 1, 2, 10, 11]


def test_many_at_a_time_and_named_tuples():
    class Fetched(tt.utils.data.Dataset):
        def __len__(self):
            return 5

        def __getitems__(self, indices):
            return [Point(i, float(i)) for i in indices]

    Point = namedtuple("Point", "x y")
    batch = next(iter(tt.utils.data.DataLoader(Fetched(), 3)))
    assert batch.x.tolist() == [0, 1, 2] and type(batch).__name__ == "Point"


def test_samples_that_require_gradients_stay_in_the_graph():
    w = tt.tensor([1.0, 2.0, 3.0], requires_grad=True)
    for batch in data.DataLoader(data.TensorDataset(w), 2):
        (batch[0] * 2).sum().backward()
    assert w.grad.tolist() == [2.0, 2.0, 2.0]
    tt.utils.data.default_collate([w[0], w[1]]).sum().backward()
    assert w.grad.tolist() == [3.0, 3.0, 2.0]


def test_workers_are_said_once_to_be_this_process():
    from tinytorch.core import dataloader

    dataloader._say_once.cache_clear()
    with pytest.warns(UserWarning, match="loaded in this process") as said:
        for _ in range(2):
            loader = data.DataLoader([1, 2], 2, num_workers=2, pin_memory=True, prefetch_factor=4)
    assert len(said) == 1 and said[0].filename == __file__
    assert order(loader) == [1, 2]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda u: u.DataLoader([1], shuffle=True, sampler=[0]), "shuffle and sampler both decide"),
        (lambda u: u.DataLoader([1], 2, batch_sampler=[[0]]), "without batch_size and drop_last"),
        (lambda u: u.DataLoader([1], None, drop_last=True), "drop_last needs a batch_size"),
        (lambda u: u.DataLoader(Stream(3), shuffle=True), "has its own order, without shuffle"),
        (lambda u: u.WeightedRandomSampler([[1.0]], 2), r"shape \(1, 1\)"),
        (lambda u: u.RandomSampler([1], num_samples=0), "num_samples must be positive, got 0"),
        (lambda u: u.ConcatDataset([Stream(2)]), "samples by number"),
    ],
)
def test_what_the_loader_refuses(make, text):
    with pytest.raises(ValueError, match=text):
        make(tt.utils.data)


def test_more_samples_are_drawn_than_memory_holds():
    sampler = iter(tt.utils.data.RandomSampler(range(5), replacement=True, num_samples=10**15))
    assert {next(sampler) for _ in range(3000)} == set(range(5))


@pytest.mark.parametrize("named", [False, True])
def test_data_sets_side_by_side_as_in_pytorch(named):
    torch = pytest.importorskip("torch")
    found = []
    for library in tt, torch:
        sets = [range(5, 9), library.utils.data.TensorDataset(library.arange(4) * 2)]
        make = library.utils.data.StackDataset
        stack = make(a=sets[0], b=sets[1]) if named else make(*sets)
        loader = library.utils.data.DataLoader(stack, batch_size=3)
        batches = [list(b.values()) if named else b for b in loader]
        found.append([len(stack), [[n.tolist(), t[0].tolist()] for n, t in batches]])
        for wrong in (), (range(2), range(3)):
            with pytest.raises(ValueError):
                make(*wrong)
        with pytest.raises(ValueError):
            make(range(2), a=range(2))
    assert found[0] == found[1]
