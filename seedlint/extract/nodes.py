"""LibCST's nodes without whitespace and punctuation, made without being checked.

They hold nothing but what `walk` passes and the visitor reads: no code can be made of them.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import libcst as cst

Node = Any
"""A node that only looks whole."""


def _maker(cls: type[cst.CSTNode], *fields: str) -> Callable[..., Node]:
    """Makes nodes of ``cls`` that have nothing but ``fields``."""
    create = object.__new__
    first, *more = (getattr(cls, name).__set__ for name in fields)

    def one(value: object) -> Node:
        node = create(cls)
        first(node, value)
        return node

    def several(value: object, *values: object) -> Node:
        node = create(cls)
        first(node, value)
        for setter, further in zip(more, values):  # noqa: B905  `strict` costs a fifth of it
            setter(node, further)
        return node

    return several if more else one


name = _maker(cst.Name, "value")
attribute = _maker(cst.Attribute, "value", "attr")
call = _maker(cst.Call, "func", "args")
arg = _maker(cst.Arg, "value", "keyword", "star")
subscript = _maker(cst.Subscript, "value", "slice")
subscript_element = _maker(cst.SubscriptElement, "slice")
index = _maker(cst.Index, "value", "star")
slice_ = _maker(cst.Slice, "lower", "upper", "step", "first_colon", "second_colon")
element = _maker(cst.Element, "value")
starred = _maker(cst.StarredElement, "value")
dict_ = _maker(cst.Dict, "elements")
dict_element = _maker(cst.DictElement, "key", "value")
starred_dict_element = _maker(cst.StarredDictElement, "value")
lambda_ = _maker(cst.Lambda, "params", "body")
parameters = _maker(
    cst.Parameters,
    *("params", "star_arg", "kwonly_params", "star_kwarg", "posonly_params", "posonly_ind"),
)
param = _maker(cst.Param, "name", "annotation", "default", "star")
if_expression = _maker(cst.IfExp, "test", "body", "orelse")
walrus = _maker(cst.NamedExpr, "target", "value")
await_ = _maker(cst.Await, "expression")
yield_ = _maker(cst.Yield, "value")
from_ = _maker(cst.From, "item")
dict_comp = _maker(cst.DictComp, "key", "value", "for_in")
comp_for = _maker(cst.CompFor, "target", "iter", "ifs", "inner_for_in", "asynchronous")
comp_if = _maker(cst.CompIf, "test")
formatted = _maker(cst.FormattedString, "parts", "start", "end")
formatted_part = _maker(cst.FormattedStringExpression, "expression", "conversion", "format_spec")
joined = _maker(cst.ConcatenatedString, "left", "right")
string = _maker(cst.SimpleString, "value")
boolean = _maker(cst.BooleanOperation, "left", "operator", "right")
binary = _maker(cst.BinaryOperation, "left", "operator", "right")
unary = _maker(cst.UnaryOperation, "operator", "expression")
comparison = _maker(cst.Comparison, "left", "comparisons")
comparison_target = _maker(cst.ComparisonTarget, "operator", "comparator")
expr = _maker(cst.Expr, "value")
assign = _maker(cst.Assign, "targets", "value")
assign_target = _maker(cst.AssignTarget, "target")
ann_assign = _maker(cst.AnnAssign, "target", "annotation", "value")
annotation = _maker(cst.Annotation, "annotation")
aug_assign = _maker(cst.AugAssign, "target", "operator", "value")
return_ = _maker(cst.Return, "value")
raise_ = _maker(cst.Raise, "exc", "cause")
assertion = _maker(cst.Assert, "test", "msg")
del_ = _maker(cst.Del, "target")
import_ = _maker(cst.Import, "names")
alias = _maker(cst.ImportAlias, "name", "asname")
as_name = _maker(cst.AsName, "name")
import_from = _maker(cst.ImportFrom, "module", "names", "relative")
global_ = _maker(cst.Global, "names")
nonlocal_ = _maker(cst.Nonlocal, "names")
name_item = _maker(cst.NameItem, "name")
if_ = _maker(cst.If, "test", "body", "orelse")
else_ = _maker(cst.Else, "body")
for_ = _maker(cst.For, "target", "iter", "body", "orelse", "asynchronous")
while_ = _maker(cst.While, "test", "body", "orelse")
with_ = _maker(cst.With, "items", "body")
with_item = _maker(cst.WithItem, "item", "asname")
try_ = _maker(cst.Try, "body", "handlers", "orelse", "finalbody")
handler = _maker(cst.ExceptHandler, "body", "type", "name")
finally_ = _maker(cst.Finally, "body")
function = _maker(cst.FunctionDef, "name", "params", "body", "decorators", "returns")
class_ = _maker(cst.ClassDef, "name", "body", "bases", "keywords", "decorators")
decorator = _maker(cst.Decorator, "decorator")
block = _maker(cst.IndentedBlock, "body")
module = _maker(cst.Module, "body")
SEQUENCES = {
    kind: _maker(made, "elements")
    for kind, made in ((ast.Tuple, cst.Tuple), (ast.List, cst.List), (ast.Set, cst.Set))
}
COMPREHENSIONS = {
    kind: _maker(made, "elt", "for_in")
    for kind, made in (
        (ast.ListComp, cst.ListComp),
        (ast.SetComp, cst.SetComp),
        (ast.GeneratorExp, cst.GeneratorExp),
    )
}
NUMBERS = {
    kind: _maker(made, "value")
    for kind, made in ((int, cst.Integer), (float, cst.Float), (complex, cst.Imaginary))
}
OPERATORS: dict[type, cst.CSTNode] = {
    ast.Add: cst.Add(),
    ast.Sub: cst.Subtract(),
    ast.Mult: cst.Multiply(),
    ast.MatMult: cst.MatrixMultiply(),
    ast.Div: cst.Divide(),
    ast.Mod: cst.Modulo(),
    ast.Pow: cst.Power(),
    ast.LShift: cst.LeftShift(),
    ast.RShift: cst.RightShift(),
    ast.BitOr: cst.BitOr(),
    ast.BitXor: cst.BitXor(),
    ast.BitAnd: cst.BitAnd(),
    ast.FloorDiv: cst.FloorDivide(),
    ast.And: cst.And(),
    ast.Or: cst.Or(),
    ast.Invert: cst.BitInvert(),
    ast.Not: cst.Not(),
    ast.UAdd: cst.Plus(),
    ast.USub: cst.Minus(),
    ast.Eq: cst.Equal(),
    ast.NotEq: cst.NotEqual(),
    ast.Lt: cst.LessThan(),
    ast.LtE: cst.LessThanEqual(),
    ast.Gt: cst.GreaterThan(),
    ast.GtE: cst.GreaterThanEqual(),
    ast.Is: cst.Is(),
    ast.IsNot: cst.IsNot(),
    ast.In: cst.In(),
    ast.NotIn: cst.NotIn(),
}
CHANGES: dict[type, cst.CSTNode] = {
    ast.Add: cst.AddAssign(),
    ast.Sub: cst.SubtractAssign(),
    ast.Mult: cst.MultiplyAssign(),
    ast.MatMult: cst.MatrixMultiplyAssign(),
    ast.Div: cst.DivideAssign(),
    ast.Mod: cst.ModuloAssign(),
    ast.Pow: cst.PowerAssign(),
    ast.LShift: cst.LeftShiftAssign(),
    ast.RShift: cst.RightShiftAssign(),
    ast.BitOr: cst.BitOrAssign(),
    ast.BitXor: cst.BitXorAssign(),
    ast.BitAnd: cst.BitAndAssign(),
    ast.FloorDiv: cst.FloorDivideAssign(),
}
FLOW = {ast.Pass: cst.Pass(), ast.Break: cst.Break(), ast.Continue: cst.Continue()}
STAR = cst.ImportStar()
DOT = cst.Dot()
ASYNC = cst.Asynchronous()
