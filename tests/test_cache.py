"""Facts are kept; what is wrong with the cache costs nothing but time."""

from __future__ import annotations

import ast
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from seedlint import cache, jobs, reading, sealed
from seedlint.cache import MAKERS, Cache
from seedlint.codec import FACTS
from seedlint.model import Problem
from seedlint.sealed import clean
from tests.conftest import BARE, SEEDED, Lint
from tests.projects import write
from tests.test_cli import python

PACKAGE = Path(__file__).parents[1] / "seedlint"
WRITTEN = FACTS.encode(Problem("", "kept"))
FOLDER = ".seedlint_cache"


@pytest.fixture
def extracted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are parsed, as they are parsed."""
    texts: list[str] = []
    original = jobs.safe_facts

    def safe_facts(text: str) -> object:
        texts.append(text)
        return original(text)

    monkeypatch.setattr(jobs, "safe_facts", safe_facts)
    return texts


# --- from run to run ----------------------------------------------------------------------------


def test_the_second_run_parses_nothing(lint: Lint, tmp_path: Path, extracted: list[str]) -> None:
    write(tmp_path, {"a.py": BARE, "b.py": "x = 1  # seedlint: ignore\n"})
    first = lint("--output-format", "json")
    assert len(extracted) == 2
    assert lint("--output-format", "json") == first
    assert len(extracted) == 2


@pytest.mark.parametrize("args", [("--no-cache",), ("--stdin-filename", "a.py")], ids=" ".join)
def test_what_is_not_kept(args: tuple[str, ...], lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"a.py": BARE})
    assert lint(*args, stdin=BARE.encode()).code == 1
    assert not (tmp_path / FOLDER).exists()


def test_a_changed_file_is_parsed_again(lint: Lint, tmp_path: Path, extracted: list[str]) -> None:
    write(tmp_path, {"a.py": BARE, "b.py": BARE})
    assert len(lint().places) == 2
    stat = (tmp_path / "a.py").stat()
    write(tmp_path, {"a.py": BARE.replace("x", "#")})
    # Its content counts, not what the disk says of it.
    os.utime(tmp_path / "a.py", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert lint().places == [("b.py", 2, "SDL001")]
    assert len(extracted) == 3


def test_findings_are_worked_out_anew(lint: Lint, tmp_path: Path) -> None:
    helper = (
        "from keras.layers import Dropout\ndef f(seed=None):\n    return Dropout(.5, seed=seed)\n"
    )
    write(tmp_path, {"a.py": helper, "b.py": "from a import f\nx = f(seed=1)\n"})
    assert lint().code == 0
    write(tmp_path, {"b.py": "from a import f\nx = f()\n"})
    assert lint().places == [("b.py", 2, "SDL001")]


def test_fixes_are_the_same(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"a.py": BARE})
    lint()
    assert lint("--fix").code == 0
    assert lint().code == 0
    assert "seed=" in (tmp_path / "a.py").read_text("utf-8")


def test_what_could_not_be_parsed_is_told_again(lint: Lint, tmp_path: Path) -> None:
    broken = {"cells": [{"cell_type": "code", "source": "Dropout(\n"}]}
    write(tmp_path, {"a.py": f"{BARE}def f(:\n", "b.ipynb": str(broken).replace("'", '"')})
    first = lint()
    assert first.code == 2
    assert lint() == first


# --- the file -----------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path: Path) -> Callable[[], Cache]:
    """Opens the cache of ``tmp_path``, in which the files ``a`` and ``b`` are known."""
    write(tmp_path, {"a": "", "b": ""})
    folder = tmp_path / FOLDER
    new = Cache(tmp_path, folder)
    for name in "ab":
        new.keep(name, b"text", WRITTEN)
    new.save()
    return lambda: Cache(tmp_path, folder)


def test_what_is_kept(kept: Callable[[], Cache]) -> None:
    assert kept().find("a", b"text") == WRITTEN
    assert kept().find("a", b"other") is None
    assert kept().find("c", b"text") is None


def test_files_that_are_gone_leave(kept: Callable[[], Cache], tmp_path: Path) -> None:
    (tmp_path / "a").unlink()
    again = kept()
    again.keep("b", b"new", WRITTEN)
    again.save()
    assert kept().find("a", b"text") is None
    assert kept().find("b", b"new") == WRITTEN


def test_of_two_at_once_both_are_kept(kept: Callable[[], Cache]) -> None:
    one, other = kept(), kept()
    one.keep("a", b"1", WRITTEN)
    other.keep("b", b"2", WRITTEN)
    one.save()
    other.save()
    assert kept().find("a", b"1") == kept().find("b", b"2") == WRITTEN


def test_it_has_a_limit(kept: Callable[[], Cache], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_BYTES", 3_000)
    for name in ("a", "b"):
        again = kept()
        again.keep(name, b"long", FACTS.encode(Problem("", secrets.token_hex(1_000))))
        again.save()
    assert kept().find("b", b"long") is not None
    assert kept().find("a", b"long") is None


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "cut off": lambda data: data[:-1],
    "one byte": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "the signature alone": lambda data: data[: sealed.SIZE],
    "another signature": lambda data: bytes(sealed.SIZE) + data[sealed.SIZE :],
    "no cache": lambda data: b"\x80\x04\x95" * 100,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_is_damaged_is_not_there(
    damage: Callable[[bytes], bytes], kept: Callable[[], Cache], tmp_path: Path
) -> None:
    path = tmp_path / FOLDER / "facts"
    path.write_bytes(damage(path.read_bytes()))
    again = kept()
    assert again.find("a", b"text") is None
    again.keep("a", b"text", WRITTEN)
    again.save()
    assert kept().find("a", b"text") == WRITTEN


def test_what_another_user_has_signed_is_not_there(
    kept: Callable[[], Cache], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(sealed.KEY, "another one's")
    assert kept().find("a", b"text") is None


def test_machines_with_one_key_share(
    tmp_path: Path, kept: Callable[[], Cache], monkeypatch: pytest.MonkeyPatch
) -> None:
    for home in ("one", "other"):
        monkeypatch.setenv(sealed.KEY, "ours")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / home))
        known = kept()
        assert (known.find("a", b"shared") is not None) == (home == "other")
        known.keep("a", b"shared", WRITTEN)
        known.save()


def test_what_another_version_has_kept_is_not_there(
    kept: Callable[[], Cache], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "fingerprint", lambda: "another")
    assert kept().find("a", b"text") is None


def test_the_version_is_that_of_all_that_makes_facts() -> None:
    """Everything that `extract` imports, by whatever way, and the way to and from the cache."""
    assert imported_by("jobs", "codec") == set(MAKERS)


def imported_by(*names: str) -> set[str]:
    """The modules ``names``, and all that they import."""
    pending, found = list(names), set[str]()
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += imported(PACKAGE / f"{name}.py")
    return found


def imported(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("seedlint"):
            parts = (node.module or "").split(".")[1:]
            found += ["/".join(parts)] if (PACKAGE / f"{'/'.join(parts)}.py").exists() else []
            is_folder = parts and PACKAGE.joinpath(*parts).is_dir()
            found += [f"{'/'.join(parts)}/__init__"] if is_folder else []
            names = ("/".join([*parts, alias.name]) for alias in node.names)
            found += [name for name in names if (PACKAGE / f"{name}.py").exists()]
    return [name for name in found if name != "__init__"]


# --- where it cannot or must not be -------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs")
def test_a_fifo_is_not_waited_for(kept: Callable[[], Cache], tmp_path: Path) -> None:
    path = tmp_path / FOLDER / "facts"
    path.unlink()
    os.mkfifo(path)
    again = kept()
    again.keep("a", b"text", WRITTEN)
    again.save()
    assert path.is_fifo()


def test_no_link_is_followed(tmp_path: Path) -> None:
    """What a project brings along must not have other files written."""
    write(tmp_path, {"a": "", "elsewhere/facts": "mine", "project/a": ""})
    project = tmp_path / "project"
    (project / FOLDER).symlink_to(tmp_path / "elsewhere")
    save(project, project / FOLDER)
    (project / FOLDER).unlink()
    (project / FOLDER).mkdir()
    (project / FOLDER / "facts").symlink_to(tmp_path / "elsewhere/facts")
    save(project, project / FOLDER)
    assert (tmp_path / "elsewhere/facts").read_text("utf-8") == "mine"
    assert sorted(os.listdir(tmp_path / "elsewhere")) == ["facts"]


def save(root: Path, folder: Path) -> None:
    new = Cache(root, folder)
    new.keep("a", b"text", WRITTEN)
    new.save()


@pytest.mark.parametrize("place", ["project", "home"])
def test_what_cannot_be_written_is_not_kept(
    place: str, lint: Lint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A file where a folder would be: that stops the superuser too.
    write(tmp_path, {"a.py": BARE, FOLDER if place == "project" else "home": ""})
    if place == "home":
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    outcome = lint()
    assert (outcome.code, outcome.err) == (1, "")
    assert not (tmp_path / FOLDER).is_dir()


def test_projects_share_a_folder(
    lint: Lint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extracted: list[str]
) -> None:
    write(
        tmp_path, {"p/pyproject.toml": "", "p/a.py": BARE, "q/pyproject.toml": "", "q/a.py": BARE}
    )
    monkeypatch.setenv("SEEDLINT_CACHE_DIR", "kept")
    assert len(lint().places) == len(lint().places) == 2
    assert len(extracted) == 2
    assert not [*tmp_path.rglob(FOLDER)]
    names = sorted(path.name for path in (tmp_path / "kept").iterdir())
    assert names[:2] == [".gitignore", "CACHEDIR.TAG"]
    assert len(names) == 4


def test_the_setting_counts_from_the_pyproject(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"p/pyproject.toml": '[tool.seedlint]\ncache-dir = "../k"\n', "p/a.py": BARE})
    lint("p")
    assert (tmp_path / "k/CACHEDIR.TAG").exists()


@pytest.mark.parametrize(
    "held", [{}, {"CACHEDIR.TAG": sealed.TAG[:9]}, {".gitignore": ""}], ids=str
)
def test_a_folder_that_was_not_finished(held: dict[str, str], lint: Lint, tmp_path: Path) -> None:
    """What a kill leaves, or a full disk: git would show what is in it, and `clean` leave it."""
    write(tmp_path, {"a.py": BARE, **{f"{FOLDER}/{name}": text for name, text in held.items()}})
    (tmp_path / FOLDER).mkdir(exist_ok=True)
    lint()
    assert {name: (tmp_path / FOLDER / name).read_text() for name in sealed.MARKS} == sealed.MARKS
    assert (tmp_path / FOLDER / "facts").exists()


def test_a_gitignore_that_was_there_stays(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"a.py": BARE, "kept/.gitignore": "mine\n", "empty/__init__.py": ""})
    for folder in ("kept", "empty"):
        lint("--cache-dir", folder, "a.py")
        assert (tmp_path / folder / "facts").exists()
        assert not (tmp_path / folder / "CACHEDIR.TAG").exists()
    assert (tmp_path / "kept/.gitignore").read_text() == "mine\n"


def test_a_folder_that_was_there_gets_no_gitignore(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"a.py": BARE})
    lint("--cache-dir", ".")
    assert not (tmp_path / ".gitignore").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="modes are of POSIX")
def test_the_key_is_the_users_own(kept: Callable[[], Cache]) -> None:
    path = Path(os.environ["XDG_CACHE_HOME"], "seedlint/key")
    assert path.stat().st_mode & 0o777 == 0o600


# --- seedlint clean -----------------------------------------------------------------------------


def test_clean(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"p/pyproject.toml": "", "p/a.py": BARE, "b.py": SEEDED})
    lint()
    assert len([*tmp_path.rglob(FOLDER)]) == 2
    outcome = lint("clean")
    assert outcome.out == f"removed {FOLDER}\nremoved p/{FOLDER}\n"
    assert not [*tmp_path.rglob(FOLDER)]
    assert lint("clean").out == ""


def test_clean_after_a_kill(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"a.py": BARE})
    lint()
    (tmp_path / FOLDER / ".seedlint-abcd_123.tmp").write_text("half")
    lint("clean")
    assert os.listdir(tmp_path) == ["a.py"]


def test_clean_removes_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, {"facts": "", ".gitignore": ""})
    assert not clean(tmp_path)
    (tmp_path / FOLDER).mkdir()
    assert not clean(tmp_path / FOLDER)
    write(tmp_path, {f"{FOLDER}/CACHEDIR.TAG": sealed.TAG, f"{FOLDER}/mine": ""})
    assert clean(tmp_path / FOLDER)
    assert (tmp_path / FOLDER / "mine").exists()
    assert len(os.listdir(tmp_path)) == 3


def test_a_library_user_leaves_nothing_behind() -> None:
    assert not reading.Memory().is_kept


def test_a_run_in_which_all_is_known_loads_nothing_to_parse(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": BARE, "b.py": BARE})
    code = "import sys, seedlint.cli as c\ntry: c.main()\nfinally: print({!r} in sys.modules)"
    ask = ("-c", code.format("seedlint.extract"), "--statistics")
    told = [python(*ask, cwd=tmp_path).stdout for _ in range(2)]
    assert told == ["2\tSDL001\tmissing-seed\nTrue\n", "2\tSDL001\tmissing-seed\nFalse\n"]
