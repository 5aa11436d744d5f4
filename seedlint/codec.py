"""Facts as plain JSON and back, quickly.

A document holds each different thing once, in sections: scalars, the classes of `CLASSES`, tuples.
Things refer to each other by their numbers through all sections. A class is a list of columns, one
a field: to read and to fill all its objects by columns is many times quicker than to go through
them one by one, and to make them all at once than to call their constructor.
"""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable
from enum import Enum
from itertools import chain, count, repeat
from operator import attrgetter
from sys import intern
from typing import Any, get_args, get_type_hints

from seedlint.data import fields, is_dataclass
from seedlint.facts import ModuleFacts
from seedlint.model import Problem

PLAIN = (int, bool)


class CodecError(ValueError):
    """A document that no facts can be made of."""


class _Column:
    """A field of a class: what its values are in a document, and how they get into an object."""

    def __init__(self, owner: type, name: str, hint: Any) -> None:
        self.name = name
        self.members = _members(hint)
        self.refers = self.members is None and hint not in PLAIN
        # The class of all values, if these refer to nothing.
        self.leaf: type | None = hint if hint is str or _is_leaf(hint) else None
        self.put: Callable[[object, object], None] = getattr(owner, name).__set__
        self.get: Callable[[object], Any] = attrgetter(f"{name}._value_" if self.members else name)

    def fill(self, objects: list[object], column: list[Any], things: list[object]) -> None:
        if len(column) != len(objects):
            raise CodecError(f"a column of {self.name} with {len(column)} rows")
        values: Iterable[object] = column
        if self.refers:
            values = map(things.__getitem__, column)
        elif self.members is not None:
            values = map(self.members.__getitem__, column)
        deque(map(self.put, objects, values), maxlen=0)


def _is_leaf(hint: Any) -> bool:
    kinds = get_type_hints(hint).values() if is_dataclass(hint) else ("",)
    return all(kind in PLAIN for kind in kinds)


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
REFERRING = {
    cls: [column for column in columns if column.refers]
    for cls, columns in zip(CLASSES, COLUMNS, strict=True)
}
GROUPS = (tuple, frozenset)


def encode(thing: ModuleFacts | Problem) -> bytes:
    """``thing`` as JSON."""
    return json.dumps(_Pool(thing).document(), separators=(",", ":")).encode()


class _Pool:
    """All that ``root`` holds, by classes. What is one object is one thing."""

    def __init__(self, root: ModuleFacts | Problem) -> None:
        self._root = root
        self._scalars: dict[int, object] = {}
        groups: dict[int, Any] = {}
        self._found: dict[type, dict[int, Any]] = {cls: {} for cls in CLASSES}
        self._found |= dict.fromkeys(GROUPS, groups)
        pending: list[Any] = [root]
        while pending:
            by_class = defaultdict(list)
            for thing in pending:
                by_class[type(thing)].append(thing)
            pending = [part for cls in by_class for part in self._parts(cls, by_class[cls])]

    def _parts(self, cls: type, things: list[Any]) -> list[Any]:
        """What those of ``things`` refer to that are new, but for what refers to nothing itself."""
        new = self._new(cls, things)
        if cls in GROUPS:
            return list(chain.from_iterable(new))
        parts: list[Any] = []
        for column in REFERRING.get(cls, ()):
            found = list(map(column.get, new))
            if column.leaf is None:
                parts += found
            else:
                self._new(column.leaf, found)
        return parts

    def _new(self, cls: type, things: list[Any]) -> Iterable[Any]:
        """Those of ``things``, which are of ``cls``, that were not known."""
        known = self._found.get(cls, self._scalars)
        new = dict(zip(map(id, things), things, strict=True))
        if cls in GROUPS:
            # What makes up a group is to be found behind it, so it counts as new each time.
            for key in new.keys() & known.keys():
                del known[key]
        elif known:
            new = {key: thing for key, thing in new.items() if key not in known}
        known.update(new)
        return new.values()

    def document(self) -> list[Any]:
        apart = {key: _apart(scalar) for key, scalar in self._scalars.items()}
        scalars = dict(zip(apart.values(), self._scalars.values(), strict=True))
        places = dict(zip(scalars, count(), strict=False))
        numbers = {key: places[value] for key, value in apart.items()}
        groups = dict(reversed(self._found[tuple].items()))
        keys = chain(*(self._found[cls] for cls in CLASSES), groups)
        numbers.update(zip(keys, count(len(scalars)), strict=False))

        def referring(things: Iterable[object]) -> list[int]:
            return list(map(numbers.__getitem__, map(id, things)))

        def table(columns: Iterable[_Column], objects: Collection[object]) -> list[Any]:
            cells = ((column, map(column.get, objects)) for column in columns)
            return [len(objects), *(referring(c) if k.refers else list(c) for k, c in cells)]

        tables = zip(CLASSES, COLUMNS, strict=True)
        return [
            list(map(_as_json, scalars.values())),
            [table(columns, self._found[cls].values()) for cls, columns in tables],
            [[int(type(group) is frozenset), *referring(group)] for group in groups.values()],
            numbers[id(self._root)],
        ]


def _apart(scalar: object) -> str | bytes:
    """What is the same for the same scalars only: equal ones may be of different types."""
    return scalar if type(scalar) is str else json.dumps(_as_json(scalar)).encode()


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
        case str():
            # The same words in all files.
            return intern(value)
        case ["bytes", digits]:
            return bytes.fromhex(digits)
        case ["complex", real, imaginary]:
            return complex(real, imaginary)
        case ["int", digits]:
            return int(digits, 16)
        case _:
            return value
