"""What gets a name, and what changes behind one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import libcst as cst

from seedlint.data import replace
from seedlint.extract.expressions import Expressions, dotted
from seedlint.extract.places import Places
from seedlint.facts import OPAQUE, Binding, Expr, Item, Literal, Table, Variable
from seedlint.model import Span

_LIST_MUTATORS = {"append", "extend", "insert", "pop", "remove", "reverse", "sort"}
_OTHER_MUTATORS = {"add", "clear", "discard", "popitem", "setdefault", "update"}
MUTATORS = frozenset(_LIST_MUTATORS | _OTHER_MUTATORS)

_Placed = list[tuple[Binding, cst.CSTNode | None]]


class Bindings:
    """Collects the bindings of one module; ``wanted`` are the nodes that stand for them."""

    def __init__(self, places: Places, expressions: Expressions) -> None:
        self.foreign: set[str] = set()
        self.wanted: list[cst.CSTNode] = []
        self._places = places
        self._expressions = expressions
        self._bindings: _Placed = []
        self._attributes: _Placed = []
        self._environ: list[tuple[str, Expr, cst.CSTNode]] = []
        self._bound: set[tuple[int, str]] = set()

    def names(self, spans: Mapping[int, Span]) -> tuple[Binding, ...]:
        """The bindings of names, placed by the ``spans`` of the wanted nodes."""
        return _placed([self._at_home(item) for item in self._bindings], spans)

    def attributes(self, spans: Mapping[int, Span]) -> tuple[Binding, ...]:
        """The bindings of attributes of ``self``, likewise."""
        return _placed(self._attributes, spans)

    def walrus(self, target: cst.Name, value: Expr) -> None:
        """Bind ``target`` in the scope around any comprehension."""
        owner = self._places.home_of_walrus()
        self._bound.add((owner, target.value))
        binding = Binding(owner, target.value, value, self._places.spot(), None)
        self._bindings.append((binding, self._want(target)))

    def bind(self, target: cst.CSTNode, value: Expr) -> None:
        """Give ``target``, of whatever shape, the parts of ``value`` that fall to it."""
        match target:
            case cst.Name():
                self.record(target.value, value, target)
            case cst.Tuple() | cst.List():
                starred = False
                for index, element in enumerate(target.elements):
                    starred = starred or isinstance(element, cst.StarredElement)
                    part = OPAQUE if starred else Item(value, Literal(index))
                    self.bind(element.value, part)
            case cst.Attribute():
                self._bind_attribute(target, value)
            case cst.Subscript(value=cst.Name() | cst.Attribute()):
                if _is_environ(target.value):
                    self._note_variable(_key(target), value, target)
                self._mutate(target.value, _key(target))

    def _bind_attribute(self, target: cst.Attribute, value: Expr) -> None:
        owner = self._places.class_of_self(target.value)
        if owner is None:
            self.foreign.add(target.attr.value)
        else:
            binding = Binding(owner, target.attr.value, value, self._places.spot(), None)
            self._attributes.append((binding, self._want(target)))

    def _mutate(self, target: cst.BaseExpression, key: str | None) -> None:
        if isinstance(target, cst.Name):
            self.record(target.value, OPAQUE, target, mutates=True, key=key)
        elif isinstance(target, cst.Attribute):
            owner = self._places.class_of_self(target.value)
            name = "*" if target.attr.value == "__dict__" else target.attr.value
            if owner is None:
                self.foreign.add(name)
            else:
                self._change_attribute(owner, name, target, key)

    def _change_attribute(
        self, owner: int, name: str, node: cst.CSTNode, key: str | None = None
    ) -> None:
        binding = Binding(owner, name, OPAQUE, self._places.spot(), None, mutates=True, key=key)
        self._attributes.append((binding, self._want(node)))

    def _at_home(
        self, item: tuple[Binding, cst.CSTNode | None]
    ) -> tuple[Binding, cst.CSTNode | None]:
        """A change to a container belongs to the scope that binds its name."""
        binding, node = item
        if not binding.mutates:
            return item
        owner = binding.owner
        while owner > 0 and (owner, binding.name) not in self._bound:
            owner = self._places.scopes[owner].parent
        return replace(binding, owner=owner), node

    def environ(self, spans: Mapping[int, Span]) -> tuple[Variable, ...]:
        """The environment variables that are set, placed likewise."""
        return tuple(
            Variable(
                name, str(value.value) if isinstance(value, Literal) else None, spans[id(node)]
            )
            for name, value, node in self._environ
        )

    def _note_variable(self, name: str | None, value: Expr, node: cst.CSTNode) -> None:
        if name is not None:
            self._environ.append((name, value, self._want(node)))

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
        binding = Binding(owner, name, value, self._places.spot(), None, mutates, key)
        self._bindings.append((binding, None if node is None else self._want(node)))

    def _want(self, node: cst.CSTNode) -> cst.CSTNode:
        self.wanted.append(node)
        return node

    def _note_setattr(self, args: Sequence[cst.Arg]) -> None:
        """``setattr(object, name, value)``, and ``vars(object).update(...)`` with no name."""
        owner = self._places.class_of_self(args[0].value)
        known = args[1].value if len(args) > 1 else None
        name = known.raw_value if isinstance(known, cst.SimpleString) else "*"
        if owner is not None:
            self._change_attribute(owner, name, args[0].value)
        elif name != "*":
            self.foreign.add(name)

    def note_mutation(self, node: cst.Call) -> None:
        """Keep what the call ``node`` changes: a container, or the attributes of an object."""
        match node.func:
            case cst.Name(value="setattr") if len(node.args) == 3:
                self._note_setattr(node.args)
            case cst.Attribute(
                value=cst.Call(func=cst.Name(value="vars"), args=[cst.Arg()]) as inner
            ):
                self._note_setattr(inner.args)
        if not isinstance(node.func, cst.Attribute):
            return
        self._note_environ(node, node.func)
        method = node.func.attr.value
        if method in MUTATORS:
            first = node.args[0].value if node.args else None
            key = first.raw_value if isinstance(first, cst.SimpleString) else None
            self._mutate(node.func.value, key)
        elif method == "shuffle" and node.args:
            self._mutate(node.args[0].value, None)


def _placed(items: _Placed, spans: Mapping[int, Span]) -> tuple[Binding, ...]:
    return tuple(
        b
        if node is None
        else Binding(b.owner, b.name, b.value, b.spot, spans[id(node)], b.mutates, b.key)
        for b, node in items
    )


def _is_environ(node: cst.CSTNode) -> bool:
    is_name = isinstance(node, (cst.Name, cst.Attribute))
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
