"""Custom layers that take a seed, and whether their ``get_config`` may write it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seedlint.catalogue import load
from seedlint.data import dataclass, fields, is_dataclass
from seedlint.facts import Attr, Binding, CallAt, Expr, Literal, Name, Op, ScopeKind, Table
from seedlint.model import Span
from seedlint.names import Names
from seedlint.values import Api, At, Local

# Decorators, by their last words, of methods that run as they are written.
PLAIN = frozenset({"override"})


@dataclass(frozen=True, slots=True)
class CustomLayer:
    """A Keras layer or model of the project that takes a ``seed`` and has a written ``get_config``.

    ``module`` and ``span`` say where that is; ``saves_seed`` whether its result may hold the seed.
    """

    name: str
    module: str
    span: Span
    saves_seed: bool
    local: Local


def custom_layers(
    names: Names, paths: Sequence[str], drawing: frozenset[Local]
) -> Iterator[CustomLayer]:
    """Those of the modules ``paths``, in their order, that use the seed or are ``drawing``."""
    for path in paths:
        for index, scope in enumerate(names.modules.flow(path).facts.scopes):
            if scope.kind is ScopeKind.CLASS:
                found = _Class(names, Local(path, index)).as_layer(drawing)
                if found is not None:
                    yield found


class _Class:
    """One class, asked whether it is a layer and what its config holds."""

    def __init__(self, names: Names, cls: Local) -> None:
        self._names = names
        self._cls = cls
        self._lineage = names.classes.lineage(cls)

    def as_layer(self, drawing: frozenset[Local]) -> CustomLayer | None:
        own, init = self._method("get_config"), self._method("__init__")
        if own is None or init is None or not self._is_layer():
            return None
        takes_seed = any(p.name == "seed" for p in self._names.modules.scope(init[0]).params)
        function, binding = own
        if not takes_seed or binding.span is None:
            return None
        if drawing.isdisjoint(self._lineage) and not _Method(self._names, init[0]).mentions("seed"):
            return None
        reads = self._method("from_config")
        saves = self._saves(function) or (reads is not None and self._tells_seed(reads[0]))
        name = self._names.modules.scope(self._cls).name
        return CustomLayer(name, function.module, binding.span, saves, self._cls)

    def _method(self, name: str, above: Local | None = None) -> tuple[Local, Binding] | None:
        """The nearest function ``name`` of the class, or of what stands ``above`` a base."""
        start = 0 if above is None else self._lineage.index(above) + 1
        return self._names.classes.method(self._lineage[start:], name)

    def _bindings(self, local: Local, name: str) -> Sequence[Binding]:
        return self._names.modules.flow(local.module).bindings.get((local.scope, name), ())

    def _bases(self) -> list[object]:
        """What the class derives from outside the project."""
        bases = [base for owner in self._lineage for base in self._names.classes.bases(owner)]
        return [base for base in bases if base not in self._lineage]

    def _is_layer(self) -> bool:
        return any(isinstance(base, Api) and load().is_layer(base.path) for base in self._bases())

    def _saves(self, function: Local) -> bool:
        """Whether the result of ``function``, a ``get_config``, may hold the seed."""
        scope = self._names.modules.scope(function)
        # An abstract method returns nothing; a decorator may add anything.
        if not scope.returns or self._names.modules.decorators(function) - PLAIN:
            return True
        method = _Method(self._names, function)
        return self._tells_seed(function) or any(
            self._holds(method, expr, frozenset()) for expr, _ in scope.returns
        )

    def _tells_seed(self, function: Local) -> bool:
        """Whether ``function`` says "seed" anywhere."""
        leaves = _leaves(_Method(self._names, function).parts)
        return any(isinstance(leaf, str) and "seed" in leaf.lower() for leaf in leaves)

    def _inherits(self, function: Local) -> bool:
        """Whether what ``super().get_config()`` gives in ``function`` may hold the seed."""
        inherited = self._method("get_config", above=self._names.modules.room(function))
        if inherited is not None:
            return self._saves(inherited[0])
        return any(
            not isinstance(base, Api) or not load().is_layer(base.path) or _has_seed(base.path)
            for base in self._bases()
            if base not in (Api("builtins.object"), Api("abc.ABC"))
        )

    def _holds(self, method: _Method, expr: Expr, seen: frozenset[str]) -> bool:
        """Whether the mapping ``expr`` may hold the seed: what cannot be followed may."""
        match expr:
            case Table(items):
                return any(
                    self._holds(method, value, seen)
                    if key is None
                    else not isinstance(key, Literal) or key.value == "seed"
                    for key, value in items
                )
            case Op("+" | "|", left, right):
                return self._holds(method, left, seen) or self._holds(method, right, seen)
            case Name(name):
                return name not in seen and self._named(method, name, seen | {name})
            case CallAt(index):
                return self._called(method, index, seen)
        return True

    def _called(self, method: _Method, index: int, seen: frozenset[str]) -> bool:
        call = self._names.modules.call(method.function.module, index)
        inner = [arg.value for arg in call.args if arg.name is None]
        match call.func:
            case Name("dict" | "list"):
                return any(self._holds(method, value, seen) for value in inner)
            case Attr(_, "copy" | "deepcopy") if inner:
                return self._holds(method, inner[0], seen)
            case Attr(base, "items" | "copy"):
                return self._holds(method, base, seen)
            case Attr(base, "get_config") if self._is_above(method, base):
                return self._inherits(method.function)
        return True

    def _is_above(self, method: _Method, base: Expr) -> bool:
        """Whether ``base`` is ``super()``, or a class that the layer derives from."""
        if isinstance(base, CallAt):
            call = self._names.modules.call(method.function.module, base.index)
            return call.func == Name("super")
        found = self._names.values(base, method.at)
        return all(alt.value in (*self._lineage, *self._bases()) for alt in found)

    def _named(self, method: _Method, name: str, seen: frozenset[str]) -> bool:
        """Whether the mapping behind a local ``name`` may hold the seed."""
        bindings = self._bindings(method.function, name)
        if not bindings or method.hands_out(name):
            return True
        for binding in bindings:
            if not binding.mutates and self._holds(method, binding.value, seen):
                return True
            # A change by a key that is not written out, unless it is that of a method call.
            if binding.mutates and binding.key is None and not method.is_call(binding):
                return True
        return any(self._holds(method, value, seen) for value in method.added(name))


class _Method:
    """What one ``get_config`` says."""

    def __init__(self, names: Names, function: Local) -> None:
        flow = names.modules.flow(function.module)
        self.function = function
        self.calls = [flow.facts.calls[index] for index in flow.calls_below(function.scope)]
        scope = names.modules.scope(function)
        bound = [b for b in flow.facts.bindings if b.spot.scope == function.scope]
        self.parts = (
            *((call.func, call.args) for call in self.calls),
            *((binding.value, binding.key) for binding in bound),
            *(expr for expr, _ in scope.returns),
        )
        self.kept = tuple(
            kept.value for kept in flow.facts.attributes if kept.spot.scope == function.scope
        )
        self.at = At(function.module, scope.returns[0][1] if scope.returns else scope.spot)

    def mentions(self, name: str) -> bool:
        """Whether anything is made of the variable ``name`` here."""
        return Name(name) in _leaves((*self.parts, *self.kept))

    def added(self, name: str) -> Iterator[Expr]:
        """What ``name.update(...)`` adds."""
        for call in self.calls:
            if call.func == Attr(Name(name), "update"):
                yield from (arg.value for arg in call.args if arg.name is None)

    def hands_out(self, name: str) -> bool:
        """Whether something that may change it is given the mapping ``name``."""
        return any(
            arg.value == Name(name) and not arg.star
            for call in self.calls
            if not _is_harmless(call.func)
            for arg in call.args
        )

    def is_call(self, binding: Binding) -> bool:
        """Whether ``binding`` tells of a method call on its name."""
        return any(
            isinstance(call.func, Attr)
            and call.func.base == Name(binding.name)
            and call.spot.order + 1 == binding.spot.order
            for call in self.calls
        )


def _is_harmless(func: Expr) -> bool:
    match func:
        case Name("dict" | "list" | "deepcopy" | "len" | "print"):
            return True
        case Attr(_, "update" | "copy" | "deepcopy"):
            return True
    return False


def _has_seed(path: str) -> bool:
    """Whether the config of the catalogue's layer at ``path`` may hold a seed."""
    row = load().find(path)
    return row is not None and row.seedable


def _leaves(part: object) -> Iterator[str | Name]:
    """All variables in an expression, and all texts: literals, attributes, keywords."""
    if isinstance(part, (str, Name)):
        yield part
    elif isinstance(part, tuple):
        for item in part:
            yield from _leaves(item)
    elif is_dataclass(part):
        for field in fields(part):
            yield from _leaves(getattr(part, field.name))
