"""Where other programs find a place: paths from the root of the repository, lines of files."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from seedlint.discover import relative_to
from seedlint.formats.text import shown
from seedlint.model import Finding, Note, Problem, Report, View


def from_root(path: str) -> str:
    """``path`` from the folder that holds ``.git``, or the current one; absolute outside it."""
    return _from(_root(Path.cwd()), path)


@cache
def _from(root: Path, path: str) -> str:
    return relative_to(Path(path), root) or str(Path(path).absolute())


@cache
def _root(folder: Path) -> Path:
    around = (folder, *folder.parents)
    return next((above for above in around if (above / ".git").exists()), folder)


def headed(view: View, message: str) -> str:
    """``message``, in a notebook behind the cell, which no line of a file can name."""
    return shown(message if view.cell is None else f"{view}: {message}")


def view_of(report: Report, finding: Finding) -> View:
    return report.view(finding.path, finding.span)


def view_of_note(report: Report, note: Note) -> View | None:
    """Where ``note`` points to, if to anything."""
    if note.path is None or note.span is None:
        return None
    return report.view(note.path, note.span)


def told(problem: Problem) -> str:
    """The message of ``problem``, in a notebook behind the cell and the line in it."""
    if problem.cell is None:
        return shown(problem.message)
    at = problem.position
    place = "" if at is None else f":{at.line}:{at.column}"
    return shown(f"cell {problem.cell}{place}: {problem.message}")


def row_of(problem: Problem) -> int:
    """The line of the file that ``problem`` has a place on; the first where that is not known."""
    return 1 if problem.position is None or problem.cell is not None else problem.position.line
