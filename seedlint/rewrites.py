"""What mends an argument that stands there: it goes by its name, or becomes an int."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from seedlint import layout
from seedlint.kinds import Kinds
from seedlint.layers import Layer
from seedlint.layout import Part
from seedlint.mends import SUM, Mends, Texts, given, shown
from seedlint.model import Applicability, Edit, Fix
from seedlint.names import Names
from seedlint.plans import Ask
from seedlint.rejected import is_bent, meant
from seedlint.runs import Multiplicity
from seedlint.turns import CannotMendError
from seedlint.values import Alt, Const, Value, is_text

# A float or a text, as it is written out.
LITERAL = re.compile(r"[\d_.eE]+|(?P<quote>['\"])\d+(?P=quote)")


class Rewrites:
    """Answers for one project; ``steps`` says whether a call runs at every step of training."""

    def __init__(
        self,
        names: Names,
        mends: Mends,
        texts: Texts,
        multiplicity: Multiplicity,
        kinds: Kinds,
        steps: Callable[[Layer], bool],
    ) -> None:
        self._names = names
        self._modules = names.modules
        self._mends = mends
        self._texts = texts
        self._multiplicity = multiplicity
        self._kinds = kinds
        self._steps = steps

    # seeds that are refused

    def accepted(self, layer: Layer) -> Fix:
        """What makes of the seed of ``layer`` one that is taken as it is."""
        if layer.site.signature.seed_required:
            return shown("one int does not say which two are meant", "pass two ints")
        call = self._modules.call(layer.module, layer.call)
        if any(arg.star for arg in call.args):
            return shown("its seed may be in what the call unpacks", "make it an int there")
        other = shown(STATELESS, GENERATOR)
        if not layer.site.row.stateless:
            other = self._mends.seeded(layer, caution=is_bent(self._kinds, layer))
        try:
            edits = tuple(self._cast(layer)) if self._may_stay(layer, other) else ()
        except CannotMendError as error:
            return shown(error.reason, error.advice)
        return Fix("Make it an int", Applicability.SAFE, edits) if edits else other

    def _may_stay(self, layer: Layer, other: Fix) -> bool:
        """Whether the seed can be kept as an int, rather than replaced by ``other``."""
        if not meant(self._kinds, layer):
            return False
        if not any(isinstance(alt.value, Const) for alt in layer.seed):
            return True
        # Where nothing can be given, a fixed seed would be as bad.
        return not self._is_repeated(layer) and bool(other.edits or layer.site.row.stateless)

    def _cast(self, layer: Layer) -> Iterator[Edit]:
        """The edits that make an int of the seed that stands there; none if it has to be another.

        Raises `CannotMendError`.
        """
        bracket = self._mends.arguments(layer.module, layer.call)
        part = given(bracket, layer.keyword or "", layer.position)
        if part is None or not self._is_passed(layer, bracket.parts.index(part)):
            return
        text = layout.text_in(self._texts.lines(layer.module), part.value)
        match layer.seed:
            case [Alt(Const(float() | str() as value))] if LITERAL.fullmatch(text):
                yield Edit(layer.module, part.value, str(int(value)))
                return
        yield Edit(layer.module, part.value, f"int({text})")

    def _is_passed(self, layer: Layer, index: int) -> bool:
        """Whether the seed is that argument, and not computed from it further inside."""
        arg = self._modules.call(layer.module, layer.call).args[index]
        found = self._names.values(arg.value, self._names.place(layer.module, layer.call))
        return {alt.value for alt in found} == {alt.value for alt in layer.seed}

    def _is_repeated(self, layer: Layer) -> bool:
        """Whether a fixed seed would be given to several layers, or to several steps."""
        runs = self._multiplicity.of(layer)
        return runs.many or bool(runs.loops) or self._is_drawn_again(layer)

    def _is_drawn_again(self, layer: Layer) -> bool:
        return layer.site.row.stateless and self._steps(layer)

    # arguments in a wrong place

    def named(self, layer: Layer, trap: str, value: Value) -> Fix:
        """What passes ``value``, which stands where ``trap`` is, by the name that is meant."""
        signature = layer.site.signature
        try:
            match value:
                case Const(int() as known) if type(known) is int and not signature.seed_required:
                    edits = tuple(self._as_seed(layer, trap, known))
                    keyword = signature.seed_name
                case _ if is_text(value) and layer.site.row.draws == "layer":
                    edits = tuple(self._as_name(layer, trap, value))
                    keyword = "name"
                case _:
                    raise CannotMendError("nothing tells what it is meant for", "name what it is")
        except CannotMendError as error:
            return shown(error.reason, error.advice)
        return Fix(f"Pass it as `{keyword}=`", Applicability.UNSAFE, edits)

    def _as_seed(self, layer: Layer, trap: str, seed: int) -> Iterator[Edit]:
        signature = layer.site.signature
        if not signature.takes_seed:
            raise CannotMendError("it takes no seed", "take it away")
        part = self._last(layer, trap, signature.seed_name)
        text = layout.text_in(self._texts.lines(layer.module), part.value)
        runs = self._multiplicity.of(layer)
        if layer.site.row.stateless and (self._steps(layer) or runs.loops or runs.many):
            raise CannotMendError(STATELESS, GENERATOR)
        if runs.many and not self._is_chosen(layer, text):
            raise CannotMendError(
                "its function builds several layers with this seed",
                "let the function take a seed, and pass one at each call",
            )
        counted: list[Edit] = []
        if runs.loops:
            text = text if SUM.fullmatch(text) else f"({text})"
            ask = Ask(layer.module, layer.call, signature.seed_name)
            text, counted = self._mends.varied(ask, text, seed, runs.loops)
        yield Edit(layer.module, part.span, f"{signature.seed_name}={text}")
        yield from counted

    def _as_name(self, layer: Layer, trap: str, value: Value) -> Iterator[Edit]:
        part = self._last(layer, trap, "name")
        runs = self._multiplicity.of(layer)
        text = layout.text_in(self._texts.lines(layer.module), part.value)
        is_fixed = isinstance(value, Const) and not self._is_chosen(layer, text)
        if is_fixed and (runs.many or runs.loops):
            raise CannotMendError(
                "several layers would have one name", "give each of them one of its own"
            )
        yield Edit(layer.module, part.span, f"name={text}")

    def _is_chosen(self, layer: Layer, text: str) -> bool:
        """Whether ``text`` is a parameter of the function around ``layer``: its callers choose."""
        spot = self._names.place(layer.module, layer.call).spot
        scopes = self._modules.flow(layer.module).facts.scopes
        return text in {param.name for param in scopes[spot.scope].params}

    def _last(self, layer: Layer, trap: str, keyword: str) -> Part:
        """The argument at ``trap``, where nothing keeps it from being ``keyword``."""
        place = next(known.position for known, _ in layer.traps if known.name == trap)
        parts = self._mends.arguments(layer.module, layer.call).parts
        plain = [part for part in parts if part.name is None]
        if any(part.star for part in parts):
            raise CannotMendError("the call unpacks its arguments", f"pass it as `{keyword}=`")
        if place != len(plain) - 1:
            raise CannotMendError("another argument follows it", "pass all of them by name")
        if any(part.name == keyword for part in parts):
            raise CannotMendError(f"it has a `{keyword}` already", "take one of them away")
        return plain[place]


STATELESS = "a stateless function gives the same numbers for a fixed seed"
GENERATOR = "make a `keras.random.SeedGenerator` with a seed once, and pass that"
