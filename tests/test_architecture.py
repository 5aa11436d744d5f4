"""The floor plan: imports point to lower floors, and outside things have one door each."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "seedlint"
# From the ground up; a module may import what stands before it. `x.*` is a folder of modules.
ORDER = (
    "__init__",
    "data",
    "model",
    "deep",
    "needles",
    "seeds",
    "reach",
    "facts",
    "edits",
    "layout",
    "flow",
    "values",
    "numbers",
    "catalogue",
    "files",
    "codec",
    "source",
    "hazards",
    "magics",
    "notebook",
    "splice",
    "writing",
    "mappings",
    "proof",
    "pins",
    "config",
    "schema",
    "extract.drafts",
    "extract.nodes",
    "extract.walk",
    "extract.comments",
    "extract.positions",
    "extract.expressions",
    "extract.places",
    "extract.bindings",
    "extract.visitor",
    "extract.graft",
    "extract.parser",
    "extract.__init__",
    "jobs",
    "modules",
    "calls",
    "classes",
    "containers",
    "results",
    "answers",
    "names",
    "overrides",
    "identity",
    "configs",
    "callees",
    "layers",
    "units",
    "graphs",
    "twins",
    "cobuilt",
    "runs",
    "frozen",
    "masks",
    "literals",
    "takers",
    "sources",
    "plans",
    "refusals",
    "seeding",
    "draws",
    "turns",
    "mends",
    "saving",
    "kinds",
    "rejected",
    "rewrites",
    "futile",
    "versions",
    "project",
    "rule",
    "rules.*",
    "rules.__init__",
    "silence",
    "prints",
    "marks",
    "discover",
    "settings",
    "glance",
    "forks",
    "children",
    "overview",
    "parts",
    "foreign",
    "sealed",
    "cache",
    "dismissed",
    "recall",
    "staff",
    "workers",
    "cluster",
    "reading",
    "judging",
    "patch",
    "baseline",
    "since",
    "known",
    "request",
    "run",
    "ignores",
    "fix",
    "state.records",
    "state.generators",
    "state.layers",
    "state.shared",
    "state.models",
    "state.files",
    "state.callback",
    "state.__init__",
    "verify.__init__",
    "verify.model",
    "verify.verdicts",
    "verify.places",
    "verify.faults",
    "verify.hooks",
    "verify.watch",
    "verify.building",
    "verify.redrawing",
    "verify.resuming",
    "verify.child",
    "verify.processes",
    "verify.replay",
    "verify.target",
    "verify.resume",
    "formats.text",
    "formats.terminal",
    "formats.places",
    "formats.preview",
    "formats.concise",
    "formats.as_json",
    "formats.page",
    "formats.drawing",
    "formats.matrix",
    "formats.*",
    "formats.__init__",
    "server.places",
    "server.documents",
    "server.work",
    "server.diagnostics",
    "server.actions",
    "server.session",
    "server.features",
    "server.__init__",
    "codemod",
    "testing",
    "pytest_plugin",
    "cli.words",
    "cli.ending",
    "cli.options",
    "cli.progress",
    "cli.crew",
    "cli.markdown",
    "cli.proving",
    "cli.*",
    "cli.__init__",
    "__main__",
)
DOORS = {
    # What lints starts quickly: its classes are made by `data`.
    "dataclasses": "data extract formats state verify",
    "libcst": "extract codemod",
    "pathspec": "discover",
    "distributed": "cluster",
    "click": "cli formats pytest_plugin",
    "tensorflow": "verify",
    "keras": "state verify",
    "numpy": "verify",
    "pytest": "pytest_plugin",
    "pygls": "server",
    "lsprotocol": "server",
}
NO_PRINTING = re.compile(r"(?<![\w.])print\(|sys\.std(out|err)|click\.echo\(")
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def rank(name: str) -> int:
    """The place of a module in `ORDER`; raises `ValueError` for one that is not on it."""
    if name in ORDER:
        return ORDER.index(name)
    return ORDER.index(f"{name.partition('.')[0]}.*")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            base = node.module or ""
            yield from (
                f"{base}.{alias.name}" if is_module(f"{base}.{alias.name}") else base
                for alias in node.names
            )
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from (str(arg.value) for arg in node.args[:1] if isinstance(arg, ast.Constant))


def is_module(dotted: str) -> bool:
    path = ROOT / dotted.replace(".", "/")
    return dotted.startswith("seedlint.") and (path.is_dir() or path.with_suffix(".py").exists())


def own(dotted: str) -> str | None:
    """The name in the plan of an imported module of seedlint."""
    if dotted.partition(".")[0] != "seedlint":
        return None
    name = dotted.partition(".")[2] or "__init__"
    return f"{name}.__init__" if (PACKAGE / name.replace(".", "/")).is_dir() else name


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_is_on_the_plan(path: Path) -> None:
    rank(name_of(path))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_down(path: Path) -> None:
    here = name_of(path)
    wrong = [
        target
        for target in map(own, imported(path))
        if target is not None and not rank(target) < rank(here)
    ]
    assert not wrong


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_outside_things_have_one_door(path: Path) -> None:
    room = name_of(path).partition(".")[0]
    packages = {dotted.partition(".")[0] for dotted in imported(path)}
    assert not [name for name in packages & DOORS.keys() if room not in DOORS[name].split()]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_command_line_prints(path: Path) -> None:
    if name_of(path).partition(".")[0] != "cli":
        assert not NO_PRINTING.search(path.read_text("utf-8"))


def test_the_picture_in_the_readme_says_the_same() -> None:
    picture = (ROOT / "README.md").read_text("utf-8").partition("```\nseedlint/\n")[2]
    rooms = re.findall(r"(\w+)(?:\.py|/)", picture.partition("```")[0])
    shown = [room for room in dict.fromkeys(rooms) if room != "catalogue"]
    plan = [name.partition(".")[0] for name in ORDER if not name.startswith("__")]
    assert shown == [room for room in dict.fromkeys(plan) if room != "catalogue"]
