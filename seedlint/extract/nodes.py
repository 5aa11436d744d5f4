"""LibCST's nodes without whitespace and punctuation: their names, and of their fields what matters.

They hold nothing but what `walk` passes and the visitor reads: no code can be made of them.
LibCST's own classes take 0.12 s to load (1.9.0). Types are checked against them; a test compares
the fields.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from seedlint.data import dataclass

Node = Any
"""A node that only looks whole."""

FIELDS = {
    "Module": "body",
    "Name": "value",
    "Attribute": "value attr",
    "Call": "func args",
    "Arg": "value keyword star",
    "Subscript": "value slice",
    "SubscriptElement": "slice",
    "Index": "value star",
    "Slice": "lower upper step",
    "Tuple": "elements",
    "List": "elements",
    "Set": "elements",
    "Element": "value",
    "StarredElement": "value",
    "Dict": "elements",
    "DictElement": "key value",
    "StarredDictElement": "value",
    "Lambda": "params body",
    "Parameters": "params star_arg kwonly_params star_kwarg posonly_params",
    "Param": "name annotation default star",
    "IfExp": "test body orelse",
    "NamedExpr": "target value",
    "Await": "expression",
    "Yield": "value",
    "From": "item",
    "ListComp": "elt for_in",
    "SetComp": "elt for_in",
    "GeneratorExp": "elt for_in",
    "DictComp": "key value for_in",
    "CompFor": "target iter ifs inner_for_in asynchronous",
    "CompIf": "test",
    "Integer": "value",
    "Float": "value",
    "Imaginary": "value",
    "SimpleString": "value",
    "FormattedString": "parts start end",
    "FormattedStringExpression": "expression conversion format_spec",
    "ConcatenatedString": "left right",
    "BooleanOperation": "left operator right",
    "BinaryOperation": "left operator right",
    "UnaryOperation": "operator expression",
    "Comparison": "left comparisons",
    "ComparisonTarget": "operator comparator",
    "SimpleStatementLine": "body",
    "Expr": "value",
    "Assign": "targets value",
    "AssignTarget": "target",
    "AnnAssign": "target annotation value",
    "Annotation": "annotation",
    "AugAssign": "target operator value",
    "Return": "value",
    "Raise": "exc cause",
    "Assert": "test msg",
    "Del": "target",
    "Pass": "",
    "Break": "",
    "Continue": "",
    "Import": "names",
    "ImportAlias": "name asname",
    "AsName": "name",
    "ImportFrom": "module names relative",
    "ImportStar": "",
    "Dot": "",
    "Global": "names",
    "Nonlocal": "names",
    "NameItem": "name",
    "If": "test body orelse",
    "Else": "body",
    "For": "target iter body orelse asynchronous",
    "Asynchronous": "",
    "While": "test body orelse",
    "With": "items body",
    "WithItem": "item asname",
    "Match": "subject cases",
    "MatchCase": "pattern body guard",
    "MatchAs": "pattern name",
    "MatchStar": "name",
    "MatchMapping": "elements rest",
    "Try": "body handlers orelse finalbody",
    "TryStar": "body handlers orelse finalbody",
    "ExceptHandler": "body type name",
    "ExceptStarHandler": "body type name",
    "Finally": "body",
    "FunctionDef": "name params body decorators returns",
    "ClassDef": "name body bases keywords decorators",
    "Decorator": "decorator",
    "IndentedBlock": "body",
}
# What an operator is called that also changes its left side, but for `Assign` behind it.
CHANGING = {
    ast.Add: "Add",
    ast.Sub: "Subtract",
    ast.Mult: "Multiply",
    ast.MatMult: "MatrixMultiply",
    ast.Div: "Divide",
    ast.Mod: "Modulo",
    ast.Pow: "Power",
    ast.LShift: "LeftShift",
    ast.RShift: "RightShift",
    ast.BitOr: "BitOr",
    ast.BitXor: "BitXor",
    ast.BitAnd: "BitAnd",
    ast.FloorDiv: "FloorDivide",
}
OTHER = {
    ast.And: "And",
    ast.Or: "Or",
    ast.Invert: "BitInvert",
    ast.Not: "Not",
    ast.UAdd: "Plus",
    ast.USub: "Minus",
    ast.Eq: "Equal",
    ast.NotEq: "NotEqual",
    ast.Lt: "LessThan",
    ast.LtE: "LessThanEqual",
    ast.Gt: "GreaterThan",
    ast.GtE: "GreaterThanEqual",
    ast.Is: "Is",
    ast.IsNot: "IsNot",
    ast.In: "In",
    ast.NotIn: "NotIn",
}


class CSTNode:
    """Any of them."""

    __slots__ = ()


class Quoted(CSTNode):
    """A string, of which LibCST tells these things too."""

    __slots__ = ()

    @property
    def _raw(self) -> str:
        raw: str = getattr(self, "value", "") or getattr(self, "start", "")
        return raw

    @property
    def prefix(self) -> str:
        """The letters before its quotes."""
        return self._raw[: -len(self._raw.lstrip("bBfFrRtTuU"))].lower()

    @property
    def raw_value(self) -> str:
        """What stands between its quotes."""
        quoted = self._raw[len(self.prefix) :]
        size = 3 if quoted[:3] in ('"""', "'''") else 1
        return quoted[size:-size]

    @property
    def evaluated_value(self) -> str | bytes:
        """What it is when the code runs."""
        found: str | bytes = ast.literal_eval(self._raw)
        return found


def kind(name: str, fields: str) -> type[Node]:
    """A class ``name`` of nodes with these ``fields``."""
    base = Quoted if name in ("SimpleString", "FormattedString") else CSTNode
    body = {"__annotations__": dict.fromkeys(fields.split(), Any), "__module__": __name__}
    made: type[Node] = dataclass(slots=True, eq=False)(type(name, (base,), body))
    return made


KINDS = {name: kind(name, FIELDS[name]) for name in FIELDS}
OPERATORS = {part: kind(name, "")() for part, name in (CHANGING | OTHER).items()}
CHANGES = {part: kind(f"{name}Assign", "")() for part, name in CHANGING.items()}
KINDS |= {type(made).__name__: type(made) for made in (*OPERATORS.values(), *CHANGES.values())}
globals().update(KINDS)

if TYPE_CHECKING:

    def __getattr__(name: str) -> type[Node]: ...


SEQUENCES = {part: KINDS[part.__name__] for part in (ast.Tuple, ast.List, ast.Set)}
COMPREHENSIONS = {
    part: KINDS[part.__name__] for part in (ast.ListComp, ast.SetComp, ast.GeneratorExp)
}
NUMBERS = {int: KINDS["Integer"], float: KINDS["Float"], complex: KINDS["Imaginary"]}
FLOW: dict[type, Node] = {
    part: KINDS[part.__name__]() for part in (ast.Pass, ast.Break, ast.Continue)
}
STAR, DOT, ASYNC = (KINDS[name]() for name in ("ImportStar", "Dot", "Asynchronous"))
SLICE = KINDS["Slice"](None, None, None)
