"""Options in, text and exit codes out; bad input costs one line and nothing else."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import BARE, SEEDED, Lint
from tests.projects import write

ROOT = Path(__file__).parents[1]
CONCISE = ("--output-format", "concise")


def python(*args: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **env}
    return subprocess.run(
        [sys.executable, *args], cwd=cwd, env=settings, capture_output=True, encoding="utf-8"
    )


# --- the ordinary cases -------------------------------------------------------------------------


def test_clean(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"model.py": SEEDED})
    outcome = lint("model.py")
    assert (outcome.code, outcome.out, outcome.err) == (0, "All checks passed!\n", "")


def test_an_empty_folder_is_clean(lint: Lint) -> None:
    assert lint().code == 0


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(("model.py",), id="a path"),
        pytest.param(("check", "model.py"), id="check, written out"),
        pytest.param((), id="no path is the current folder"),
        pytest.param(("check",), id="check alone too"),
        pytest.param((".",), id="a folder"),
        pytest.param(("--select", "SDL", "model.py"), id="an option first"),
        pytest.param(("--", "model.py"), id="after two dashes"),
    ],
)
def test_a_finding(args: tuple[str, ...], lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"model.py": BARE})
    outcome = lint(*args)
    assert (outcome.code, outcome.places) == (1, [("model.py", 2, "SDL001")])
    assert outcome.err == ""


def test_as_a_process(tmp_path: Path) -> None:
    write(tmp_path, {"model.py": BARE})
    done = python("-m", "seedlint", *CONCISE, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("model.py:2:5: SDL001 [*] `Dropout` has no `seed`")
    assert done.stderr == ""


@pytest.mark.parametrize("flag", ["-h", "--help", "--version"])
def test_what_needs_no_path(flag: str, lint: Lint) -> None:
    assert lint(flag).code == 0
    assert lint("check", "--help").code == 0


def test_exit_zero_hides_findings_but_no_failure(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"model.py": BARE})
    assert lint("--exit-zero").code == 0
    assert lint("--exit-zero").places
    assert lint("--exit-zero", "missing.py").code == 2


def test_statistics(lint: Lint, tmp_path: Path) -> None:
    silence = "  # seedlint: ignore\n"
    write(tmp_path, {"a.py": BARE, "b.py": BARE, "c.py": SEEDED.rstrip() + silence})
    outcome = lint("--statistics")
    assert outcome.code == 1
    assert outcome.out == "2\tSDL001\tmissing-seed\n1\tSDL100\tunused-suppression\n"


def test_statistics_of_nothing(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"model.py": SEEDED})
    assert lint("--statistics").out == ""


# --- selecting ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "codes"),
    [
        pytest.param((), ["SDL001", "SDL100"], id="all by default"),
        pytest.param(("--select", "SDL001"), ["SDL001"], id="one"),
        pytest.param(("--select", "SDL0"), ["SDL001"], id="a prefix"),
        pytest.param(("--select", "SDL1,SDL0"), ["SDL001", "SDL100"], id="two with a comma"),
        pytest.param(("--select", "ALL"), ["SDL001", "SDL100"], id="ALL"),
        pytest.param(("--ignore", "SDL001"), ["SDL100"], id="all but one"),
        pytest.param(("--select", "SDL", "--ignore", "SDL1"), ["SDL001"], id="longer prefix wins"),
        pytest.param(("--select", "SDL100", "--ignore", "SDL1"), ["SDL100"], id="longer select"),
        pytest.param(("--select", "SDL1", "--ignore", "SDL1"), [], id="a tie is ignored"),
        pytest.param(
            ("--select", "SDL1", "--extend-select", "SDL001"), ["SDL001", "SDL100"], id="extended"
        ),
    ],
)
def test_selection(args: tuple[str, ...], codes: list[str], lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"model.py": f"{BARE}y = 1  # seedlint: ignore[SDL001]\n"})
    outcome = lint(*args)
    assert [code for _, _, code in outcome.places] == codes


@pytest.mark.parametrize(
    ("settings", "args", "codes"),
    [
        pytest.param("", (), [], id="by default"),
        pytest.param("", ("--select", "SDL"), [], id="all by their prefix"),
        pytest.param("", ("--select", "SDL01"), ["SDL012"], id="a longer prefix"),
        pytest.param("", ("--select", "SDL012"), ["SDL012"], id="by its code"),
        pytest.param("", ("--select", "ALL"), ["SDL012"], id="ALL"),
        pytest.param("", ("--extend-select", "SDL012"), ["SDL012"], id="on top"),
        pytest.param('extend-select = ["SDL012"]', (), ["SDL012"], id="in the file"),
        pytest.param(
            'extend-select = ["SDL012"]', ("--ignore", "SDL012"), [], id="off on the command line"
        ),
    ],
)
def test_a_rule_that_is_off_by_default(
    settings: str, args: tuple[str, ...], codes: list[str], lint: Lint, tmp_path: Path
) -> None:
    model = "from keras.applications import EfficientNetB0\nx = EfficientNetB0()\n"
    write(tmp_path, {"model.py": model, "pyproject.toml": f"[tool.seedlint]\n{settings}\n"})
    assert [code for _, _, code in lint(*args).places] == codes


@pytest.mark.parametrize(
    ("settings", "args", "codes"),
    [
        pytest.param('ignore = ["SDL001"]', (), [], id="the file alone"),
        pytest.param(
            'ignore = ["SDL001"]', ("--select", "SDL001"), ["SDL001"], id="select beats the file"
        ),
        pytest.param(
            'ignore = ["SDL001"]', ("--extend-select", "SDL0"), ["SDL001"], id="so does extending"
        ),
        pytest.param('ignore = ["SDL001"]', ("--ignore", "SDL100"), [], id="ignore adds up"),
        pytest.param('select = ["SDL100"]', ("--select", "SDL001"), ["SDL001"], id="select is new"),
        pytest.param('families = ["noise"]', ("--families", "dropout"), ["SDL001"], id="families"),
        pytest.param('select = ["SDL100"]', ("--isolated",), ["SDL001"], id="isolated"),
    ],
)
def test_options_over_the_file(
    settings: str, args: tuple[str, ...], codes: list[str], lint: Lint, tmp_path: Path
) -> None:
    write(tmp_path, {"model.py": BARE, "pyproject.toml": f"[tool.seedlint]\n{settings}\n"})
    assert [code for _, _, code in lint(*args).places] == codes


def test_exclude_replaces_and_extend_exclude_adds(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {f"{name}/m.py": BARE for name in ("a", "b", "build")})
    write(tmp_path, {"pyproject.toml": '[tool.seedlint]\nextend-exclude = ["a"]\n'})
    assert lint().files == ["b/m.py"]
    assert lint("--extend-exclude", "b").files == []
    assert lint("--exclude", "b").files == ["build/m.py"]


FORCED = [
    pytest.param(("old/m.py",), id="a file"),
    pytest.param(("old",), id="a folder"),
    pytest.param(("old/sub",), id="a folder in it"),
    pytest.param(("old/sub/../m.py",), id="by a detour"),
    pytest.param(("--stdin-filename", "old/m.py"), id="stdin"),
]


@pytest.mark.parametrize("args", FORCED)
def test_what_is_named_is_excluded_by_force_alone(
    args: tuple[str, ...], lint: Lint, tmp_path: Path
) -> None:
    write(tmp_path, {".git/HEAD": "", "old/m.py": BARE, "old/sub/n.py": BARE, "new.py": BARE})
    forced = ("--extend-exclude", "old", "--force-exclude")
    assert lint(*forced[:2], *args, stdin=BARE.encode()).code == 1
    outcome = lint(*forced, *args, stdin=BARE.encode())
    assert (outcome.code, outcome.files) == (0, [])
    assert lint(*forced, "new.py", ".").files == ["new.py"]
    write(
        tmp_path, {"pyproject.toml": "[tool.seedlint]\nforce-exclude = true\nexclude = ['old']\n"}
    )
    assert lint(*args, stdin=BARE.encode()).files == []


def test_stdin_that_is_excluded_comes_back_as_it_was(lint: Lint, tmp_path: Path) -> None:
    write(
        tmp_path, {"pyproject.toml": "[tool.seedlint]\nforce-exclude = true\nexclude = ['m.py']\n"}
    )
    assert lint("--fix", "--stdin-filename", "m.py", stdin=BARE.encode()).out.startswith(BARE)


def test_config_names_a_file(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"model.py": BARE, "other.toml": '[tool.seedlint]\nselect = ["SDL100"]\n'})
    assert lint().code == 1
    assert lint("--config", "other.toml").code == 0


# --- stdin --------------------------------------------------------------------------------------


def test_stdin_that_is_clean(lint: Lint) -> None:
    assert lint("-", stdin=SEEDED.encode()).code == 0


@pytest.mark.parametrize(
    ("args", "shown"),
    [
        pytest.param(("-",), "stdin.py", id="a dash"),
        pytest.param(("--stdin-filename", "src/new.py"), "src/new.py", id="a file to be"),
        pytest.param(("--stdin-filename", "src/new.py", "-"), "src/new.py", id="with a dash"),
        pytest.param(("--stdin-filename", "old.py"), "old.py", id="a file that says otherwise"),
    ],
)
def test_stdin(args: tuple[str, ...], shown: str, lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"old.py": SEEDED, "bad.py": BARE})
    outcome = lint(*args, stdin=BARE.encode())
    assert (outcome.code, outcome.places) == (1, [(shown, 2, "SDL001")])


def test_stdin_takes_the_settings_and_imports_of_its_place(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"pkg/pyproject.toml": '[tool.seedlint]\nselect = ["SDL1"]\n'})
    write(tmp_path, {"blocks.py": "from keras.layers import Dropout as D\n"})
    assert lint("--stdin-filename", "pkg/m.py", stdin=BARE.encode()).code == 0
    text = b"from blocks import D\nx = D(0.5)  # a dropout\n"
    assert lint("--stdin-filename", "m.py", stdin=text).places == [("m.py", 2, "SDL001")]


def test_what_pytest_runs_first_counts_though_a_test_alone_is_named(
    lint: Lint, tmp_path: Path
) -> None:
    draw = "import numpy as np\nfrom keras.layers import Dropout\n"
    draw += "Dropout(0.5, seed=np.random.randint(9))\n"
    seeded = "import numpy as np\n\ndef seed_all():\n    np.random.seed(3)\n"
    files = {
        ".git/HEAD": "",
        "tests/conftest.py": "from tests.tools import seed_all\nseed_all()\n",
        "tests/tools.py": seeded,
        "tests/deep/test_net.py": draw,
        "more/test_net.py": draw,
    }
    write(tmp_path, files)
    assert lint("tests/deep/test_net.py").code == 0
    assert lint("more/test_net.py").places == [("more/test_net.py", 3, "SDL003")]


DRAWN = "import numpy as np\nfrom keras.layers import Dropout\n\n"
DRAWN += "def build():\n    return Dropout(0.5, seed=np.random.randint(9))\n"
SET = "import config\nfrom keras.layers import Dropout\n\n"
SET += "def build():\n    return Dropout(0.5, seed=config.SEED)\n"
USED = "import net\n\nnet.build()\n"
SETTLED = {
    "who imports it seeds": (DRAWN, {"train.py": f"import numpy\nnumpy.random.seed(1)\n{USED}"}),
    "by what else it imports": (
        DRAWN,
        {
            "train.py": f"import first\n{USED}",
            "first.py": "import numpy\n\nnumpy.random.seed(1)\n",
        },
    ),
    "who imports it sets the seed": (
        SET,
        {"config.py": "SEED = None\n", "train.py": f"import config\nconfig.SEED = 7\n{USED}"},
    ),
}


@pytest.mark.parametrize(("net", "others"), SETTLED.values(), ids=SETTLED)
def test_what_others_seed_counts_though_a_file_alone_is_named(
    net: str, others: dict[str, str], lint: Lint, tmp_path: Path
) -> None:
    write(tmp_path, {".git/HEAD": "", "net.py": net, **others})
    for path in (".", "net.py"):
        assert lint(path).code == 0
    (tmp_path / "train.py").write_text(USED, "utf-8")
    for path in (".", "net.py"):
        assert len(lint(path).places) == 1


def test_stdin_that_cannot_be_decoded(lint: Lint) -> None:
    outcome = lint("--stdin-filename", "m.py", stdin=b"x = 1\ny = '\xff Dropout'\n")
    assert outcome.code == 2
    assert outcome.err.startswith("m.py:2:1: error: cannot decode")


# --- rule ---------------------------------------------------------------------------------------


def test_rule_lists_all(lint: Lint) -> None:
    outcome = lint("rule")
    assert outcome.code == 0
    assert outcome.out.startswith("SDL001  missing-seed: ")


@pytest.mark.parametrize("word", ["SDL001", "sdl001", "missing-seed"])
def test_rule_explains(word: str, lint: Lint) -> None:
    outcome = lint("rule", word)
    assert outcome.code == 0
    assert outcome.out.startswith("# missing-seed (SDL001)\n")
    assert "## Why is this bad?" in outcome.out


# --- what cannot be done ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "message"),
    [
        pytest.param(("rule", "SDL999"), "unknown rule `SDL999`", id="rule"),
        pytest.param(("--selct", "SDL001"), "No such option", id="an option"),
        pytest.param(("--output-format", "xml"), "'xml' is not one of", id="a format"),
        pytest.param(("--select", "SDL0O4"), "did you mean `SDL004`?", id="a code"),
        pytest.param(("--families", "dropot"), "did you mean `dropout`?", id="a family"),
        pytest.param(
            ("--exclude", "[z-a]"), "invalid pattern `[z-a]` in `--exclude`", id="a pattern"
        ),
        pytest.param(("--config", "no.toml"), "no.toml: cannot read", id="a settings file"),
    ],
)
def test_a_bad_option(args: tuple[str, ...], message: str, lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"model.py": BARE})
    outcome = lint(*args)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err


@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param("missing.py", "no such file or directory", id="missing"),
        pytest.param("good.py/x.py", "cannot read: Not a directory", id="below a file"),
        pytest.param("é" * 300, "cannot read: File name too long", id="too long a name"),
        pytest.param("loop", "cannot read: Too many levels of symbolic links", id="a loop"),
        pytest.param("loop/x.py", "cannot read: Too many levels", id="below a loop"),
    ],
)
def test_a_path_that_cannot_be_read(path: str, message: str, lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"good.py": BARE})
    (tmp_path / "loop").symlink_to("loop")
    outcome = lint(path, "good.py", path, *CONCISE)
    assert (outcome.code, outcome.files) == (2, ["good.py"])
    (line,) = outcome.errors
    assert line.startswith(f"{path}: error: {message}")


def deep(opening: str, times: int) -> bytes:
    return f"x = {opening * times}1\n".encode()


BAD_FILES = {
    "a syntax error": (b"x = 1\ndef f(:\n", "2:7: error: cannot parse"),
    "an open bracket": (b"x = (\n", "1:5: error: cannot parse"),
    "bad indentation": (b"if a:\n    b\n   c\n", "3:"),
    "Python 2": (b"print 'x'\n", "1:1: error: cannot parse: Missing parentheses"),
    "bad UTF-8": (b"# one\n# two\n# three\nx = '\xff'\n", "4:1: error: cannot decode: 'utf-8'"),
    "bad UTF-8 in the second line": (b"# one\nx = '\xff'\n", "2:1: error: cannot decode: 'utf-8'"),
    "an unknown cookie": (b"# coding: klingon\n", "1:1: error: cannot decode: unknown encoding"),
    "a cookie for no text": (b"# coding: rot13\n", "1:1: error: cannot decode: rot13"),
    "a cookie that decodes nothing": (b"# coding: undefined\n", "1:1: error: cannot decode"),
    "a cookie that the mark denies": (b"\xef\xbb\xbf# coding: latin-1\n", "1:1: error: cannot"),
    "lone surrogates": (b"# coding: utf-7\nx = '+2AA-'\n", "1:1: error: cannot decode"),
    "a NUL byte": (b"x = 1\ny = 2\0\n", "2:1: error: cannot parse: the source holds a NUL"),
    "3,000 nested brackets": (deep("(", 3_000), "1:"),
    "20,000 signs": (deep("-", 20_000), "1:1: error: cannot parse"),
}


@pytest.mark.parametrize(("data", "message"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_that_nothing_can_be_found_in_is_passed_over(
    data: bytes, message: str, lint: Lint, tmp_path: Path
) -> None:
    (tmp_path / "bad.py").write_bytes(data)
    assert (lint().code, lint().err) == (0, "")


@pytest.mark.parametrize(("data", "message"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_costs_only_itself(
    data: bytes, message: str, lint: Lint, tmp_path: Path
) -> None:
    write(tmp_path, {"a.py": BARE, "z.py": BARE})
    (tmp_path / "bad.py").write_bytes(data + b"# Dropout(0.5)\n")
    outcome = lint(*CONCISE)
    assert (outcome.code, outcome.files) == (2, ["a.py", "z.py"])
    (line,) = outcome.errors
    assert line.startswith(f"bad.py:{message}")


def test_a_bad_file_among_clean_ones_is_no_pass(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"a.py": SEEDED, "bad.py": "x = (  # Dropout\n"})
    outcome = lint("bad.py", "a.py", "bad.py", ".")
    assert (outcome.code, outcome.out) == (2, "")
    assert len(outcome.errors) == 1


def test_an_import_of_a_bad_file_is_reported_once(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"a.py": f"from bad import *\n{BARE}", "bad.py": "x = (  # Dropout\n"})
    outcome = lint()
    assert (outcome.code, outcome.places) == (2, [("a.py", 3, "SDL001")])
    assert len(outcome.errors) == 1


@pytest.mark.parametrize("target", ["nowhere.py", "link.py"], ids=["to nowhere", "to itself"])
def test_a_broken_link(target: str, lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"a.py": BARE})
    (tmp_path / "link.py").symlink_to(target)
    outcome = lint()
    assert (outcome.code, outcome.files) == (2, ["a.py"])
    assert outcome.errors == ["link.py: error: cannot read: broken symbolic link"]


def test_an_unreadable_file(lint: Lint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.py": BARE, "secret.py": BARE})
    read = os.open

    def refuse(path: str, *args: Any, **more: Any) -> int:
        if str(path).endswith("secret.py"):
            raise PermissionError(13, "Permission denied", str(path))
        return read(path, *args, **more)

    monkeypatch.setattr("os.open", refuse)
    outcome = lint()
    assert (outcome.code, outcome.files) == (2, ["a.py"])
    assert outcome.errors == ["secret.py: error: cannot read: Permission denied"]


def test_a_hostile_file_does_not_crash_the_process(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"a.py": BARE, "deep.py": "(" * 20_000 + "Dropout", "not.py": "not " * 20_000 + "Dropout"},
    )
    done = python("-m", "seedlint", cwd=tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 2)
    assert "a.py:2:5: SDL001" in done.stdout


BAD_SETTINGS = {
    "an unknown key": (b'[tool.seedlint]\nselct = ["SDL"]\n', ":2:1: error: unknown key `selct`"),
    "a wrong type": (b'[tool.seedlint]\nselect = "SDL"\n', ":2:1: error: `select` must be a list"),
    "broken TOML": (b"[project]\nname = \n", ":2:1: error: cannot parse"),
    "TOML that never ends": (b"a = [", ": error: cannot parse"),
    "TOML too deep": (b"a = " + b"[" * 5_000, ": error: cannot parse"),
    "not UTF-8": (b"a = 1\nb = '\xff'\n", ":2:1: error: cannot decode"),
    "a bad pattern": (
        b'[tool.seedlint]\nexclude = ["!"]\n',
        ":2:1: error: invalid pattern `!` in `ex",
    ),
}


@pytest.mark.parametrize(("data", "message"), BAD_SETTINGS.values(), ids=BAD_SETTINGS)
def test_bad_settings_are_not_used_but_stop_nothing(
    data: bytes, message: str, lint: Lint, tmp_path: Path
) -> None:
    write(tmp_path, {"a.py": BARE, "sub/b.py": BARE})
    (tmp_path / "pyproject.toml").write_bytes(data)
    outcome = lint()
    assert (outcome.code, outcome.files) == (2, ["a.py", "sub/b.py"])
    (line,) = outcome.errors
    assert line.startswith(f"pyproject.toml{message}")
    assert line.endswith(" (its settings are not used)")


# --- names, order, and what is never imported -----------------------------------------------------


@pytest.mark.parametrize(
    "name", ["with space.py", "naïve.py", "日本語/モデル.py", "-x.py", "a'b.py", "#.py", "[x].py"]
)
def test_file_names(name: str, lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {name: BARE})
    assert lint().files == [name]
    assert lint("--", name).files == [name]


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_a_name_that_the_terminal_cannot_show(encoding: str, tmp_path: Path) -> None:
    write(tmp_path, {"日.py": "from keras.layers import Dropout\n日 = Dropout(0.5)\n"})
    done = subprocess.run(
        [sys.executable, "-m", "seedlint"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding},
        capture_output=True,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"SDL001" in done.stdout


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff.py")).write_text(BARE)
    done = python("-m", "seedlint", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "SDL001" in done.stdout


FACTORY = (
    "from keras.layers import Dropout\ndef make(seed=None):\n    return Dropout(0.5, seed=seed)\n"
)


def test_a_wrapper_in_another_file(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"factory.py": FACTORY, "train.py": "from factory import make\nx = make()\n"})
    outcome = lint()
    assert outcome.places == [("train.py", 2, "SDL001")]
    assert "note: factory.py:3:12 `Dropout` is built here" in outcome.out
    assert lint("train.py", "factory.py").out == outcome.out


def test_every_order_of_paths_gives_one_report(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"factory.py": FACTORY, "sub/pyproject.toml": "[tool.seedlint]\n"})
    write(tmp_path, {"train.py": "from factory import make\nx = make()\n"})
    write(tmp_path, {"sub/a.py": BARE, "bad.py": "(  # Dropout"})
    paths = ["train.py", "factory.py", "sub", "bad.py", "missing.py"]
    outcomes = {lint(*order) for order in itertools.permutations(paths)}
    assert len(outcomes) == 1
    assert outcomes.pop().files == ["sub/a.py", "train.py"]


@pytest.mark.parametrize("seed", ["0", "1"])
def test_the_hash_seed_changes_nothing(seed: str, tmp_path: Path) -> None:
    once = python("-m", "seedlint", "fixtures", cwd=ROOT, PYTHONHASHSEED=seed)
    assert once.stdout == python("-m", "seedlint", "fixtures", cwd=ROOT, PYTHONHASHSEED="2").stdout


def test_a_path_given_twice_is_linted_once(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"sub/a.py": BARE})
    (tmp_path / "link.py").symlink_to("sub/a.py")
    twice = (
        "sub/a.py",
        "./sub/a.py",
        "sub/../sub/a.py",
        str(tmp_path / "sub/a.py"),
        "sub",
        "link.py",
    )
    assert lint(*twice).out == lint("sub/a.py").out
    found = json.loads(lint("--output-format", "json", *twice).out)
    assert len(found) == 1


IMPORTED = """
import sys
from click.testing import CliRunner
from seedlint.cli import main

print(CliRunner().invoke(main, sys.argv[1:]).exit_code)
print(*sorted({"libcst", "tensorflow", "keras", "numpy", "pathspec"} & sys.modules.keys()))
heavy = {"seedlint.project", "libcst.matchers", "libcst.codemod"} & sys.modules.keys()
works = {"seedlint.extract", "rule"} & {*sys.modules, *sys.argv}
assert heavy <= ({"seedlint.project"} if works else set())
"""


@pytest.mark.parametrize(
    ("text", "args", "said"),
    [
        pytest.param("import os\n", (".",), "0\n\n", id="no file mentions dropout"),
        pytest.param("import tensorflow, keras, numpy\n", (".",), "0\n\n", id="but TensorFlow"),
        pytest.param("import os\n", ("--version",), "0\n\n", id="version"),
        pytest.param("import os\n", ("rule", "SDL001"), "0\n\n", id="rule"),
        pytest.param(BARE, (".",), "1\n\n", id="a finding"),
        pytest.param(f"{BARE}match x:\n  case 1: pass\n", (".",), "1\nlibcst\n", id="for LibCST"),
    ],
)
def test_imports(text: str, args: tuple[str, ...], said: str, tmp_path: Path) -> None:
    write(tmp_path, {"model.py": text})
    done = python("-c", IMPORTED, *args, cwd=tmp_path)
    assert (done.stdout, done.stderr) == (said, "")


# What takes long to load, though neither Click nor LibCST needs it.
SLOW = {"concurrent.futures", "dataclasses", "importlib.resources", "logging", "multiprocessing"}
SLOW |= {"random", "socket", "subprocess", "tempfile", "tomli", "tomllib"}
EXTRACTING = {"hashlib", "json", "seedlint.catalogue", "seedlint.facts", "seedlint.rules"}
LOADED = """
import sys
import {}
there = set(sys.modules)
from seedlint.cli import main
try:
    main(["--no-cache", "."])
finally:
    print(*sorted({} & (sys.modules.keys() - there)))
"""


@pytest.mark.parametrize(
    ("text", "known", "unwanted"),
    [
        pytest.param("import os\n", "click", SLOW | EXTRACTING, id="no file mentions dropout"),
        pytest.param(BARE, "click, libcst", SLOW, id="a finding"),
    ],
)
def test_nothing_is_loaded_in_vain(
    text: str, known: str, unwanted: set[str], tmp_path: Path
) -> None:
    write(tmp_path, {"model.py": text})
    done = python("-c", LOADED.format(known, unwanted), cwd=tmp_path)
    assert (done.stdout.splitlines()[-1], done.stderr) == ("", "")


PROJECT = {
    "blocks.py": """
from keras import layers

def block(x, seed=None):
    return layers.Dropout(0.5, seed=seed)(x)
""",
    "middle.py": "from blocks import block as piece\n",
    "train.py": "import middle\n\nmiddle.piece(1)  # SDL001\n",
    "quiet.py": "import os\n",
}


@pytest.mark.parametrize("asked", [["train.py"], ["train.py", "quiet.py"], ["."]], ids=str)
def test_a_file_that_only_calls_into_another_is_linted(
    asked: list[str], lint: Lint, tmp_path: Path
) -> None:
    write(tmp_path, PROJECT)
    assert lint("--output-format", "concise", *asked).places == [("train.py", 3, "SDL001")]


def test_no_python_files_is_worth_a_word(lint: Lint) -> None:
    outcome = lint(".")
    assert outcome.code == 0
    assert "no Python files found" in outcome.err


def test_all_files_of_a_project_by_their_names(lint: Lint, tmp_path: Path) -> None:
    text = "import keras\n\ndef block(x):\n    return keras.layers.Dropout(0.5)(x)\n\n"
    files = {"a.py": f"{text}keras.Model(1, block(1))\n", "pack/b.py": "import keras\n"}
    write(tmp_path, {".git/HEAD": "", **files})
    whole = lint(".").out
    assert "[*]" in whole
    assert lint(*files).out == whole
    # A file that is left out may call what the others define.
    assert "[*]" not in lint("a.py").out
    write(tmp_path, {"pack/c.py": "import a\n\na.block(1)\n"})
    assert "[*]" not in lint(*files).out
