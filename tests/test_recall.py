"""What a run found counts for the next one only as long as that would find the same."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from seedlint import jobs, marks, recall, run, sealed
from seedlint.discover import Locator
from seedlint.formats import FORMATS
from seedlint.judging import Judge
from seedlint.marks import Seen
from seedlint.model import Problem
from seedlint.recall import Recall, Verdict
from tests.conftest import BARE, SEEDED, Lint
from tests.notebooks import dumped
from tests.projects import write
from tests.test_cache import PACKAGE, imported_by
from tests.test_cli import python
from tests.test_parts import forking

FOLDER = ".seedlint_cache"
HELPER = (
    "from keras.layers import Dropout\ndef dropout(seed=None):\n    return Dropout(.5, seed=seed)\n"
)
CALL = "from {} import dropout\nx = dropout()\n"
PROJECT = {
    ".git/HEAD": "",
    "pyproject.toml": '[tool.seedlint]\nextend-exclude = ["vendor"]\n',
    "app/__init__.py": "",
    "app/model.py": BARE,
    "app/quiet.py": "x = 1\n",
    "app/known.py": f"{BARE[:-1]}  # seedlint: ignore[SDL001] on purpose\n",
    "vendor/__init__.py": "",
    "vendor/layers.py": HELPER,
    "main.py": CALL.format("vendor.layers"),
}
Judged = Callable[..., int]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However new the files are."""
    monkeypatch.setattr(marks, "TICK", -(10**15))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write(tmp_path, PROJECT)


@pytest.fixture
def judged(lint: Lint, monkeypatch: pytest.MonkeyPatch) -> Judged:
    """How many judges one more run has; it says what one without a cache says."""
    judges: list[object] = []
    made = Judge.__init__

    def watched(self: Judge, *args: Any) -> None:
        judges.append(self)
        made(self, *args)

    monkeypatch.setattr(Judge, "__init__", watched)

    def ask(*args: str) -> int:
        anew = lint("--no-cache", *args)
        judges.clear()
        assert lint(*args) == anew
        return len(judges)

    return ask


# --- the same again -----------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_is_said_without_judging(form: str, judged: Judged, project: Path) -> None:
    write(project, {"n.ipynb": dumped("x = 1", BARE).decode()})
    asked = ("--select", "ALL", "--output-format", form)
    assert [judged(*asked), judged(*asked)] == [1, 0]


def test_where_nothing_is_found_too(judged: Judged, tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "a.py": SEEDED})
    assert [judged(), judged()] == [1, 0]


def test_what_is_recalled_is_mended(judged: Judged, lint: Lint, project: Path) -> None:
    # What an edit leaves is judged in any case.
    assert [judged("--diff"), judged("--diff")] == [3, 1]
    assert lint("--fix").code == 0
    assert "seed=" in (project / "app/model.py").read_text("utf-8")
    assert judged() == 1


def test_known_findings_are_sifted_anew(judged: Judged, lint: Lint, project: Path) -> None:
    lint("--baseline", "b.json", "--write-baseline")
    assert judged("--baseline", "b.json") == 0
    assert lint("--baseline", "b.json").code == 0
    edit("b.json", "SDL001", "SDL002")(project)
    assert judged("--baseline", "b.json") == 0
    assert lint("--baseline", "b.json").code == 1


def test_several_questions_take_turns(judged: Judged, project: Path) -> None:
    questions = [(), ("--select=ALL",), ("app",)]
    assert [judged(*question) for question in questions] == [1, 1, 1]
    assert [judged(*question) for question in questions] == [0, 0, 0]


def test_the_oldest_is_forgotten(judged: Judged, project: Path) -> None:
    for number in range(1, recall.MOST + 1):
        judged(f"--ignore=SDL00{number}")
    judged()
    assert judged("--ignore=SDL001") == 1


@pytest.mark.parametrize("args", [("--no-cache",), ("main.py",), ("--stdin-filename", "a.py", "-")])
def test_what_is_not_kept(args: tuple[str, ...], lint: Lint, project: Path) -> None:
    lint(*args, stdin=BARE.encode())
    assert not (project / FOLDER / "findings").exists()


def test_what_was_seen_is_summed_up_once(
    judged: Judged, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times: list[Locator] = []
    seen = Locator.seen

    def watched(self: Locator) -> dict[str, str]:
        times.append(self)
        return seen(self)

    monkeypatch.setattr(Locator, "seen", watched)
    write(project, {f"app/sub/m{number}.py": "import app.model\n" for number in range(50)})
    assert judged("app/sub") == 1
    assert len(times) < 10


def test_it_is_cleaned_away(lint: Lint, project: Path) -> None:
    lint()
    assert (project / FOLDER / "findings").exists()
    lint("clean")
    assert not (project / FOLDER).exists()


@forking
def test_in_parts(judged: Judged, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "WORTHWHILE", 0)
    write(project, {"other/m.py": BARE, "main.py": "", "other/n.py": CALL.format("vendor.layers")})
    assert [judged("-j2"), judged("-j2")] == [1, 0]
    write(project, {"vendor/layers.py": HELPER.replace("=None", "=1")})
    assert [judged("-j2"), judged("-j2")] == [1, 0]


def test_what_others_may_seed_is_asked_anew(judged: Judged, tmp_path: Path) -> None:
    draw = "import numpy as np\nfrom keras.layers import Dropout\n"
    draw += "Dropout(0.5, seed=np.random.randint(9))\n"
    train = "import numpy\nnumpy.random.seed(1)\nimport app.net\n"
    write(tmp_path, {".git/HEAD": "", "main.py": "", "app/net.py": draw, "app/model.py": BARE})
    assert [judged("app"), judged("app")] == [1, 1]
    write(tmp_path, {"train.py": train})
    assert judged("app") == 1


# --- anything else ------------------------------------------------------------------------------


def edit(name: str, old: str, new: str) -> Callable[[Path], object]:
    """Replace ``old`` in a file that keeps its times, as a careful tool may."""

    def change(project: Path) -> None:
        path = project / name
        stat = path.stat()
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    return change


def put(name: str, text: str) -> Callable[[Path], object]:
    return lambda project: write(project, {name: text})


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file": edit("app/model.py", "0.5", "0.0"),
    "a file that did not matter": edit("app/quiet.py", "x = 1", "import app.model"),
    "a comment": edit("app/known.py", "ignore", "ignoreX"),
    "a file beside those that were asked for": edit("vendor/layers.py", "=None", "=1"),
    "a file is gone": lambda project: (project / "app/model.py").unlink(),
    "a new file": put("new.py", BARE),
    "a new package": put("vendor/layers/__init__.py", "def dropout(): pass\n"),
    "an empty folder before a package": lambda project: (project / "app/vendor").mkdir(),
    "the settings": edit("pyproject.toml", "extend", 'ignore = ["SDL001"]\nextend'),
    "the pins": put("requirements.txt", "keras<3\n"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_changes(change: Callable[[Path], object], judged: Judged, project: Path) -> None:
    write(project, {"app/user.py": CALL.format("vendor.layers")})
    assert [judged(), judged()] == [1, 0]
    change(project)
    assert judged() == 1


def test_another_place_to_stand(
    judged: Judged, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert judged(str(project)) == 1
    monkeypatch.chdir(project / "app")
    assert judged(str(project)) == 1


def test_what_is_no_module_does_not_count(judged: Judged, project: Path) -> None:
    judged()
    write(project, {"app/README": "", "app/__pycache__/model.pyc": "", "vendor/data.json": ""})
    assert [judged(), judged()] == [0, 0]


def test_what_cannot_be_parsed_is_told_again(judged: Judged, project: Path) -> None:
    write(project, {"broken.py": f"{BARE}def f(:\n", "n.ipynb": dumped(BARE, "def f(:").decode()})
    assert [judged(), judged()] == [1, 0]


@pytest.mark.parametrize("name", ["app/model.py", "vendor/layers.py"])
def test_what_has_failed_is_tried_again(
    name: str, judged: Judged, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (project / name).read_text("utf-8")
    safe_facts = jobs.safe_facts

    def tired(given: str) -> object:
        return (
            Problem("", "cannot parse: it takes too long") if given == text else safe_facts(given)
        )

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "safe_facts", tired)
        judged()
    assert [judged(), judged()] == [1, 0]


def test_what_is_too_new_is_not_kept(
    judged: Judged, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "TICK", 10**12)
    assert [judged(), judged()] == [1, 1]


@pytest.mark.parametrize("name", ["app/model.py", "vendor/layers.py", "vendor/new.py"])
def test_what_changes_meanwhile(
    name: str, lint: Lint, judged: Judged, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "TICK", 0)
    for path in project.rglob("*"):
        os.utime(path, (1, 1))
    said = Judge.said

    def slow(self: Judge, *args: Any) -> object:
        found = said(self, *args)
        write(project, {name: "x = 1\n"})
        return found

    with monkeypatch.context() as patch:
        patch.setattr(Judge, "said", slow)
        lint()
    assert judged() == 1


def test_any_changes_in_any_order(lint: Lint, project: Path) -> None:
    texts = ["", "x = 1\n", BARE, SEEDED, HELPER, *map(CALL.format, ("a", "app.b", "vendor.a"))]
    names = ["a.py", "app/b.py", "app/model.py", "vendor/a.py", "main.py", "keras/__init__.py"]
    draw = Random(7)
    for _ in range(60):
        name = draw.choice(names)
        if draw.random() < 0.2:
            (project / name).unlink(missing_ok=True)
        else:
            write(project, {name: draw.choice(texts)})
        for path in draw.choice([(), (".",), ("app",)]), ():
            assert lint(*path) == lint("--no-cache", *path)


# --- the file -----------------------------------------------------------------------------------


def test_what_a_stranger_has_kept_is_not_there(
    judged: Judged, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(sealed.KEY, "another one's")
    judged()
    monkeypatch.setenv(sealed.KEY, "ours")
    assert judged() == 1


@pytest.mark.parametrize("kept", [b"", b"\x80", bytes(100)])
def test_what_cannot_be_read_is_not_there(kept: bytes, judged: Judged, project: Path) -> None:
    judged()
    (project / FOLDER / "findings").write_bytes(kept)
    assert [judged(), judged()] == [1, 0]


def test_what_another_version_has_kept_is_not_there(
    judged: Judged, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged()
    monkeypatch.setattr(recall, "fingerprint", lambda: "another")
    assert judged() == 1


def test_a_folder_that_changed_while_one_looked(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "", "b/m.py": ""})

    def kept() -> Recall:
        return Recall(tmp_path, tmp_path / FOLDER, "", [str(tmp_path / "a.py")], marks.Marks())

    verdict = Verdict((), (), (), ())
    read = frozenset({str(tmp_path / "a.py")})
    kept().keep(verdict, Seen(read, {"b/": ""}))
    assert kept().find() is None


def test_the_version_is_that_of_all_that_judges() -> None:
    found = {PACKAGE / f"{name}.py" for name in imported_by("judging", "extract/__init__")}
    made = {path for room in recall.ROOMS for path in (PACKAGE / room).glob("*.py")}
    assert found <= made


def test_to_recall_loads_nothing_that_judges(tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "a.py": BARE})
    code = (
        "import sys, seedlint.cli as c, seedlint.marks as m\nm.TICK = -(10**15)\n"
        "try: c.main()\nfinally: print('seedlint.judging' in sys.modules)"
    )
    told = [python("-c", code, "--statistics", cwd=tmp_path).stdout for _ in range(2)]
    assert told == ["1\tSDL001\tmissing-seed\nTrue\n", "1\tSDL001\tmissing-seed\nFalse\n"]
