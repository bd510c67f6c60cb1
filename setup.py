"""What pyproject.toml cannot say: a wheel takes the exercises along, as the chapters state them."""

import json
import runpy
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent


class BuildWithExercises(build_py):
    """The package's files, and one that is made of the book's chapters."""

    def run(self):
        super().run()
        if self.editable_mode:  # the chapters themselves are there
            return
        chapters = runpy.run_path(str(ROOT / "tinytorch" / "workshop" / "chapters.py"))
        read = {"site": chapters["site"](ROOT), "modules": chapters["modules"](ROOT)}
        target = Path(self.build_lib, "tinytorch", "workshop", "exercises.json")
        self.mkpath(str(target.parent))
        target.write_text(json.dumps(read, ensure_ascii=False), encoding="utf8")


setup(cmdclass={"build_py": BuildWithExercises})
