"""What runs what: the functions, modules and Keras classes in which layers are built.

A unit is a function, the top of a module, or a class of layers or models, whose methods Keras runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from seedlint.callees import KnownCall
from seedlint.calls import Arguments
from seedlint.catalogue import Catalogue
from seedlint.facts import Attr, CallAt, Expr, Logic, Name, ScopeKind, Spot
from seedlint.flow import Flow, Test
from seedlint.layers import Edge, Layers
from seedlint.names import Names
from seedlint.values import IS_FALSE, IS_NONE, Api, At, Local, Made, Method, Partial, Value

# What Keras runs of a layer or a model while it is built, and again at every step.
BUILDING = ("__init__", "build", "call")
STEPS = frozenset({"call", "compute_loss", "predict_step", "test_step", "train_step"})
# What runs where something is applied as a layer is, in other libraries too.
APPLYING = frozenset({"__call__", "call", "forward"})
# Bases of layers that Keras knows nothing of.
MODULES = frozenset({"sonnet.Module", "tensorflow.Module"})
# Methods that need no instance.
UNBOUND = frozenset({"classmethod", "staticmethod"})
# A function that one of them keeps the result of runs once.
KEEPING = frozenset({"cache", "cached_property", "lru_cache"})


class Units:
    """Answers for one project."""

    def __init__(self, names: Names, catalogue: Catalogue, layers: Layers) -> None:
        self._names = names
        self._modules = names.modules
        self._catalogue = catalogue
        self._edges = layers.edges
        self._layers = layers
        self._around: dict[tuple[str, int], Local] = {}
        self._keras: dict[Local, bool] = {}
        self._closed: dict[Local, bool] = {}
        self._calls_in: dict[str, dict[Local, list[int]]] = {}

    def of(self, module: str, spot: Spot) -> Local:
        """The function, or the top of the module, that runs what stands at ``spot``."""
        place = (module, spot.scope)
        if place not in self._around:
            flow = self._modules.flow(module)
            scope = flow.function_of(spot.scope)
            while flow.facts.scopes[scope].kind is ScopeKind.CLASS:
                scope = flow.function_of(flow.facts.scopes[scope].parent)
            self._around[place] = Local(module, scope)
        return self._around[place]

    def callers(self, unit: Local) -> list[Edge]:
        """The calls that run ``unit``."""
        if self._modules.is_class(unit):
            return list(self._edges.get(unit, ()))
        if KEEPING & self._modules.decorators(unit):
            return []
        return [
            edge
            for edge in self._edges.get(unit, ())
            if edge.builds is None or not self.is_keras_class(edge.builds)
            if not self._builds_itself(unit, edge)
        ]

    def calls_of(self, function: Local) -> Sequence[Edge]:
        """The calls of ``function``, by Keras or not."""
        return self._edges.get(function, ())

    def _builds_itself(self, unit: Local, edge: Edge) -> bool:
        """Whether a layer calls its own ``build`` there: Keras does not do so once more."""
        room = self._modules.room(unit)
        if self._modules.scope(unit).name != "build" or not self._modules.is_class(room):
            return False
        flow = self._modules.flow(edge.module)
        here = flow.class_of(self._modules.call(edge.module, edge.call).spot.scope)
        lineage = self._names.classes.lineage(room)
        return here is not None and Local(edge.module, here) in lineage

    def arguments(self, edge: Edge) -> Arguments:
        """What the call ``edge`` passes."""
        return self._layers.arguments(edge)

    def classes_of(self, unit: Local) -> Sequence[Local]:
        """The Keras classes that have the function ``unit`` among what Keras runs of them."""
        return self._methods.get(unit, ())

    def unseen_of(self, unit: Local) -> Sequence[Local]:
        """The classes whose instances have ``unit`` as a method that only other code can call.

        It runs for each instance then: of a layer, or of what is applied like one.
        """
        room = self._modules.room(unit)
        scope = self._modules.scope(unit)
        # One call that is seen, in a test maybe, says nothing of how else an instance is applied.
        is_seen = self._edges.get(unit) and scope.name not in APPLYING
        if room == unit or is_seen or self.classes_of(unit):
            return ()
        if UNBOUND & self._modules.decorators(unit):
            return ()
        return [
            cls
            for cls in (room, *self._names.classes.heirs(room))
            if self._method(cls, scope.name) == unit
            if self.is_keras_class(cls) or (scope.name in APPLYING and self._edges.get(cls))
            # What makes another one of its kind has no part in it.
            if all(self._builder(edge) != unit for edge in self._edges.get(cls, ()))
        ]

    def _builder(self, edge: Edge) -> Local:
        return self.of(edge.module, self._modules.call(edge.module, edge.call).spot)

    @cached_property
    def _methods(self) -> dict[Local, list[Local]]:
        found: dict[Local, list[Local]] = defaultdict(list)
        for path in self._modules.paths:
            for index, scope in enumerate(self._modules.flow(path).facts.scopes):
                if scope.kind is ScopeKind.CLASS and self.is_keras_class(Local(path, index)):
                    cls = Local(path, index)
                    for name in BUILDING:
                        method = self._method(cls, name)
                        if method is not None:
                            found[method].append(cls)
        return found

    def _method(self, cls: Local, name: str) -> Local | None:
        """The function that runs as the method ``name`` of ``cls``."""
        classes = self._names.classes
        found = classes.method(classes.lineage(cls), name)
        return None if found is None else found[0]

    def is_keras_class(self, cls: Local) -> bool:
        """Whether ``cls`` derives from something of Keras; of an unread base, ``call`` tells."""
        if cls not in self._keras:
            bases = self._bases(cls)
            self._keras[cls] = any(
                self._catalogue.is_keras(base.path)
                or base.path in MODULES
                or self._catalogue.find(base.path) is not None
                for base in bases
                if isinstance(base, Api)
            ) or (bool(bases) and self._method(cls, "call") is not None)
        return self._keras[cls]

    def _bases(self, cls: Local) -> list[Value]:
        """The bases of ``cls``, and of those in the project."""
        classes = self._names.classes
        return [base for owner in classes.lineage(cls) for base in classes.bases(owner)]

    # models

    @cached_property
    def callees(self) -> dict[tuple[str, int], Sequence[Value]]:
        """What each call may call from which anything follows."""
        return {(path, index): callees for path, index, callees in self._layers.told}

    @cached_property
    def _told_in(self) -> dict[Local, list[int]]:
        """The calls of each unit from which anything follows, by their indices in its module."""
        return self._by_unit(self._layers.told)

    def calls_in(self, unit: Local) -> Sequence[int]:
        """All calls of ``unit``, by their indices in its module."""
        if unit.module not in self._calls_in:
            self._calls_in[unit.module] = self._by_unit(self._layers.calls_of[unit.module])
        return self._calls_in[unit.module].get(unit, ())

    def _by_unit(self, calls: Iterable[KnownCall]) -> dict[Local, list[int]]:
        found: dict[Local, list[int]] = defaultdict(list)
        for path, index, _ in calls:
            found[self.of(path, self._modules.call(path, index).spot)].append(index)
        return found

    def makes_model(self, module: str, call: int) -> bool:
        """Whether the call itself joins layers into a model."""
        callees = self.callees.get((module, call), ())
        return any(isinstance(callee, Api) and self.gives_model(callee) for callee in callees)

    def gives_model(self, by: Api | Local) -> bool:
        """Whether a call of ``by``, wherever it stands, gives a model."""
        if isinstance(by, Api):
            return self._catalogue.makes_model(by.path)
        return self.closes(by) or (self._modules.is_class(by) and self.is_model(by))

    def is_closed(self, module: str, call: int) -> bool:
        """Whether what the call builds is a model of its own."""
        return next(self.makers(module, call), None) is not None

    def makers(self, module: str, call: int) -> Iterator[Local]:
        """The functions and classes that the call may run and that make a model."""
        for callee in self.callees.get((module, call), ()):
            maker = _called(callee)
            if maker is not None and self.gives_model(maker):
                yield maker

    def is_model(self, cls: Local) -> bool:
        """Whether the class ``cls`` is a model, or is called one."""
        return any(
            isinstance(base, Api)
            and (self._catalogue.makes_model(base.path) or base.path.endswith("Model"))
            for base in self._bases(cls)
        )

    def closes(self, unit: Local) -> bool:
        """Whether ``unit``, a function or a class that is no layer, makes a model, or calls one."""
        if self._modules.is_class(unit):
            init = None if self.is_keras_class(unit) else self._method(unit, "__init__")
            return init is not None and self.closes(init)
        if unit not in self._closed:
            self._closed[unit] = False
            self._closed[unit] = any(
                self.makes_model(unit.module, call) or self.is_closed(unit.module, call)
                for call in self._told_in.get(unit, ())
            )
        return self._closed[unit]

    # steps

    @cached_property
    def stepping(self) -> frozenset[Local]:
        """The functions that run at every step of a training, and only then."""
        found = set(self._roots())
        pending = list(found)
        while pending:
            unit = pending.pop()
            for call in self._told_in.get(unit, ()):
                for callee in self.callees[unit.module, call]:
                    inner = callee.function if isinstance(callee, Method) else callee
                    if (
                        isinstance(inner, Local)
                        and inner not in found
                        and self._only_in(inner, found)
                    ):
                        found.add(inner)
                        pending.append(inner)
        return frozenset(found)

    def _only_in(self, unit: Local, found: set[Local]) -> bool:
        edges = self._edges.get(unit, ())
        return not self._modules.is_class(unit) and all(
            self._builder(edge) in found and not self._happens_once(edge) for edge in edges
        )

    def _happens_once(self, edge: Edge) -> bool:
        spot = self._modules.call(edge.module, edge.call).spot
        return happens_once(self._modules.flow(edge.module), spot)

    def _roots(self) -> Iterator[Local]:
        for path in self._modules.paths:
            scopes = self._modules.flow(path).facts.scopes
            for index, scope in enumerate(scopes):
                if scope.kind is ScopeKind.FUNCTION:
                    is_step = scope.name in STEPS and scopes[scope.parent].kind is ScopeKind.CLASS
                    if (is_step and self.is_keras_class(Local(path, scope.parent))) or any(
                        self._is_traced(path, item, scope.spot) for item in scope.decorators
                    ):
                        yield Local(path, index)
        for path, index, callees in self._layers.told:
            yield from self._in_lambda(path, index, callees)

    def _is_traced(self, path: str, decorator: Expr, spot: Spot) -> bool:
        found = self._names.values(decorator, At(path, spot))
        apis = [a.value.by if isinstance(a.value, Made) else a.value for a in found]
        return any(isinstance(api, Api) and api.path == "tensorflow.function" for api in apis)

    def _in_lambda(self, path: str, index: int, callees: Sequence[Value]) -> Iterator[Local]:
        """The functions that a ``Lambda`` layer, if the call makes one, runs."""
        call = self._modules.call(path, index)
        is_lambda = any(
            isinstance(callee, Api)
            and self._catalogue.is_keras(callee.path)
            and callee.path.endswith(".Lambda")
            for callee in callees
        )
        if is_lambda and call.args:
            for alt in self._names.values(call.args[0].value, At(path, call.spot)):
                if isinstance(alt.value, Local) and alt.value not in self._edges:
                    yield alt.value


def happens_once(flow: Flow, at: Spot) -> bool:
    """Whether ``at`` is reached only while an attribute is missing, as in ``if not self.built``."""
    return any(_asks_for_attribute(flow, test) for test in flow.tests(at))


def _asks_for_attribute(flow: Flow, test: Test) -> bool:
    """Whether ``test`` holds where an attribute is missing, ``None`` or false."""
    expr = test.expr
    while isinstance(expr, Logic) and expr.op == "not":
        expr = expr.items[0]
    if isinstance(expr, CallAt):
        return flow.facts.calls[expr.index].func == Name("hasattr")
    return any(
        isinstance(subject, Attr) and condition in (IS_NONE, IS_FALSE)
        for subject, condition in flow.conditions(test)
    )


def _called(callee: Value) -> Local | None:
    """The function or class of the project that runs where ``callee`` is called."""
    match callee:
        case Partial(of):
            return _called(of)
        case Method(function):
            return function
        case Local():
            return callee
    return None
