"""When two seeds are one and the same, though nobody can tell what they are.

Two constants are the same if they are equal. Anything else is the same where it was evaluated once:
a parameter in one run of its function, a draw in the place where it was stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from math import prod

from seedlint.catalogue import Catalogue
from seedlint.data import dataclass, replace
from seedlint.facts import ScopeKind, Seq
from seedlint.flow import Flow
from seedlint.modules import Modules
from seedlint.names import Names
from seedlint.numbers import at_turn
from seedlint.values import (
    Alt,
    Api,
    At,
    Called,
    Computed,
    Const,
    Display,
    Hop,
    Local,
    Made,
    Param,
    Part,
    Step,
    Turn,
    Unknown,
    Value,
    Values,
    is_named,
    is_nothing,
)

Key = tuple[object, ...]

# How many turns of a loop are told apart.
MAX_TURNS = 16


@dataclass(frozen=True, slots=True)
class Identity:
    """Equal ``key``s are equal seeds, in one run of all ``frames``.

    ``anchors`` are the places where it is evaluated: at another turn of a loop around one of them
    it may be another. ``counted`` are the places where loops set what it is counted by: it is
    another at each of their turns, and the same again when they run again; at those that are also
    ``recurrent`` it comes back within one run. ``turns`` are the keys that it certainly has, one
    for each turn.
    """

    key: Key
    anchors: tuple[At, ...] = ()
    frames: frozenset[Local] = frozenset()
    counted: tuple[At, ...] = ()
    turns: tuple[Key, ...] = ()
    recurrent: frozenset[At] = frozenset()

    @property
    def is_constant(self) -> bool:
        return not self.anchors and not self.frames and not self.counted

    def varies(self, module: str, loop: int, flow: Flow) -> bool:
        """Whether it is another at each turn of the block ``loop`` of ``module``."""
        around = (at for at in self.anchors if at.module == module)
        counted = (at for at in {*self.counted} - self.recurrent if at.module == module)
        return any(loop in flow.enclosing(at.spot.block) for at in around) or any(
            loop == flow.loop_of(at.spot) for at in counted
        )


class Identities:
    """Answers for one project."""

    def __init__(self, names: Names, catalogue: Catalogue) -> None:
        self._names = names
        self._catalogue = catalogue
        self._modules: Modules = names.modules

    def of(self, seed: Values, place: At, site: At) -> Identity | None:
        """What ``seed``, used at ``place``, is one with; ``None`` if that cannot be told.

        ``place`` builds a layer by way of ``site``.
        """
        if any(is_nothing(alt.value) and not alt.given for alt in seed):
            return None
        # Where callers decide whether there is a seed, it is the seed that is compared.
        seed = tuple(alt for alt in seed if not is_nothing(alt.value))
        parts = [self._part(alt, place) for alt in seed]
        if not parts:
            return None
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        if not all(self._turns(at, (place, site)) for part in known for at in part.counted):
            return None
        if len(known) == 1:
            is_certain = all(self._is_certain(at, (place, site)) for at in known[0].counted)
            return known[0] if is_certain else replace(known[0], turns=(), recurrent=frozenset())
        stored = self._choice(seed, place)
        if stored is None:
            return None
        again = self._comes_again(stored, known, (place, site))
        if again is not None:
            counted = (again,)
            return Identity((again,), counted=counted, recurrent=frozenset(counted))
        return Identity(
            tuple((part.key, alt.given) for part, alt in zip(known, seed, strict=True)),
            tuple(anchor for part in known for anchor in part.anchors) + stored,
            frozenset().union(*(part.frames for part in known)),
            tuple(at for part in known for at in part.counted),
        )

    def _turns(self, counted: At, places: Iterable[At]) -> bool:
        """Whether one of ``places`` is in the loop that sets its counter at ``counted``."""
        flow = self._modules.flow(counted.module)
        loop = flow.loop_of(counted.spot)
        return loop is not None and any(
            place.module == counted.module and loop in flow.enclosing(place.spot.block)
            for place in places
        )

    def _is_certain(self, counted: At, places: Iterable[At]) -> bool:
        """Whether the layer is built at all turns of the loop that sets its counter."""
        flow = self._modules.flow(counted.module)
        loop = flow.loop_of(counted.spot)
        for place in places:
            own = self._modules.flow(place.module)
            around = own.facts.scopes[own.function_of(place.spot.scope)].body
            if place.module == counted.module and loop is not None:
                around = loop if loop in own.enclosing(place.spot.block) else around
            if not own.is_certain(place.spot, around):
                return False
        return True

    def is_visible(self, identity: Identity, place: At) -> bool:
        """Whether ``place`` sees the runs that ``identity`` belongs to."""
        return all(self._is_around(frame, place, True) for frame in identity.frames)

    def _choice(self, seed: Values, place: At) -> tuple[At, ...] | None:
        """Where one of several values was chosen; ``None`` if that happens anew at each use."""
        if all(alt.given for alt in seed):
            return ()
        first = [alt.trail[0] for alt in seed if alt.trail and alt.trail[0].step is Step.SET]
        if len(first) < len(seed) or len({hop.name for hop in first}) > 1:
            return None
        if not all(self._sees(hop, place) for hop in first):
            return None
        return tuple(At(hop.module, hop.spot) for hop in first)

    def _comes_again(
        self, stored: Iterable[At], parts: Iterable[Identity], places: Iterable[At]
    ) -> At | None:
        """Where a loop over constants, of which some are equal, sets what was ``stored``."""
        match [*{*stored}]:
            case [at] if all({*p.anchors} <= {at} and not (p.frames or p.counted) for p in parts):
                target = self._modules.flow(at.module).stored[at.spot].value
                turns = self._names.containers.turns(target, at) or []
                keys = [_key(one[0].value) for one in turns if len(one) == 1]
                if (
                    len({*keys}) < len(keys) == len(turns)
                    and self._turns(at, places)
                    and self._is_certain(at, places)
                ):
                    return at
        return None

    def _part(self, alt: Alt, place: At) -> Identity | None:
        if not all(map(self._modules.is_steady, alt.trail)):
            return None
        value = bare(alt.value)
        match value:
            case Const():
                return Identity(_key(value), tuple(self._chosen(alt.trail)))
            case Api(path):
                # An attribute that a project's class has from a layer is one of each instance.
                of_layer = self._catalogue.find(path.rpartition(".")[0]) is not None
                return None if of_layer else Identity((Api, path))
            case Display(Seq(items), at):
                found = [self._names.values(item, at) for item in items]
                if all(len(one) == 1 and isinstance(one[0].value, Const) for one in found):
                    return Identity((Seq, *(one[0].value for one in found)))
                return None
        if self._is_changed(value, place):
            return None
        return self._evaluated(value, alt.trail, place) if is_named(value) else None

    def _evaluated(self, value: Value, trail: tuple[Hop, ...], place: At) -> Identity | None:
        """The identity of what ``place`` sees evaluated, or stored after a function gave it."""
        anchors, counted = tuple(self._anchors(value)), tuple(_counted(value))
        turns: list[Value] = []
        if counted:
            turns = [_at(value, dict.fromkeys(counted, turn)) for turn in range(_number(value))]
        recurrent = frozenset(at for at in counted if self._comes_back(value, at))
        value = _unplaced(value)
        frames = {*self._frames(value), *self._functions(anchors)}
        given = {hop.name for hop in trail if hop.step is Step.GIVEN}
        hidden = {frame for frame in frames if not self._is_around(frame, place, not given)}
        if not hidden:
            keys = tuple(map(_key, turns))
            return Identity((value,), anchors, frozenset(frames), counted, keys, recurrent)
        stored = next((hop for hop in trail if self._sees(hop, place)), None)
        if stored is None or not {self._modules.scope(frame).name for frame in hidden} <= given:
            return None
        seen = tuple(at for at in anchors if hidden.isdisjoint(self._functions((at,))))
        seen = (At(stored.module, stored.spot), *seen)
        return Identity(
            (stored, value),
            seen,
            frozenset((*(frames - hidden), *self._functions(seen))),
            counted,
            tuple((stored, one) for one in turns),
            recurrent,
        )

    def _comes_back(self, value: Value, counted: At) -> bool:
        """Whether the loop that sets its counter at ``counted``, with those inside, repeats it."""
        flow = self._modules.flow(counted.module)
        loop = flow.loop_of(counted.spot)
        inside = {
            turn.at: turn
            for turn in _turns(value)
            if turn.at is not None
            and turn.at.module == counted.module
            and loop is not None
            and loop in flow.enclosing(turn.at.spot.block)
        }
        # What counts to an unknown end has two turns, or need not count.
        numbers = [min(turn.number or 2, MAX_TURNS) for turn in inside.values()]
        if prod(numbers) > MAX_TURNS**2:
            numbers = [min(number, 2) for number in numbers]
        turns = (dict(zip(inside, turn, strict=True)) for turn in product(*map(range, numbers)))
        return len({_at(value, turn) for turn in turns}) < prod(numbers)

    def _chosen(self, trail: Iterable[Hop]) -> Iterator[At]:
        """Where one of several values was stored, of which tests have left one."""
        for hop in trail:
            if hop.step is Step.SET:
                binding = self._modules.flow(hop.module).stored[hop.spot]
                if len(self._names.values(binding.value, At(hop.module, hop.spot))) > 1:
                    yield At(hop.module, hop.spot)

    def _is_changed(self, value: Value, place: At) -> bool:
        """Whether the file sets an attribute that ``value`` is computed from."""
        match value:
            case Unknown(Computed(op, of)) | Part(_, Computed(op, of)):
                foreign = self._modules.flow(place.module).facts.foreign
                return op[1:] in foreign or any(self._is_changed(one, place) for one in of)
        return False

    def _anchors(self, value: Value) -> Iterator[At]:
        """Where ``value`` is evaluated."""
        match value:
            case Made(_, module, int() as call):
                yield self._names.place(module, call)
            case Unknown(At() as at) | Part(_, At() as at):
                yield at
            case Unknown(Called(_, module, call)) | Part(_, Called(_, module, call)):
                yield self._names.place(module, call)
            case Unknown(Computed(_, of)) | Part(_, Computed(_, of)):
                for inner in of:
                    yield from self._anchors(inner)

    def _frames(self, value: Value) -> Iterator[Local]:
        """The functions and classes whose parameters and instances ``value`` is computed from."""
        match value:
            case Param(function):
                yield function
            case Made(Local() as cls, _, None):
                yield cls
            case Unknown(Computed(_, of)) | Part(_, Computed(_, of)):
                for inner in of:
                    yield from self._frames(inner)

    def _functions(self, anchors: tuple[At, ...]) -> Iterator[Local]:
        for at in anchors:
            flow = self._modules.flow(at.module)
            scope = flow.function_of(at.spot.scope)
            if flow.facts.scopes[scope].kind in (ScopeKind.FUNCTION, ScopeKind.LAMBDA):
                yield Local(at.module, scope)

    def _sees(self, hop: Hop, place: At) -> bool:
        return hop.step is not Step.PICKED and all(
            self._is_around(frame, place, True)
            for frame in self._functions((At(hop.module, hop.spot),))
        )

    def _is_around(self, frame: Local, place: At, by_instance: bool) -> bool:
        """Whether ``place`` is in ``frame``, or, ``by_instance``, in a method beside it."""
        flow = self._modules.flow(place.module)
        if frame.module == place.module and frame.scope in flow.scopes_around(place.spot.scope):
            return True
        here = flow.class_of(place.spot.scope)
        room = frame if self._modules.is_class(frame) else self._modules.room(frame)
        if not by_instance or here is None or not self._modules.is_class(room):
            return False
        return room in self._names.classes.lineage(Local(place.module, here))


def _key(value: Value) -> Key:
    match value:
        case Const(known):
            return (type(known), known)
    return (value,)


def _at(value: Value, turns: Mapping[At, int]) -> Value:
    """``value`` at these turns of the loops that count it, and the first one of others."""
    return bare(at_turn(value, lambda turn: turns.get(turn.at, 0) if turn.at else 0))


def _number(value: Value) -> int:
    """How many turns those loops certainly have, at least, that count ``value``."""
    return min((min(turn.number or 1, MAX_TURNS) for turn in _turns(value)), default=MAX_TURNS)


def _counted(value: Value) -> Iterator[At]:
    """Where loops set the counters that ``value`` is computed from."""
    return (turn.at for turn in _turns(value) if turn.at is not None)


def _turns(value: Value) -> Iterator[Turn]:
    """The counters of loops that ``value`` is computed from."""
    match value:
        case Unknown(Turn() as turn):
            yield turn
        case Unknown(Computed(_, of)) | Part(_, Computed(_, of)):
            for inner in of:
                yield from _turns(inner)


def _unplaced(value: Value) -> Value:
    """``value``, as it is in any loop that counts alike."""
    match value:
        case Unknown(Turn() as turn):
            return Unknown(replace(turn, at=None, number=None))
        case Unknown(Computed(op, of)):
            return Unknown(Computed(op, tuple(map(_unplaced, of))))
        case Part(made, Computed(op, of)):
            return Part(made, Computed(op, tuple(map(_unplaced, of))))
    return value


def bare(value: Value) -> Value:
    """``value`` without ``int(...)`` around it."""
    match value:
        case Unknown(Computed("int", (inner,))) | Part(_, Computed("int", (inner,))):
            return inner
    return value
