"""LibCST expressions to the ones that facts keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, get_args

from seedlint.extract.drafts import quick
from seedlint.facts import (
    OPAQUE,
    TEXT,
    Attr,
    CallAt,
    Comp,
    Compare,
    Def,
    Either,
    Expr,
    Item,
    Literal,
    Logic,
    Name,
    Op,
    Seq,
    Spot,
    Star,
    Table,
)

if TYPE_CHECKING:
    import libcst as cst
else:
    from seedlint.extract import nodes as cst

# What the value of an expression may be.
TOLD = frozenset(get_args(Expr))
MAX_DEPTH = 60
MAX_ITEMS = 512
# Of a number.
MAX_DIGITS = 400


call_at = quick(CallAt)


class Expressions:
    """Turns the expressions of one module into facts.

    ``scopes`` and ``comprehensions`` say, by the ``id`` of a node, what a visitor has made of the
    lambdas and comprehensions that it has passed. Calls get an index when they are first met.
    """

    def __init__(self) -> None:
        self.calls: dict[int, CallAt] = {}
        self.scopes: dict[int, int] = {}
        self.comprehensions: dict[int, Spot] = {}

    def call_at(self, call: cst.Call) -> CallAt:
        known = self.calls.get(id(call))
        return known or self.calls.setdefault(id(call), call_at(len(self.calls)))

    def of(self, node: Any, depth: int = 0) -> Expr:
        """What is kept of ``node``; a call stands for itself, so chains of calls cost no depth.

        What is no node is kept as it is.
        """
        kind = type(node)
        if kind in TOLD:
            return node if depth <= MAX_DEPTH else OPAQUE
        keep = _KEPT.get(kind)
        return OPAQUE if keep is None or depth > MAX_DEPTH else keep(self, node, depth + 1)

    def _name(self, node: cst.Name, depth: int) -> Expr:
        return _CONSTANTS.get(node.value) or Name(node.value)

    def _attribute(self, node: cst.Attribute, depth: int) -> Expr:
        return Attr(self.of(node.value, depth), node.attr.value)

    def _call(self, node: cst.Call, depth: int) -> Expr:
        return self.call_at(node)

    def _number(self, node: cst.Integer | cst.Float | cst.Imaginary, depth: int) -> Expr:
        if len(node.value) >= MAX_DIGITS:
            return OPAQUE
        match node:
            case cst.Integer():
                return Literal(int(node.value, 0))
            case cst.Float():
                return Literal(float(node.value))
        return Literal(complex(node.value))

    def _string(self, node: cst.SimpleString, depth: int) -> Expr:
        # Python would warn of a doubtful escape, and no name that matters has one.
        if "\\" in node.value:
            return _text(node)
        return Literal(node.evaluated_value if "b" in node.prefix else node.raw_value)

    def _formatted(self, node: cst.FormattedString, depth: int) -> Expr:
        return TEXT

    def _joined(self, node: cst.ConcatenatedString, depth: int) -> Expr:
        return _text(node.left)

    def _sequence(self, node: cst.Tuple | cst.List | cst.Set, depth: int) -> Expr:
        if len(node.elements) > MAX_ITEMS:
            return OPAQUE
        return Seq(tuple(self._element(element, depth) for element in node.elements))

    def _dict(self, node: cst.Dict, depth: int) -> Expr:
        if len(node.elements) > MAX_ITEMS:
            return OPAQUE
        return Table(tuple(self._entry(element, depth) for element in node.elements))

    def _subscript(self, node: cst.Subscript, depth: int) -> Expr:
        match node.slice:
            case [cst.SubscriptElement(slice=cst.Index(value=key, star=None))]:
                return Item(self.of(node.value, depth), self.of(key, depth))
        return OPAQUE

    def _if_expression(self, node: cst.IfExp, depth: int) -> Expr:
        test, then = self.of(node.test, depth), self.of(node.body, depth)
        return Either(test, then, self.of(node.orelse, depth))

    def _boolean(self, node: cst.BooleanOperation, depth: int) -> Expr:
        word = "and" if isinstance(node.operator, cst.And) else "or"
        return Logic(word, (self.of(node.left, depth), self.of(node.right, depth)))

    def _unary(self, node: cst.UnaryOperation, depth: int) -> Expr:
        inner = self.of(node.expression, depth)
        if isinstance(node.operator, cst.Not):
            return Logic("not", (inner,))
        return Op(symbol(node.operator), Literal(0), inner)

    def _binary(self, node: cst.BinaryOperation, depth: int) -> Expr:
        left, right = self.of(node.left, depth), self.of(node.right, depth)
        return Op(symbol(node.operator), left, right)

    def _comparison(self, node: cst.Comparison, depth: int) -> Expr:
        if len(node.comparisons) != 1:
            return OPAQUE
        target = node.comparisons[0]
        left, right = self.of(node.left, depth), self.of(target.comparator, depth)
        return Compare(symbol(target.operator), left, right)

    def _lambda(self, node: cst.Lambda, depth: int) -> Expr:
        scope = self.scopes.get(id(node))
        return OPAQUE if scope is None else Def(scope)

    def _comprehension(
        self, node: cst.ListComp | cst.SetComp | cst.GeneratorExp, depth: int
    ) -> Expr:
        spot = self.comprehensions.get(id(node))
        return OPAQUE if spot is None else Comp(self.of(node.elt, depth), spot)

    def _dict_comprehension(self, node: cst.DictComp, depth: int) -> Expr:
        spot = self.comprehensions.get(id(node))
        if spot is None:
            return OPAQUE
        return Comp(self.of(node.value, depth), spot, self.of(node.key, depth))

    def _walrus(self, node: cst.NamedExpr, depth: int) -> Expr:
        return self.of(node.value, depth)

    def _element(self, element: cst.BaseElement, depth: int) -> Expr:
        value = self.of(element.value, depth)
        return Star(value) if isinstance(element, cst.StarredElement) else value

    def _entry(self, entry: cst.BaseDictElement, depth: int) -> tuple[Expr | None, Expr]:
        key = self.of(entry.key, depth) if isinstance(entry, cst.DictElement) else None
        return key, self.of(entry.value, depth)


_KEPT: dict[type, Callable[[Expressions, Any, int], Expr]] = {
    cst.Name: Expressions._name,
    cst.Attribute: Expressions._attribute,
    cst.Call: Expressions._call,
    cst.Integer: Expressions._number,
    cst.Float: Expressions._number,
    cst.Imaginary: Expressions._number,
    cst.SimpleString: Expressions._string,
    cst.FormattedString: Expressions._formatted,
    cst.ConcatenatedString: Expressions._joined,
    cst.Tuple: Expressions._sequence,
    cst.List: Expressions._sequence,
    cst.Set: Expressions._sequence,
    cst.Dict: Expressions._dict,
    cst.Subscript: Expressions._subscript,
    cst.IfExp: Expressions._if_expression,
    cst.BooleanOperation: Expressions._boolean,
    cst.UnaryOperation: Expressions._unary,
    cst.BinaryOperation: Expressions._binary,
    cst.Comparison: Expressions._comparison,
    cst.Lambda: Expressions._lambda,
    cst.ListComp: Expressions._comprehension,
    cst.SetComp: Expressions._comprehension,
    cst.GeneratorExp: Expressions._comprehension,
    cst.DictComp: Expressions._dict_comprehension,
    cst.NamedExpr: Expressions._walrus,
}
_CONSTANTS: dict[str, Expr] = {
    "None": Literal(None),
    "True": Literal(True),
    "False": Literal(False),
}
_SYMBOLS: dict[str, str] = {
    "Add": "+",
    "Subtract": "-",
    "Multiply": "*",
    "Divide": "/",
    "FloorDivide": "//",
    "Modulo": "%",
    "Power": "**",
    "LeftShift": "<<",
    "BitOr": "|",
    "Minus": "-",
    "Plus": "+",
    "Equal": "==",
    "NotEqual": "!=",
    "Is": "is",
    "IsNot": "is not",
    "In": "in",
    "NotIn": "not in",
    "LessThan": "<",
    "GreaterThan": ">",
    "LessThanEqual": "<=",
    "GreaterThanEqual": ">=",
    "AddAssign": "+=",
    "SubtractAssign": "-=",
    "MultiplyAssign": "*=",
    "DivideAssign": "/=",
    "FloorDivideAssign": "//=",
    "ModuloAssign": "%=",
}


def _text(node: cst.SimpleString | cst.FormattedString) -> Expr:
    return OPAQUE if "b" in node.prefix.lower() else TEXT


def symbol(operator: cst.CSTNode) -> str:
    return _SYMBOLS.get(type(operator).__name__, "?")


def dotted(node: cst.CSTNode) -> str:
    """``a.b.c`` as text; the part behind whatever else stands in front."""
    parts: list[str] = []
    while type(node) is cst.Attribute:
        parts.append(node.attr.value)
        node = node.value
    if type(node) is cst.Name:
        parts.append(node.value)
    return ".".join(reversed(parts))
