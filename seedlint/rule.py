"""What a rule is: a pure function on the project, its page, and examples that are its tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from seedlint.layers import Layer
from seedlint.model import Finding, Note, Severity
from seedlint.project import Project
from seedlint.values import Alt, Hop

Check = Callable[[Project], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Example:
    """A small project. A line that must be found ends in ``# <code>``; all others are silent.

    ``reason`` says why. ``files`` maps a path to its text; ``settings`` are those of a pyproject.
    """

    reason: str
    files: Mapping[str, str]
    settings: Mapping[str, object] = field(default_factory=dict)


def example(reason: str, code: str, **settings: object) -> Example:
    """An `Example` of one file."""
    named = {name.replace("_", "-"): value for name, value in settings.items()}
    return Example(reason, {"model.py": code}, named)


@dataclass(frozen=True, slots=True)
class Rule:
    """``name`` reads after "allow". ``page`` is the docstring of the rule's module."""

    code: str
    name: str
    page: str
    check: Check
    silent: tuple[Example, ...]
    caught: tuple[Example, ...]
    severity: Severity = Severity.ERROR

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return self.page.strip().partition("\n")[0]

    def finding(self, layer: Layer, message: str, notes: tuple[Note, ...] = ()) -> Finding:
        """A finding of this rule where ``layer`` is asked for."""
        return Finding(
            layer.module, layer.span, self.code, self.name, message, notes, self.severity
        )


def trail_of(found: Iterable[Alt]) -> tuple[Hop, ...]:
    """The ways on which ``found`` came, each step once."""
    return tuple(dict.fromkeys(hop for alt in found for hop in alt.trail))


def noted(hops: tuple[Hop, ...]) -> tuple[Note, ...]:
    return tuple(Note(f"`{hop.name}` is set here", hop.module, hop.span) for hop in hops)
