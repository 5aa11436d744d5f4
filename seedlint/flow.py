"""Which bindings of a name reach a place: reaching definitions over the blocks of one module."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property

from seedlint.data import dataclass, replace
from seedlint.facts import (
    Attr,
    Binding,
    BlockKind,
    CallAt,
    Compare,
    Each,
    Expr,
    For,
    Item,
    Leaves,
    Literal,
    Logic,
    ModuleFacts,
    Name,
    ScopeKind,
    Spot,
)


@dataclass(frozen=True, slots=True)
class Test:
    """A test that is known to have held, or failed, on the way."""

    expr: Expr
    holds: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """What a test tells of one expression.

    ``kind`` is ``"none"`` (it is ``None``), ``"true"`` (it counts as true) or ``"equal"`` (to
    ``operand``); ``holds`` is false where it is the opposite that is known.
    """

    kind: str
    holds: bool
    operand: bool | int | float | complex | str | bytes | None = None

    @property
    def opposite(self) -> Condition:
        return Condition(self.kind, not self.holds, self.operand)

    def excludes(self, other: Condition) -> bool:
        """Whether it cannot hold together with ``other``, of the same expression."""
        if self.kind == other.kind == "equal" and self.holds and other.holds:
            return self.operand != other.operand
        return self == other.opposite


@dataclass(frozen=True, slots=True)
class Reach:
    """A binding that may be the one in force.

    ``tests`` tell of its value on the way to the use, ``arms`` what has to hold for it to be made.
    """

    binding: Binding
    tests: tuple[Test, ...]
    arms: tuple[Test, ...] = ()


MAX_REACHES = 32


class Flow:
    """The facts of one module, indexed for the questions that `names` asks."""

    def __init__(self, facts: ModuleFacts) -> None:
        self.facts = facts

    @cached_property
    def bindings(self) -> dict[tuple[int, str], tuple[Binding, ...]]:
        """All bindings by scope and name, in the order of the text."""
        return _grouped(self.facts.bindings)

    @cached_property
    def named(self) -> dict[str, list[Binding]]:
        """All bindings by name, whatever their scopes."""
        found: dict[str, list[Binding]] = defaultdict(list)
        for binding in self.facts.bindings:
            found[binding.name].append(binding)
        return found

    @cached_property
    def attributes(self) -> dict[tuple[int, str], tuple[Binding, ...]]:
        """All bindings to attributes of ``self``, by class and name."""
        return _grouped(self.facts.attributes)

    @cached_property
    def targets(self) -> dict[int, list[Binding]]:
        """What the loops iterate over, as the values of their targets, by the block of the loop."""
        found: dict[int, list[Binding]] = defaultdict(list)
        for binding in self.facts.bindings:
            value = binding.value
            while isinstance(value, Item):
                value = value.base
            if isinstance(value, Each) and not binding.mutates:
                found[binding.spot.block].append(replace(binding, value=value.of))
        return found

    @cached_property
    def loops(self) -> dict[int, For]:
        """The ``for`` of each loop that is none of a ``while``, by the block of its turns."""
        return {loop.spot.block: loop for loop in self.facts.loops}

    @cached_property
    def bound_to(self) -> dict[int, list[Expr]]:
        """The names, and attributes of ``self``, that hold the result of a call, by its index."""
        found: dict[int, list[Expr]] = defaultdict(list)
        for binding in self.facts.bindings:
            if isinstance(binding.value, CallAt) and not binding.mutates:
                found[binding.value.index].append(Name(binding.name))
        for binding in self.facts.attributes:
            if isinstance(binding.value, CallAt) and not binding.mutates:
                found[binding.value.index].append(Attr(Name("self"), binding.name))
        return found

    @cached_property
    def stored(self) -> dict[Spot, Binding]:
        """The bindings by their spots."""
        return {b.spot: b for b in (*self.facts.bindings, *self.facts.attributes)}

    @cached_property
    def restless(self) -> frozenset[Spot]:
        """The bindings of names, and attributes of ``self``, that several functions bind."""
        return frozenset(
            binding.spot
            for group in (*self.bindings.values(), *self.attributes.values())
            if len({self.function_of(binding.spot.scope) for binding in group}) > 1
            for binding in group
        )

    def changes(self, subject: Expr, block: int) -> bool:
        """Whether ``subject``, a name or an attribute of ``self``, is bound inside ``block``."""
        match subject:
            case Name(name) | Attr(_, name):
                known = self._by_name.get((type(subject), name), ())
                return any(block in self.enclosing(binding.spot.block) for binding in known)
        return False

    @cached_property
    def _by_name(self) -> dict[tuple[type, str], list[Binding]]:
        found: dict[tuple[type, str], list[Binding]] = defaultdict(list)
        for binding in self.facts.bindings:
            found[Name, binding.name].append(binding)
        for binding in self.facts.attributes:
            found[Attr, binding.name].append(binding)
        return found

    @cached_property
    def _arms(self) -> dict[int, dict[int, list[int]]]:
        arms: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for index, block in enumerate(self.facts.blocks):
            arms[block.group][block.arm].append(index)
        return arms

    @cached_property
    def _exits(self) -> dict[int, list[int]]:
        """The ``if`` arms that leave their function, by the block that they stand in."""
        exits: dict[int, list[int]] = defaultdict(list)
        for index, block in enumerate(self.facts.blocks):
            if block.leaves is not Leaves.NOTHING and block.kind is BlockKind.IF:
                exits[block.parent].append(index)
        return exits

    @cached_property
    def tested(self) -> frozenset[str]:
        """The names, of attributes too, of which any test tells."""
        found: set[str] = set()
        pending = [block.test for block in self.facts.blocks]
        while pending:
            match pending.pop():
                case Name(name) | Attr(_, name):
                    found.add(name)
                case Compare(_, left, _):
                    pending.append(left)
                case Logic(_, items):
                    pending += items
                case CallAt(index):
                    pending += [arg.value for arg in self.facts.calls[index].args[:1]]
        return frozenset(found)

    def is_only(self, bindings: Sequence[Binding], use: Spot | None, body: int) -> bool:
        """Whether of ``bindings`` there is but one, which nothing on the way to ``use`` changes.

        The arguments are those of `reaching`.
        """
        if len(bindings) != 1:
            return False
        (binding,) = bindings
        is_before = use is None or binding.spot.order < use.order
        is_certain = binding.spot.block == body and not binding.mutates
        return is_before and is_certain and binding.name not in self.tested

    def calls_below(self, scope: int) -> list[int]:
        """The calls in ``scope`` and in the scopes inside it, by their indices."""
        inside = self.scopes_below(scope)
        return [i for i, call in enumerate(self.facts.calls) if call.spot.scope in inside]

    def scopes_below(self, scope: int) -> set[int]:
        """``scope`` and the scopes inside it."""
        scopes = self.facts.scopes
        inside = {scope}
        for index in range(scope + 1, len(scopes)):
            # A scope is listed after the one around it.
            if scopes[index].parent in inside:
                inside.add(index)
        return inside

    def enclosing(self, block: int) -> Iterator[int]:
        """``block`` and the blocks around it, innermost first."""
        while block >= 0:
            yield block
            block = self.facts.blocks[block].parent

    def loop_of(self, spot: Spot) -> int | None:
        """The innermost loop around ``spot``, as a block."""
        around = self.enclosing(spot.block)
        return next((b for b in around if self.facts.blocks[b].kind is BlockKind.LOOP), None)

    def is_certain(self, spot: Spot, block: int) -> bool:
        """Whether each run of ``block``, and each turn of a loop that it is, passes ``spot``."""
        blocks = self.facts.blocks
        for index in self.enclosing(spot.block):
            if index == block:
                break
            if blocks[index].kind not in (BlockKind.LOOP, BlockKind.WITH):
                return False
        return not any(
            arm.leaves is not Leaves.NOTHING and block in self.enclosing(index)
            for index, arm in enumerate(blocks)
            if index >= block
        )

    def scopes_around(self, scope: int) -> Iterator[int]:
        """``scope`` and the scopes around it, innermost first; not the module."""
        while scope > 0:
            yield scope
            scope = self.facts.scopes[scope].parent

    def function_of(self, scope: int) -> int:
        """The function, lambda, class or module scope that ``scope``, a comprehension, runs in."""
        while self.facts.scopes[scope].kind is ScopeKind.COMPREHENSION:
            scope = self.facts.scopes[scope].parent
        return scope

    def class_of(self, scope: int) -> int | None:
        """The class whose method, or function inside a method, ``scope`` is."""
        while scope > 0:
            parent = self.facts.scopes[scope].parent
            if self.facts.scopes[parent].kind is ScopeKind.CLASS:
                return parent
            scope = parent
        return None

    def reaching(self, bindings: Sequence[Binding], use: Spot | None, body: int) -> list[Reach]:
        """Those of ``bindings``, all of one name, that can be in force at ``use``.

        ``use`` of ``None`` means the end of the scope whose block is ``body``: what a function
        sees that is called later. More than `MAX_REACHES` are too many to tell.
        """
        if self.is_only(bindings, use, body):
            return [Reach(bindings[0], ())]
        block = body if use is None else use.block
        around = list(self.enclosing(block))
        inside = frozenset(around)
        covered: set[int] = set()
        found: list[Reach] = []
        passed: list[Test] = []
        looped = any(self.facts.blocks[index].kind is BlockKind.LOOP for index in around)
        if use is not None and not looped:
            # What stands below the use cannot reach it.
            bindings = bindings[: bisect_left(bindings, use.order, key=_order)]
        for binding in reversed(bindings):
            if len(found) > MAX_REACHES:
                break
            side = self._side(binding.spot.block, inside)
            if use is not None and binding.spot.order >= use.order:
                if self.share_loop(binding.spot.block, inside):
                    found.append(Reach(binding, ()))
                continue
            if side and self._excludes(side[-1], around):
                if self.share_loop(binding.spot.block, inside):
                    found.append(Reach(binding, ()))
                continue
            gone = any(self.facts.blocks[index].leaves is Leaves.FUNCTION for index in side)
            if not gone:
                is_tested = binding.name in self.tested
                tests = self._tests(binding, around, use) if is_tested else ()
                arms = tuple(self._branches(side))
                found.append(Reach(binding, (*tests, *passed), arms))
            if binding.mutates:
                continue
            if not side or self._cover(side[0], inside, covered):
                break
            arm = self.facts.blocks[side[0]]
            if len(side) == 1 and arm.kind is BlockKind.IF and arm.test is not None:
                passed.append(Test(arm.test, not arm.holds))
        return found

    def exclude(self, first: Spot, second: Spot) -> bool:
        """Whether no run of their function passes both spots, of which ``first`` comes first.

        The body of a ``try`` counts as not run to its end where a handler is.
        """
        if first.order > second.order:
            first, second = second, first
        around = list(self.enclosing(second.block))
        side = self._side(first.block, frozenset(around))
        if any(self._never_ends(index) for index in side):
            return True
        groups = {self.facts.blocks[i].group: self.facts.blocks[i].arm for i in around}
        return any(
            self.facts.blocks[index].kind in (BlockKind.IF, BlockKind.MATCH, BlockKind.TRY)
            and groups.get(self.facts.blocks[index].group, self.facts.blocks[index].arm)
            != self.facts.blocks[index].arm
            for index in side
        )

    def _side(self, block: int, inside: frozenset[int]) -> list[int]:
        """The blocks around ``block`` that do not hold the use."""
        side = []
        for index in self.enclosing(block):
            if index in inside:
                break
            side.append(index)
        return side

    def _excludes(self, block: int, around: Sequence[int]) -> bool:
        """Whether the use stands in another arm of the branch that ``block`` is an arm of."""
        arm = self.facts.blocks[block]
        if arm.kind not in (BlockKind.IF, BlockKind.MATCH):
            return False
        return any(
            self.facts.blocks[index].group == arm.group and self.facts.blocks[index].arm != arm.arm
            for index in around
        )

    def share_loop(self, block: int, inside: frozenset[int]) -> bool:
        """Whether a loop around ``block`` is one of the blocks ``inside``."""
        return any(
            index in inside and self.facts.blocks[index].kind is BlockKind.LOOP
            for index in self.enclosing(block)
        )

    def _cover(self, block: int, inside: frozenset[int], covered: set[int]) -> bool:
        """Note that ``block`` binds the name; whether now every way to the use does."""
        while block not in inside:
            covered.add(block)
            arm = self.facts.blocks[block]
            if not arm.exhaustive:
                return False
            for others in self._arms[arm.group].values():
                if not any(i in covered or self._never_ends(i) for i in others):
                    return False
            block = arm.parent
        return True

    def _never_ends(self, block: int) -> bool:
        return self.facts.blocks[block].leaves is Leaves.FUNCTION

    def _tests(self, binding: Binding, around: Sequence[int], use: Spot | None) -> list[Test]:
        """What the branches between ``binding`` and the use tell."""
        seen = frozenset(self.enclosing(binding.spot.block))
        outside = [index for index in around if index not in seen]
        return [*self._branches(outside), *self._passed(around, binding.spot.order, use)]

    def tests(self, at: Spot) -> list[Test]:
        """What the branches of its function tell at ``at``."""
        body = self.facts.scopes[at.scope].body
        around = []
        for index in self.enclosing(at.block):
            around.append(index)
            if index == body:
                break
        return [*self._branches(around), *self._passed(around, 0, at)]

    def _branches(self, around: Sequence[int]) -> Iterator[Test]:
        for index in around:
            arm = self.facts.blocks[index]
            if arm.test is not None and arm.kind is BlockKind.IF:
                yield Test(arm.test, arm.holds)

    def _passed(self, around: Sequence[int], after: int, use: Spot | None) -> Iterator[Test]:
        """What is known past the arms that leave, from ``after`` up to the use."""
        for index in around:
            for exit_ in self._exits.get(index, ()):
                arm = self.facts.blocks[exit_]
                before = exit_ not in around and (use is None or arm.order < use.order)
                if arm.test is not None and arm.order > after and before:
                    yield Test(arm.test, not arm.holds)

    def conditions(self, test: Test) -> Iterator[tuple[Expr, Condition]]:
        """What ``test`` tells, and of which expressions."""
        match test.expr:
            case Compare("is" | "is not" | "==" | "!=" as op, left, Literal(value)):
                holds = test.holds == (op in ("is", "=="))
                kind = "none" if value is None else "equal"
                yield left, Condition(kind, holds, value)
            case Name() | Attr():
                yield test.expr, Condition("true", test.holds)
            case Logic("not", (inner,)):
                yield from self.conditions(Test(inner, not test.holds))
            case Logic("and", items) if test.holds:
                for item in items:
                    yield from self.conditions(Test(item, True))
            case Logic("or", items) if not test.holds:
                for item in items:
                    yield from self.conditions(Test(item, False))
            case CallAt(index) if test.holds:
                call = self.facts.calls[index]
                if call.func == Name("isinstance") and call.args:
                    yield call.args[0].value, Condition("none", False)

    def told(self, test: Test, subject: Expr) -> list[Condition]:
        """What ``test`` tells of ``subject``."""
        return [condition for about, condition in self.conditions(test) if about == subject]


def _grouped(bindings: Sequence[Binding]) -> dict[tuple[int, str], tuple[Binding, ...]]:
    groups: dict[tuple[int, str], list[Binding]] = defaultdict(list)
    for binding in bindings:
        groups[(binding.owner, binding.name)].append(binding)
    # Most hold one thing, and lists have room for four.
    return {key: tuple(found) for key, found in groups.items()}


def _order(binding: Binding) -> int:
    return binding.spot.order
