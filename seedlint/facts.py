"""What one file says, with no opinion: plain frozen data that pickles and caches.

An expression is kept only as far as its value could matter to a seed, a rate or a callee; all else
is `Opaque`. Indices point into the tuples of the `ModuleFacts` that holds them.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from seedlint.data import dataclass
from seedlint.model import Position, Span


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something is evaluated: which scope, which block, and when (a count over the file)."""

    scope: int
    block: int
    order: int


@dataclass(frozen=True, slots=True)
class Literal:
    value: bool | int | float | complex | str | bytes | None


@dataclass(frozen=True, slots=True)
class Text:
    """A text whose characters are not told: an f-string, or one with escapes."""


@dataclass(frozen=True, slots=True)
class Name:
    id: str


@dataclass(frozen=True, slots=True)
class Attr:
    base: Expr
    name: str


@dataclass(frozen=True, slots=True)
class CallAt:
    """The call ``ModuleFacts.calls[index]``."""

    index: int


@dataclass(frozen=True, slots=True)
class Item:
    base: Expr
    key: Expr


@dataclass(frozen=True, slots=True)
class Each:
    """One element of an iterable: the target of a ``for``."""

    of: Expr


@dataclass(frozen=True, slots=True)
class Seq:
    """A tuple, list or set display."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Star:
    of: Expr


@dataclass(frozen=True, slots=True)
class Table:
    """A dict display; a key of ``None`` stands for ``**value``."""

    items: tuple[tuple[Expr | None, Expr], ...]


@dataclass(frozen=True, slots=True)
class Either:
    test: Expr
    then: Expr
    orelse: Expr


@dataclass(frozen=True, slots=True)
class Logic:
    """``and``, ``or`` or ``not`` over one or two operands."""

    op: str
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Op:
    """Arithmetic; a unary operator has a literal 0 on its left."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Def:
    """A ``def``, ``lambda`` or ``class``: the scope that it opens."""

    scope: int


@dataclass(frozen=True, slots=True)
class Comp:
    """A comprehension; ``elt`` is evaluated at ``spot``, as is ``key``, which only a dict has."""

    elt: Expr
    spot: Spot
    key: Expr | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """``from <level dots><module> import <name>``, or ``import <module>`` where name is None."""

    level: int
    module: str
    name: str | None

    @property
    def path(self) -> str:
        """The dotted path of what is imported, without the dots of a relative import."""
        return ".".join(filter(None, (self.module, self.name)))


@dataclass(frozen=True, slots=True)
class ParamOf:
    """Whatever the caller passes for this parameter of the enclosing function."""

    name: str


@dataclass(frozen=True, slots=True)
class Opaque:
    """An expression whose value seedlint does not follow."""


Expr = (
    Literal
    | Text
    | Name
    | Attr
    | CallAt
    | Item
    | Each
    | Seq
    | Star
    | Table
    | Either
    | Logic
    | Compare
    | Op
    | Def
    | Comp
    | Import
    | ParamOf
    | Opaque
)

OPAQUE = Opaque()
TEXT = Text()


def inner_parts(expr: Expr) -> Iterator[Expr]:
    """The expressions of whose values that of ``expr`` is made; those of calls stand elsewhere."""
    match expr:
        case Item(base, key):
            yield from (base, key)
        case Each(of) | Star(of):
            yield of
        case Seq(items):
            yield from items
        case Table(items):
            yield from (value for _, value in items)
        case Either(_, then, orelse):
            yield from (then, orelse)
        case Logic(_, items):
            yield from items
        case Op(_, left, right) | Compare(_, left, right):
            yield from (left, right)


def mentions(expr: Expr, name: Expr) -> bool:
    """Whether ``name`` is ``expr``, or stands in it."""
    return expr == name or any(mentions(part, name) for part in inner_parts(expr))


def expressions(facts: ModuleFacts) -> Iterator[Expr]:
    """All that has a value in a file, tests aside, and what these are made of."""
    pending: list[Expr] = [call.func for call in facts.calls]
    pending += [binding.value for binding in (*facts.bindings, *facts.attributes)]
    pending += [star for star, _ in facts.stars]
    pending += [argument.value for call in facts.calls for argument in call.args]
    for scope in facts.scopes:
        pending += [*scope.decorators, *scope.bases, *(value for value, _ in scope.returns)]
        pending += [param.default for param in scope.params if param.default is not None]
    pending += [loop.of for loop in facts.loops]
    while pending:
        expr = pending.pop()
        yield expr
        match expr:
            case Attr(part):
                pending.append(part)
            case Comp(elt, _, key):
                pending += [elt] if key is None else [key, elt]
            case Table(items):
                pending += [part for item in items for part in item if part is not None]
            case _:
                pending += inner_parts(expr)


def dotted(expr: Expr) -> str:
    """The name that ``expr`` is, or ends in; the text that it is."""
    match expr:
        case Name(word) | Literal(str(word)):
            return word
        case Attr(base, word):
            return f"{dotted(base)}.{word}"
        case Import():
            return expr.path
    return ""


class ScopeKind(str, Enum):
    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"
    LAMBDA = "lambda"
    COMPREHENSION = "comprehension"


class ParamKind(str, Enum):
    POSITIONAL_ONLY = "positional-only"
    POSITIONAL = "positional"
    KEYWORD_ONLY = "keyword-only"
    VAR_POSITIONAL = "*"
    VAR_KEYWORD = "**"


@dataclass(frozen=True, slots=True)
class Param:
    name: str
    kind: ParamKind
    default: Expr | None


@dataclass(frozen=True, slots=True)
class Scope:
    """``spot`` is where the definition stands; ``body`` is the block of its statements."""

    kind: ScopeKind
    name: str
    parent: int
    spot: Spot
    body: int
    params: tuple[Param, ...] = ()
    decorators: tuple[Expr, ...] = ()
    bases: tuple[Expr, ...] = ()
    returns: tuple[tuple[Expr, Spot], ...] = ()
    outer_names: tuple[tuple[str, str], ...] = ()
    yields: bool = False


class BlockKind(str, Enum):
    BODY = "body"
    IF = "if"
    LOOP = "loop"
    TRY = "try"
    MATCH = "match"
    WITH = "with"


class Leaves(str, Enum):
    """What control leaves: the function, the innermost loop, or no more than its turn."""

    NOTHING = ""
    TURN = "turn"
    LOOP = "loop"
    FUNCTION = "function"


@dataclass(frozen=True, slots=True)
class Block:
    """A run of statements. Blocks of one ``group`` exclude each other unless it is a ``try``.

    ``order`` counts with `Spot.order`. ``test`` holds in the block (``holds`` true) or fails in it.
    ``leaves`` says what control leaves at the end of the block; ``exhaustive`` that one arm of its
    group always runs. An ``assert`` is a block of its own that leaves where the test fails. A loop
    that leaves has one turn at most.
    """

    kind: BlockKind
    parent: int
    group: int
    arm: int
    order: int
    test: Expr | None = None
    holds: bool = True
    leaves: Leaves = Leaves.NOTHING
    exhaustive: bool = False


@dataclass(frozen=True, slots=True)
class Binding:
    """A name of the scope ``owner`` gets a value, evaluated at ``spot``.

    ``mutates`` marks a change to the object behind the name (``x[k] = v``, ``x.update(...)``): it
    adds an unknown value and ends nothing. ``key`` is then the literal key, if there is one, and
    ``value`` what is put into the object, if that is one thing. An
    attribute named ``*`` stands for all of them (``setattr(self, name, value)``).
    """

    owner: int
    name: str
    value: Expr
    spot: Spot
    span: Span | None
    mutates: bool = False
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Argument:
    """``star`` is ``""``, ``"*"`` or ``"**"``."""

    name: str | None
    star: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Call:
    func: Expr
    args: tuple[Argument, ...]
    spot: Spot
    span: Span


@dataclass(frozen=True, slots=True)
class For:
    """``for ... in of``, of a statement or a comprehension.

    ``spot`` is in the block of its turns, ``start`` where its text begins, blanks before it
    included.
    """

    of: Expr
    spot: Spot
    start: Position
    is_async: bool


@dataclass(frozen=True, slots=True)
class Bare:
    """A statement that is nothing but a name or an attribute."""

    expr: Expr
    spot: Spot
    span: Span


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable that is set; a ``value`` that is no literal is ``None``."""

    name: str
    value: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Silence:
    """A comment that silences, or a part of one: ``codes`` is empty for all codes.

    ``form`` is ``"ignore"``, ``"ignore-file"`` or ``"noqa"``; ``span`` ends behind the codes.
    """

    form: str
    codes: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """``attributes`` are bindings to ``self.<name>``: their owner is the class.

    ``foreign`` are names of things that the file changes from outside: attributes of objects other
    than ``self``, ``*`` for any of them, imported containers; attributes that are set
    unconditionally also with all that stands before them (``keras.layers.Dropout``). ``environ``
    holds the environment variables that it sets.
    """

    path: str
    scopes: tuple[Scope, ...]
    blocks: tuple[Block, ...]
    bindings: tuple[Binding, ...]
    attributes: tuple[Binding, ...]
    foreign: frozenset[str]
    environ: tuple[Variable, ...]
    stars: tuple[tuple[Import, Spot], ...]
    calls: tuple[Call, ...]
    loops: tuple[For, ...]
    bare: tuple[Bare, ...]
    silences: tuple[Silence, ...]
