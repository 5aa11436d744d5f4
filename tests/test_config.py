"""Settings: what is taken, what is refused, and where the reader is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from seedlint import config
from seedlint.config import Config, Partial, SettingsError
from seedlint.model import SeedlintError
from tests.conftest import BARE, Lint
from tests.projects import write

CODES = frozenset({"SDL001", "SDL002", "SDL100"})


def settings(text: str, folder: Path) -> Config:
    write(folder, {"pyproject.toml": text})
    found = config.read(folder / "pyproject.toml", CODES)
    assert found is not None
    return found.on(Config(folder))


def refusal(text: str, folder: Path) -> str:
    """What is said of the settings ``text``, from the name of the file on."""
    write(folder, {"pyproject.toml": text})
    with pytest.raises(SettingsError) as caught:
        config.read(folder / "pyproject.toml", CODES)
    return str(caught.value).removeprefix(f"{folder}/")


# --- taken --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="an empty file"),
        pytest.param("[tool.ruff]\nselct = 1\n", id="another tool's mistakes"),
        pytest.param("tool = 3\n", id="a tool that is no table"),
    ],
)
def test_none_of_our_business(text: str, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": text})
    assert config.read(tmp_path / "pyproject.toml", CODES) is None


def test_an_empty_table_is_all_defaults(tmp_path: Path) -> None:
    assert settings("[tool.seedlint]\n", tmp_path) == Config(tmp_path)


TAKEN = [
    ('select = ["SDL0", "ALL"]', "select", ("SDL0", "ALL")),
    ('ignore = ["SDL100"]', "ignore", ("SDL100",)),
    ('extend-select = ["SDL1"]', "extend_select", ("SDL1",)),
    ('exclude = ["a/*"]', "exclude", ("a/*",)),
    ('extend-exclude = ["b"]', "extend_exclude", ("b",)),
    ('families = ["noise"]', "families", ("noise",)),
    ("families = []", "families", ()),
    ('keras-version = "auto"', "keras_version", None),
    ('keras-version = "2"', "keras_version", 2),
    ("keras-version = 3", "keras_version", 3),
    ("accept-global-seed = true", "accept_global_seed", True),
    ("respect-gitignore = false", "respect_gitignore", False),
    ('per-file-ignores = { "t/*" = ["SDL"] }', "per_file_ignores", (("t/*", ("SDL",)),)),
]


@pytest.mark.parametrize(("line", "name", "value"), TAKEN)
def test_a_key(line: str, name: str, value: object, tmp_path: Path) -> None:
    assert getattr(settings(f"[tool.seedlint]\n{line}\n", tmp_path), name) == value


def test_extra_layers(tmp_path: Path) -> None:
    text = """[tool.seedlint]
extra-layers = [
  "app.Shake",
  { name = "app.Mix", family = "noise", seed = "rng", seed-position = 2, rate = "p" },
]
"""
    first, second = settings(text, tmp_path).extra_layers
    assert (first.key, first.family) == ("app.Shake", "dropout")
    assert (second.key, second.family) == ("app.Mix", "noise")
    assert second.signature(3).seed_name == "rng"


def test_a_byte_order_mark_of_toml_is_refused_with_a_place(tmp_path: Path) -> None:
    assert refusal("\ufeff[tool.seedlint]\n", tmp_path).startswith("pyproject.toml:1: cannot parse")


# --- refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("selct", "select"),
        ("extend_select", "extend-select"),
        ("per-file-ignore", "per-file-ignores"),
        ("family", "families"),
        ("keras_version", "keras-version"),
        ("extra-layer", "extra-layers"),
        ("accept-global-seeds", "accept-global-seed"),
    ],
)
def test_an_unknown_key_names_the_nearest(key: str, near: str, tmp_path: Path) -> None:
    said = refusal(f"[tool.seedlint]\n\n{key} = 1\n", tmp_path)
    assert said == f"pyproject.toml:3: unknown key `{key}`, did you mean `{near}`?"


@pytest.mark.parametrize("key", ["xyzzy", "root"])
def test_an_unknown_key_that_is_near_to_nothing(key: str, tmp_path: Path) -> None:
    said = refusal(f"[tool.seedlint]\n{key} = 1\n", tmp_path)
    assert said == f"pyproject.toml:2: unknown key `{key}`"


WRONG_TYPES = [
    'select = "SDL001"',
    "select = [1]",
    "ignore = { a = 1 }",
    'exclude = "a"',
    "extend-exclude = [true]",
    "families = 3",
    "keras-version = 1",
    "keras-version = 3.0",
    "keras-version = true",
    'keras-version = "three"',
    "keras-version = [3]",
    'accept-global-seed = "yes"',
    "respect-gitignore = 1",
    'per-file-ignores = ["SDL001"]',
    'per-file-ignores = { "a" = "SDL001" }',
    'extra-layers = "a.B"',
    "extra-layers = [1]",
    "extra-layers = [{}]",
    'extra-layers = [{ name = "a.B", seed = 1 }]',
    'extra-layers = [{ name = "a.B", seed-position = "1" }]',
    'extra-layers = [{ name = "a.B", rate-position = true }]',
]


@pytest.mark.parametrize("line", WRONG_TYPES)
def test_a_wrong_type(line: str, tmp_path: Path) -> None:
    said = refusal(f"[tool.seedlint]\n\n{line}\n", tmp_path)
    assert said.startswith("pyproject.toml:3: ")
    assert " must be " in said


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ('select = ["SDL", 1]', "select[1]"),
        ("extend-exclude = [true]", "extend-exclude[0]"),
        ('per-file-ignores = { "a.b" = "SDL001" }', 'per-file-ignores."a.b"'),
        ("per-file-ignores = { a = [1] }", 'per-file-ignores."a"[0]'),
        ("extra-layers = [{}]", "extra-layers[0]"),
        ('extra-layers = ["a.A", { name = 1 }]', "extra-layers[1].name"),
        (
            'extra-layers = [{ name = "a.B", rate-position = true }]',
            "extra-layers[0].rate-position",
        ),
    ],
)
def test_a_wrong_type_is_named_by_its_path(line: str, path: str, tmp_path: Path) -> None:
    said = refusal(f"[tool.seedlint]\n{line}\n", tmp_path)
    assert said.startswith(f"pyproject.toml:2: `{path}` must be ")


def test_a_long_value_is_told_in_short(tmp_path: Path) -> None:
    assert len(refusal(f"[tool.seedlint]\nselect = '{'x' * 5_000}'\n", tmp_path)) < 200


UNKNOWN_NAMES = [
    ('select = ["SDL01"]', "unknown rule `SDL01` in `select`, did you mean `SDL001`?"),
    ('select = [""]', "unknown rule `` in `select`"),
    ('ignore = ["E501"]', "unknown rule `E501` in `ignore`"),
    ('families = ["nose"]', "unknown family `nose` in `families`, did you mean `noise`?"),
    ('per-file-ignores = { "a.b" = ["X"] }', 'unknown rule `X` in `per-file-ignores."a.b"`'),
    (
        'extra-layers = [{ name = "a.B", sead = "s" }]',
        "unknown key `sead` in `extra-layers[0]`, did you mean `seed`?",
    ),
    (
        'extra-layers = ["a.A", { name = "a.B", family = "x" }]',
        "unknown family `x` in `extra-layers[1].family`",
    ),
]


@pytest.mark.parametrize(("line", "message"), UNKNOWN_NAMES)
def test_an_unknown_name(line: str, message: str, tmp_path: Path) -> None:
    said = refusal(f"[tool.seedlint]\n{line}\n", tmp_path)
    assert said == f"pyproject.toml:2: {message}"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("[tool.ruff]\nselect = 1\n[tool.seedlint]\nselect = 1\n", 4, id="not ruff's"),
        pytest.param("[tool.seedlint]\n'select' = 1\n", 2, id="a quoted key"),
        pytest.param("[tool]\nseedlint.select = 1\n", 2, id="a dotted key"),
        pytest.param("tool.seedlint.select = 1\n", 1, id="a key dotted from the top"),
        pytest.param("[tool]\nseedlint = { select = 1 }\n", 2, id="an inline table"),
        pytest.param("[tool . 'seedlint']\nselect = 1\n", 2, id="a header with spaces and quotes"),
        pytest.param(
            "a = 1\n[tool.seedlint] # ours\nselect = 1\n", 3, id="a header with a comment"
        ),
        pytest.param("[tool.seedlint.select]\na = 1\n", 1, id="a table where a list belongs"),
        pytest.param("\n[[tool.seedlint.extra-layers]]\nname = 1\n", 2, id="an array of tables"),
        pytest.param("[tool]\nseedlint = 3\n", 2, id="no table at all"),
        pytest.param("[tool.seedlint]\r\n\r\nselect = 1\r\n", 3, id="newlines of Windows"),
    ],
)
def test_the_line(text: str, line: int, tmp_path: Path) -> None:
    assert refusal(text, tmp_path).startswith(f"pyproject.toml:{line}: ")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"a = \n", ":1: cannot parse: Invalid value", id="no TOML"),
        pytest.param(b"a = 1\na = 2\n", ":2: cannot parse", id="a key twice"),
        pytest.param(b"a = " + b"[" * 5_000, ": cannot parse", id="too deep"),
        pytest.param(b"a = " + b"1" * 5_000, ": cannot parse", id="too large a number"),
        pytest.param(b"\n\na = '\xff'", ":3: cannot decode: 'utf-8'", id="not UTF-8"),
        pytest.param("a = 1".encode("utf-16"), ":1: cannot decode", id="UTF-16"),
    ],
)
def test_a_broken_file(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_bytes(data)
    with pytest.raises(SettingsError) as caught:
        config.read(path, CODES)
    assert str(caught.value).startswith(f"{path}{message}")
    assert "\n" not in str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot read: No such file"):
        config.read(tmp_path / "pyproject.toml", CODES)


def test_an_option_is_refused_without_a_place() -> None:
    with pytest.raises(SeedlintError, match=r"^unknown rule `SDL9` in `select`"):
        config.parse({"select": ["SDL9"]}, CODES)


# --- laid over each other -----------------------------------------------------------------------


def over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    partial = config.parse(below, CODES).apply(config.parse(above, CODES))
    return dict(partial.values)


def test_nothing_over_nothing() -> None:
    assert Partial().apply(Partial()) == Partial()


@pytest.mark.parametrize(
    ("below", "above", "both"),
    [
        pytest.param({"families": ["noise"]}, {}, {"families": ("noise",)}, id="below alone"),
        pytest.param({}, {"families": ["noise"]}, {"families": ("noise",)}, id="above alone"),
        pytest.param({"exclude": ["a"]}, {"exclude": ["b"]}, {"exclude": ("b",)}, id="replaced"),
        pytest.param(
            {"extend-exclude": ["a"]},
            {"extend-exclude": ["b"]},
            {"extend_exclude": ("a", "b")},
            id="what extends adds up",
        ),
        pytest.param(
            {"ignore": ["SDL001"]},
            {"ignore": ["SDL002"]},
            {"ignore": ("SDL001", "SDL002")},
            id="what is ignored adds up",
        ),
        pytest.param(
            {"ignore": ["SDL001"], "extend-select": ["SDL100"]},
            {"select": ["SDL0"]},
            {"select": ("SDL0",)},
            id="a new selection starts afresh",
        ),
        pytest.param(
            {"ignore": ["SDL001", "SDL100"]},
            {"extend-select": ["SDL0"]},
            {"ignore": ("SDL100",), "extend_select": ("SDL0",)},
            id="what is selected on top is no longer ignored",
        ),
    ],
)
def test_apply(below: dict[str, Any], above: dict[str, Any], both: dict[str, Any]) -> None:
    assert over(below, above) == both


# --- which file, which root ---------------------------------------------------------------------


def test_find_is_none_without_one(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()
    found = config.find(tmp_path)
    assert found is None or tmp_path not in found.parents


def test_find_goes_up(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "", "a/pyproject.toml": "", "a/b/c/m.py": "", "d/m.py": ""})
    assert config.find(tmp_path / "a/b/c") == tmp_path / "a/pyproject.toml"
    assert config.find(tmp_path / "d") == tmp_path / "pyproject.toml"


@pytest.mark.parametrize("mark", ["pyproject.toml", ".git", "setup.py", "setup.cfg"])
def test_the_root_is_marked(mark: str, tmp_path: Path) -> None:
    write(tmp_path, {mark: "", "a/b/__init__.py": ""})
    assert config.root_of(tmp_path / "a/b") == tmp_path


# --- at work ------------------------------------------------------------------------------------

OFF = '[tool.seedlint]\nselect = ["SDL1"]\n'


def test_the_nearest_pyproject_with_a_table_wins(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": OFF, "m.py": BARE, "bare/m.py": BARE, "own/m.py": BARE})
    write(tmp_path, {"bare/pyproject.toml": '[project]\nname = "x"\n'})
    write(tmp_path, {"own/pyproject.toml": "[tool.seedlint]\n", "own/deep/er/m.py": BARE})
    assert lint().files == ["own/deep/er/m.py", "own/m.py"]
    assert lint("own/m.py", "bare/m.py").files == ["own/m.py"]


def test_a_nested_project_excludes_for_itself(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": '[tool.seedlint]\nexclude = ["a"]\n'})
    write(tmp_path, {"sub/pyproject.toml": '[tool.seedlint]\nexclude = ["b"]\n'})
    write(tmp_path, {f"{name}/m.py": BARE for name in ("a", "b", "sub/a", "sub/b")})
    assert lint().files == ["b/m.py", "sub/a/m.py"]


def test_a_broken_nested_project_costs_its_settings(lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": OFF, "m.py": BARE, "sub/m.py": BARE})
    write(tmp_path, {"sub/pyproject.toml": "[tool.seedlint]\nselct = 1\n"})
    outcome = lint()
    assert (outcome.code, outcome.files) == (2, ["sub/m.py"])
    assert outcome.err.startswith("sub/pyproject.toml:2:1: error: unknown key `selct`")


@pytest.mark.parametrize(
    ("pattern", "files"),
    [
        pytest.param("other/*", ["m.py", "tests/deep/m.py", "tests/m.py"], id="another folder"),
        pytest.param("tests/*", ["m.py"], id="a folder"),
        pytest.param("tests/m.py", ["m.py", "tests/deep/m.py"], id="a file"),
        pytest.param("m.py", [], id="a name, at any depth"),
        pytest.param("/m.py", ["tests/deep/m.py", "tests/m.py"], id="a name at the root"),
        pytest.param("**/deep/**", ["m.py", "tests/m.py"], id="a folder at any depth"),
    ],
)
def test_per_file_ignores(pattern: str, files: list[str], lint: Lint, tmp_path: Path) -> None:
    text = f'[tool.seedlint.per-file-ignores]\n"{pattern}" = ["SDL001"]\n'
    write(tmp_path, dict.fromkeys(("m.py", "tests/m.py", "tests/deep/m.py"), BARE))
    write(tmp_path, {"pyproject.toml": text})
    assert lint().files == files


NOISE = "import keras\nx = keras.layers.GaussianNoise(0.5)\n"
AUGMENT = "import keras\nx = keras.layers.RandomFlip()\n"
LSTM = "import keras\nx = keras.layers.LSTM(8, dropout=0.5)\n"
SHAKE = "from app import Shake\nx = Shake(0.5)\n"
COVERED = f"import random\nrandom.seed(1)\n{BARE}"


@pytest.mark.parametrize(
    ("line", "text", "codes"),
    [
        pytest.param("", AUGMENT, [], id="augmentation is off by default"),
        pytest.param('families = ["augmentation"]', AUGMENT, ["SDL001"], id="augmentation on"),
        pytest.param("", NOISE, ["SDL001"], id="noise is on by default"),
        pytest.param('families = ["dropout"]', NOISE, [], id="noise off"),
        pytest.param("", LSTM, ["SDL001"], id="a recurrent layer of Keras 3"),
        pytest.param("keras-version = 2", LSTM, [], id="a recurrent layer of Keras 2"),
        pytest.param("", SHAKE, [], id="an unknown layer"),
        pytest.param('extra-layers = ["app.Shake"]', SHAKE, ["SDL001"], id="an extra layer"),
        pytest.param(
            'extra-layers = [{ name = "app.Shake", rate = "p", rate-position = 0 }]',
            SHAKE.replace("0.5", "0"),
            [],
            id="an extra layer that drops nothing",
        ),
        pytest.param("", COVERED, ["SDL001"], id="a global seed is no seed"),
        pytest.param("accept-global-seed = true", COVERED, [], id="unless it is accepted"),
        pytest.param("accept-global-seed = true", BARE, ["SDL001"], id="where there is one"),
    ],
)
def test_settings(line: str, text: str, codes: list[str], lint: Lint, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": f"[tool.seedlint]\n{line}\n", "m.py": text})
    outcome = lint()
    assert [code for _, _, code in outcome.places] == codes
    assert outcome.err == ""
