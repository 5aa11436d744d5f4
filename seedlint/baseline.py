"""A baseline: a file that counts the findings with which a project begins, so that new ones show.

Counted by path, rule and fingerprint of the line: findings may move in their file, and files that
get another name keep theirs.
"""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from seedlint.data import dataclass
from seedlint.discover import relative_to
from seedlint.files import contents
from seedlint.model import Finding, Report, SeedlintError, Stale
from seedlint.prints import content_print

VERSION = 1

Entry = tuple[str, str, str]
"""A path from the folder of the baseline, a code, and the fingerprint of a line."""


@dataclass(frozen=True, slots=True)
class Match:
    """A report next to one baseline: it holds the ``known`` findings, but not the ``fresh`` ones.

    ``stale`` is what it holds and is gone; ``new`` is what it would have to hold. What the run did
    not look at, be it a file or a rule, stays in it.
    """

    known: frozenset[Finding]
    fresh: frozenset[Finding]
    stale: Counter[Entry]
    new: Counter[Entry]


def read(path: str) -> Counter[Entry]:
    """What the baseline ``path`` holds. Raises `SeedlintError` for one that cannot be used."""
    name = named(path)
    try:
        table = json.loads(contents(path).decode(), object_pairs_hook=_once)
        return _counts(table)
    except OSError as error:
        raise SeedlintError(f"{name}: cannot read: {error.strerror or error}") from error
    except json.JSONDecodeError as error:
        place = f"{name}:{error.lineno}:{error.colno}"
        raise SeedlintError(f"{place}: invalid JSON: {error.msg}") from error
    # Bytes that are not UTF-8, JSON that is too deep, numbers with more digits than Python reads.
    except (ValueError, RecursionError) as error:
        raise SeedlintError(f"{name}: no baseline: {error}") from error


def named(path: str) -> str:
    """The file ``path``, as a reader finds it from where seedlint was started."""
    return relative_to(Path(path), Path.cwd()) or path


def written(counts: Mapping[Entry, int]) -> str:
    """The text of a baseline: sorted, an entry a line, plain ASCII."""
    findings: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for (path, code, line), count in counts.items():
        findings[path][code][line] = count
    table = {"version": VERSION, "findings": findings}
    return json.dumps(table, indent=2, sort_keys=True) + "\n"


def used(report: Report) -> list[str]:
    """The baselines of the files of ``report``."""
    return sorted({how.baseline for how in report.linted.values()})


def match(report: Report, baseline: str, held: Counter[Entry], folders: Sequence[Path]) -> Match:
    """``report``, of all that is in ``folders`` and maybe more, next to what ``baseline`` held."""
    folder = Path(baseline).parent
    names = {
        path: _name(path, folder) for path, how in report.linted.items() if how.baseline == baseline
    }
    found = {
        finding: (names[finding.path], finding.code, content_print(report, finding))
        for finding in report.findings
        if finding.path in names
    }
    left = held.copy()
    known = _taken(found, left)
    known |= _renamed(
        {f: entry for f, entry in found.items() if f not in known}, held, left, folder
    )
    judges = _judge(report, names, folder, folders)
    judged = {entry for entry in held if judges(entry)}
    kept = Counter({entry: held[entry] for entry in held.keys() - judged})
    return Match(
        known=frozenset(known),
        fresh=frozenset(found.keys() - known),
        stale=Counter({entry: left[entry] for entry in judged if left[entry]}),
        new=kept + Counter(found.values()),
    )


def told(baseline: str, stale: Counter[Entry]) -> Iterator[Stale]:
    """``stale``, one a file."""
    counts: Counter[str] = Counter()
    for (path, _, _), count in stale.items():
        counts[path] += count
    for path, count in sorted(counts.items()):
        yield Stale(named(baseline), path, count)


def _name(path: str | Path, folder: Path) -> str:
    """``path`` from ``folder``, with forward slashes."""
    real = os.path.realpath(path)
    try:
        return Path(os.path.relpath(real, os.path.realpath(folder))).as_posix()
    # Another drive of Windows.
    except ValueError:
        return Path(real).as_posix()


def _taken(found: Mapping[Finding, Entry], left: Counter[Entry]) -> set[Finding]:
    """Those of ``found`` that are held under their own path; they go out of ``left``."""
    taken = set()
    for finding, entry in found.items():
        if left[entry] > 0:
            left[entry] -= 1
            taken.add(finding)
    return taken


def _renamed(
    found: Mapping[Finding, Entry], held: Counter[Entry], left: Counter[Entry], folder: Path
) -> set[Finding]:
    """Those of ``found`` that were in a file which is no more, and are now in one that is new."""
    files = {path for path, _, _ in held}
    gone = {path for path in files if not os.path.exists(folder / path)}
    spare: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in sorted(left.elements()):
        if entry[0] in gone:
            spare[entry[1], entry[2]].append(entry)
    taken = set()
    for finding, (path, code, line) in found.items():
        if path not in files and spare[code, line]:
            left[spare[code, line].pop()] -= 1
            taken.add(finding)
    return taken


def _judge(
    report: Report, names: Mapping[str, str], folder: Path, folders: Sequence[Path]
) -> Callable[[Entry], bool]:
    """Whether the run could have found an entry.

    It has looked for its rule in its file, or the file is not among those of a folder that was
    linted. Where there was a problem, nobody knows.
    """
    codes = {names[path]: report.linted[path].codes for path in names}
    every = frozenset().union(*codes.values())
    broken = [os.path.realpath(problem.path) for problem in report.problems]
    tops = [os.path.realpath(top) for top in folders]

    def judges(entry: Entry) -> bool:
        path = Path(os.path.realpath(folder / entry[0]))
        if any(path.is_relative_to(place) for place in broken):
            return False
        if entry[0] in codes:
            return entry[1] in codes[entry[0]]
        return entry[1] in every and any(path.is_relative_to(place) for place in tops)

    return judges


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. Raises `ValueError` for a name that stands twice: a merge gone wrong."""
    table = dict(pairs)
    if len(table) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        raise ValueError(f"`{max(counts, key=lambda name: counts[name])}` stands twice")
    return table


def _counts(table: Any) -> Counter[Entry]:
    """What ``table`` holds. Raises `ValueError` where it does not read as `written` writes it."""
    if not isinstance(table, dict) or "version" not in table:
        raise ValueError("it has no `version`")
    if table["version"] != VERSION:
        raise ValueError(f"its version is {table['version']!r}, and this seedlint reads {VERSION}")
    counts: Counter[Entry] = Counter()
    for path, codes in _items(table.get("findings"), "`findings`"):
        for code, lines in _items(codes, f"`{path}`"):
            for line, count in _items(lines, f"`{code}` of `{path}`"):
                if type(count) is not int or count < 1:
                    raise ValueError(f"in `{code}` of `{path}`, {count!r} is no count")
                counts[path, code, line] = count
    return counts


def _items(table: Any, name: str) -> Iterable[tuple[str, Any]]:
    if not isinstance(table, dict):
        raise ValueError(f"{name} must be an object")
    return table.items()
