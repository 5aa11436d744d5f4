"""seedlint reads a project and never runs it, whatever the project holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import seedlint
from tests.conftest import BARE
from tests.projects import write

# Every audit event that could be harm, from the first import of seedlint on.
LAUNCHER = """
import json, sys
from pathlib import Path

report, project = sys.argv.pop(1), sys.argv.pop(1)
seen = []
WATCHED = (
    "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "socket.",
    "pickle.find_class", "ctypes.", "urllib.", "ftplib.", "webbrowser.",
)

def inside(path):
    return isinstance(path, (str, bytes)) and Path(str(path)).resolve().is_relative_to(project)

def is_of_project(name):
    # What `ast.parse` is given is called <unknown>; dataclasses run a <string> of their own.
    return name == "<unknown>" or not name.startswith("<") and inside(name)

def audit(event, args):
    if event.startswith(WATCHED):
        seen.append([event, repr(args)[:200]])
    elif event == "import" and (inside(args[1]) or args[0].startswith("trap")):
        seen.append([event, repr(args[:2])])
    elif event == "exec" and is_of_project(args[0].co_filename):
        seen.append([event, args[0].co_filename])
    elif event == "open" and not isinstance(args[0], int) and args[2] & 3:
        seen.append(["write", str(args[0])])
    elif event in ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.symlink"):
        seen.append([event, str(args[0])])

sys.addaudithook(audit)
from seedlint.cli import main
try:
    main()
finally:
    Path(report).write_text(json.dumps(seen))
"""
CACHE = ".seedlint_cache"
TRAP = "open('{}', 'w').close()\n"
SHADOWS = ("libcst", "click", "pathspec", "seedlint", "tomllib", "ast", "json", "re", "keras")
# What an import of the project, or a tool that trusts it, would run.
HOOKS = ("sitecustomize", "usercustomize", "conftest", "setup", "noxfile", "pkg/__init__", "trap")
PYPROJECT = """
[build-system]
requires = []
build-backend = "trap"
backend-path = ["."]
[tool.seedlint]
extend-select = ["ALL"]
extra-layers = ["trap.Layer", "pkg.Drop"]
[tool.pytest.ini_options]
addopts = "-p trap"
"""


@pytest.fixture
def trapped(tmp_path: Path) -> Path:
    """A project in which all that is imported leaves the file ``sprung``."""
    folder = tmp_path / "project"
    spring = TRAP.format((tmp_path / "sprung").as_posix())
    code = {f"{name}.py": spring + BARE for name in (*SHADOWS, *HOOKS)}
    pth = f"import sys; {spring}"
    uses = "from pkg import *\nimport trap, conftest\nfrom trap import SEED\n"
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": f"!touch x\n{BARE}"}
    return write(
        folder,
        {
            ".git/HEAD": "",
            "pyproject.toml": PYPROJECT,
            "a.pth": pth,
            **code,
            "model.py": f"{uses}{BARE}y = Dropout(0.5, seed=SEED)\nz = eval(SEED)\n",
            "n.ipynb": json.dumps({"cells": [cell], "metadata": {}}),
        },
    )


@pytest.mark.parametrize(
    "args",
    [(), ("--fix", "--unsafe-fixes"), ("--diff",), ("--output-format", "sarif")],
    ids=lambda args: " ".join(args) or "check",
)
def test_a_trapped_project(args: tuple[str, ...], trapped: Path, tmp_path: Path) -> None:
    launcher, report = tmp_path / "launcher.py", tmp_path / "report.json"
    launcher.write_text(LAUNCHER)
    command = [sys.executable, "-B", *map(str, (launcher, report, trapped)), *args, "."]
    done = subprocess.run(
        command, cwd=trapped, env=environment(), capture_output=True, encoding="utf-8"
    )
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "sprung").exists()
    seen = [(event, path) for event, path in json.loads(report.read_text())]
    # The cache of the project, and the key that signs it.
    own = {trapped / CACHE, Path(os.environ["XDG_CACHE_HOME"])}
    outside = [(event, path) for event, path in seen if own.isdisjoint(beneath(path))]
    events = {event for event, _ in outside}
    assert events <= ({"write", "os.rename", "os.remove"} if "--fix" in args else set())
    assert all(trapped in beneath(path) for _, path in outside)
    assert ("seed=" in (trapped / "model.py").read_text().replace("seed=SEED", "")) == (
        "--fix" in args
    )


def beneath(path: str) -> tuple[Path, ...]:
    return (Path(path), *Path(path).parents)


def test_the_traps_would_spring(trapped: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", "import trap"], cwd=trapped, stderr=subprocess.DEVNULL)
    assert (tmp_path / "sprung").exists()


def test_the_command_does_not_look_into_the_current_folder(trapped: Path, tmp_path: Path) -> None:
    """Unlike ``python -m seedlint``, for which Python itself puts that folder first."""
    script = tmp_path / "bin" / "seedlint"
    write(tmp_path, {"bin/seedlint": "import sys\nfrom seedlint.cli import main\nmain()\n"})
    for command in (
        [script],
        ["-P", "-m", "seedlint"] if sys.version_info >= (3, 11) else [script],
    ):
        done = subprocess.run(
            [sys.executable, "-B", *command, "."], cwd=trapped, env=environment(), check=False
        )
        assert done.returncode == 1
        assert not (tmp_path / "sprung").exists()


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(seedlint.__file__).parents[1])}
