"""What can be built of a site outside of its program: the arguments that are told."""

from __future__ import annotations

from collections.abc import Iterator

from seedlint.data import dataclass
from seedlint.facts import Seq
from seedlint.layers import Layer
from seedlint.names import Names
from seedlint.values import Api, Const, Display, Values, is_nothing, params

HALF = 0.5

Told = tuple[object] | None
"""A value, or ``None`` where it cannot be told."""


@dataclass(frozen=True, slots=True)
class Literals:
    """The arguments of a site; ``seeds`` are all that its seed can be, without ``None``.

    ``rates`` are those that are given, one half where that is all that is known. ``is_told`` says
    that there is no other seed but what callers give, who have sites of their own.
    """

    args: tuple[Told, ...]
    kwargs: dict[str, object]
    rates: dict[str, object]
    seeds: tuple[object, ...]
    is_told: bool


class Reading:
    """Answers for one project."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def of(self, layer: Layer) -> Literals:
        """The literals of ``layer``; a class of the project's own takes what it likes."""
        site = layer.site
        given = self._names.calls.arguments(site.module, site.call, Api(site.api))
        args = [self._told(self._names.values(*one)) for one in given.positional]
        kwargs = {
            name: self._told(self._names.values(*one)) for name, one in given.keywords.items()
        }
        seeds = [alt.value for alt in layer.seed if not is_nothing(alt.value)]
        rates = {
            rate.name: self._told(found) or (HALF,)
            for rate, found in layer.rates
            if not all(is_nothing(alt.value) for alt in found)
        }
        foreign = site.own is not None
        return Literals(
            args=() if foreign else tuple(args),
            kwargs={} if foreign else {name: told[0] for name, told in kwargs.items() if told},
            rates={name: told[0] for name, told in rates.items()},
            seeds=tuple(dict.fromkeys(seed.value for seed in seeds if isinstance(seed, Const))),
            is_told=all(isinstance(seed, Const) or any(params(seed)) for seed in seeds),
        )

    def _told(self, found: Values) -> Told:
        match [alt.value for alt in found]:
            case [Const(bool() | int() | float() | str() | None as value)]:
                return (value,)
            case [Display(Seq()) as shown]:
                parts = list(self._parts(shown))
                return None if None in parts else (tuple(part[0] for part in parts if part),)
        return None

    def _parts(self, shown: Display) -> Iterator[Told]:
        assert isinstance(shown.expr, Seq)
        for item in shown.expr.items:
            yield self._told(self._names.values(item, shown.at))
