"""Functions and classes that take a seed: the ones that could have given it to a layer."""

from __future__ import annotations

from collections import defaultdict

from seedlint.catalogue import Catalogue
from seedlint.data import dataclass
from seedlint.facts import Attr, Expr, Name, ParamKind, ScopeKind
from seedlint.layers import Layer, Layers
from seedlint.names import Names
from seedlint.values import IS_FALSE, IS_NONE, Api, Local, Param

# What a parameter is called whose value is meant for any generator.
SEEDS = frozenset(
    {"base_seed", "dropout_seed", "global_seed", "model_seed", "random_seed", "rng_seed", "seed"}
)
STARRED = (ParamKind.VAR_POSITIONAL, ParamKind.VAR_KEYWORD)
# A seed that only this generator gets has not reached a layer: none draws from it.
NUMPY = {"numpy"}


@dataclass(frozen=True, slots=True)
class Taker:
    """The function or class ``name``, which is ``local``, whose seed is to be had as ``expr``.

    ``may_hand_on`` says that its file sets the seed of something else, as in ``graph.seed = seed``.
    """

    name: str
    expr: str
    is_class: bool
    local: Local
    may_hand_on: bool


class Takers:
    """Answers for one project."""

    def __init__(self, names: Names, catalogue: Catalogue, layers: Layers) -> None:
        self._names = names
        self._modules = names.modules
        self._known: dict[Local, Taker | None] = {}
        self._seeding: dict[str, list[int]] = defaultdict(list)
        for path, index, callees in layers.told:
            if any(isinstance(c, Api) and {*catalogue.seeds(c.path)} - NUMPY for c in callees):
                self._seeding[path].append(index)

    def around(self, layer: Layer) -> Taker | None:
        """The nearest function or class around ``layer`` that takes a seed, if there is one.

        One that seeds a global generator with it has made use of it.
        """
        flow = self._modules.flow(layer.module)
        scope = self._modules.call(layer.module, layer.call).spot.scope
        while scope > 0:
            known = flow.facts.scopes[scope]
            local = Local(layer.module, scope)
            if local not in self._known:
                is_class = known.kind is ScopeKind.CLASS
                self._known[local] = self._class(local) if is_class else self._function(local)
            found = self._known[local]
            if found is not None and found.name != layer.wrapper:
                absent = Param(local, found.expr)
                is_none = any(
                    given.param == absent and given.condition in (IS_NONE, IS_FALSE)
                    for given in layer.given
                )
                return None if is_none else found
            scope = known.parent
        return None

    def _function(self, function: Local) -> Taker | None:
        for param in self._modules.scope(function).params:
            if param.name in SEEDS and param.kind not in STARRED:
                if self._is_global(function, Name(param.name)):
                    return None
                name = self._modules.called_as(function)
                return self._taker(name, param.name, False, function)
        return None

    def _taker(self, name: str, expr: str, is_class: bool, local: Local) -> Taker:
        changed = self._modules.flow(local.module).facts.foreign
        return Taker(name, expr, is_class, local, not SEEDS.isdisjoint(changed))

    def _class(self, cls: Local) -> Taker | None:
        """``cls``, if its methods, or those of a base, keep a seed, or its fields hold one."""
        kept = {
            name
            for known in self._names.classes.lineage(cls)
            for owner, name in self._modules.flow(known.module).attributes
            if owner == known.scope
        }
        kept |= {field.name for field in self._names.classes.fields(cls)}
        names = sorted(kept & (SEEDS | {f"_{word}" for word in SEEDS}))
        for name in names:
            if not self._is_used_up(cls, name):
                known = self._modules.scope(cls).name
                return self._taker(known, f"self.{name}", True, cls)
        return None if names else self._set_up(cls)

    def _set_up(self, cls: Local) -> Taker | None:
        """``cls``, if its own ``__init__`` takes a seed."""
        init = self._names.classes.method((cls,), "__init__")
        return None if init is None else self._function(init[0])

    def _is_used_up(self, cls: Local, name: str) -> bool:
        """Whether ``cls`` or a base seeds a global generator with what it keeps as ``name``."""
        for owner in self._names.classes.lineage(cls):
            if self._is_global(owner, Attr(Name("self"), name)):
                return True
            kept = self._modules.flow(owner.module).attributes.get((owner.scope, name), ())
            if any(self._is_global(Local(owner.module, b.spot.scope), b.value) for b in kept):
                return True
        return False

    def _is_global(self, local: Local, expr: Expr) -> bool:
        """Whether a call in ``local`` seeds a global generator with ``expr``."""
        flow = self._modules.flow(local.module)
        calls = [flow.facts.calls[index] for index in self._seeding.get(local.module, ())]
        return any(
            local.scope in flow.scopes_around(call.spot.scope)
            for call in calls
            if any(arg.value == expr for arg in call.args)
        )
