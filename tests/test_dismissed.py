"""Files that were looked through and do not matter."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from seedlint import forks, marks, sealed
from seedlint.dismissed import JUDGES, Dismissed
from seedlint.reading import Reader
from seedlint.recall import Recall
from tests.conftest import BARE, Lint
from tests.projects import write
from tests.test_cache import imported_by

FOLDER = ".seedlint_cache"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handful of files is worth it, however new they are; nothing is recalled."""
    monkeypatch.setattr(Recall, "find", lambda self: None)
    monkeypatch.setattr(forks, "SHARE", 2)
    monkeypatch.setattr(marks, "TICK", -(10**15))


@pytest.fixture
def looked(lint: Lint, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """The files that one more run looks through."""
    names: list[str] = []
    passes = Reader._verdict

    def watched(self: Reader, name: str) -> int:
        names.append(name)
        return passes(self, name)

    def run(*args: str) -> list[str]:
        names.clear()
        lint("-j1", *args)
        return sorted(set(names))

    monkeypatch.setattr(Reader, "_verdict", watched)
    return run


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path, {".git/HEAD": "", "a.py": "x = 1\n", "b.py": "x = 2\n", "m.py": BARE})
    return tmp_path


Looked = Callable[..., list[str]]


def test_they_are_not_looked_through_again(looked: Looked, project: Path) -> None:
    assert looked() == ["a.py", "b.py", "m.py"]
    assert looked() == ["m.py"]


def test_the_report_is_the_same(lint: Lint, project: Path) -> None:
    first = lint()
    assert first.places == [("m.py", 2, "SDL001")]
    assert lint() == first


def test_nothing_is_kept_without_a_cache(looked: Looked, project: Path) -> None:
    looked("--no-cache")
    assert not (project / FOLDER).exists()
    assert looked("--no-cache") == ["a.py", "b.py", "m.py"]


def test_nor_of_a_few_files(looked: Looked, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forks, "SHARE", 4)
    looked()
    assert not (project / FOLDER / "dismissed").exists()


def test_what_is_too_new_is_not_kept(
    looked: Looked, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "TICK", 10**12)
    looked()
    assert looked() == ["a.py", "b.py", "m.py"]


def test_what_changes_is_looked_through(looked: Looked, project: Path) -> None:
    looked()
    before = (project / "a.py").stat()
    (project / "a.py").write_text("x = 3\n")
    # As a careful tool may: the same size and time.
    os.utime(project / "a.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert looked() == ["a.py", "m.py"]
    assert looked() == ["m.py"]


def test_a_new_file_in_its_place(looked: Looked, project: Path) -> None:
    looked()
    (project / "c.py").write_text("x = 1\n")
    (project / "c.py").replace(project / "a.py")
    assert looked() == ["a.py", "m.py"]


def test_what_comes_to_matter_is_found(lint: Lint, project: Path) -> None:
    lint()
    write(project, {"a.py": BARE})
    assert lint().files == ["a.py", "m.py"]


@pytest.mark.parametrize(
    "option", ["--families=augmentation", "--select=SDL012", "--config=o.toml"]
)
def test_other_settings_ask_anew(option: str, looked: Looked, project: Path) -> None:
    write(project, {"o.toml": '[tool.seedlint]\nextra-layers = ["app.Shake"]\n'})
    looked()
    assert looked(option)[:2] == ["a.py", "b.py"]


def test_a_part_of_the_files_leaves_the_others(looked: Looked, project: Path) -> None:
    looked()
    write(project, {"c.py": "", "d.py": ""})
    assert looked("c.py", "d.py") == ["c.py", "d.py"]
    assert looked() == ["m.py"]


def test_what_a_stranger_has_kept_is_not_there(
    looked: Looked, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(sealed.KEY, "another one's")
    looked()
    monkeypatch.setenv(sealed.KEY, "ours")
    assert looked() == ["a.py", "b.py", "m.py"]


def test_one_file_does_not_stand_for_another(lint: Lint, project: Path) -> None:
    first = lint()
    kept = project / FOLDER
    (kept / "facts").write_bytes((kept / "dismissed").read_bytes())
    assert lint() == first


def test_what_is_gone_is_forgotten(project: Path) -> None:
    def kept() -> Dismissed:
        return Dismissed(project, project / FOLDER, "")

    kept().keep(number.to_bytes(16, "big") for number in range(9))
    kept().keep([b"\xff" * 16, b"\xfe" * 16])
    assert (b"\xff" * 16) in kept()
    assert bytes(16) not in kept()


def test_it_is_cleaned_away(lint: Lint, project: Path) -> None:
    lint()
    assert (project / FOLDER / "dismissed").exists()
    lint("clean")
    assert not (project / FOLDER).exists()


def test_the_version_is_that_of_all_that_judges() -> None:
    found = {f"{name}.py" for name in imported_by("needles", "foreign", "catalogue")}
    assert found | {"reading.py", "catalogue.json"} == set(JUDGES)
