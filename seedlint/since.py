"""Which lines changed since a git revision, and which findings touch them."""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

from seedlint.data import dataclass
from seedlint.discover import SUFFIXES, relative_to
from seedlint.model import Finding, Report, SeedlintError, Span
from seedlint.source import NOTEBOOK

DIFF = (
    "diff",
    "--unified=0",
    "--inter-hunk-context=0",
    "--find-renames",
    "--text",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-relative",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)
# As text, which other files need not be.
PATHS = tuple(f"*{suffix}" for suffix in SUFFIXES)
HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
LETTERS = {
    letter.encode(): sign.encode() for letter, sign in zip("abtnvfr", "\a\b\t\n\v\f\r", strict=True)
}
LONE_RETURN = re.compile(rb"\r(?!\n)")
LAST = re.compile(rb"\r$")
LAST_IN_JSON = re.compile(rb'(\\n)?",?\r?$|\r$')

Range = tuple[int, int]
"""The first and the last line of a change, doubled: an odd number is a gap between two lines."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed below ``top`` in the files that git has ``tracked``; others are all new."""

    top: Path
    tracked: frozenset[str]
    ranges: Mapping[str, tuple[Range, ...]]


def changes(revision: str, folder: Path) -> Changes:
    """What changed since ``revision``, or since the two parted, up to what is on the disk now.

    Asks the git repository around ``folder``. Raises `SeedlintError` where that has no answer.
    """
    # As an option, what a user wrote could do anything; with three dots, git adds the merge base.
    asked = ("rev-parse", "--show-toplevel", "--is-shallow-repository", "--end-of-options")
    done = _git(folder, *asked, f"{revision}^{{commit}}...HEAD")
    known = re.match(rb"(.+)\n(true|false)\n.*?\n\^(\w+)\n", done.stdout, re.DOTALL)
    if done.returncode or known is None:
        raise SeedlintError(f"--since {revision}: {_refusal(done)}")
    top = Path(os.fsdecode(known[1]))
    tracked = _answer(top, "ls-files", "-z", "--", *PATHS)
    ranges = _ranges(_answer(top, *DIFF, known[3].decode(), "--", *PATHS))
    return Changes(top, frozenset(map(os.fsdecode, tracked.split(b"\0"))), ranges)


def untouched(report: Report, changed: Changes) -> frozenset[Finding]:
    """The findings of ``report`` that nothing ``changed`` touches, nor any of their notes."""
    touches = partial(_touches, report, changed)
    return frozenset(
        finding
        for finding in report.findings
        if not touches(finding.path, finding.span)
        and not any(
            touches(note.path, note.span) for note in finding.notes if note.path and note.span
        )
    )


def _touches(report: Report, changed: Changes, path: str, span: Span) -> bool:
    """Whether something ``changed`` touches the place ``span`` of ``path``."""
    name = relative_to(Path(path), changed.top)
    if name is None or name not in changed.tracked:
        return True
    ranges = changed.ranges.get(name, ())
    if ranges and LONE_RETURN.search(report.read[path]):
        # For git, all that stands between two `\n` is one line.
        return True
    first, last = report.view(path, span).rows
    return any(start <= 2 * last and end >= 2 * first for start, end in ranges)


# git


def _git(folder: Path, *args: str) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_LITERAL_PATHSPECS": "0"}
    try:
        return subprocess.run(["git", *args], cwd=folder, env=env, capture_output=True)
    except OSError as error:
        raise SeedlintError(f"--since: cannot run git: {error.strerror or error}") from error


def _answer(folder: Path, *args: str) -> bytes:
    done = _git(folder, *args)
    if done.returncode:
        raise SeedlintError(f"--since: git {args[0]}: {_said(done)}")
    return done.stdout


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    line = done.stderr.decode("utf-8", "replace").partition("\n")[0]
    return line.removeprefix("fatal: ")


def _refusal(done: subprocess.CompletedProcess[bytes]) -> str:
    """Why git knows of no changes: ``done`` is what it says of a revision."""
    if not done.stdout:
        return _said(done)
    is_shallow = b"\ntrue\n" in done.stdout
    what = "git knows no such revision" if done.returncode else "HEAD has nothing in common with it"
    return f"{what}; this clone is shallow, fetch more of it" if is_shallow else what


def _ranges(diff: bytes) -> dict[str, tuple[Range, ...]]:
    """The changes of each file in ``diff``."""
    found: dict[str, tuple[Range, ...]] = {}
    path = ""
    lines = iter(diff.split(b"\n"))
    for line in lines:
        if line.startswith(b"+++ "):
            path = _path(line[4:])
        elif hunk := HUNK.match(line):
            removed, start, added = (1 if part is None else int(part) for part in hunk.groups())
            # Not those on the last line of a file without a newline: `\ No newline at end of file`.
            body = (line for line in lines if not line.startswith(b"\\"))
            old, new = list(islice(body, removed)), list(islice(body, added))
            found[path] = (
                *found.get(path, ()),
                *_changed(old, new, start, path.endswith(NOTEBOOK)),
            )
    return found


def _changed(
    old: Sequence[bytes], new: Sequence[bytes], start: int, is_json: bool
) -> Iterator[Range]:
    """The changes of a hunk, in which ``new`` lines from ``start`` on are in place of ``old`` ones.

    The last line of a file or a cell stays the same when it gets a newline, in JSON with a comma.
    """
    tail = LAST_IN_JSON if is_json else LAST
    known = Counter(tail.sub(b"", line[1:]) for line in old)
    fresh = []
    for number, line in enumerate(new, start):
        text = tail.sub(b"", line[1:])
        if known[text]:
            known[text] -= 1
        else:
            fresh.append(number)
    yield from ((2 * number, 2 * number) for number in fresh)
    if not fresh:
        gap = 2 * (start + max(len(new) - 1, 0)) + 1
        yield gap, gap


def _path(label: bytes) -> str:
    """The name in ``label``: git quotes it if it has signs, and ends it with a tab for blanks."""
    label = label.removesuffix(b"\t")
    if label.startswith(b'"'):
        label = ESCAPE.sub(_unescaped, label[1:-1])
    return os.fsdecode(label[2:])


def _unescaped(escape: re.Match[bytes]) -> bytes:
    what = escape[1]
    return bytes([int(what, 8)]) if len(what) == 3 else LETTERS.get(what, what)
