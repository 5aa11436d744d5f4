"""The modules of a project: their facts, indexed, read when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from seedlint.facts import (
    Attr,
    Call,
    CallAt,
    ModuleFacts,
    Name,
    Scope,
    ScopeKind,
)
from seedlint.flow import Flow
from seedlint.values import (
    UNKNOWN,
    At,
    Const,
    Display,
    Hop,
    Local,
    Made,
    Step,
    Values,
    is_nothing,
    join,
)


class Overview(Protocol):
    """What files tell at a glance, which costs less than their facts."""

    def imported(self, name: str) -> Iterable[str]:
        """The files that a file imports, by whatever way."""

    def holds(self, name: str, word: str) -> bool:
        """Whether a file holds ``word``."""

    def defines(self, name: str, word: str) -> bool:
        """Whether ``word`` is visibly the file's own."""


class Files(Protocol):
    """The files of one project; the name of one is its path from the root."""

    @property
    def overview(self) -> Overview:
        """What they tell unparsed."""

    def locate(self, importer: str, level: int, dotted: str) -> str | None:
        """The file that ``importer`` imports as ``dotted``, if it is one of the project."""

    def facts(self, name: str) -> ModuleFacts | None:
        """What a file says, ``None`` if it cannot be read."""


# Containers, and instances, which may be containers.
HOLDERS = (Display, Made)


class Modules:
    """The readable files of one project, by their paths; those to lint are ``paths``.

    Further files of it change from outside what is called by one of ``changed``.
    """

    def __init__(self, files: Files, paths: Sequence[str], changed: frozenset[str]) -> None:
        self.files = files
        self.paths = paths
        self.changed = changed
        self._flows: dict[str, Flow | None] = {}
        self._places: dict[tuple[str, int], At] = {}
        self._foreign = changed | self._changed_in(paths)
        self._unchanged: set[str] = set()

    def flow(self, path: str) -> Flow:
        """The indexed facts of the module at ``path``, which must be readable."""
        flow = self._flows.get(path) or self.find(path)
        if flow is None:
            raise KeyError(path)
        return flow

    def find(self, path: str) -> Flow | None:
        """The indexed facts of the module at ``path``, or ``None``."""
        if path not in self._flows:
            facts = self.files.facts(path)
            self._flows[path] = None if facts is None else Flow(facts)
        return self._flows[path]

    @property
    def known(self) -> Iterable[Flow]:
        """All that has been read: the modules, and what was asked for besides."""
        return filter(None, self._flows.values())

    def scope(self, local: Local) -> Scope:
        return self.flow(local.module).facts.scopes[local.scope]

    def is_class(self, local: Local) -> bool:
        return self.scope(local).kind is ScopeKind.CLASS

    def call(self, module: str, index: int) -> Call:
        return self.flow(module).facts.calls[index]

    def place(self, module: str, index: int) -> At:
        """Where the call ``index`` of ``module`` stands."""
        if (module, index) not in self._places:
            self._places[module, index] = At(module, self.call(module, index).spot)
        return self._places[module, index]

    def is_steady(self, hop: Hop) -> bool:
        """Whether nothing but the function that sets the name of ``hop`` ever sets it."""
        return hop.step is not Step.SET or hop.spot not in self.flow(hop.module).restless

    def dotted(self, local: Local) -> str:
        """The dotted path of ``local``, counted from the project root."""
        words = []
        scopes = self.flow(local.module).facts.scopes
        index = local.scope
        while index > 0:
            words.append(scopes[index].name)
            index = scopes[index].parent
        stem = local.module.removesuffix(".py").removesuffix("/__init__")
        return ".".join([*stem.split("/"), *reversed(words)])

    def decorators(self, local: Local) -> frozenset[str]:
        """The last words of the decorators of ``local``: ``property``, ``configurable``, ..."""
        words = set()
        for decorator in self.scope(local).decorators:
            if isinstance(decorator, CallAt):
                decorator = self.call(local.module, decorator.index).func
            if isinstance(decorator, Attr):
                words.add(decorator.name)
            elif isinstance(decorator, Name):
                words.add(decorator.id)
        return frozenset(words)

    def _changed_in(self, paths: Iterable[str]) -> frozenset[str]:
        return frozenset().union(*(self.flow(path).facts.foreign for path in paths))

    def unless_changed(self, found: Values, name: str) -> Values:
        """``found``; a ``None``, a zero or a container is in doubt where code changes ``name``."""
        if not found or not all(
            isinstance(alt.value, HOLDERS) or is_nothing(alt.value) or alt.value == Const(0)
            for alt in found
        ):
            return found
        # What sets attributes by names that it is given fills in what is empty.
        names = {name} if any(isinstance(alt.value, HOLDERS) for alt in found) else {name, "*"}
        if not names.isdisjoint(self._foreign):
            return join([found, UNKNOWN])
        self._unchanged |= names
        return found

    def widen(self, paths: Sequence[str]) -> bool:
        """Lint ``paths`` too, which hold those of before; whether all answers stay as they are."""
        before = frozenset(self.paths)
        added = self._changed_in(path for path in paths if path not in before)
        self.paths = paths
        self._foreign |= added
        return added.isdisjoint(self._unchanged)

    def called_as(self, function: Local) -> str:
        """The name by which ``function`` is called: its own, or that of the class it sets up."""
        return self.scope(self._named(function)).name

    def is_at_top(self, function: Local) -> bool:
        """Whether what `called_as` names stands at the top of its module."""
        return self.scope(self._named(function)).parent == 0

    def _named(self, function: Local) -> Local:
        return self.room(function) if self.scope(function).name == "__init__" else function

    def around(self, path: str, scope: int) -> Iterator[Local]:
        """``scope`` of the module ``path`` and all that it is in, to what stands at the top."""
        scopes = self.flow(path).facts.scopes
        while scope > 0:
            yield Local(path, scope)
            scope = scopes[scope].parent

    def room(self, function: Local) -> Local:
        """The class whose method ``function`` is, else ``function`` itself."""
        parent = Local(function.module, self.scope(function).parent)
        return parent if self.is_class(parent) else function
