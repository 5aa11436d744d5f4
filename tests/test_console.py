"""What a person before a terminal sees: help, colours, completion, progress, pages, no escapes."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from pathlib import Path

import click
import pytest

from seedlint.cli import COMMANDS, main
from seedlint.cli.markdown import rendered
from seedlint.cli.progress import Progress, watched
from seedlint.config import KEYS
from seedlint.reading import unseen
from seedlint.rule import Rule
from seedlint.rules import CODES, RULES
from tests.conftest import BARE, SEEDED, Lint
from tests.projects import write

ROOT = Path(__file__).parents[1]
ENTRY = "from seedlint.cli import main; main(prog_name='seedlint')"
QUIET_ENV = {
    name: value
    for name, value in os.environ.items()
    if name not in ("CI", "COLUMNS", "FORCE_COLOR", "NO_COLOR")
}


def environment(**more: str) -> dict[str, str]:
    return {**QUIET_ENV, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "TERM": "xterm", **more}


def on_terminal(
    *args: str, cwd: Path, columns: int = 80, more: Mapping[str, str] | None = None
) -> str:
    """What a terminal is sent by ``seedlint`` with ``args``, from stdout and stderr."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    command = [sys.executable, "-c", ENTRY, *args]
    with subprocess.Popen(
        command,
        cwd=cwd,
        # On a slow machine it would also tell how far it is.
        env=environment(CI="1", **(more or {})),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ):
        os.close(theirs)
        sent = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux says so at the end.
                break
            if not part:
                break
            sent += part
    os.close(ours)
    return sent.decode().replace("\r\n", "\n")


# --- help ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [(), *((command,) for command in COMMANDS)])
def test_help_fits_a_screen(command: tuple[str, ...], lint: Lint) -> None:
    outcome = lint(*command, "--help")
    lines = outcome.out.splitlines()
    assert (outcome.code, outcome.err) == (0, "")
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 80


def test_every_option_of_check_has_a_heading_and_a_line(lint: Lint) -> None:
    text = lint("check", "--help").out
    check = main.get_command(click.Context(main), "check")
    assert check is not None
    for param in check.params:
        if isinstance(param, click.Option):
            assert (
                len(re.findall(rf"^  .*{max(param.opts, key=len)}\b(?!-).*  \S", text, re.M)) == 1
            )
    assert "Other:" not in text


# --- colours ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "names", "is_coloured"),
    [
        pytest.param((), {}, False, id="no terminal"),
        pytest.param((), {"FORCE_COLOR": "1"}, True, id="forced"),
        pytest.param((), {"FORCE_COLOR": ""}, False, id="an empty name forces nothing"),
        pytest.param((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, id="forced wins, as in ruff"),
        pytest.param(("--color", "never"), {"FORCE_COLOR": "1"}, False, id="the flag wins"),
        pytest.param(("--color", "always"), {"NO_COLOR": "1"}, True, id="the flag wins again"),
        pytest.param(("--color", "auto"), {"FORCE_COLOR": "1"}, True, id="auto leaves it open"),
    ],
)
def test_colours(
    args: tuple[str, ...],
    names: dict[str, str],
    is_coloured: bool,
    lint: Lint,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    write(tmp_path, {"m.py": BARE, "bad.py": "(  # Dropout"})
    outcome = lint(*args)
    assert ("\x1b[" in outcome.out, "\x1b[" in outcome.err) == (is_coloured, is_coloured)
    assert ("\x1b[" in lint("rule", "SDL999", *args).err) == is_coloured
    assert ("\x1b[" in lint("rule", *args).out) == is_coloured
    assert ("\x1b[" in lint("config", *args).out) == is_coloured


@pytest.mark.parametrize(
    ("more", "is_coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
    ids=["a terminal", "NO_COLOR", "an empty NO_COLOR", "a dumb terminal"],
)
def test_colours_on_a_terminal(more: dict[str, str], is_coloured: bool, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": BARE})
    assert ("\x1b[" in on_terminal(cwd=tmp_path, more=more)) == is_coloured


# --- how much is said ---------------------------------------------------------------------------


def test_quiet_says_only_what_is_found_and_what_failed(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": SEEDED})
    assert (lint("-q").out, lint("-q").err) == ("", "")
    write(tmp_path, {"m.py": BARE, "bad.py": "(  # Dropout"})
    for output_format in ("full", "concise"):
        outcome = lint("--quiet", "--output-format", output_format)
        assert (outcome.code, len(outcome.places), len(outcome.errors)) == (2, 1, 1)
        assert "Found" not in outcome.out
    fixed = lint("--quiet", "--fix", "m.py")
    assert (fixed.code, fixed.out, fixed.err) == (0, "", "")


def test_quiet_does_not_warn(lint: Lint) -> None:
    assert lint(".").err == "warning: no Python files found\n"
    assert lint("-q", ".").err == ""


def test_verbose_tells_which_settings_apply(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"a/m.py": SEEDED, "b/m.py": SEEDED, "b/n.py": SEEDED, ".git/HEAD": ""})
    write(tmp_path, {"b/pyproject.toml": "[tool.seedlint]\n"})
    assert lint("-v").err == (
        f"{tmp_path}: 1 file, default settings\n"
        f"{tmp_path}/b: 2 files, settings of {tmp_path}/b/pyproject.toml\n"
    )


def test_show_files(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"b.py": BARE, "a/m.ipynb": "not even JSON", "a/n.txt": "", "build/x.py": ""})
    outcome = lint("--show-files")
    assert (outcome.code, outcome.out, outcome.err) == (0, "a/m.ipynb\nb.py\n", "")


def test_show_files_of_a_missing_path(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"b.py": BARE})
    outcome = lint("--show-files", "missing.py", "b.py")
    assert (outcome.code, outcome.out) == (2, "b.py\n")
    assert outcome.err == "missing.py: error: no such file or directory\n"


# --- rule ---------------------------------------------------------------------------------------


def test_the_page_of_all_rules_is_fresh(lint: Lint) -> None:
    """If not: ``python -m seedlint rule --all > docs/rules.md``."""
    assert lint("rule", "--all").out == (ROOT / "docs/rules.md").read_text("utf-8")


def test_every_finding_leads_to_a_heading_of_that_page(lint: Lint) -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "docs/rules.md").read_text("utf-8"), re.M)
    told = json.loads(lint("rule", "--all", "--output-format", "json").out)
    assert [entry["url"].partition("#")[2] for entry in told] == headings


# Of `ruff rule --all --output-format json`, ruff 0.17.
RUFF_KEYS = {"name", "code", "linter", "summary", "fix", "fix_availability", "explanation"}


def test_rules_as_json(lint: Lint) -> None:
    told = json.loads(lint("rule", "--all", "--output-format", "json").out)
    assert [entry["code"] for entry in told] == [rule.code for rule in RULES]
    assert all(set(entry) == RUFF_KEYS | {"default", "severity", "url"} for entry in told)
    (off,) = (entry["code"] for entry in told if not entry["default"])
    assert off == "SDL012"
    assert told[0]["explanation"].startswith("## What it does\n")
    assert json.loads(lint("rule", "SDL001", "--output-format", "json").out) == told[0]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("SDL02",), "unknown rule `SDL02`, did you mean `SDL0"),
        (("mising-seed",), "unknown rule `mising-seed`, did you mean `missing-seed`?"),
        (("E501",), "unknown rule `E501`; `seedlint rule` lists them all"),
        (("SDL001", "--all"), "either a rule or `--all`"),
    ],
)
def test_rule_refuses(args: tuple[str, ...], message: str, lint: Lint) -> None:
    outcome = lint("rule", *args)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"error: {message}")


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_page_on_a_terminal(rule: Rule, columns: int, lint: Lint) -> None:
    page = lint("rule", rule.code).out
    text = click.unstyle(rendered(page, columns))
    told = [line for line in text.split("\n") if not line.startswith("    ")]
    assert max(map(len, told)) <= columns
    # Nothing is lost but what marks headings and code.
    assert _words(text) == _words(re.sub(r"^```\w*$|^#+ ", "", page, flags=re.M))


def _words(text: str) -> list[str]:
    return text.replace("`", "").split()


def test_a_page_is_markdown_when_piped_and_none_on_a_terminal(tmp_path: Path) -> None:
    shown = on_terminal("rule", "SDL002", cwd=tmp_path)
    assert "##" not in shown
    assert "```" not in shown
    assert "\x1b[1mWhy is this bad?\x1b[0m\n" in shown
    assert "##" in on_terminal("rule", "SDL002", "--color", "never", cwd=tmp_path)


# --- completion ---------------------------------------------------------------------------------


def completed(line: str, tmp_path: Path) -> list[str]:
    """What bash would offer for the last word of ``line``."""
    words = line.split(" ")
    script = tmp_path / "bin/seedlint"
    write(tmp_path, {"bin/seedlint": f"#!{sys.executable}\n{ENTRY}\n"})
    script.chmod(0o755)
    source = 'eval "$(_SEEDLINT_COMPLETE=bash_source seedlint)"'
    call = f'COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _seedlint_completion seedlint "$0"'
    done = subprocess.run(
        ["bash", "-c", f'{source}; {call}; printf "%s\\n" "${{COMPREPLY[@]}}"', words[-1]],
        env=environment(PATH=f"{script.parent}{os.pathsep}{os.environ['PATH']}"),
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
    )
    return done.stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        pytest.param("seedlint ru", ["rule"], id="a command"),
        pytest.param("seedlint --sel", ["--select"], id="an option of check, left out"),
        pytest.param("seedlint check --sel", ["--select"], id="an option of check"),
        pytest.param("seedlint src --sel", ["--select"], id="an option behind a path"),
        pytest.param("seedlint --select SDL10", ["SDL100"], id="a rule"),
        pytest.param("seedlint --select SDL001,SDL10", ["SDL001,SDL100"], id="a second rule"),
        pytest.param("seedlint --families au", ["augmentation"], id="a family"),
        pytest.param("seedlint --output-format js", ["json"], id="a format"),
        pytest.param("seedlint rule SDL10", ["SDL100"], id="the rule to explain"),
        pytest.param("seedlint rule sdl10", ["SDL100"], id="in small letters"),
        pytest.param("seedlint rule frozen", ["frozen-mask"], id="a rule by its name"),
        pytest.param("seedlint config keras", ["keras-version"], id="a key"),
        pytest.param("seedlint src", [], id="a path is left to the shell"),
        pytest.param("seedlint check src", [], id="so is one of check"),
    ],
)
def test_completion(line: str, offered: list[str], tmp_path: Path) -> None:
    found = completed(line, tmp_path)
    assert found[: len(offered)] == offered
    assert len(found) == len(offered) or line.endswith("js")


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_completion_offers_all(tmp_path: Path) -> None:
    assert completed("seedlint rule SDL", tmp_path) == sorted(CODES)
    assert set(completed("seedlint --", tmp_path)) >= {"--version", "--fix", "--help"}
    assert set(completed("seedlint config ext", tmp_path)) == {k for k in KEYS if k[:3] == "ext"}


# --- progress -----------------------------------------------------------------------------------


def test_a_short_run_shows_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(clock=lambda: 0.0)
    progress(1, 2)
    progress.erase()
    assert capsys.readouterr().err == ""


def test_a_long_run_shows_progress_and_nothing_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(clock=iter([0.0, 0.5, 1.5, 1.55, 1.7]).__next__)
    for done in range(4):
        progress(done, 4)
    progress.erase()
    first, second = "1 of 4 files", "3 of 4 files"
    text = capsys.readouterr().err
    assert re.findall(r"\d of 4 files", text) == [first, second]
    assert screen(text).strip() == ""


def screen(text: str) -> str:
    """The line that a terminal shows of ``text``."""
    line: list[str] = []
    at = 0
    for char in text:
        if char == "\r":
            at = 0
            continue
        line[at : at + 1] = [char]
        at += 1
    return "".join(line)


@pytest.mark.parametrize(
    ("is_terminal", "quiet", "more"),
    [
        pytest.param(False, False, {}, id="no terminal"),
        pytest.param(True, True, {}, id="quiet"),
        pytest.param(True, False, {"CI": "true"}, id="CI"),
        pytest.param(True, False, {"TERM": "dumb"}, id="a dumb terminal"),
    ],
)
def test_nobody_watches(
    is_terminal: bool, quiet: bool, more: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(**more).items():
        monkeypatch.setenv(name, value)
    if "CI" not in more:
        monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal, raising=False)
    with watched(quiet) as progress:
        assert progress is unseen


def test_somebody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with watched(quiet=False) as progress:
        assert isinstance(progress, Progress)


# --- nothing that a terminal would obey -----------------------------------------------------------

EVIL = "evil\x1b[31m\n\u202ename.py"
# The source writes a title, rings, and turns the direction.
SOURCE = "from keras.layers import Dropout\nx = Dropout(0.5, name='\x1b]0;t\x07\x9b2J\u202e')\n"
HELPER = "from keras.layers import Dropout\ndef make(s=None):\n    return Dropout(0.5, seed=s)\n"


def evil(folder: Path) -> Path:
    write(folder, {EVIL: SOURCE, f"bad{EVIL}": "x = (\x1b[31m\n", "pyproject.toml": PYPROJECT})
    return write(folder, {f"{EVIL[:-3]}/lib.py": HELPER, f"{EVIL[:-3]}/m.py": CALLER})


CALLER = "from lib import make\nx = make()  # \x1b[31m\n"
PYPROJECT = '[tool.seedlint]\n"sel\\u001b[31mct\\u202e" = 1\n'
ALLOWED = re.compile(r"\x1b\[[\d;]*m")
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize(
    "args",
    [
        pytest.param((), id="full"),
        pytest.param(("--output-format", "concise"), id="concise"),
        pytest.param(("--output-format", "json"), id="json"),
        pytest.param(("--statistics",), id="statistics"),
        pytest.param(("--verbose",), id="verbose"),
        pytest.param(("--show-files",), id="files"),
        pytest.param(("--fix", "--unsafe-fixes"), id="fix"),
        pytest.param(("missing\x1b[31m.py",), id="a missing path"),
        pytest.param(("--select", "SDL\x1b[31m"), id="an option"),
        pytest.param(("--exclude", "[z-a]\x1b[31m"), id="a pattern"),
        pytest.param(("--config", "\x1b[31m.toml"), id="a settings file"),
        pytest.param(("rule", "\x1b[31m"), id="rule"),
        pytest.param(("config", "\x1b[31m"), id="config"),
        pytest.param(("config", "--show", ".", "--exclude", "\x1b[31m\u202e"), id="show"),
        pytest.param(("config", "--show", "no\x1b[31m"), id="show of what is missing"),
    ],
)
def test_no_control_characters(args: tuple[str, ...], lint: Lint, tmp_path: Path) -> None:
    evil(tmp_path)
    outcome = lint(*args)
    for text in (outcome.out, outcome.err):
        assert not FORBIDDEN.findall(text)
    assert outcome.out or outcome.err


def test_no_control_characters_in_a_patch_on_a_terminal(tmp_path: Path) -> None:
    sent = on_terminal("--diff", "--unsafe-fixes", cwd=evil(tmp_path))
    assert "+x = Dropout(0.5, name='␛]0;t␇\ufffd2J\ufffd', seed=" in sent
    assert not FORBIDDEN.findall(ALLOWED.sub("", sent))


def test_a_piped_patch_is_left_as_it_is(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": SOURCE})
    assert "\x1b]0;t\x07\x9b2J\u202e" in lint("--diff").out


# --- frames -------------------------------------------------------------------------------------

LONG = f"import keras\nx = [{'1, ' * 60}keras.layers.Dropout(0.5){', 1' * 60}]\n"


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_nothing_is_wider_than_the_terminal(columns: int, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": LONG})
    lines = click.unstyle(on_terminal(cwd=tmp_path, columns=columns)).split("\n")
    assert max(map(len, lines)) <= columns
    (source,) = (line for line in lines if line.startswith("2 | "))
    marks = lines[lines.index(source) + 1]
    assert source[marks.index("^") : marks.rindex("^") + 1] == "keras.layers.Dropout(0.5)"
    assert [line for line in lines if "- …" in line and "Dropout(0.5)" in line]
    assert [line for line in lines if "+ …" in line and "Dropout(0.5, seed=" in line]


def test_a_pipe_has_room_for_140_columns(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"m.py": LONG})
    assert max(map(len, lint().out.split("\n"))) == 140
