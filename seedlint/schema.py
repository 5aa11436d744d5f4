"""What may stand in ``[tool.seedlint]``: as a JSON schema, and written out as TOML."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from seedlint.config import KEYS, LAYER_KEYS, SCOPES, Key, Kind
from seedlint.needles import FAMILIES

DRAFT = "http://json-schema.org/draft-07/schema#"
ID = "https://json.schemastore.org/partial-seedlint.json"


def schema(codes: Iterable[str]) -> dict[str, Any]:
    """The JSON schema of the table, in draft 7 as SchemaStore wants it."""
    selectors = ["ALL", *sorted({code[:end] for code in codes for end in range(1, len(code) + 1)})]
    return {
        "$schema": DRAFT,
        "$id": ID,
        "title": "seedlint",
        "description": "Settings of seedlint: [tool.seedlint] in pyproject.toml",
        "definitions": {
            "selectors": _list({"enum": selectors}),
            "family": {"enum": list(FAMILIES)},
        },
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: _property(key) for key in KEYS.values()},
    }


def _property(key: Key) -> dict[str, Any]:
    default = {} if key.default is None else {"default": key.default}
    return {"description": key.meaning, **default, **_form(key.kind)}


def _form(kind: Kind) -> dict[str, Any]:
    match kind:
        case Kind.SELECTORS:
            # Draft 7 passes over what stands beside a `$ref`.
            return {"allOf": [{"$ref": "#/definitions/selectors"}]}
        case Kind.PATTERNS:
            return _list({"type": "string"})
        case Kind.PER_FILE:
            return {
                "type": "object",
                "additionalProperties": {"$ref": "#/definitions/selectors"},
            }
        case Kind.FAMILIES:
            return _list({"$ref": "#/definitions/family"})
        case Kind.VERSION:
            # For a schema 3 and 3.0 are one number.
            return {"enum": ["auto", "2", "3", 2, 3]}
        case Kind.LAYERS:
            return _list({"anyOf": [{"type": "string"}, _layer()]})
        case Kind.SCOPE:
            return {"enum": list(SCOPES)}
        case Kind.PATH:
            return {"type": "string", "minLength": 1}
        case Kind.FLAG:
            return {"type": "boolean"}
        case Kind.SIZE:
            return {"type": "integer", "minimum": 1}
        case Kind.FILE:
            return {"type": "string", "minLength": 1}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _layer() -> dict[str, Any]:
    types = {str: "string", int: "integer"}
    properties = {name: {"type": types[kind]} for name, kind in LAYER_KEYS.items()}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["name"],
        "properties": {**properties, "family": {"$ref": "#/definitions/family"}},
    }


def toml(value: Any) -> str:
    """``value`` in one line of TOML, with all that a terminal could obey or hide escaped."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return _quoted(value)
        case list():
            return f"[{', '.join(map(toml, value))}]"
        case dict():
            entries = (f"{_quoted(name)} = {toml(part)}" for name, part in value.items())
            return f"{{ {', '.join(entries)} }}" if value else "{}"
        case _:
            return str(value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{"".join(c if c.isprintable() else _escaped(c) for c in escaped)}"'


def _escaped(char: str) -> str:
    number = ord(char)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
