"""What an expression can turn out to be.

An expression has one or several possible values (`Values`); each carries the way that it came
(`Hop`s, for the notes of a finding) and the conditions on parameters under which it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum

from seedlint.data import dataclass
from seedlint.facts import Expr, Spot
from seedlint.flow import Condition
from seedlint.model import Span

MAX_VALUES = 24
# Terms nest as deep as the code that made them; deeper ones are worth no comparison.
MAX_NESTING = 6
VIEWS = frozenset({"items", "keys", "values"})
TEXT_MAKERS = frozenset(
    {"builtins.str", "builtins.str.format", "builtins.str.join", "builtins.repr"}
)


@dataclass(frozen=True, slots=True)
class At:
    """A spot in a module: where an expression is evaluated."""

    module: str
    spot: Spot


@dataclass(frozen=True, slots=True)
class Const:
    value: bool | int | float | complex | str | bytes | None


@dataclass(frozen=True, slots=True)
class Absent:
    """An argument that is not given, for a parameter whose default is not in the sources."""


@dataclass(frozen=True, slots=True)
class Api:
    """Something outside the project, by the dotted path under which it was reached."""

    path: str


@dataclass(frozen=True, slots=True)
class ProjectModule:
    path: str


@dataclass(frozen=True, slots=True)
class Local:
    """A function or class of the project: the scope that it opens."""

    module: str
    scope: int


@dataclass(frozen=True, slots=True)
class Method:
    """A function of the project with its first argument bound."""

    function: Local
    receiver: Value


@dataclass(frozen=True, slots=True)
class Super:
    """What ``super()`` gives inside the class ``of``."""

    of: Local


@dataclass(frozen=True, slots=True)
class Made:
    """The result of calling ``by``: an instance where that is a class.

    ``call`` is the index of the call in ``module``; ``None`` for the instance behind ``self``.
    """

    by: Api | Local
    module: str
    call: int | None


@dataclass(frozen=True, slots=True)
class Computed:
    """``op`` of ``of``: an attribute (``.name``), an item (``[]``), arithmetic, ``int``, ..."""

    op: str
    of: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Called:
    """What one run of the call ``call`` in ``module`` gave; ``by`` is what was called."""

    by: Value
    module: str
    call: int


@dataclass(frozen=True, slots=True)
class Turn:
    """The counter of a loop, from ``first`` in steps of ``step``: each run of it counts alike.

    The loop sets it at ``at``; without that, any loop that counts so is meant. It has ``number``
    turns, or one, if its head tells.
    """

    first: int
    step: int
    at: At | None
    number: int | None = None


Term = Computed | Called | At | Turn
"""What is known of a value that is not: two values with equal terms are equal, where all that the
terms name is. An `At` stands for whatever was stored there."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something computed from ``of``, a draw or a generator: an element, a sum, a method."""

    of: Made
    term: Term | None = None


@dataclass(frozen=True, slots=True)
class Partial:
    """``functools.partial(of, ...)``, with the arguments of the call ``call`` in ``module``."""

    of: Value
    module: str
    call: int


@dataclass(frozen=True, slots=True)
class Display:
    """A literal tuple, list, set or dict, whose parts are evaluated when they are asked for."""

    expr: Expr
    at: At


@dataclass(frozen=True, slots=True)
class Group:
    """A tuple made by ``zip`` or ``enumerate``, or by ``dict.items``."""

    parts: tuple[Values, ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """The bound method ``get`` or ``pop`` of a mapping, or one of its ``VIEWS``."""

    of: Value
    method: str = "get"


@dataclass(frozen=True, slots=True)
class Param:
    """Whatever callers of ``function`` pass as ``name``, or for ``key`` in ``**name``.

    Or in the place ``index`` of ``*name``. All of ``**name`` has been ``changed`` under these keys.
    """

    function: Local
    name: str
    key: str | None = None
    changed: frozenset[str] = frozenset()
    index: int | None = None

    @property
    def is_part(self) -> bool:
        """Whether it is one of the things that ``*name`` or ``**name`` holds."""
        return self.key is not None or self.index is not None

    def under(self, key: str) -> Param | None:
        """What is passed for ``key`` in ``**name``; ``None`` if it has been changed."""
        return None if key in self.changed else Param(self.function, self.name, key)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that cannot be told; nothing is ever reported on a guess about it."""

    term: Term | None = None


Value = (
    Const
    | Absent
    | Api
    | ProjectModule
    | Local
    | Method
    | Super
    | Made
    | Part
    | Partial
    | Display
    | Group
    | Lookup
    | Param
    | Unknown
)


class Step(str, Enum):
    """What happens to a value on its way: a name is set, a function gives it, it is picked."""

    SET = "set"
    GIVEN = "given"
    PICKED = "picked"


@dataclass(frozen=True, slots=True)
class Hop:
    """One step on the way of a value: ``name`` is set, or called, at ``span`` of ``module``.

    A value is picked where one of several is used at once, without a name; that has no ``span``.
    """

    name: str
    module: str
    span: Span | None
    spot: Spot
    step: Step = Step.SET


@dataclass(frozen=True, slots=True)
class Given:
    """A condition on what callers pass for ``param``."""

    param: Param
    condition: Condition


@dataclass(frozen=True, slots=True)
class Alt:
    """One possible value."""

    value: Value
    trail: tuple[Hop, ...] = ()
    given: tuple[Given, ...] = ()


Values = tuple[Alt, ...]

IS_NONE = Condition("none", True)
IS_FALSE = Condition("true", False)
IS_NOT_NONE = Condition("none", False)

UNKNOWN: Values = (Alt(Unknown()),)
ABSENT: Values = (Alt(Absent()),)


def origin(value: Value) -> Made | None:
    """The draw or generator that ``value`` is, or was computed from."""
    match value:
        case Part(of):
            return of
        case Made(Api()):
            return value
    return None


def nesting(value: Value) -> int:
    """How deep the term of ``value`` goes."""
    match value:
        case Unknown(Computed(_, of)) | Part(_, Computed(_, of)):
            return 1 + max(map(nesting, of), default=0)
        case Unknown(Called(by)) | Part(_, Called(by)):
            return 1 + nesting(by)
    return 0


def is_named(value: Value) -> bool:
    """Whether ``value`` can be compared: all that it is computed from is told apart."""
    match value:
        case Unknown(None) | Part(_, None):
            return False
        case Unknown(Computed(_, of)) | Part(_, Computed(_, of)):
            return all(map(is_named, of))
        case Display() | Group() | Lookup() | Partial() | Super():
            return False
    return True


def params(value: Value) -> Iterator[Param]:
    """The parameters that ``value`` is, or is computed from."""
    match value:
        case Param():
            yield value
        case Unknown(Computed(_, of)) | Part(_, Computed(_, of)):
            for inner in of:
                yield from params(inner)
        case Unknown(Called(by)) | Part(_, Called(by)):
            yield from params(by)


def const(value: bool | int | float | complex | str | bytes | None) -> Values:
    return (Alt(Const(value)),)


def join(parts: Iterable[Values]) -> Values:
    """All the values of ``parts``, each once; too many are as good as unknown."""
    parts = [part for part in parts if part]
    if len(parts) == 1 and len(parts[0]) == 1:
        return parts[0]
    merged: dict[tuple[type, Value, tuple[Given, ...]], Alt] = {}
    for part in parts:
        for alt in part:
            inner = type(alt.value.value) if isinstance(alt.value, Const) else type(alt.value)
            merged.setdefault((inner, alt.value, alt.given), alt)
    return tuple(merged.values()) if len(merged) <= MAX_VALUES else UNKNOWN


def is_nothing(value: Value) -> bool:
    """Whether ``value`` is ``None``, or an argument left out: to a seed it is the same."""
    return isinstance(value, Absent) or (isinstance(value, Const) and value.value is None)


def is_text(value: Value) -> bool:
    """Whether ``value`` is certainly a ``str``, whatever its characters."""
    match value:
        case Const(known):
            return isinstance(known, str)
        case Made(Api(path)):
            return path in TEXT_MAKERS
        case Unknown(Computed("text")):
            return True
        case Unknown(Computed("+" | "%", (left, right))):
            return is_text(left) or is_text(right)
    return False


def limited(found: Values, condition: Condition) -> Values:
    """Those of ``found`` for which ``condition`` can hold; a parameter must meet it."""
    return narrowed(found, (condition,))


def narrowed(found: Values, conditions: Iterable[Condition]) -> Values:
    """``found`` less what ``conditions`` rule out; a parameter must meet them."""
    asked = tuple(dict.fromkeys(conditions))
    kept = (_narrowed(alt, asked) for alt in found)
    return tuple(alt for alt in kept if alt is not None)


def _narrowed(alt: Alt, conditions: Sequence[Condition]) -> Alt | None:
    value = alt.value
    if not isinstance(value, Param):
        ruled_out = any(_meets(value, condition) is False for condition in conditions)
        return None if ruled_out else alt
    # A function may ask the same parameter a thousand things before it gets somewhere.
    given = dict.fromkeys(alt.given)
    known = len(given)
    for condition in conditions:
        if Given(value, condition.opposite) in given:
            return None
        given[Given(value, condition)] = None
    return alt if len(given) == known else Alt(value, alt.trail, tuple(given))


def _meets(value: Value, condition: Condition) -> bool | None:
    """Whether ``condition`` holds for ``value``; ``None`` where that cannot be told."""
    match value, condition.kind:
        case Unknown(), _:
            return None
        case _, "none":
            return is_nothing(value) == condition.holds
        case Absent(), _:
            return not condition.holds
        case Const(known), "true":
            return bool(known) == condition.holds
        case Const(known), "equal":
            return (known == condition.operand) == condition.holds
        case Api() | Local() | Made() | Method() | Partial(), "true":
            return condition.holds
    return None


def picked(found: Values, at: At) -> Values:
    """``found``, one of which is picked at ``at``."""
    if len(found) < 2:
        return found
    hop = Hop("", at.module, None, at.spot, Step.PICKED)
    return tuple(Alt(alt.value, (hop, *alt.trail), alt.given) for alt in found)


def along(alt: Alt, found: Values) -> Values:
    """``found``, reached by way of ``alt``."""
    if not alt.trail and not alt.given:
        return found
    return tuple(Alt(f.value, alt.trail + f.trail, alt.given + f.given) for f in found)


def under(found: Values, givens: tuple[Given, ...]) -> Values:
    """``found``, where ``givens`` have to hold as well; less what they contradict."""
    if not givens and not any(alt.given for alt in found):
        return found
    opposites = {Given(given.param, given.condition.opposite) for given in givens}
    return tuple(
        Alt(alt.value, alt.trail, tuple(dict.fromkeys(alt.given + givens)))
        for alt in found
        if opposites.isdisjoint(alt.given)
    )
