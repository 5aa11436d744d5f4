"""What a rule is: a pure function on the project, its page, and examples that are its tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from seedlint.data import dataclass, field
from seedlint.layers import Layer
from seedlint.model import Finding, Fix, Leg, Note, Severity
from seedlint.needles import OPTIONAL
from seedlint.project import Project
from seedlint.sources import Birth
from seedlint.values import Alt, Const, Hop, Step, Value, is_text

DATA_FORMATS = ("channels_first", "channels_last")

Check = Callable[[Project], Iterator[Finding]]
"""All that a rule finds; of several findings at one place the first is shown."""


@dataclass(frozen=True, slots=True)
class Example:
    """A small project. A line that must be found ends in ``# <code>``; all others are silent.

    ``reason`` says why. ``files`` maps a path to its text; ``settings`` are those of a pyproject.
    ``fixed`` maps those that a fix changes to what it makes of them.
    """

    reason: str
    files: Mapping[str, str]
    settings: Mapping[str, object] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)


def example(reason: str, code: str, fixed: str | None = None, **settings: object) -> Example:
    """An `Example` of one file, which becomes ``fixed``."""
    named = {name.replace("_", "-"): value for name, value in settings.items()}
    changes = {} if fixed is None else {"model.py": fixed}
    return Example(reason, {"model.py": code}, named, changes)


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
    def default(self) -> bool:
        """Whether it is on unless something else is said."""
        return self.code not in OPTIONAL

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return self.page.strip().partition("\n")[0]

    def finding(
        self, layer: Layer, message: str, notes: tuple[Note, ...] = (), fix: Fix | None = None
    ) -> Finding:
        """A finding of this rule where ``layer`` is asked for."""
        return Finding(
            layer.module, layer.span, self.code, self.name, message, notes, self.severity, fix
        )


def misplaced(project: Project, layer: Layer) -> tuple[str, Value] | None:
    """The parameter that is certainly given a number or a text by mistake, and what it is given.

    Of a wrapper nothing is said: its call does not show what stands where.
    """
    for trap, found in layer.traps if layer.wrapper is None else ():
        is_certain = found and all(_is_misplaced(trap.name, alt.value) for alt in found)
        if is_certain and (trap.name != "mean" or _stands_alone(project, layer)):
            return trap.name, found[0].value
    return None


def _is_misplaced(trap: str, value: Value) -> bool:
    match trap, value:
        case "mean", Const(known):
            return type(known) is int and known > 1
        case "data_format", Const(str() as known):
            return known not in DATA_FORMATS
        case "noise_shape", _ if is_text(value):
            return True
        case "noise_shape" | "data_format", Const(int() | float()):
            return True
    return False


def _stands_alone(project: Project, layer: Layer) -> bool:
    """Whether the call has two positional arguments, and none that would follow them."""
    facts = project.modules.get(layer.module)
    args = () if facts is None else facts.calls[layer.call].args
    plain = [arg for arg in args if arg.name is None and not arg.star]
    return len(plain) == 2 and all(arg.name in (None, "dtype") and not arg.star for arg in args)


def trail_of(found: Iterable[Alt]) -> tuple[Hop, ...]:
    """The ways on which ``found`` came, each step once."""
    return tuple(dict.fromkeys(hop for alt in found for hop in alt.trail))


def noted(hops: tuple[Hop, ...]) -> tuple[Note, ...]:
    words = {Step.SET: "is set", Step.GIVEN: "is called"}
    return tuple(
        Note(f"`{hop.name}` {words[hop.step]} here", hop.module, hop.span, Leg.BEFORE)
        for hop in hops
        if hop.step in words
    )


def born_unseeded(project: Project) -> Iterator[tuple[Layer, Alt, Birth]]:
    """The layers whose seed may come from something that no run repeats."""
    for layer in project.layers:
        for alt in layer.seed if layer.drops else ():
            birth = project.births.get(alt.value)
            if birth is not None:
                yield layer, alt, birth


def inside(layer: Layer) -> tuple[Note, ...]:
    """Where the site of ``layer`` stands, if it is a call of a wrapper that asks for it."""
    site = layer.site
    note = Note(f"`{site.row.name}` is built here", site.module, site.span, Leg.AFTER)
    return () if layer.wrapper is None else (note,)


def described(layer: Layer) -> str:
    """The site of ``layer``, by its API and by the project's own name for it."""
    kind, own = f"`{layer.site.row.name}`", layer.site.own
    return kind if own in (None, layer.site.row.name) else f"`{own}` (a {kind} layer)"


def name_of(layer: Layer) -> str:
    """What a reader calls the place that asks for ``layer``."""
    return layer.wrapper or layer.site.own or layer.site.row.name


def origin_of(layer: Layer, birth: Birth) -> str:
    return f"the seed of `{name_of(layer)}` comes from `{birth.name}`"


def way(layer: Layer, alt: Alt, birth: Birth) -> tuple[Note, ...]:
    """The notes on how the seed ``alt`` came from its birth to ``layer``."""
    why = {"global": "; nothing is seeded before it", "generator": " with no seed"}
    told = f"`{birth.name}` is called here{why.get(birth.kind, '')}"
    born = Note(told, birth.module, birth.span, Leg.BEFORE)
    return (*noted(trail_of((alt,))), born, *inside(layer))
