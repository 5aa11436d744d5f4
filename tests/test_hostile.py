"""Input that was made to do harm: each costs at most itself, and the run goes on."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from seedlint import run
from seedlint.files import LARGEST_SETTINGS, contents
from seedlint.fix import mend
from seedlint.model import Problem
from seedlint.notebook import read
from seedlint.pins import keras_version
from seedlint.request import Request
from tests.conftest import BARE, Lint, Outcome
from tests.projects import write

HEAD = "from keras.layers import Dropout\n"
UNSEEDED = "Dropout(0.5)"


def chained(count: int, line: str) -> str:
    return "".join(line.format(i, i + 1) for i in range(count))


# --- sources: what is found in them -------------------------------------------------------------

TEXTS = {
    "a thousand statements on one line": ("x = 1; " * 1_000 + UNSEEDED, 1),
    "a line of a megabyte": (f"x = '{'a' * 10**6}'; {UNSEEDED}", 1),
    "a comment of a megabyte": (f"x = 1  #{' ' * 10**6}\n{UNSEEDED}", 1),
    "a noqa that never ends": (f"{UNSEEDED}  # noqa: {'A' * 10**6}", 1),
    "many suppressions that never end": (f"{UNSEEDED}  {'# seedlint: ignore[' * 10_000}", 0),
    "3,000 arms of elif": ("if a: pass\n" + "elif a: Dropout(0.5)\n" * 3_000, 3_000),
    "5,000 decorators": ("@Dropout(0.5)\n" * 5_000 + "def f(): pass", 5_000),
    "5,000 targets": ("a = " * 5_000 + UNSEEDED, 1),
    "10,000 parameters": (f"def f({', '.join(f'a{i}' for i in range(10_000))}): {UNSEEDED}", 1),
    "2,000 aliases of aliases": (f"a0 = Dropout\n{chained(2_000, 'a{1} = a{0}; ')}a9(0.5)", 1),
    "1,000 helpers of helpers": (
        f"def f0(): return Dropout(0.5)\n{chained(1_000, 'def f{1}(): return f{0}()' + chr(10))}",
        1,
    ),
    "2**60 ways to one layer": (
        "def f0(): return Dropout(0.5)\n"
        f"{chained(60, 'def f{1}(): f{0}(); return f{0}()' + chr(10))}",
        1,
    ),
    "2**60 ways of one seed": (
        "def f0(a, b): return None\n"
        f"{chained(60, 'def f{1}(a, b=None): return f{0}(a, b) or f{0}(b, a)' + chr(10))}"
        "Dropout(0.5, seed=f60(1))",
        0,
    ),
    "500 partials of partials": (
        "from functools import partial\np0 = partial(Dropout, 0.5)\n"
        f"{chained(500, 'p{1} = partial(p{0})' + chr(10))}p500()",
        0,
    ),
    "600 classes of classes": (
        f"class C0(Dropout): pass\n{chained(600, 'class C{1}(C{0}): pass' + chr(10))}C600(0.5)",
        1,
    ),
    "a constant that is itself": ("SEED = SEED\nDropout(0.5, seed=SEED)", 0),
    "two that are each other": ("A = B\nB = A\nDropout(0.5, seed=A)", 0),
    "seed = seed": ("def f(seed=seed):\n  seed = seed\n  Dropout(0.5, seed=seed)\nf()", 0),
    "a list in itself": ("l = [1]\nl[0] = l\nDropout(0.5, seed=l[0][0][0])", 0),
    "a class that is its own base": ("class C(C): pass\nC(0.5)", 0),
    "two classes that make each other": (
        "class A:\n  def __init__(self): self.b = B(); self.d = Dropout(0.5, seed=1)\n"
        "class B(A):\n  def __init__(self): self.a = A()\nA()\nB()",
        None,
    ),
    "functions that call each other": (
        "def a(n, s=1): b(n, s); return Dropout(0.5, seed=s)\ndef b(n, s): return a(n, s)\na(1)",
        None,
    ),
    "a function that calls itself for a seed": ("def f(): return f()\nDropout(0.5, seed=f())", 0),
    "9**9**9**9": ("Dropout(0.5, seed=9**9**9**9)", 0),
    "2**(2**62)": ("Dropout(0.5, seed=1 << (1 << 62))", 0),
    "60 squares": ("s = 1 << 100\n" + "s = s * s\n" * 60 + "Dropout(0.5, seed=s)", 0),
    "a seed of 100,000 digits": (f"Dropout(0.5, seed={'9' * 100_000})", 0),
    "a list of 10**12": ("Dropout(0.5, seed=([1] * 10**12)[0])", None),
    "a range of 10**18": ("for i in range(10**18): Dropout(0.5, seed=i)", 0),
    "a division by zero": ("Dropout(0.5, seed=1 // 0)\nDropout(0.5, seed=0 ** -1)", 0),
    "10,000 starred arguments": (f"Dropout({'*a, ' * 10_000})", 0),
    "80 nested functions": (
        "".join(" " * i + f"def f{i}():\n" for i in range(80)) + " " * 80 + UNSEEDED,
        1,
    ),
    "letters that Python takes for others": ("\N{MATHEMATICAL BOLD CAPITAL D}ropout(0.5)", None),
}


@pytest.mark.parametrize(("text", "count"), TEXTS.values(), ids=TEXTS)
def test_a_source(text: str, count: int | None, tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "a.py": HEAD + text + "\n", "good.py": BARE})
    report = run.lint(Request((tmp_path,)))
    assert not report.problems
    here = [finding for finding in report.findings if Path(finding.path).name == "a.py"]
    assert count is None or len(here) == count
    assert len(report.findings) == len(here) + 1


REFUSED = {
    "10,000 parentheses": "x = " + "(" * 10_000 + UNSEEDED + ")" * 10_000,
    "that are not closed": "x = " + "(" * 10_000 + UNSEEDED,
    "20,000 signs": "x = " + "-" * 20_000 + UNSEEDED,
    "20,000 lambdas": "x = " + "lambda: " * 20_000 + UNSEEDED,
    "2,000 indents": "".join(" " * i + "if a:\n" for i in range(2_000)) + " " * 2_000 + UNSEEDED,
    "a lone surrogate": "Dropout('\udc80')",
    "a NUL": f"{UNSEEDED}\0",
    "1,000 semicolons": f"{UNSEEDED};;" * 1_000,
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_a_source_that_is_refused(text: str, tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "good.py": BARE})
    (tmp_path / "a.py").write_bytes((HEAD + text + "\n").encode("utf-8", "surrogateescape"))
    report = run.lint(Request((tmp_path,)))
    (problem,) = report.problems
    assert Path(problem.path).name == "a.py"
    assert "\n" not in problem.message
    assert len(report.findings) == 1


# --- what kills LibCST's parser, or keeps it busy -----------------------------------------------

DEADLY = {
    "15,000 terms": "x = " + " + ".join([UNSEEDED] * 15_000),
    "20,000 terms of and": "x = " + " and ".join(["a"] * 20_000) + f"\n{UNSEEDED}",
    "60,000 attributes": "x = a" + ".b" * 60_000 + f"\n{UNSEEDED}",
    "20,000 calls": "x = f" + "()" * 20_000 + f"\n{UNSEEDED}",
    "12,000 arms of elif": "if a: pass\n" + "elif a: Dropout(0.5)\n" * 12_000,
}


def seedlint(folder: Path, *args: str, limit: int = 300) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-m", "seedlint", "--output-format", "concise", *args]
    return subprocess.run(
        command, cwd=folder, env=env, timeout=limit, capture_output=True, encoding="utf-8"
    )


@pytest.mark.slow
def test_sources_that_kill_the_parser(tmp_path: Path) -> None:
    files = {f"{name}.py": f"{HEAD}{text}\n" for name, text in DEADLY.items()}
    write(tmp_path, {".git/HEAD": "", **files, "good.py": BARE})
    done = seedlint(tmp_path)
    assert done.returncode == 2
    assert "good.py:2:5: SDL001" in done.stdout
    assert {line.partition(":")[0] for line in done.stderr.splitlines()} <= set(files)


# --- files that are none ------------------------------------------------------------------------


def test_what_is_no_regular_file(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "good.py": BARE})
    os.mkfifo(tmp_path / "fifo.py")
    (tmp_path / "zero.py").symlink_to("/dev/zero")
    # A socket's path may not be long.
    with socket.socket(socket.AF_UNIX) as server, pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        server.bind("socket.py")
        outcome = lint("good.py", "fifo.py", "zero.py", "socket.py", "--output-format", "concise")
        shown = [Path(line.partition(":")[0]).name for line in outcome.errors]
    assert outcome.code == 2
    assert outcome.places == [("good.py", 2, "SDL001")]
    assert shown == ["fifo.py", "socket.py", "zero.py"]
    assert all(line.endswith("cannot read: not a regular file") for line in outcome.errors)
    # They are passed over where nobody named them.
    assert lint().code == 1


@pytest.mark.parametrize("name", ["pyproject.toml", "requirements.txt", ".gitignore"])
def test_settings_that_are_pipes(name: str, lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "good.py": BARE})
    os.mkfifo(tmp_path / name)
    assert lint("--output-format", "concise").places == [("good.py", 2, "SDL001")]


def test_links_in_circles(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "sub/good.py": BARE})
    (tmp_path / "loop.py").symlink_to("loop.py")
    (tmp_path / "sub/up").symlink_to("..")
    outcome = lint()
    assert outcome.places == [("sub/good.py", 2, "SDL001")]
    assert outcome.errors == ["loop.py: error: cannot read: broken symbolic link"]
    assert lint("loop.py").errors[0].startswith("loop.py: error: cannot read: ")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads it all")
def test_what_may_not_be_read(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "good.py": BARE, "shut/a.py": BARE, "shut.py": BARE})
    (tmp_path / "shut").chmod(0)
    (tmp_path / "shut.py").chmod(0)
    outcome = lint()
    (tmp_path / "shut").chmod(0o700)
    assert outcome.places == [("good.py", 2, "SDL001")]
    assert [line.partition(":")[0] for line in outcome.errors] == ["shut", "shut.py"]


NAMES = (b"new\nline", b"esc\x1b[31m", b"bell\x07", b"latin\xe9", "rtl\u202e".encode(), b"'\"&<%,:")


@pytest.mark.parametrize("style", ["full", "concise", "json", "sarif", "github", "junit", "html"])
def test_names_of_files(style: str, tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / os.fsdecode(name + b".py")).write_text(BARE)
        (tmp_path / os.fsdecode(name + b"_bad.py")).write_text(BARE + "x = = 1\n")
    done = seedlint(tmp_path, "--output-format", style, "--unsafe-fixes")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == len(NAMES)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", done.stdout + done.stderr)
    fixed = seedlint(tmp_path, "--fix")
    assert f"Fixed {len(NAMES)} findings in {len(NAMES)} files." in fixed.stderr


# --- size ---------------------------------------------------------------------------------------


def test_a_file_that_is_too_large(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"good.py": BARE, "big.py": BARE + "#" * 300, "data.py": "x = [\n" * 300})
    write(tmp_path, {"pyproject.toml": "[tool.seedlint]\nmax-file-size = 200\n"})
    outcome = lint()
    assert outcome.code == 2
    assert outcome.places == [("good.py", 2, "SDL001")]
    # In data without layers there is nothing to find.
    assert outcome.errors == [
        "big.py: error: skipped: its code is larger than `max-file-size`, 200 bytes"
    ]


def test_the_outputs_of_a_notebook_do_not_count(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "[tool.seedlint]\nmax-file-size = 200\n"})
    for name, source, output in (("a", BARE, "x" * 300), ("b", BARE + "#" * 300, "")):
        cell = {"cell_type": "code", "source": source, "outputs": [{"image/png": output}]}
        (tmp_path / f"{name}.ipynb").write_text(json.dumps({"cells": [cell], "metadata": {}}))
    outcome = lint("--output-format", "concise")
    assert "a.ipynb:cell 1:2:5: SDL001" in outcome.out
    assert outcome.errors == [
        "b.ipynb: error: skipped: its code is larger than `max-file-size`, 200 bytes"
    ]


def test_more_than_any_file_may_have(tmp_path: Path) -> None:
    path = tmp_path / "sparse.py"
    with path.open("wb") as file:
        file.truncate(10**11)
    (problem,) = run.lint(Request((path,))).problems
    assert "it has more than" in problem.message
    assert contents("/proc/self/status")


@pytest.mark.slow
def test_a_notebook_of_100_megabytes(tmp_path: Path) -> None:
    image = {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo" * 90_000}}
    cell = {"cell_type": "code", "source": ["x = 1\n"], "outputs": [image], "metadata": {}}
    last = {**cell, "source": BARE.splitlines(keepends=True)}
    text = json.dumps({"cells": [cell] * 100 + [last], "metadata": {}}, indent=1)
    (tmp_path / "big.ipynb").write_text(text)
    assert len(text) > 100 * 10**6
    done = seedlint(tmp_path, "--fix")
    assert (done.returncode, done.stderr) == (0, "Fixed 1 finding in 1 file.\n")
    new = (tmp_path / "big.ipynb").read_text()
    assert re.sub(r", seed=\d+", "", new) == text


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'{"cells": ' + b"[" * 10**6, id="a million lists"),
        pytest.param(b'{"cells": [' + b'{"a":' * 10**5 + b"}" * 10**5 + b"]}", id="in balance"),
        pytest.param(b'{"cells": [], "x": ' + b"9" * 5_000 + b"}", id="a number of 5,000 digits"),
        pytest.param(b'{"cells": [{"cell_type": "code", "source": {}}]}', id="a source of its own"),
        pytest.param(b'{"cells": [null]}', id="no cell"),
        pytest.param(b"\xff\xfe{}", id="another encoding"),
    ],
)
def test_a_notebook_that_is_refused(data: bytes) -> None:
    assert isinstance(read(data, "n.ipynb"), Problem)


# --- settings -----------------------------------------------------------------------------------

KEYS = ("select", "exclude", "per-file-ignores", "extra-layers", "keras-version", "max-file-size")
VALUES = ("{}", "[]", "[[]]", "''", "'\\u001b[31m'", "-1", "nan", "1979-05-27", "[{a = [1]}]")


@pytest.mark.parametrize("key", [*KEYS, "select" + ".a" * 2_000, "tool", "'\\u0000'"])
@pytest.mark.parametrize("value", [*VALUES, "[" * 5_000, "{a." * 500, "'" + "a" * 10**5 + "'"])
def test_settings_of_the_wrong_type(key: str, value: str, lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": f"[tool.seedlint]\n{key} = {value}\n", "good.py": BARE})
    outcome = lint("--output-format", "concise")
    assert len(outcome.errors) <= 1
    assert outcome.code == (2 if outcome.errors else 1 if outcome.places else 0)
    assert all(len(line) < 500 for line in outcome.errors)
    assert "\x1b" not in outcome.err


def test_settings_that_are_too_long(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "#" * (LARGEST_SETTINGS + 1), "good.py": BARE})
    outcome = lint("--output-format", "concise")
    assert outcome.places == [("good.py", 2, "SDL001")]
    assert outcome.code == 2


@pytest.mark.parametrize(
    ("text", "version"),
    [
        pytest.param("\n" * 200_000 + "keras<3\n", 2, id="200,000 empty lines"),
        pytest.param(f"tensorflow=={'9' * 5_000}\n", 3, id="a version of 5,000 digits"),
        pytest.param(f"tensorflow=={'1.' * 50_000}x\n", 2, id="50,000 parts"),
        pytest.param("tensorflow[" * 20_000, None, id="20,000 open brackets"),
    ],
)
def test_requirements(text: str, version: int | None, tmp_path: Path) -> None:
    write(tmp_path, {"requirements.txt": text})
    assert keras_version(tmp_path) == version


# --- imports ------------------------------------------------------------------------------------


def test_imports_in_circles(tmp_path: Path) -> None:
    files = {
        "__init__.py": f"from . import *\nfrom .. import *\nfrom ......... import x\n{BARE}",
        "a.py": f"from .b import *\nfrom .b import s\n{BARE}y = Dropout(0.5, seed=s)\n",
        "b.py": "from .a import *\nfrom .c import s\n",
        "c.py": "from .b import s\nfrom .a import *\nimport pkg.c.c.c.c\n",
    }
    write(tmp_path, {".git/HEAD": "", **{f"pkg/{name}": text for name, text in files.items()}})
    for outcome in (mend(Request((tmp_path,)), unsafe) for unsafe in (False, True)):
        assert not outcome.report.problems
        assert len(outcome.mended) == 2


def test_100_modules_in_a_circle(tmp_path: Path) -> None:
    files = {f"m{i}.py": f"from m{(i + 1) % 100} import *\n{BARE}" for i in range(100)}
    write(tmp_path, {".git/HEAD": "", **files})
    assert len(run.lint(Request((tmp_path,))).findings) == 100


@pytest.mark.slow
def test_a_million_imports(tmp_path: Path) -> None:
    text = "".join(f"import m{i}\n" for i in range(10**6)) + BARE
    write(tmp_path, {".git/HEAD": "", "a.py": text, "good.py": BARE})
    done = seedlint(tmp_path)
    assert "good.py:2:5: SDL001" in done.stdout
    assert "a.py: error: skipped" in done.stderr


def test_the_outcome_is_one_line(lint: Lint, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"# coding: \x1b[31m\n\xff" + BARE.encode())
    outcome: Outcome = lint()
    assert (outcome.code, len(outcome.errors)) == (2, 1)
