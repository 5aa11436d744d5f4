"""What takes its time, and so runs beside the conversation with the editor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from seedlint import fix
from seedlint.config import Partial, is_project
from seedlint.discover import is_excluded
from seedlint.extract.comments import DIRECTIVE
from seedlint.fix import Change, Outcome, is_allowed
from seedlint.model import Applicability, Edit, Finding, Fix, Position, Report, Span
from seedlint.reading import Memory
from seedlint.run import Request, lint
from seedlint.server.documents import Document
from seedlint.settings import Settings

# A fix makes one more of each text that it edits; what is on the disk is another.
VERSIONS = 6
ALL = "*"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that is open at one moment; ``generation`` goes up with every change.

    ``folders`` are those that the editor works in.
    """

    generation: int
    documents: tuple[Document, ...]
    folders: tuple[Path, ...]

    @property
    def overlay(self) -> dict[Path, bytes]:
        return {document.path: document.data for document in self.documents}


@dataclass(frozen=True, slots=True)
class Job:
    """What is linted at once: the open files of one project, or a text that has no file."""

    root: Path
    request: Request
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    job: Job
    report: Report

    def path_of(self, uri: str) -> Path:
        return next(document.path for document in self.job.documents if document.uri == uri)

    def is_unread(self, document: Document) -> bool:
        """Whether ``document`` could not be read at all; of a notebook, a cell may be left out."""
        problems = self.report.problems
        return any(
            one.cell is None and Path(one.path).resolve() == document.path for one in problems
        )


def jobs(snapshot: Snapshot) -> Iterator[Job]:
    """What there is to lint; excluded files are left out."""
    settings = Settings((), Partial(), None, False)
    by_root: dict[Path, list[Document]] = {}
    for document in snapshot.documents:
        root = settings.of(document.path.parent).root
        if not document.is_file:
            request = Request((document.path,), stdin=(document.path, document.data))
            yield Job(root, request, (document,))
        elif not is_excluded(document.path, settings.of):
            by_root.setdefault(root, []).append(document)
    for root, found in by_root.items():
        yield Job(root, Request(tuple(document.path for document in found)), tuple(found))


@dataclass(slots=True)
class Linter:
    """Lints what is open, as far as others have a part in it."""

    _memory: Memory = field(default_factory=Memory)

    def verdicts(self, snapshot: Snapshot, dirty: frozenset[str]) -> list[Verdict]:
        """On the projects of the documents ``dirty``, which are named by their URIs."""
        found = list(jobs(snapshot))
        roots = {job.root for job in found if dirty & {ALL, *(one.uri for one in job.documents)}}
        verdicts = [
            Verdict(job, lint(job.request, snapshot.overlay, self._memory))
            for job in found
            if job.root in roots
        ]
        self._memory.forget(VERSIONS)
        return verdicts


@dataclass(frozen=True, slots=True)
class Remedy:
    """Something that an editor can offer: to ``fix`` the finding ``code`` at ``start``.

    Or, by its ``kind``, to ``ignore`` it; ``fix-all`` is for all the findings of a file.
    """

    kind: str
    code: str
    start: Position

    def meets(self, path: Path, finding: Finding) -> bool:
        place = (Path(finding.path).resolve(), finding.code, finding.span.start)
        return place == (path, self.code, self.start)


@dataclass(slots=True)
class Mender:
    """Finds fixes, and proves them: for that it reads whole projects."""

    _memory: Memory = field(default_factory=Memory)
    _generation: int = -1
    _verdicts: list[Verdict] = field(default_factory=list)

    def verdict(self, snapshot: Snapshot, uri: str) -> Verdict | None:
        """On the whole project of the document ``uri``."""
        if self._generation != snapshot.generation:
            self._generation, self._verdicts = snapshot.generation, []
        for verdict in self._verdicts:
            if _holds(verdict.job, uri):
                return verdict
        for job in jobs(snapshot):
            if _holds(job, uri):
                job = replace(job, request=_whole(job, snapshot.folders))
                verdict = Verdict(job, lint(job.request, snapshot.overlay, self._memory))
                self._memory.forget(VERSIONS)
                self._verdicts.append(verdict)
                return verdict
        return None

    def changes(self, snapshot: Snapshot, uri: str, remedy: Remedy) -> tuple[Change, ...] | str:
        """What ``remedy`` changes, or why nothing does."""
        verdict = self.verdict(snapshot, uri)
        if verdict is None:
            return "the file is excluded"
        path = verdict.path_of(uri)
        if remedy.kind == "ignore":
            outcomes = self._ignored(snapshot, verdict, path, remedy)
        else:
            outcomes = iter([self._mended(snapshot, verdict, path, remedy)])
        reason = "nothing mends it"
        for outcome in outcomes:
            if outcome.changes:
                return outcome.changes
            reason = next(iter(outcome.refused.values()), reason)
        return reason

    def _mended(self, snapshot: Snapshot, verdict: Verdict, path: Path, remedy: Remedy) -> Outcome:
        is_all = remedy.kind == "fix-all"

        def is_wanted(finding: Finding) -> bool:
            if is_all:
                return is_safe_within(path, finding)
            return is_allowed(True, finding) and remedy.meets(path, finding)

        rounds = fix.MAX_ROUNDS if is_all else 1
        request, report = verdict.job.request, verdict.report
        found = fix.mended(request, report, is_wanted, snapshot.overlay, self._memory, rounds)
        self._memory.forget(VERSIONS)
        return found

    def _ignored(
        self, snapshot: Snapshot, verdict: Verdict, path: Path, remedy: Remedy
    ) -> Iterator[Outcome]:
        """A comment on the first line of a finding, or on its last where none can stand there."""
        paths = tuple(document.path for document in verdict.job.documents)
        request = replace(verdict.job.request, paths=paths, thorough=False)
        report = lint(request, snapshot.overlay, self._memory)
        found = next((one for one in report.findings if remedy.meets(path, one)), None)
        rows = () if found is None else (found.span.start.line, found.span.end.line)
        for row in dict.fromkeys(rows):
            assert found is not None
            silenced = replace(found, fix=_comment(found, row, report.texts[found.path][row - 1]))
            changed = replace(
                report,
                findings=tuple(silenced if one is found else one for one in report.findings),
                read={**report.read, found.path: snapshot.overlay[path]},
            )
            wanted = partial(remedy.meets, path)
            yield fix.mended(request, changed, wanted, snapshot.overlay, self._memory, rounds=1)
        self._memory.forget(VERSIONS)


def _comment(finding: Finding, row: int, line: str) -> Fix:
    """What silences ``finding`` on the ``line`` with the number ``row``."""
    known = DIRECTIVE.search(line)
    column = len(line.rstrip()) + 1
    text = f"  # seedlint: ignore[{finding.code}]"
    if known is not None and known["form"].lower() == "ignore" and (known["codes"] or "").strip():
        column, text = known.end("codes") + 1, f", {finding.code}"
    place = Position(row, column)
    edit = Edit(finding.path, Span(place, place), text)
    return Fix(f"Ignore {finding.code}", Applicability.SAFE, (edit,))


def _whole(job: Job, folders: tuple[Path, ...]) -> Request:
    """The request of ``job`` with all that may have a part in it.

    A file that is in no project, and in none of ``folders``, may have all of a disk beside it.
    """
    is_within = any(top == job.root or top in job.root.parents for top in folders)
    if not is_within and not is_project(job.root):
        return job.request
    paths = job.request.paths if job.request.stdin else (job.root,)
    return replace(job.request, paths=paths, thorough=True)


def _holds(job: Job, uri: str) -> bool:
    return any(document.uri == uri for document in job.documents)


def is_safe_within(path: Path, finding: Finding) -> bool:
    """Whether ``finding`` has a safe fix that changes ``path`` alone."""
    edits = finding.fix.edits if finding.fix else ()
    return is_allowed(False, finding) and all(Path(edit.path).resolve() == path for edit in edits)
