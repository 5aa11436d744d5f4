"""Drives a LibCST visitor through a tree with an explicit stack.

`libcst.Module.visit` rebuilds every node even for a visitor that only reads (LibCST 1.9: 1.2 s per
MB against 0.04) and overflows Python's stack at about 300 chained calls.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import Any, get_args

import libcst as cst

from seedlint.facts import Argument, Expr

Hook = Callable[[Any, Any], Any]
Plan = tuple[Hook | None, tuple[tuple[str, Hook | None, Hook | None], ...], Hook | None]

_SKIPPED = re.compile(
    r"whitespace|^(lpar|rpar|comma|semicolon|leading_lines|header|footer|equal|dot|lbrace|rbrace"
    r"|lbracket|rbracket|operator|newline|indent|lines_.*|encoding|default_.*"
    r"|has_trailing_newline|asynchronous|type_parameters|colon|arrow)$"
)
# Compared by type: the isinstance of LibCST's ABCMeta costs more than the visit.
_LEAVES: frozenset[type] = frozenset(
    {str, bool, type(None), cst.MaybeSentinel, Argument, *get_args(Expr)}
)
_ORDER = {
    cst.FunctionDef: ("decorators", "params", "returns", "body"),
    cst.ClassDef: ("decorators", "bases", "keywords", "body"),
    cst.For: ("iter", "target", "body", "orelse"),
    cst.ListComp: ("for_in", "elt"),
    cst.SetComp: ("for_in", "elt"),
    cst.GeneratorExp: ("for_in", "elt"),
    cst.DictComp: ("for_in", "key", "value"),
    # What they have besides are names.
    cst.Arg: ("value",),
    cst.Attribute: ("value",),
    cst.Param: ("annotation", "default"),
    cst.Import: (),
    cst.ImportFrom: (),
}


def walk(root: cst.CSTNode, visitor: cst.CSTVisitor) -> None:
    """Call the ``visit_*`` and ``leave_*`` methods of ``visitor``, in source order.

    Attribute hooks included. Whitespace and punctuation are passed over; decorators, defaults and
    iterables come before the bodies that they precede at run time. The Python stack stays flat.
    """
    plans, leaves = _plans(type(visitor))
    stack: list[Any] = [root]
    while stack:
        entry = stack.pop()
        cls = type(entry)
        if cls is tuple:
            entry[0](visitor, entry[1])
            continue
        plan = plans.get(cls)
        if plan is None:
            plan = plans[cls] = _plan(cls, type(visitor))
            if plan == (None, (), None):
                # Half of all nodes are names, of which a visitor may want to know nothing.
                leaves.add(cls)
        visit, children, leave = plan
        if visit is not None:
            visit(visitor, entry)
        if leave is not None:
            stack.append((leave, entry))
        for name, enter, exit_ in children:
            child = getattr(entry, name)
            if exit_ is not None:
                stack.append((exit_, entry))
            kind = type(child)
            if kind is tuple or kind is list:
                stack.extend(child[::-1])
            elif kind not in leaves:
                stack.append(child)
            if enter is not None:
                stack.append((enter, entry))


@cache
def _plans(visitor: type[cst.CSTVisitor]) -> tuple[dict[type, Plan], set[type]]:
    """How nodes are passed for ``visitor``, as far as is known, and which are not passed at all."""
    return {}, set(_LEAVES)


def _plan(cls: type[cst.CSTNode], visitor: type[cst.CSTVisitor]) -> Plan:
    if cls in _LEAVES:
        return None, (), None
    name = cls.__name__
    names = _ORDER[cls] if cls in _ORDER else _children(cls)
    children = tuple(
        (child, _hook(visitor, f"visit_{name}_{child}"), _hook(visitor, f"leave_{name}_{child}"))
        for child in reversed(names)
    )
    return _hook(visitor, f"visit_{name}"), children, _hook(visitor, f"leave_{name}")


def _children(cls: type[cst.CSTNode]) -> tuple[str, ...]:
    kept = (field for field in fields(cls) if field.type not in (str, "str"))
    return tuple(field.name for field in kept if not _SKIPPED.search(field.name))


def _hook(visitor: type[cst.CSTVisitor], method: str) -> Hook | None:
    """``method`` if the visitor's own class defines it: the inherited ones do nothing."""
    return getattr(visitor, method) if method in vars(visitor) else None
