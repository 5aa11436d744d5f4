"""Where a seed is born, and whether another run gives birth to the same one."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property

from seedlint.callees import KnownCall
from seedlint.catalogue import Catalogue, Source
from seedlint.data import dataclass
from seedlint.facts import Attr, Expr, Name, Seq, Spot
from seedlint.layers import Layers
from seedlint.model import Span
from seedlint.names import Names
from seedlint.reach import explored, reached, turned
from seedlint.values import (
    UNKNOWN,
    Absent,
    Alt,
    Api,
    At,
    Computed,
    Const,
    Display,
    Local,
    Made,
    Method,
    Param,
    Part,
    Unknown,
    Value,
    Values,
    is_nothing,
    is_text,
    origin,
)

TEST = re.compile(r"(^|/)(tests?/|test_[^/]*$|[^/]*_test\.py$|conftest\.py$)")
# A function so called gives a seed, and sets none.
GIVING = re.compile(
    r"_?(create|derive|draw|gen|get|hash|make|new|next|pick|sample|spawn|split)|Seed"
)
GENERATORS = frozenset({"python", "numpy", "tensorflow"})


@dataclass(frozen=True, slots=True)
class Birth:
    """A draw, or a generator, that nothing seeds: ``name`` is called at ``span`` of ``module``."""

    name: str
    kind: str
    generator: str
    module: str
    span: Span


@dataclass(frozen=True, slots=True)
class _Seeding:
    """A call that seeds ``generators``, itself or by what it calls.

    ``inside`` says that it stands in a function whose calls are seedings of their own: it counts
    only for what follows it there.
    """

    module: str
    spot: Spot
    generators: frozenset[str]
    inside: bool


class Sources:
    """Tells which draws of a project are unseeded.

    A draw is seeded by whatever seeds its generator before it in the same function, or elsewhere in
    the same program. Where the order cannot be told, it counts as seeded. To a program belong files
    ``around`` too, which were not read.

    ``hashing`` are the functions that were met which take what they hash.
    """

    def __init__(
        self,
        names: Names,
        catalogue: Catalogue,
        layers: Layers,
        around: Set[str],
    ) -> None:
        calls = layers.told
        self._names = names
        self._catalogue = catalogue
        self._layers = layers
        self._around = around
        self.hashing: set[Local] = set()
        self._functions: dict[tuple[str, int], Local] = {}
        self._direct: list[tuple[str, int, frozenset[str]]] = []
        self._unsettling: list[tuple[str, frozenset[str]]] = []
        self._seedings = self._find_seedings(calls)
        self._reseeded = frozenset(
            made for _, _, callees in calls for callee in callees for made in _reseeded(callee)
        )
        self._programs: dict[str, frozenset[str]] = {}
        self._unread: dict[str, frozenset[str]] = {}

    def birth(self, value: Value) -> Birth | None:
        """Where ``value`` was born unseeded; ``None`` if it was not, or that cannot be told."""
        made = origin(value)
        if made is None or made.call is None or not isinstance(made.by, Api):
            return None
        source = self._catalogue.sources.get(made.by.path)
        if source is None:
            return None
        if not self._is_unsteady(made, source):
            return None
        span = self._names.modules.call(made.module, made.call).span
        return Birth(made.by.path, source.kind, source.generator, made.module, span)

    def _is_unsteady(self, made: Made, source: Source) -> bool:
        """Whether another run gets something else out of the call ``made``."""
        match source.kind:
            case "generator":
                return made not in self._reseeded and self._is_unseeded(made)
            case "global":
                has_own = self._passes(made, "seed", None)
                return not has_own and not self._is_covered(made, source.generator)
            case "hash":
                text = self._argument(made, None, 0)
                return bool(text) and all(map(self._is_salted, text))
        return True

    def _is_salted(self, hashed: Alt) -> bool:
        """Whether the hash of ``hashed`` differs between runs, whoever calls its function."""
        pending = deque([hashed])
        seen: set[Alt] = set()
        is_told = False
        while pending:
            alt = pending.popleft()
            if self._holds_text(alt.value):
                is_told = True
            elif not isinstance(alt.value, Param):
                return False
            elif alt not in seen:
                seen.add(alt)
                self.hashing.add(alt.value.function)
                pending += self._given(alt, alt.value.function)
        return is_told

    def _given(self, alt: Alt, function: Local) -> Iterator[Alt]:
        """What the calls of ``function`` make of ``alt``; unknown without any."""
        edges = self._layers.edges.get(function, ())
        for edge in edges:
            given = {function: self._layers.arguments(edge)}
            yield from self._names.calls.substituted((alt,), given)
        if not edges:
            yield from UNKNOWN

    def _holds_text(self, value: Value) -> bool:
        match value:
            case Const(known):
                return isinstance(known, str | bytes)
            case Display(Seq(items), at):
                found = (self._names.values(item, at) for item in items)
                return any(one and all(self._holds_text(alt.value) for alt in one) for one in found)
        return is_text(value)

    def _argument(self, made: Made, name: str | None, position: int | None) -> Values:
        if made.call is None:
            return UNKNOWN
        arguments = self._names.calls.arguments(made.module, made.call, made.by)
        return self._names.calls.argument(arguments, name, position)

    def _passes(self, made: Made, name: str | None, position: int | None) -> bool:
        """Whether the call is given anything but ``None`` there."""
        return not all(is_nothing(alt.value) for alt in self._argument(made, name, position))

    def seed_of(self, made: Made) -> Values:
        """What the generator ``made`` is seeded with."""
        names = ("seed", "bit_generator", "entropy")
        found = self._argument(made, None, 0)
        for name in names:
            if all(isinstance(alt.value, Absent) for alt in found):
                found = self._argument(made, name, None)
        return found

    def _is_unseeded(self, made: Made) -> bool:
        """Whether a generator gets no seed, or one that is born unseeded itself."""
        return all(
            is_nothing(alt.value) or self.birth(alt.value) is not None for alt in self.seed_of(made)
        )

    # seedings

    def _find_seedings(self, known: Sequence[KnownCall]) -> dict[str, list[_Seeding]]:
        """All calls that seed a global generator, by their modules.

        A function of the project that seeds counts where it is called; one that nobody calls, where
        it stands, because others may call it.
        """
        seeds: dict[Local, frozenset[str]] = {}
        for path, index, callees in known:
            generators = self.seeded_directly(path, index, callees)
            if generators:
                self._direct.append((path, index, generators))
                room = self.function_at(path, index)
                seeds[room] = seeds.get(room, frozenset()) | generators
            elif unsettled := self._settled(callees):
                self._unsettling.append((path, unsettled))
        rooms = self.rooms() if seeds else {}
        pending = list(seeds)
        while pending:
            function = pending.pop()
            for room in rooms.get(function, ()):
                if not seeds[function] <= seeds.get(room, frozenset()):
                    seeds[room] = seeds.get(room, frozenset()) | seeds[function]
                    pending.append(room)
        effects: dict[tuple[str, int], frozenset[str]] = defaultdict(frozenset)
        for path, index, generators in self._direct:
            effects[path, index] |= generators
        for path, index, function in self._runs() if seeds else ():
            effects[path, index] |= seeds.get(function, frozenset())
        found: dict[str, list[_Seeding]] = defaultdict(list)
        for (path, index), generators in effects.items():
            if generators:
                spot = self._names.modules.call(path, index).spot
                room = self.function_at(path, index)
                inside = room in seeds and room in rooms
                found[path].append(_Seeding(path, spot, generators, inside))
        return found

    def _runs(self) -> Iterator[tuple[str, int, Local]]:
        """The calls that run functions of the project, and which."""
        for path, index, callees in self._layers.told:
            for function in self.functions(callees):
                yield path, index, function

    def rooms(self) -> Mapping[Local, Set[Local]]:
        """The functions, classes and modules in which calls stand that run each function."""
        found: dict[Local, set[Local]] = defaultdict(set)
        for path, index, function in self._runs():
            found[function].add(self.function_at(path, index))
        return found

    def seeds_in(self, path: str) -> bool:
        """Whether anything in the module ``path`` itself seeds."""
        return path in self._seedings

    def functions(self, callees: Sequence[Value]) -> Iterator[Local]:
        """The functions of the project that a call runs."""
        for callee in callees:
            match callee:
                case Method(function):
                    yield function
                case Local() if self._names.modules.is_class(callee):
                    init = self._names.classes.constructor(callee)
                    if isinstance(init, Local):
                        yield init
                case Local():
                    yield callee

    def seeded_directly(self, path: str, index: int, callees: Sequence[Value]) -> frozenset[str]:
        """The generators that the call seeds, with neither ``None`` nor the clock and its like."""
        if self._may_seed_all(path, index, callees):
            return GENERATORS
        generators = self._settled(callees)
        if not generators:
            return frozenset()
        calls = self._names.calls
        arguments = calls.arguments(path, index, callees[0])
        names = [name for name in ("seed", "a") if name in arguments.keywords]
        given = calls.argument(arguments, names[0] if names else None, 0)
        changes = all(is_nothing(alt.value) or self._is_changing(alt.value) for alt in given)
        return frozenset() if changes else generators

    def _settled(self, callees: Sequence[Value]) -> frozenset[str]:
        """The generators that ``callees`` set, if they are given something to set them by."""
        paths = (callee.path for callee in callees if isinstance(callee, Api))
        return frozenset(g for api in paths for g in self._catalogue.settles(api))

    def _is_changing(self, value: Value) -> bool:
        """Whether ``value`` is another one in every run, whatever is seeded."""
        match origin(value):
            case Made(Api(path)) if path in self._catalogue.sources:
                return self._catalogue.sources[path].kind == "changing"
        return False

    def _may_seed_all(self, path: str, index: int, callees: Sequence[Value]) -> bool:
        """Whether the call is of something unread that is called like a seeding function."""
        match self._names.modules.call(path, index).func:
            case Attr(_, name) | Name(name) if "seed" in name.lower() and not GIVING.match(name):
                return all(map(self._is_unread, callees))
        return False

    def _is_unread(self, callee: Value) -> bool:
        if isinstance(callee, Api):
            root = callee.path.partition(".")[0]
            known = self._catalogue.is_root(root) or root in self._catalogue.lookalikes
            return not known and root not in ("builtins", "numpy", "random")
        return isinstance(callee, Unknown)

    def function_at(self, path: str, index: int) -> Local:
        """The function, class or module in which a call stands."""
        place = (path, self._names.modules.call(path, index).spot.scope)
        if place not in self._functions:
            function = self._names.modules.flow(path).function_of(place[1])
            self._functions[place] = Local(path, function)
        return self._functions[place]

    def _is_covered(self, made: Made, generator: str) -> bool:
        if made.call is None:
            return True
        at = self._names.place(made.module, made.call)
        program = self._program(made.module)
        return any(
            self._covers(seeding, at)
            for path in program
            for seeding in self._seedings.get(path, ())
            if generator in seeding.generators
        ) or self._is_settled_unread(program, generator)

    def may_seed(
        self, path: str, generator: str, besides: Set[tuple[str, int]] = frozenset()
    ) -> bool:
        """Whether anything but ``besides`` in a program of ``path`` may seed ``generator``."""
        program = self._program(path)
        return any(
            generator in generators and (module, index) not in besides and module in program
            for module, index, generators in self._direct
        ) or self._is_settled_unread(program, generator)

    def may_unsettle(self, path: str, generator: str) -> bool:
        """Whether a program of ``path`` sets ``generator`` to what changes from run to run."""
        program = self._program(path)
        return any(
            generator in generators and module in program for module, generators in self._unsettling
        )

    def _is_settled_unread(self, program: Iterable[str], generator: str) -> bool:
        """Whether a module of ``program`` that is only imported seeds ``generator``."""
        return any(generator in self._settled_unread(path) for path in program)

    def _settled_unread(self, path: str) -> frozenset[str]:
        """The generators that ``path`` seeds, if it is a module that is only imported."""
        if path not in self._unread:
            self._unread[path] = frozenset(self._find_settled(path))
        return self._unread[path]

    def _find_settled(self, path: str) -> Iterator[str]:
        modules = self._names.modules
        words = self._catalogue.settling_words
        if path in modules.paths or not any(
            modules.files.overview.holds(path, word) for word in words
        ):
            return
        flow = modules.find(path)
        for index, call in enumerate(() if flow is None else flow.facts.calls):
            if self._may_settle(call.func):
                for alt in self._names.callees(path, index):
                    if isinstance(alt.value, Api):
                        yield from self._catalogue.settles(alt.value.path)

    def _may_settle(self, func: Expr) -> bool:
        """Whether ``func`` is called what seeds a generator, or may be another name for it."""
        return not isinstance(func, Attr) or func.name in self._catalogue.settling_words

    def _covers(self, seeding: _Seeding, at: At) -> bool:
        """Whether ``seeding`` may come before ``at``."""
        if seeding.module != at.module:
            return not seeding.inside
        flow = self._names.modules.flow(at.module)
        here, there = flow.function_of(seeding.spot.scope), flow.function_of(at.spot.scope)
        if here != there:
            # What runs while a module is imported comes before any call from outside.
            return there != 0 and not seeding.inside
        if seeding.spot.order < at.spot.order:
            return True
        return flow.share_loop(seeding.spot.block, frozenset(flow.enclosing(at.spot.block)))

    # programs

    def _program(self, path: str) -> frozenset[str]:
        """``path``, what imports it, and what all of these import, by whatever way.

        Tests are programs of their own, which `pytest` runs with each ``conftest.py`` above them.
        """
        if path not in self._programs:
            users = {path, *reached([path], self._importers)}
            if TEST.search(path):
                users.update(self._run_before(path))
            else:
                users = {user for user in users if not TEST.search(user)}
            # Where some files are asked for, nothing has read what else runs.
            self._programs[path] = frozenset(explored(users, self._run_by))
        return self._programs[path]

    def _run_before(self, test: str) -> Iterator[str]:
        """Each ``conftest.py`` that `pytest` loads for ``test``."""
        for level in range(1, test.count("/") + 2):
            found = self._names.modules.files.locate(test, level, "conftest")
            if found is not None and not found.endswith("/"):
                yield found

    def _run_by(self, path: str) -> Iterator[str]:
        """What runs where ``path`` is imported: what it imports, and the packages it is in."""
        files = self._names.modules.files
        yield from files.overview.imported(path)
        for level in range(1, path.count("/") + 2):
            package = files.locate(path, level, "__init__")
            if package is None:
                break
            yield package

    @cached_property
    def _importers(self) -> dict[str, set[str]]:
        """What imports each project file, as far as the modules and what they import lead."""
        modules = self._names.modules
        starts = {*modules.paths, *self._around}
        return turned(explored(starts, modules.files.overview.imported))


def _reseeded(callee: Value) -> Iterator[Made]:
    """The generator whose own ``seed`` or ``setstate`` is called as ``callee``."""
    match callee:
        case Part(of, Computed(".seed" | ".setstate" | ".set_state")):
            yield of
