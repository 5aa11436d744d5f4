"""Facts as plain JSON and back, quickly.

A document holds each different thing once, in sections: scalars, the classes of `CLASSES`, tuples.
Things refer to each other by their numbers through all sections. A class is a list of columns, one
a field: to make all its objects at once and to fill them by columns is many times quicker than to
call its constructor.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Collection, Iterable
from enum import Enum
from itertools import accumulate, count, repeat
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from seedlint.data import fields, is_dataclass
from seedlint.facts import ModuleFacts
from seedlint.model import Problem

PLAIN = (int, bool, str, type(None))
Ref = tuple[int, int]
"""A section, and a number in it."""


class CodecError(ValueError):
    """A document that no facts can be made of."""


class _Column:
    """A field of a class: what its values are in a document, and how they get into an object."""

    def __init__(self, owner: type, name: str, hint: Any) -> None:
        self.name = name
        self.members = _members(hint)
        kinds = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
        self.refers = self.members is None and not all(kind in PLAIN for kind in kinds)
        self.put: Callable[[object, object], None] = getattr(owner, name).__set__

    def fill(self, objects: list[object], column: list[Any], things: list[object]) -> None:
        if len(column) != len(objects):
            raise CodecError(f"a column of {self.name} with {len(column)} rows")
        values: Iterable[object] = column
        if self.refers:
            values = map(things.__getitem__, column)
        elif self.members is not None:
            values = map(self.members.__getitem__, column)
        deque(map(self.put, objects, values), maxlen=0)


def _members(hint: Any) -> dict[object, Enum] | None:
    is_enum = isinstance(hint, type) and issubclass(hint, Enum)
    return {member.value: member for member in hint} if is_enum else None


def _classes(*roots: type) -> dict[type, dict[str, Any]]:
    """``roots`` and all dataclasses that their fields may lead to, with the types of the fields."""
    found: dict[type, dict[str, Any]] = {}
    pending: list[Any] = [*roots]
    while pending:
        hint = pending.pop()
        if is_dataclass(hint) and isinstance(hint, type) and hint not in found:
            found[hint] = get_type_hints(hint)
            pending += found[hint].values()
        pending += get_args(hint)
    return found


_HINTS = _classes(ModuleFacts, Problem)
CLASSES = tuple(sorted(_HINTS, key=lambda cls: cls.__name__))
COLUMNS = tuple(
    tuple(_Column(cls, field.name, _HINTS[cls][field.name]) for field in fields(cls))
    for cls in CLASSES
)
SECTIONS = {cls: number for number, cls in enumerate(CLASSES, 1)}
TUPLES = len(CLASSES) + 1


def encode(thing: ModuleFacts | Problem) -> bytes:
    """``thing`` as JSON."""
    pool = _Pool()
    root = pool.add(thing)
    return json.dumps(pool.document(root), separators=(",", ":")).encode()


class _Pool:
    """Different things, by section."""

    def __init__(self) -> None:
        self._rows: list[dict[Any, int]] = [{} for _ in range(TUPLES + 1)]
        # By identity, as long as the things live: comparing them goes through all they hold.
        self._known: dict[int, Ref] = {}

    def add(self, thing: Any) -> Ref:
        section = SECTIONS.get(type(thing))
        if section is None and not isinstance(thing, (tuple, frozenset)):
            return self._row(0, json.dumps(_as_json(thing)))
        known = self._known.get(id(thing))
        if known is None:
            if section is None:
                section = TUPLES
                row = (isinstance(thing, frozenset), *map(self.add, thing))
            else:
                row = tuple(self._field(thing, column) for column in COLUMNS[section - 1])
            known = self._known[id(thing)] = self._row(section, row)
        return known

    def _row(self, section: int, row: Any) -> Ref:
        rows = self._rows[section]
        return section, rows.setdefault(row, len(rows))

    def _field(self, thing: object, column: _Column) -> Any:
        value = getattr(thing, column.name)
        if column.refers:
            return self.add(value)
        return value.value if isinstance(value, Enum) else value

    def document(self, root: Ref) -> list[Any]:
        starts = [0, *accumulate(map(len, self._rows))]

        def number(ref: Ref) -> int:
            return starts[ref[0]] + ref[1]

        def table(columns: Iterable[_Column], rows: Collection[Any]) -> list[Any]:
            cells = ([row[at] for row in rows] for at in count())
            pairs = zip(columns, cells, strict=False)
            return [len(rows), *(list(map(number, c)) if k.refers else c for k, c in pairs)]

        scalars, *classes, tuples = self._rows
        return [
            [json.loads(text) for text in scalars],
            [table(columns, rows) for columns, rows in zip(COLUMNS, classes, strict=True)],
            [[int(is_set), *map(number, parts)] for is_set, *parts in tuples],
            number(root),
        ]


def decode(data: bytes) -> ModuleFacts | Problem:
    """What was encoded as ``data``. Raises `CodecError`."""
    try:
        scalars, tables, tuples, root = json.loads(data)
        found = _things(scalars, tables, tuples)[root]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise CodecError(f"no facts: {error}") from error
    if not isinstance(found, (ModuleFacts, Problem)):
        raise CodecError(f"no facts, but a {type(found).__name__}")
    return found


def _things(scalars: list[Any], tables: list[Any], tuples: list[list[int]]) -> list[object]:
    things: list[object] = list(map(_from_json, scalars))
    made = []
    for cls, (number, *columns) in zip(CLASSES, tables, strict=True):
        objects: list[object] = list(map(object.__new__, repeat(cls, number)))
        things += objects
        made.append((objects, columns))
    get = things.__getitem__
    for is_set, *parts in tuples:
        found = map(get, parts)
        things.append(frozenset(found) if is_set else tuple(found))
    for plan, (objects, columns) in zip(COLUMNS, made, strict=True):
        for column, cells in zip(plan, columns, strict=True):
            column.fill(objects, cells, things)
    return things


def _as_json(value: Any) -> Any:
    """A scalar that JSON knows, or a list that says what it is."""
    match value:
        case bytes():
            return ["bytes", value.hex()]
        case complex():
            return ["complex", value.real, value.imag]
        case int() if not isinstance(value, bool):
            # Python reads and writes no decimal number of more than 4,300 digits.
            return value if abs(value) < 1 << 63 else ["int", hex(value)]
        case _:
            return value


def _from_json(value: Any) -> object:
    match value:
        case ["bytes", digits]:
            return bytes.fromhex(digits)
        case ["complex", real, imaginary]:
            return complex(real, imaginary)
        case ["int", digits]:
            return int(digits, 16)
        case _:
            return value
