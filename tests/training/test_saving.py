"""Files: what they keep, and that a damaged one is always refused by the same error."""

import io
import json
import os
import zipfile

import numpy as np
import pytest

import tinytorch as tt
from tinytorch import nn, optim, safetensors
from tinytorch.core.training import saving

STATE = {
    "a": [1, 2.5, None, True, "text ✓ \ud800", (3, float("inf"))],
    4: {"array": np.arange(6, dtype=np.float64).reshape(2, 3).T, "empty": np.zeros((0, 2))},
    "tensor": tt.tensor([1.0, 2.0]),
    "big": 2**127 + 1,
    "scalar": np.float32(0.1),
    None: {2.5: "keys", True: [], "": {}},
}


def test_every_kind_of_value_comes_back(tmp_path):
    tt.save(STATE, tmp_path / "f")
    back = tt.load(tmp_path / "f")
    assert list(back) == list(STATE)
    assert all(back[key] == STATE[key] for key in ("a", "big", None))
    assert np.array_equal(back[4]["array"], STATE[4]["array"]) and back[4]["empty"].shape == (0, 2)
    assert type(back[4]["array"]) is np.ndarray and back["scalar"] == np.float32(0.1)
    assert type(back["tensor"]) is tt.Tensor and back["tensor"].tolist() == [1.0, 2.0]


def test_tensors_come_back_as_what_they_were(tmp_path):
    leaf = tt.tensor([1.0], requires_grad=True)
    state = {
        "leaf": leaf,
        "result": leaf * 2,
        "parameter": nn.Parameter(tt.ones(2, 2)),
        "frozen": nn.Parameter(tt.ones(1), requires_grad=False),
        "scalar": tt.tensor(3),
    }
    tt.save(state, tmp_path / "f")
    back = tt.load(tmp_path / "f")
    kinds = {name: (type(t), t.requires_grad, t.shape, t.dtype) for name, t in back.items()}
    assert kinds == {
        "leaf": (tt.Tensor, True, (1,), np.float32),
        "result": (tt.Tensor, False, (1,), np.float32),
        "parameter": (nn.Parameter, True, (2, 2), np.float32),
        "frozen": (nn.Parameter, False, (1,), np.float32),
        "scalar": (tt.Tensor, False, (), np.int64),
    }
    (back["leaf"] * 3).backward()
    assert back["leaf"].grad.tolist() == [3.0]


def test_file_objects_and_arguments_of_pytorch(tmp_path):
    model = nn.Linear(2, 1)
    file = io.BytesIO()
    file.write(b"before")
    tt.save(
        {"model": model.state_dict(), "optim": optim.Adam(model.parameters()).state_dict()}, file
    )
    file.seek(len(b"before"))
    state = tt.load(file, map_location="cpu", weights_only=True)
    other = nn.Linear(2, 1)
    other.load_state_dict(state["model"])
    assert np.array_equal(other.weight, model.weight)
    path = tmp_path / "f"
    with open(path, "wb") as f:
        tt.save([1], f)
    with open(path, "rb") as f:
        assert tt.load(f, lambda storage, loc: storage, weights_only=False) == [1]
    assert tt.load(str(path), map_location={"cuda:0": "cpu"}) == [1]
    with pytest.raises(ValueError, match="only the CPU is there, got map_location 'cuda:0'"):
        tt.load(path, map_location="cuda:0")
    with pytest.raises(FileNotFoundError):
        tt.load(tmp_path / "missing")
    with pytest.raises(saving.CheckpointError, match="the file: not a whole checkpoint"):
        tt.load(io.BytesIO(b"nothing"))


def same(a, b):
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, (tt.Tensor, np.ndarray)):
        return np.array_equal(a, b) and a.dtype == b.dtype
    return a == b


@pytest.fixture(scope="module")
def whole():
    file = io.BytesIO()
    manual = nn.Linear(2, 2)
    tt.save({"model": manual.state_dict(), "epoch": 3, "name": "run"}, file)
    return file.getvalue()


def test_every_flipped_bit_is_noticed(whole):
    """One bit of each byte, another one each time; `Error` is the only way out."""
    missed = []
    for i in range(len(whole)):
        damaged = bytearray(whole)
        damaged[i] ^= 1 << i % 8
        try:
            saving.load(io.BytesIO(bytes(damaged)))
            missed.append(i)
        except saving.CheckpointError:
            pass
    assert not missed


def test_every_cut_is_noticed(whole):
    for n in range(0, len(whole), 7):
        with pytest.raises(saving.CheckpointError, match="not a whole checkpoint"):
            saving.load(io.BytesIO(whole[:n]))
    with pytest.raises(saving.CheckpointError):
        saving.load(io.BytesIO(whole + b"."))


def forged(tree, *arrays, compression=zipfile.ZIP_STORED, raw=None):
    """A file as an attacker writes it: with the right digest, so that nothing but its contents can
    give it away.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr("tree.json", raw or json.dumps({"format": saving._FORMAT, "state": tree}))
        for i, array in enumerate(arrays):
            archive.writestr(f"{i}.npy", array)
        archive.comment = b"-" * 64
    file.seek(0)
    file.write(file.read(0))
    digest = saving._digest(file, len(file.getvalue()) - 64)
    file.write(digest)
    return file.getvalue()


def header(shape, dtype="'<f4'", extra=b""):
    text = f"{{'descr': {dtype}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    text += b" " * (118 - len(text)) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + extra


DEEP = '{"format": "tinytorch checkpoint 2", "state": ' + '["list", [' * 3000 + "]]" * 3000 + "}"
DEEPER = '{"format": "tinytorch checkpoint 2", "state": ' + "[" * 200_000 + "]" * 200_000 + "}"
FORGERIES = {
    "absurd shape": forged(["tensor", 0], header((10**15,))),
    "absurd product": forged(["tensor", 0], header((2**40, 2**40))),
    "negative shape": forged(["tensor", 0], header((-4,))),
    "shape of no numbers": forged(["tensor", 0], header((0, -4))),
    "too little": forged(["array", 0], header((4,), extra=b"1234")),
    "too much": forged(["array", 0], header((1,), extra=b"12345678")),
    "objects": forged(["array", 0], header((1,), "'|O'", b"12345678")),
    "structure": forged(["tensor", 0], header((1,), "[('a', '<f4')]", b"1234")),
    "complex": forged(["tensor", 0], header((1,), "'<c8'", b"12345678")),
    "no header": forged(["array", 0], b"\x93NUMPY\x09\x00"),
    "not there": forged(["array", 7]),
    "not a number": forged(["array", "../0"]),
    "unknown kind": forged(["set", [1]]),
    "no kind": forged([1, 2, 3]),
    "list as key": forged(["dict", [[["list", []], 1]]]),
    "no pairs": forged(["dict", 3]),
    "not a tree": forged(None, raw="[1]"),
    "no json": forged(None, raw="{"),
    "a number too long": forged(None, raw="9" * 10_000),
    "deep": forged(None, raw=DEEP),
    "deeper": forged(None, raw=DEEPER),
    "bomb": forged(["list", [0] * 100_000], compression=zipfile.ZIP_DEFLATED),
    "other format": forged(None, raw='{"format": "tinytorch checkpoint 9", "state": 1}'),
}


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_forged_file_is_refused(kind):
    with pytest.raises(saving.CheckpointError, match="the file: "):
        saving.load(io.BytesIO(FORGERIES[kind]))


def test_what_forged_forges_is_read_when_it_is_right():
    array = header((2,), extra=np.float32([1, 2]).tobytes())
    back = saving.load(io.BytesIO(forged(["list", [["tensor", 0], 5]], array)))
    assert back[0].tolist() == [1.0, 2.0] and back[1] == 5
    older = forged(None, raw='{"format": "tinytorch checkpoint 1", "state": ["tuple", [1]]}')
    assert saving.load(io.BytesIO(older[:-66] + b"\0\0")) == (1,)


def test_a_file_of_pytorch_is_named(tmp_path):
    torch = pytest.importorskip("torch")
    torch.save({"weight": torch.ones(2)}, tmp_path / "model.pt")
    with pytest.raises(saving.CheckpointError, match=r"model.pt: written by PyTorch with pickle"):
        tt.load(tmp_path / "model.pt")


def test_what_cannot_be_saved_leaves_the_old_file(tmp_path):
    path = tmp_path / "f"
    saving.save({"a": 1}, path)
    itself = []
    itself.append(itself)
    for state, error, text in [
        ({"x": [1, object()]}, TypeError, r"state\['x'\]\[1\] is a object"),
        ({"x": np.array([None])}, TypeError, "state\\['x'\\] is a ndarray"),
        ({(1, 2): 3}, TypeError, "the keys of state must be"),
        (nn.Linear(1, 1), TypeError, r"is a Linear; .* such as its state_dict\(\)"),
        (itself, ValueError, r"nested more than 100 deep \(or holds itself\)"),
    ]:
        with pytest.raises(error, match=text):
            saving.save(state, path)
        with pytest.raises(error, match=text):
            saving.save(state, file := io.BytesIO())
        assert not file.getvalue()
    assert saving.load(path) == {"a": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["f"]


# -------------------------------------------------------------------------------- safetensors


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Embedding(3, 2), nn.Linear(2, 3, bias=False)
        self.last.weight = self.first.weight
        self.norm = nn.BatchNorm1d(2)


def test_weights_travel_by_safetensors(tmp_path):
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file, save_file

    path = tmp_path / "model.safetensors"
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    safetensors.save_file(model.state_dict(), path, {"made": "here"})
    twin = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
    keys = twin.load_state_dict(load_file(path), strict=False)
    assert not keys.unexpected_keys
    x = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    ours, theirs = model.eval()(tt.tensor(x)), twin.eval()(torch.tensor(x))
    np.testing.assert_allclose(ours.detach(), theirs.detach(), rtol=1e-5, atol=1e-6)
    with torch.no_grad():
        for p in twin.parameters():
            p.add_(1.0)
    save_file(twin.state_dict(), path)
    model.load_state_dict(safetensors.load_file(path), strict=False)
    ours, theirs = model(tt.tensor(x)), twin(torch.tensor(x))
    np.testing.assert_allclose(ours.detach(), theirs.detach(), rtol=1e-5, atol=1e-6)
    kinds = {
        "half": torch.tensor([1.5, -2.0]).half(),
        "brain": torch.tensor([1.5, -2.0]).bfloat16(),
        "mask": torch.tensor([True, False]),
        "scalar": torch.tensor(3),
        "empty": torch.zeros(0, 2),
    }
    save_file(kinds, path)
    back = safetensors.load_file(path)
    assert {name: str(t.dtype) for name, t in back.items()} == {
        "half": "float16",
        "brain": "float32",
        "mask": "bool",
        "scalar": "int64",
        "empty": "float32",
    }
    assert back["brain"].tolist() == [1.5, -2.0] and back["scalar"].shape == ()


def test_tied_weights_travel_once(tmp_path):
    path = tmp_path / "model.safetensors"
    model, other = Tied(), Tied()
    safetensors.save_model(model, path)
    names = list(safetensors.load_file(path))
    assert len([n for n in names if n in ("first.weight", "last.weight")]) == 1
    assert safetensors.load_model(other, path) == ([], [])
    assert np.array_equal(other.last.weight, model.first.weight)
    assert other.last.weight is other.first.weight
    safetensors.save_file({"first.weight": model.first.weight}, path)
    with pytest.raises(RuntimeError, match=r"missing .*norm"):
        safetensors.load_model(other, path)
    missing, unexpected = safetensors.load_model(other, path, strict=False)
    assert "norm.weight" in missing and not unexpected


def test_what_safetensors_refuse(tmp_path):
    path = tmp_path / "f"
    with pytest.raises(TypeError, match="'a' is of complex64"):
        safetensors.save_file({"a": np.zeros(2, np.complex64)}, path)
    assert not list(tmp_path.iterdir())
    safetensors.save_file({"a": tt.ones(3)}, path)
    for harm in (b"", path.read_bytes()[:-2], b"\xff" * 100):
        (tmp_path / "g").write_bytes(harm)
        with pytest.raises(saving.CheckpointError, match="g: no whole safetensors file"):
            safetensors.load_file(tmp_path / "g")
    with pytest.raises(ValueError, match="only the CPU is there"):
        safetensors.load_file(path, "cuda")
    with pytest.raises(FileNotFoundError):
        safetensors.load_file(tmp_path / "missing")
    assert os.listdir(tmp_path).count("f") == 1
