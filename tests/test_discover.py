"""Which files are linted, and which file an import means."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from pathspec import GitIgnoreSpec

from seedlint.config import Config
from seedlint.discover import Files, Locator, is_excluded, is_pattern, matcher, relative_to, walk
from seedlint.model import Problem
from tests.projects import write


def files(folder: Path, *names: str, **settings: tuple[str, ...] | bool) -> list[str]:
    """The files that ``names`` in the project ``folder`` lead to."""
    config = Config(folder, **settings)  # type: ignore[arg-type]
    found = list(walk([folder / name for name in names or (".",)], lambda *_: config))
    assert not [one for one in found if isinstance(one, Problem)]
    paths = [path for one in found if isinstance(one, Files) for path in one.paths]
    return [Path(path).relative_to(os.path.realpath(folder)).as_posix() for path in paths]


def empty(*names: str) -> Mapping[str, str]:
    return dict.fromkeys(names, "")


# --- what is found ------------------------------------------------------------------------------


def test_nothing_to_lint(tmp_path: Path) -> None:
    write(tmp_path, empty("README.md", "data.csv", "a.pyc", "py", "setup.cfg"))
    assert files(tmp_path) == []


def test_python_files_in_the_order_of_their_names(tmp_path: Path) -> None:
    write(tmp_path, empty("b.py", "a.pyi", "c/z.py", "c/a/m.py", "a.py", ".hidden/h.py"))
    assert files(tmp_path) == ["a.py", "a.pyi", "b.py", ".hidden/h.py", "c/z.py", "c/a/m.py"]


def test_notebooks_but_not_what_jupyter_saves_of_them(tmp_path: Path) -> None:
    copies = ".ipynb_checkpoints/a-checkpoint.ipynb"
    write(tmp_path, empty("a.ipynb", copies, f"b/{copies}", "b/m.py", "c.ipynb.bak"))
    assert files(tmp_path) == ["a.ipynb", "b/m.py"]
    assert files(tmp_path, f"b/{copies}") == [f"b/{copies}"]
    assert files(tmp_path, extend_exclude=("*.ipynb",)) == ["b/m.py"]


def test_a_folder_that_is_called_like_a_file(tmp_path: Path) -> None:
    write(tmp_path, empty("pkg.py/m.py"))
    assert files(tmp_path) == ["pkg.py/m.py"]


def test_what_is_named_itself_needs_no_suffix(tmp_path: Path) -> None:
    write(tmp_path, empty("script"))
    assert files(tmp_path, "script") == ["script"]


@pytest.mark.parametrize("twice", [("a/m.py", "a"), ("a", "a/m.py"), ("a", "."), ("a", "a")])
def test_once(twice: tuple[str, str], tmp_path: Path) -> None:
    write(tmp_path, empty("a/m.py"))
    assert files(tmp_path, *twice) == ["a/m.py"]


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, empty("a/m.py"))
    (tmp_path / "a/up").symlink_to("..")
    (tmp_path / "z.py").symlink_to("a")
    assert files(tmp_path) == ["a/m.py"]


def test_a_link_to_a_file_is_that_file(tmp_path: Path) -> None:
    write(tmp_path, empty("a/m.py", "b.txt"))
    (tmp_path / "0.py").symlink_to("a/m.py")
    (tmp_path / "1.py").symlink_to("a/m.py")
    (tmp_path / "b.py").symlink_to("b.txt")
    assert files(tmp_path) == ["a/m.py", "b.txt"]


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert files(tmp_path) == []


def test_a_lock_of_emacs_is_no_file(tmp_path: Path) -> None:
    (tmp_path / ".#m.py").symlink_to("me@here.4711")
    assert files(tmp_path) == []


def test_a_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, empty("a/m.py", "b/m.py"))
    scan = os.scandir

    def refuse(path: str) -> object:
        if os.path.basename(path) == "a":
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    config = Config(tmp_path)
    assert list(walk([tmp_path], lambda *_: config)) == [
        Problem(str(tmp_path / "a"), "cannot read: Permission denied"),
        Files((os.path.realpath(tmp_path / "b/m.py"),), config),
    ]


# --- exclude ------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", [".venv", "build", "dist", "node_modules", "site-packages"])
def test_excluded_by_default(folder: str, tmp_path: Path) -> None:
    write(tmp_path, empty("m.py", f"{folder}/m.py", f"a/{folder}/b/m.py"))
    assert files(tmp_path) == ["m.py"]


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        pytest.param("nothing", ["a/b.py", "a/c/m.py", "c/m.py"], id="nothing"),
        pytest.param("c", ["a/b.py"], id="a name, at any depth"),
        pytest.param("/c", ["a/b.py", "a/c/m.py"], id="a name at the root"),
        pytest.param("a/c", ["a/b.py", "c/m.py"], id="a path"),
        pytest.param("*.py", [], id="a suffix"),
        pytest.param("b.py/", ["a/b.py", "a/c/m.py", "c/m.py"], id="a folder that is a file"),
        pytest.param("a/**/m.py", ["a/b.py", "c/m.py"], id="any depth between"),
    ],
)
def test_exclude(pattern: str, left: list[str], tmp_path: Path) -> None:
    write(tmp_path, empty("a/b.py", "a/c/m.py", "c/m.py"))
    assert files(tmp_path, exclude=(pattern,)) == left
    assert files(tmp_path, extend_exclude=(pattern,)) == left


def test_a_negated_pattern_takes_back(tmp_path: Path) -> None:
    write(tmp_path, empty("a.py", "b.py"))
    assert files(tmp_path, exclude=("*.py", "!b.py")) == ["b.py"]


@pytest.mark.parametrize("name", ["build/m.py", "gen/deep/m.py", "ignored.py"])
def test_a_file_that_is_named_itself_is_never_excluded(name: str, tmp_path: Path) -> None:
    write(tmp_path, {name: "", ".gitignore": "ignored.py\n"})
    assert files(tmp_path, name, extend_exclude=("gen",)) == [name]
    assert files(tmp_path, extend_exclude=("gen",)) == []


@pytest.mark.parametrize("top", ["gen", "gen/deep", "./gen/../gen/deep"])
@pytest.mark.parametrize("pattern", ["gen", "gen/", "/gen", "gen/**", "**/gen"])
@pytest.mark.parametrize("by_git", [False, True], ids=["exclude", ".gitignore"])
def test_nor_is_a_folder(top: str, pattern: str, by_git: bool, tmp_path: Path) -> None:
    write(tmp_path, empty("gen/deep/m.py", "gen/deep/build/m.py"))
    write(tmp_path, {".gitignore": f"{pattern}\n" if by_git else ""})
    extra = () if by_git else (pattern,)
    found = files(tmp_path, top, extend_exclude=extra)
    assert [os.path.normpath(name) for name in found] == ["gen/deep/m.py"]


def test_patterns_hold_through_a_link(tmp_path: Path) -> None:
    write(tmp_path, empty("real/src/gen/m.py", "real/src/m.py"))
    (tmp_path / "link").symlink_to("real")
    config = Config(tmp_path / "real", extend_exclude=("src/gen",))
    found = list(walk([tmp_path / "link"], lambda *_: config))
    assert found == [Files((os.path.realpath(tmp_path / "real/src/m.py"),), config)]


@pytest.mark.parametrize("text", ["a", "!a", "/", "", "# note", "a[", "**a"])
def test_patterns(text: str) -> None:
    assert is_pattern(text)


@pytest.mark.parametrize("text", ["!", "a\\", "[z-a]"])
def test_no_patterns(text: str) -> None:
    assert not is_pattern(text)
    assert matcher([text, "a.py"]).match_file("a.py")


# --- .gitignore ---------------------------------------------------------------------------------

REPOSITORIES = {
    "no .gitignore": empty("a.py", "b/a.py"),
    "an empty one": {"a.py": "", ".gitignore": "\n# a.py\n"},
    "a file": {**empty("a.py", "b/a.py", "b/c.py"), ".gitignore": "a.py\n"},
    "only at the top": {**empty("a.py", "b/a.py"), ".gitignore": "/a.py\n"},
    "a folder": {**empty("out/a.py", "b/out/a.py", "c.py"), ".gitignore": "out/\n"},
    "negated": {**empty("a.py", "b.py"), ".gitignore": "*.py\n!b.py\n"},
    "negated inside a folder that is ignored": {
        **empty("out/a.py", "b.py"),
        ".gitignore": "out/\n!out/a.py\n",
    },
    "negated inside what is ignored": {
        **empty("out/a.py", "out/b.py"),
        ".gitignore": "out/*\n!out/a.py\n",
    },
    "nested": {**empty("a.py", "b/a.py", "b/c/a.py"), "b/.gitignore": "a.py\n"},
    "nested, anchored": {**empty("a.py", "b/a.py", "b/c/a.py"), "b/.gitignore": "/a.py\n"},
    "nested, negated": {
        **empty("a.py", "b/a.py"),
        ".gitignore": "a.py\n",
        "b/.gitignore": "!a.py\n",
    },
    "an allow-list": {
        **empty("a.py", "src/a.py", "src/b/c.py"),
        ".gitignore": "/*\n!/src/\n",
    },
    "the repository's own list": {**empty("a.py", "b.py"), ".git/info/exclude": "a.py\n"},
    "which a .gitignore outweighs": {
        **empty("a.py", "b.py"),
        ".git/info/exclude": "*.py\n",
        ".gitignore": "!a.py\n",
    },
    "spaces and escapes": {**empty("a b.py", "#c.py", "d.py"), ".gitignore": "a b.py\n\\#c.py\n"},
    "no pattern": {**empty("a.py", "b.py"), ".gitignore": "!\nfoo\\\na.py\n"},
    "not UTF-8 names": {**empty("é.py", "b.py"), ".gitignore": "é.py\n"},
    "newlines of Windows": {**empty("a.py", "b.py"), ".gitignore": "b.py\r\n"},
}


def git(folder: Path, *args: str) -> str:
    quiet = ("git", "-c", "core.excludesFile=", "-c", "core.quotePath=off")
    return subprocess.run(
        [*quiet, *args], cwd=folder, check=True, capture_output=True, encoding="utf-8"
    ).stdout


@pytest.mark.skipif(shutil.which("git") is None, reason="git says what is right")
@pytest.mark.parametrize("repository", REPOSITORIES.values(), ids=REPOSITORIES)
def test_ignored_as_git_does(repository: Mapping[str, str], tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    write(tmp_path, repository)
    known = git(tmp_path, "ls-files", "--others", "--exclude-standard", "*.py").splitlines()
    assert sorted(files(tmp_path)) == sorted(known)
    everything = [name for name in repository if name.endswith(".py")]
    assert sorted(files(tmp_path, respect_gitignore=False)) == sorted(everything)


def test_a_gitignore_above_the_path(tmp_path: Path) -> None:
    write(tmp_path, {**empty("a/b/c/m.py", "a/b/c/n.py"), ".gitignore": "n.py\n"})
    (tmp_path / ".git").mkdir()
    assert files(tmp_path, "a/b") == ["a/b/c/m.py"]


def test_a_gitignore_above_the_repository_does_not_count(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "m.py\n", "repo/m.py": "", "repo/.git/HEAD": ""})
    assert files(tmp_path, "repo") == ["repo/m.py"]


def test_a_worktree_whose_git_is_a_file(tmp_path: Path) -> None:
    write(tmp_path, {".gitignore": "m.py\n", "repo/m.py": "", "repo/.git": "gitdir: elsewhere\n"})
    assert files(tmp_path, "repo") == ["repo/m.py"]


def test_the_current_folder_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {**empty("a/m.py", "b/m.py"), ".gitignore": "/a/\n", ".git/HEAD": ""})
    write(tmp_path, {"b/.gitignore": "m.py\n"})
    monkeypatch.chdir(tmp_path / "b")
    config = Config(tmp_path)
    assert list(walk([Path("..")], lambda *_: config)) == []
    monkeypatch.chdir(tmp_path)
    assert list(walk([Path()], lambda *_: config)) == []


# --- relative paths and imports -----------------------------------------------------------------


def test_relative_to(tmp_path: Path) -> None:
    assert relative_to(tmp_path / "a/../b.py", tmp_path) == "b.py"
    assert relative_to(tmp_path, tmp_path / "a") is None


PACKAGE = empty(
    *("pkg/__init__.py", "pkg/a.py", "pkg/sub/__init__.py"),
    *("space/m.py", "top.py", "s/__init__.py", "s/s.py"),
)


@pytest.mark.parametrize(
    ("importer", "level", "dotted", "target"),
    [
        pytest.param("pkg/a.py", 0, "keras", None, id="an outside package"),
        pytest.param("pkg/a.py", 0, "top", "top.py", id="from the root"),
        pytest.param("pkg/a.py", 0, "a", None, id="not from inside a package"),
        pytest.param("space/n.py", 0, "m", "space/m.py", id="beside a script"),
        pytest.param("top.py", 0, "pkg", "pkg/__init__.py", id="a package"),
        pytest.param("top.py", 0, "pkg.a", "pkg/a.py", id="a module of it"),
        pytest.param("top.py", 0, "s.s", "s/s.py", id="one called like its package"),
        pytest.param("top.py", 0, "space", "space/", id="a namespace package"),
        pytest.param("pkg/a.py", 1, "", "pkg/__init__.py", id="a dot"),
        pytest.param("pkg/a.py", 1, "sub", "pkg/sub/__init__.py", id="a dot and a name"),
        pytest.param("pkg/sub/__init__.py", 2, "a", "pkg/a.py", id="two dots"),
        pytest.param("top.py", 3, "a", None, id="more dots than folders"),
        pytest.param("top.py", 0, "x" * 300, None, id="too long a name"),
        pytest.param("top.py", 0, "src_only", "src/src_only.py", id="below src"),
    ],
)
def test_locator(
    importer: str, level: int, dotted: str, target: str | None, tmp_path: Path
) -> None:
    write(tmp_path, {**PACKAGE, "src/src_only.py": ""})
    assert Locator(tmp_path)(importer, level, dotted) == target


def test_a_locator_and_links(tmp_path: Path) -> None:
    write(tmp_path, {**PACKAGE, "kept/deep/x.py": ""})
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "loop.py").symlink_to("loop.py")
    (tmp_path / "linked").symlink_to("kept/deep")
    (tmp_path / "folder.py").mkdir()
    locate = Locator(tmp_path)
    found = [locate("top.py", 0, name) for name in ("loop", "linked.x", "folder", "pkg")]
    assert found == [None, "linked/x.py", None, "pkg/__init__.py"]


# --- one file at a time -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="the usual ones"),
        pytest.param({"extend_exclude": ("gen", "a/b.py", "/c.py")}, id="more"),
        pytest.param({"exclude": ()}, id="none"),
        pytest.param({"respect_gitignore": False}, id="but not what git ignores"),
    ],
)
def test_a_file_is_excluded_if_no_walk_finds_it(
    settings: Mapping[str, tuple[str, ...] | bool], tmp_path: Path
) -> None:
    write(tmp_path, {".git/HEAD": "", ".gitignore": "out/\n*_tmp.py\n!keep_tmp.py\n"})
    write(tmp_path, {"a/.gitignore": "d.py\n", "pyproject.toml": ""})
    names = ["a/b.py", "a/c.py", "a/d.py", "build/m.py", "c.py", "gen/m.py", "keep_tmp.py"]
    names += ["a/gen/m.py", "out/x/m.py", "x_tmp.py", ".venv/lib/m.py", "m.ipynb"]
    write(tmp_path, empty(*names))
    config = Config(tmp_path, **settings)  # type: ignore[arg-type]
    kept = [name for name in names if not is_excluded(tmp_path / name, lambda *_: config)]
    assert kept
    assert sorted(kept) == sorted(files(tmp_path, **settings))


def test_a_package_that_is_installed_is_excluded(tmp_path: Path) -> None:
    names = ["lib/site-packages/pkg/__init__.py", "lib/site-packages/pkg/m.py", "loose.py"]
    write(tmp_path, empty(*names))
    excluded = [
        is_excluded(tmp_path / name, lambda folder, _=None: Config(Path(folder))) for name in names
    ]
    assert excluded == [True, True, False]


PLAIN = (".git", "build", "a.py", "__pycache__")


@pytest.mark.parametrize(
    "path", ["build/a.txt", "b/build/c.py", "a.py", "b/a.py/", "rebuild/x.py", "build2.py", "b.py"]
)
def test_plain_names_mean_what_they_mean_to_git(path: str) -> None:
    assert matcher(PLAIN).match_file(path) == GitIgnoreSpec.from_lines(PLAIN).match_file(path)
