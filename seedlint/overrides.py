"""Layers that draw in a ``call`` of their own: the seed of the layer below has no use there."""

from __future__ import annotations

from seedlint.data import replace
from seedlint.facts import Attr, Call, Expr, Literal, Name, expressions
from seedlint.names import Names
from seedlint.values import Local

# What a layer asks of itself without drawing.
HARMLESS = frozenset({"_get_noise_shape", "add_loss", "add_metric", "compute_mask"})


def draws_itself(names: Names, cls: Local) -> bool:
    """Whether the ``call`` of ``cls`` leaves alone all with which its base could draw."""
    found = names.classes.method(names.classes.lineage(cls), "call")
    if found is None:
        return False
    function, _ = found
    flow = names.modules.flow(function.module)
    inside = flow.scopes_below(function.scope)
    facts = replace(
        flow.facts,
        calls=tuple(call for call in flow.facts.calls if call.spot.scope in inside),
        bindings=tuple(b for b in flow.facts.bindings if b.spot.scope in inside),
        attributes=tuple(b for b in flow.facts.attributes if b.spot.scope in inside),
        loops=tuple(loop for loop in flow.facts.loops if loop.spot.scope in inside),
        scopes=tuple(flow.facts.scopes[index] for index in sorted(inside)),
        stars=(),
    )
    return not any(map(_tells_of_base, expressions(facts))) and not any(map(_asks, facts.calls))


def _tells_of_base(expr: Expr) -> bool:
    match expr:
        case Name("super") | Attr(_, "call"):
            return True
        case Attr(_, str() as word) | Literal(str() as word):
            return "seed" in word or "generator" in word
    return False


def _asks(call: Call) -> bool:
    """Whether another method, or other code, is left to draw for the layer."""
    match call.func:
        case Attr(Name("self"), name) if name not in HARMLESS:
            return True
    return any(argument.value == Name("self") for argument in call.args)
