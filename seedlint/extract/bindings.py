"""What gets a name, and what changes behind one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from seedlint.extract.drafts import quick
from seedlint.extract.expressions import Expressions, dotted
from seedlint.extract.places import Places
from seedlint.facts import OPAQUE, Binding, Expr, Item, Literal, Spot, Table, Variable
from seedlint.model import Span

if TYPE_CHECKING:
    import libcst as cst
else:
    from seedlint.extract import nodes as cst

SpanOf = Callable[[cst.CSTNode], Span]
"""Where a wanted node stands."""

_LIST_MUTATORS = {"append", "extend", "insert", "pop", "remove", "reverse", "sort"}
_OTHER_MUTATORS = {"add", "clear", "discard", "popitem", "setdefault", "update"}
MUTATORS = frozenset(_LIST_MUTATORS | _OTHER_MUTATORS)
# Functions and methods that may change something.
CHANGERS = MUTATORS | {"putenv", "setattr", "shuffle"}

binding, item = quick(Binding), quick(Item)


_Noted = tuple[int, str, Expr, Spot, cst.CSTNode | None, bool, str | None]
"""The fields of a `Binding`, with a node in place of where that stands."""


class Bindings:
    """Collects the bindings of one module; ``wanted`` are the nodes that stand for them."""

    def __init__(self, places: Places, expressions: Expressions) -> None:
        self.foreign: set[str] = set()
        self.wanted: list[cst.CSTNode] = []
        self._places = places
        self._expressions = expressions
        self._bindings: list[_Noted] = []
        self._attributes: list[_Noted] = []
        self._environ: list[tuple[str, Expr, cst.CSTNode]] = []
        self._bound: set[tuple[int, str]] = set()

    def names(self, span_of: SpanOf) -> tuple[Binding, ...]:
        """The bindings of names, placed by the spans of the wanted nodes."""
        return tuple([_placed(self._home(noted), noted, span_of) for noted in self._bindings])

    def attributes(self, span_of: SpanOf) -> tuple[Binding, ...]:
        """The bindings of attributes of ``self``, likewise."""
        return tuple([_placed(noted[0], noted, span_of) for noted in self._attributes])

    def walrus(self, target: cst.Name, value: Expr) -> None:
        """Bind ``target`` in the scope around any comprehension."""
        owner = self._places.home_of_walrus()
        self._bound.add((owner, target.value))
        self._note(self._bindings, owner, target.value, value, target)

    def _note(
        self,
        noted: list[_Noted],
        owner: int,
        name: str,
        value: Expr,
        node: cst.CSTNode | None,
        mutates: bool = False,
        key: str | None = None,
    ) -> None:
        if node is not None:
            self.wanted.append(node)
        noted.append((owner, name, value, self._places.spot(), node, mutates, key))

    def bind(self, target: Any, value: Expr) -> None:
        """Give ``target``, of whatever shape, the parts of ``value`` that fall to it."""
        # By type: LibCST's classes take long to say what is no instance of them.
        kind = type(target)
        if kind is cst.Name:
            self.record(target.value, value, target)
        elif kind is cst.Tuple or kind is cst.List:
            self._bind_each(target.elements, value)
        elif kind is cst.Attribute:
            self._bind_attribute(target, value)
        elif kind is cst.Subscript and type(target.value) in (cst.Name, cst.Attribute):
            if _is_environ(target.value):
                self._note_variable(_key(target), value, target)
            self._mutate(target.value, _key(target), value)

    def _bind_each(self, elements: Sequence[cst.BaseElement], value: Expr) -> None:
        starred = False
        for index, element in enumerate(elements):
            starred = starred or type(element) is cst.StarredElement
            self.bind(element.value, OPAQUE if starred else item(value, Literal(index)))

    def _bind_attribute(self, target: cst.Attribute, value: Expr) -> None:
        owner = self._places.class_of_self(target.value)
        if owner is None:
            self._note_foreign(target.value, target.attr.value)
        else:
            self._note(self._attributes, owner, target.attr.value, value, target)

    def _note_foreign(self, base: cst.BaseExpression, name: str) -> None:
        self.foreign.add(name)
        # Under a condition, `keras.layers.Dropout = Mine` may leave Keras's own in place.
        if self._places.is_unconditional:
            self.foreign.add(f"{dotted(base)}.{name}")

    def _mutate(self, target: cst.BaseExpression, key: str | None, value: Expr = OPAQUE) -> None:
        if type(target) is cst.Name:
            self.record(target.value, value, target, mutates=True, key=key)
        elif type(target) is cst.Attribute:
            owner = self._places.class_of_self(target.value)
            name = "*" if target.attr.value == "__dict__" else target.attr.value
            if owner is None:
                self.foreign.add(name)
            else:
                self._note(self._attributes, owner, name, value, target, True, key)

    def _home(self, noted: _Noted) -> int:
        """The scope that ``noted`` is of: a change to a container is of the one that binds it."""
        owner, name, _, _, _, mutates, _ = noted
        while mutates and owner > 0 and (owner, name) not in self._bound:
            owner = self._places.scopes[owner].parent
        return owner

    def environ(self, span_of: SpanOf) -> tuple[Variable, ...]:
        """The environment variables that are set, placed likewise."""
        return tuple(
            Variable(name, str(value.value) if isinstance(value, Literal) else None, span_of(node))
            for name, value, node in self._environ
        )

    def _note_variable(self, name: str | None, value: Expr, node: cst.CSTNode) -> None:
        if name is not None:
            self.wanted.append(node)
            self._environ.append((name, value, node))

    def _note_environ(self, node: cst.Call, func: cst.Attribute) -> None:
        """Keep what ``os.putenv``, or ``os.environ`` by ``setdefault`` and ``update``, is given."""
        plain = [self._expressions.of(arg.value) for arg in node.args if arg.keyword is None]
        match func.attr.value, plain:
            case "putenv", [Literal(str() as name), value]:
                self._note_variable(name, value, node)
            case "setdefault", [Literal(str() as name), value] if _is_environ(func.value):
                self._note_variable(name, value, node)
            case "update", _ if _is_environ(func.value):
                for name, value in _updated(node, plain, self._expressions):
                    self._note_variable(name, value, node)

    def record(
        self,
        name: str,
        value: Expr,
        node: cst.CSTNode | None,
        mutates: bool = False,
        key: str | None = None,
    ) -> None:
        """Keep a binding of ``name``, which stands at ``node`` if that is of interest."""
        owner = self._places.owner(name)
        if not mutates:
            self._bound.add((owner, name))
        elif owner == 0 or (owner, name) not in self._bound:
            self.foreign.add(name)
        self._note(self._bindings, owner, name, value, node, mutates, key)

    def _note_setattr(self, args: Sequence[cst.Arg]) -> None:
        """``setattr(object, name, value)``, and ``vars(object).update(...)`` with no name."""
        owner = self._places.class_of_self(args[0].value)
        known = args[1].value if len(args) > 1 else None
        name = known.raw_value if isinstance(known, cst.SimpleString) else "*"
        if owner is None:
            self._note_foreign(args[0].value, name)
        else:
            self._note(self._attributes, owner, name, OPAQUE, args[0].value, True)

    def note_mutation(self, node: cst.Call) -> None:
        """Keep what the call ``node`` changes: a container, or the attributes of an object."""
        func = node.func
        if type(func) is cst.Name:
            if func.value == "setattr" and len(node.args) == 3:
                self._note_setattr(node.args)
        elif type(func) is cst.Attribute:
            self._note_method(node, func)

    def _note_method(self, node: cst.Call, func: cst.Attribute) -> None:
        match func.value:
            case cst.Call(func=cst.Name(value="vars"), args=[cst.Arg()]) as inner:
                self._note_setattr(inner.args)
        method = func.attr.value
        if method not in CHANGERS:
            return
        self._note_environ(node, func)
        if method in MUTATORS:
            first = node.args[0].value if node.args else None
            key = first.raw_value if isinstance(first, cst.SimpleString) else None
            # The text in `update(name="text")` is no key.
            self._mutate(func.value, None if method == "update" else key)
        elif method == "shuffle" and node.args:
            self._mutate(node.args[0].value, None)


def _placed(owner: int, noted: _Noted, span_of: SpanOf) -> Binding:
    _, name, value, spot, node, mutates, key = noted
    span = None if node is None else span_of(node)
    return binding(owner, name, value, spot, span, mutates, key)


def _is_environ(node: cst.CSTNode) -> bool:
    is_name = type(node) is cst.Name or type(node) is cst.Attribute
    return is_name and dotted(node).rpartition(".")[2] == "environ"


def _updated(
    node: cst.Call, plain: Sequence[Expr], expressions: Expressions
) -> Iterator[tuple[str, Expr]]:
    for expr in plain:
        for key, value in expr.items if isinstance(expr, Table) else ():
            if isinstance(key, Literal) and isinstance(key.value, str):
                yield key.value, value
    for arg in node.args:
        if arg.keyword is not None:
            yield arg.keyword.value, expressions.of(arg.value)


def _key(node: cst.Subscript) -> str | None:
    match node.slice:
        case [cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as key))]:
            return key.raw_value
    return None
