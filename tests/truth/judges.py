"""What has to be measured of a line that a rule marks, and of one that it leaves alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from tests.truth.measured import Case, Draw, Layer, Lines, Program


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether what was ``measured`` of the lines ``where`` is what the example says of them."""

    where: str
    caught: bool
    right: bool
    measured: str

    def __str__(self) -> str:
        said = "is marked" if self.caught else "must stay silent"
        return f"{self.where} {said}; measured: {self.measured}"


Judge = Callable[[Case], Iterator[Verdict]]


def changes(case: Case) -> Iterator[Verdict]:
    """A marked line draws something else in each process, all others the same."""
    for line in sorted(case.marked):
        told = [tuple(_streams_at(program, line) for program in pair) for pair in case.pairs]
        if any(first or second for first, second in told):
            differs = any(first != second for first, second in told)
            yield Verdict(line, True, differs, _said(not differs))
        elif any(line in layer.lines and layer.inert for p in case.programs for layer in p.layers):
            yield Verdict(line, True, False, "its rate is 0")
    same: dict[Lines, bool] = {}
    for pair in case.pairs:
        first, second = (_silent_streams(program, case) for program in pair)
        for lines in first.keys() | second.keys():
            same[lines] = same.get(lines, True) and first.get(lines) == second.get(lines)
    for lines, is_same in same.items():
        yield Verdict(_shown(lines), False, is_same, _said(is_same))
    for program in case.programs:
        for layer in program.layers:
            if layer.inert and case.is_silent(layer.lines):
                draws = any(draw.drops and draw.probe == layer.key for draw in program.draws)
                yield Verdict(_shown(layer.lines), False, not draws, f"it draws: {draws}")


def _said(same: bool) -> str:
    return "both processes draw the same" if same else "each process draws something else"


def _streams_at(program: Program, line: str) -> list[tuple[str, ...]]:
    layers = [layer.streams for layer in program.layers if line in layer.lines and layer.streams]
    draws = [(d.stream,) for d in program.draws if line in d.lines and not d.in_layer]
    return layers + draws


def _silent_streams(program: Program, case: Case) -> dict[Lines, list[tuple[str, ...]]]:
    streams: dict[Lines, list[tuple[str, ...]]] = {}
    for layer in program.sources:
        if case.is_silent(layer.lines) and not layer.augments:
            streams.setdefault(layer.lines, []).append(layer.streams)
    return streams


def duplicates(case: Case) -> Iterator[Verdict]:
    """A layer of a marked line draws what another one does."""
    for line in sorted(case.marked):
        own = [(p, layer) for p in case.programs for layer in p.sources if line in layer.lines]
        twins = [
            other
            for program, layer in own
            for other in program.sources
            if other is not layer and case.share(layer, other)
        ]
        if own:
            right = bool(twins) or any(layer.mirrored for _, layer in own)
            yield Verdict(line, True, right, "" if right else "no other layer draws the same")
    yield from _distinct(case)


def repeats(case: Case) -> Iterator[Verdict]:
    """A marked line builds two layers that draw the same."""
    for line in sorted(case.marked):
        built = [[one for one in p.sources if line in one.lines] for p in case.programs]
        if any(built):
            right = any(case.share(*pair) for own in built for pair in combinations(own, 2))
            measured = f"{max(map(len, built))} built; two draw the same: {right}"
            yield Verdict(line, True, right, measured)
    yield from _distinct(case)


def _distinct(case: Case) -> Iterator[Verdict]:
    """No two layers draw the same, unless one of them stands on a marked line."""
    for program in case.programs:
        silent = [layer for layer in program.sources if case.is_silent(layer.lines)]
        for number, layer in enumerate(silent):
            twins = [
                _shown(other.lines)
                for other in silent[:number]
                if case.share(layer, other) and not _is_one_op(layer, other)
            ]
            measured = f"draws what {twins} draws" if twins else f"mirrored: {layer.mirrored}"
            yield Verdict(_shown(layer.lines), False, not twins and not layer.mirrored, measured)


def _is_one_op(layer: Layer, other: Layer) -> bool:
    """Whether both may be one op that ran twice, as in two calls of its layer."""
    return layer.name == "op" and layer.lines == other.lines


def frozen(case: Case) -> Iterator[Verdict]:
    """A marked line draws the same in two steps, or fails in a graph; any other does neither."""
    for program in case.programs:
        drawn = {line for draw in program.draws for line in draw.lines}
        failed = {line for f in program.failures if f.turn == "graph" for line in f.lines}
        for line in sorted((drawn | failed) & case.marked):
            faults = _faults(program, line)
            if faults or _runs_in_graph(program, line):
                yield Verdict(line, True, bool(faults), faults or "every step draws anew")
        for lines, draws in _by_lines(program).items():
            if case.is_silent(lines):
                faults = _repeated(draws)
                yield Verdict(_shown(lines), False, not faults, faults)
        for failure in program.failures:
            if failure.turn == "graph" and case.is_silent(failure.lines):
                yield Verdict(_shown(failure.lines), False, False, failure.text)


def _by_lines(program: Program) -> dict[Lines, list[Draw]]:
    """The dropout of its layers; a function that nothing calls may be meant to run just once."""
    layers = {layer.key for layer in program.layers} | {""}
    grouped: dict[Lines, list[Draw]] = {}
    for draw in program.draws:
        if draw.drops and draw.probe in layers:
            grouped.setdefault(draw.lines, []).append(draw)
    return grouped


def _faults(program: Program, line: str) -> str:
    draws = [draw for draw in program.draws if line in draw.lines]
    failed = [f.text for f in program.failures if f.turn == "graph" and line in f.lines]
    return _repeated(draws) or " ".join(failed[:1])


def _runs_in_graph(program: Program, line: str) -> bool:
    """Whether no other line keeps ``line`` from being run in a graph."""
    probes = {draw.probe for draw in program.draws if line in draw.lines}
    return not any(f.turn == "graph" and f.probe in probes for f in program.failures)


def _repeated(draws: Iterable[Draw]) -> str:
    steps: dict[str, Counter[str]] = defaultdict(Counter)
    for probe, _, value in {
        (draw.probe, draw.turn or number, draw.value) for number, draw in enumerate(draws)
    }:
        steps[probe][value] += 1
    again = any(times > 1 for values in steps.values() for value, times in values.items() if value)
    return "draws the same again" if again else ""


def rejected(case: Case) -> Iterator[Verdict]:
    """A marked line cannot be built or trained, or its seed is bent to another one."""
    layers = [layer for program in case.programs for layer in program.layers]
    failures = [failure for program in case.programs for failure in program.failures]
    for line in sorted(case.marked):
        own = [layer for layer in layers if line in layer.lines]
        raised = [f.text for f in failures if line in f.lines and not f.is_missing]
        if own or raised:
            right = bool(raised) or any(layer.bent for layer in own)
            yield Verdict(line, True, right, " ".join(raised[:1]) or "nothing is raised or bent")
    for layer in layers:
        if layer.streams and case.is_silent(layer.lines):
            measured = "its seed is bent" if layer.bent else layer.error
            yield Verdict(_shown(layer.lines), False, not measured, measured)
    for failure in failures:
        if failure.broken and case.is_silent(failure.lines):
            yield Verdict(_shown(failure.lines), False, False, failure.text)


def _shown(lines: Lines) -> str:
    return " ".join(sorted(lines))


# The rules of one kind look at the same thing: what one of them catches the others may leave.
KINDS: tuple[Mapping[str, Judge], ...] = (
    {"SDL001": changes, "SDL003": changes, "SDL004": changes},
    {"SDL002": duplicates, "SDL005": repeats},
    {"SDL006": frozen},
    {"SDL007": rejected},
)
# Only they are about code that no example calls itself.
IN_STEPS = frozenset({"SDL006"})
# What they find may be the same in both processes by chance.
CHANCE = frozenset(KINDS[0])
JUDGES = {code: judge for kind in KINDS for code, judge in kind.items()}
