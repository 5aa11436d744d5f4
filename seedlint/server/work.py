"""What takes its time, and so runs beside the conversation with the editor."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Set
from functools import partial
from pathlib import Path

from seedlint import fix
from seedlint.config import Partial, is_project
from seedlint.data import dataclass, field, replace
from seedlint.discover import is_excluded
from seedlint.fix import Task, is_allowed
from seedlint.ignores import remedied
from seedlint.known import sifted
from seedlint.model import Change, Finding, Position, Report
from seedlint.reading import Memory
from seedlint.request import Request
from seedlint.run import examine
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
    """What ``report`` tells of ``job``; ``whole`` is it before what is known was taken out."""

    job: Job
    report: Report
    whole: Report

    @property
    def paths(self) -> tuple[Path, ...]:
        return tuple(document.path for document in self.job.documents)

    def path_of(self, uri: str) -> Path:
        return next(document.path for document in self.job.documents if document.uri == uri)

    @property
    def complaints(self) -> frozenset[str]:
        """What is wrong with the settings."""
        return frozenset(
            f"{problem.path}:{problem.position.line if problem.position else 1}: {problem.message}"
            for problem in self.report.problems
            if problem.path.endswith("pyproject.toml")
        )

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
        root = settings.of(os.path.realpath(document.path.parent)).root
        if not document.is_file:
            request = Request((document.path,), stdin=(document.path, document.data))
            yield Job(root, request, (document,))
        elif not is_excluded(document.path, settings.of):
            by_root.setdefault(root, []).append(document)
    for root, found in by_root.items():
        yield Job(root, Request(tuple(document.path for document in found)), tuple(found))


def judged(job: Job, overlay: Mapping[Path, bytes], memory: Memory) -> Verdict:
    """Raises `SeedlintError` for a broken baseline."""
    whole = examine(job.request, overlay, memory)
    return Verdict(job, sifted(whole, job.request.folders, job.request.since), whole)


@dataclass(slots=True)
class Linter:
    """Lints what is open, as far as others have a part in it."""

    _memory: Memory = field(default_factory=Memory)

    def verdicts(self, snapshot: Snapshot, dirty: frozenset[str]) -> list[Verdict]:
        """On the projects of the documents ``dirty``, which are named by their URIs."""
        found = list(jobs(snapshot))
        roots = {job.root for job in found if dirty & {ALL, *(one.uri for one in job.documents)}}
        verdicts = [
            judged(job, snapshot.overlay, self._memory) for job in found if job.root in roots
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
        """Whether it is for ``finding``, and that has a fix."""
        place = (Path(finding.path).resolve(), finding.code, finding.span.start)
        return place == (path, self.code, self.start) and is_allowed(True, finding)

    def silenced(self, report: Report, known: Set[Finding]) -> Report:
        """``report`` with a comment for the fix of the finding that it is for."""
        start = (self.code, self.start)
        others = (one for one in report.findings if (one.code, one.span.start) != start)
        return remedied(report, {*known, *others})


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
                verdict = judged(job, snapshot.overlay, self._memory)
                self._memory.forget(VERSIONS)
                self._verdicts.append(verdict)
                return verdict
        return None

    def changes(self, snapshot: Snapshot, uri: str, remedy: Remedy) -> tuple[Change, ...] | str:
        """What ``remedy`` changes, or why nothing does."""
        verdict = self.verdict(snapshot, uri)
        if verdict is None:
            return "the file is excluded"
        task, rounds = self._task(snapshot, verdict, verdict.path_of(uri), remedy)
        first = verdict.whole if task.request == verdict.job.request else None
        outcome = fix.mended(task, first, rounds)
        self._memory.forget(VERSIONS)
        return outcome.changes or next(iter(outcome.refused.values()), "nothing mends it")

    def _task(
        self, snapshot: Snapshot, verdict: Verdict, path: Path, remedy: Remedy
    ) -> tuple[Task, int]:
        """What does ``remedy``, and in how many rounds."""
        task = Task(
            verdict.job.request, partial(is_safe_within, path), self._memory, snapshot.overlay
        )
        if remedy.kind == "fix-all":
            return task, fix.MAX_ROUNDS
        task = replace(task, wanted=partial(remedy.meets, path))
        if remedy.kind == "ignore":
            # A comment shows its effect in its own file.
            request = replace(task.request, paths=verdict.paths, thorough=False)
            task = replace(task, request=request, remedied=remedy.silenced)
        return task, 1


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
