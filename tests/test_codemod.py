"""The LibCST codemod writes what ``--fix`` writes, where one file is enough."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import libcst as cst
from libcst.codemod import CodemodContext

from seedlint.codemod import SeedDropout
from seedlint.fix import mend
from seedlint.request import Request
from tests.projects import write

TEXT = """import keras

def build(x):
    x = keras.layers.Dropout(0.5)(x)  # one
    for rate in (0.1, 0.2):
        x = keras.layers.Dropout(rate)(x)
    return keras.Model(x, x)
"""


def fixed(path: Path, unsafe: bool) -> str:
    (change,) = mend(Request((path,)), unsafe).changes
    return change.new.decode()


def test_as_fix_does(tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "m.py": TEXT})
    for unsafe in (False, True):
        context = CodemodContext(filename=str(tmp_path / "m.py"))
        module = SeedDropout(context, unsafe).transform_module(cst.parse_module(TEXT))
        assert module.code == fixed(tmp_path / "m.py", unsafe)


def test_a_text_without_a_file(tmp_path: Path) -> None:
    module = SeedDropout(CodemodContext()).transform_module(cst.parse_module(TEXT))
    assert module.code.count("seed=") == 1


def test_what_needs_another_file_is_left(tmp_path: Path) -> None:
    files = {
        ".git/HEAD": "",
        "a.py": "from keras.layers import Dropout\ndef block(x):\n    return Dropout(0.5)(x)\n",
        "b.py": "from a import block\ndef build(x):\n    return block(block(x))\n",
    }
    write(tmp_path, files)
    context = CodemodContext(filename=str(tmp_path / "a.py"))
    module = SeedDropout(context, True).transform_module(cst.parse_module(files["a.py"]))
    assert module.code == files["a.py"]


def test_by_the_tool_of_libcst(tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "m.py": TEXT, "other.py": "x = 1\n"})
    wanted = fixed(tmp_path / "m.py", True)
    command = ["codemod", "--no-format", "-x", "seedlint.codemod.SeedDropout", "--unsafe-fixes"]
    done = subprocess.run(
        [sys.executable, "-m", "libcst.tool", *command, "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "m.py").read_text() == wanted
