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
from seedlint.model import SeedlintError

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
ROOT_MARKS = ("pyproject.toml", ".git", "setup.py", "setup.cfg")


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
    respect_gitignore: bool = True


@dataclass(frozen=True, slots=True)
class Partial:
    """Some settings, to be laid over others."""

    values: Mapping[str, Any] = field(default_factory=dict)

    def apply(self, over: Partial) -> Partial:
        """These settings, with those of ``over`` where it has any."""
        return Partial({**self.values, **over.values})

    def on(self, config: Config) -> Config:
        return replace(config, **self.values)


def read(pyproject: Path, codes: frozenset[str]) -> Partial | None:
    """The settings in ``pyproject``; ``None`` if it has no ``[tool.seedlint]``.

    ``codes`` are the codes that a rule setting may name. Raises `SeedlintError`, with the place,
    for a file that cannot be read or parsed, an unknown key, and a value of the wrong type.
    """
    try:
        text = pyproject.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SeedlintError(f"{pyproject}: cannot read: {error}") from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SeedlintError(f"{pyproject}: cannot parse: {error}") from error
    tool = data.get("tool", {})
    table = tool.get("seedlint") if isinstance(tool, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise SeedlintError(f"{pyproject}: `tool.seedlint` must be a table")
    try:
        return parse(table, codes)
    except _KeyError as problem:
        line = _line_of(text, problem.key)
        raise SeedlintError(f"{pyproject}{line}: {problem}") from None


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


def root_of(start: Path) -> Path:
    """The project that the folder ``start`` belongs to, else the folder that holds its package."""
    for folder in (start, *start.parents):
        if any((folder / mark).exists() for mark in ROOT_MARKS):
            return folder
    while (start / "__init__.py").exists():
        start = start.parent
    return start


class _KeyError(SeedlintError):
    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def _checked(key: str, value: Any, codes: frozenset[str]) -> Any:
    match key:
        case "select" | "ignore" | "extend-select":
            return tuple(_selector(key, item, codes) for item in _strings(key, value))
        case "exclude" | "extend-exclude":
            return _strings(key, value)
        case "families":
            return _families(key, value)
        case "keras-version":
            return _keras_version(key, value)
        case "per-file-ignores":
            return _per_file(key, value, codes)
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
    if value in (2, 3, "2", "3") and not isinstance(value, bool):
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
            raise _wrong(f"{key}.{name}", f"of type {_LAYER_KEYS[name].__name__}", part)
    _families(key, [table.get("family", "dropout")])
    return extra_row(**{name.replace("-", "_"): part for name, part in table.items()})


def _nearest(
    word: str, known: Mapping[str, Any] | frozenset[str] | set[str] | tuple[str, ...]
) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f", did you mean `{near[0]}`?" if near else ""


def _line_of(text: str, key: str) -> str:
    """``:<line>`` of the first line that sets ``key``, else nothing."""
    wanted = re.compile(
        rf'\s*["\']?{re.escape(key)}["\']?\s*[.=]|\[tool\.seedlint\.{re.escape(key)}'
    )
    for number, line in enumerate(text.splitlines(), start=1):
        if wanted.match(line):
            return f":{number}"
    return ""
