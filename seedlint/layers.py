"""Every random site of a project, and every call that builds one through a wrapper.

A site whose seed is a parameter of the function around it stands for each call of that function:
there the seed is given or left out. `Layer`s are what the rules judge; a wrapper's site and its
calls are joined here, once, for all of them.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property

from seedlint.callees import Callees, KnownCall
from seedlint.calls import Arguments
from seedlint.catalogue import (
    ApiRow,
    Catalogue,
    KerasVersion,
    Rate,
    Signature,
    Trap,
    generator_row,
)
from seedlint.data import dataclass, replace
from seedlint.facts import (
    Argument,
    Attr,
    Binding,
    CallAt,
    Each,
    Expr,
    Import,
    Name,
    ParamKind,
    ScopeKind,
)
from seedlint.model import Span
from seedlint.names import Names
from seedlint.numbers import ARITHMETIC
from seedlint.overrides import draws_itself
from seedlint.values import (
    UNKNOWN,
    Alt,
    Api,
    At,
    Computed,
    Const,
    Given,
    Local,
    Made,
    Method,
    Param,
    Part,
    Partial,
    Unknown,
    Value,
    Values,
    is_nothing,
    join,
    params,
)

Rates = tuple[tuple[Rate, Values], ...]
"""The values of rates."""

MAP = Api("builtins.map")

# A call that builds more layers than this through one wrapper is judged on the first of them.
MAX_DRAWS = 64

# Layers of these families draw in their own ``call``, others in layers that they hold.
DRAWING = frozenset({"dropout", "noise"})


@dataclass(frozen=True, slots=True)
class Site:
    """One call expression that builds a random layer or calls a random op.

    ``api`` is the dotted path under which it is reached. ``hidden`` marks ``super().__init__(...)``
    of a project's own random layer: the places that build that class are the ones to judge.
    ``own`` is the name of the project's class, where it is not the API itself that is called. One
    that is ``mapped`` is an argument of `map`, which calls it.
    """

    module: str
    call: int
    span: Span
    row: ApiRow
    api: str
    keras: KerasVersion
    signature: Signature
    hidden: bool
    own: str | None
    mapped: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A random layer as one place in the source asks for it.

    ``span`` is the site itself, or the call of a wrapper (then ``wrapper`` is its name); the seed
    is passed there as ``keyword``, if it goes by one name, or at ``position``, and only there if it
    is ``positional``. ``rates`` holds the
    values of the rates that are given, ``seed`` those of the seed, ``traps`` what stands at places
    where it may be misplaced; ``given`` is what has to hold of parameters for the site to be
    reached. ``hidden`` marks the inside of a random layer of the project's own: the places that
    build that layer are the ones to judge.
    """

    site: Site
    module: str
    call: int
    span: Span
    wrapper: str | None
    keyword: str | None
    position: int | None
    seed: Values
    rates: Rates
    given: tuple[Given, ...]
    traps: tuple[tuple[Trap, Values], ...]
    hidden: bool = False
    positional: bool = False

    @property
    def sort_key(self) -> tuple[str, Span, str, int]:
        return (self.module, self.span, self.site.module, self.site.call)

    @property
    def generator(self) -> str:
        """The global generator from which it draws if it is not seeded."""
        return self.site.row.generator(self.site.keras)

    @property
    def is_unseedable(self) -> bool:
        """Whether it is a layer that may drop and has no parameter for a seed."""
        site = self.site
        return site.row.draws == "layer" and not site.signature.takes_seed and self.drops

    @property
    def is_unseeded(self) -> bool:
        """Whether it takes a seed, may drop, and is certainly given none."""
        signature = self.site.signature
        optional = signature.takes_seed and not signature.seed_required
        return optional and bool(self.seed) and _all_nothing(self.seed) and self.drops

    @property
    def drops(self) -> bool:
        """Whether it may drop anything; a rate that cannot be known counts as dropping."""
        given = [(rate, found) for rate, found in self.rates if not _all_nothing(found)]
        if any(rate.switch and _is_inert(rate, found) for rate, found in given):
            return False
        given = [(rate, found) for rate, found in given if not rate.switch]
        if given:
            return not all(_is_inert(rate, found) for rate, found in given)
        rates = [rate for rate in self.site.signature.rates if not rate.switch]
        return not rates or any(rate.default != rate.inert for rate in rates)


@dataclass(frozen=True, slots=True)
class Entrance:
    """A ``word`` in the file ``path`` by which further files may build or join layers.

    One that ``is_top`` leads nowhere but to what stands at the top of that file.
    """

    word: str
    path: str
    is_top: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A call of a function of the project by way of ``callee``.

    ``builds`` is the class that is called, if it is one.
    """

    module: str
    call: int
    hidden: bool
    callee: Value
    builds: Local | None


KerasVersionOf = Callable[[str, str], KerasVersion]
"""``(module, dotted path)`` to the Keras that the module means by the path."""


class Layers:
    """The layers of the modules ``paths``, and what else their calls tell.

    ``calls`` holds each call with what it may call, ``told`` those from which anything follows,
    ``reached`` the outside names that each module calls, by their dotted paths, ``edges`` the calls
    of each function and class of the project.
    """

    def __init__(
        self,
        names: Names,
        catalogue: Catalogue,
        callees: Callees,
        keras_version: Callable[[Mapping[str, Set[str]]], KerasVersionOf],
        paths: Sequence[str],
    ) -> None:
        self._names = names
        self._catalogue = catalogue
        self._paths = paths
        self.edges: dict[Local, list[Edge]] = {}
        self._asked: set[Local] = set()
        self._targets: dict[Local, Local | Api | None] = {}
        self._sites: list[tuple[Site, Arguments]] = []
        self.targets: dict[tuple[str, int], Sequence[Local | Api | None]] = {}
        self._callees = callees
        self.calls, self.told = self._find_calls()
        self.reached: dict[str, set[str]] = {path: set() for path in paths}
        for path, _, called in self.calls:
            if path in self.reached:
                self.reached[path].update(c.path for c in called if isinstance(c, Api))
        self._keras_version = keras_version(self.reached)
        deferred = []
        for path, index, called in self.told:
            if any(isinstance(callee, Param) for callee in called):
                deferred.append((path, index, called))
            else:
                self._note(path, index, called)
        for path, index, called in deferred:
            self._note(path, index, [known for c in called for known in self._passed(c)])

    def _find_calls(self) -> tuple[list[KnownCall], list[KnownCall]]:
        """All calls of the modules, and those inside whatever they call in other modules.

        And those of them from which anything follows.
        """
        modules = self._names.modules
        calls: list[KnownCall] = []
        told: list[KnownCall] = []
        here = frozenset(self._paths)
        seen: set[Local] = set()
        queue = deque(
            (path, index)
            for path in self._paths
            for index in range(len(modules.flow(path).facts.calls))
        )
        while queue:
            path, index = queue.popleft()
            callees = self._callees.of(path, index)
            calls.append((path, index, callees))
            if not self._callees.tells(path, index, callees):
                continue
            told.append(calls[-1])
            for target in map(self._target, callees):
                if isinstance(target, Local) and target.module not in here:
                    room = modules.room(target)
                    if room not in seen:
                        seen.add(room)
                        inside = modules.flow(room.module).calls_below(room.scope)
                        queue.extend((room.module, inner) for inner in inside)
        return calls, told

    @cached_property
    def calls_of(self) -> Mapping[str, Sequence[KnownCall]]:
        """The ``calls`` of each module."""
        found: dict[str, list[KnownCall]] = defaultdict(list)
        for known in self.calls:
            found[known[0]].append(known)
        return found

    @property
    def ordinals(self) -> dict[tuple[str, int], int]:
        """Of each site, its module and its call, which one of the sites of its file it is."""
        found: dict[str, list[Site]] = defaultdict(list)
        for site, _ in self._sites:
            found[site.module].append(site)
        return {
            (site.module, site.call): number
            for sites in found.values()
            for number, site in enumerate(sorted(sites, key=lambda site: site.span))
        }

    def __iter__(self) -> Iterator[Layer]:
        """All layers: each site, each call of a wrapper, and generators, in no particular order."""
        pending: deque[tuple[Layer, Local]] = deque()
        made: set[Made] = set()
        for site, arguments in self._sites:
            for layer in self._with_generators(self._layer(site, arguments), made):
                yield layer
                pending.extend((layer, function) for function in _wrappers(layer))
        opened: dict[Local, int] = defaultdict(int)
        seen: set[tuple[str, int, str, int, Values]] = set()
        while pending:
            inner, function = pending.popleft()
            opened[function] += 1
            if opened[function] > MAX_DRAWS:
                continue
            if inner.site.row.wanted:
                self._asked.add(function)
            for edge in self.edges.get(function, ()):
                outer = self._through(inner, function, edge)
                if outer is None:
                    continue
                site = inner.site
                key = (edge.module, edge.call, site.module, site.call, outer.seed)
                if key in seen:
                    continue
                seen.add(key)
                for layer in self._with_generators(outer, made):
                    yield layer
                    pending.extend((layer, further) for further in _wrappers(layer))

    def entrances(self) -> Iterator[Entrance]:
        """By which other files could build a layer without naming an API themselves.

        Complete once the layers have been listed.
        """
        modules = self._names.modules
        found = [self.entrance(function) for function in self._asked]
        aliases: dict[str, list[tuple[str, Binding]]] = defaultdict(list)
        for path in self._paths:
            facts = modules.flow(path).facts
            classes = (i for i, scope in enumerate(facts.scopes) if scope.kind is ScopeKind.CLASS)
            locals_ = (Local(path, index) for index in classes)
            found += (self.entrance(local) for local in locals_ if self._is_entrance(local))
            for binding in facts.bindings:
                if binding.owner == 0 and not binding.mutates:
                    aliases[self._aliased(path, binding.value)].append((path, binding))
        # Nobody writes the others to call them.
        found = [entrance for entrance in found if not entrance.word.startswith("__")]
        yield from found
        pending = [*(entrance.word for entrance in found), *self._catalogue.row_words, "partial"]
        while pending:
            for path, binding in aliases.pop(pending.pop(), ()):
                values = self._names.values(binding.value, At(path, binding.spot))
                if any(self._is_entrance(alt.value) for alt in values):
                    yield Entrance(binding.name, path, is_top=True)
                    pending.append(binding.name)

    def entrance(self, function: Local) -> Entrance:
        """By which a file calls ``function``."""
        modules = self._names.modules
        is_top = modules.is_at_top(function)
        return Entrance(modules.called_as(function), function.module, is_top)

    def builders(self, seeded: Iterable[Layer]) -> Iterator[Entrance]:
        """What builds ``seeded`` layers: a file that calls two of them may join them.

        A method is not called without its class, and who calls one of an instance has not built it.
        """
        modules = self._names.modules
        callers: dict[Local, list[Edge]] = defaultdict(list)
        for function, edges in self.edges.items():
            *_, top = modules.around(function.module, function.scope)
            for edge in edges:
                callers[function if _is_of_instance(edge) else top].append(edge)
        found: set[Local] = set()
        pending = [(layer.module, layer.call) for layer in seeded]
        while pending:
            module, call = pending.pop()
            rooms = tuple(modules.around(module, modules.call(module, call).spot.scope))
            for room in rooms:
                if room not in found:
                    found.add(room)
                    pending += [(edge.module, edge.call) for edge in callers[room]]
                    name = modules.scope(room).name
                    if room == rooms[-1] and name != "main":
                        yield Entrance(name, room.module, is_top=True)

    def _aliased(self, path: str, value: Expr) -> str:
        """The last word of what a name is bound to, or of what is called for it."""
        if isinstance(value, CallAt):
            value = self._names.modules.call(path, value.index).func
        match value:
            case Name(word) | Attr(_, word) | Import(name=str() as word):
                return word
        return ""

    def _is_entrance(self, value: Value) -> bool:
        target = self._target(value)
        if isinstance(target, Api):
            row = self._catalogue.find(target.path)
            return row is not None and row.wanted
        return target in self._asked

    # sites and edges

    def arguments(self, edge: Edge) -> Arguments:
        """What the call ``edge`` passes."""
        return self._names.calls.arguments(edge.module, edge.call, edge.callee)

    def _passed(self, callee: Value) -> list[Value]:
        """``callee``; for a parameter, what callers pass, or its default."""
        if not isinstance(callee, Param):
            return [callee]
        calls = self._names.calls
        passed = [
            calls.passed(callee.function, self.arguments(edge), callee)
            for edge in self.edges.get(callee.function, ())
        ]
        found = join(passed) if passed else calls.default(callee)
        return [alt.value for alt in found if not is_nothing(alt.value)]

    def decided(self, seed: Values) -> bool:
        """Whether no call of the project has a say in ``seed``."""
        return not any(param.function in self.edges for alt in seed for param in params(alt.value))

    def _note(self, path: str, index: int, callees: Sequence[Value]) -> None:
        """Keep the call as a site or as a call of project functions, if its callees are told."""
        targets = [self._target(callee) for callee in callees]
        func = self._names.modules.call(path, index).func
        hidden = isinstance(func, Attr) and func.name == "__init__"
        found = []
        self.targets[path, index] = targets
        if targets == [MAP]:
            self._note_mapped(path, index)
        for callee, target in zip(callees, targets, strict=True):
            builds = self._class(callee)
            runs = (builds, target if None not in targets else None, self._set_up_after(builds))
            for called in dict.fromkeys(runs):
                if isinstance(called, Local):
                    edge = Edge(path, index, hidden, callee, builds)
                    self.edges.setdefault(called, []).append(edge)
            if isinstance(target, Api) and None not in targets:
                row = self._catalogue.find(target.path.removesuffix(".__init__"))
                if row is not None and not self._is_overridden(path, index, row, callee, hidden):
                    found.append(self._site(path, index, row, target, hidden, callee))
        if found and len(found) == len(targets):
            arguments = self._names.calls.arguments(path, index, callees[0])
            if hidden and isinstance(func, Attr) and not isinstance(func.base, CallAt):
                arguments = replace(arguments, positional=arguments.positional[1:])
            self._sites.append((found[0], arguments))

    def _note_mapped(self, path: str, index: int) -> None:
        """Keep ``map(Dropout, rates)`` as a site: it takes no seed, and none can be written in."""
        call, at = self._names.modules.call(path, index), self._names.place(path, index)
        match call.args:
            case [Argument(None, "", Name() | Attr() as func), Argument(None, "", rates)]:
                match self._names.values(func, at):
                    case (Alt(Api() as api),) if row := self._catalogue.find(api.path):
                        if row.draws == "layer":
                            site = self._site(path, index, row, api, False, api)
                            each = Arguments(((Each(rates), at),), False, {}, ())
                            self._sites.append((replace(site, mapped=True), each))

    def _is_overridden(
        self, path: str, index: int, row: ApiRow, callee: Value, hidden: bool
    ) -> bool:
        """Whether the call builds a layer of the project that draws by itself."""
        if row.draws != "layer" or row.family not in DRAWING:
            return False
        cls = self._class(callee)
        if hidden:
            flow = self._names.modules.flow(path)
            scope = flow.class_of(self._names.modules.call(path, index).spot.scope)
            cls = None if scope is None else Local(path, scope)
        return cls is not None and draws_itself(self._names, cls)

    def _set_up_after(self, cls: Local | None) -> Local | None:
        """What the ``__init__`` that is made for a dataclass runs at its end."""
        lineage = () if cls is None else self._names.classes.lineage(cls)
        for name in ("__post_init__", "__attrs_post_init__"):
            found = self._names.classes.method(lineage, name)
            if found is not None:
                return found[0]
        return None

    def _class(self, callee: Value) -> Local | None:
        """The class of the project that ``callee`` is, or fills in."""
        while isinstance(callee, Partial):
            callee = callee.of
        match callee:
            case Local() if self._names.modules.is_class(callee):
                return callee
        return None

    def _site(
        self, path: str, index: int, row: ApiRow, api: Api, hidden: bool, callee: Value
    ) -> Site:
        keras = self._keras_version(path, api.path)
        own = self._names.modules.scope(callee).name if isinstance(callee, Local) else None
        span = self._names.modules.call(path, index).span
        return Site(path, index, span, row, api.path, keras, row.signature(keras), hidden, own)

    def _target(self, callee: Value) -> Local | Api | None:
        """What runs when ``callee`` is called: a function, or something outside the project."""
        match callee:
            case Local():
                if callee not in self._targets:
                    self._targets[callee] = self._known(callee) or self._own(callee)
                return self._targets[callee]
            case Api():
                return callee
            case Method(function):
                return function
            case Partial(of):
                return self._target(of)
        return None

    def _own(self, local: Local) -> Local | Api | None:
        """What runs when ``local``, of the project, is called."""
        is_class = self._names.modules.is_class(local)
        return self._names.classes.constructor(local) if is_class else local

    def _known(self, local: Local) -> Api | None:
        """``local`` as an API, if the catalogue or the setting ``extra-layers`` names it."""
        path = self._names.modules.dotted(local)
        row = self._catalogue.find(path) if "/" in local.module else None
        # Of a layer that takes no seed the project itself tells more.
        if row is not None and row.seedable:
            return Api(path)
        for key in self._catalogue.extra:
            if path.endswith(f".{key}"):
                return Api(key)
        return None

    # layers

    def _layer(self, site: Site, arguments: Arguments) -> Layer:
        ask = self._names.calls.argument
        signature = site.signature
        return Layer(
            site=site,
            module=site.module,
            call=site.call,
            span=site.span,
            wrapper=None,
            keyword=None if site.mapped else signature.seed_name,
            position=None if site.mapped else signature.seed_position,
            seed=ask(arguments, signature.seed_name, signature.seed_position),
            rates=tuple(
                (rate, ask(arguments, rate.name, rate.position)) for rate in signature.rates
            ),
            given=self._guards(site.module, site.call),
            traps=tuple((trap, self._trapped(arguments, trap)) for trap in signature.traps),
            hidden=site.hidden,
        )

    def _with_generators(self, layer: Layer, made: set[Made]) -> Iterator[Layer]:
        """``layer``, and the generators that it draws from, if they are not ``made`` yet."""
        yield layer
        site = layer.site
        if not site.row.stateless or not site.row.wanted or not layer.drops:
            return
        for alt in layer.seed:
            match alt.value:
                case Made(Api(path) as by, module, int() as call) as generator if (
                    self._catalogue.kind(path) == "SeedGenerator"
                    and module in self.reached
                    and generator not in made
                ):
                    made.add(generator)
                    row = generator_row(site.row)
                    inner = self._site(module, call, row, by, False, by)
                    arguments = self._names.calls.arguments(module, call, by)
                    yield replace(self._layer(inner, arguments), rates=layer.rates)

    def _trapped(self, arguments: Arguments, trap: Trap) -> Values:
        """What stands at ``trap``: for a parameter of another name, all that callers pass."""
        found = self._names.calls.argument(arguments, None, trap.position)
        parts = []
        for alt in found:
            if isinstance(alt.value, Param) and alt.value.index is not None:
                parts.append(UNKNOWN)
            elif isinstance(alt.value, Param) and alt.value.name != trap.name:
                self._asked.add(alt.value.function)
                parts.append(tuple(map(Alt, self._passed(alt.value))))
            else:
                parts.append((alt,))
        return join(parts)

    def _guards(self, module: str, call: int) -> tuple[Given, ...]:
        return self._names.guards(self._names.place(module, call))

    def _through(self, inner: Layer, function: Local, edge: Edge) -> Layer | None:
        """``inner`` as the call ``edge`` of ``function`` asks for it, if it does."""
        calls = {function: self.arguments(edge)}
        given = self._names.calls.settled(inner.given, calls)
        if given is None:
            return None
        keyword = _keyword(inner, function)
        return replace(
            inner,
            module=edge.module,
            call=edge.call,
            span=self._names.modules.call(edge.module, edge.call).span,
            wrapper=self._names.modules.called_as(function),
            keyword=keyword,
            position=self.place(function, edge, keyword),
            positional=self.is_positional(function, keyword),
            seed=self._names.calls.substituted(inner.seed, calls),
            rates=passed(inner.rates, self._names, calls),
            given=tuple(dict.fromkeys(given + self._guards(edge.module, edge.call))),
            hidden=edge.hidden and inner.site.hidden,
        )

    def is_positional(self, function: Local, name: str | None) -> bool:
        """Whether the parameter ``name`` of ``function`` cannot be passed by its name."""
        return any(
            param.name == name and param.kind is ParamKind.POSITIONAL_ONLY
            for param in self._names.parameters(function)
        )

    def position(self, function: Local, arguments: Arguments, name: str | None) -> int | None:
        """Where ``arguments`` may hold the parameter ``name`` of ``function``."""
        kinds = (ParamKind.POSITIONAL, ParamKind.POSITIONAL_ONLY)
        names = [p.name for p in self._names.parameters(function) if p.kind in kinds]
        is_bound = arguments.receiver is not None and not self._names.modules.is_class(function)
        return names.index(name) - is_bound if name in names else None

    def place(self, function: Local, edge: Edge, name: str | None) -> int | None:
        """Where the text of ``edge`` may hold it: what a `partial` has passed stands elsewhere."""
        arguments = self.arguments(edge)
        own = self._names.calls.arguments(edge.module, edge.call, Unknown())
        before = len(arguments.positional) - len(own.positional)
        position = self.position(function, arguments, name)
        return None if position is None or position < before else position - before


def passed(rates: Rates, names: Names, calls: Mapping[Local, Arguments]) -> Rates:
    """``rates`` with what ``calls`` pass in place of the parameters of their functions.

    And with what the functions were given by which these are made.
    """
    around = (arguments.around for arguments in calls.values())
    calls = {function: given for known in (*around, calls) for function, given in known.items()}
    return tuple((rate, names.calls.substituted(found, calls)) for rate, found in rates)


def _is_of_instance(edge: Edge) -> bool:
    """Whether the call is of a method of what was built before."""
    callee = edge.callee
    return not edge.hidden and isinstance(callee, Method) and not isinstance(callee.receiver, Local)


def _wrappers(layer: Layer) -> list[Local]:
    """The functions whose callers decide on the seed of ``layer``, in a fixed order."""
    if all(is_nothing(alt.value) for alt in layer.seed):
        return []
    functions = {param.function for alt in layer.seed for param in params(alt.value)}
    functions |= {given.param.function for alt in layer.seed for given in alt.given}
    return sorted(functions, key=lambda function: (function.module, function.scope))


def _keyword(layer: Layer, function: Local) -> str | None:
    """The one parameter of ``function`` that gives ``layer`` its seed, if there is one.

    One that only holds the seed, as a settings object does, is none.
    """
    if not all(_is_seed(alt.value) for alt in layer.seed):
        return None
    asked = {param for alt in layer.seed for param in params(alt.value)}
    asked = asked or {given.param for alt in layer.seed for given in alt.given}
    own = (param for param in asked if param.function == function and param.index is None)
    names = {param.key or param.name for param in own}
    return names.pop() if len(names) == 1 else None


def _is_seed(value: Value) -> bool:
    """Whether the parameters that ``value`` is made of are numbers themselves."""
    match value:
        case Unknown(Computed(op, of)) | Part(_, Computed(op, of)):
            is_sum = op in ARITHMETIC or op == "int"
            return all(map(_is_seed, of)) if is_sum else not any(params(value))
    return True


def _is_inert(rate: Rate, found: Values) -> bool:
    return all(isinstance(a.value, Const) and a.value.value == rate.inert for a in found)


def _all_nothing(found: Values) -> bool:
    return all(is_nothing(alt.value) for alt in found)
