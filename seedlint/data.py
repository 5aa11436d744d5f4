"""Dataclasses like those of ``dataclasses``, for a tenth of what these cost at the start.

There, some six methods of each class are written and compiled when it is defined, for half a
millisecond, and most of them are never called. Here each is compiled when it is first called.
A field takes a default, a ``default_factory`` and ``metadata``, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

__all__ = ["dataclass", "field", "fields", "is_dataclass", "replace"]

_NOTHING: Any = object()
_ORDER = {"__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}
_Written = tuple[str, dict[str, Any]]
"""The source of a function, and what the names in it mean."""


class Field:
    """What is known of a field of a class."""

    __slots__ = ("default", "default_factory", "metadata", "name")

    def __init__(self, default: Any, default_factory: Any, metadata: Mapping[str, Any]) -> None:
        self.name = ""
        self.default = default
        self.default_factory = default_factory
        self.metadata = metadata


if TYPE_CHECKING:
    from dataclasses import dataclass, field, fields, is_dataclass, replace
else:

    def field(*, default=_NOTHING, default_factory=_NOTHING, metadata=None):
        return Field(default, default_factory, metadata or {})

    def fields(thing):
        return thing.__fields__

    def is_dataclass(thing):
        return hasattr(thing, "__fields__")

    def replace(thing, /, **changes):
        return type(thing)(**{name: getattr(thing, name) for name in _names(thing)} | changes)

    def dataclass(cls=None, /, *, slots=False, frozen=False, eq=True, order=False):
        def made(cls):
            cls = _with_fields(cls, slots)
            _add_methods(cls, frozen, eq, order)
            return cls

        return made if cls is None else made(cls)


def _with_fields(cls: Any, slots: bool) -> Any:
    """``cls`` with its ``__fields__``. Slots cannot be added: what has them is another class."""
    body = dict(vars(cls))
    own = tuple(_field(name, body.pop(name, _NOTHING)) for name in cls.__annotations__)
    if slots:
        body.pop("__dict__", None)
        body.pop("__weakref__", None)
        body["__slots__"] = tuple(known.name for known in own)
        body["__qualname__"] = cls.__qualname__
        cls = type(cls)(cls.__name__, cls.__bases__, body)
    cls.__fields__ = (*getattr(cls, "__fields__", ()), *own)
    cls.__match_args__ = _names(cls)  # type: ignore[misc]
    return cls


def _field(name: str, given: Any) -> Field:
    found = given if isinstance(given, Field) else Field(given, _NOTHING, {})
    found.name = name
    return found


def _names(thing: Any) -> tuple[str, ...]:
    return tuple(known.name for known in thing.__fields__)


def _add_methods(cls: Any, frozen: bool, eq: bool, order: bool) -> None:
    _add(cls, "__init__", _init)
    if "__repr__" not in vars(cls):
        cls.__repr__ = _repr
    cls.__reduce__ = _reduce
    if eq:
        _add(cls, "__eq__", _comparison)
        cls.__hash__ = None
    if eq and frozen:
        _add(cls, "__hash__", _hash)
    if frozen:
        cls.__setattr__ = cls.__delattr__ = _refuse
    for name in _ORDER if order else ():
        _add(cls, name, _comparison)


def _add(cls: Any, name: str, written: Callable[[Any, str], _Written]) -> None:
    """Give ``cls`` a method that becomes what is ``written`` when it is first called."""

    def method(self: Any, *args: Any, **given: Any) -> Any:
        source, words = written(cls, name)
        exec(source, words)
        made = words[name]
        made.__qualname__ = f"{cls.__qualname__}.{name}"
        setattr(cls, name, made)
        return made(self, *args, **given)

    setattr(cls, name, method)


def _init(cls: Any, name: str) -> _Written:
    words: dict[str, Any] = {"nothing": _NOTHING}
    parameters, lines = ["self"], ["pass"]
    put = "self.{0} = {1}"
    if cls.__setattr__ is _refuse:
        put = "put_{0}(self, {1})" if "__slots__" in vars(cls) else "self.__dict__['{0}'] = {1}"
    for known in cls.__fields__:
        field, default, value = known.name, "", known.name
        words[f"put_{field}"] = getattr(getattr(cls, field, None), "__set__", None)
        if known.default_factory is not _NOTHING:
            words[f"make_{field}"] = known.default_factory
            default, value = " = nothing", f"make_{field}() if {field} is nothing else {field}"
        elif known.default is not _NOTHING:
            words[f"default_{field}"] = known.default
            default = f" = default_{field}"
        parameters.append(f"{field}{default}")
        lines.append(put.format(field, value))
    return f"def {name}({', '.join(parameters)}):\n " + "\n ".join(lines), words


def _comparison(cls: Any, name: str) -> _Written:
    sign = _ORDER.get(name, "==")
    test = f"{_values(cls, 'self')} {sign} {_values(cls, 'other')}"
    alike = "self.__class__ is other.__class__"
    return f"def {name}(self, other): return {test} if {alike} else NotImplemented", {}


def _hash(cls: Any, name: str) -> _Written:
    return f"def {name}(self): return hash({_values(cls, 'self')})", {}


def _values(cls: Any, of: str) -> str:
    return "(" + "".join(f"{of}.{name}, " for name in _names(cls)) + ")"


def _repr(self: Any) -> str:
    values = (f"{name}={getattr(self, name)!r}" for name in _names(self))
    return f"{type(self).__qualname__}({', '.join(values)})"


def _reduce(self: Any) -> Any:
    return type(self), tuple(getattr(self, name) for name in _names(self))


def _refuse(self: object, name: str, *value: object) -> NoReturn:
    raise AttributeError(f"cannot change {name!r}: it is frozen")
