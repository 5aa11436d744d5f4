"""The table of keys, and all that is said of it: schema, README, `seedlint config`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedlint import config
from seedlint.config import KEYS, LAYER_KEYS, Config, written
from seedlint.model import SeedlintError
from seedlint.rules import CODES, RULES
from seedlint.schema import schema, toml
from tests import test_config
from tests.conftest import Lint
from tests.projects import write

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "seedlint/schema.json"
VALIDATOR = jsonschema.Draft7Validator(schema(CODES))


def is_taken(table: dict[str, Any]) -> bool:
    """Whether seedlint itself takes ``table``."""
    try:
        config.parse(table, CODES)
    except SeedlintError:
        return False
    return True


def is_valid(table: dict[str, Any]) -> bool:
    return bool(VALIDATOR.is_valid(table))


# --- the schema ---------------------------------------------------------------------------------


def test_the_shipped_schema_is_fresh() -> None:
    """If not: ``python -m seedlint config --schema > seedlint/schema.json``."""
    assert json.loads(SHIPPED.read_text("utf-8")) == schema(CODES)


def test_it_is_a_schema() -> None:
    jsonschema.Draft7Validator.check_schema(schema(CODES))


TAKEN = [line for line, _, _ in test_config.TAKEN]
# In JSON, 3.0 is 3.
REFUSED = [line for line in test_config.WRONG_TYPES if line != "keras-version = 3.0"]
REFUSED += [line for line, _ in test_config.UNKNOWN_NAMES]


@pytest.mark.parametrize("line", TAKEN)
def test_it_takes(line: str) -> None:
    assert is_valid(tomllib.loads(line))


@pytest.mark.parametrize("line", REFUSED)
def test_it_refuses(line: str) -> None:
    small = jsonschema.Draft7Validator(schema(test_config.CODES))
    assert not small.is_valid(tomllib.loads(line))


def test_it_takes_the_settings_of_all_examples_and_of_seedlint_itself() -> None:
    own = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["seedlint"]
    examples = [dict(example.settings) for rule in RULES for example in rule.caught + rule.silent]
    for table in (own, *examples):
        VALIDATOR.validate(table)


WORDS = st.sampled_from(
    ["ALL", "SDL0", "SDL001", "SDL9", "", "dropout", "noise", "auto", "2", "4", "model", "a.B"]
)
LEAVES = WORDS | st.sampled_from([0, 2, 3, 4, True, False])
NAMES = st.sampled_from([*LAYER_KEYS, "a/*", "sead"])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)
)
ROWS = st.dictionaries(NAMES, LEAVES, max_size=3).map(lambda row: {"name": "a.B", **row})
TABLES = st.dictionaries(
    st.sampled_from([*KEYS, "selct"]), VALUES | st.lists(WORDS | ROWS, max_size=3), max_size=3
)


@given(TABLES)
def test_it_takes_what_seedlint_takes(table: dict[str, Any]) -> None:
    assert is_valid(table) == is_taken(table)


# --- the table and TOML -------------------------------------------------------------------------


def test_the_defaults_are_what_they_are_written_as() -> None:
    defaults = {k.name: k.default for k in KEYS.values() if k.default is not None}
    assert config.parse(defaults, CODES).on(Config(ROOT)) == Config(ROOT)


@given(TABLES.filter(is_taken))
def test_what_was_read_is_written_back(table: dict[str, Any]) -> None:
    found = config.parse(table, CODES)
    again = {
        key.name: written(key.kind, found.values[key.field])
        for key in KEYS.values()
        if key.field in found.values
    }
    assert config.parse(again, CODES) == found


PLAIN = st.text(st.characters(exclude_categories=["Cs"]))
TOML = st.recursive(
    PLAIN | st.booleans() | st.integers(-(2**63), 2**63 - 1),
    lambda inner: st.lists(inner) | st.dictionaries(PLAIN, inner),
)


@given(TOML)
def test_a_value_as_toml(value: object) -> None:
    line = toml(value)
    assert line.isprintable()
    assert tomllib.loads(f"key = {line}") == {"key": value}


# --- the README ---------------------------------------------------------------------------------


def test_the_readme_has_the_table() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    _, _, rest = text.partition("| key | default | meaning |\n|---|---|---|\n")
    assert rest.partition("\n\n")[0].split("\n") == [
        f"| `{key.name}` | {_default(key.default)} | {key.meaning} |" for key in KEYS.values()
    ]


def _default(value: object) -> str:
    if value is None:
        return "none"
    is_long = value == list(config.DEFAULT_EXCLUDE)
    return "`seedlint config exclude`" if is_long else f"`{toml(value)}`"


# --- seedlint config ----------------------------------------------------------------------------


def test_config_is_toml_with_all_defaults(lint: Lint) -> None:
    outcome = lint("config")
    assert (outcome.code, outcome.err) == (0, "")
    defaults = {k.name: k.default for k in KEYS.values() if k.default is not None}
    assert tomllib.loads(outcome.out) == {"tool": {"seedlint": defaults}}
    assert max(map(len, outcome.out.splitlines())) <= 80


def test_config_explains_one_key(lint: Lint) -> None:
    assert lint("config", "duplicate-scope").out == (
        "[tool.seedlint]\n\n"
        '# Where no two seeds may be equal: `"model"`, `"file"` or `"project"`. Type:\n'
        '# "model", "file" or "project".\n'
        'duplicate-scope = "model"\n'
    )


def test_config_as_json(lint: Lint) -> None:
    told = json.loads(lint("config", "--output-format", "json").out)
    assert list(told) == list(KEYS)
    one = json.loads(lint("config", "select", "--output-format", "json").out)
    assert one == told["select"]
    assert (set(one), one["default"]) == ({"doc", "default", "value_type"}, '["SDL"]')


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("config", "selct"), "unknown key `selct`, did you mean `select`?"),
        (("config", "xyzzy"), "unknown key `xyzzy`; `seedlint config` lists them all"),
        (("config", "--select", "SDL"), "options that are settings need `--show`"),
        (("config", "--show", "missing"), "missing: no such file or directory"),
        (("config", "--show", ".", "--select", "SDL9"), "unknown rule `SDL9` in `select`"),
        (("config", "--show", ".", "--config", "no.toml"), "no.toml: cannot read"),
    ],
)
def test_config_refuses(args: tuple[str, ...], message: str, lint: Lint) -> None:
    outcome = lint(*args)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"error: {message}")


PYPROJECT = """\
[project]
name = "x"

[tool.seedlint]
ignore = ["SDL001"]
extend-exclude = ["a"]
extra-layers = [{ name = "app.Mix", seed-position = 2, rate = "p" }]
[tool.seedlint.per-file-ignores]
"t/*" = ["SDL"]
"""


def origins(lint: Lint, *args: str) -> dict[str, list[str]]:
    """Where the settings come from that are no defaults."""
    told = json.loads(lint("config", "--output-format", "json", *args).out)["settings"]
    return {name: part["from"] for name, part in told.items() if part["from"] != ["default"]}


def test_show_where_nothing_is_set(lint: Lint) -> None:
    assert origins(lint, "--show", "--isolated") == {}


def test_show_names_the_lines(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": PYPROJECT, "sub/m.py": ""})
    wanted = {
        "ignore": ["pyproject.toml:5"],
        "per-file-ignores": ["pyproject.toml:8"],
        "extend-exclude": ["pyproject.toml:6"],
        "extra-layers": ["pyproject.toml:7"],
    }
    assert origins(lint, "--show") == wanted
    assert origins(lint, "--show", "sub") == wanted
    assert origins(lint, "--show", "sub/m.py") == wanted
    assert origins(lint, "--show", "--isolated") == {}
    assert origins(lint, "--show", "--config", "pyproject.toml") == wanted


def test_show_names_the_options(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": PYPROJECT})
    args = ("--show", "--ignore", "SDL1", "--exclude", "b", "--keras-version", "2")
    assert origins(lint, *args) == {
        "ignore": ["pyproject.toml:5", "--ignore"],
        "per-file-ignores": ["pyproject.toml:8"],
        "exclude": ["--exclude"],
        "extend-exclude": ["pyproject.toml:6"],
        "keras-version": ["--keras-version"],
        "extra-layers": ["pyproject.toml:7"],
    }


def test_show_leaves_out_what_an_option_undoes(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": '[tool.seedlint]\nignore = ["SDL001"]\n'})
    assert origins(lint, "--show", "--select", "SDL0") == {"select": ["--select"]}


def test_what_is_shown_is_toml_that_means_the_same(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": PYPROJECT})
    text = lint("config", "--show").out
    assert 'ignore = ["SDL001"]  # pyproject.toml:5' in text
    (tmp_path / "again.toml").write_text(text)
    again, first = (
        config.read(tmp_path / name, CODES) for name in ("again.toml", "pyproject.toml")
    )
    assert again is not None
    assert first is not None
    assert again.on(Config(tmp_path)) == first.on(Config(tmp_path))


def test_show_of_broken_settings(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "[tool.seedlint]\nselct = 1\n"})
    outcome = lint("config", "select", "--show")
    assert outcome.code == 2
    assert outcome.err.startswith("pyproject.toml:2:1: error: unknown key `selct`")
    assert 'select = ["SDL"]  # default' in outcome.out
