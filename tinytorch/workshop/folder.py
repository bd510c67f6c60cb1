"""The reader's folder: found from inside, written so that nothing in it is ever lost."""

import contextlib
import json
import os
import shutil
import tempfile
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from .errors import Refusal
from .show import whole

MARK = ".tito"
LOCK_SECONDS = 30


class Folder:
    """A folder that `tito init` has made, with `.tito` in it for what tito itself keeps."""

    def __init__(self, root: Path):
        self.root = root
        self.own = root / MARK

    @classmethod
    def find(cls, start: Path | None = None) -> "Folder":
        """The folder that `start`, by default the current one, is in."""
        start = (start or Path.cwd()).resolve()
        for place in (start, *start.parents):
            if (place / MARK).is_dir():
                return cls(place)
        raise Refusal(
            f"{whole(start)} is not in a folder of the workshop. Make one: tito init my-tinytorch"
        )

    @classmethod
    def make(cls, root: Path) -> tuple["Folder", bool]:
        """Make `root` such a folder. Returns it, and whether it is new."""
        root = root.resolve()
        package = Path(__file__).parents[1]
        if root == package or package in root.parents:
            raise Refusal(f"{whole(root)} is inside the package; make your folder somewhere else.")
        if root.exists() and not root.is_dir():
            raise Refusal(f"{whole(root)} is a file; give the name of a folder.")
        new = not (root / MARK).is_dir()
        with saying(root):
            (root / MARK).mkdir(parents=True, exist_ok=True)
        return cls(root), new

    @contextlib.contextmanager
    def alone(self):
        """A block that no other tito is in. The system lifts the lock when a run is killed."""
        lock = FileLock(self.own / "lock", timeout=LOCK_SECONDS)
        try:
            with saying(self.own):
                lock.acquire()
        except Timeout:
            raise Refusal(
                f"Another tito has been writing in {self.root} for {LOCK_SECONDS} s. Wait for it,"
                " or end it."
            ) from None
        try:
            yield
        finally:
            lock.release()

    def write(self, path: Path, text: str, keep: bool = True):
        """Write a file whole or not at all; what it held before stays as a dated copy.

        Returns the copy, or None where there was nothing to keep.
        """
        with saying(path):
            copy = self.keep(path) if keep else None
            self._replace(path, text.encode("utf8"))
        return copy

    def keep(self, path: Path) -> Path | None:
        """Make a dated copy of a file, if it is there."""
        if not path.exists():
            return None
        stamp = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
        for n in range(1, 1000):
            name = f"{path.stem}_{stamp}{f'_{n}' if n > 1 else ''}{path.suffix}"
            copy = self.own / "copies" / name
            if not copy.exists():
                copy.parent.mkdir(exist_ok=True)
                self._replace(copy, path.read_bytes())
                return copy
        raise Refusal(f"{copy.parent} is full of copies of {path.name}.")

    def _replace(self, path, content):
        """The file appears with all of its content, or stays as it was, whenever one is killed."""
        handle, part = tempfile.mkstemp(dir=self.own, prefix="part-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if path.exists():
                shutil.copymode(path, part)
            else:
                os.chmod(part, 0o666 & ~_umask())
            os.replace(part, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(part)
            raise

    def tidy(self):
        """Throw away what killed runs were writing. To be called alone."""
        for part in self.own.glob("part-*"):
            with contextlib.suppress(OSError):
                part.unlink()


@contextlib.contextmanager
def saying(path):
    """Turn what the system refuses into a sentence."""
    try:
        yield
    except PermissionError as error:
        raise Refusal(
            f"{whole(error.filename or path)} cannot be written: no permission."
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise Refusal(f"{whole(error.filename or path)} cannot be written: {reason}.") from error


def read_json(path: Path):
    """What a JSON file holds, or a sentence about where it breaks off."""
    try:
        return json.loads(path.read_text(encoding="utf8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Refusal(f"{whole(path)} is not readable as JSON: {error}.") from error
    except OSError as error:
        raise Refusal(f"{whole(path)} cannot be read: {error.strerror}.") from error


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
