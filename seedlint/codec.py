"""Facts, and other plain data, as JSON and back, quickly.

A document holds each different thing once, in sections: scalars, objects by their classes, tuples.
Things refer to each other by their numbers through all sections. A class is a list of columns, one
a field: to read and to fill all its objects by columns is many times quicker than to go through
them one by one, and to make them all at once than to call their constructor.
"""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator
from enum import Enum
from itertools import chain, count, repeat
from operator import attrgetter
from sys import intern
from typing import Any, Generic, TypeVar, get_args, get_type_hints

from seedlint.data import fields, is_dataclass
from seedlint.facts import ModuleFacts
from seedlint.model import Problem

T = TypeVar("T")

PLAIN = (int, bool)
Refer = Callable[[Iterable[object]], list[int]]
"""The numbers of things."""


class CodecError(ValueError):
    """A document that nothing of what is wanted can be made of."""


class _Column:
    """A field of a class: what its values are in a document, and how they get into an object.

    Where these are places and the like, which refer to nothing, their own fields stand there.
    """

    def __init__(self, owner: type, name: str, hint: Any) -> None:
        self.name = name
        self.members = _members(hint)
        self.inner = _columns(hint) if _is_leaf(hint) else ()
        self.refers = not self.members and not self.inner and hint not in PLAIN
        self.hint = hint
        self.put: Callable[[object, object], None] = getattr(owner, name).__set__
        self.get: Callable[[object], Any] = attrgetter(f"{name}._value_" if self.members else name)

    def cells(self, objects: Iterable[object], refer: Refer) -> Iterator[list[Any]]:
        """The columns of a document for this field of ``objects``."""
        values = map(self.get, objects)
        if self.inner:
            leaves = list(values)
            for column in self.inner:
                yield from column.cells(leaves, refer)
        else:
            yield refer(values) if self.refers else list(values)

    def fill(self, objects: list[Any], columns: list[list[Any]], things: list[Any]) -> None:
        """Fill this field of ``objects`` with the next of ``columns``, which are taken away."""
        values: Iterable[Any]
        if self.inner:
            values = _filled(self.hint, self.inner, len(objects), columns, things)
        else:
            values = column = columns.pop()
            if len(column) != len(objects):
                raise CodecError(f"a column of {self.name} with {len(column)} rows")
            if self.refers:
                values = map(things.__getitem__, column)
            elif self.members:
                values = map(self.members.__getitem__, column)
        deque(map(self.put, objects, values), maxlen=0)


def _is_leaf(hint: Any) -> bool:
    """Whether ``hint`` is a class that refers to nothing."""
    kinds = get_type_hints(hint).values() if is_dataclass(hint) else ()
    return bool(kinds) and all(kind in PLAIN or _is_leaf(kind) for kind in kinds)


def _columns(cls: Any) -> tuple[_Column, ...]:
    hints = get_type_hints(cls)
    return tuple(_Column(cls, field.name, hints[field.name]) for field in fields(cls))


def _filled(
    cls: type,
    plan: Iterable[_Column],
    number: int,
    columns: list[list[Any]],
    things: list[Any],
) -> list[object]:
    """So many objects of ``cls``, with the next of ``columns`` in them."""
    objects: list[object] = list(map(object.__new__, repeat(cls, number)))
    for column in plan:
        column.fill(objects, columns, things)
    return objects


def _members(hint: Any) -> dict[object, Enum] | None:
    is_enum = isinstance(hint, type) and issubclass(hint, Enum)
    return {member.value: member for member in hint} if is_enum else None


def _classes(*roots: type) -> set[type]:
    """``roots`` and all dataclasses that their fields may lead to."""
    found: set[type] = set()
    pending: list[Any] = [*roots]
    while pending:
        hint = pending.pop()
        if is_dataclass(hint) and isinstance(hint, type) and hint not in found:
            found.add(hint)
            pending += get_type_hints(hint).values()
        pending += get_args(hint)
    return found


GROUPS = (tuple, frozenset)


class Codec(Generic[T]):
    """Writes and reads objects of the dataclasses ``roots``, with all that these may hold."""

    def __init__(self, *roots: type[T]) -> None:
        self._roots = roots
        self.classes = tuple(sorted(_classes(*roots), key=lambda cls: cls.__name__))
        self.columns = tuple(map(_columns, self.classes))
        self.referring = {
            cls: [column for column in columns if column.refers]
            for cls, columns in zip(self.classes, self.columns, strict=True)
        }

    def encode(self, thing: T) -> bytes:
        """``thing`` as JSON."""
        return json.dumps(_Pool(self, thing).document(), separators=(",", ":")).encode()

    def decode(self, data: bytes) -> T:
        """What was encoded as ``data``. Raises `CodecError`."""
        try:
            scalars, tables, tuples, root = json.loads(data)
            found = self._things(scalars, tables, tuples)[root]
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            raise CodecError(f"nothing that is known: {error}") from error
        if not isinstance(found, self._roots):
            raise CodecError(f"nothing that is wanted, but a {type(found).__name__}")
        return found

    def _things(self, scalars: list[Any], tables: list[Any], tuples: list[list[int]]) -> list[Any]:
        things: list[object] = list(map(_from_json, scalars))
        made: list[tuple[list[object], list[list[Any]]]] = []
        for cls, (number, *columns) in zip(self.classes, tables, strict=True):
            objects = _filled(cls, (), number, [], [])
            things += objects
            made.append((objects, columns[::-1]))
        get = things.__getitem__
        for is_set, *parts in tuples:
            found = map(get, parts)
            things.append(frozenset(found) if is_set else tuple(found))
        for plan, (objects, columns) in zip(self.columns, made, strict=True):
            for column in plan:
                column.fill(objects, columns, things)
            if columns:
                raise CodecError("a column too many")
        return things


class _Pool:
    """All that ``root`` holds, by the classes of a ``codec``. What is one object is one thing."""

    def __init__(self, codec: Codec[T], root: T) -> None:
        self._codec = codec
        self._root = root
        self._scalars: dict[int, object] = {}
        groups: dict[int, Any] = {}
        self._found: dict[type, dict[int, Any]] = {cls: {} for cls in codec.classes}
        self._found |= dict.fromkeys(GROUPS, groups)
        pending: list[Any] = [root]
        while pending:
            by_class = defaultdict(list)
            for thing in pending:
                by_class[type(thing)].append(thing)
            pending = [part for cls in by_class for part in self._parts(cls, by_class[cls])]

    def _parts(self, cls: type, things: list[Any]) -> list[Any]:
        """What those of ``things`` refer to that are new, but for words, of which note is taken."""
        new = self._new(cls, things)
        if cls in GROUPS:
            return list(chain.from_iterable(new))
        parts: list[Any] = []
        for column in self._codec.referring.get(cls, ()):
            found = list(map(column.get, new))
            if column.hint is str:
                self._new(str, found)
            else:
                parts += found
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
        keys = chain(*(self._found[cls] for cls in self._codec.classes), groups)
        numbers.update(zip(keys, count(len(scalars)), strict=False))

        def refer(things: Iterable[object]) -> list[int]:
            return list(map(numbers.__getitem__, map(id, things)))

        def table(columns: Iterable[_Column], objects: Collection[object]) -> list[Any]:
            cells = chain.from_iterable(column.cells(objects, refer) for column in columns)
            return [len(objects), *cells]

        tables = zip(self._codec.classes, self._codec.columns, strict=True)
        return [
            list(map(_as_json, scalars.values())),
            [table(columns, self._found[cls].values()) for cls, columns in tables],
            [[int(type(group) is frozenset), *refer(group)] for group in groups.values()],
            numbers[id(self._root)],
        ]


def _apart(scalar: object) -> str | bytes:
    """What is the same for the same scalars only: equal ones may be of different types."""
    return scalar if type(scalar) is str else json.dumps(_as_json(scalar)).encode()


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


FACTS = Codec[ModuleFacts | Problem](ModuleFacts, Problem)
