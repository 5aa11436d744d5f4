"""What each call of a project may call, worked out only where that can matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set

from seedlint.catalogue import Catalogue
from seedlint.facts import (
    Attr,
    Binding,
    CallAt,
    Comp,
    Compare,
    Expr,
    Import,
    Literal,
    Name,
    Opaque,
    ScopeKind,
    Seq,
    Table,
    Text,
    expressions,
)
from seedlint.names import BUILTINS, Names
from seedlint.values import (
    Absent,
    Alt,
    Api,
    At,
    Const,
    Local,
    Made,
    Method,
    Param,
    Part,
    Partial,
    ProjectModule,
    Unknown,
    Value,
    Values,
)

UNTOLD: list[Value] = [Unknown()]
NOT_CALLED = (Absent, Const)
# What may run a function of the project, or seed a generator.
RUNNING = (Local, Method, Param, Part, Partial)
# What runs or builds what it is given, by way of calls of its own.
WRAPPING = ("Bidirectional", "Lambda", "map")
# Functions of other libraries that may give something of the project.
SELF = Name("self")
GIVING = ("builtins.", "functools.", "importlib.")
BUILTIN_ROOTS = {name: f"builtins.{name}" for name in BUILTINS}
# Attributes that any class has.
SPECIAL = ("__class__", "__init__")

KnownCall = tuple[str, int, Sequence[Value]]
"""A module, the index of a call in it, and what it may call."""


class Callees:
    """Answers for one project.

    Most calls are of functions of other libraries, and of methods that nobody in the project
    defines: neither needs to be evaluated (they are two thirds of the calls of keras-hub).
    """

    def __init__(self, names: Names, catalogue: Catalogue) -> None:
        self._names = names
        self._modules = names.modules
        self._paths: set[str] = set()
        self._roots: dict[tuple[str, str], str | None] = {}
        self._imported: dict[str, frozenset[str]] = {}
        self._silent: Set[str] = frozenset()
        self._catalogue = catalogue
        self._words = catalogue.words.union(SPECIAL)
        self._telling = set(self._words)
        self._read: set[str] = set()
        self._apis: dict[str, list[Value]] = {}
        self._held: dict[tuple[str, str], bool] = {}
        self._known: dict[tuple[str, int], list[Value]] = {}

    def widen(self, paths: Iterable[str], silent: Set[str]) -> None:
        """Have ``paths``, which hold those of before, as the modules of the project.

        Of those that are ``silent`` only calls are told that need no evaluation.
        """
        self._silent = silent
        added = [path for path in paths if path not in self._paths and path not in silent]
        self._paths.update(added)
        self._held.clear()
        self._read.update(path for path in added if not self._modules.flow(path).facts.stars)
        for path in added:
            self._telling.update(self._callables(path))

    def of(self, path: str, index: int) -> list[Value]:
        """What the call ``index`` of the module ``path`` may call."""
        if (path, index) not in self._known:
            found = self._find(path, index)
            # Further modules may define what a call is of that nobody defines yet.
            if found is UNTOLD:
                return found
            self._known[path, index] = found
        return self._known[path, index]

    def _find(self, path: str, index: int) -> list[Value]:
        func = self._modules.call(path, index).func
        outside = self._outside(path, func)
        if outside is not None:
            if outside not in self._apis:
                self._apis[outside] = [Api(outside)]
            return self._apis[outside]
        if path in self._silent and not self._is_word(func):
            return UNTOLD
        if isinstance(func, Attr) and not self._may_tell(path, func):
            return UNTOLD
        found = self._names.callees(path, index)
        return [self._called(alt.value) for alt in found if not isinstance(alt.value, NOT_CALLED)]

    def tells(self, path: str, index: int, callees: Sequence[Value]) -> bool:
        """Whether anything follows from the call ``index`` of ``path``, which calls ``callees``."""
        if callees is UNTOLD:
            return False
        if any(map(self._is_known, callees)):
            return True
        match self._modules.call(path, index).func:
            case Attr(_, word) | Name(word):
                return "seed" in word.lower()
        return False

    def _is_known(self, callee: Value) -> bool:
        if isinstance(callee, Api):
            word = callee.path.rpartition(".")[2]
            return word in self._words or word in WRAPPING
        return isinstance(callee, RUNNING)

    def _may_tell(self, path: str, func: Attr) -> bool:
        """Whether ``func`` can be something of the project or of the catalogue."""
        if self._is_word(func):
            return True
        words = [func.name]
        if isinstance(func.base, Attr) and func.base.base == SELF:
            words.append(func.base.name)
        return all(self._is_telling(path, word) for word in words)

    def _is_word(self, func: Expr) -> bool:
        """Whether ``func`` is called as something of the catalogue is, or what seeds."""
        match func:
            case Attr(_, word) | Name(word):
                return word in self._words or "seed" in word.lower()
        return False

    def _is_telling(self, path: str, word: str) -> bool:
        """Whether the attribute ``word`` can be something that runs what is in the project."""
        if word in self._telling or "seed" in word.lower():
            return True
        if (path, word) not in self._held:
            # What the modules that are read define is told already.
            unread = self._imported_by(path) - self._read
            held = any(self._modules.files.overview.holds(target, word) for target in unread)
            self._held[path, word] = held
        return self._held[path, word]

    def _callables(self, path: str) -> Iterator[str]:
        """The names by which something that may be called can be reached in a module.

        An instance of a class of another library, which most attributes of layers are, tells
        nothing when it is called.
        """
        flow = self._modules.flow(path)
        for scope in flow.facts.scopes:
            if scope.kind is ScopeKind.CLASS:
                yield from (field.name for field in scope.params)
        for (owner, name), bindings in (*flow.attributes.items(), *flow.bindings.items()):
            is_attribute = flow.facts.scopes[owner].kind in (ScopeKind.MODULE, ScopeKind.CLASS)
            if is_attribute and not all(self._is_inert(path, binding) for binding in bindings):
                yield name

    def _is_inert(self, path: str, binding: Binding) -> bool:
        """Whether a call of what ``binding`` gives its name runs nothing of the project."""
        if binding.mutates:
            return True
        match binding.value:
            case Literal() | Text() | Opaque() | Seq() | Table() | Comp() | Compare():
                return True
            case CallAt(index):
                made_by = self._outside(path, self._modules.call(path, index).func)
                return made_by is not None and not made_by.startswith(GIVING)
        return False

    def _outside(self, path: str, func: Expr) -> str | None:
        """The dotted path of ``func``, if it lies in another library, or is a builtin."""
        dotted = ""
        while isinstance(func, Attr):
            dotted = f".{func.name}{dotted}"
            func = func.base
        root = self._root(path, func.id) if isinstance(func, Name) else None
        if root is None or self._names.is_replaced(root + dotted, path):
            return None
        return root + dotted

    def _root(self, path: str, name: str) -> str | None:
        """What alone can stand behind ``name`` in ``path``: what one import gives, or a builtin."""
        if (path, name) not in self._roots:
            self._roots[path, name] = self._find_root(path, name)
        return self._roots[path, name]

    def _find_root(self, path: str, name: str) -> str | None:
        flow = self._modules.flow(path)
        if flow.facts.stars:
            return None
        bound = flow.named.get(name)
        if not bound:
            return BUILTIN_ROOTS.get(name)
        match bound:
            case [Binding(owner=0, value=Import() as item, spot=spot)]:
                if not self._is_own(path, item):
                    match self._names.values(item, At(path, spot)):
                        case (Alt(Api(root)),):
                            return root
        return None

    def _is_own(self, path: str, item: Import) -> bool:
        """Whether ``item`` need not be read: it is no root, or nobody asks that much."""
        if path in self._silent:
            return self._modules.files.locate(path, item.level, item.module) is not None
        return self._defining(path, item) is not None

    def _imported_by(self, path: str) -> Set[str]:
        """The files of the project from which ``path`` has what it imports and uses."""
        if path not in self._imported:
            self._imported[path] = frozenset(self._find_imported(path))
        return self._imported[path]

    def _find_imported(self, path: str) -> Iterator[str]:
        flow = self._modules.flow(path)
        used = {part.id for part in expressions(flow.facts) if isinstance(part, Name)}
        for binding in flow.facts.bindings:
            item = binding.value
            if isinstance(item, Import) and binding.name in used:
                target = self._defining(path, item)
                if target is not None:
                    yield target
                else:
                    yield from _modules_of(self._names.values(item, At(path, binding.spot)))

    def _defining(self, path: str, item: Import) -> str | None:
        """The file that visibly defines ``item``, if that tells that it is no root."""
        files = self._modules.files
        target = files.locate(path, item.level, item.module)
        if item.name is None or target is None or target in self._paths:
            return None
        is_known = self._catalogue.find(item.path) is not None
        return target if not is_known and files.overview.defines(target, item.name) else None

    def _called(self, callee: Value) -> Value:
        """The ``__call__`` of an instance of a project class, else ``callee`` itself."""
        match callee:
            case Made(Local() as by) if self._modules.is_class(by):
                match self._names.classes.class_attribute(by, "__call__", callee):
                    case (alt,) if isinstance(alt.value, Method):
                        return alt.value
        return callee


def _modules_of(found: Values) -> Iterator[str]:
    """The files of the project that ``found``, what an import gives, comes from."""
    for alt in found:
        match alt.value:
            case ProjectModule(path):
                yield path
            case Local(module):
                yield module
