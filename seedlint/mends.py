"""What mends a finding, as edits of the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

from seedlint import layout, mappings
from seedlint.data import dataclass
from seedlint.draws import Draws, Start
from seedlint.facts import Attr, Def, Name, ParamKind
from seedlint.layers import Layer
from seedlint.layout import Bracket, Lines, Part
from seedlint.model import Applicability, Edit, Fix, Position, Span
from seedlint.names import Names
from seedlint.plans import Ask, Passing, Plan, Seed, Taking
from seedlint.refusals import Refusal
from seedlint.seeding import MAX_LOOPS, TURN_STEP, Seeding
from seedlint.seeds import derived
from seedlint.turns import CannotMendError, Counter, Turns
from seedlint.values import Local

SIMPLE = r"[^\W\d]\w*(\.\w+|\[[^][()\n]*\]|\([^][()\n]*\))*"
SUM = re.compile(rf"(?P<base>-?\d\w*|{SIMPLE}|int\({SIMPLE}\))( \+ (?P<number>\d+))?")


Passed = Mapping[Passing, Sequence[Counter]]


@dataclass(frozen=True, slots=True)
class Texts:
    """What is known of the files: their ``lines``, which of them may be edited, and all seeds.

    ``may_be_called`` says of a name in a file whether one that was not read may call it.
    """

    lines: Callable[[str], Lines]
    editable: Container[str]
    seeds: Callable[[], set[int]]
    may_be_called: Callable[[str, str], bool]


class Mends:
    """Answers for one project; remembers the seeds that it has given out."""

    def __init__(
        self,
        names: Names,
        seeding: Callable[[], Seeding],
        draws: Draws,
        texts: Texts,
        ordinals: Mapping[tuple[str, int], int],
        repeats: Callable[[Layer], bool],
    ) -> None:
        self._names = names
        self._modules = names.modules
        self._seeding = seeding
        self._draws = draws
        self._texts = texts
        self._ordinals = ordinals
        self._repeats = repeats
        self._derived: dict[Ask, int] = {}
        self._turns = Turns(names, texts.lines)

    def seeded(self, layer: Layer, caution: bool = False) -> Fix:
        """What gives ``layer`` a seed. With ``caution``, it is never safe."""
        plan = self._seeding().of(layer)
        if isinstance(plan, Refusal):
            return shown(plan.reason, plan.advice)
        try:
            passed = {passing: self._counters(plan, passing) for passing in plan.passings}
            edits = tuple(self._edits(plan, passed))
        except CannotMendError as error:
            return shown(error.reason, error.advice)
        message = self._message(plan, passed)
        is_counted = any(counter.is_new for counters in passed.values() for counter in counters)
        is_safe = plan.is_safe and not caution and not is_counted
        if layer.is_unseeded and self._repeats(layer):
            message += "; masks and weights that repeat today become others"
            is_safe = False
        return Fix(message, Applicability.SAFE if is_safe else Applicability.UNSAFE, edits)

    def _message(self, plan: Plan, passed: Passed) -> str:
        first = plan.passings[0]
        if plan.takings:
            names = ", ".join(
                f"`{self._modules.called_as(taking.function)}`" for taking in plan.takings
            )
            if any(taking.is_new for taking in plan.takings):
                return f"Let {names} take a seed, and pass one at each call"
            return f"Pass on the seed of {names}"
        if first.seed.base is not None and first.seed.turns:
            return "Vary the seed at each turn"
        return f"Set `{first.ask.keyword}={self._text(first, passed[first])}`"

    def _counters(self, plan: Plan, passing: Passing) -> tuple[Counter, ...]:
        """What counts the turns of the loops that vary the seed of ``passing``."""
        seed = passing.seed
        base = self._kept(passing)[0] if seed.base == "" else seed.base
        if base is None:
            base = str(self.derive(passing.ask))
        strides = {stride for one in plan.passings for _, stride in one.seed.turns}
        return self._turns.counters(passing, base, strides)

    # edits

    def _edits(self, plan: Plan, passed: Passed) -> Iterator[Edit]:
        """All edits of ``plan``: what takes a seed before those who pass it."""
        seen: dict[Edit, None] = {}
        for taking in plan.takings:
            seen.update(dict.fromkeys(self._taken(taking)))
        for passing, counters in passed.items():
            seen.update(dict.fromkeys(self._passed(passing, counters)))
        self._check(seen)
        yield from seen

    def _check(self, edits: Iterable[Edit]) -> None:
        """Raises `CannotMendError` for ``edits`` of files that are not to be edited."""
        for edit in edits:
            if edit.path not in self._texts.editable:
                raise CannotMendError(
                    f"`{edit.path}` would have to change too", "run seedlint on the whole project"
                )

    def _passed(self, passing: Passing, counters: Sequence[Counter]) -> Iterator[Edit]:
        ask = passing.ask
        bracket = self.arguments(ask.module, ask.call)
        part = given(bracket, ask.keyword, passing.position)
        text = self._text(passing, counters)
        if part is not None:
            yield Edit(ask.module, part.value, text)
        else:
            yield from self._added(passing, bracket, text)
        for counter in counters:
            yield from counter.edits

    def _added(self, passing: Passing, bracket: Bracket, text: str) -> Iterator[Edit]:
        """The edits that pass ``text`` where there is nothing yet."""
        ask = passing.ask
        lines = self._texts.lines(ask.module)
        if not passing.positional:
            text = f"{ask.keyword}={text}"
        else:
            named = [part for part in bracket.parts if part.name is not None]
            is_starred = any(part.star for part in bracket.parts)
            if is_starred or len(bracket.parts) - len(named) != passing.position:
                raise CannotMendError(
                    "its seed goes by its place", "pass it, and all arguments before it"
                )
            if named:
                start = layout.at(named[0].span.start)
                yield Edit(ask.module, start, f"{text}{layout.between(lines, bracket)}")
                return
        for span, new in layout.added(lines, bracket, text):
            yield Edit(ask.module, span, new)

    def arguments(self, module: str, call: int) -> Bracket:
        """The arguments of a call in the text. Raises `CannotMendError`."""
        known = self._modules.call(module, call)
        bracket = layout.call(self._texts.lines(module), known.span)
        if bracket is None or [part.name for part in bracket.parts] != [a.name for a in known.args]:
            raise CannotMendError("its arguments cannot be told apart", "give it a seed by hand")
        return bracket

    def _text(self, passing: Passing, counters: Sequence[Counter]) -> str:
        """The expression for the seed that is passed."""
        seed = passing.seed
        base, offset, optional = seed.base, seed.offset, seed.optional
        if base == "":
            base, already = self._kept(passing)
            offset += already
        if base is None:
            base, offset, optional = str(self.derive(passing.ask)), 0, False
        terms = [base, *([str(offset)] if offset else [])]
        terms += [
            f"{stride} * {counter.name}"
            for (_, stride), counter in zip(seed.turns, counters, strict=True)
        ]
        text = " + ".join(terms)
        return f"None if {base} is None else {text}" if optional and len(terms) > 1 else text

    def _kept(self, passing: Passing) -> tuple[str | None, int]:
        """What stands there for the seed, if anything does, and what is added to it."""
        ask = passing.ask
        bracket = self.arguments(ask.module, ask.call)
        part = given(bracket, ask.keyword, passing.position)
        if part is None:
            return None, 0
        text = layout.text_in(self._texts.lines(ask.module), part.value)
        found = SUM.fullmatch(text)
        if found is None:
            what = "takes several lines" if "\n" in text else "is computed"
            raise CannotMendError(f"its seed {what}", "vary it by hand")
        return found["base"], int(found["number"] or 0)

    def derive(self, ask: Ask) -> int:
        """A seed for ``ask`` that nothing in the project has."""
        if ask not in self._derived:
            seeds = self._texts.seeds()
            index = self._ordinals.get((ask.module, ask.call))
            if index is None:
                # Behind all sites, so that the calls of wrappers leave the sites their seeds.
                index = sum(module == ask.module for module, _ in self._ordinals) + ask.call
            seed = derived(ask.module, index, seeds)
            seeds.add(seed)
            self._derived[ask] = seed
        return self._derived[ask]

    # functions that take a seed

    def _taken(self, taking: Taking) -> Iterator[Edit]:
        """The edits that let a function take a seed, and its class keep it."""
        if taking.is_new:
            yield from self._parameter(taking)
        room = self._modules.room(taking.function)
        config = self._names.classes.method((room,), "get_config") if taking.is_new else None
        is_saved = room != taking.function and config is not None
        if taking.keeper is not None or is_saved:
            yield from self.kept_as_attribute(taking.function, taking.param)
        if is_saved and config is not None:
            yield from self.saved(config[0], taking.param, taking.param)

    def _parameter(self, taking: Taking) -> Iterator[Edit]:
        function = taking.function
        scope = self._modules.scope(function)
        lines = self._texts.lines(function.module)
        start = self._definition(function)
        bracket = None if start is None else layout.signature(lines, start)
        if bracket is None or sum(_is_parameter(p, lines) for p in bracket.parts) != len(
            scope.params
        ):
            raise CannotMendError(
                "a signature cannot be told apart", "let the function take a seed"
            )
        kinds = [param.kind for param in scope.params]
        is_open = ParamKind.KEYWORD_ONLY in kinds or ParamKind.VAR_POSITIONAL in kinds
        between = layout.between(lines, bracket)
        text = f"{taking.param}=None" if is_open else f"*{between}{taking.param}=None"
        if kinds[-1:] == [ParamKind.VAR_KEYWORD]:
            last = bracket.parts[-1].span.start
            yield Edit(function.module, layout.at(last), f"{text}{between}")
            return
        for span, new in layout.added(lines, bracket, text):
            yield Edit(function.module, span, new)

    def _definition(self, function: Local) -> Position | None:
        """Where the name of ``function`` stands in its definition."""
        scope = self._modules.scope(function)
        for binding in self._modules.flow(function.module).bindings.get(
            (scope.parent, scope.name), ()
        ):
            if binding.value == Def(function.scope) and binding.span is not None:
                return binding.span.start
        return None

    def kept_as_attribute(self, function: Local, param: str) -> Iterator[Edit]:
        """``self.seed = seed`` behind the ``super().__init__()`` of a constructor.

        Raises `CannotMendError`.
        """
        scope = self._modules.scope(function)
        lines = self._texts.lines(function.module)
        for call in self._modules.flow(function.module).facts.calls:
            is_super = isinstance(call.func, Attr) and call.func.name == "__init__"
            if is_super and call.spot.scope == function.scope and call.spot.block == scope.body:
                end = layout.end_of_statement(lines, call.span.start)
                if end is not None and end.line <= len(lines):
                    indent = layout.indent_of(lines, call.span.start.line)
                    text = f"{indent}self.{param} = {param}\n"
                    yield Edit(function.module, layout.at(end), text)
                    return
        raise CannotMendError(
            "its class does not call `super().__init__()`", "keep a seed in its `__init__`"
        )

    def saved(self, config: Local, param: str, attribute: str) -> Iterator[Edit]:
        """The edits by which the ``get_config`` saves ``self.<attribute>`` as ``param``.

        Raises `CannotMendError`.
        """
        start = self._definition(config)
        edits = tuple(self._kept_config(config, param))
        if edits:
            yield from edits
            return
        lines = self._texts.lines(config.module)
        found = start and mappings.entered(lines, start.line, param, f"self.{attribute}")
        if not found:
            name = self._modules.scope(self._modules.room(config)).name
            raise CannotMendError(f"`{name}.get_config` cannot be followed", f"add `{param}` to it")
        for span, new in found:
            yield Edit(config.module, span, new)

    def _kept_config(self, config: Local, param: str) -> Iterator[Edit]:
        """The edits that add a parameter of ``__init__`` to the dict that it keeps as a config."""
        match self._modules.scope(config).returns:
            case [(Attr(Name("self"), attribute), _)]:
                pass
            case _:
                return
        room = self._modules.room(config)
        flow = self._modules.flow(config.module)
        kept = flow.attributes.get((room.scope, attribute), ())
        lines = self._texts.lines(config.module)
        for binding in kept:
            function = Local(config.module, binding.spot.scope)
            start = self._definition(function)
            is_set_up = self._modules.scope(function).name == "__init__"
            if is_set_up and start is not None and binding.span is not None:
                line = binding.span.start.line
                found = mappings.entered_on(lines, start.line, line, param, param)
                if found:
                    yield from (Edit(config.module, span, new) for span, new in found)
                    return

    # generators that seeds are drawn from

    def started(self, layer: Layer) -> Fix:
        """What seeds the generators of NumPy that the seed of ``layer`` is drawn from."""
        edits: dict[Edit, None] = {}
        calls: dict[str, None] = {}
        try:
            for start in self._draws.of(layer):
                if isinstance(start, Refusal):
                    return shown(start.reason, start.advice)
                edit, call = self._started(start)
                edits[edit] = calls[call] = None
            self._check(edits)
        except CannotMendError as error:
            return shown(error.reason, error.advice)
        message = f"Seed NumPy with {' and '.join(f'`{call}`' for call in calls)}"
        return Fix(message, Applicability.UNSAFE, tuple(edits))

    def _started(self, start: Ask | Start) -> tuple[Edit, str]:
        """The edit that seeds a generator, and the call that then does so."""
        if isinstance(start, Ask):
            return self._generator(start)
        lines = self._texts.lines(start.module)
        first = start.behind.start.line
        is_whole = IMPORT.match(lines[first - 1])
        end = layout.end_of_statement(lines, Position(first, 1)) if is_whole else None
        if end is None:
            raise CannotMendError("its import takes several lines", "seed NumPy below it")
        # As if it were one more call of the file, so that no other asks for the same seed.
        number = len(self._modules.flow(start.module).facts.calls)
        text = f"{start.prefix}.seed({self.derive(Ask(start.module, number, 'seed'))})"
        last = Position(end.line - 1, len(lines[end.line - 2]) + 1)
        return Edit(start.module, layout.at(last), f"\n{text}"), text

    def _generator(self, ask: Ask) -> tuple[Edit, str]:
        bracket = self.arguments(ask.module, ask.call)
        part = given(bracket, ask.keyword, 0)
        name = layout.text_in(
            self._texts.lines(ask.module),
            Span(self._modules.call(ask.module, ask.call).span.start, bracket.start),
        )
        seed = str(self.derive(ask))
        if part is not None:
            return Edit(ask.module, part.value, seed), f"{name}{seed})"
        text = f"{ask.keyword}={seed}" if bracket.parts else seed
        ((span, new),) = layout.added(self._texts.lines(ask.module), bracket, text)
        return Edit(ask.module, span, new), f"{name}{seed})"

    # what stands there already

    def varied(
        self, ask: Ask, text: str, base: int, loops: Sequence[int]
    ) -> tuple[str, list[Edit]]:
        """``text``, which is ``base``, plus what differs at each turn of ``loops``.

        With the edits that count these. Raises `CannotMendError`.
        """
        if len(loops) > MAX_LOOPS:
            raise CannotMendError("too many loops build it", "compute a seed from their indices")
        turns = tuple((loop, TURN_STEP**level) for level, loop in enumerate(loops, start=1))
        passing = Passing(ask, None, False, Seed(None, turns=turns), "")
        strides = [stride for _, stride in turns]
        counters = self._turns.counters(passing, str(base), strides)
        pairs = zip(strides, counters, strict=True)
        terms = [text, *(f"{stride} * {counter.name}" for stride, counter in pairs)]
        return " + ".join(terms), [edit for counter in counters for edit in counter.edits]


IMPORT = re.compile(r"(import|from)\b")


def given(bracket: Bracket, keyword: str, position: int | None) -> Part | None:
    """The argument for ``keyword``, by its name or its place."""
    for part in bracket.parts:
        if part.name == keyword:
            return part
    plain = [part for part in bracket.parts if part.name is None]
    is_told = position is not None and position < len(plain) and not any(p.star for p in plain)
    return plain[position] if is_told and position is not None else None


def _is_parameter(part: Part, lines: Lines) -> bool:
    return layout.text_in(lines, part.span) not in ("*", "/")


def shown(reason: str, advice: str) -> Fix:
    """What is to be done by hand, and why it has to be."""
    return Fix(f"{advice[0].upper()}{advice[1:]}", Applicability.DISPLAY, reason=reason)
