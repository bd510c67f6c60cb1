"""The files of the page's Python: fetched once, each compared with its digest."""

import json

import pytest
from books import ROOT
from serving import serve


@pytest.fixture
def pyodide(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "book" / "_ext")
    from tinytorch_book import pyodide

    monkeypatch.delenv(pyodide.VARIABLE, raising=False)
    return pyodide


@pytest.fixture
def release(pyodide, tmp_path, monkeypatch):
    """Return a folder that holds a small release, which is what is pinned."""
    place = tmp_path / "release"
    place.mkdir()
    for name in ("core.js", "package.whl"):
        (place / name).write_text(f"contents of {name}")
    pins = {
        "release": "0.0",
        "address": "https://example.org/",
        "core": {"core.js": {"bytes": 19, "sha256": pyodide.digest(place / "core.js")}},
        "lock": {
            "info": {},
            "packages": {
                "package": {
                    "file_name": "package.whl",
                    "sha256": pyodide.digest(place / "package.whl"),
                }
            },
        },
    }
    pinned = tmp_path / "pyodide.json"
    pinned.write_text(json.dumps(pins))
    monkeypatch.setattr(pyodide, "PINNED", pinned)
    return place


def test_what_is_pinned_names_every_file_and_its_digest(pyodide):
    pins = pyodide.pinned()
    digests = pyodide.digests(pins)
    assert {"pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip"} < set(digests)
    assert all(len(value) == 64 for value in digests.values())
    assert f"v{pins['release']}/" in pins["address"]
    packages = pins["lock"]["packages"]
    assert {"numpy", "traitlets", "matplotlib"} < set(packages)
    assert all(set(package["depends"]) <= set(packages) for package in packages.values())


def test_fetches_what_is_missing_and_nothing_else(pyodide, release, tmp_path, capsys):
    place = tmp_path / "cache"
    with serve(release) as server:
        assert pyodide.main([str(place), "--from", server.address]) == 0
        assert pyodide.missing(place) == []
        assert "is complete: Pyodide 0.0." in capsys.readouterr().out
        server.asked.clear()
        assert pyodide.main([str(place), "--from", server.address]) == 0
        assert server.asked == []
        (place / "core.js").write_text("another")
        (place / "mine.txt").write_text("stays")
        assert pyodide.missing(place) == ["core.js"]
        assert pyodide.main([str(place), "--from", server.address]) == 0
        assert server.asked == ["/core.js"]
    assert (place / "mine.txt").exists()
    assert not list(place.glob("*.part"))


@pytest.mark.parametrize("fault", ["changed", "missing", "cut"])
def test_a_file_that_is_not_the_pinned_one_is_refused(pyodide, release, tmp_path, capsys, fault):
    place = tmp_path / "cache"
    with serve(release) as server:
        server.faults["package.whl"] = fault
        assert pyodide.main([str(place), "--from", server.address]) == 1
        said = capsys.readouterr().err
        assert "package.whl could not be had" in said
        assert server.address in said
        assert sorted(path.name for path in place.iterdir()) == ["core.js"]
        # a second source helps
        assert pyodide.main([str(place), "--from", server.address, "--from", str(release)]) == 0
    assert pyodide.missing(place) == []


def test_no_network_is_said(pyodide, release, tmp_path, capsys):
    assert pyodide.main([str(tmp_path / "cache"), "--from", "http://127.0.0.1:9"]) == 1
    assert "core.js could not be had. http://127.0.0.1:9: " in capsys.readouterr().err


def test_a_variable_names_another_folder(pyodide, monkeypatch, tmp_path):
    assert pyodide.folder(tmp_path) == tmp_path / ".pyodide"
    monkeypatch.setenv(pyodide.VARIABLE, str(tmp_path / "other"))
    assert pyodide.folder(tmp_path) == tmp_path / "other"
    assert pyodide.FOLDER + "/" in (ROOT / ".gitignore").read_text().splitlines()
