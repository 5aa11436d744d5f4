"""Arguments to parameters: what a call passes, and what that makes of values inside."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from seedlint.data import dataclass, field, replace
from seedlint.facts import (
    Argument,
    Expr,
    ParamKind,
    ScopeKind,
    Seq,
    Star,
    Table,
)
from seedlint.facts import (
    Param as Parameter,
)
from seedlint.flow import Reach
from seedlint.modules import Modules
from seedlint.values import (
    ABSENT,
    IS_NONE,
    IS_NOT_NONE,
    MAX_NESTING,
    UNKNOWN,
    Absent,
    Alt,
    Api,
    At,
    Called,
    Computed,
    Const,
    Display,
    Given,
    Local,
    Made,
    Method,
    Param,
    Part,
    Partial,
    Step,
    Unknown,
    Value,
    Values,
    along,
    join,
    limited,
    narrowed,
    params,
    under,
)

# Decorators, by the last word of their name, that fill in no argument that the caller leaves out.
TRANSPARENT = re.compile(
    r"abstractmethod|cache|cached_property|classmethod|contextmanager|deprecated.*|do_not_convert"
    r"|.*export|final|function|jit|lru_cache|no_automatic_dependency_tracking|overload|override"
    r"|property|register_keras_serializable|setter|.*docstrings?.*|staticmethod|typechecked"
    r"|unpack_inputs|with_name_scope|wraps"
)

_Key = TypeVar("_Key")
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call: where each expression stands, and what is unresolved.

    ``open`` says that an unresolved sequence follows the positional ones; ``rest`` is the enclosing
    function's own ``*args``, if that does. A spread is its own ``**kwargs``, or ``None`` for an
    unresolved mapping. A function that another one has made sees what that was given: ``around``.
    """

    positional: tuple[tuple[Expr, At], ...]
    open: bool
    keywords: dict[str, tuple[Expr, At]]
    spreads: tuple[Param | None, ...]
    receiver: Value | None = None
    rest: Param | None = None
    around: Mapping[Local, Arguments] = field(default_factory=dict)


class Evaluator(Protocol):
    """What finds the value of an expression."""

    def values(self, expr: Expr, at: At) -> Values:
        """All that ``expr`` can be at ``at``."""

    def bound(self, subject: Expr, reaches: Sequence[Reach], module: str) -> Values:
        """What the bindings ``reaches`` give ``subject``."""

    def returned(self, function: Local, arguments: Arguments | None) -> Values:
        """What a call of ``function`` gives; without ``arguments``, its parameters stay."""

    def attribute(self, value: Value, name: str) -> Values:
        """The attribute ``name`` of ``value``."""

    def called(self, by: Value, module: str, call: int, of: Value | None = None) -> Values:
        """What a call of ``by``, with ``of``, gives, if no more is known of it."""

    def computed(self, op: str, *of: Value) -> Values:
        """``op`` of ``of``, if no more is known of it."""

    def applied(self, op: str, operands: Sequence[Values]) -> Values:
        """``op`` of all that ``operands`` can be."""

    def parameters(self, function: Local) -> Sequence[Parameter]:
        """The parameters of a function, or the fields of a dataclass."""

    def lasting(
        self, known: dict[_Key, _Answer], key: _Key, answer: Callable[[], _Answer]
    ) -> _Answer:
        """What is ``known`` of ``key``, or ``answer``, kept there unless a cycle cut it short."""


class Calls:
    """Binds the arguments of calls to the parameters of what they call."""

    def __init__(self, modules: Modules, evaluator: Evaluator) -> None:
        self._modules = modules
        self._ask = evaluator
        self._own: dict[tuple[str, int], Arguments] = {}

    def arguments(self, module: str, index: int, callee: Value) -> Arguments:
        """The arguments with which a call reaches ``callee``; those of a `Partial` come first."""
        call = self._modules.call(module, index)
        own = self._ask.lasting(
            self._own, (module, index), lambda: self._spread(call.args, At(module, call.spot))
        )
        while isinstance(callee, Partial):
            outer = self._modules.call(callee.module, callee.call)
            bound = self._spread(outer.args[1:], At(callee.module, outer.spot))
            own = Arguments(
                bound.positional + own.positional,
                bound.open or own.open or bound.rest is not None,
                {**bound.keywords, **own.keywords},
                bound.spreads + own.spreads,
                rest=own.rest,
            )
            callee = callee.of
        match callee:
            case Method(_, receiver):
                return replace(own, receiver=receiver)
            case Local() if self._modules.is_class(callee):
                return replace(own, receiver=Made(callee, module, index))
            case Local() if self._maker(callee) is not None:
                return replace(own, around=dict(self._around(callee, module, index)))
        return own

    def _maker(self, function: Local) -> Local | None:
        """The function in which ``function`` is defined."""
        around = Local(function.module, self._modules.scope(function).parent)
        return around if self._modules.scope(around).kind is ScopeKind.FUNCTION else None

    def _around(self, callee: Local, module: str, index: int) -> Iterator[tuple[Local, Arguments]]:
        """What the function that made ``callee`` for the call was given, if that is one call."""
        func, at = self._modules.call(module, index).func, self._modules.place(module, index)
        ways = [alt.trail for alt in self._ask.values(func, at) if alt.value == callee]
        given = [hop for way in ways for hop in way if hop.step is Step.GIVEN]
        if len(ways) == 1 and given:
            hop = given[-1]
            calls = self._modules.flow(hop.module).facts.calls
            made = next(i for i, call in enumerate(calls) if call.spot == hop.spot)
            for alt in self._ask.values(calls[made].func, At(hop.module, hop.spot)):
                by = alt.value
                maker = by.function if isinstance(by, Method) else by
                if isinstance(maker, Local) and maker == self._maker(callee):
                    outer = self.arguments(hop.module, made, by)
                    yield from (*outer.around.items(), (maker, outer))

    def _spread(self, args: Sequence[Argument], at: At) -> Arguments:
        positional: list[tuple[Expr, At]] = []
        keywords: dict[str, tuple[Expr, At]] = {}
        spreads: list[Param | None] = []
        is_open = False
        rest: Param | None = None
        for arg in args:
            if arg.name is not None:
                keywords[arg.name] = (arg.value, at)
            elif arg.star == "**":
                self._spread_mapping(arg.value, at, keywords, spreads)
            elif is_open or rest is not None:
                is_open = True
            elif arg.star == "":
                positional.append((arg.value, at))
            else:
                items = self._literal_items(arg.value, at)
                rest = self._own_rest(arg.value, at)
                is_open = items is None and rest is None
                positional.extend(items or ())
        keeps = None if is_open else rest
        return Arguments(tuple(positional), is_open, keywords, tuple(spreads), rest=keeps)

    def _own_rest(self, expr: Expr, at: At) -> Param | None:
        """``expr``, if it is all of the ``*args`` of the function around it."""
        match self._ask.values(expr, at):
            case (Alt(Param(key=None, index=None) as param),) if self.is_rest(param):
                return param
        return None

    def _literal_items(self, expr: Expr, at: At) -> list[tuple[Expr, At]] | None:
        match self._ask.values(expr, at):
            case (Alt(Display(Seq(items), where)),) if is_plain(items):
                return [(item, where) for item in items]
        return None

    def _spread_mapping(
        self,
        expr: Expr,
        at: At,
        keywords: dict[str, tuple[Expr, At]],
        spreads: list[Param | None],
        depth: int = 0,
    ) -> None:
        match self._ask.values(expr, at):
            case _ if depth > MAX_NESTING:
                spreads.append(None)
            case (Alt(Display(Table(items), where)),):
                self._spread_items(items, where, keywords, spreads, depth)
            case (Alt(Made(Api("builtins.dict"), module, int() as call)),):
                inner = self.arguments(module, call, Unknown())
                for name, place in inner.keywords.items():
                    keywords.setdefault(name, place)
                for first, where in inner.positional[:1]:
                    self._spread_mapping(first, where, keywords, spreads, depth + 1)
                if inner.open:
                    spreads.append(None)
                spreads.extend(inner.spreads)
            case (Alt(Param() as param),) if self.is_kwargs(param):
                spreads.append(param)
            case _:
                spreads.append(None)

    def _spread_items(
        self,
        items: tuple[tuple[Expr | None, Expr], ...],
        at: At,
        keywords: dict[str, tuple[Expr, At]],
        spreads: list[Param | None],
        depth: int,
    ) -> None:
        left = len(items)
        # From the end: of equal keys the last one counts.
        for key, value in reversed(items):
            left -= 1
            known = len(spreads)
            names = () if key is None else self._ask.values(key, at)
            match names:
                case (Alt(Const(str() as name)),):
                    keywords.setdefault(name, (value, at))
                case _ if key is None:
                    self._spread_mapping(value, at, keywords, spreads, depth + 1)
                case _:
                    spreads.append(None)
            if len(spreads) > known and left:
                # It may replace any of those before it.
                spreads.insert(0, None)
                return

    def is_rest(self, param: Param) -> bool:
        """Whether ``param`` is, or is one of, the ``*args`` of its function."""
        return self._kind(param) is ParamKind.VAR_POSITIONAL

    def is_kwargs(self, param: Param) -> bool:
        return self._kind(param) is ParamKind.VAR_KEYWORD

    def _kind(self, param: Param) -> ParamKind | None:
        kinds = {p.name: p.kind for p in self._modules.scope(param.function).params}
        return kinds.get(param.name)

    def under_key(self, kwargs: Param, key: str) -> Values:
        """What ``kwargs``, all of ``**kwargs``, holds under ``key``."""
        param = kwargs.under(key)
        return UNKNOWN if param is None else (Alt(param),)

    def argument(self, arguments: Arguments, name: str | None, position: int | None) -> Values:
        """What a call passes as ``name``, or in the ``position``-th place; `Absent` if nothing."""
        if name is not None and name in arguments.keywords:
            expr, at = arguments.keywords[name]
            return self._ask.values(expr, at)
        if position is not None:
            if position < len(arguments.positional):
                expr, at = arguments.positional[position]
                return self._ask.values(expr, at)
            if arguments.open:
                return UNKNOWN
            if arguments.rest is not None:
                item = replace(arguments.rest, index=position - len(arguments.positional))
                # What is not in its place may still be given by its name.
                named = under(self._named(arguments, name), (Given(item, IS_NONE),))
                return (*limited((Alt(item),), IS_NOT_NONE), *named)
        return self._named(arguments, name)

    def _named(self, arguments: Arguments, name: str | None) -> Values:
        """What the mappings of a call pass as ``name``; `Absent` if nothing."""
        for spread in arguments.spreads:
            if spread is None:
                return UNKNOWN
            # What the function takes by name is not among the rest of its arguments.
            named = {param.name for param in self._modules.scope(spread.function).params}
            if name not in named:
                return (Alt(spread),) if name is None else self.under_key(spread, name)
        return ABSENT

    def passed(self, function: Local, arguments: Arguments, param: Param) -> Values:
        """What a call of ``function`` with ``arguments`` gives ``param``, defaults included."""
        is_class = self._modules.is_class(function)
        position = -1 if arguments.receiver is not None and not is_class else 0
        for known in self._ask.parameters(function):
            if known.name == param.name:
                break
            position += known.kind in (ParamKind.POSITIONAL, ParamKind.POSITIONAL_ONLY)
        else:
            return UNKNOWN
        if param.key is not None:
            return self.argument(arguments, param.key, None)
        if param.index is not None:
            # No mapping holds what is left of the positional ones.
            arguments = replace(arguments, spreads=())
            return self.argument(arguments, None, position + param.index)
        if known.kind in (ParamKind.VAR_KEYWORD, ParamKind.VAR_POSITIONAL):
            return UNKNOWN
        by_name = None if known.kind is ParamKind.POSITIONAL_ONLY else known.name
        by_position = None if known.kind is ParamKind.KEYWORD_ONLY else position
        found = self.argument(arguments, by_name, by_position)
        default = self._default(function, known.default)
        return join(self._or_default(alt, default) for alt in found)

    def _or_default(self, alt: Alt, default: Values) -> Values:
        if isinstance(alt.value, Absent):
            return default
        if isinstance(alt.value, Param) and alt.value.is_part:
            # Left out of *args or **kwargs further up, the default applies.
            left_out = Given(alt.value, IS_NONE)
            given = limited((alt,), IS_NOT_NONE)
            return given + under(default, (left_out,))
        return (alt,)

    def _default(self, function: Local, default: Expr | None) -> Values:
        if not self._modules.is_class(function) and not all(
            TRANSPARENT.fullmatch(word) for word in self._modules.decorators(function)
        ):
            return UNKNOWN
        if default is None:
            # A required argument that is left out: an error, or somebody else fills it in.
            return UNKNOWN
        return self._ask.values(default, At(function.module, self._modules.scope(function).spot))

    def default(self, param: Param) -> Values:
        """The default of ``param``; `Absent` for what is left out of ``*args`` or ``**kwargs``."""
        for known in self._ask.parameters(param.function):
            if known.name == param.name and not param.is_part:
                return self._default(param.function, known.default)
        return ABSENT

    def substituted(self, found: Values, calls: Mapping[Local, Arguments]) -> Values:
        """``found`` with what ``calls`` pass in place of the parameters of their functions."""
        return join(self._substitute(alt, calls) for alt in found)

    def _substitute(self, alt: Alt, calls: Mapping[Local, Arguments]) -> Values:
        kept = self.settled(alt.given, calls)
        if kept is None:
            return ()
        return tuple(
            Alt(item.value, alt.trail + item.trail, tuple(dict.fromkeys(kept + item.given)))
            for item in self._instead(alt, calls)
        )

    def _instead(self, alt: Alt, calls: Mapping[Local, Arguments]) -> Values:
        """What ``alt`` is where ``calls`` are made, conditions aside."""
        if all(param.function not in calls for param in params(alt.value)):
            return (Alt(alt.value),)
        match alt.value:
            case Param(function) as param:
                found = self.passed(function, calls[function], param)
                return narrowed(found, [g.condition for g in alt.given if g.param == param])
            case Unknown(Computed(op, of)) | Part(_, Computed(op, of)):
                operands = [self.substituted((Alt(value),), calls) for value in of]
                return self._ask.applied(op, operands)
            case Unknown(Called(by, module, call)) | Part(_, Called(by, module, call)):
                callees = self.substituted((Alt(by),), calls)
                return join(along(alt, self._result(alt.value, module, call)) for alt in callees)
        return (Alt(alt.value),)

    def _result(self, by: Value, module: str, call: int) -> Values:
        if isinstance(by, Api):
            return (Alt(Made(by, module, call)),)
        return self._ask.called(by, module, call)

    def settled(
        self, givens: Iterable[Given], calls: Mapping[Local, Arguments]
    ) -> tuple[Given, ...] | None:
        """What of ``givens`` stays open once ``calls`` are made; ``None`` if one of them fails."""
        kept: list[Given] = []
        for given in givens:
            arguments = calls.get(given.param.function)
            if arguments is None:
                kept.append(given)
                continue
            passed = self.passed(given.param.function, arguments, given.param)
            answers = limited(passed, given.condition)
            if not answers:
                return None
            if len(answers) == 1:
                kept.extend(answers[0].given)
        return tuple(dict.fromkeys(kept))


def is_plain(items: tuple[Expr, ...]) -> bool:
    """Whether each of ``items``, of a display, is one element: none is starred."""
    return not any(isinstance(item, Star) for item in items)
