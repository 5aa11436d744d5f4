"""What gives a layer its seed, as data."""

from __future__ import annotations

from seedlint.data import dataclass
from seedlint.values import Local


@dataclass(frozen=True, slots=True)
class Ask:
    """A call that can pass a seed on as ``keyword``."""

    module: str
    call: int
    keyword: str


@dataclass(frozen=True, slots=True)
class Taking:
    """``function`` takes a seed as ``param``; ``is_new`` says that it does not yet.

    ``keeper`` is the class that keeps it as ``self.<param>``, where it has to.
    """

    function: Local
    param: str
    is_new: bool
    keeper: Local | None


@dataclass(frozen=True, slots=True)
class Seed:
    """``base + offset``, and ``stride * index`` for each of ``turns``: a loop and its stride.

    A ``base`` of ``None`` is a derived seed, an empty one whatever stands there now. One that is
    ``optional`` may turn out to be ``None``.
    """

    base: str | None
    optional: bool = False
    offset: int = 0
    turns: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Passing:
    """``seed`` is passed by ``ask``, or at ``position`` if something is there already.

    One that is ``positional`` is passed there in any case. ``doubt`` says why it may run more often
    than it seems.
    """

    ask: Ask
    position: int | None
    positional: bool
    seed: Seed
    doubt: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that gives one layer its seed: functions that take one, from the inside out."""

    passings: tuple[Passing, ...]
    takings: tuple[Taking, ...]

    @property
    def is_safe(self) -> bool:
        """Whether nobody but the layer notices."""
        return not any(p.doubt for p in self.passings) and not any(t.is_new for t in self.takings)
