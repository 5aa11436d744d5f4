"""The value of any expression, across modules.

An import is a binding whose value is `Api("keras.layers")` or a project module; so aliases,
re-exports, constants, factories and classes held in attributes are all one question.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NoReturn, TypeVar

from seedlint.answers import Answers
from seedlint.calls import Arguments, Calls
from seedlint.catalogue import Catalogue
from seedlint.classes import Classes
from seedlint.containers import Containers
from seedlint.data import replace
from seedlint.facts import (
    Attr,
    Binding,
    CallAt,
    Comp,
    Compare,
    Def,
    Each,
    Either,
    Expr,
    Import,
    Item,
    Literal,
    Logic,
    Name,
    Op,
    Opaque,
    ParamOf,
    ScopeKind,
    Seq,
    Spot,
    Star,
    Table,
    Text,
)
from seedlint.facts import Param as Parameter
from seedlint.flow import MAX_REACHES, Condition, Reach, Test
from seedlint.modules import Files, Modules
from seedlint.numbers import ARITHMETIC, folded, shifted
from seedlint.reach import explored
from seedlint.results import Results
from seedlint.values import (
    MAX_NESTING,
    MAX_VALUES,
    UNKNOWN,
    VIEWS,
    Alt,
    Api,
    At,
    Called,
    Computed,
    Const,
    Display,
    Given,
    Hop,
    Local,
    Lookup,
    Made,
    Param,
    Part,
    ProjectModule,
    Super,
    Term,
    Unknown,
    Value,
    Values,
    along,
    const,
    is_named,
    is_nothing,
    is_text,
    join,
    limited,
    narrowed,
    nesting,
    origin,
    picked,
    under,
)

# A reader follows no longer way.
MAX_TRAIL = 20
OPERANDS = (Const, Api, Local, Made, Part, Unknown, Param)
BUILTINS = frozenset(dir(builtins))
# What every module has, and is a text.
MODULE_TEXTS = ("__file__", "__name__")

_Key = TypeVar("_Key")
_Answer = TypeVar("_Answer")


class Names:
    """Answers for one project; remembers what it has worked out."""

    def __init__(
        self,
        files: Files,
        catalogue: Catalogue,
        paths: Sequence[str],
        changed: frozenset[str] = frozenset(),
    ) -> None:
        self.modules = Modules(files, paths, changed)
        self.calls = Calls(self.modules, self)
        self.classes = Classes(self.modules, self.calls, catalogue, self)
        self.containers = Containers(self.modules, self.calls, self)
        self.results = Results(self.modules, self.calls, self.containers, self, catalogue)
        self._catalogue = catalogue
        self._questions: dict[tuple[Expr, str, int], int] = {}
        self._answers = Answers()
        self._guards: dict[tuple[str, int], tuple[Given, ...]] = {}
        self._ends: dict[tuple[str, str], Values] = {}
        self._bound: dict[tuple[int, str], Values] = {}
        self._replacing: dict[str, frozenset[str]] = {}
        self._replaced: dict[str, frozenset[str]] = {}
        self._replacing = self._find_replacing(paths)
        self.classes.find_heirs(paths)

    def widened(self, paths: Sequence[str]) -> Names:
        """Answers for ``paths``, more than before: these, if the further files change none of them.

        Not to be asked any more for what was the project before.
        """
        before = frozenset(self.modules.paths)
        added = [path for path in paths if path not in before]
        if (
            self.modules.widen(paths)
            and not self._find_replacing(added)
            and self.classes.find_heirs(added)
        ):
            return self
        return Names(self.modules.files, self._catalogue, paths, self.modules.changed)

    def parameters(self, function: Local) -> Sequence[Parameter]:
        """The parameters of a function, or the fields of a dataclass."""
        if self.modules.is_class(function):
            return self.classes.fields(function)
        return self.modules.scope(function).params

    def called(self, by: Value, module: str, call: int, of: Value | None = None) -> Values:
        """What a call of ``by``, with ``of``, gives, if no more is known of it."""
        kept = isinstance(by, OPERANDS) and nesting(by) < MAX_NESTING
        at = self.place(module, call)
        return self._unknown(
            (by,) if of is None else (of,), Called(by, module, call) if kept else at
        )

    def computed(self, op: str, *of: Value) -> Values:
        """``op`` of ``of``, if no more is known of it."""
        kept = all(isinstance(value, OPERANDS) and nesting(value) < MAX_NESTING for value in of)
        return self._unknown(of, Computed(op, of) if kept else None)

    def _unknown(self, of: Iterable[Value], term: Term | None) -> Values:
        """A value that is computed from ``of``: unknown, or part of a draw if one of them is."""
        for value in of:
            match origin(value):
                case Made(Api(path)) as made if path in self._catalogue.sources:
                    return (Alt(Part(made, term)),)
        return (Alt(Unknown(term)),)

    def applied(self, op: str, operands: Sequence[Values]) -> Values:
        """``op`` of all that ``operands`` can be."""
        match op, operands:
            case "[]", [bases, keys]:
                return self.containers.items(bases, keys)
            case "get", [bases, keys, default]:
                return self.containers.entries(bases, keys, default)
            case "int", [numbers]:
                return self.results.as_int(numbers)
            case _, [bases] if op.startswith("."):
                return join(along(alt, self.attribute(alt.value, op[1:])) for alt in bases)
            case _, [left, right] if op in ARITHMETIC:
                return self._arithmetic(op, left, right)
        return UNKNOWN

    def _arithmetic(self, op: str, left: Values, right: Values) -> Values:
        if len(left) * len(right) > MAX_VALUES:
            return join(self.computed(op, one.value) for one in (*left, *right))
        return join(
            along(one, along(other, self._result(op, one.value, other.value)))
            for one in left
            for other in right
        )

    def _result(self, op: str, left: Value, right: Value) -> Values:
        known = folded(op, left, right)
        if known is not None:
            return (Alt(known),)
        base, offset = shifted(op, left, right)
        if offset is None:
            return self.computed(op, left, right)
        return self.computed("+", base, offset) if offset.value else (Alt(base),)

    def guards(self, at: At) -> tuple[Given, ...]:
        """What has to hold of parameters for ``at`` to be reached."""
        return self.lasting(
            self._guards,
            (at.module, at.spot.order),
            lambda: self._givens(self.modules.flow(at.module).tests(at.spot), at),
        )

    def _givens(self, tests: Iterable[Test], at: At) -> tuple[Given, ...]:
        """What ``tests``, evaluated at ``at``, tell of parameters."""
        flow = self.modules.flow(at.module)
        found: dict[Given, None] = {}
        for test in tests:
            for subject, condition in flow.conditions(test):
                match self.values(subject, at):
                    case (Alt(Param() as param),):
                        found[Given(param, condition)] = None
        return tuple(found)

    def values(self, expr: Expr, at: At) -> Values:
        """All that ``expr`` can be at ``at``."""
        if isinstance(expr, Literal):
            return const(expr.value)
        # The order tells the spot. An expression takes long to hash: after this, a number stands
        # for the question.
        question = (expr, at.module, at.spot.order)
        key = self._questions.setdefault(question, len(self._questions))
        found = self._answers.find(key)
        if found is not None:
            return found
        return self._answers.work_out(key, lambda: self._evaluate(expr, at))

    def _evaluate(self, expr: Expr, at: At) -> Values:
        match expr:
            case Name(name):
                return self._name(name, at)
            case Attr(base, name):
                reached = self._narrowed_attribute(expr, at) or self._attributes(base, name, at)
                return self._unless_replaced(reached, at.module)
            case CallAt(index):
                return self.results.of(self.callees(at.module, index), at.module, index)
            case Literal(value):
                return const(value)
            case Text():
                return (Alt(Unknown(Computed("text", (Unknown(at),)))),)
            case Item(base, key):
                return picked(
                    self.containers.items(self.values(base, at), self.values(key, at)), at
                )
            case Each(of):
                return self.containers.elements(of, at)
            case Seq() | Table() | Comp():
                return (Alt(Display(expr, at)),)
            case Either(test, then, orelse):
                return picked(self._either(test, then, orelse, at), at)
            case Logic("not"):
                return _truth(at)
            case Logic(op, items):
                return picked(self._logic(op, items, at), at)
            case Op(op, left, right):
                found = self.values(left, at), self.values(right, at)
                if op == "|" and all(map(_is_dict, found)):
                    return (Alt(Display(Table(((None, left), (None, right))), at)),)
                return self._arithmetic(op, *found)
            case Compare(op, left, right):
                return _comparison(op, self.values(left, at), self.values(right, at)) or _truth(at)
            case Def(scope):
                return (Alt(Local(at.module, scope)),)
            case Import():
                return self._unless_replaced(self._import(expr, at), at.module)
            case ParamOf(name):
                return self._param(name, at)
            case Star() | Opaque():
                return UNKNOWN
        return _assert_never(expr)

    def _name(self, name: str, at: At) -> Values:
        flow = self.modules.flow(at.module)
        index = at.spot.scope
        use: Spot | None = at.spot
        direct = True
        while index > 0:
            scope = flow.facts.scopes[index]
            bindings = flow.bindings.get((index, name))
            hidden = bindings and name in dict(scope.outer_names)
            if bindings and (direct or scope.kind is not ScopeKind.CLASS) and not hidden:
                if flow.is_only(bindings, use, scope.body):
                    return self._only(bindings[0], at.module)
                reaches = flow.reaching(bindings, use, scope.body)
                if reaches:
                    return self.bound(Name(name), reaches, at.module)
            if scope.kind in (ScopeKind.FUNCTION, ScopeKind.LAMBDA):
                use = None
            direct = direct and scope.kind is ScopeKind.COMPREHENSION
            index = scope.parent
        found = self._at_end(name, at.module) if use is None else self._global(name, at.module, use)
        return found or _builtin(name)

    def _only(self, binding: Binding, module: str) -> Values:
        """What the only binding of a name gives it, wherever it is used."""
        return self.lasting(
            self._bound,
            (binding.spot.order, module),
            lambda: self.bound(Name(binding.name), (Reach(binding, ()),), module),
        )

    def _at_end(self, name: str, module: str) -> Values:
        """What ``name`` is at the end of ``module``: what its functions and other modules see."""
        return self.lasting(self._ends, (name, module), lambda: self._global(name, module, None))

    def lasting(
        self, known: dict[_Key, _Answer], key: _Key, answer: Callable[[], _Answer]
    ) -> _Answer:
        """What is ``known`` of ``key``, or ``answer``, kept there unless a cycle cut it short."""
        return self._answers.lasting(known, key, answer)

    def _global(self, name: str, module: str, use: Spot | None) -> Values:
        """What ``name`` is at the top of ``module``; later star imports hide what stands above."""
        flow = self.modules.flow(module)
        bindings = flow.bindings.get((0, name), ())
        reaches = flow.reaching(bindings, use, 0)
        orders = [r.binding.spot.order for r in reaches if r.binding.spot.block == 0]
        after = max(orders, default=0)
        found = self._star(name, module, after, use)
        if found and reaches and all(isinstance(alt.value, Unknown) for alt in found):
            return join([self.bound(Name(name), reaches, module), found])
        return found or (self.bound(Name(name), reaches, module) if reaches else ())

    def bound(self, subject: Expr, reaches: Sequence[Reach], module: str) -> Values:
        """What the bindings ``reaches`` give ``subject``."""
        if len(reaches) > MAX_REACHES:
            return UNKNOWN
        flow = self.modules.flow(module)
        parts = []
        for reach in reaches:
            if not reach.binding.mutates:
                found = self._binding(reach.binding, module)
                told = [c for test in reach.tests for c in flow.told(test, subject)]
                arms = reach.arms
                givens = self._givens(arms, At(module, reach.binding.spot)) if arms else ()
                parts.append(under(narrowed(found, told), givens))
        # `tf.add(...)` looks like a change to a set, but modules and classes do not change.
        changed = [reach.binding for reach in reaches if reach.binding.mutates]
        found = join(parts)
        if not changed or (
            found and all(isinstance(alt.value, Api | Local | ProjectModule) for alt in found)
        ):
            return found
        return self._changed_in_part(found, changed) or join(
            [found, (Alt(Unknown(At(module, changed[0].spot))),)]
        )

    def _changed_in_part(self, found: Values, changed: Sequence[Binding]) -> Values:
        """The ``**kwargs`` of a function that are ``changed`` under known keys; empty if not so."""
        keys = frozenset(binding.key for binding in changed if binding.key is not None)
        match found:
            case (Alt(Param(key=None) as kwargs) as alt,) if all(
                binding.key is not None for binding in changed
            ) and self.calls.is_kwargs(kwargs):
                return (replace(alt, value=replace(kwargs, changed=kwargs.changed | keys)),)
        return ()

    def _binding(self, binding: Binding, module: str) -> Values:
        stored = At(module, binding.spot)
        found = self.values(binding.value, stored)
        if binding.span is None or isinstance(binding.value, (Import, Def, ParamOf)):
            return found
        hop = Hop(binding.name, module, binding.span, binding.spot)
        return tuple(
            Alt(_stored(alt.value, stored), (hop, *alt.trail[:MAX_TRAIL]), alt.given)
            for alt in found
        )

    def _star(self, name: str, module: str, after: int, use: Spot | None) -> Values:
        """What the star imports between ``after`` and ``use`` give ``name``; empty if nothing.

        A star import from a package that cannot be read may replace a ``None``, the usual
        placeholder; that it hides a class or a module is not assumed.
        """
        stars = self.modules.flow(module).facts.stars
        if not stars:
            return ()
        doubt: Values = ()
        for star, spot in reversed(stars):
            if spot.order < after or (use is not None and spot.order > use.order):
                continue
            target = self._target(star.level, star.module, module)
            found: Values = ()
            if target is not None:
                found = () if name.startswith("_") else self._member(target, name)
            elif star.module.partition(".")[0] in self._catalogue.lookalikes:
                found = UNKNOWN if name[:1].isupper() else ()
            elif self._catalogue.knows(f"{star.module}.{name}"):
                found = self._unless_replaced((Alt(Api(f"{star.module}.{name}")),), module)
            elif not self._catalogue.is_root(star.module.partition(".")[0]):
                doubt = UNKNOWN
            if found:
                return join([found, doubt]) if all(is_nothing(a.value) for a in found) else found
        placeholder = self.modules.flow(module).bindings.get((0, name), ())
        is_none = [binding.value == Literal(None) for binding in placeholder]
        return doubt if is_none and all(is_none) else ()

    # what replaces an API by hand: `keras.layers.Dropout = SeededDropout`

    def _find_replacing(self, paths: Iterable[str]) -> dict[str, frozenset[str]]:
        """The APIs to which ``paths`` assign something else, by the files that do."""
        words = self._catalogue.path_words
        found: dict[str, frozenset[str]] = {}
        for path in paths:
            chains = [chain.split(".") for chain in self.modules.flow(path).facts.foreign]
            told = [chain for chain in chains if len(chain) > 1 and chain[-1] in words]
            keys = frozenset(key for chain in told for key in self._apis(path, *chain))
            if keys:
                found[path] = keys
        return found

    def _apis(self, module: str, head: str, *rest: str) -> Iterator[str]:
        """The APIs that ``head``, whatever it is bound to in ``module``, and ``rest`` reach."""
        for binding in self.modules.flow(module).facts.bindings:
            if binding.name == head and not isinstance(binding.value, ParamOf):
                for alt in self.values(binding.value, At(module, binding.spot)):
                    if isinstance(alt.value, Api):
                        path = ".".join((alt.value.path, *rest))
                        if self._catalogue.knows(path):
                            yield self._api_key(path)

    def _api_key(self, path: str) -> str:
        row = self._catalogue.find(path)
        return path if row is None else row.key

    def is_replaced(self, path: str, module: str) -> bool:
        """Whether ``module``, or what it imports, assigns something else to the API ``path``."""
        if not self._replacing:
            return False
        if module not in self._replaced:
            imports = explored([module], self.modules.files.overview.imported)
            keys = (self._replacing.get(other, frozenset()) for other in imports)
            self._replaced[module] = frozenset().union(*keys)
        return self._api_key(path) in self._replaced[module]

    def _unless_replaced(self, found: Values, module: str) -> Values:
        """``found``; an API that is replaced in ``module`` may be anything."""
        if not self._replacing:
            return found
        return tuple(
            replace(alt, value=Unknown())
            if isinstance(alt.value, Api) and self.is_replaced(alt.value.path, module)
            else alt
            for alt in found
        )

    def _import(self, item: Import, at: At) -> Values:
        if item.name is None:
            target = self._target(0, item.module, at.module)
            known = self._catalogue.knows(item.module)
            return (Alt(Api(item.module) if target is None or known else ProjectModule(target)),)
        full = item.path
        target = self._target(item.level, item.module, at.module)
        row = self._catalogue.find(full) if item.level == 0 else None
        # Of a layer that takes no seed the project itself tells more, if it is there.
        if row is not None and (row.seedable or target is None):
            return (Alt(Api(full)),)
        found: Values = ()
        if target is not None and not self._is_itself(target, item.name, at.module):
            found = self._member(target, item.name)
        if not found:
            inner = self._target(item.level, full, at.module)
            if inner is not None:
                return (Alt(ProjectModule(inner)),)
        if found and not all(isinstance(alt.value, Unknown) for alt in found):
            return found
        root = item.module.partition(".")[0]
        outside = item.level == 0 and target is None
        if outside and self._catalogue.is_root(root):
            return (Alt(Api(full)),)
        if item.name in self._catalogue.conventions:
            return (Alt(Api(self._catalogue.conventions[item.name])),)
        return (Alt(Api(full)),) if outside else UNKNOWN

    def _target(self, level: int, dotted: str, module: str) -> str | None:
        """The file or the folder of the project that ``module`` imports as ``dotted``."""
        target = self.modules.files.locate(module, level, dotted)
        root = dotted.partition(".")[0]
        if level > 0 or not _is_folder(target) or not self._catalogue.is_root(root):
            return target
        # A package that is installed comes before a folder without `__init__.py`.
        return None if _is_folder(self.modules.files.locate(module, 0, root)) else target

    def _is_itself(self, target: str, name: str, module: str) -> bool:
        """Whether ``name`` in ``target`` is what an import there of ``name`` from itself gives."""
        return target == module and len(self.modules.flow(target).bindings.get((0, name), ())) == 1

    def _member(self, path: str, name: str) -> Values:
        """What ``name`` is in the project module at ``path``; empty if it has no such name."""
        if self.modules.find(path) is None:
            return ()
        found = self._answers.unless_open((path, name), lambda: self._at_end(name, path))
        return self.modules.unless_changed(found, name)

    def _narrowed_attribute(self, expr: Attr, at: At) -> Values:
        """``self.x`` in a method, with what the branches around it tell; empty if not that."""
        if not isinstance(expr.base, Name) or expr.name == "__class__":
            return ()
        for alt in self.values(expr.base, at):
            match alt.value:
                case Made(Local() as cls, _, None):
                    return self.classes.self_attribute(cls, expr, at)
        return ()

    def _attributes(self, base: Expr, name: str, at: At) -> Values:
        bases = self.values(base, at)
        # A module of None, where an import has failed, has no attributes: it is not what runs.
        found = [a for a in bases if not is_nothing(a.value)] or bases
        return join(along(alt, self.attribute(alt.value, name)) for alt in found)

    def attribute(self, value: Value, name: str) -> Values:
        """The attribute ``name`` of ``value``."""
        match value:
            case Api(path):
                return (Alt(Api(f"{path}.{name}")),)
            case _ if is_text(value):
                return (Alt(Api(f"builtins.str.{name}")),)
            case ProjectModule(path):
                return self._member(path, name) or self._submodule(path, name)
            case Local() if self.modules.is_class(value):
                return self.classes.class_attribute(value, name, None) or UNKNOWN
            case Super(of):
                receiver = Made(of, of.module, None)
                return self.classes.class_attribute(of, name, receiver, above=True) or UNKNOWN
            case Made(Local() as by) if name == "__class__":
                return (Alt(by),)
            case Made(Local() as by, module, int() as call):
                # An instance that a loop makes of the one before leads to itself.
                return (
                    self._answers.unless_open(
                        (value, name),
                        lambda: self.classes.instance_attribute(by, name, module, call),
                    )
                    or UNKNOWN
                )
            case Made(Local() as by):
                return self.classes.self_attribute(by, Attr(Name("self"), name), None)
            case Display(Table()) | Made(Api("builtins.dict")) | Param() if name in ("get", "pop"):
                return (Alt(Lookup(value)),)
            case Display(Table()) if name in VIEWS:
                return (Alt(Lookup(value, name)),)
        return self.computed(f".{name}", value)

    def _submodule(self, path: str, name: str) -> Values:
        target = self.modules.files.locate(path, 1, name) if path.endswith("__init__.py") else None
        return UNKNOWN if target is None else (Alt(ProjectModule(target)),)

    def _param(self, name: str, at: At) -> Values:
        local = Local(at.module, at.spot.scope)
        scope = self.modules.scope(local)
        parent = self.modules.flow(at.module).facts.scopes[scope.parent]
        is_first = bool(scope.params) and scope.params[0].name == name
        if parent.kind is ScopeKind.CLASS and is_first and scope.kind is ScopeKind.FUNCTION:
            words = self.modules.decorators(local)
            cls = Local(at.module, scope.parent)
            if "classmethod" in words:
                return (Alt(cls),)
            if "staticmethod" not in words:
                return (Alt(Made(cls, at.module, None)),)
        return (Alt(Param(local, name)),)

    def place(self, module: str, call: int) -> At:
        """Where the call ``call`` of ``module`` stands."""
        return self.modules.place(module, call)

    def callees(self, module: str, index: int) -> Values:
        """What the call ``index`` of ``module`` may call."""
        func = self.modules.call(module, index).func
        return self.values(func, self.modules.place(module, index))

    def returned(self, function: Local, arguments: Arguments | None) -> Values:
        """What a call of ``function`` gives; without ``arguments``, its parameters stay."""
        return self.results.returned(function, arguments)

    def _either(self, test: Expr, then: Expr, orelse: Expr, at: At) -> Values:
        match self.values(test, at):
            case (Alt(Const(known)),):
                return self.values(then if known else orelse, at)
        return join(
            (
                self._when(self.values(then, at), Test(test, True), then, at),
                self._when(self.values(orelse, at), Test(test, False), orelse, at),
            )
        )

    def _when(self, found: Values, test: Test, subject: Expr, at: At) -> Values:
        """``found``, the value of ``subject``, where ``test`` is known."""
        flow = self.modules.flow(at.module)
        return under(narrowed(found, flow.told(test, subject)), self._givens((test,), at))

    def _logic(self, op: str, items: tuple[Expr, ...], at: At) -> Values:
        if len(items) != 2:
            return UNKNOWN
        parts: list[Values] = []
        right = self.values(items[1], at)
        stays, goes = Condition("true", op == "or"), Condition("true", op == "and")
        for alt in self.values(items[0], at):
            match alt.value:
                case Param() as param:
                    parts.append(limited((alt,), stays))
                    parts.append(under(right, (Given(param, goes),)))
                case Unknown():
                    parts.extend(((alt,), right))
                case _:
                    parts.append(limited((alt,), stays) or right)
        return join(parts)


def _assert_never(expr: NoReturn) -> NoReturn:
    raise AssertionError(expr)


def _is_folder(target: str | None) -> bool:
    """Whether ``target`` is a folder without ``__init__.py``."""
    return target is not None and target.endswith("/")


def _builtin(name: str) -> Values:
    if name in MODULE_TEXTS:
        return (Alt(Unknown(Computed("text", (Const(name),)))),)
    return (Alt(Api(f"builtins.{name}")),) if name in BUILTINS else UNKNOWN


def _stored(value: Value, at: At) -> Value:
    """``value``, stored at ``at``: what cannot be compared otherwise is what is stored there."""
    if not is_named(value):
        match value:
            case Unknown():
                return Unknown(at)
            case Part(of):
                return Part(of, at)
    return value


def _comparison(op: str, left: Values, right: Values) -> Values:
    """What is known of a comparison; empty if nothing is."""
    match left, right:
        case (Alt(Const(a)),), (Alt(Const(b)),):
            if op in ("==", "is"):
                return const(a == b)
            if op in ("!=", "is not"):
                return const(a != b)
    return ()


def _is_dict(found: Values) -> bool:
    """Whether ``found`` is one dict, told by its display or its call."""
    match found:
        case (Alt(Display(Table()) | Made(Api("builtins.dict"))),):
            return True
    return False


def _truth(at: At) -> Values:
    """A bool, of which nobody knows whether it is true."""
    return (Alt(Unknown(Computed("bool", (Unknown(at),)))),)
