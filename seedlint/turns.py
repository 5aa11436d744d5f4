"""What counts the turns of a loop, for seeds that have to differ at each."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from itertools import chain, count

from seedlint import layout
from seedlint.calls import is_plain
from seedlint.data import dataclass
from seedlint.facts import Binding, Each, For, Item, Literal, Name, ScopeKind, Seq
from seedlint.layout import Lines
from seedlint.model import Edit
from seedlint.names import Names
from seedlint.plans import Passing
from seedlint.seeds import HIGHEST, LOWEST, RANGE
from seedlint.values import Api, At, Const, Display, Made, Value

INDICES = ("i", "j", "k", "index", "turn")
_UNREAD = re.compile(r"_+")


class CannotMendError(Exception):
    """There is no edit for it; ``reason`` says why, ``advice`` what a reader can do."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Counter:
    """``name`` counts the turns of a loop once ``edits`` are made.

    It goes from ``low`` to ``high``, as far as that is known; ``is_new`` says that nothing counts
    them yet.
    """

    name: str
    low: int
    high: int
    edits: tuple[Edit, ...] = ()
    is_new: bool = False


class Turns:
    """Answers for one project; remembers the names that it has given out."""

    def __init__(self, names: Names, lines: Callable[[str], Lines]) -> None:
        self._names = names
        self._modules = names.modules
        self._lines = lines
        self._indices: dict[tuple[str, int], str] = {}

    def counters(
        self, passing: Passing, base: str, strides: Collection[int]
    ) -> tuple[Counter, ...]:
        """What counts the loops of ``passing``, whose seed is ``base`` and more.

        Other loops use all of ``strides``. Raises `CannotMendError`.
        """
        ask = passing.ask
        is_known = re.fullmatch(r"-?\d+", base)
        low, high = (int(base),) * 2 if is_known else (0, LOWEST + RANGE)
        found: list[Counter] = []
        for loop, stride in passing.seed.turns:
            room = min((other for other in strides if other > stride), default=HIGHEST + 1)
            for counter in self._ways(ask.module, ask.call, loop):
                ends = low + stride * counter.low, high + stride * counter.high
                is_narrow = stride * (counter.high - counter.low) < room
                if is_narrow and ends[0] >= 0 and ends[1] <= HIGHEST:
                    low, high = ends
                    found.append(counter)
                    break
            else:
                raise CannotMendError(
                    "its seeds would leave their range", "compute a seed from the indices"
                )
        return tuple(found)

    def _ways(self, module: str, call: int, loop: int) -> Iterator[Counter]:
        """What counts ``loop`` around ``call``, or could."""
        flow = self._modules.flow(module)
        head = flow.loops.get(loop)
        if head is None:
            raise CannotMendError(
                "a `while` loop builds it", "compute a seed that changes at each turn"
            )
        scope = flow.facts.calls[call].spot.scope
        for binding in flow.targets.get(loop, ()):
            target = flow.stored[binding.spot]
            bounds = self._bounds(module, target, binding)
            if bounds is not None:
                if self._is_unread(module, target) and target.span is not None:
                    name = self._index(module, loop)
                    yield Counter(name, *bounds, (Edit(module, target.span, name),))
                elif self._is_seen(module, target, loop, scope):
                    yield Counter(target.name, *bounds)
        number = self._number(module, head) or 1
        edits = tuple(self._enumerated(module, head, scope))
        yield Counter(self._index(module, loop), 0, number - 1, edits, is_new=True)

    # targets that count

    def _bounds(self, module: str, target: Binding, of: Binding) -> tuple[int, int] | None:
        """Between what the ``target`` of a loop over ``of`` counts; ``None`` if it does not.

        Zero stands for what is not known.
        """
        made = {alt.value for alt in self._names.values(of.value, At(module, of.spot))}
        if len(made) != 1:
            return None
        match target.value, made.pop():
            case Each(), Made(Api("builtins.range")) as by:
                turns = self._range(by)
                return (0, 0) if not turns else (min(turns), max(turns))
            case Item(Each(), Literal(0)), Made(Api("builtins.enumerate")) as by:
                start = self._argument(by, 1, "start") or 0
                return start, start + (self._length(by) or 1) - 1
        return None

    def _range(self, made: Made) -> range | None:
        """What ``made``, a ``range``, is; ``None`` if that is not known."""
        given = [self._argument(made, position) for position in range(3)]
        numbers = [number for number in given if number is not None]
        is_told = numbers == given[: len(numbers)] and len(numbers) == self._size(made)
        return range(*numbers) if is_told and numbers and given[2] != 0 else None

    def _size(self, made: Made) -> int:
        """How many arguments ``made`` is made of."""
        if made.call is None:
            return 0
        return len(self._modules.call(made.module, made.call).args)

    def _argument(self, made: Made, position: int, name: str | None = None) -> int | None:
        """The number in the ``position``-th place of what ``made`` is made of, if it is known."""
        if not isinstance(made.call, int):
            return None
        arguments = self._names.calls.arguments(made.module, made.call, made.by)
        match self._names.calls.argument(arguments, name, position):
            case (alt,) if isinstance(alt.value, Const) and isinstance(alt.value.value, int):
                return int(alt.value.value)
        return None

    def _number(self, module: str, head: For) -> int | None:
        """How many turns a loop has, if that is known."""
        found = [alt.value for alt in self._names.values(head.of, At(module, head.spot))]
        return self._count(found[0]) if len(found) == 1 else None

    def _count(self, value: Value) -> int | None:
        match value:
            case Display(Seq(items)) if is_plain(items):
                return len(items)
            case Made(Api("builtins.range")):
                turns = self._range(value)
                return None if turns is None else len(turns)
            case Made(Api("builtins.enumerate")):
                return self._length(value)
        return None

    def _length(self, made: Made) -> int | None:
        """How many things the first argument of ``made`` has, if that is known."""
        if not isinstance(made.call, int):
            return None
        arguments = self._names.calls.arguments(made.module, made.call, made.by)
        found = self._names.calls.argument(arguments, None, 0)
        return self._count(found[0].value) if len(found) == 1 else None

    def _is_seen(self, module: str, target: Binding, loop: int, scope: int) -> bool:
        """Whether in ``scope`` the name of ``target`` is that, and nothing else in ``loop``."""
        flow = self._modules.flow(module)
        bound = flow.bindings[target.owner, target.name]
        if [b for b in bound if loop in flow.enclosing(b.spot.block)] != [target]:
            return False
        if scope != target.owner and flow.facts.scopes[target.owner].kind is ScopeKind.CLASS:
            return False
        while scope not in (target.owner, -1):
            if (scope, target.name) in flow.bindings:
                return False
            scope = flow.facts.scopes[scope].parent
        return scope == target.owner

    def _is_unread(self, module: str, target: Binding) -> bool:
        """Whether ``target`` is an underscore, which stands nowhere but where it is bound."""
        if not _UNREAD.fullmatch(target.name):
            return False
        flow = self._modules.flow(module)
        bound = {
            (binding.span.start.line, binding.span.start.column)
            for binding in flow.facts.bindings
            if binding.name == target.name and binding.span is not None
        }
        word = re.compile(rf"(?<!\w){target.name}(?!\w)")
        return all(
            (number, found.start() + 1) in bound
            for number, line in enumerate(self._lines(module), start=1)
            for found in word.finditer(line)
        )

    # loops that do not count

    def _index(self, module: str, loop: int) -> str:
        """A name for what counts the turns of ``loop`` that stands for nothing else there."""
        if (module, loop) not in self._indices:
            taken = set(self._taken(module, loop))
            numbered = (f"index_{number}" for number in count(2))
            free = (name for name in chain(INDICES, numbered) if name not in taken)
            self._indices[module, loop] = next(free)
        return self._indices[module, loop]

    def _taken(self, module: str, loop: int) -> Iterator[str]:
        """The names that stand for something in ``loop``, around it or inside it."""
        flow = self._modules.flow(module)
        around = {0, *flow.scopes_around(flow.loops[loop].spot.scope)}
        for scope, name in flow.bindings:
            if scope in around or loop in flow.enclosing(flow.facts.scopes[scope].body):
                yield name
        for (path, other), name in self._indices.items():
            if path == module and (loop in flow.enclosing(other) or other in flow.enclosing(loop)):
                yield name

    def _enumerated(self, module: str, head: For, scope: int) -> Iterator[Edit]:
        """The edits that let a loop count its turns for ``scope``."""
        flow = self._modules.flow(module)
        if head.is_async:
            raise CannotMendError("an `async for` builds it", "count its turns by hand")
        known = self._names.values(Name("enumerate"), At(module, head.spot))
        if any(alt.value != Api("builtins.enumerate") for alt in known):
            raise CannotMendError("`enumerate` is something else there", "count its turns by hand")
        kind = flow.facts.scopes[head.spot.scope].kind
        if kind is ScopeKind.CLASS and scope != head.spot.scope:
            raise CannotMendError("it sees no name of its class", "build it in a function")
        lines = self._lines(module)
        found = layout.loop(lines, head.start, kind is ScopeKind.COMPREHENSION)
        if found is None:
            raise CannotMendError("its loop cannot be told apart", "count its turns by hand")
        name = self._index(module, head.spot.block)
        for side, before in ((found.target, f"{name}, "), (found.iterable, "enumerate(")):
            yield Edit(module, layout.at(side.span.start), before + "(" * side.is_bare)
            if closing := ")" * (side.is_bare + (side is found.iterable)):
                yield Edit(module, layout.at(side.span.end), closing)
