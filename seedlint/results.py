"""What a call gives: an instance, or what a function or a builtin makes of its arguments."""

from __future__ import annotations

from seedlint.calls import Arguments, Calls, Evaluator
from seedlint.catalogue import Catalogue
from seedlint.containers import Containers
from seedlint.data import replace
from seedlint.facts import (
    Attr,
    Expr,
    Import,
    Seq,
    Table,
)
from seedlint.modules import Modules
from seedlint.values import (
    UNKNOWN,
    VIEWS,
    Alt,
    Api,
    At,
    Const,
    Display,
    Hop,
    Local,
    Lookup,
    Made,
    Method,
    Part,
    Partial,
    Step,
    Super,
    Value,
    Values,
    along,
    const,
    join,
)

# Functions whose result follows from their first argument.
COMPUTING = (
    "builtins.abs",
    "builtins.float",
    "builtins.int.from_bytes",
    "builtins.list",
    "builtins.max",
    "builtins.min",
    "builtins.round",
    "builtins.sorted",
    "builtins.tuple",
    "numpy.abs",
    "numpy.array",
    "numpy.asarray",
    "numpy.int",
    "numpy.uint",
)

# What imports a module, now or when it is first used, and which argument names it.
IMPORTING = {
    "importlib.import_module": 0,
    "lazy_loader.load": 0,
    "tensorflow.python.util.lazy_loader.LazyLoader": 2,
    "wrapt.lazy_import": 0,
}


class Results:
    """Answers for the calls of one project."""

    def __init__(
        self,
        modules: Modules,
        calls: Calls,
        containers: Containers,
        evaluator: Evaluator,
        catalogue: Catalogue,
    ) -> None:
        self._modules = modules
        self._calls = calls
        self._containers = containers
        self._ask = evaluator
        self._catalogue = catalogue

    def of(self, callees: Values, module: str, index: int) -> Values:
        return join(along(alt, self._called(alt.value, module, index)) for alt in callees)

    def _called(self, value: Value, module: str, index: int) -> Values:
        match value:
            case Api(path) if path.startswith("builtins."):
                return self._builtin_result(path, module, index)
            case Api("functools.partial"):
                return self._partial(module, index)
            case Api(path) if path in IMPORTING:
                return self._import_module(module, index, IMPORTING[path])
            case Api(path) if self._catalogue.seeds(path):
                # What seeds a generator gives nothing: `seed=np.random.seed(42)`.
                name = path.rpartition(".")[2]
                return self._by_way_of(name, const(None), module, index)
            case Api(path):
                computed = self._computed(path, module, index)
                return computed or (Alt(Made(value, module, index)),)
            case Local() if self._modules.is_class(value):
                return (Alt(Made(value, module, index)),)
            case Local() | Method(Local()):
                return self._given(value, module, index)
            case Partial(Api() | Local() as of):
                return (Alt(Made(of, module, index)),)
            case Lookup(Display(Table(items), at), method) if method in VIEWS:
                viewed = _viewed(items, method)
                return UNKNOWN if viewed is None else (Alt(Display(viewed, at)),)
            case Lookup(of):
                return self._containers.looked_up(of, module, index)
            case Made(Local() as by) if self._modules.is_class(by):
                return self.of(self._ask.attribute(value, "__call__"), module, index)
        return self._ask.called(value, module, index)

    def _given(self, value: Local | Method, module: str, index: int) -> Values:
        """What the function ``value`` of the project gives to the call."""
        function = value.function if isinstance(value, Method) else value
        found = self.returned(function, self._calls.arguments(module, index, value))
        return self._by_way_of(self._modules.scope(function).name, found, module, index)

    def _by_way_of(self, name: str, found: Values, module: str, index: int) -> Values:
        """``found``, given by the call of what is called ``name``."""
        call = self._modules.call(module, index)
        hop = Hop(name, module, call.span, call.spot, Step.GIVEN)
        return tuple(Alt(alt.value, (hop, *alt.trail), alt.given) for alt in found)

    def _computed(self, path: str, module: str, index: int) -> Values:
        """What a function makes of a draw that is its first argument; empty if it is given none."""
        call = self._modules.call(module, index)
        if not path.startswith(COMPUTING) or not call.args or call.args[0].star:
            return ()
        found = self._ask.values(call.args[0].value, At(module, call.spot))
        parts = [along(alt, self._ask.called(Api(path), module, index, alt.value)) for alt in found]
        return join(part for part in parts if isinstance(part[0].value, Part))

    def returned(self, function: Local, arguments: Arguments | None) -> Values:
        """What a call of ``function`` gives; without ``arguments``, its parameters stay."""
        scope = self._modules.scope(function)
        if scope.yields:
            return UNKNOWN
        found = join(
            self._ask.values(expr, At(function.module, spot)) for expr, spot in scope.returns
        )
        if arguments is not None:
            found = self._calls.substituted(found, {function: arguments})
        return found or const(None)

    def _builtin_result(self, path: str, module: str, index: int) -> Values:
        call = self._modules.call(module, index)
        at = At(module, call.spot)
        args = [arg.value for arg in call.args if arg.name is None and not arg.star]
        match path, args:
            case "builtins.super", _:
                return self._super(args, at)
            case "builtins.getattr", [base, key, *rest]:
                return self._getattr(base, self._ask.values(key, at), rest, at)
            case "builtins.type", [inner]:
                found = self._ask.values(inner, at)
                return join(self._ask.attribute(alt.value, "__class__") for alt in found)
            case "builtins.int", [inner]:
                return self.as_int(self._ask.values(inner, at))
            case "builtins.list" | "builtins.tuple" | "builtins.sorted" | "builtins.reversed", [_]:
                found = self._ask.values(args[0], at)
                shown = tuple(a for a in found if isinstance(a.value, Display))
                if shown and len(shown) == len(found):
                    return shown
                return join([shown, self._computed(path, module, index) or UNKNOWN])
        return self._computed(path, module, index) or (Alt(Made(Api(path), module, index)),)

    def as_int(self, found: Values) -> Values:
        """``int(...)`` of ``found``."""
        return join(
            _as_int(alt) or along(alt, self._ask.computed("int", alt.value)) for alt in found
        )

    def _super(self, args: list[Expr], at: At) -> Values:
        if args:
            found = self._ask.values(args[0], at)
            return tuple(Alt(Super(alt.value)) for alt in found if isinstance(alt.value, Local))
        cls = self._modules.flow(at.module).class_of(at.spot.scope)
        return UNKNOWN if cls is None else (Alt(Super(Local(at.module, cls))),)

    def _getattr(self, base: Expr, key: Values, rest: list[Expr], at: At) -> Values:
        match key:
            case (Alt(Const(str() as name)),):
                return self._ask.values(Attr(base, name), at)
        return UNKNOWN

    def _partial(self, module: str, index: int) -> Values:
        call = self._modules.call(module, index)
        if not call.args or call.args[0].name or call.args[0].star:
            return UNKNOWN
        inner = self._ask.values(call.args[0].value, At(module, call.spot))
        return tuple(replace(alt, value=Partial(alt.value, module, index)) for alt in inner)

    def _import_module(self, module: str, index: int, place: int) -> Values:
        """The module that the argument in ``place``, the last one, names."""
        call = self._modules.call(module, index)
        at = At(module, call.spot)
        if len(call.args) == place + 1:
            match self._ask.values(call.args[place].value, at):
                case (Alt(Const(str() as dotted)),):
                    return self._ask.values(Import(0, dotted, None), at)
        return UNKNOWN


def _as_int(alt: Alt) -> Values:
    if isinstance(alt.value, Const) and isinstance(alt.value.value, (bool, int)):
        return (replace(alt, value=Const(int(alt.value.value))),)
    return ()


def _viewed(items: tuple[tuple[Expr | None, Expr], ...], view: str) -> Seq | None:
    """What ``view`` shows of the dict display of ``items``; ``None`` if that cannot be told."""
    parts: list[Expr] = []
    for key, value in items:
        if key is None:
            return None
        parts.append({"keys": key, "values": value}.get(view) or Seq((key, value)))
    return Seq(tuple(parts))
