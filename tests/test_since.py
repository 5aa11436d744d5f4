"""``--since``: what touches a changed line is told, and nothing else."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import notebooks
from tests.conftest import BARE, SEEDED, Lint
from tests.projects import write

IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
IMPORT = "from keras.layers import Dropout\n"
OLD = f"{IMPORT}a = Dropout(0.5)\nb = Dropout(\n    0.1,\n    seed=3,\n)\nc = Dropout(0.5)\n"
ODD = (
    "with space.py",
    "é 日.py",
    'quote".py',
    "new\nline.py",
    "tab\t.py",
    "back\\slash.py",
    "-x.py",
)

Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """Runs git in ``tmp_path``, where ``m.py`` is committed with two old findings."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)

    def run(*args: str) -> str:
        command = ["git", *IDENTITY, *args]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    write(tmp_path, {"m.py": OLD})
    run("init", "--quiet", "--initial-branch=main")
    run("add", "--all")
    run("commit", "--quiet", "--message=old")
    return run


def lines(lint: Lint, *args: str) -> list[int]:
    return [line for _, line, _ in lint("--since", "main", *args).places]


# --- silent -------------------------------------------------------------------------------------


def test_nothing_changed(lint: Lint, git: Git) -> None:
    outcome = lint("--since", "HEAD")
    assert (outcome.code, outcome.out, outcome.err) == (0, "All checks passed!\n", "")


SAME = {
    "lines above": OLD.replace("a =", "\n\nx = 1\na ="),
    "lines below": f"{OLD}x = 1\n",
    "a line between": OLD.replace("c =", "x = 1\nc ="),
    "a line that goes": OLD.replace("b = Dropout(\n    0.1,\n    seed=3,\n)\n", ""),
    "no newline at the end": OLD.rstrip("\n"),
    "Windows": OLD.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_old_findings_are_silent(text: str, lint: Lint, git: Git, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": text})
    assert lines(lint) == []


def test_a_file_that_got_another_name(lint: Lint, git: Git, tmp_path: Path) -> None:
    git("mv", "m.py", "n m.py")
    assert lines(lint) == []
    write(tmp_path, {"n m.py": f"{OLD}d = Dropout(0.5)\n"})
    assert lines(lint) == [8]


def test_whatever_the_user_told_git(lint: Lint, git: Git, tmp_path: Path) -> None:
    write(
        tmp_path, {".gitattributes": "*.py binary diff=odd\n", "m.py": f"{OLD}d = Dropout(0.5)\n"}
    )
    for key in ("diff.noprefix", "diff.mnemonicPrefix", "diff.relative", "color.ui"):
        git("config", key, "always" if key == "color.ui" else "true")
    git("config", "diff.external", "false")
    git("config", "diff.odd.textconv", "false")
    git("config", "diff.context", "9")
    git("config", "diff.interHunkContext", "9")
    git("config", "diff.renames", "false")
    assert lines(lint) == [8]


# --- heard --------------------------------------------------------------------------------------

CHANGED = {
    "a new line": (f"{OLD}d = Dropout(0.5)\n", [8]),
    "a changed one": (OLD.replace("c =", "d ="), [7]),
    "a line of a call that goes": (OLD.replace("    seed=3,\n", ""), [3]),
    "a line in a call": (OLD.replace("0.1,\n    seed=3", "0.1,\n    seed=None"), [3]),
    "several": (OLD.replace("Dropout(0.5)", "Dropout(0.4)"), [2, 7]),
    "a newline at the end, and a line": (f"{OLD.rstrip()}\nd = Dropout(0.5)", [8]),
    "lines that end as on old Macs": (OLD.replace("\n", "\r"), [2, 7]),
}


@pytest.mark.parametrize(("text", "found"), CHANGED.values(), ids=CHANGED)
@pytest.mark.parametrize("state", ["in the folder", "staged", "committed"])
def test_changed_lines_are_heard(
    text: str, found: list[int], state: str, lint: Lint, git: Git, tmp_path: Path
) -> None:
    git("switch", "--quiet", "--create", "topic")
    write(tmp_path, {"m.py": text})
    if state != "in the folder":
        git("add", "--all")
    if state == "committed":
        git("commit", "--quiet", "--message=new")
    assert lines(lint) == found


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("is_tracked", [False, True], ids=["new", "known to git"])
def test_file_names(name: str, is_tracked: bool, lint: Lint, git: Git, tmp_path: Path) -> None:
    write(tmp_path, {name: SEEDED})
    if is_tracked:
        git("add", "--all")
        git("commit", "--quiet", "--message=more")
        assert lint("--since", "HEAD").files == []
    write(tmp_path, {name: f"{SEEDED}{BARE}"})
    assert lint("--since", "HEAD", "--output-format", "json").out.count('"SDL001"') == 1


def test_a_note_counts_as_the_finding_does(lint: Lint, git: Git, tmp_path: Path) -> None:
    helper = f"{IMPORT}def drop(seed=None):\n    return Dropout(0.5, seed=seed)\n"
    write(tmp_path, {"h.py": helper, "user.py": "from h import drop\n\nx = drop()\n"})
    git("add", "--all")
    git("commit", "--quiet", "--message=more")
    assert lint("--since", "HEAD").files == []
    write(tmp_path, {"h.py": helper.replace("0.5", "0.4")})
    assert lint("--since", "HEAD").files == ["user.py"]


def test_what_another_branch_changed_is_not_ours(lint: Lint, git: Git, tmp_path: Path) -> None:
    git("switch", "--quiet", "--create", "topic")
    write(tmp_path, {"m.py": f"{OLD}d = Dropout(0.5)\n"})
    git("commit", "--quiet", "--all", "--message=ours")
    git("switch", "--quiet", "main")
    write(tmp_path, {"m.py": OLD.replace("a = Dropout(0.5)", "a = Dropout(0.5, seed=1)")})
    git("commit", "--quiet", "--all", "--message=theirs")
    git("switch", "--quiet", "topic")
    assert lines(lint) == [8]


def test_from_a_folder_below(
    lint: Lint, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"sub/n.py": BARE, "m.py": f"{OLD}d = Dropout(0.5)\n"})
    monkeypatch.chdir(tmp_path / "sub")
    assert lint("--since", "main", "..").files == [str(tmp_path / "m.py"), "n.py"]


def test_what_is_old_is_not_mended(lint: Lint, git: Git, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": f"{IMPORT}new = Dropout(0.3)\n{OLD.removeprefix(IMPORT)}"})
    outcome = lint("--since", "main", "--fix")
    assert (outcome.code, outcome.errors) == (0, ["Fixed 1 finding in 1 file."])
    text = (tmp_path / "m.py").read_text("utf-8")
    assert text.endswith(OLD.removeprefix(IMPORT))
    assert "new = Dropout(0.3, seed=" in text


# --- notebooks ----------------------------------------------------------------------------------

CELL = "a = Dropout(0.5)\nb = Dropout(0.1)"
NOTEBOOKS = {
    "a line in a cell": ((IMPORT, CELL.replace("0.1", "0.2")), [2]),
    "a line above": ((IMPORT, f"x = 1\n{CELL}"), []),
    "a line below": ((IMPORT, f"{CELL}\nx = 1"), []),
    "a cell between": ((IMPORT, "x = 1", CELL), []),
    "a cell with a finding": ((IMPORT, CELL, "c = Dropout(0.3)"), [1]),
    "prose": ((IMPORT, notebooks.cell("new", "markdown"), CELL), []),
}


@pytest.mark.parametrize(("cells", "found"), NOTEBOOKS.values(), ids=NOTEBOOKS)
def test_notebooks_by_the_lines_of_cells(
    cells: tuple[str, ...], found: list[int], lint: Lint, git: Git, tmp_path: Path
) -> None:
    notebooks.write(tmp_path, "n.ipynb", IMPORT, CELL)
    git("add", "--all")
    git("commit", "--quiet", "--message=more")
    notebooks.write(tmp_path, "n.ipynb", *cells)
    outcome = lint("--since", "HEAD", "--output-format", "concise")
    assert [
        int(line.split(":")[2]) for line in outcome.out.splitlines() if "SDL001" in line
    ] == found


def test_a_notebook_on_one_line_is_changed_as_a_whole(lint: Lint, git: Git, tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_bytes(notebooks.dumped(IMPORT, CELL))
    git("add", "--all")
    git("commit", "--quiet", "--message=more")
    assert lint("--since", "HEAD").code == 0
    (tmp_path / "n.ipynb").write_bytes(notebooks.dumped(IMPORT, CELL, "x = 1"))
    assert lint("--since", "HEAD").out.count("SDL001") == 2


# --- what cannot be done ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "revision", ["nope", "--all", "-n", "main..main", "main:m.py", "", "^main"]
)
def test_no_revision(revision: str, lint: Lint, git: Git) -> None:
    outcome = lint("--since", revision)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors == [f"error: --since {revision}: git knows no such revision"]


def test_no_repository(lint: Lint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    write(tmp_path, {"m.py": BARE})
    outcome = lint("--since", "main")
    assert (outcome.code, len(outcome.errors)) == (2, 1)
    assert "error: --since main: not a git repository" in outcome.err


def test_no_git(lint: Lint, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    outcome = lint("--since", "main")
    assert (outcome.code, len(outcome.errors)) == (2, 1)
    assert "error: --since: cannot run git: No such file" in outcome.err


def test_no_common_past(lint: Lint, git: Git) -> None:
    git("switch", "--quiet", "--orphan", "other")
    git("commit", "--quiet", "--allow-empty", "--message=other")
    outcome = lint("--since", "main")
    assert (outcome.code, "HEAD has nothing in common with it" in outcome.err) == (2, True)


def test_a_shallow_clone(
    lint: Lint, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("commit", "--quiet", "--allow-empty", "--message=more")
    git("clone", "--quiet", "--depth=1", f"file://{tmp_path}", "clone")
    monkeypatch.chdir(tmp_path / "clone")
    outcome = lint("--since", "HEAD~1")
    assert (outcome.code, len(outcome.errors)) == (2, 1)
    assert "this clone is shallow, fetch more of it" in outcome.err
    assert lint("--since", "HEAD").code == 0


def test_not_with_stdin(lint: Lint, git: Git) -> None:
    outcome = lint("--since", "main", "-", stdin=BARE.encode())
    assert (outcome.code, "--since asks git" in outcome.err) == (2, True)
