"""Settings: defaults, then ``[tool.seedlint]`` of the nearest ``pyproject.toml``, then options."""

from __future__ import annotations

import re
import reprlib
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seedlint.data import dataclass, field, fields, replace
from seedlint.files import LARGEST_SETTINGS, contents
from seedlint.model import Position, Problem, SeedlintError
from seedlint.needles import DEFAULT_FAMILIES, FAMILIES

if TYPE_CHECKING:
    from seedlint.catalogue import ApiRow

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
    ".seedlint_cache",
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


class Kind(Enum):
    """What a key takes; the value says it in words."""

    SELECTORS = "list of rule codes or prefixes"
    PATTERNS = "list of path patterns"
    PER_FILE = "table of path patterns, each with a list of rule codes or prefixes"
    FAMILIES = "list of families"
    VERSION = '"auto", 2 or 3'
    LAYERS = "list of dotted names or tables"
    SCOPE = '"model", "file" or "project"'
    PATH = "path of a folder"
    FLAG = "true or false"
    FILE = "the name of a file"
    SIZE = "a number of bytes"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of ``[tool.seedlint]``; ``default`` is what would be written for it."""

    name: str
    kind: Kind
    default: Any
    meaning: str

    @property
    def field(self) -> str:
        """Its name in `Config` and `Partial`."""
        return self.name.replace("-", "_")


def _key(kind: Kind, meaning: str) -> dict[str, Any]:
    return {"kind": kind, "meaning": meaning}


@dataclass(frozen=True, slots=True)
class Config:
    """What applies to the files below ``root``, the folder of the project.

    Each field with a ``_key`` is a key of ``[tool.seedlint]``; what is said of keys anywhere comes
    from here.
    """

    root: Path
    select: tuple[str, ...] = field(
        default=("SDL",),
        metadata=_key(
            Kind.SELECTORS,
            'rules that are on; prefixes work, `"ALL"` is all; SDL012 is off unless it is named or'
            ' `"ALL"`',
        ),
    )
    extend_select: tuple[str, ...] = field(
        default=(), metadata=_key(Kind.SELECTORS, "more rules, on top of `select`")
    )
    ignore: tuple[str, ...] = field(
        default=(),
        metadata=_key(
            Kind.SELECTORS,
            "rules that are off; of two settings that name a rule, the longer prefix wins",
        ),
    )
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = field(
        default=(),
        metadata=_key(
            Kind.PER_FILE, 'rules that are off in some files: `{ "tests/*" = ["SDL001"] }`'
        ),
    )
    exclude: tuple[str, ...] = field(
        default=DEFAULT_EXCLUDE,
        metadata=_key(
            Kind.PATTERNS,
            "paths to skip, in the syntax of `.gitignore`; what is named on the command line is"
            " linted all the same",
        ),
    )
    extend_exclude: tuple[str, ...] = field(
        default=(), metadata=_key(Kind.PATTERNS, "more paths to skip, on top of `exclude`")
    )
    force_exclude: bool = field(default=False, metadata=_key(Kind.FLAG, "skip it even then"))
    respect_gitignore: bool = field(default=True, metadata=_key(Kind.FLAG, "skip what git ignores"))
    families: tuple[str, ...] = field(
        default=DEFAULT_FAMILIES,
        metadata=_key(
            Kind.FAMILIES,
            "kinds of random layers; also `augmentation`, `initializer`, `random-op`",
        ),
    )
    keras_version: int | None = field(
        default=None,
        metadata=_key(
            Kind.VERSION,
            "`2`, `3`, or by the project's dependency pins and imports; Keras 2 recurrent and"
            " attention layers take no seed",
        ),
    )
    extra_layers: tuple[ApiRow, ...] = field(
        default=(),
        metadata=_key(
            Kind.LAYERS,
            'your own random layers: `["app.layers.Shake"]`, or tables with `name`, `family`,'
            " `seed`, `seed-position`, `rate`, `rate-position`",
        ),
    )
    duplicate_scope: str = field(
        default="model",
        metadata=_key(
            Kind.SCOPE,
            'where no two seeds may be equal: `"model"`, `"file"` or `"project"`',
        ),
    )
    fixable: tuple[str, ...] = field(
        default=("ALL",), metadata=_key(Kind.SELECTORS, "rules whose findings are mended")
    )
    unfixable: tuple[str, ...] = field(
        default=(),
        metadata=_key(
            Kind.SELECTORS, "rules whose findings are left to you; the longer prefix wins"
        ),
    )
    accept_global_seed: bool = field(
        default=False,
        metadata=_key(
            Kind.FLAG,
            "be silent where the file seeds the generator that an unseeded layer uses",
        ),
    )
    max_file_size: int = field(
        default=1024 * 1024,
        metadata=_key(
            Kind.SIZE,
            "bytes of code in a file, beyond which it is skipped: named on stderr if a layer could"
            " be in it",
        ),
    )
    baseline: str | None = field(
        default=None,
        metadata=_key(
            Kind.FILE, "a file, from the folder of `pyproject.toml`, that holds what is known"
        ),
    )
    cache_dir: str = field(
        default=".seedlint_cache",
        metadata=_key(Kind.PATH, "where the cache is, counted from this `pyproject.toml`"),
    )


def written(kind: Kind, value: Any) -> Any:
    """The ``value`` of a field as it would be written for its key."""
    match kind:
        case Kind.VERSION:
            return "auto" if value is None else value
        case Kind.PER_FILE:
            return {pattern: list(selectors) for pattern, selectors in value}
        case Kind.LAYERS:
            return [_written_row(row) for row in value]
        case Kind.SELECTORS | Kind.PATTERNS | Kind.FAMILIES:
            return list(value)
        case Kind.SCOPE | Kind.PATH | Kind.FLAG | Kind.FILE | Kind.SIZE:
            return value


def _written_row(row: ApiRow) -> Any:
    from seedlint.catalogue import written_row

    return written_row(row)


def _keys() -> Iterator[Key]:
    for known in fields(Config):
        if known.metadata:
            kind, meaning = known.metadata["kind"], known.metadata["meaning"]
            yield Key(known.name.replace("_", "-"), kind, written(kind, known.default), meaning)


KEYS: dict[str, Key] = {key.name: key for key in _keys()}


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
        content = contents(pyproject, LARGEST_SETTINGS)
        text = content.decode()
    except OSError as error:
        raise SettingsError(pyproject, f"cannot read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SettingsError(pyproject, f"cannot decode: {error}", line) from error
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
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
    values: dict[str, Any] = {}
    for name, value in table.items():
        if name not in KEYS:
            raise _KeyError(name, f"unknown key `{name}`{nearest(name, KEYS)}")
        values[KEYS[name].field] = _checked(KEYS[name], value, codes)
    return Partial(values)


def lines(pyproject: Path) -> dict[str, int]:
    """The lines of ``pyproject``, a file that was `read`, at which keys are set."""
    text = pyproject.read_text("utf-8")
    return {key: line for key in KEYS if (line := _line_of(text, key)) is not None}


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
        if is_project(folder):
            return folder
    root = start if top is None else top
    while (root / "__init__.py").exists():
        root = root.parent
    return root


def is_project(folder: Path) -> bool:
    """Whether something marks ``folder`` as the root of a project."""
    return any((folder / mark).exists() for mark in ROOT_MARKS)


def marks(names: Collection[str]) -> bool:
    """Whether one of ``names`` marks the folder that holds them as the root of a project."""
    return any(mark in names for mark in ROOT_MARKS)


class SettingsError(SeedlintError):
    """A ``pyproject.toml`` that cannot be used; ``problem`` says where and why."""

    def __init__(self, path: Path, message: str, line: int | None = None) -> None:
        at = "" if line is None else f":{line}"
        super().__init__(f"{path}{at}: {message}")
        self.problem = Problem(str(path), message, None if line is None else Position(line, 1))


class _KeyError(SeedlintError):
    """What stands at ``path`` below ``[tool.seedlint]`` is wrong: `extra-layers[0].seed`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.key = re.split(r"[.\[]", path)[0]


def _checked(key: Key, value: Any, codes: frozenset[str]) -> Any:
    name = key.name
    match key.kind:
        case Kind.SELECTORS:
            return _selectors(name, value, codes)
        case Kind.PATTERNS:
            return _strings(name, value)
        case Kind.PER_FILE:
            return _per_file(name, value, codes)
        case Kind.FAMILIES:
            return tuple(_family(name, item) for item in _strings(name, value))
        case Kind.VERSION:
            return _keras_version(name, value)
        case Kind.LAYERS:
            return _extra_layers(name, value)
        case Kind.SCOPE:
            if value not in SCOPES:
                raise _wrong(name, key.kind.value, value)
            return value
        case Kind.FILE | Kind.PATH:
            if not isinstance(value, str) or not value:
                raise _wrong(name, key.kind.value, value)
            return value
        case Kind.SIZE:
            if type(value) is not int or value < 1:
                raise _wrong(name, key.kind.value, value)
            return value
        case Kind.FLAG:
            if not isinstance(value, bool):
                raise _wrong(name, key.kind.value, value)
            return value


def _wrong(path: str, wanted: str, value: object) -> _KeyError:
    shown = reprlib.repr(value)
    return _KeyError(path, f"`{path}` must be {wanted}, not {shown}")


def _strings(key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _wrong(key, "a list of strings", value)
    for index, item in enumerate(value):
        if not isinstance(item, str):
            raise _wrong(f"{key}[{index}]", "a string", item)
    return tuple(value)


def _selectors(key: str, value: Any, codes: frozenset[str]) -> tuple[str, ...]:
    for item in _strings(key, value):
        if item != "ALL" and not any(code.startswith(item) for code in codes if item):
            raise _KeyError(key, f"unknown rule `{item}` in `{key}`{nearest(item, codes)}")
    return tuple(value)


def _family(key: str, name: str) -> str:
    if name not in FAMILIES:
        raise _KeyError(key, f"unknown family `{name}` in `{key}`{nearest(name, FAMILIES)}")
    return name


def _keras_version(key: str, value: Any) -> int | None:
    if value == "auto":
        return None
    if type(value) in (int, str) and value in (2, 3, "2", "3"):
        return int(value)
    raise _wrong(key, Kind.VERSION.value, value)


def _per_file(
    key: str, value: Any, codes: frozenset[str]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise _wrong(key, "a table of lists", value)
    # Few projects have such a table.
    from json import dumps

    return tuple(
        (pattern, _selectors(f"{key}.{dumps(pattern)}", selectors, codes))
        for pattern, selectors in value.items()
    )


LAYER_KEYS: dict[str, type[str] | type[int]] = {
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
    return tuple(_extra_layer(f"{key}[{index}]", item) for index, item in enumerate(value))


def _extra_layer(key: str, item: Any) -> ApiRow:
    table = {"name": item} if isinstance(item, str) else item
    if not isinstance(table, dict) or "name" not in table:
        raise _wrong(key, "a dotted name, or a table with a `name`", item)
    for name, part in table.items():
        if name not in LAYER_KEYS:
            raise _KeyError(key, f"unknown key `{name}` in `{key}`{nearest(name, LAYER_KEYS)}")
        if type(part) is not LAYER_KEYS[name]:
            wanted = "a string" if LAYER_KEYS[name] is str else "a whole number"
            raise _wrong(f"{key}.{name}", wanted, part)
    _family(f"{key}.family", table.get("family", "dropout"))
    from seedlint.catalogue import extra_row

    return extra_row(**{name.replace("-", "_"): part for name, part in table.items()})


def nearest(word: str, known: Iterable[str]) -> str:
    """The question whether one of ``known`` was meant by ``word``; empty if none is near."""
    import difflib

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
