"""What each call of a project may call, worked out only where that can matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from seedlint.catalogue import Catalogue
from seedlint.facts import Attr, Expr, Import, Name, ScopeKind
from seedlint.flow import Flow
from seedlint.names import BUILTINS, Names
from seedlint.values import (
    Absent,
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
# What Keras runs or builds by way of its own calls.
WRAPPING = ("Bidirectional", "Lambda")
# Attributes that any class has.
SPECIAL = ("__class__", "__init__")

KnownCall = tuple[str, int, Sequence[Value]]
"""A module, the index of a call in it, and what it may call."""


class Callees:
    """Answers for one project.

    Most calls are of functions of other libraries, and of methods that nobody in the project
    defines: neither needs to be evaluated (they are two thirds of the calls of keras-hub).
    """

    def __init__(self, names: Names, catalogue: Catalogue, paths: Sequence[str]) -> None:
        self._names = names
        self._modules = names.modules
        self._roots: dict[str, dict[str, str]] = {}
        self._imported: dict[str, set[str]] = {}
        self._words = catalogue.words.union(SPECIAL, WRAPPING)
        self._telling = catalogue.words.union(
            SPECIAL, *(_defined(self._modules.flow(path)) for path in paths)
        )

    def of(self, path: str, index: int) -> list[Value]:
        """What the call ``index`` of the module ``path`` may call."""
        func = self._modules.call(path, index).func
        known = self._outside(path, func)
        if known is not None:
            return [known]
        if isinstance(func, Attr) and not self._is_telling(path, func.name):
            return UNTOLD
        found = self._names.callees(path, index)
        callees = [alt.value for alt in found if not isinstance(alt.value, Const | Absent)]
        return [self._called(callee) for callee in callees]

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
            return callee.path.rpartition(".")[2] in self._words
        return isinstance(callee, Local | Method | Param | Part | Partial)

    def _is_telling(self, path: str, word: str) -> bool:
        """Whether the attribute ``word`` can be something of the project or of the catalogue."""
        if word in self._telling or "seed" in word.lower():
            return True
        self._roots_of(path)
        return any(self._modules.holds(target, word) for target in self._imported[path])

    def _outside(self, path: str, func: Expr) -> Api | None:
        """``func``, if it is a dotted name below a module of another library, or a builtin."""
        words: list[str] = []
        while isinstance(func, Attr):
            words.append(func.name)
            func = func.base
        if not isinstance(func, Name):
            return None
        root = self._roots_of(path).get(func.id)
        return None if root is None else Api(".".join((root, *reversed(words))))

    def _roots_of(self, path: str) -> dict[str, str]:
        """The names of ``path`` that nothing but one import, or Python itself, can stand behind."""
        if path not in self._roots:
            self._imported[path] = set()
            self._roots[path] = self._find_roots(path)
        return self._roots[path]

    def _find_roots(self, path: str) -> dict[str, str]:
        flow = self._modules.flow(path)
        scopes: dict[str, list[int]] = defaultdict(list)
        for scope, name in flow.bindings:
            scopes[name].append(scope)
        roots = {name: f"builtins.{name}" for name in BUILTINS if name not in scopes}
        for (_, name), bindings in flow.bindings.items():
            for binding in bindings:
                if isinstance(binding.value, Import):
                    found = self._names.values(binding.value, At(path, binding.spot))
                    self._imported[path].update(_modules_of(found))
                    match found:
                        case (alt,) if isinstance(alt.value, Api):
                            if scopes[name] == [0] and len(bindings) == 1:
                                roots[name] = alt.value.path
        return {} if flow.facts.stars else roots

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


def _defined(flow: Flow) -> Iterator[str]:
    """The names by which something of a module can be reached as an attribute."""
    for scope, name in (*flow.attributes, *flow.bindings):
        if flow.facts.scopes[scope].kind in (ScopeKind.MODULE, ScopeKind.CLASS):
            yield name
