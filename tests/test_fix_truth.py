"""Mended projects, built on the installed TensorFlow: did the fix do what it says, and no more?

Every case of `tests/fixes` is built as it stands, after `--fix` and after `--unsafe-fixes`, each in
two fresh processes with the global generators somewhere else (`fixes/README.md`).
"""

from __future__ import annotations

import ast
import io
import itertools
import json
import os
import re
import subprocess
import sys
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from seedlint.cli import main
from seedlint.turns import INDICES

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
FOLDER = Path(__file__).parent / "fixes"
OPTIONS = {
    *("safe", "left", "shared", "why", "clone", "same"),
    *("newline", "bom", "encoding", "settings"),
}
FLAGS = {"before": None, "safe": (), "unsafe": ("--unsafe-fixes",)}
# An underscore that counts becomes one of these.
COUNTERS = ("_", *INDICES)
Told = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A project of `tests/fixes`; ``number`` is its place in `CASES`."""

    number: int
    name: str
    files: dict[str, str]
    options: Told

    def write(self, folder: Path) -> None:
        newline = self.options.get("newline", "\n")
        bom = "\ufeff" if self.options.get("bom") else ""
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            whole = bom + text.replace("\n", newline)
            path.write_bytes(whole.encode(self.options.get("encoding", "utf-8")))
        table = self.options.get("settings", {})
        lines = ["[tool.seedlint]", *(f"{key} = {json.dumps(one)}" for key, one in table.items())]
        (folder / ".git").mkdir(parents=True)
        (folder / "pyproject.toml").write_text("\n".join(lines), "utf-8")


def read() -> Iterator[Case]:
    numbers = itertools.count()
    for path in sorted(FOLDER.glob("*.txt")):
        for block in re.split(r"^=== ", path.read_text("utf-8"), flags=re.MULTILINE)[1:]:
            head, _, body = block.partition("\n")
            name, _, options = head.partition(" | ")
            first, *others = re.split(r"^>>> (.*)\n", body, flags=re.MULTILINE)
            files = dict(zip(others[::2], others[1::2], strict=True)) or {"model.py": first}
            table = json.loads(options or "{}")
            yield Case(next(numbers), f"{path.stem}-{name}", files, table)


CASES = list(read())


@dataclass(frozen=True)
class State:
    """One case after one way of mending: its texts, what was said, what two processes built."""

    folder: Path
    said: str
    again: str
    changed: tuple[str, ...]
    built: tuple[Told, Told]

    @property
    def models(self) -> list[Told]:
        return list(self.built[0]["models"])

    @property
    def layers(self) -> list[list[Told]]:
        return [model["layers"] for model in self.models]


States = dict[str, list[State]]


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> States:
    top = tmp_path_factory.mktemp("fixes")
    mended = {
        state: [mend(one, top / state, flags) for one in CASES] for state, flags in FLAGS.items()
    }
    folders = [top / state / str(one.number) for state in FLAGS for one in CASES]
    runs = [in_process(number, top, folders) for number in range(2)]
    pairs = iter(zip(*runs, strict=True))
    return {
        state: [
            State(top / state / str(one.number), *said, next(pairs))
            for one, said in zip(CASES, mended[state], strict=True)
        ]
        for state in FLAGS
    }


def mend(one: Case, top: Path, flags: tuple[str, ...] | None) -> tuple[str, str, tuple[str, ...]]:
    """What the first and the second run say, and the files that the second one changes."""
    folder = top / str(one.number)
    one.write(folder)
    if flags is None:
        return "", "", ()
    said = seedlint("--fix", *flags, str(folder))
    texts = {name: (folder / name).read_bytes() for name in one.files}
    again = seedlint("--fix", *flags, str(folder))
    changed = [name for name, text in texts.items() if (folder / name).read_bytes() != text]
    return said, again, tuple(changed)


def seedlint(*args: str) -> str:
    result = CliRunner().invoke(main, ["check", "--output-format", "concise", *args])
    crashed = result.exception is not None and not isinstance(result.exception, SystemExit)
    return result.output + (f"CRASH {result.exception!r}" if crashed else "")


def in_process(number: int, top: Path, folders: list[Path]) -> list[Told]:
    job, result = top / f"job{number}.json", top / f"result{number}.json"
    projects = [
        {
            "folder": str(folder),
            "clone": folder.parent.name == "unsafe"
            and CASES[int(folder.name)].options.get("clone"),
        }
        for folder in folders
    ]
    job.write_text(json.dumps({"process": number, "projects": projects}), "utf-8")
    env = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-m", "tests.truth.builds", str(job), str(result)]
    ended = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return list(json.loads(result.read_text("utf-8")))


# --- what mending may change --------------------------------------------------------------------


class Bare(ast.NodeTransformer):
    """A tree without all that `--fix` may write."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        node.keywords = [one for one in node.keywords if not seedlike(one.arg)]
        node.args = [one for one in node.args if not derived(one)]
        return node

    def visit_arguments(self, node: ast.arguments) -> ast.AST:
        self.generic_visit(node)
        pairs = zip(node.kwonlyargs, node.kw_defaults, strict=True)
        kept = [(one, default) for one, default in pairs if not seedlike(one.arg)]
        node.kwonlyargs = [one for one, _ in kept]
        node.kw_defaults = [default for _, default in kept]
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        self.generic_visit(node)
        target = node.targets[0]
        match target:
            case ast.Attribute(attr=name) if seedlike(name):
                return None
            case ast.Subscript(slice=ast.Constant(value=str(name))) if seedlike(name):
                return None
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        self.generic_visit(node)
        match node.value:
            case ast.Call(
                func=ast.Attribute(attr="seed" | "update"), args=[] | [ast.Dict(keys=[])]
            ):
                return None
        return node

    def visit_Dict(self, node: ast.Dict) -> ast.AST:
        self.generic_visit(node)
        pairs = [
            (key, value)
            for key, value in zip(node.keys, node.values, strict=True)
            if not (isinstance(key, ast.Constant) and seedlike(key.value))
        ]
        node.keys, node.values = [key for key, _ in pairs], [value for _, value in pairs]
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        node.target, node.iter = uncounted(node.target, node.iter)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        node.target, node.iter = uncounted(node.target, node.iter)
        return node


def seedlike(name: object) -> bool:
    return isinstance(name, str) and "seed" in name


def derived(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=None):
            return True
        case ast.Constant(value=int(value)):
            return value >= 10**6
        case ast.BinOp(left=left):
            return derived(left)
    return False


def uncounted(target: ast.expr, iterable: ast.expr) -> tuple[ast.expr, ast.expr]:
    match target, iterable:
        case ast.Tuple(elts=[_, each]), ast.Call(func=ast.Name(id="enumerate"), args=[what, *_]):
            return uncounted(each, what)
        case ast.Name(id=name), _ if name in COUNTERS:
            return ast.Name("_"), iterable
    return target, iterable


def comments(data: bytes) -> list[str]:
    tokens = tokenize.tokenize(io.BytesIO(data).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def bare(data: bytes) -> str:
    return ast.dump(Bare().visit(ast.parse(data)), indent=1)


def misdone(old: bytes, new: bytes) -> Iterator[str]:
    """What ``new`` has that no fix may write."""
    try:
        if bare(old) != bare(new):
            yield "other code changed"
    except (SyntaxError, UnicodeDecodeError) as error:
        yield f"does not parse: {error}"
        return
    if comments(old) != comments(new):
        yield "comments changed"
    if old[:3] == b"\xef\xbb\xbf" and new[:3] != old[:3]:
        yield "the byte-order mark is gone"
    kinds = [set(re.findall(rb"\r\n|\r|\n", data)) for data in (old, new)]
    if kinds[0] != kinds[1]:
        yield f"newlines {kinds[0]} became {kinds[1]}"
    if old.endswith((b"\n", b"\r")) != new.endswith((b"\n", b"\r")):
        yield "the end of the file changed"


# --- what mending must reach --------------------------------------------------------------------


def pairs(layers: list[Told]) -> set[tuple[int, int]]:
    """The places of layers that share a seed, by their configuration or their generators."""
    drawn = [streams(layer) for layer in layers]
    return {
        (one, other)
        for one, other in itertools.combinations(range(len(layers)), 2)
        if layers[one]["kind"] == layers[other]["kind"] and drawn[one] & drawn[other]
    }


def streams(layer: Told) -> set[int]:
    own = set() if layer["seed"] is None else {int(layer["seed"])}
    return own | {state[0] for state in layer["states"]}


def frozen(model: Told) -> bool:
    steps = model["forward"] if model["steps"] else None
    return steps is not None and len(set(steps)) == 1


def unseeded(state: State) -> int:
    return sum(layer["seed"] is None for layers in state.layers for layer in layers)


def problems(one: Case, before: State, after: State, unsafe: bool) -> Iterator[str]:
    options = one.options
    for name in one.files:
        old, new = ((state.folder / name).read_bytes() for state in (before, after))
        yield from (f"{name}: {text}" for text in misdone(old, new))
    if "CRASH" in after.said or "CRASH" in after.again:
        yield "crashed"
    if after.changed:
        yield f"a second run changes {after.changed}"
    for state in (before, after):
        for built in state.built:
            if "error" in built:
                yield f"{'before: ' if state is before else ''}{built['error']}"
                return
    left = options.get("left", 0)
    allowed = left if unsafe else options.get("safe", 0)
    if allowed is not None and unseeded(after) != allowed:
        yield f"{unseeded(after)} layers have no seed, not {allowed}"
    shapes = [[len(layers) for layers in state.layers] for state in (before, after)]
    if shapes[0] != shapes[1]:
        yield f"{shapes[0]} layers became {shapes[1]}"
        return
    for was, became in zip(before.layers, after.layers, strict=True):
        for layer in became:
            if any(not 0 <= seed < 2**31 - 2 for seed in streams(layer)):
                yield f"out of range: {layer}"
        if made_equal := pairs(became) - pairs(was):
            yield f"layers share seeds now: {sorted(made_equal)}"
    for old_model, new_model in zip(before.models, after.models, strict=True):
        if frozen(new_model) and not frozen(old_model):
            yield "every step draws the same"
    if not unsafe:
        return
    if (shared := sum(len(pairs(layers)) for layers in after.layers)) != options.get("shared", 0):
        yield f"{shared} pairs share a seed"
    if options.get("same", left == 0):
        yield from differences(after)
    if options.get("clone"):
        for model in after.models:
            seeds = [layer["seed"] for layer in model["layers"]]
            if model["clone"] != seeds:
                yield f"the clone has the seeds {model['clone']}, not {seeds}"


def differences(state: State) -> Iterator[str]:
    for one, other in zip(*(built["models"] for built in state.built), strict=True):
        for first, second in zip(one["layers"], other["layers"], strict=True):
            if first != second:
                yield f"differs between processes: {first} {second}"
        if one["forward"] != other["forward"]:
            yield "the output differs between processes"


Judge = Callable[[Case, States], None]


@pytest.mark.parametrize("state", ["safe", "unsafe"])
@pytest.mark.parametrize("one", CASES, ids=[one.name for one in CASES])
def test_fix(one: Case, state: str, states: States) -> None:
    before, after = states["before"][one.number], states[state][one.number]
    found = list(problems(one, before, after, state == "unsafe"))
    texts = "".join(
        f">>> {name}\n{(after.folder / name).read_bytes().decode('latin-1')}" for name in one.files
    )
    assert found == [], f"{texts}\n{after.again}"


def test_the_cases_are_well_formed() -> None:
    names = [one.name for one in CASES]
    assert sorted(set(names)) == sorted(names)
    assert {option for one in CASES for option in one.options} <= OPTIONS


@pytest.mark.parametrize("one", CASES, ids=[one.name for one in CASES])
def test_something_is_to_be_mended(one: Case, states: States) -> None:
    before, after = states["before"][one.number], states["unsafe"][one.number]
    if "error" in before.built[0] or "error" in after.built[0]:
        pytest.skip("it does not build")
    seeds = [
        [layer["seed"] for layers in state.layers for layer in layers] for state in (before, after)
    ]
    assert seeds[0] != seeds[1] or one.options.get("left", 0) != 0 or list(differences(before))
