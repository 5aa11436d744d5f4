"""LibCST's nodes without whitespace and punctuation, made without being checked.

They hold nothing but what `walk` passes and the visitor reads: no code can be made of them.
"""

from __future__ import annotations

import ast
from typing import Any

import libcst as cst

from seedlint.extract.drafts import maker

Node = Any
"""A node that only looks whole."""


name = maker(cst.Name, "value")
attribute = maker(cst.Attribute, "value", "attr")
call = maker(cst.Call, "func", "args")
arg = maker(cst.Arg, "value", "keyword", "star")
subscript = maker(cst.Subscript, "value", "slice")
subscript_element = maker(cst.SubscriptElement, "slice")
index = maker(cst.Index, "value", "star")
slice_ = maker(cst.Slice, "lower", "upper", "step", "first_colon", "second_colon")
element = maker(cst.Element, "value")
starred = maker(cst.StarredElement, "value")
dict_ = maker(cst.Dict, "elements")
dict_element = maker(cst.DictElement, "key", "value")
starred_dict_element = maker(cst.StarredDictElement, "value")
lambda_ = maker(cst.Lambda, "params", "body")
parameters = maker(
    cst.Parameters,
    *("params", "star_arg", "kwonly_params", "star_kwarg", "posonly_params", "posonly_ind"),
)
param = maker(cst.Param, "name", "annotation", "default", "star")
if_expression = maker(cst.IfExp, "test", "body", "orelse")
walrus = maker(cst.NamedExpr, "target", "value")
await_ = maker(cst.Await, "expression")
yield_ = maker(cst.Yield, "value")
from_ = maker(cst.From, "item")
dict_comp = maker(cst.DictComp, "key", "value", "for_in")
comp_for = maker(cst.CompFor, "target", "iter", "ifs", "inner_for_in", "asynchronous")
comp_if = maker(cst.CompIf, "test")
formatted = maker(cst.FormattedString, "parts", "start", "end")
formatted_part = maker(cst.FormattedStringExpression, "expression", "conversion", "format_spec")
joined = maker(cst.ConcatenatedString, "left", "right")
string = maker(cst.SimpleString, "value")
boolean = maker(cst.BooleanOperation, "left", "operator", "right")
binary = maker(cst.BinaryOperation, "left", "operator", "right")
unary = maker(cst.UnaryOperation, "operator", "expression")
comparison = maker(cst.Comparison, "left", "comparisons")
comparison_target = maker(cst.ComparisonTarget, "operator", "comparator")
expr = maker(cst.Expr, "value")
assign = maker(cst.Assign, "targets", "value")
assign_target = maker(cst.AssignTarget, "target")
ann_assign = maker(cst.AnnAssign, "target", "annotation", "value")
annotation = maker(cst.Annotation, "annotation")
aug_assign = maker(cst.AugAssign, "target", "operator", "value")
return_ = maker(cst.Return, "value")
raise_ = maker(cst.Raise, "exc", "cause")
assertion = maker(cst.Assert, "test", "msg")
del_ = maker(cst.Del, "target")
import_ = maker(cst.Import, "names")
alias = maker(cst.ImportAlias, "name", "asname")
as_name = maker(cst.AsName, "name")
import_from = maker(cst.ImportFrom, "module", "names", "relative")
global_ = maker(cst.Global, "names")
nonlocal_ = maker(cst.Nonlocal, "names")
name_item = maker(cst.NameItem, "name")
if_ = maker(cst.If, "test", "body", "orelse")
else_ = maker(cst.Else, "body")
for_ = maker(cst.For, "target", "iter", "body", "orelse", "asynchronous")
while_ = maker(cst.While, "test", "body", "orelse")
with_ = maker(cst.With, "items", "body")
with_item = maker(cst.WithItem, "item", "asname")
try_ = maker(cst.Try, "body", "handlers", "orelse", "finalbody")
handler = maker(cst.ExceptHandler, "body", "type", "name")
finally_ = maker(cst.Finally, "body")
function = maker(cst.FunctionDef, "name", "params", "body", "decorators", "returns")
class_ = maker(cst.ClassDef, "name", "body", "bases", "keywords", "decorators")
decorator = maker(cst.Decorator, "decorator")
block = maker(cst.IndentedBlock, "body")
module = maker(cst.Module, "body")
SEQUENCES = {
    kind: maker(made, "elements")
    for kind, made in ((ast.Tuple, cst.Tuple), (ast.List, cst.List), (ast.Set, cst.Set))
}
COMPREHENSIONS = {
    kind: maker(made, "elt", "for_in")
    for kind, made in (
        (ast.ListComp, cst.ListComp),
        (ast.SetComp, cst.SetComp),
        (ast.GeneratorExp, cst.GeneratorExp),
    )
}
NUMBERS = {
    kind: maker(made, "value")
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
SLICE = slice_(None, None, None, None, None)
ASYNC = cst.Asynchronous()
