"""What is in a literal list, tuple or dict."""

from __future__ import annotations

from itertools import repeat

from seedlint.calls import Calls, Evaluator, is_plain
from seedlint.data import replace
from seedlint.facts import (
    Comp,
    Each,
    Expr,
    Item,
    Seq,
    Table,
)
from seedlint.modules import Modules
from seedlint.values import (
    ABSENT,
    IS_NONE,
    IS_NOT_NONE,
    MAX_NESTING,
    UNKNOWN,
    Alt,
    Api,
    At,
    Const,
    Display,
    Given,
    Group,
    Made,
    Param,
    Part,
    Turn,
    Unknown,
    Value,
    Values,
    along,
    const,
    join,
    limited,
    under,
)


class Containers:
    """Looks into the displays of one project."""

    def __init__(self, modules: Modules, calls: Calls, evaluator: Evaluator) -> None:
        self._modules = modules
        self._calls = calls
        self._ask = evaluator

    def items(self, bases: Values, keys: Values) -> Values:
        return join(along(alt, self._item(alt.value, keys)) for alt in bases)

    def _item(self, value: Value, keys: Values) -> Values:
        key = keys[0].value if len(keys) == 1 else Unknown()
        match value, key:
            case Group(parts), Const(int() as index) if -len(parts) <= index < len(parts):
                return parts[index]
            case Display(Seq(items), at), Const(int() as index) if is_plain(items):
                if -len(items) <= index < len(items):
                    return self._ask.values(items[index], at)
            case Display(Seq(items), at), Unknown() | Param() if is_plain(items):
                return join(self._ask.values(item, at) for item in items)
            case Display(Table(items), at), Const(wanted):
                return self._entry(items, wanted, at) or UNKNOWN
            case Display(Table(items), at), _ if all(k is not None for k, _ in items):
                return join(self._ask.values(item, at) for _, item in items)
            case Display(Comp(elt, spot), at), _:
                return self._one_of(elt, At(at.module, spot), key)
            case Made(Api("builtins.dict"), module, int() as call), Const(str() as name):
                found = self._calls.argument(self._calls.arguments(module, call, value), name, None)
                return UNKNOWN if found == ABSENT else found
            case Param(key=None) as param, Const(str() as name) if self._calls.is_kwargs(param):
                return self._calls.under_key(param, name)
            case Param(key=None, index=None) as param, Const(int() as index) if (
                index >= 0 and self._calls.is_rest(param)
            ):
                return (Alt(replace(param, index=index)),)
        return self._ask.computed("[]", value, key)

    def looked_up(self, of: Value, module: str, index: int) -> Values:
        """``of.get(key, default)``."""
        arguments = self._calls.arguments(module, index, Unknown())
        keys = self._calls.argument(arguments, None, 0)
        default = self._calls.argument(arguments, "default", 1)
        default = const(None) if default == ABSENT else default
        return self._looked_up(of, keys, default)

    def entries(self, bases: Values, keys: Values, default: Values) -> Values:
        """What ``get`` gives for ``keys``, or else ``default``."""
        return join(along(alt, self._looked_up(alt.value, keys, default)) for alt in bases)

    def _looked_up(self, of: Value, keys: Values, default: Values) -> Values:
        match of, keys:
            case Param(key=None), (Alt(Const(str() as key)),) if self._calls.is_kwargs(of):
                param = of.under(key)
                if param is None:
                    return UNKNOWN
                given = Given(param, IS_NONE)
                return join((limited((Alt(param),), IS_NOT_NONE), under(default, (given,))))
            case Display(Table(items), at), (Alt(Const(key)),):
                return self._entry(items, key, at) or default
            case Made(Api("builtins.dict"), inner, int() as call), (Alt(Const(str() as key)),):
                found = self._calls.argument(self._calls.arguments(inner, call, of), key, None)
                return default if found == ABSENT else found
        if len(keys) == len(default) == 1:
            return self._ask.computed("get", of, keys[0].value, default[0].value)
        return UNKNOWN

    def _entry(
        self, items: tuple[tuple[Expr | None, Expr], ...], key: object, at: At, depth: int = 0
    ) -> Values:
        """The value under ``key`` of a dict display; empty if there is certainly none."""
        for name, item in reversed(items):
            if name is None:
                match self._ask.values(item, at):
                    case (Alt(Display(Table(inner), where)),) if depth < MAX_NESTING:
                        found = self._entry(inner, key, where, depth + 1)
                    case _:
                        found = UNKNOWN
                if found:
                    return found
                continue
            match self._ask.values(name, at):
                case (Alt(Const(known)),):
                    if known == key and type(known) is type(key):
                        return self._ask.values(item, at)
                case _:
                    return UNKNOWN
        return ()

    def elements(self, of: Expr, at: At) -> Values:
        """What one turn of a loop over ``of`` sees."""
        return self._elements(self._ask.values(of, at), at)

    def turns(self, target: Expr, at: At) -> list[Values] | None:
        """What ``target``, which a loop sets at ``at``, is at each turn, if that is written out."""
        match target:
            case Each(of):
                return self._listed(self._ask.values(of, at))
            case Item(base, key):
                whole, keys = self.turns(base, at), self._ask.values(key, at)
                return None if whole is None else [self.items(one, keys) for one in whole]
        return None

    def _listed(self, found: Values) -> list[Values] | None:
        match found:
            case (Alt(Display(Seq(items), at)),) if is_plain(items):
                return [self._ask.values(item, at) for item in items]
            case (Alt(Made(Api("builtins.zip" | "builtins.enumerate" as by), module, int(call))),):
                args = self._modules.call(module, call).args
                at = self._modules.place(module, call)
                lists = [self._listed(self._ask.values(arg.value, at)) for arg in args]
                known = [one for one in lists if one is not None]
                if len(known) == len(lists) and not any(arg.star for arg in args):
                    count = [] if by == "builtins.zip" else [repeat(UNKNOWN)]
                    rows = zip(*count, *known, strict=False)
                    return [(Alt(Group(tuple(row))),) for row in rows]
        return None

    def _elements(self, found: Values, turn: At) -> Values:
        return join(along(alt, self._element(alt.value, turn)) for alt in found)

    def _element(self, value: Value, turn: At) -> Values:
        match value:
            case Display(Seq(items), at) if is_plain(items):
                return join(self._ask.values(item, at) for item in items)
            case Display(Table(items), at) if all(key is not None for key, _ in items):
                return join(self._ask.values(key, at) for key, _ in items if key is not None)
            case Display(Comp(elt, spot, key), at):
                return self._one_of(key or elt, At(at.module, spot), Unknown(turn))
            case Made(Api("builtins.range") as by, module, int() as call):
                counter = self._counter(module, call, by, turn)
                if counter is not None:
                    return (Alt(Unknown(counter)),)
            case Made(Api("builtins.enumerate") as by, module, int() as call):
                found = self._element_of_args(module, call, turn)[:1]
                return (Alt(Group(((Alt(Unknown(self._count(module, call, by, turn))),), *found))),)
            case Made(Api("builtins.zip"), module, int() as call):
                return (Alt(Group(tuple(self._element_of_args(module, call, turn)))),)
        return self._ask.computed("each", value, Unknown(turn))

    def _counter(self, module: str, call: int, range_: Api, turn: At) -> Turn | None:
        """What counts the turns of a loop over a range, if it starts at a number."""
        given = self._calls.arguments(module, call, range_)
        low, high, step = (self._calls.argument(given, None, place) for place in range(3))
        if high == ABSENT:
            return None if low == ABSENT else _turn(const(0), const(1), turn, low)
        return _turn(low, const(1) if step == ABSENT else step, turn, high)

    def _count(self, module: str, call: int, enumerate_: Api, turn: At) -> Turn | None:
        """What `enumerate` counts, if it starts at a number."""
        given = self._calls.arguments(module, call, enumerate_)
        start = self._calls.argument(given, "start", 1)
        first = const(0) if start == ABSENT else start
        match first, self._calls.argument(given, "iterable", 0):
            case (Alt(Const(int() as low)),), (Alt(Display(Seq(items))),) if is_plain(items):
                return _turn(first, const(1), turn, const(low + len(items)))
        return _turn(first, const(1), turn, ())

    def _one_of(self, elt: Expr, at: At, which: Value) -> Values:
        """The element ``which`` of a comprehension; another one may be another value."""
        found = self._ask.values(elt, at)
        return join(
            along(alt, self._ask.computed("one", alt.value, which))
            if isinstance(alt.value, Unknown | Part | Made)
            else (alt,)
            for alt in found
        )

    def _element_of_args(self, module: str, index: int, turn: At) -> list[Values]:
        call = self._modules.call(module, index)
        at = At(module, call.spot)
        return [
            UNKNOWN if a.star else self._elements(self._ask.values(a.value, at), turn)
            for a in call.args
        ]


def _turn(first: Values, step: Values, at: At, end: Values) -> Turn | None:
    """The counter that goes from ``first`` up to ``end``, if the latter is known."""
    match first, step, end:
        case (Alt(Const(int() as start)),), (Alt(Const(int() as by)),), (Alt(Const(int() as to)),):
            return Turn(start, by, at, max(1, len(range(start, to, by))) if by else 1)
        case (Alt(Const(int() as start)),), (Alt(Const(int() as by)),), _:
            return Turn(start, by, at)
    return None
