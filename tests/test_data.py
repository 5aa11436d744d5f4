"""Our dataclasses are those of the standard library, as far as anyone can tell."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import operator
import pickle
from types import ModuleType
from typing import Any

import pytest

from seedlint import data

BODIES = {
    "no field": "@dataclass(frozen=True, slots=True)\nclass Row:\n    pass\n",
    "one field, which tuples hold by identity": (
        "@dataclass(frozen=True, slots=True)\nclass Row:\n    name: object\n"
    ),
    "defaults": (
        "@dataclass(frozen=True, slots=True)\n"
        "class Row:\n    name: str\n    size: int = 3\n    more: tuple[str, ...] = ()\n"
    ),
    "a default that is made": (
        "@dataclass(frozen=True, slots=True)\n"
        "class Row:\n    name: str\n    more: dict = field(default_factory=dict)\n"
    ),
    "an order": (
        "@dataclass(frozen=True, slots=True, order=True)\n"
        "class Row:\n    name: object\n    size: int = 3\n"
    ),
    "not compared": (
        "@dataclass(frozen=True, slots=True, eq=False)\nclass Row:\n    name: object\n"
    ),
    "no slots": "@dataclass(frozen=True)\nclass Row:\n    name: object\n    size: int = 3\n",
    "may change": (
        "@dataclass\nclass Row:\n    name: object\n    more: list = field(default_factory=list)\n"
    ),
    "may change, with slots": (
        "@dataclass(slots=True)\nclass Row:\n    name: object\n    size: int = 3\n"
    ),
    "a base with fields": (
        "@dataclass(frozen=True, slots=True)\nclass Base:\n    name: object\n"
        "@dataclass(frozen=True, slots=True)\nclass Row(Base):\n    size: int = 3\n"
    ),
    "methods of its own": (
        "@dataclass(frozen=True, slots=True)\nclass Row:\n    name: object\n\n"
        "    def __str__(self):\n        return f'<{self.name}>'\n\n"
        "    @property\n    def twice(self):\n        return (self.name, self.name)\n"
    ),
}
REFUSED = "refused"
NAN = float("nan")
ARGUMENTS: tuple[tuple[Any, ...], ...] = ((), (1,), (2,), (NAN,), ("a", 4), (1, 3), ([],))
SIGNS = (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge)
CASES = pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())


def rows(body: str, maker: ModuleType) -> Any:
    """The class `Row` of ``body``, made by the dataclasses of ``maker``."""
    names: dict[str, Any] = {**vars(maker), "__name__": __name__}
    exec(compile(f"from __future__ import annotations\n{body}", "<row>", "exec"), names)
    return names["Row"]


def told(act: Any, *args: Any, **given: Any) -> Any:
    """What ``act`` gives; Python 3.11 raises a `TypeError` where it means an `AttributeError`."""
    try:
        return act(*args, **given)
    except (TypeError, AttributeError):
        return REFUSED


def looks(row: Any) -> list[object]:
    """What can be told of some objects of the class ``row``, and of pairs of them."""
    made = [told(row, *args) for args in ARGUMENTS]
    known = [one for one in made if one != REFUSED]
    seen: list[object] = list(map(repr, made))
    seen += [str(one) for one in known]
    seen += [told(sign, a, b) for sign in SIGNS for a in known for b in [*known, 1]]
    for one in known:
        seen.append(told(setattr, one, "name", 7))
        seen.append(told(setattr, one, "other", 7))
        seen.append(told(delattr, one, "name"))
        seen.append(repr(told(getattr, one, "twice")))
    return seen


@CASES
def test_objects_are_the_same(body: str) -> None:
    assert looks(rows(body, data)) == looks(rows(body, dataclasses))


@CASES
def test_hashes_are_the_same(body: str) -> None:
    ours, theirs = rows(body, data), rows(body, dataclasses)
    for args in ARGUMENTS:
        one, two = told(hash, told(ours, *args)), told(hash, told(theirs, *args))
        # What is not compared is told apart by where it lies.
        assert one == two or "eq=False" in body


@CASES
def test_classes_are_the_same(body: str) -> None:
    ours, theirs = rows(body, data), rows(body, dataclasses)
    for name in ("__match_args__", "__qualname__", "__module__"):
        assert getattr(ours, name) == getattr(theirs, name)
    assert hasattr(ours, "__slots__") == hasattr(theirs, "__slots__")
    known = [one.name for one in dataclasses.fields(theirs)]
    assert [one.name for one in data.fields(ours)] == known
    # The first call makes the signature.
    told(ours)
    assert [*inspect.signature(ours).parameters] == [*inspect.signature(theirs).parameters]
    assert data.is_dataclass(ours)
    assert not data.is_dataclass(int)


@CASES
def test_an_object_may_be_replaced_and_copied(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = rows(body, data)
    monkeypatch.setitem(globals(), "Row", row)
    one = row("a") if data.fields(row) else row()
    changed = data.replace(one, name="b") if data.fields(row) else one
    alike = [data.replace(one), copy.copy(one), copy.deepcopy(one)]
    alike += [pickle.loads(pickle.dumps(one))]
    assert {repr(other) for other in alike} == {repr(one)}
    assert repr(changed) == repr(one).replace("'a'", "'b'")


def test_what_was_made_for_one_object_is_not_shared() -> None:
    row = rows(BODIES["a default that is made"], data)
    assert row("a").more is not row("a").more


def test_arguments_may_be_named() -> None:
    row = rows(BODIES["defaults"], data)
    assert repr(row(size=1, name="a")) == "Row(name='a', size=1, more=())"
    with pytest.raises(TypeError, match=r"Row\.__init__\(\) missing 1 required .*'name'"):
        row(size=1)


def test_a_field_is_known_by_what_it_was_given() -> None:
    row = rows("@dataclass\nclass Row:\n    a: int = field(default=3, metadata={'b': 4})\n", data)
    (known,) = data.fields(row)
    assert (known.name, known.default, known.metadata["b"]) == ("a", 3, 4)
