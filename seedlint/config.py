"""Settings: defaults, then ``[tool.seedlint]`` of the nearest ``pyproject.toml``, then options."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from seedlint.catalogue import DEFAULT_FAMILIES, FAMILIES, ApiRow, extra_row
from seedlint.model import Position, Problem, SeedlintError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DEFAULT_EXCLUDE = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".git-rewrite",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pypackages__",
    "_build",
    "buck-out",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)
SCOPES = ("model", "file", "project")
ADDED = ("ignore", "extend_select", "extend_exclude")
ROOT_MARKS = ("pyproject.toml", ".git", "setup.py", "setup.cfg")
TOML_HEADER = re.compile(r"""\s*\[{1,2}([\w.\s"'-]+)\]{1,2}\s*(?:#.*)?$""")
TOML_PLACE = re.compile(r" \(at line (\d+), column \d+\)")


@dataclass(frozen=True, slots=True)
class Config:
    """What applies to the files below ``root``, the folder of the project."""

    root: Path
    select: tuple[str, ...] = ("SDL",)
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    families: tuple[str, ...] = DEFAULT_FAMILIES
    keras_version: int | None = None
    extra_layers: tuple[ApiRow, ...] = ()
    accept_global_seed: bool = False
    duplicate_scope: str = "model"
    respect_gitignore: bool = True
    fixable: tuple[str, ...] = ("ALL",)
    unfixable: tuple[str, ...] = ()
    baseline: str | None = None
    force_exclude: bool = False


@dataclass(frozen=True, slots=True)
class Partial:
    """Some settings, to be laid over others."""

    values: Mapping[str, Any] = field(default_factory=dict)

    def apply(self, over: Partial) -> Partial:
        """These settings, with those of ``over`` where it has any.

        As in ruff, what extends adds up, and what ``over`` selects is on even if ignored here.
        """
        base, new = dict(self.values), over.values
        if "select" in new:
            base.pop("ignore", None)
            base.pop("extend_select", None)
        if "ignore" in base:
            again = new.get("extend_select", ())
            base["ignore"] = tuple(code for code in base["ignore"] if not code.startswith(again))
        sums = {key: base[key] + new[key] for key in ADDED if key in base and key in new}
        return Partial({**base, **new, **sums})

    def on(self, config: Config) -> Config:
        return replace(config, **self.values)


def read(pyproject: Path, codes: frozenset[str]) -> Partial | None:
    """The settings in ``pyproject``; ``None`` if it has no ``[tool.seedlint]``.

    ``codes`` are the codes that a rule setting may name. Raises `SettingsError` for a file that
    cannot be read or parsed, an unknown key, and a value of the wrong type.
    """
    try:
        content = pyproject.read_bytes()
        text = content.decode()
    except OSError as error:
        raise SettingsError(pyproject, f"cannot read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SettingsError(pyproject, f"cannot decode: {error}", line) from error
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        at = TOML_PLACE.search(str(error))
        message = TOML_PLACE.sub("", str(error))
        raise SettingsError(pyproject, f"cannot parse: {message}", at and int(at[1])) from error
    tool = data.get("tool", {})
    table = tool.get("seedlint") if isinstance(tool, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise SettingsError(pyproject, "`tool.seedlint` must be a table", _line_of(text, ""))
    try:
        return parse(table, codes)
    except _KeyError as problem:
        raise SettingsError(pyproject, str(problem), _line_of(text, problem.key)) from None


def parse(table: Mapping[str, Any], codes: frozenset[str]) -> Partial:
    """Settings from their TOML names. Raises `SeedlintError`."""
    known = {f.name.replace("_", "-") for f in fields(Config)} - {"root"}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            raise _KeyError(key, f"unknown key `{key}`{_nearest(key, known)}")
        values[key.replace("-", "_")] = _checked(key, value, codes)
    return Partial(values)


def find(start: Path) -> Path | None:
    """The nearest ``pyproject.toml`` at or above the folder ``start``."""
    for folder in (start, *start.parents):
        candidate = folder / "pyproject.toml"
        if candidate.is_file():
            return candidate
    return None


def root_of(start: Path, top: Path | None = None) -> Path:
    """The project that the folder ``start`` belongs to.

    Where nothing marks one, the folder ``top`` that was asked for, or what holds its package.
    """
    for folder in (start, *start.parents):
        if any((folder / mark).exists() for mark in ROOT_MARKS):
            return folder
    root = start if top is None else top
    while (root / "__init__.py").exists():
        root = root.parent
    return root


class SettingsError(SeedlintError):
    """A ``pyproject.toml`` that cannot be used; ``problem`` says where and why."""

    def __init__(self, path: Path, message: str, line: int | None = None) -> None:
        at = "" if line is None else f":{line}"
        super().__init__(f"{path}{at}: {message}")
        self.problem = Problem(str(path), message, None if line is None else Position(line, 1))


class _KeyError(SeedlintError):
    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def _checked(key: str, value: Any, codes: frozenset[str]) -> Any:
    match key:
        case "select" | "ignore" | "extend-select" | "fixable" | "unfixable":
            return tuple(_selector(key, item, codes) for item in _strings(key, value))
        case "exclude" | "extend-exclude":
            return _strings(key, value)
        case "families":
            return _families(key, value)
        case "keras-version":
            return _keras_version(key, value)
        case "per-file-ignores":
            return _per_file(key, value, codes)
        case "duplicate-scope":
            if value not in SCOPES:
                raise _wrong(key, '"model", "file" or "project"', value)
            return value
        case "baseline":
            if not isinstance(value, str) or not value:
                raise _wrong(key, "the name of a file", value)
            return value
        case "extra-layers":
            return _extra_layers(key, value)
        case _:
            if not isinstance(value, bool):
                raise _wrong(key, "true or false", value)
            return value


def _wrong(key: str, wanted: str, value: object) -> _KeyError:
    return _KeyError(key, f"`{key}` must be {wanted}, not {value!r}")


def _strings(key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _wrong(key, "a list of strings", value)
    return tuple(value)


def _selector(key: str, item: str, codes: frozenset[str]) -> str:
    if item == "ALL" or any(code.startswith(item) for code in codes if item):
        return item
    raise _KeyError(key, f"unknown rule `{item}` in `{key}`{_nearest(item, codes)}")


def _families(key: str, value: Any) -> tuple[str, ...]:
    names = _strings(key, value)
    for name in names:
        if name not in FAMILIES:
            raise _KeyError(key, f"unknown family `{name}`{_nearest(name, FAMILIES)}")
    return names


def _keras_version(key: str, value: Any) -> int | None:
    if value == "auto":
        return None
    if isinstance(value, (int, str)) and value in (2, 3, "2", "3"):
        return int(value)
    raise _wrong(key, '"auto", 2 or 3', value)


def _per_file(
    key: str, value: Any, codes: frozenset[str]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise _wrong(key, "a table of lists", value)
    return tuple(
        (pattern, tuple(_selector(key, item, codes) for item in _strings(key, items)))
        for pattern, items in value.items()
    )


_LAYER_KEYS = {
    "name": str,
    "family": str,
    "seed": str,
    "seed-position": int,
    "rate": str,
    "rate-position": int,
}


def _extra_layers(key: str, value: Any) -> tuple[ApiRow, ...]:
    if not isinstance(value, list):
        raise _wrong(key, "a list of dotted names or tables", value)
    return tuple(_extra_layer(key, item) for item in value)


def _extra_layer(key: str, item: Any) -> ApiRow:
    table = {"name": item} if isinstance(item, str) else item
    if not isinstance(table, dict) or not isinstance(table.get("name"), str):
        raise _wrong(key, "a list of dotted names, or of tables with a `name`", item)
    for name, part in table.items():
        if name not in _LAYER_KEYS:
            near = _nearest(name, _LAYER_KEYS)
            raise _KeyError(key, f"unknown key `{name}` in `{key}`{near}")
        if not isinstance(part, _LAYER_KEYS[name]) or isinstance(part, bool):
            wanted = _LAYER_KEYS[name].__name__
            raise _KeyError(key, f"`{name}` in `{key}` must be of type {wanted}, not {part!r}")
    _families(key, [table.get("family", "dropout")])
    return extra_row(**{name.replace("-", "_"): part for name, part in table.items()})


def _nearest(
    word: str, known: Mapping[str, Any] | frozenset[str] | set[str] | tuple[str, ...]
) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f", did you mean `{near[0]}`?" if near else ""


def _line_of(text: str, key: str) -> int | None:
    """The line of ``[tool.seedlint]`` that sets ``key``, else the one that opens the table."""
    table, opened = "", None
    for number, line in enumerate(text.split("\n"), start=1):
        header = TOML_HEADER.match(line)
        if header:
            table = f"{header[1]}."
        name = re.sub(r"[\s\"']", "", table if header else f"{table}{line.partition('=')[0]}.")
        if name.startswith("tool.seedlint."):
            opened = opened or number
            if name.startswith(f"tool.seedlint.{key}."):
                return number
    return opened
