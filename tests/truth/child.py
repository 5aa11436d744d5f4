"""Runs examples on TensorFlow and writes down what each of their lines drew.

``python -m tests.truth.child <job.json> <result.json>``, in a process of its own.
"""

from __future__ import annotations

import ast
import importlib.machinery
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from tests.projects import write
from tests.truth import probe, steps
from tests.truth.lab import Lab
from tests.truth.log import Log


class Loader(importlib.machinery.SourceFileLoader):
    """Runs a module of an example statement by statement: one that fails costs only itself."""

    log: Log

    def exec_module(self, module: ModuleType) -> None:
        run(Path(self.path), module, self.log)


class Finder:
    """Finds the modules of the example that runs."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.origin is None or not spec.origin.startswith(self._log.folder):
            return None
        spec.loader = loader = Loader(name, spec.origin)
        loader.log = self._log
        return spec


def run(path: Path, module: ModuleType, log: Log) -> None:
    for code in statements(path):
        try:
            exec(code, module.__dict__)
        except (Exception, SystemExit) as error:
            log.failed(error)


def statements(path: Path) -> Iterator[CodeType]:
    flags = 0
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                flags |= getattr(import_module("__future__"), alias.name).compiler_flag
        yield compile(ast.Module([node], []), str(path), "exec", flags, dont_inherit=True)


def entries(files: Mapping[str, str]) -> list[str]:
    """The files that no other one imports: each is a program."""
    imported = set()
    for name, text in files.items():
        for node in ast.walk(ast.parse(text)) if name.endswith(".py") else ():
            if isinstance(node, ast.Import | ast.ImportFrom):
                words = [alias.name for alias in node.names]
                words.append(getattr(node, "module", None) or "")
                imported |= {part for word in words for part in word.split(".")}
    return [
        name
        for name in sorted(files)
        if name.endswith(".py") and Path(name).stem not in {*imported, "__init__"}
    ]


@contextmanager
def world(log: Log, entry: Path) -> Iterator[ModuleType]:
    """The module ``__main__`` of a program, with all that the interpreter has to know of it."""
    main = ModuleType("__main__")
    main.__file__ = str(entry)
    main.__package__ = ".".join(entry.parent.relative_to(log.folder).parts)
    own, path, environ = sys.modules["__main__"], list(sys.path), dict(os.environ)
    finder = Finder(log)
    sys.modules["__main__"] = main
    sys.path[:0] = [log.folder, str(entry.parent)]
    sys.meta_path.insert(0, finder)
    try:
        yield main
    finally:
        sys.meta_path.remove(finder)
        sys.path[:] = path
        os.environ.clear()
        os.environ.update(environ)
        for name, module in list(sys.modules.items()):
            if log.holds(module):
                del sys.modules[name]
        sys.modules["__main__"] = own


def program(lab: Lab, folder: Path, entry: str, in_steps: bool) -> dict[str, object]:
    """What the file ``entry`` of an example did when it ran, and, ``in_steps``, what it left."""
    log = Log(f"{folder}{os.sep}")
    # A graph's code is a copy without the example's lines, and shows no values.
    lab.tf.config.run_functions_eagerly(True)
    with world(log, folder / entry) as main:
        with lab.listening(log):
            run(folder / entry, main, log)
        if in_steps:
            steps.build_layers(lab, log)
        probe.train(lab, log)
        if in_steps:
            steps.call_functions(lab, log)
        layers = list(probe.layers(lab, log))
    return {"layers": layers, "draws": log.draws, "failures": log.errors}


def measured(lab: Lab, job: Mapping[str, Any]) -> Iterator[list[list[dict[str, object]]]]:
    """For each example, for each round, for each of its programs: what it did."""
    scratch = Path(os.path.realpath(job["folder"]))
    for number, (files, in_steps, times) in enumerate(job["examples"]):
        folder = write(scratch / str(number), files)
        rounds = []
        for turn in range(times):
            programs = []
            for entry in entries(files):
                lab.disturb(f"{job['process']} {number} {turn} {entry}")
                programs.append(program(lab, folder, entry, in_steps))
            rounds.append(programs)
        yield rounds


def main(job: Path, result: Path) -> None:
    told = json.loads(job.read_text("utf-8"))
    lab = Lab()
    result.write_text(json.dumps(list(measured(lab, told))), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
